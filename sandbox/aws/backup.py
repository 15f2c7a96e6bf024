"""AWS Backup: vaults and their locks in moto; plans and what they select in the ledger, their rules checked here.

moto cannot change a plan, never lets go of the name of a deleted one, and has no selections. Nothing is backed up.
"""

import re
from typing import Any
from uuid import uuid4

from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.ledger import Row
from sandbox.aws.rules import require, require_one_of
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.tags import reconcile
from sandbox.plugin.wire import Props, rows, section

VAULT = "aws:backup/vault:Vault"
LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
PLAN = "aws:backup/plan:Plan"
SELECTION = "aws:backup/selection:Selection"

CODE = "InvalidParameterValueException"
DOTTED = re.compile(r"[a-zA-Z0-9_.-]{1,50}")
NAMES = {VAULT: re.compile(r"[a-zA-Z0-9_-]{2,50}"), PLAN: DOTTED, SELECTION: DOTTED}
SCHEDULE = re.compile(r"cron\((\S+ ){5}\S+\)")
ANY_VAULT = re.compile(r"arn:aws:backup:[a-z0-9-]+:\d{12}:backup-vault:[a-zA-Z0-9_-]{2,50}")
LEAST_MINUTES, COLD_DAYS = 60, 90
"""Shortest start window, by which a completion window must be longer, and days that a backup must stay in cold storage
(https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRuleInput.html)."""

TAGS, ARNS = 30, 500
"""Most of each that a selection takes (https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html)."""

LIMITS = ("minRetentionDays", "maxRetentionDays", "changeableForDays")


def _require_name(kind: str, name: str) -> None:
    allowed = NAMES[kind]
    require(allowed.fullmatch(name) is not None, f"{CODE}: name is {name!r}; {allowed.pattern} is allowed")


def _create_vault(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_name(VAULT, props["name"])
    key = {"EncryptionKeyArn": props["kmsKeyArn"]} if props.get("kmsKeyArn") else {}
    tags = {"BackupVaultTags": props["tags"]} if props.get("tags") else {}
    made = cloud.client("backup").create_backup_vault(BackupVaultName=props["name"], **key, **tags)
    return props["name"], {"arn": made["BackupVaultArn"], "recoveryPoints": 0}


def _describe(cloud: Cloud, name: str) -> Props:
    return found(lambda: cloud.client("backup").describe_backup_vault(BackupVaultName=name))


def _read_vault(cloud: Cloud, row: Row) -> Props | None:
    if not _describe(cloud, row.id):
        return None
    return {"tags": cloud.client("backup").list_tags(ResourceArn=row.outputs["arn"])["Tags"]}


def _update_vault(cloud: Cloud, row: Row, news: Props) -> Props:
    client, arn = cloud.client("backup"), row.outputs["arn"]
    reconcile(
        row.inputs, news, lambda gone: client.untag_resource(ResourceArn=arn, TagKeyList=gone),
        lambda tags: client.tag_resource(ResourceArn=arn, Tags=tags),
    )  # fmt: skip
    return {}


def _lock(cloud: Cloud, props: Props) -> tuple[str, Props]:
    name = props["backupVaultName"]
    given = {key[0].upper() + key[1:]: props[key] for key in LIMITS if props.get(key) is not None}
    cloud.client("backup").put_backup_vault_lock_configuration(BackupVaultName=name, **given)
    return name, {"backupVaultArn": cloud.arn("backup", f"backup-vault:{name}")}


def _read_lock(cloud: Cloud, row: Row) -> Props | None:
    vault = _describe(cloud, row.id)
    if not vault.get("Locked"):
        return None
    return {key: vault.get(key[0].upper() + key[1:]) for key in LIMITS[:2]}


def _unlock(cloud: Cloud, row: Row) -> None:
    vanish(lambda: cloud.client("backup").delete_backup_vault_lock_configuration(BackupVaultName=row.id))


def _require_plan(props: Props) -> None:
    _require_name(PLAN, props["name"])
    for rule in rows(props, "rules"):
        schedule = rule.get("schedule")
        require(
            schedule is None or SCHEDULE.fullmatch(schedule) is not None,
            f"{CODE}: schedule is {schedule!r}; cron with six fields is allowed, like cron(0 5 * * ? *)",
        )
        _require_windows(rule)
        _require_life(section(rule, "lifecycle"))
        for copy in rows(rule, "copyActions"):
            arn = copy["destinationVaultArn"]
            # That the vault stands is for the copy's own time: AWS asks for no more than its name now.
            require(ANY_VAULT.fullmatch(arn) is not None, f"{CODE}: destinationVaultArn {arn!r} is no vault's ARN")
            _require_life(section(copy, "lifecycle"))


def _require_windows(rule: Props) -> None:
    start, end = rule.get("startWindow"), rule.get("completionWindow")
    require(
        start is None or start >= LEAST_MINUTES,
        f"{CODE}: startWindow is {start} minutes; {LEAST_MINUTES} or more are allowed",
    )
    least = (LEAST_MINUTES if start is None else start) + LEAST_MINUTES
    require(
        end is None or end >= least,
        f"{CODE}: completionWindow is {end} minutes; {least} or more are allowed, the startWindow and an hour",
    )


def _require_life(lifecycle: Props) -> None:
    cold, end = lifecycle.get("coldStorageAfter"), lifecycle.get("deleteAfter")
    require(end is None or end >= 1, f"{CODE}: deleteAfter is {end} days; 1 or more are allowed")
    require(
        cold is None or end is None or end >= cold + COLD_DAYS,
        f"{CODE}: deleteAfter is {end} days, coldStorageAfter {cold}; {COLD_DAYS} days between them are the least",
    )


def _create_plan(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_plan(props)
    taken = [row.id for row in cloud.ledger.find(PLAN, cloud.region) if row.inputs["name"] == props["name"]]
    require(not taken, f"AlreadyExistsException: there is a backup plan {props['name']!r} in {cloud.region} already")
    made = str(uuid4())
    return made, {"arn": cloud.arn("backup", f"backup-plan:{made}"), "version": _version()}


def _version() -> str:
    return uuid4().hex


def _update_plan(cloud: Cloud, row: Row, news: Props) -> Props:
    del cloud, row
    _require_plan(news)
    return {"version": _version()}


def _create_selection(cloud: Cloud, props: Props) -> tuple[str, Props]:
    del cloud
    name = props["name"]
    _require_name(SELECTION, name)
    chosen: dict[str, list[Any]] = {key: props.get(key) or [] for key in ("resources", "selectionTags")}
    require(any(chosen.values()), f"{CODE}: selection {name} names nothing; give resources or selectionTags")
    for key, most in (("selectionTags", TAGS), ("resources", ARNS)):
        require(len(chosen[key]) <= most, f"{CODE}: {len(chosen[key])} {key}; at most {most} are allowed")
    for tag in chosen["selectionTags"]:
        require_one_of("selectionTags.type", tag["type"], ("STRINGEQUALS",), CODE)
    return str(uuid4()), {}


SPECS = (
    Spec(
        VAULT, inputs("name! kmsKeyArn! forceDestroy tags"), _create_vault, _read_vault, _update_vault,
        lambda cloud, row: vanish(lambda: cloud.client("backup").delete_backup_vault(BackupVaultName=row.id)),
        computed=("arn", "recoveryPoints"), identity=("name",), autoname=("name", 50),
        references=(Reference("kmsKeyArn", "aws:kms/key:Key", output="arn"),),
    ),
    Spec(
        LOCK, inputs("backupVaultName!* " + " ".join(f"{name}!" for name in LIMITS)), _lock, _read_lock,
        delete=_unlock, computed=("backupVaultArn",), identity=("backupVaultName",),
        references=(Reference("backupVaultName", VAULT),),
    ),
    Spec(
        PLAN,
        inputs(
            "name rules* rules.ruleName rules.targetVaultName rules.schedule rules.scheduleExpressionTimezone "
            "rules.startWindow rules.completionWindow rules.lifecycle.deleteAfter rules.lifecycle.coldStorageAfter "
            "rules.copyActions.destinationVaultArn rules.copyActions.lifecycle.deleteAfter "
            "rules.copyActions.lifecycle.coldStorageAfter rules.recoveryPointTags tags"
        ),
        _create_plan, update=_update_plan, held="recorded", computed=("arn", "version"), volatile=("version",),
        autoname=("name", 50), references=(Reference("rules.targetVaultName", VAULT),),
    ),
    Spec(
        SELECTION,
        inputs(
            "name! planId!* iamRoleArn!* resources! notResources! selectionTags.type! "
            "selectionTags.key! selectionTags.value!"
        ),
        _create_selection, held="recorded", autoname=("name", 50),
        references=(
            Reference("planId", PLAN, blocks=True),
            Reference("iamRoleArn", "aws:iam/role:Role", output="arn", everywhere=True),
        ),
    ),
)  # fmt: skip
