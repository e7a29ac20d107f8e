"""Lines about one record as tables: for each combination of inputs that occurs, what the interpreter makes of it.

Inputs are numbered by combination; a combination met for the first time is asked about once, with the first record that
has it. Where a line asks about records of other kinds, students who have any of these are worked out alone.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

import numpy as np
from attrs import define, field

from creditlang import values as v
from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.distinct_numbers import distinct_numbers
from creditlang.columnar.numbered import Numbered
from creditlang.columnar.record_answers import RecordAnswers
from creditlang.core import expressions as e
from creditlang.plan.inputs import Ask, Reads
from creditlang.values import EXACT, Undetermined

MOST: Final = 2**42
"""No amount is larger, as a whole number of its last decimals; whoever has a larger one is worked out alone."""


def whole(value: Any, decimals: int) -> int | None:
    """A number as a whole number of its last decimals; None where it has more, is open, or too large."""
    if not isinstance(value, Decimal) or not value.is_finite():
        return None
    scaled = EXACT.scaleb(value, decimals)
    number = int(scaled)
    return number if number == scaled and abs(number) <= MOST else None


@define(eq=False, kw_only=True)
class Known(RecordAnswers):
    """What is known of a cohort before any line, and what is asked of its records one by one."""

    has: Mapping[str, Numbers]
    """For each student, whether there are records of a kind."""
    once: frozenset[str]
    """The kinds of whose records each goes to one rule at most."""
    semester_texts: Numbers = field(init=False)
    apart: dict[e.Query, tuple[e.Expression | None, list[tuple[e.Query, bool]]]] = field(factory=dict)
    """Of queries, what they ask of a record alone, and of others."""
    manners: dict[int, tuple[e.Expression, bool, bool]] = field(factory=dict)
    """Of questions about students, whether they hang on attributes alone, or are put to the interpreter."""
    local: dict[int, tuple[e.Expression, tuple[str, ...], bool, dict[Any, Any]]] = field(factory=dict)
    """Of those that hang on attributes, which, whether on enrolment too, and what has been answered."""
    _tables: "dict[tuple[int, str, bool], AnswerTable]" = field(factory=dict)
    _fields_asked: dict[Ask, Numbers] = field(factory=dict)
    """Numbers for the owners of records with what they have in a field."""

    def __attrs_post_init__(self) -> None:
        self.semester_texts = np.array([self.texts.number(name) for name in self.calendar.names], np.int32)

    def table(self, x: e.Expression, kind: str, holds: bool = False) -> "AnswerTable":
        """The table of an expression, or of a condition, about records of a kind."""
        key = id(x), kind, holds
        if key not in self._tables:
            self._tables[key] = AnswerTable(self, x, kind, holds)
        return self._tables[key]

    def period_texts(self, kind: str, days: Numbers, semesters: Numbers) -> Numbers:
        """What the period of a kind is called in which each of some entries falls, as the number of a text."""
        if kind == "semester":
            return self.semester_texts[semesters]
        numbers = self.calendar.periods(kind, days, semesters)
        distinct, first, back = distinct_numbers(numbers)
        named = [
            self.texts.number(self.calendar.key(kind, int(days[at]), int(semesters[at])) if number else "")
            for number, at in zip(distinct.tolist(), first.tolist(), strict=True)
        ]
        return np.array(named, np.int32)[back]

    def aside(self, kind: str, asks: Iterable[Ask], places: Numbers, odd: Numbers) -> None:
        """Leave to be worked out alone of whom some records of a kind ask about others, and may find any."""
        owners = self.cohort.owners[places] if asks else places
        for ask in asks:
            at = np.flatnonzero(self.has[ask.kind][owners])
            if len(at) and ask.field:
                at = at[np.isin(self._looked_for(kind, ask, places[at]), self._to_be_found(ask))]
            odd[owners[at]] = True

    def _looked_for(self, kind: str, ask: Ask, places: Numbers) -> Numbers:
        """Numbers for the owners of some records of a kind with what they look for; -1 where there is no such."""
        own, theirs = self.cohort.kinds[kind], self.cohort.kinds[ask.kind].fields[ask.field].values
        known = {value: code for code, value in enumerate(theirs) if code}
        codes = np.array([known.get(value, -1) for value in own.fields[ask.same_as].values], np.int64)
        wanted = codes[own.fields[ask.same_as].codes[places - own.first]]
        return np.where(wanted < 0, -1, self.cohort.owners[places] * len(theirs) + wanted)

    def _to_be_found(self, ask: Ask) -> Numbers:
        if ask not in self._fields_asked:
            kind = self.cohort.kinds[ask.kind]
            column = kind.fields[ask.field]
            self._fields_asked[ask] = self.cohort.owners[kind.places] * len(column.values) + column.codes
        return self._fields_asked[ask]


@define(eq=False)
class AnswerTable:
    """The value of an expression for records of one kind, by number; None where only the interpreter can say."""

    known: Known
    expression: e.Expression
    kind: str
    holds: bool = False
    """Whether it is a condition, which fails where it asks for an optional value that is missing."""
    values: list[Any] = field(factory=list)
    _reads: Reads | None = None
    _numbers: Numbered | None = None
    _by_value: dict[Any, int] = field(factory=dict)

    def of(self, places: Numbers, odd: Numbers) -> Numbers:
        """The number of the value for each of some records."""
        if self._reads is None:
            self._reads = self.known.readers[self.kind].reads(self.expression)
        self.known.aside(self.kind, self._reads.asks, places, odd)
        keys, size = self.known.keys(self.kind, self._reads, places)
        if self._numbers is None or self._numbers.size != size:
            self._numbers = Numbered(self._ask, size)
        found = self._numbers.of(keys, places)
        gone = np.array([value is None for value in self.values], bool)[found]
        odd[self.known.cohort.owners[places[gone]]] = True
        return found

    def _ask(self, places: Numbers) -> list[int]:
        ask = self.known.filler.holds if self.holds else self.known.filler.value
        found = []
        for made in self.known.made(self.kind, places, self.known.readers[self.kind].inputs(self.expression)):
            value = ask(self.expression, made)
            value = None if isinstance(value, (Undetermined, v.Interval, v.Open)) else value
            if value not in self._by_value:
                self._by_value[value] = len(self.values)
                self.values.append(value)
            found.append(self._by_value[value])
        return found

    def true(self, places: Numbers, odd: Numbers) -> Numbers:
        """For each of some records, whether it holds."""
        found = self.of(places, odd)
        return np.array([value is True for value in self.values], bool)[found]

    def amounts(self, places: Numbers, odd: Numbers) -> Numbers:
        """For each of some records, the amount."""
        found = self.of(places, odd)
        known = [whole(value, self.known.decimals) for value in self.values]
        unsaid = np.array([number is None for number in known], bool)[found]
        odd[self.known.cohort.owners[places[unsaid]]] = True
        return np.array([number or 0 for number in known], np.int64)[found]

    def standings(self, places: Numbers, odd: Numbers, rank: Callable[[Any], Any]) -> Numbers:
        """For each of some records, a number that orders them as their values do."""
        found = self.of(places, odd)
        ordered = sorted({rank(value) for value in self.values if value is not None})
        standing = {value: place for place, value in enumerate(ordered)}
        return np.array([-1 if value is None else standing[rank(value)] for value in self.values], np.int64)[found]
