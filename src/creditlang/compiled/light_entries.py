"""Entries as generated code holds them: a list each, copied from that of its rule, which costs a tenth of an object.

Only what is settled is held so; an entry that becomes pending leaves its student to the reference.
"""

from typing import Any

from creditlang.values import ZERO

LightEntry = list[Any]

(
    ROW, RULE, ACCOUNT, PERIOD, SIGN, AMOUNT, RAW, STATE, REASON, ARTICLE, CUT, MEMBER, GATHERED, CARRIERS, STEPS,
    UNTIL, ON, SEMESTER, LEDGER,
) = range(19)  # fmt: skip
"""What stands where in a light entry. `STEPS` are tuples of the parts of a `Step`, `LEDGER` is its entry once made."""

ORDER, RECORD, VALUES, DAY, TERM = range(5)
"""What stands where in a row, which is a record as placed: what orders it among all; the record as given, its values,
its day and semester.
"""
Row = tuple[Any, ...]


def light(
    record: Row | None,
    rule: str,
    account: str,
    article: str = "",
    state: str = "live",
    reason: str = "",
    period: str = "",
) -> LightEntry:
    """An entry, or the one that those of a rule are copied from."""
    day, term = (record[DAY], record[TERM]) if record is not None else (None, None)
    return [
        record, rule, account, period, 1, ZERO, None, state, reason, article, False, False, False, (), None, None, day,
        term, None,
    ]  # fmt: skip
