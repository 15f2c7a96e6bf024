"""What RDS asks of an instance of MySQL and moto does not."""

import re
from collections.abc import Mapping
from typing import Final

from sandbox.aws.cloud import Cloud
from sandbox.aws.ledger import Row
from sandbox.aws.rds_parameters import PARAMETERS
from sandbox.aws.rds_subnets import vpc_of
from sandbox.aws.rules import require, require_between, require_one_of
from sandbox.aws.security import GROUP as SECURITY_GROUP
from sandbox.plugin.wire import Props, rows

INSTANCE: Final = "aws:rds/instance:Instance"
CODE, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"
ENGINES: Final = ("mysql",)
STORAGE: Final = ("gp2", "gp3", "io1", "io2", "standard")
LOGS: Final = ("audit", "error", "general", "iam-db-auth-error", "slowquery")
BACKUP_DAYS: Final = (0, 35)
IDENTIFIER: Final = re.compile(r"(?!.*--)[a-z][a-z0-9-]{0,62}(?<!-)")
USERNAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,15}")
PASSWORD: Final = re.compile(r"[ -~]{8,41}")
"""(https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html)."""

RESERVED: Final = "rdsgrprepladmin"
"""The user of Group Replication
(https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-active-active-clusters-considerations-limitations.html)."""

STRIPED_GIB: Final = 400
"""Storage of MySQL on gp3 from which speed can be chosen
(https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage)."""

WINDOW: Final = re.compile(r"([a-z]{3}:\d\d:\d\d)-([a-z]{3}:\d\d:\d\d)", re.IGNORECASE)
DAYS: Final[Mapping[str, int]] = {
    day: number for number, day in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
}


def require_instance(cloud: Cloud, props: Props) -> None:
    """Refuse an instance, or the changed inputs of one, that RDS would.

    Raises:
        ProviderError: with AWS's code, the value found and what to do.
    """
    _require_names(props)
    _require_place(cloud, props)
    _require_storage(props)
    _require_secret(props)
    _require_upkeep(props)


def _require_names(props: Props) -> None:
    name, user = props["identifier"], props.get("username")
    require(
        IDENTIFIER.fullmatch(name) is not None,
        f"{CODE}: identifier is {name!r}; 1 to 63 small letters, digits and single hyphens, a letter first",
    )
    require(
        user is None or (USERNAME.fullmatch(user) is not None and user != RESERVED),
        f"{CODE}: username is {user!r}; 1 to 16 letters, digits and _, a letter first, and not {RESERVED}",
    )


def _require_place(cloud: Cloud, props: Props) -> None:
    zone = props.get("availabilityZone")
    require(
        not (zone and props.get("multiAz")),
        f"{COMBINATION}: availabilityZone {zone} with multiAz; RDS chooses the zones of a Multi-AZ instance "
        "from its subnet group",
    )
    require(zone is None or zone.startswith(cloud.region), f"{CODE}: availabilityZone {zone} is not of {cloud.region}")
    network = vpc_of(cloud, props.get("dbSubnetGroupName", ""))
    groups, given = cloud.ledger.find(SECURITY_GROUP, cloud.region), list[str](props.get("vpcSecurityGroupIds") or [])
    strange = [
        row.id for row in groups
        if row.id in given and network not in {None, row.inputs.get("vpcId")}
    ]  # fmt: skip
    require(not strange, f"InvalidVPCNetworkStateFault: vpcSecurityGroupIds {strange} are not of {network}")


def _require_storage(props: Props) -> None:
    size, most = props.get("allocatedStorage", 0), props.get("maxAllocatedStorage") or None
    require_one_of("storageType", props.get("storageType", "gp2"), STORAGE, CODE)
    require(
        most is None or most >= size,
        f"{COMBINATION}: maxAllocatedStorage is {most} GiB, below the {size} GiB of allocatedStorage",
    )
    chosen = [name for name in ("iops", "storageThroughput") if props.get(name)]
    require(
        not chosen or props.get("storageType") != "gp3" or size >= STRIPED_GIB,
        f"{COMBINATION}: {' and '.join(chosen)} with {size} GiB of gp3; MySQL takes them from {STRIPED_GIB} GiB on",
    )
    key = props.get("kmsKeyId")
    require(
        not key or bool(props.get("storageEncrypted")) or bool(props.get("replicateSourceDb")),
        f"{COMBINATION}: kmsKeyId without storageEncrypted; set it to true",
    )


def _require_secret(props: Props) -> None:
    managed, password = bool(props.get("manageMasterUserPassword")), props.get("password")
    require(not (managed and password), f"{COMBINATION}: password with manageMasterUserPassword; give one of them")
    require(
        managed or not props.get("masterUserSecretKmsKeyId"),
        f"{COMBINATION}: masterUserSecretKmsKeyId without manageMasterUserPassword",
    )
    # Its value is nobody's to see.
    require(
        password is None or (PASSWORD.fullmatch(password) is not None and not set('/"@') & set(password)),
        f'{CODE}: password must be 8 to 41 printable characters without /, " and @',
    )


def _require_upkeep(props: Props) -> None:
    require_between("backupRetentionPeriod", props.get("backupRetentionPeriod"), BACKUP_DAYS, CODE)
    for log in rows(props, "enabledCloudwatchLogsExports"):
        require_one_of("enabledCloudwatchLogsExports", log, LOGS, CODE)
    window = props.get("maintenanceWindow")
    require(
        window is None or _is_week(window),
        f"{CODE}: maintenanceWindow is {window!r}; ddd:hh:mm-ddd:hh:mm of 30 minutes or more, as sun:05:00-sun:06:00",
    )


def _is_week(window: str) -> bool:
    found = WINDOW.fullmatch(window)
    if found is None or not {moment[:3].lower() for moment in found.groups()} <= DAYS.keys():
        return False
    start, end = (_minute(moment) for moment in found.groups())
    least, week = 30, 7 * 24 * 60
    return (end - start) % week >= least


def _minute(moment: str) -> int:
    day, hour, minute = moment.split(":")
    return (DAYS[day.lower()] * 24 + int(hour)) * 60 + int(minute)


def require_standalone(cloud: Cloud, props: Props) -> None:
    """Refuse an instance that is no replica and lacks what RDS can not choose itself.

    Raises:
        ProviderError: naming the input.
    """
    for name in ("engine", "engineVersion", "allocatedStorage", "username"):
        require(props.get(name) is not None, f"MissingParameter: {name} of instance {props['identifier']} is not given")
    require_one_of("engine", props["engine"], ENGINES, CODE)
    require(
        bool(props.get("password")) or bool(props.get("manageMasterUserPassword")),
        f"MissingParameter: instance {props['identifier']} has no password; give one or set manageMasterUserPassword",
    )
    require_family(cloud, props, props["engine"], str(props["engineVersion"]))


def require_family(cloud: Cloud, props: Props, engine: str, version: str) -> None:
    """Refuse a parameter group of another engine or version.

    Raises:
        ProviderError: with both.
    """
    group = cloud.ledger.get(cloud.region, PARAMETERS, props.get("parameterGroupName", ""))
    wanted = engine + ".".join(version.split(".")[:2])
    require(
        group is None or group.inputs["family"] == wanted,
        f"{COMBINATION}: parameter group {props.get('parameterGroupName')} is of family "
        f"{group.inputs['family'] if group else ''}, instance {props['identifier']} of {wanted}",
    )


def require_update(row: Row, news: Props) -> None:
    """Refuse a change that RDS, or the real provider, does not make in place.

    Raises:
        ProviderError: with the old and the new value.
    """
    name = row.inputs["identifier"]
    require(news["identifier"] == name, f"the sandbox does not rename instance {name} to {news['identifier']}")
    old, new = row.inputs.get("allocatedStorage", 0), news.get("allocatedStorage", 0)
    require(
        new >= old or "allocatedStorage" not in news,
        f"{COMBINATION}: allocatedStorage of {name} is {old} GiB and can not shrink to {new} GiB",
    )
    source, other = row.inputs.get("replicateSourceDb"), news.get("replicateSourceDb")
    require(
        other in {None, source},
        f"cannot elect new source database for replication: {name} replicates {source or 'nothing'}, not {other}; "
        "leave replicateSourceDb out to promote it",
    )
