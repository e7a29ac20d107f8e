"""What became of each record of a student, line by line, for programs: the table `records` as typed values."""

from collections.abc import Iterator

from attrs import frozen

from creditlang.ledger import Disposition, StudentResult
from creditlang.results import counted_amount, signed
from creditlang.values import Number


@frozen
class RecordLine:
    """What one rule made of a record; a record that feeds several rules has a line for each.

    `raw` and `amount` are what the rule gave and what of it counts, in the unit of the account; None where there is
    nothing to count. Without a rule, `rule`, `account` and `article` are empty.
    """

    kind: str
    record_id: str
    disposition: Disposition
    reason: str
    rule: str
    account: str
    period: str
    raw: Number | None
    amount: Number | None
    article: str


def record_lines(result: StudentResult) -> Iterator[RecordLine]:
    """A line for each entry, in the order of the ledger."""
    for entry in result.entries:
        raw, amount = signed(entry, entry.raw), counted_amount(entry)
        yield RecordLine(
            kind=entry.record.kind, record_id=entry.record.identifier, disposition=result.disposition(entry),
            reason=entry.told, rule=entry.rule, account=entry.account, period=entry.period, raw=raw, amount=amount,
            article=entry.article,
        )  # fmt: skip
