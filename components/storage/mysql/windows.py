"""When members are backed up and maintained, UTC: never two at once, and while the Americas sleep; pure.

A backup holds the disk of an instance without a standby for seconds
(https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html), and one that is silent
for ten is expelled from its group.
"""

from typing import Final

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FIRST_BACKUP: Final = 5 * 60
_LONG: Final = 30
LAST: Final = len(_DAYS) - 1
"""The number of whatever is maintained on Sundays: a standby's copy, which no group of six or fewer has then."""


def backup(number: int) -> str:
    """Return the daily window of member `number`, from 0: half an hour each, from 05:00 on."""
    begin = _FIRST_BACKUP + number * _LONG
    return f"{_clock(begin)}-{_clock(begin + _LONG)}"


def maintenance(number: int) -> str:
    """Return the weekly window of member `number`, from 0: an hour on a day of its own, after all backups."""
    week, day = divmod(number, len(_DAYS))
    begin = (10 + week) * 60
    return f"{_DAYS[day]}:{_clock(begin)}-{_DAYS[day]}:{_clock(begin + 60)}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
