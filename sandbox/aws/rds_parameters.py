"""RDS parameter groups of MySQL: held by moto, which takes any name, any value, and any apply method."""

import re
from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.ledger import Row
from sandbox.aws.rds_tags import retag_rds, tagged, tags_of
from sandbox.aws.rules import require, require_one_of
from sandbox.aws.spec import Spec, inputs
from sandbox.plugin.wire import Props, rows

PARAMETERS: Final = "aws:rds/parameterGroup:ParameterGroup"
FAMILIES: Final = ("mysql8.0", "mysql8.4")
DESCRIBED: Final = "Managed by Pulumi"
AT_ONCE: Final = 20
"""Parameters that one call changes
(https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBParameterGroup.html)."""

METHODS: Final = ("immediate", "pending-reboot")
ENABLED, RESOLUTION = "rds.group_replication_enabled", "rds.custom_dns_resolution"
GROUP: Final = "group_replication_group_name"

_STATIC: Final = f"""
    {ENABLED} {RESOLUTION} {GROUP} enforce_gtid_consistency gtid-mode
    back_log innodb_autoinc_lock_mode innodb_buffer_pool_instances innodb_flush_method innodb_ft_cache_size
    innodb_log_buffer_size innodb_numa_interleave innodb_open_files innodb_page_cleaners innodb_purge_threads
    innodb_read_io_threads innodb_rollback_on_timeout innodb_sort_buffer_size innodb_sync_array_size
    innodb_write_io_threads lower_case_table_names performance_schema skip_name_resolve table_open_cache_instances
    thread_stack
"""
"""Parameters that wait for a reboot: what an active-active cluster needs
(https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-active-active-clusters-setting-up.html), and variables of
MySQL that it can not change while it runs (https://dev.mysql.com/doc/refman/8.4/en/server-system-variable-reference.html).
"""

_DYNAMIC: Final = """
    binlog_format replica_preserve_commit_order slave_preserve_commit_order group_replication_group_seeds
    group_replication_ssl_mode group_replication_recovery_use_ssl group_replication_exit_state_action
    group_replication_member_expel_timeout group_replication_autorejoin_tries group_replication_consistency
    group_replication_unreachable_majority_timeout
    binlog_row_image character_set_server collation_server event_scheduler general_log innodb_buffer_pool_size
    innodb_flush_log_at_trx_commit innodb_io_capacity innodb_io_capacity_max innodb_lock_wait_timeout
    innodb_print_all_deadlocks interactive_timeout local_infile lock_wait_timeout log_bin_trust_function_creators
    log_output long_query_time max_allowed_packet max_connections max_connect_errors max_execution_time
    max_heap_table_size net_read_timeout net_write_timeout read_only replica_parallel_workers
    require_secure_transport slow_query_log sort_buffer_size sql_mode sync_binlog table_open_cache thread_cache_size
    time_zone tmp_table_size transaction_isolation wait_timeout
"""
"""Parameters that take either method, from the same two pages."""

STATIC, DYNAMIC = frozenset(_STATIC.split()), frozenset(_DYNAMIC.split())

NAME: Final = re.compile(r"(?!.*--)[a-z][a-z0-9-]{0,254}(?<!-)")
"""(https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBParameterGroup.html)."""


def values(props: Props) -> dict[str, str]:
    """A group's parameters by name."""
    return {parameter["name"]: str(parameter["value"]) for parameter in rows(props, "parameters")}


def _method(parameter: Props) -> str:
    return parameter.get("applyMethod") or METHODS[0]


def _require_valid(props: Props) -> None:
    require_one_of("family", props["family"], FAMILIES, "InvalidParameterValue")
    require(
        NAME.fullmatch(props["name"]) is not None,
        f"InvalidParameterValue: name is {props['name']!r}; 1 to 255 small letters, digits and single hyphens, "
        "a letter first",
    )
    for parameter in rows(props, "parameters"):
        _require_parameter(parameter)
    _require_group(values(props))


def _require_parameter(parameter: Props) -> None:
    name, method = parameter["name"], _method(parameter)
    require(
        name in STATIC | DYNAMIC,
        f"InvalidParameterValue: Could not find parameter with name: {name}; if MySQL on RDS has it, "
        "add it to sandbox/aws/rds_parameters.py",
    )
    require_one_of(f"applyMethod of {name}", method, METHODS, "InvalidParameterValue")
    require(
        name not in STATIC or method == METHODS[1],
        f"InvalidParameterCombination: cannot use immediate apply method for static parameter {name}; "
        f"set its applyMethod to {METHODS[1]}",
    )


def _require_group(given: dict[str, str]) -> None:
    """Both, or neither
    (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-active-active-clusters-parameters.html).
    """  # noqa: D205
    enabled, resolution = given.get(ENABLED, "0"), given.get(RESOLUTION, "0")
    require(
        enabled == resolution,
        f"InvalidParameterValue: {ENABLED} is {enabled} and {RESOLUTION} is {resolution}; they must be the same",
    )
    name = given.get(GROUP)
    require(name is None or _is_uuid(name), f"InvalidParameterValue: {GROUP} is {name!r}, which is no UUID")


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_valid(props)
    name = props["name"]
    made = cloud.client("rds").create_db_parameter_group(
        DBParameterGroupName=name, DBParameterGroupFamily=props["family"],
        Description=props.get("description") or DESCRIBED, **tagged(props),
    )  # fmt: skip
    _modify(cloud, name, _set(props))
    return name, {"arn": made["DBParameterGroup"]["DBParameterGroupArn"]}


def _set(props: Props) -> Iterator[Props]:
    for parameter in rows(props, "parameters"):
        named = {"ParameterName": parameter["name"], "ParameterValue": str(parameter["value"])}
        yield named | {"ApplyMethod": _method(parameter), "Source": "user"}


def _reset(olds: Props, news: Props) -> Iterator[Props]:
    """Moto has no call that puts a parameter back; what AWS then shows of it is written instead."""
    for name in values(olds).keys() - values(news).keys():
        yield {"ParameterName": name, "ApplyMethod": METHODS[1], "Source": "engine-default"}


def _modify(cloud: Cloud, name: str, changes: Iterable[Props]) -> None:
    left = list(changes)
    while left:
        some, left = left[:AT_ONCE], left[AT_ONCE:]
        cloud.client("rds").modify_db_parameter_group(DBParameterGroupName=name, Parameters=some)


def _read(cloud: Cloud, row: Row) -> Props | None:
    rds = cloud.client("rds")
    held = rows(found(lambda: rds.describe_db_parameter_groups(DBParameterGroupName=row.id)), "DBParameterGroups")
    if not held:
        return None
    given = {parameter["name"]: parameter for parameter in rows(row.inputs, "parameters")}
    shown = rows(rds.describe_db_parameters(DBParameterGroupName=row.id), "Parameters")
    mine = [_parameter(given, each) for each in shown if each.get("Source") != "engine-default"]
    return {"parameters": mine, "tags": tags_of(cloud, row.outputs["arn"])}


def _parameter(given: dict[str, Props], held: Props) -> Props:
    name, method = held["ParameterName"], held.get("ApplyMethod", METHODS[0])
    silent = method == METHODS[0] and "applyMethod" not in given.get(name, {})
    value = {"name": name, "value": held["ParameterValue"]}
    return value if silent else value | {"applyMethod": method}


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    _require_valid(news)
    _modify(cloud, row.id, _reset(row.inputs, news))
    _modify(cloud, row.id, _set(news))
    retag_rds(cloud, row, news)
    return {}


def _delete(cloud: Cloud, row: Row) -> None:
    vanish(lambda: cloud.client("rds").delete_db_parameter_group(DBParameterGroupName=row.id))


SPECS = (
    Spec(
        PARAMETERS,
        inputs(
            "name! family!* description! parameters.name parameters.value parameters.applyMethod skipDestroy tags"
        ),
        _create, _read, _update, _delete, computed=("arn",), identity=("name",), autoname=("name", 255),
    ),
)  # fmt: skip
