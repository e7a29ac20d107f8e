"""Which difference between two runs made which result another one: found by working students out, never guessed.

A student is worked out as in the earlier run with each difference brought in alone, and as in the later one with each
taken back alone. What changes a result in neither way is no cause of it. Of several that do, each has its own share if
their effects are the same alone and among the others and add up; else they are named together. Where people are ranked
or grouped, the data of all hang together, so those are brought in as one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from attrs import define, field, frozen

from creditlang import values as v
from creditlang.core import operators as o
from creditlang.corrections.changed_data import Piece, StudentsData, changed_data
from creditlang.data.dataset import Dataset, Student
from creditlang.diagnostics import Phrase
from creditlang.ledger import Record, StudentResult
from creditlang.one_student import OneStudent, as_read
from creditlang.results import shown_results

Result = tuple[str, str, str]
"""What is compared: its sort (`require`, `account` or `fact`), its name, and its period."""
Results = Mapping[Result, Any]
Unit = tuple[Piece, ...]
"""Differences that are brought in together."""

MOST_TRIED: Final = 40
"""Differences of one student up to which each is tried; more are named together."""
OTHERS: Final = Piece("others", told=Phrase("those with whom the student is compared", "一同比较的其他人"))


@frozen(eq=False)
class RunSide:
    """One of the two runs: its policy, as of which day, with which named values, for whom it was; `read` reads the
    data of the earlier (0) or the later run (1) by its policy.
    """

    policy: o.Policy
    as_of: date | None
    overrides: Mapping[str, Any]
    read: Callable[[int], Dataset]


@frozen
class Cause:
    """What made a result another one; of several, with its share if that is known."""

    piece: Piece
    share: Decimal | None
    """What it makes of the difference, with those that it is a cause together with; None where that is no number."""
    group: int | None
    """The same for causes that only together make their share; None for one that makes it alone."""


@frozen
class Correction:
    """A result that is another one: before and after, None where there was or is none, and what made it so."""

    student: str
    result: Result
    before: Any
    after: Any
    causes: tuple[Cause, ...]


def corrections_of(earlier: RunSide, later: RunSide, students: Iterable[str] | None = None) -> "Corrections":
    """All that differs in the later run, student by student in the order of their numbers; of some, or of everybody."""
    return Corrections.of(earlier, later, None if students is None else frozenset(students))


@define(eq=False)
class Corrections:
    """Two runs compared."""

    sides: tuple[RunSide, RunSide]
    wanted: frozenset[str] | None
    changes: list[Correction] = field(factory=list)
    without_effect: dict[str, tuple[Piece, ...]] = field(factory=dict)
    """Of students none of whose results changed: what of their data did."""
    _datasets: dict[tuple[int, int], Dataset] = field(factory=dict)
    _engines: dict[tuple[int, int, int], OneStudent] = field(factory=dict)

    @staticmethod
    def of(earlier: RunSide, later: RunSide, wanted: frozenset[str] | None) -> "Corrections":
        """Work everybody out, and what changed again piece by piece."""
        found = Corrections((earlier, later), wanted)
        for student in sorted(found.everybody if wanted is None else found.everybody & wanted):
            found.changes += found._corrected(student)
        return found

    @cached_property
    def everybody(self) -> frozenset[str]:
        """The students of either run."""
        return frozenset((*self.dataset(0, 0).students, *self.dataset(1, 1).students))

    @cached_property
    def compared(self) -> bool:
        """Whether what comes out for one hangs on the data of others."""
        return any(fact.among_others for side in self.sides for fact in side.policy.facts.values())

    @cached_property
    def outside(self) -> tuple[Piece, ...]:
        """What differs whoever the student is: the policy, the day."""
        one, two = self.sides
        found = []
        if one.policy.fingerprint != two.policy.fingerprint:
            found.append(Piece("policy", told=POLICY))
        elif one.overrides != two.overrides:
            found.append(Piece("policy", told=VALUES))
        if one.as_of != two.as_of:
            days = [str(side.as_of or "—") for side in self.sides]
            found.append(Piece("date", told=Phrase(" → ".join(days), " → ".join(days))))
        return tuple(found)

    @cached_property
    def others(self) -> tuple[Piece, ...]:
        """That the data of anybody differ, where what comes out for one hangs on those of others."""
        one, two = self.dataset(1, 0).students, self.dataset(1, 1).students
        differ = one.keys() != two.keys() or any(
            changed_data(self.sides[1].policy, one[name], two[name], None).pieces for name in one
        )
        return (OTHERS,) if self.compared and differ else ()

    # ---- what is read, and who works it out
    def dataset(self, policy: int, data: int) -> Dataset:
        """The data of a run as one of the policies reads them; read once."""
        if self.sides[0].policy.fingerprint == self.sides[1].policy.fingerprint:
            policy = data
        if (policy, data) not in self._datasets:
            self._datasets[policy, data] = self.sides[policy].read(data)
        return self._datasets[policy, data]

    def engine(self, policy: int, day: int, others: int) -> OneStudent:
        """What works students out by a policy as of a day, among the others of one of the runs."""
        key = policy, day, others if self.compared else 0
        if key not in self._engines:
            side, people = self.sides[policy], self.dataset(policy, others).students
            made = OneStudent(side.policy, self.sides[day].as_of, side.overrides, expected=len(people))
            self._engines[key] = made.among(lambda: map(as_read, people.values()))
        return self._engines[key]

    # ---- one student
    def _corrected(self, student: str) -> Iterator[Correction]:
        trial = _Trial(self, student)
        before, after = trial.results(frozenset()), trial.results(trial.everything)
        changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        if not changed and trial.own:
            self.without_effect[student] = trial.own
        for name in sorted(changed):
            yield Correction(student, name, before.get(name), after.get(name), tuple(trial.causes(name)))


@define(eq=False)
class _Trial:
    """One student, with any of the differences brought in."""

    of: Corrections
    student: str
    _known: dict[frozenset[Piece], Results] = field(factory=dict)

    @cached_property
    def listed(self) -> tuple[bool, bool]:
        """Whether the student is on the list of each run."""
        return self.student in self.of.dataset(0, 0).students, self.student in self.of.dataset(1, 1).students

    @cached_property
    def data(self) -> tuple[StudentsData, StudentsData]:
        """The data in both runs, as each of the policies reads them."""
        none = Student(self.student, {})
        read = [
            [self.of.dataset(policy, data).students.get(self.student, none) for data in (0, 1)] for policy in (0, 1)
        ]
        day = self.of.sides[0].as_of
        one, two = (changed_data(x.policy, was, now, day) for x, (was, now) in zip(self.of.sides, read, strict=True))
        return one, two

    @cached_property
    def own(self) -> tuple[Piece, ...]:
        """What differs in the student's own data, as the later policy reads them."""
        if self.listed != (True, True):
            return (Piece("student", told=NOT_LISTED if self.listed[0] else LISTED),)
        return self.data[1].pieces

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """The differences, as they are brought in."""
        alone = tuple((piece,) for piece in self.of.outside)
        if self.of.compared:
            data = (*self.own, *self.of.others)
            return (data, *alone) if data else alone
        return (*((piece,) for piece in self.own), *alone)

    @cached_property
    def everything(self) -> frozenset[Piece]:
        """All of them."""
        return frozenset(piece for unit in self.units for piece in unit)

    def results(self, brought_in: frozenset[Piece]) -> Results:
        """What comes out with some of the differences."""
        if brought_in not in self._known:
            self._known[brought_in] = self._worked_out(brought_in)
        return self._known[brought_in]

    def _worked_out(self, brought_in: frozenset[Piece]) -> Results:
        sorts = {piece.sort for piece in brought_in}
        policy, day, others = ("policy" in sorts, "date" in sorts, "others" in sorts)
        if not self.listed["student" in sorts if self.listed != (True, True) else 0]:
            return {}
        data = self.data[policy]
        if self.listed != (True, True) or self.of.compared:
            late = "student" in sorts if self.listed != (True, True) else others
            person, records = (data.after, data.after.records) if late else (data.before, data.before.records)
        else:
            person = data.after if "student" in sorts else data.before
            records = list(_records(data, brought_in))
        result = self.of.engine(policy, day, others).result(as_read(person, records))
        return _compared(self.of.sides[policy].policy, result)

    def causes(self, name: Result) -> Iterator[Cause]:
        """What made a result another one."""
        if len(self.units) > MOST_TRIED:
            yield from _causes([self.units])
            return
        everything, none = self.everything, frozenset[Piece]()
        base, full = self._of(name, none), self._of(name, everything)
        acting = [
            unit
            for unit in self.units
            if self._of(name, frozenset(unit)) != base or self._of(name, everything - frozenset(unit)) != full
        ] or self.units
        for groups in ([(unit,) for unit in acting], list(self._that_meet(name, acting))):
            shares = [_less(self._of(name, _pieces(group)), base) for group in groups]
            again = [_less(full, self._of(name, everything - _pieces(group))) for group in groups]
            known = [share for share in shares if share is not None]
            if shares == again == known and v.total(known) == _less(full, base):
                made = [(group, share) for group, share in zip(groups, known, strict=True) if share]
                yield from _causes([group for group, _ in made], [share for _, share in made])
                return
        yield from _causes([acting])

    def _of(self, name: Result, brought_in: frozenset[Piece]) -> Any:
        return self.results(brought_in).get(name)

    def _that_meet(self, name: Result, acting: Sequence[Unit]) -> Iterator[tuple[Unit, ...]]:
        """The differences in groups of which none changes what another does, as far as that shows two at a time."""
        left = list(acting) if len(acting) <= _MOST_PAIRED else []
        while left:
            group = [left.pop(0)]
            for unit in group:
                group += (met := [other for other in left if self._meet(name, unit, other)])
                left = [other for other in left if other not in met]
            yield tuple(group)

    def _meet(self, name: Result, one: Unit, two: Unit) -> bool:
        """Whether one of two differences does something else beside the other, in either run."""
        everything, three = self.everything, [_pieces(units) for units in ((one,), (two,), (one, two))]
        base, full = self._of(name, frozenset()), self._of(name, everything)
        early = [_less(self._of(name, some), base) for some in three]
        late = [_less(full, self._of(name, everything - some)) for some in three]
        return any(None in x or v.total(y for y in x[:2] if y is not None) != x[2] for x in (early, late))


_MOST_PAIRED: Final = 12
POLICY: Final = Phrase("another version of the policy", "办法有改动")
VALUES: Final = Phrase("other named values", "设定值有改动")
LISTED: Final = Phrase("new on the list of students", "新列入学生名单")
NOT_LISTED: Final = Phrase("no longer on the list of students", "已不在学生名单中")


def _pieces(units: Iterable[Unit]) -> frozenset[Piece]:
    return frozenset(piece for unit in units for piece in unit)


def _causes(groups: Iterable[Iterable[Unit]], shares: Sequence[Decimal] = ()) -> Iterator[Cause]:
    """The differences of some groups, each with its group's share; those of one group are causes together only."""
    for place, group in enumerate(groups):
        pieces = [piece for unit in group for piece in unit]
        for piece in pieces:
            yield Cause(piece, shares[place] if shares else None, place if len(pieces) > 1 else None)


def _less(one: object, two: object) -> Decimal | None:
    """By how much a settled number is more than another; nothing is none."""
    more, less = (v.ZERO if x is None else x for x in (one, two))
    if not (isinstance(more, Decimal) and isinstance(less, Decimal)):
        return None
    return v.low(v.subtract(more, less))


def _records(data: StudentsData, brought_in: frozenset[Piece]) -> Iterator[Record]:
    """The records of the earlier run with some differences brought in; each with its ruling of then or of now."""
    sorts: dict[tuple[str, str], set[str]] = {}
    for piece in brought_in:
        if piece.record:
            sorts.setdefault(piece.key, set()).add(piece.sort)
    for key in {**data.records_before, **data.records_after}:
        one, two, now = data.records_before.get(key), data.records_after.get(key), sorts.get(key, set())
        chosen = two if one is None or now & {"changed", "re-dated"} else one
        if chosen is None or (one is None and not now & {"late", "new"}) or "withdrawn" in now:
            continue
        ruled = two if now & {"decided", "undecided"} else one
        record = chosen.copy()
        record.ruling = ruled.ruling if ruled is not None else None
        yield record


def _compared(policy: o.Policy, result: StudentResult) -> Results:
    """What is compared of a student's results: requirements, balances, and the facts that stand in the results."""
    if not result.applies:
        return {}
    facts = {name for sort, name in shown_results(policy) if sort == "fact"}
    found: dict[Result, Any] = {("require", name, ""): status for name, status in result.requirements.items()}
    found |= {("account", x.account, x.period): x.amount for x in result.accounts if x.amount}
    found |= {("fact", x.fact, x.period): x.value for x in result.facts if x.fact in facts and x.value is not None}
    return found
