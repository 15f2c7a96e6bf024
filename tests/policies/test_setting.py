import pytest
from rules._setting import Names, Setting, WholeNumber

DAYS = WholeNumber(name="days", what="days kept", default=30, minimum=7, maximum=90)
KEYS = Names(name="keys", what="tags", default=("owner",))


@pytest.mark.parametrize(
    ("setting", "value", "read"), [(DAYS, 7, 7), (DAYS, 90.0, 90), (KEYS, ["a", "b"], ("a", "b"))], ids=str
)
def test_reads_what_is_allowed(setting: Setting, value: object, read: object) -> None:
    assert setting.read(value) == read
    assert type(setting.read(value)) is type(read)


@pytest.mark.parametrize("value", [6, 91, 7.5, "7", True, None, [7], float("nan"), float("inf")], ids=str)
def test_refuses_what_is_no_such_number(value: object) -> None:
    with pytest.raises(ValueError, match="a whole number from 7 to 90"):
        DAYS.read(value)


@pytest.mark.parametrize("value", [[], "owner", [""], [1], None, {"owner": 1}], ids=str)
def test_refuses_what_are_no_names(value: object) -> None:
    with pytest.raises(ValueError, match="a list of one or more names"):
        KEYS.read(value)
