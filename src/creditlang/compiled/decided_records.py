"""What the first lines of a rule make of a record, worked out once for each combination of what they read of it.

As many of a rule's first lines as speak of each entry by itself, and read only what is known of a record, are done to
a record when its combination first comes; the entry that came out is the one that those of later records are copies
of. What more than the entry has changed by them, such as a record that is invalid or warned of, is done each time.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any

from attrs import evolve

from creditlang.compiled.expression_writer import Here
from creditlang.compiled.light_entries import ROW, STEPS, LightEntry, Row
from creditlang.compiled.policy_at_hand import MOST_KEPT
from creditlang.compiled.printed_cells import Label
from creditlang.compiled.single_lines import SingleLines
from creditlang.compiled.student_work import Work
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.ledger import Step
from creditlang.plan.inputs import Input, NotLocal, Reader
from creditlang.plan.lower import HOW


class DecidedRecords(dict[Any, tuple[LightEntry, frozenset[int], frozenset[Label]]]):
    """The entries of a rule by what its first lines read; with the numbers of lines and the cells of tables that were
    used for them.
    """

    def __init__(self, rule: str, front: Callable[[Work, Sequence[LightEntry]], Any]) -> None:
        super().__init__()
        self.rule, self.front = rule, front

    def fill(self, w: Work, row: Row, key: Any) -> LightEntry:
        """The entry of a record whose combination is not known yet."""
        entry, before = w.opened(self.rule, row), _noted_elsewhere(w)
        with noted_apart(w) as (covered, cells):
            self.front(w, (entry,))
        if len(self) < MOST_KEPT and _noted_elsewhere(w) == before:
            model = entry.copy()
            model[ROW], model[STEPS] = None, None if entry[STEPS] is None else [*map(Step._make, entry[STEPS])]
            self[key] = model, frozenset(covered), frozenset(cells)
        return entry


class DecidedCases(dict[Any, tuple[tuple[int, ...], frozenset[Label]]]):
    """The places of the cases that gather a record, by what their conditions read; with the cells that were used."""

    def __init__(self, tests: Sequence[Callable[..., bool]]) -> None:
        super().__init__()
        self.tests = tests

    def fill(self, w: Work, row: Row, key: Any) -> tuple[int, ...]:
        """The places for a record whose combination is not known yet."""
        with noted_apart(w) as (_, cells):
            places = tuple([place for place, test in enumerate(self.tests) if test(w, row, row[2])])
        if len(self) < MOST_KEPT:
            self[key] = places, frozenset(cells)
        return places


@contextmanager
def noted_apart(w: Work) -> Iterator[tuple[set[int], set[Label]]]:
    """The lines and cells of tables that are used meanwhile, noted in sets of their own first; what is remembered of
    the student is worked out anew for that.
    """
    run, before = w.run, (w.covered, w.cells, w.known, w.run.known)
    covered, cells = w.covered, w.cells = run.covered, run.cells = set[int](), set[Label]()
    w.known, run.known = {}, {}
    try:
        yield covered, cells
    finally:
        w.covered, w.cells, w.known, run.known = before
        run.covered, run.cells = w.covered, w.cells
        run.covered.update(covered)
        run.cells.update(cells)


def _noted_elsewhere(w: Work) -> tuple[int, ...]:
    return len(w.unrated), len(w.in_body), len(w.problems), len(w.run.warnings)


class Combination:
    """What parts of lines read of a record of a kind, as the text of a key of a dictionary."""

    def __init__(self, kind: str, writer: SingleLines) -> None:
        self.expressions, self.here = writer.expressions, Here((kind,))
        self.reader = Reader(self.expressions.policy, self.expressions.policy.kinds[kind])
        self.inputs: dict[Input, None] = {}
        self.answers: dict[e.Expression, str] = {}

    def add(self, *parts: Any) -> bool:
        """Add what some parts read; False, and nothing added, where they read more than is known of a record."""
        try:
            reads = self.reader.reads(*(part for part in parts if part is not None))
        except NotLocal:
            return False
        texts = {x: self._answer(x) for x in reads.answers}
        inputs = reads.inputs.union(*(self.reader.inputs(x) for x in texts if self.expressions.notes_cells(x)))
        if reads.asks or None in texts.values() or any(x.what not in _TEXTS for x in inputs):
            return False
        self.inputs |= dict.fromkeys(sorted(inputs, key=str))
        self.answers |= {x: text for x, text in texts.items() if text is not None}
        return True

    @property
    def lines(self) -> list[str]:
        """The text that makes the key `at`, of `w, row, V`; of fields alone it is made at once, where all are there."""
        value = self.expressions.source.value
        found = [_TEXTS[x.what].format(value(x.name)) for x in self.inputs]
        found += [text for x, text in self.answers.items() if not self.reader.inputs(x) <= self.inputs.keys()]
        at = f"at = {found[0]}" if len(found) == 1 else f"at = ({''.join(f'{text}, ' for text in found)})"
        if len(found) < _AT_ONCE or any(x.what != "field" for x in self.inputs) or len(found) > len(self.inputs):
            return [at]
        every = value(itemgetter(*(x.name for x in self.inputs)))
        return ["try:", f"    at = {every}(V)", "except KeyError:", f"    {at}"]

    def _answer(self, x: e.Compare | e.Present) -> str | None:
        """The text of an answer that there always is: None stands for a field without a value."""
        piece = self.expressions.piece(x, self.here)
        if not piece.fails:
            return piece.text
        inputs = self.reader.inputs(x)
        fields = frozenset(read.name for read in inputs if read.what == "field")
        piece = self.expressions.piece(x, evolve(self.here, present=fields))
        if piece.fails or len(inputs) != 1 or not fields:
            return None
        return f"(None if V.get({self.expressions.source.value(next(iter(fields)))}) is None else {piece.text})"


def decided(lines: Sequence[o.Operator], kind: str, writer: SingleLines) -> tuple[int, list[str]]:
    """How many of the first lines of a rule are decided by what is known of a record, and the text of the key."""
    known, count = Combination(kind, writer), 0
    for line in lines:
        how, parts = HOW[type(line)](line)
        moves_day = isinstance(line, o.Post) and line.day is not None
        if how != "each" or moves_day or not known.add(*parts):
            break
        count += 1
    return count, known.lines


_TEXTS = {"field": "V.get({})", "attribute": "w.attributes.get({})", "named": "row[1].named"}
"""What is known of a record and stands in a combination as it is."""
_AT_ONCE = 3
"""From so many fields on it is faster to take all at once."""
