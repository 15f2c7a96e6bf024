"""Settings of what is kept in case that data, or a whole region, is lost."""

from typing import Final, Self

from pydantic import Field, model_validator

from components.vocabulary import Model, Name, Region, Schedule

TAG: Final = "backup"
"""Tag of what is backed up; its value is the name of the region's backups, `naming.backups`."""

_HOUR_MINUTES: Final = 60
_WEEK_DAYS: Final = 7
_LONGEST_DAYS: Final = 36500
"""https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultLockConfiguration.html"""


class Standby(Model):
    """The stack that stands by: what is copied out of the region goes to it, by the name that its vault has."""

    name: Name = Field(description="its setting `name`")
    region: Region = Field(description="its region, another one")


class Backup(Model):
    """The backup plan of the region's databases."""

    schedule: Schedule = Field(description="when it runs, UTC")
    start_minutes: int = Field(ge=_HOUR_MINUTES, description="for how long a backup may wait to start, minutes")
    completion_minutes: int = Field(description="how long it may take, the wait included, minutes")
    keep_days: int = Field(ge=_WEEK_DAYS, le=_LONGEST_DAYS, description="days that a backup is kept in the region")
    copy_days: int = Field(ge=_WEEK_DAYS, le=_LONGEST_DAYS, description="days that its copy is kept in the other one")
    locked_days: int = Field(ge=_WEEK_DAYS, description="days for which nobody deletes a backup or a copy")

    @model_validator(mode="after")
    def _ends(self) -> Self:
        # https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
        least = self.start_minutes + _HOUR_MINUTES
        if self.completion_minutes < least:
            raise ValueError(
                f"completion_minutes {self.completion_minutes} must be {least} or more: start_minutes and an hour"
            )
        return self

    @model_validator(mode="after")
    def _outlasts(self) -> Self:
        # The vault refuses what would be gone before its lock lets it go.
        if self.locked_days > min(self.keep_days, self.copy_days):
            raise ValueError(
                f"locked_days {self.locked_days} must be at most keep_days {self.keep_days} and copy_days"
                f" {self.copy_days}; lower it, or keep backups for longer"
            )
        return self


class Durability(Model):
    """What outlives a mistake, and what outlives the region."""

    old_version_days: int = Field(
        ge=_WEEK_DAYS, le=_LONGEST_DAYS, description="days that replaced or deleted weights can be had back"
    )
    standby: Standby | None = Field(default=None, description="who gets the copies of a primary; others name none")
    backup: Backup = Field(description="AWS Backup")

    def misplaced(self, region: str, upstream: str | None) -> str:
        """Return why a stack in `region` cannot name this standby, in a few words; empty when it can."""
        if self.standby is None:
            return ""
        if upstream is not None:
            return f"{self.standby.name} beside upstream {upstream}, whose region gets the copies; remove it"
        return f"{self.standby.region} is the stack's own region; name another" if self.standby.region == region else ""

    def regions(self) -> list[str]:
        """Return the regions that hold copies of a primary's secrets."""
        return [self.standby.region] if self.standby else []
