"""Records that are invalid whatever a settled student comes to.

Those that a rule found so and that were looked at all the same are it from the start of a new pass. Of a record without
a day, guards are asked of the interpreter; if they find it invalid, nothing else hangs on when it was.
"""

from collections.abc import Sequence
from decimal import Decimal

from creditlang.compiled.asked_of_reference import AskedOfReference, Told
from creditlang.compiled.light_entries import REASON, RECORD, ROW, RULE, STATE, LightEntry, Row
from creditlang.compiled.policy_at_hand import INVALID, NO_DAY, HandOver
from creditlang.core import operators as o
from creditlang.ledger import Entry


def found_invalid(w: AskedOfReference) -> dict[str, list[Entry]]:
    """The records of a settled student, with their invalid entries."""
    kinds = {entry[ROW][RECORD].kind for entry in w.in_body}
    looked_at = {id(row) for kind in kinds for row in w.even_void[kind]}
    own: dict[int, list[LightEntry]] = {id(x[ROW]): [] for x in w.in_body if id(x[ROW]) in looked_at}
    for rule in w.at_hand.policy.rules if own else ():
        for entry in w.entries.get(rule, ()):
            if id(entry[ROW]) in own:
                own[id(entry[ROW])].append(entry)
    found: dict[str, list[Entry]] = {}
    for entries in own.values():
        row = entries[0][ROW]
        invalid = [w.ledger(entry) for entry in entries if entry[STATE] == "invalid"]
        if row[RECORD].kind in w.at_hand.policy.searched or len(invalid) < len(entries):
            found[row[RECORD].key] = invalid
    return found


def known_invalid(entry: LightEntry, known: Sequence[Entry]) -> LightEntry:
    """What an entry of a record is from the start of which these entries were found invalid: the one of its rule."""
    for other in (x for x in known if x.rule == entry[RULE]):
        if other.pending or other.doubtful or other.carriers or not isinstance(other.amount, Decimal):
            raise HandOver(INVALID)
        entry = [
            entry[ROW], other.rule, other.account, other.period, other.sign, other.amount, other.raw, "invalid", "",
            other.article, other.cut, other.member, other.gathered, (), list(other.steps), other.until, other.on,
            other.semester, None,
        ]  # fmt: skip
        break
    entry[STATE], entry[REASON] = "invalid", known[0].reason
    return entry


def note_undated(w: AskedOfReference, row: Row) -> None:
    """Note a record without a day. Raises `HandOver` where more than its guards may hang on that."""
    kind = row[RECORD].kind
    if kind in w.at_hand.enrolment or kind in w.at_hand.memberships:
        raise HandOver(NO_DAY)
    if kind not in w.program.guards:
        raise HandOver(NO_DAY, ("kind", kind))
    w.undated.add(id(row))


def ask_of_undated(w: AskedOfReference, kind: o.RecordKind, given: Sequence[Row]) -> list[Told | None]:
    """What guards say of the records of a kind, those without a day too. Raises `HandOver` unless these are invalid."""
    found: list[Told | None] = []
    for row in given:
        if id(row) not in w.undated:
            found.append(w.guarded(kind.name, row))
            continue
        record = w.record(row)
        entry = w.evaluation().guard(kind, record)
        if entry.state != "invalid" or entry.pending or entry.doubtful or record.problem is not None:
            raise HandOver(NO_DAY, ("kind", kind.name))
        w.told[id(row)] = ["invalid", entry.reason, entry.article, list(entry.steps)]
        found.append(w.told[id(row)])
    return found
