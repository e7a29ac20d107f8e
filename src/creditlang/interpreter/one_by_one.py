"""Lines that are done to one entry after the other, against what those before it have counted.

A limit is what the entry itself says it is, less what earlier entries of the group finally have; a proof is used up
only by an earlier entry that counts. An entry that one line cuts to nothing leaves the others' room and proofs
untouched.
"""

from collections.abc import Iterable
from typing import Any

from attrs import define, field

from creditlang import values as v
from creditlang.core import operators as o
from creditlang.diagnostics import Phrase
from creditlang.interpreter.choices import instead
from creditlang.interpreter.entries import apply
from creditlang.interpreter.expression_meanings import evaluate, met
from creditlang.interpreter.groups import group_key
from creditlang.interpreter.steps import EARLIER_OPEN, cut, dismiss, live, make_pending, undetermined
from creditlang.interpreter.student_run import Run
from creditlang.ledger import Entry
from creditlang.values import Undetermined

Key = tuple[int, tuple[Any, ...]]


@define(eq=False)
class OneByOne:
    """What the entries served so far have, by line and group."""

    run: Run
    running: dict[Key, v.Number] = field(factory=dict)
    served: dict[Key, list[Entry]] = field(factory=dict)
    open_keys: list[Key] = field(factory=list)

    def serve(self, operators: Iterable[o.Operator], entry: Entry) -> None:
        """Do all lines to one entry."""
        for operator in operators:
            if entry.state != "live":
                break
            self.step(operator, entry)
        self.done(entry)

    def step(self, operator: o.Operator, entry: Entry) -> None:
        """Do one line to the entry at hand."""
        if isinstance(operator, (o.Clip, o.Choose)):
            if operator.over is not None and entry.rule not in operator.over:
                return
            key = (operator.number, group_key(self.run, operator.group, entry))
            spoken = (
                self.clip(operator, entry, key) if isinstance(operator, o.Clip) else self.choose(operator, entry, key)
            )
            if spoken:
                self.open_keys.append(key)
        else:
            apply(self.run, operator, [entry])

    def done(self, entry: Entry) -> None:
        """Note what the entry finally has; what is void or nothing takes no room and uses nothing up."""
        for key in self.open_keys:
            if entry.state == "live" and v.high(entry.amount):
                self.running[key] = v.add(self.running.get(key, v.ZERO), entry.amount)
                self.served.setdefault(key, []).append(entry)
        self.open_keys = []

    def spoken(self, operator: o.Clip | o.Choose, entry: Entry) -> v.Answer:
        """Whether a line speaks of an entry."""
        try:
            return met(operator.condition, self.run.at(entry.record))
        except Undetermined as why:
            undetermined(self.run, entry, why, None, operator)
            return False

    def clip(self, operator: o.Clip, entry: Entry, key: Key) -> bool:
        """Leave an entry what is left of its limit."""
        holds = self.spoken(operator, entry)
        if holds is False:
            return False
        try:
            limit = evaluate(operator.limit, self.run.at(entry.record))
        except Undetermined as why:
            undetermined(self.run, entry, why, operator.fallback, operator)
            return entry.state == "live"
        before: Any = entry.amount
        if operator.events:
            served = self.served.get(key, ())
            sure = sum(map(_surely_counts, served))
            room: v.Number = v.ZERO if sure >= v.high(limit) else before
            if sure < v.high(limit) and len(served) >= v.low(limit):
                room = v.hull(v.ZERO, before)
        else:
            room = v.larger(v.ZERO, v.subtract(limit, self.running.get(key, v.ZERO)))
        after = v.smaller(before, room)
        if holds is v.OPEN:
            after = v.hull(before, after)
        if after != before:
            self.run.covered.add(operator.number)
            reason = Phrase(f"the limit of {v.written(limit)} is reached", f"已达上限{v.written(limit)}")
            cut(self.run, operator, entry, after, reason)
        return True

    def choose(self, operator: o.Choose, entry: Entry, key: Key) -> bool:
        """Take an entry out when an earlier one of its group counts."""
        holds = self.spoken(operator, entry)
        earlier = self.served.get(key, ())
        if holds is False:
            return False
        if earlier:
            self.run.covered.add(operator.number)
            first = next(filter(_surely_counts, earlier), None)
            if first is not None and holds is True:
                dismiss(entry, "void", instead(first), operator, "once")
            else:
                reason = EARLIER_OPEN
                make_pending(self.run, entry, v.hull(v.ZERO, entry.amount), reason, operator, "once", True)
                if all(self.spoken(operator, each) is True for each in (*earlier, entry)):
                    self.run.bind((*earlier, entry), None, one=True)
        return True


def _surely_counts(entry: Entry) -> bool:
    """Whether an entry counts for something, however what is open of it is decided."""
    return not entry.doubtful and v.low(entry.amount) > 0


def run_body(run: Run, operators: Iterable[o.Operator], entries: list[Entry]) -> list[Entry]:
    """Do the lines of a body to its entries: to all at once, and from `one by one` on to one after the other."""
    rest = list(operators)
    while rest:
        operator = rest.pop(0)
        if isinstance(operator, o.Take):
            break
        if isinstance(operator, o.OneByOne):
            serving = OneByOne(run)
            if entries:
                run.covered.add(operator.number)
            until = next((i for i, later in enumerate(rest) if isinstance(later, o.Take)), len(rest))
            for entry in live(entries):
                serving.serve(rest[:until], entry)
            break
        entries = apply(run, operator, entries)
    return entries
