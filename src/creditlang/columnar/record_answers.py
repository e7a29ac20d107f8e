"""What is asked of the records of a cohort one by one, and what the interpreter answers.

An answer hangs on what the question reads. So it stands by the values of that, its *base*, and not once more for each
record: what compares a field with constants is answered for each value of the field. Where a question reads several
things, its parts are answered by themselves and put together by arrays, or a combination of what it reads, met for the
first time, is asked about once, with a record that has it. What hangs on balances is asked for some at a time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import count, repeat
from math import prod
from typing import Any, Final

import numpy as np
from attrs import define, field, frozen

from creditlang.columnar.coded_periods import CodedCalendar, Numbers
from creditlang.columnar.distinct_numbers import distinct_numbers
from creditlang.columnar.numbered import Numbered, Texts
from creditlang.columnar.record_columns import CodedField, RecordColumns
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.parts import expressions
from creditlang.data.coded.coded_records import TypedColumn
from creditlang.data.coded.coded_sheet import coded
from creditlang.plan.inputs import Input, Reader, Reads
from creditlang.plan.tables import Filler, Made
from creditlang.values import EXACT, Undetermined

_MOST_ANSWERS: Final = 1 << 10
"""Different answers that a question about balances can have: yes, no, or why there is none."""
_MOST_BALANCES: Final = 1 << 24
"""Different amounts that balances which records ask for can have."""
_MOST_MET: Final = 1 << 31
"""Different combinations that records can have: as many as there can be records."""
_FEW: Final = 64
"""So many combinations are asked about as they are."""
_IN_ORDER: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "=": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
}  # fmt: skip


@frozen(eq=False)
class Answers:
    """The number of an answer for each code of a base; and by number what was answered, or why nothing was, apart from
    other values as a tuple.
    """

    base: CodedField
    numbers: Numbers
    values: Sequence[Any]

    def of(self, records: Numbers | slice) -> Numbers:
        """The number of the answer for some records of the kind."""
        return self.numbers.take(self.base.raw(records))


@frozen(eq=False)
class Factor:
    """What some lines read of one base: which of its codes are one to them, by number; each its own without numbers."""

    base: CodedField
    numbers: Numbers | None
    many: int

    def of(self, records: Numbers | slice) -> Numbers:
        """The number for some records of the kind."""
        codes = self.base.raw(records)
        return codes if self.numbers is None else self.numbers.take(codes)


@define(eq=False, kw_only=True)
class RecordAnswers:
    """What is asked of records one by one."""

    policy: o.Policy
    cohort: RecordColumns
    calendar: CodedCalendar
    filler: Filler
    decimals: int
    texts: Texts
    readers: Mapping[str, Reader]
    enrolments: Numbers = field(init=False)
    """Students by semesters: who is enrolled, once that is known."""
    balance: Callable[[str, Numbers], tuple[Numbers, Numbers]] = field(init=False)
    """The balance of an account in the semester or year of each of some records, and whether there is one."""
    _bases: dict[tuple[str, Any], CodedField] = field(factory=dict)
    _places: dict[int, tuple[Numbers, Numbers]] = field(factory=dict)
    """By base, the codes that occur, and where."""
    _factors: dict[tuple[str, Reads], list[Factor]] = field(factory=dict)
    _answers: dict[tuple[str, e.Expression], Answers] = field(factory=dict)
    _amounts: dict[int, int] = field(factory=dict)
    _numbered: dict[tuple[str, e.Expression], Numbered] = field(factory=dict)
    _met: dict[tuple[str, Reads, int], Numbered] = field(factory=dict)
    """Combinations of the first so many things, where all would be more than there are numbers."""
    _said: dict[tuple[str, e.Expression], dict[Any, int]] = field(factory=dict)
    """The answers to each question, with their numbers."""

    def enrolled(self, places: Numbers | slice) -> Numbers:
        """For each of some records, whether its person is, in its semester; only asked of those that have begun."""
        semesters = self.cohort.semesters[places]
        found: Numbers = (semesters == 0) | self.enrolments[self.cohort.owners[places], semesters]
        return found

    def made(self, kind: str, places: Numbers, inputs: Iterable[Input]) -> Iterator[Made]:
        """Some records of a kind with their inputs, and nothing else."""
        cohort = self.cohort
        names: dict[str, list[str]] = {}
        for each in inputs:
            names.setdefault(each.what, []).append(each.name)
        enrolled: Iterable[bool] = self.enrolled(places).tolist() if "enrolled" in names else repeat(False)
        accounts = {name: self.balance(name, places) for name in names.get("account", ())}
        records = cohort.records(kind, places, self.calendar, names.get("field", ()))
        owners = cohort.owners[places] if "attribute" in names else places
        attributes = {name: cohort.attributes[name].of(owners) for name in names.get("attribute", ())}
        for at, (record, is_enrolled) in enumerate(zip(records, enrolled, strict=False)):
            balances = {
                name: EXACT.scaleb(Decimal(int(amounts[at])), -self.decimals)
                for name, (amounts, exists) in accounts.items()
                if exists[at]
            }
            yield Made(record, {name: values[at] for name, values in attributes.items()}, is_enrolled, balances)

    # ---- what lines read, by number
    def keys(self, kind: str, reads: Reads, places: Numbers) -> tuple[Numbers, int]:
        """A number for the combination of inputs of each record, and how many there can be."""
        keys, size = np.zeros(len(places), np.int64), 1
        inside = places - self.cohort.kinds[kind].first
        columns = [(factor.of(inside), factor.many) for factor in self.factors(kind, reads)]
        balances = (each.name for each in sorted(reads.inputs, key=str) if each.what == "account")
        columns += [(self._balance_codes(name, places), _MOST_BALANCES) for name in balances]
        asked = (question for question in reads.answers if self._hangs_on_balances(kind, question))
        columns += [(self._found(kind, question, places).of(slice(None)), _MOST_ANSWERS) for question in asked]
        for number, (codes, many) in enumerate(columns):
            if size * many >= 1 << 62:  # more than there are numbers: those that are met are counted
                met = self._met.setdefault((kind, reads, number), Numbered(partial(_next, count()), size))
                keys, size = met.of(keys, places).astype(np.int64), _MOST_MET
            keys = keys * many + codes
            size *= many
        return keys, size

    def factors(self, kind: str, reads: Reads) -> list[Factor]:
        """What some lines read of a record, base by base, but for balances and what is the same for all records."""
        if (kind, reads) not in self._factors:
            parts: dict[int, tuple[CodedField, list[Numbers] | None]] = {}
            for each in sorted(reads.inputs, key=str):
                if each.what != "account":
                    base = self.input(kind, each)
                    parts[id(base)] = base, None
            for question in reads.answers:
                if not self._hangs_on_balances(kind, question):
                    found = self.answers(kind, question)
                    own = parts.setdefault(id(found.base), (found.base, []))[1]
                    if own is not None:
                        own.append(found.numbers)
            factors = (_factor(base, columns) for base, columns in parts.values())
            self._factors[kind, reads] = [factor for factor in factors if factor.many > 1]
        return self._factors[kind, reads]

    def input(self, kind: str, wanted: Input) -> CodedField:
        """What stands in an input, by code."""
        if wanted.what == "field":
            return self.cohort.kinds[kind].fields[wanted.name]
        if (kind, wanted) not in self._bases:
            own = self.cohort.kinds[kind]
            all_ = slice(own.first, own.first + len(own.source))
            if wanted.what == "attribute":
                column = self.cohort.attributes[wanted.name]
                found = _base(column.values, column.codes[self.cohort.owners[all_]])
            elif wanted.what == "on":
                days, _, codes = distinct_numbers(self.cohort.days[all_])
                found = _base(days.tolist(), codes)
            elif wanted.what == "semester":
                found = _base(self.calendar.names, self.cohort.semesters[all_])
            else:
                flags = self.enrolled(all_) if wanted.what == "enrolled" else self.cohort.named[all_]
                found = _base((False, True), flags)
            self._bases[kind, wanted] = found
        return self._bases[kind, wanted]

    def _combined(self, kind: str, inputs: frozenset[Input]) -> CodedField:
        """The combination of some inputs, by code."""
        if len(inputs) == 1:
            return self.input(kind, *inputs)
        if (kind, inputs) not in self._bases:
            keys, _ = self.keys(kind, Reads(inputs), self.cohort.kinds[kind].places)
            _, firsts, codes = distinct_numbers(keys)
            self._bases[kind, inputs] = found = _base(range(len(firsts)), codes)
            self._places[id(found)] = np.arange(len(firsts)), firsts
        return self._bases[kind, inputs]

    def _balance_codes(self, name: str, places: Numbers) -> Numbers:
        """A number for the balance of an account at each of some records, 0 for none."""
        amounts, exists = self.balance(name, places)
        distinct, _, back = distinct_numbers(amounts)
        codes = [self._amounts.setdefault(x, len(self._amounts) + 1) for x in distinct.tolist()]
        return np.where(exists, np.array(codes, np.int64)[back], 0)

    def _hangs_on_balances(self, kind: str, question: e.Expression) -> bool:
        return any(each.what == "account" for each in self.readers[kind].inputs(question))

    # ---- answers
    def answers(self, kind: str, question: e.Expression) -> Answers:
        """The answers to a question that hangs on no balance."""
        if (kind, question) not in self._answers:
            self._answers[kind, question] = self._found(kind, question)
        return self._answers[kind, question]

    def _part(self, kind: str, question: e.Expression, places: Numbers | None) -> Answers:
        """The same of a part of a question, for some records if it is about these."""
        if places is not None and self._hangs_on_balances(kind, question):
            return self._found(kind, question, places)
        found = self.answers(kind, question)
        if places is None:
            return found
        return _by_record(found.of(places - self.cohort.kinds[kind].first), found.values)

    def _found(self, kind: str, question: e.Expression, places: Numbers | None = None) -> Answers:
        """The answers for all records; for some of them, where the question hangs on balances."""
        match question:
            case e.Read(what="field"):
                return self._of_field(kind, question)
            case e.Value(sort="record fact"):
                return self._part(kind, self.policy.record_facts[question.name], places)
            case e.Present(operand=e.Read(what="field") | e.Value(sort="record fact") as operand):
                found = self._part(kind, operand, places)
                there = np.array([not isinstance(value, tuple) for value in found.values] or [False], np.int8)
                return Answers(found.base, there.take(found.numbers), (False, True))
            case e.Compare(ranks=None) if question.operator in _IN_ORDER and not question.of_averages:
                sides = [self._part(kind, side, places) for side in (question.left, question.right)]
                if (compared := _compared(question, *sides)) is not None:
                    return compared
        said, inputs = self._said.setdefault((kind, question), {}), self.readers[kind].inputs(question)
        if places is not None:
            keys, size = self.keys(kind, Reads(inputs), places)
            if (kind, question) not in self._numbered:
                self._numbered[kind, question] = Numbered(partial(self._ask, kind, question), size)
            return _by_record(self._numbered[kind, question].of(keys, places), list(said))
        few = prod(len(self.input(kind, each).column.values) for each in inputs) <= _FEW
        parts = () if few else self.readers[kind].parts(question)
        if parts and all(map(self._is_told, parts)):
            if isinstance(question, e.Cases):
                return self._chosen(kind, question)
            answered = [self.answers(kind, part) for part in parts]
            base, codes = _aligned(answered)
            keys = _together((x, len(each.values)) for x, each in zip(codes, answered, strict=True))
        else:
            base = self._combined(kind, inputs)
            keys = base.alike
        numbers = self._each(kind, question, base, keys)
        return Answers(base, numbers, list(said)) if base is not None else _by_record(numbers, list(said))

    def _is_told(self, x: e.Expression) -> bool:
        """Whether arrays tell the answer, with few questions."""
        match x:
            case e.Constant() | e.Read(what="field"):
                return True
            case e.Value(sort="record fact"):
                return self._is_told(self.policy.record_facts[x.name])
            case e.Present() | e.Compare() | e.Logical() | e.Not() | e.Cases():
                return all(map(self._is_told, expressions(x)))
        return False

    def _of_field(self, kind: str, x: e.Read) -> Answers:
        """What stands there answers for itself; only why nothing does is asked."""
        column, said = self.cohort.kinds[kind].fields[x.name], self._said.setdefault((kind, x), {})
        nothing = np.flatnonzero(column.codes == 0)[:1] + self.cohort.kinds[kind].first
        why = self._ask(kind, x, nothing) or [0]
        numbers = coded([*why, *(said.setdefault(value, len(said)) for value in column.values[1:])])
        return Answers(column, numbers.take(column.alike), list(said))

    def _chosen(self, kind: str, x: e.Cases) -> Answers:
        """A value by cases; asked is where it is not known whether one applies, and once what it is if none does."""
        parts = [*(part for part, _ in x.branches), *(part for _, part in x.branches)]
        parts += [x.otherwise] if x.otherwise is not None else []
        answered, said = [self.answers(kind, part) for part in parts], self._said.setdefault((kind, x), {})
        base, codes = _aligned(answered)

        def give(place: int, who: Numbers) -> None:
            numbers = [said.setdefault(value, len(said)) for value in answered[place].values]
            found[who] = np.array(numbers or [-1], np.int32)[codes[place][who]]

        found, left, many = np.full(len(codes[0]), -1, np.int32), np.ones(len(codes[0]), bool), len(x.branches)
        for place in range(many):
            holds, fails = (
                np.array([value is way for value in answered[place].values] or [False])[codes[place]]
                for way in (True, False)
            )
            give(many + place, left & holds)
            left &= fails
        if x.otherwise is not None:
            give(-1, left)
        rest = found < 0
        if rest.any():
            every = _together((own, len(each.values)) for own, each in zip(codes, answered, strict=True))
            found = np.where(rest, self._each(kind, x, base, np.where(left, 0, 1 + every), rest), found)
        return Answers(base, found, list(said)) if base is not None else _by_record(found, list(said))

    def _each(
        self, kind: str, question: e.Expression, base: CodedField | None, keys: Numbers, some: Numbers | None = None
    ) -> Numbers:  # fmt: skip
        """The number of the answer for each code of a base, or without one each record, asked once for each key."""
        found = np.zeros(len(keys), np.int32)
        at, records = self._occurring(base) if base is not None else (np.arange(len(keys)),) * 2
        if some is not None:
            at, records = at[some[at]], records[some[at]]
        _, firsts, codes = distinct_numbers(keys[at])
        asked = self._ask(kind, question, self.cohort.kinds[kind].first + records[firsts]) if len(at) else [0]
        found[at] = np.array(asked, np.int32)[codes]
        return found

    def _occurring(self, base: CodedField) -> tuple[Numbers, Numbers]:
        """The codes that records have, and a record of the kind with each."""
        if id(base) not in self._places:
            codes = base.raw(slice(None))
            found = np.full(len(base.column.values), -1, np.int64)
            found[codes] = np.arange(len(codes))
            there = np.flatnonzero(found >= 0)
            self._places[id(base)] = there, found[there]
        return self._places[id(base)]

    def _ask(self, kind: str, question: e.Expression, places: Numbers) -> list[int]:
        """The numbers of the answers to a question about some records."""
        said, found = self._said[kind, question], []
        for made in self.made(kind, places, self.readers[kind].inputs(question)):
            value = self.filler.value(question, made)
            if isinstance(value, Undetermined):
                value = value.sort, self.texts.number(value.reason), value.name
            found.append(said.setdefault(value, len(said)))
        return found


def _next(numbers: Iterator[int], places: Numbers) -> list[int]:
    return [next(numbers) for _ in places]


def _base(values: Sequence[Any], codes: Numbers) -> CodedField:
    return CodedField(TypedColumn("", values, codes.astype(np.min_scalar_type(max(1, len(values) - 1)))))


def _by_record(numbers: Numbers, values: Sequence[Any]) -> Answers:
    return Answers(_base(values, numbers), np.arange(max(1, len(values)), dtype=np.int32), values)


def _factor(base: CodedField, columns: Sequence[Numbers] | None) -> Factor:
    if columns is None:
        return Factor(base, None, len(base.column.values))
    keys = _together((numbers, int(numbers.max(initial=0)) + 1) for numbers in columns)
    classes, _, codes = distinct_numbers(keys)
    return Factor(base, codes.astype(np.min_scalar_type(len(classes))), len(classes))


def _together(columns: Iterable[tuple[Numbers, int]]) -> Numbers:
    """A number for each combination of codes, of which there are so many."""
    keys, size = np.zeros(1, np.int64), 1
    for codes, many in columns:
        if size * many >= 1 << 62:
            keys = distinct_numbers(keys)[2].astype(np.int64)
            size = len(keys)
        keys = keys * max(1, many) + codes
        size *= max(1, many)
    return keys


def _aligned(parts: Sequence[Answers]) -> tuple[CodedField | None, list[Numbers]]:
    """The numbers of several answers side by side: by the base if they share one, else by record."""
    bases = {id(x.base): x.base for x in parts if len(x.numbers) > 1}
    if len(bases) > 1:
        return None, [x.of(slice(None)) for x in parts]
    size = max(len(x.numbers) for x in parts)
    return next(iter(bases.values()), parts[0].base), [np.broadcast_to(x.numbers, size) for x in parts]


def _compared(x: e.Compare, left: Answers, right: Answers) -> Answers | None:
    """The answers to a comparison of days or of numbers; None for one of anything else."""
    sides = left, right
    plain = {value for side in sides for value in side.values if not isinstance(value, tuple)}
    if len({type(value) for value in plain}) > 1 or not all(isinstance(value, (date, Decimal)) for value in plain):
        return None
    base, codes = _aligned(sides)
    many = [max(1, len(side.values)) for side in sides]
    few = many[0] * many[1] <= len(codes[0])
    asked = [np.arange(many[0])[:, None], np.arange(many[1])[None]] if few else codes
    places_of = {value: place for place, value in enumerate(sorted(plain))}
    ranks = [
        np.array([places_of.get(value, -1) for value in side.values] or [-1], np.int32)[at]
        for side, at in zip(sides, asked, strict=True)
    ]
    said: dict[Any, int] = {True: 0, False: 1}
    found = np.where(_IN_ORDER[x.operator](*ranks), 0, 1)
    for side, at, rank in reversed(list(zip(sides, asked, ranks, strict=True))):
        if (rank < 0).any():
            whys = [said.setdefault(value, len(said)) if isinstance(value, tuple) else -1 for value in side.values]
            found = np.where(rank < 0, np.array(whys or [0], np.int32)[at], found)
    if few:
        found = found.ravel()[codes[0].astype(np.int64) * many[1] + codes[1]]
    return Answers(base, found, list(said)) if base is not None else _by_record(found, list(said))
