"""What an office has decided of single records, done where the lines that it goes before stand.

A ruling is no operator of its own. *Void* is a guard in front of all those of the kind: whatever looks for records does
not find this one; of one item only, it stands in front of that item's lines. *Count* lets guards and limits pass the
entries of its record by: a limit counts such an entry as it counts the others, so none of these has more or less for
it, and takes nothing from it. An *amount* stands in place of what the lines of the item say each of its records is
worth, and no factor or rounding changes it; what guards and limits say holds of it as of any other, unless it counts
all the same. So everything that is worked out later sees what was decided.
"""

from typing import Final

from creditlang import values as v
from creditlang.core import operators as o
from creditlang.diagnostics import Phrase, in_language
from creditlang.interpreter.student_run import Run
from creditlang.ledger import RULED, SET_ASIDE, Entry, Step

NOTHING_REFUSED: Final = Phrase("nothing refuses the record", "没有规则不认定这条记录")


def make_void(entry: Entry) -> bool:
    """Make an entry void, if a ruling says so of what its rule makes of the record, or of the record as a whole."""
    ruling = entry.record.ruling
    if ruling is None or ruling.effect != "void" or ruling.rule != entry.rule or entry.state != "live":
        return False
    entry.steps.append(Step(RULED, "", None, v.ZERO, ruling.article, ruling.told))
    entry.state, entry.reason, entry.article = "void", ruling.told, ruling.article or entry.article
    return True


def is_set(entry: Entry) -> bool:
    """Whether a ruling sets the amount of an entry."""
    return entry.record.ruling is not None and entry.record.ruling.amount_of(entry.rule) is not None


def set_amount(run: Run, entry: Entry) -> None:
    """Give an entry the amount that a ruling sets, on the side of its rule; of a rule that has both, on its own."""
    ruling = entry.record.ruling
    amount = ruling.amount_of(entry.rule) if ruling is not None else None
    assert ruling is not None and amount is not None
    entry.sign = run.policy.sign_of(entry.rule) or (-1 if amount < 0 else 1)
    total = v.hull(v.ZERO, amount.copy_abs()) if entry.pending else amount.copy_abs()
    entry.steps.append(Step(RULED, "", None, total, ruling.article, ruling.told))
    entry.amount = entry.raw = total
    entry.reason, entry.article = entry.reason or ruling.told, ruling.article or entry.article


def counts_anyway(entry: Entry) -> bool:
    """Whether no guard and no limit can take anything from an entry."""
    ruling = entry.record.ruling
    return ruling is not None and ruling.effect == "count" and ruling.speaks_of(entry.rule)


def passes_by(entry: Entry, operator: o.Operator, reason: str) -> bool:
    """Whether a ruling lets a guard or limit pass an entry by; noted, with why it would have lost by that."""
    if not (isinstance(operator, o.Keep | o.Limit) and counts_anyway(entry)):
        return False
    assert entry.record.ruling is not None
    told, amount = entry.record.ruling.told, entry.amount if entry.raw is not None else None
    note = Phrase(f"{reason}; set aside: {told}", f"{in_language(reason, 'zh')}；不适用：{told.zh}")
    entry.steps.append(Step(SET_ASIDE, operator.text, amount, amount, operator.article, note))
    entry.reason = entry.reason or told
    return True
