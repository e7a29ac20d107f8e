"""Lines about one record as tables: for each combination of inputs that occurs, what the interpreter makes of it.

Inputs are numbered by combination; a combination met for the first time is asked about once, with the first record that
has it. Where a line asks about records of other kinds, students who have any of these are worked out alone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any, Final

import numpy as np
from attrs import define, field

from creditlang import values as v
from creditlang.columnar.coded_periods import CodedCalendar, Numbers
from creditlang.columnar.distinct_numbers import distinct_numbers
from creditlang.columnar.numbered import Numbered
from creditlang.columnar.record_columns import RecordColumns
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.diagnostics import Diagnostic
from creditlang.plan.inputs import Ask, Input, Reader, Reads
from creditlang.plan.tables import Filler, Made
from creditlang.values import EXACT, Undetermined

MOST: Final = 2**42
"""No amount is larger, as a whole number of its last decimals; whoever has a larger one is worked out alone."""
_MOST_ANSWERS: Final = 1 << 10
"""Different answers that a question about balances can have: yes, no, or why there is none."""
_MOST_BALANCES: Final = 1 << 24
"""Different amounts that balances which records ask for can have."""
_MOST_MET: Final = 1 << 31
"""Different combinations that records can have: as many as there can be records."""


_IN_ORDER: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "=": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
}  # fmt: skip


class Texts:
    """Texts by number, each once; phrases with their other language; reasons with what else is said of a record."""

    def __init__(self) -> None:
        """With the empty text as number 0."""
        self.texts: list[str] = [""]
        self.told: dict[int, tuple[Diagnostic, o.Operator | None]] = {}
        """By the numbers of reasons: what is said of a record, and the line by which."""
        self._known: dict[tuple[str, str, Diagnostic | None, int], int] = {("", "", None, 0): 0}

    def number(self, text: str, told: Diagnostic | None = None, by: o.Operator | None = None) -> int:
        """The number of a text, or of a reason that has more `told` of a record, by a line."""
        key = (str(text), getattr(text, "zh", ""), told, id(by) if told is not None else 0)
        if key not in self._known:
            self._known[key] = len(self.texts)
            self.texts.append(text)
            if told is not None:
                self.told[len(self.texts) - 1] = told, by
        return self._known[key]


def whole(value: Any, decimals: int) -> int | None:
    """A number as a whole number of its last decimals; None where it has more, is open, or too large."""
    if not isinstance(value, Decimal) or not value.is_finite():
        return None
    scaled = EXACT.scaleb(value, decimals)
    number = int(scaled)
    return number if number == scaled and abs(number) <= MOST else None


@define(eq=False)
class Known:
    """What is known of a cohort before any line, and what is asked of its records one by one."""

    policy: o.Policy
    cohort: RecordColumns
    calendar: CodedCalendar
    filler: Filler
    decimals: int
    texts: Texts
    has: Mapping[str, Numbers]
    """For each student, whether there are records of a kind."""
    once: frozenset[str]
    """The kinds of whose records each goes to one rule at most."""
    readers: Mapping[str, Reader]
    semester_texts: Numbers = field(init=False)
    enrolments: Numbers = field(init=False)
    """Students by semesters: who is enrolled, once that is known."""
    balance: Callable[[str, Numbers], tuple[Numbers, Numbers]] = field(init=False)
    """The balance of an account in the semester or year of each of some records, and whether there is one."""
    apart: dict[e.Query, tuple[e.Expression | None, list[tuple[e.Query, bool]]]] = field(factory=dict)
    """Of queries, what they ask of a record alone, and of others."""
    manners: dict[int, tuple[e.Expression, bool, bool]] = field(factory=dict)
    """Of questions about students, whether they hang on attributes alone, or are put to the interpreter."""
    local: dict[int, tuple[e.Expression, tuple[str, ...], bool, dict[Any, Any]]] = field(factory=dict)
    """Of those that hang on attributes, which, whether on enrolment too, and what has been answered."""
    _codes: dict[tuple[str, Any], tuple[Numbers, int]] = field(factory=dict)
    _amounts: dict[int, int] = field(factory=dict)
    _tables: "dict[tuple[int, str, bool], AnswerTable]" = field(factory=dict)
    _asked: "dict[tuple[str, e.Expression], Numbered]" = field(factory=dict)
    _combined: dict[tuple[str, frozenset[Input]], tuple[Numbers, Sequence[int]]] = field(factory=dict)
    _met: dict[tuple[str, Reads, int], Numbered] = field(factory=dict)
    """Combinations of the first so many inputs, where all would be more than there are numbers."""
    _fields_asked: dict[Ask, Numbers] = field(factory=dict)
    """Numbers for the owners of records with what they have in a field."""
    _said: dict[tuple[str, e.Expression], dict[Any, int]] = field(factory=dict)
    """The answers to each question, or sorts of why there is none, with their numbers."""

    def __attrs_post_init__(self) -> None:
        self.semester_texts = np.array([self.texts.number(name) for name in self.calendar.names], np.int32)

    def enrolled(self, places: Numbers | slice) -> Numbers:
        """For each of some records, whether its person is, in its semester; only asked of those that have begun."""
        semesters = self.cohort.semesters[places]
        found: Numbers = (semesters == 0) | self.enrolments[self.cohort.owners[places], semesters]
        return found

    def made(self, kind: str, place: int, inputs: Iterable[Input]) -> Made:
        """A record with its inputs, and nothing else."""
        cohort, owner = self.cohort, int(self.cohort.owners[place])
        names: dict[str, list[str]] = {"field": [], "attribute": [], "account": []}
        enrolled = False
        for each in inputs:
            names.get(each.what, []).append(each.name)
            enrolled |= each.what == "enrolled" and bool(self.enrolled(np.array([place]))[0])
        balances = {}
        for name in names["account"]:
            (amount,), (exists,) = self.balance(name, np.array([place]))
            if exists:
                balances[name] = EXACT.scaleb(Decimal(int(amount)), -self.decimals)
        record = cohort.record(kind, place, self.calendar, names["field"])
        attributes = {name: cohort.attributes[name] for name in names["attribute"]}
        told = {name: column.value(owner) for name, column in attributes.items()}
        return Made(record, told, enrolled, balances)

    def keys(self, kind: str, reads: Reads, places: Numbers) -> tuple[Numbers, int]:
        """A number for the combination of inputs of each record, and how many there can be."""
        keys, size = np.zeros(len(places), np.int64), 1
        inside = places - self.cohort.kinds[kind].first
        columns = [
            self._balance_codes(each.name, places) if each.what == "account" else self._of_kind(kind, each, inside)
            for each in sorted(reads.inputs, key=str)
        ]
        for question in reads.answers:
            if any(each.what == "account" for each in self.readers[kind].inputs(question)):
                columns.append((self._answers(kind, question, places), _MOST_ANSWERS))
            else:
                columns.append(self._of_kind(kind, question, inside))
        for number, (codes, many) in enumerate(columns):
            if size * many >= 1 << 62:  # more than there are numbers: those that are met are counted
                met = self._met.setdefault((kind, reads, number), Numbered(partial(next, count()), size))
                keys, size = met.of(keys, places).astype(np.int64), _MOST_MET
            keys = keys * many + codes
            size *= many
        return keys, size

    def _of_kind(self, kind: str, wanted: Any, inside: Numbers) -> tuple[Numbers, int]:
        codes, many = self.input_codes(kind, wanted) if isinstance(wanted, Input) else self.answer_codes(kind, wanted)
        return codes[inside], many

    def _balance_codes(self, name: str, places: Numbers) -> tuple[Numbers, int]:
        """A number for the balance of an account at each of some records, 0 for none."""
        amounts, exists = self.balance(name, places)
        distinct, _, back = distinct_numbers(amounts)
        codes = [self._amounts.setdefault(x, len(self._amounts) + 1) for x in distinct.tolist()]
        return np.where(exists, np.array(codes, np.int64)[back], 0), _MOST_BALANCES

    def input_codes(self, kind: str, wanted: Input) -> tuple[Numbers, int]:
        """A number for the value of an input for each record of a kind, and how many there are."""
        if (kind, wanted) not in self._codes:
            cohort, own = self.cohort, self.cohort.kinds[kind]
            all_ = slice(own.first, own.first + len(own.source))
            if wanted.what == "field":
                column = own.fields[wanted.name]
                found = column.codes, len(column.values)
            elif wanted.what == "attribute":
                column = cohort.attributes[wanted.name]
                found = column.codes[cohort.owners[all_]], len(column.values)
            elif wanted.what == "on":
                distinct, _, codes = distinct_numbers(cohort.days[all_])
                found = codes, max(1, len(distinct))
            elif wanted.what == "semester":
                found = cohort.semesters[all_], len(self.calendar.names)
            else:
                flags = self.enrolled(all_) if wanted.what == "enrolled" else cohort.named[all_]
                found = flags.astype(np.int8), 2
            self._codes[kind, wanted] = found
        return self._codes[kind, wanted]

    def answer_codes(self, kind: str, question: e.Expression) -> tuple[Numbers, int]:
        """A number for the answer to a question for each record of a kind; one without is numbered by its reason."""
        if (kind, question) not in self._codes:
            found = self._found(kind, question, self.cohort.kinds[kind].places)
            self._codes[kind, question] = found, len(self._said[kind, question])
        return self._codes[kind, question]

    def _answers(self, kind: str, question: e.Expression, places: Numbers) -> Numbers:
        """The same for some records; what hangs on balances is asked for these alone."""
        if any(each.what == "account" for each in self.readers[kind].inputs(question)):
            return self._found(kind, question, places)
        codes, own = self.answer_codes(kind, question)[0], self.cohort.kinds[kind]
        return codes if len(places) == len(codes) else codes[places - own.first]

    def _found(self, kind: str, question: e.Expression, places: Numbers) -> Numbers:
        answers, inputs = self._said.setdefault((kind, question), {}), self.readers[kind].inputs(question)
        match question:
            case e.Read(what="field"):  # what stands there answers for itself; only why nothing does is asked
                own = self.cohort.kinds[kind]
                column = own.fields[question.name]
                nothing = np.flatnonzero(column.codes == 0)[:1].tolist()
                why = self._ask(kind, question, inputs, own.first + nothing[0]) if nothing else 0
                numbers = [why, *(answers.setdefault(value, len(answers)) for value in column.values[1:])]
                return np.array(numbers, np.int32)[column.codes]
            case e.Present(operand=e.Read(what="field") | e.Value(sort="record fact") as operand):
                codes = self._answers(kind, operand, places)
                there = [not isinstance(value, tuple) for value in self._said[kind, operand]]
                numbers = [answers.setdefault(value, len(answers)) for value in there]
                return np.array(numbers or [0], np.int32)[codes]
            case e.Compare(ranks=None) if question.operator in _IN_ORDER:
                if (found := self._compared(kind, question, places)) is not None:
                    return found
        if any(each.what == "account" for each in inputs):
            keys, size = self.keys(kind, Reads(inputs), places)
            if (kind, question) not in self._asked:
                self._asked[kind, question] = Numbered(partial(self._ask, kind, question, inputs), size)
            return self._asked[kind, question].of(keys, places)
        codes, firsts = self._combinations(kind, inputs)
        return np.array([self._ask(kind, question, inputs, place) for place in firsts], np.int32)[codes]

    def _combinations(self, kind: str, inputs: frozenset[Input]) -> tuple[Numbers, Sequence[int]]:
        """A number for the combination of some inputs of each record of a kind, and the first record with each."""
        if (kind, inputs) not in self._combined:
            places = self.cohort.kinds[kind].places
            keys, size = self.keys(kind, Reads(inputs), places)
            firsts: list[int] = []

            def new(place: int) -> int:
                firsts.append(place)
                return len(firsts) - 1

            self._combined[kind, inputs] = Numbered(new, size).of(keys, places), firsts
        return self._combined[kind, inputs]

    def _ask(self, kind: str, question: e.Expression, inputs: Iterable[Input], place: int) -> int:
        """The number of the answer to a question about a record."""
        answers = self._said[kind, question]
        found: Any = self.filler.value(question, self.made(kind, place, inputs))
        if isinstance(found, Undetermined):
            found = found.sort, self.texts.number(found.reason), found.name
        return answers.setdefault(found, len(answers))

    def _compared(self, kind: str, question: e.Compare, places: Numbers) -> Numbers | None:
        """The answers to a comparison of days or of numbers, of which either side is asked for alone: together they may
        have many more combinations. None for a comparison of anything else.
        """
        sides, reader = (question.left, question.right), self.readers[kind]
        inputs = reader.inputs(question)
        if not all(isinstance(side, e.Read) or reader.inputs(side) < inputs for side in sides):
            return None
        codes = [self._answers(kind, side, places) for side in sides]
        said = [list(self._said[kind, side]) for side in sides]
        plain = {value for side in said for value in side if not isinstance(value, tuple)}
        if len({type(value) for value in plain}) > 1 or not all(isinstance(value, (date, Decimal)) for value in plain):
            return None
        asked = [np.arange(len(said[0]))[:, None], np.arange(len(said[1]))[None]]
        few = asked[0].size * asked[1].size <= len(places)
        if not few:
            asked = codes
        places_of = {value: place for place, value in enumerate(sorted(plain))}
        ranks = [
            np.array([places_of.get(value, -1) for value in side], np.int32)[at]
            for side, at in zip(said, asked, strict=True)
        ]
        answers = self._said.setdefault((kind, question), {})
        yes, no = (answers.setdefault(holds, len(answers)) for holds in (True, False))
        found: Numbers = np.where(_IN_ORDER[question.operator](*ranks), yes, no).astype(np.int32)
        for side, at, rank in reversed(list(zip(said, asked, ranks, strict=True))):
            whys = [answers.setdefault(x, len(answers)) if isinstance(x, tuple) else -1 for x in side]
            found = np.where(rank < 0, np.array(whys, np.int32)[at], found)
        return found.ravel()[codes[0] * asked[1].size + codes[1]] if few else found

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

    def _ask(self, place: int) -> int:
        ask = self.known.filler.holds if self.holds else self.known.filler.value
        value = ask(
            self.expression, self.known.made(self.kind, place, self.known.readers[self.kind].inputs(self.expression))
        )
        value = None if isinstance(value, (Undetermined, v.Interval, v.Open)) else value
        if value not in self._by_value:
            self._by_value[value] = len(self.values)
            self.values.append(value)
        return self._by_value[value]

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
