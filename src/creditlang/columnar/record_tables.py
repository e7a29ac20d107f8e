"""What records of a kind are by themselves, found once for each combination of what guards and lines of rules read.

Most lines of a rule speak of the record alone. Together they read few different things, so the way that an entry goes
through them, its *trail*, is found for each combination that occurs, by doing the lines to one entry of each that is
new. A record then has its fate, amount and steps by the number of its trail: by its item, and what the rule reads.
"""

from collections.abc import Iterable, Sequence
from itertools import takewhile
from math import prod
from typing import Any, Final

import numpy as np
from attrs import astuple, define, evolve, field

from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.distinct_numbers import distinct_numbers, first_places
from creditlang.columnar.effect_tables import EffectTable
from creditlang.columnar.entry_columns import LIVE, Entries, LaterSteps, Steps
from creditlang.columnar.kernels import LEFT_BIT, LIVE_BIT, MET_SHIFT, SIGN_SHIFT
from creditlang.columnar.line_tables import Known
from creditlang.columnar.machine_code import Kernels
from creditlang.columnar.record_answers import Factor
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.plan.inputs import Ask, NotLocal, Reads
from creditlang.plan.lower import PlannedBody

_MOST: Final = 1 << 16
"""The most combinations of which lines are taken together."""
_TAKEN: Final = ("amounts", "raw", "states", "signs", "reasons", "articles", "rules", "accounts")
_MOST_CONDITIONS: Final = 16
_AT_ONCE: Final = 1 << 15
"""Records whose trails are found together: a cache holds what they have, if that is laid out."""
_OUTCOMES: Final = 32
"""The most that guards can make of an entry."""


@define(eq=False)
class _Probes(Entries):
    """One entry for each new combination; who has it may have to be worked out alone."""

    left: Numbers = field(factory=lambda: np.zeros(0, bool))

    def set_aside(self, entries: Numbers, odd: Numbers) -> None:
        self.left[entries] = True


@define(eq=False)
class TrailSteps:
    """The steps of entries that go by trails."""

    entries: Numbers
    ids: Numbers
    tables: "RecordTables"

    def chosen(self, moved: Numbers) -> LaterSteps:
        """Those of some entries, by where each entry stands now; -1 for those that are left out."""
        kept = moved[self.entries] >= 0
        return TrailSteps(moved[self.entries[kept]], self.ids[kept], self.tables)

    def behind(self, count: int) -> LaterSteps:
        """The same behind so many other entries."""
        return TrailSteps(self.entries + count, self.ids, self.tables)

    def plain(self) -> Steps:
        """One by one."""
        of, sizes = self.tables.steps, self.tables.sizes[self.ids]
        within = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        rows = np.repeat(self.tables.starts[self.ids], sizes) + within
        return Steps(np.repeat(self.entries, sizes), of.texts[rows], of.before[rows], of.after[rows], of.articles[rows])


@define(eq=False)
class _Codes:
    """What some records have in what the lines of their rules read: the outcomes of guards, then factor by factor."""

    rows: list[tuple[Numbers, Numbers | None]]
    """Of each the codes of a base, and which of them are one to the lines."""

    def __getitem__(self, at: tuple[int, Numbers | slice]) -> Numbers:
        row, own = at
        codes, numbers = self.rows[row]
        return codes[own] if numbers is None else numbers.take(codes[own])

    def __setitem__(self, row: int, codes: Numbers) -> None:
        self.rows[row] = codes, None

    def laid_out(self, size: int) -> Numbers:
        """All of them as one array, but for the first, which is not known before."""
        found = np.empty((len(self.rows), size), np.uint16)
        for row in range(1, len(found)):
            found[row] = self[row, slice(None)]
        return found


@define(eq=False)
class RuleTable:
    """The lines of one rule that are taken together, behind the guards of its kind."""

    rule: o.Rule | None
    """None for records that no rule takes."""
    number: int
    account: int
    lines: list[EffectTable]
    reads: Reads
    conditions: list[e.Expression] = field(factory=list)
    """Of lines of groups, as far as the record alone decides them."""


@define(eq=False)
class RecordTables:
    """The trails of the records of a kind."""

    known: Known
    kind: str
    guards: list[EffectTable]
    guards_read: Reads
    rules: list[RuleTable]
    """The first for records that no rule takes."""
    kernels: Kernels
    columns: dict[str, Numbers] = field(init=False)
    steps: Steps = field(init=False)
    sizes: Numbers = field(init=False)
    """How many steps each trail has."""
    starts: Numbers = field(init=False)
    worth: Numbers = field(init=False)
    bits: Numbers = field(init=False)
    _found: int = 0
    _outcomes: dict[Any, int] = field(factory=dict)
    """What guards make of an entry, with the number that the rules read."""
    _parts: tuple[Numbers, ...] = field(init=False)
    _guard_parts: tuple[Numbers, ...] = field(init=False)
    _guard_cells: Numbers = field(init=False)
    _codes: list[Factor] = field(init=False)
    _cells: Numbers = field(init=False)

    @staticmethod
    def of(
        known: Known, kind: str, guards: list[EffectTable], rules: Iterable[tuple[o.Rule, int, int]],
        bodies: Any, table: Any, kernels: Kernels,
    ) -> "RecordTables | None":  # fmt: skip
        """Of rules with their numbers and those of their accounts; None where guards ask for more than the record."""
        asks: frozenset[Ask] = frozenset().union(*(guard.reads.asks for guard in guards))
        first, reads = _together(known, kind, _MOST, guards, asks)
        if len(first) < len(guards):
            return None
        own = RecordTables(known, kind, guards, reads, [RuleTable(None, -1, -1, [], Reads())], kernels)
        for rule, number, account in rules:
            body: PlannedBody = bodies[rule.name]
            tables = [table(line.operator, rule, kind, line.reads) for line in alone(body)]
            own.rules.append(RuleTable(rule, number, account, *_together(known, kind, own.most, tables)))
        return own

    @property
    def most(self) -> int:
        """The most combinations of what the lines of a rule may read."""
        return _MOST // 8 if self.guards else _MOST

    def condition(self, table: RuleTable, x: e.Expression) -> int | None:
        """The number of a condition of lines of groups; None where the record alone does not decide it."""
        if x in table.conditions:
            return table.conditions.index(x)
        try:
            own = self.known.readers[self.kind].reads(x)
        except NotLocal:
            return None
        reads = _both(self.known, self.kind, self.most, table.reads, own)
        if reads is None or len(table.conditions) == _MOST_CONDITIONS:
            return None
        table.reads = reads
        table.conditions.append(x)
        return len(table.conditions) - 1

    def ready(self) -> None:
        """Number the combinations, once no more conditions come."""
        rows: dict[Any, int] = {}
        self._codes = []
        self._guard_parts, self._guard_cells = self._numbered([self.guards_read], rows, 1)
        self._parts, self._cells = self._numbered(
            [table.reads for table in self.rules], rows, _OUTCOMES if self.guards else 1
        )
        nothing = np.zeros(0, np.int64)
        nobody = Entries.of(self.known, nothing, -1, -1)
        self.columns = {name: getattr(nobody, name) for name in _TAKEN}
        self.columns |= {"guarded": nobody.states, "asked": nobody.members, "table": nothing}
        self.steps = Steps(nothing, nothing, nothing, nothing, nothing)
        self.sizes = self.starts = self.worth = self.bits = nothing

    def _numbered(self, bodies: Sequence[Reads], rows: dict[Any, int], before: int) -> tuple[Any, Numbers]:
        """Rows and strides of what some bodies read, where the cells of each begin, and the cells; `before` what they
        read, so many outcomes of guards.
        """
        columns, strides, starts, bases, size = [], [], [0], [], 0
        for reads in bodies:
            stride = before
            if before > 1:
                columns.append(0)
                strides.append(1)
            for factor in self.known.factors(self.kind, reads):
                key = id(factor.base), factor.numbers.tobytes() if factor.numbers is not None else b""
                if key not in rows:
                    self._codes.append(factor)
                    rows[key] = len(self._codes)  # behind the outcomes
                columns.append(rows[key])
                strides.append(stride)
                stride *= factor.many
            starts.append(len(columns))
            bases.append(size)
            size += stride
        parts = tuple(np.array(x, np.int64) for x in (starts, columns, strides, bases))
        return parts, np.zeros(size, np.int32)  # one more than what stands there, 0 for what is not known yet

    def trails(self, records: slice, by_item: Numbers, items: Numbers) -> Numbers:
        """The trail of each of some records in a row, by the places among the rules that go with codes of items."""
        size = records.stop - records.start
        found, unknown, start = np.empty(size, np.int32), 0, 0
        while start < size:
            part = slice(start, min(size, start + _AT_ONCE) if self.kernels.lays_out or not start else size)
            unknown += self._decided(records.start + start, by_item, items[part].astype(np.uint32), found[part])
            if unknown and not start:  # most are new there
                self._find(records.start, found[part])
                unknown = 0
            start = part.stop
        if unknown:
            self._find(records.start, found)
        return found

    def _decided(self, start: int, by_item: Numbers, items: Numbers, found: Numbers) -> int:
        inside = start - self.known.cohort.kinds[self.kind].first
        own = slice(inside, inside + len(found))
        none = np.zeros(0, np.uint16)
        codes: Any = _Codes([(none, None), *((factor.base.raw(own), factor.numbers) for factor in self._codes)])
        codes = codes.laid_out(len(found)) if self.kernels.lays_out else codes
        if self.guards:
            everybody = np.zeros(len(by_item), np.int32)
            if self.kernels.decide(everybody, items, codes, *self._guard_parts, self._guard_cells, found):
                new = np.flatnonzero(found < 0)
                cells = -1 - found[new]
                at = first_places(cells, self._guard_cells)
                self._guard_cells[cells[at]] = 1 + self._outcomes_of(start + new[at])
                found[new] = self._guard_cells[cells] - 1
            codes[0] = found.astype(np.uint16)
        return self.kernels.decide(by_item, items, codes, *self._parts, self._cells, found)

    def _guarded(self, places: Numbers) -> tuple[_Probes, Numbers]:
        """Entries of some records behind the guards, and of which one was asked that looks at other records."""
        probes, asked = _Probes.of(self.known, places, -1, -1), np.zeros(len(places), bool)
        assert isinstance(probes, _Probes)
        probes.left = np.zeros(len(places), bool)
        for guard in self.guards:
            if guard.reads.asks:
                asked[probes.live()] = True
            probes.apply(guard, np.zeros(len(self.known.cohort.students), bool))
        return probes, asked

    def _outcomes_of(self, places: Numbers) -> Numbers:
        """What guards make of some records, by number; the last number for what is left to be worked out alone."""
        probes, asked = self._guarded(places)
        steps = Entries.steps_of(probes.steps)
        told: list[list[Any]] = [[] for _ in places]
        for at, *step in zip(*(x.tolist() for x in astuple(steps, recurse=False)), strict=True):
            told[at].append(tuple(step))
        ends = zip(probes.states.tolist(), probes.reasons.tolist(), probes.articles.tolist(), strict=True)
        found = []
        for end, own, is_asked, left in zip(ends, told, asked.tolist(), probes.left.tolist(), strict=True):
            number = (
                self._outcomes.setdefault((end, tuple(own), is_asked), len(self._outcomes)) if not left else _OUTCOMES
            )
            found.append(min(number, _OUTCOMES - 1))
        return np.array(found, np.int32)

    def _find(self, start: int, found: Numbers) -> None:
        """Give trails to records in a row whose combinations are new."""
        new = np.flatnonzero(found < 0)
        cells = -1 - found[new]
        at = first_places(cells, self._cells)
        self._fill(cells[at], start + new[at])
        found[new] = self._cells[cells] - 1

    def _fill(self, cells: Numbers, places: Numbers) -> None:
        """Do the lines to one record of each new combination."""
        owners = np.searchsorted(self._parts[-1], cells, "right") - 1
        before = self._found
        self._cells[cells] = before + 1 + np.arange(len(cells))
        self._found += len(cells)
        probes, asked = self._guarded(places)
        guarded = probes.states.copy()
        if self.guards:
            probes.left |= (cells - self._parts[-1][owners]) % _OUTCOMES == _OUTCOMES - 1
        tables = {place: self.rules[place] for place in distinct_numbers(owners)[0].tolist()}
        numbers, accounts, articles = np.full((3, len(self.rules)), -1)
        for place, table in tables.items():
            numbers[place], accounts[place] = table.number, table.account
            articles[place] = self.known.texts.number(table.rule.article) if table.rule is not None else 0
        probes.rules[:], probes.accounts[:] = numbers[owners], accounts[owners]
        probes.articles[:] = np.where(probes.articles == 0, articles[owners], probes.articles)
        for depth in range(max(len(table.lines) for table in tables.values())):
            alike: dict[int, list[int]] = {}  # rules that share a line have it done together
            for place, table in tables.items():
                if depth < len(table.lines):
                    alike.setdefault(id(table.lines[depth]), []).append(place)
            live = probes.live()
            for rules in alike.values():
                own = np.zeros(len(self.rules), bool)
                own[rules] = True
                probes.apply(self.rules[rules[0]].lines[depth], probes.left, live[own[owners[live]]])
        bits = np.where(probes.states == LIVE, LIVE_BIT, 0)
        for place, table in tables.items():
            live = np.flatnonzero((bits > 0) & (owners == place)) if table.conditions else bits[:0]
            for number, condition in enumerate(table.conditions):
                odd = np.zeros(len(self.known.cohort.students), bool)
                holds = self.known.table(condition, self.kind, True).true(places[live], odd)
                bits[live] |= holds.astype(np.int64) << (MET_SHIFT + number)
                probes.left[live] |= odd[self.known.cohort.owners[places[live]]]
        bits |= np.where(probes.left, LEFT_BIT, 0)
        bits |= (probes.signs.astype(np.int64) + 1) << SIGN_SHIFT
        new = {name: getattr(probes, name) for name in _TAKEN} | {"guarded": guarded, "asked": asked, "table": owners}
        self.columns = {name: np.concatenate([x, new[name]]) for name, x in self.columns.items()}
        self.bits = np.concatenate([self.bits, bits])
        self.worth = self.columns["amounts"]
        steps = Entries.steps_of(probes.steps)
        sizes = np.bincount(steps.entries, minlength=len(cells))
        self.starts = np.concatenate([self.starts, len(self.steps.entries) + np.cumsum(sizes) - sizes])
        self.sizes = np.concatenate([self.sizes, sizes])
        self.steps = Entries.steps_of([self.steps, steps.behind(before)])

    def ask(self, records: slice, trails: Numbers, odd: Numbers) -> None:
        """Leave to be worked out alone of whom records ask guards that look at others, and may find any."""
        if asks := {ask for guard in self.guards for ask in guard.reads.asks}:
            at = np.flatnonzero((trails >= 0) & self.columns["asked"][trails])
            self.known.aside(self.kind, asks, records.start + at, odd)

    def left(self, trails: Numbers) -> Numbers:
        """Which of some trails are left to be worked out alone."""
        found: Numbers = self.bits[trails] & LEFT_BIT > 0
        return found

    def entries(self, places: Numbers, trails: Numbers) -> Entries:
        """The entries of some records with their trails."""
        found = Entries.of(self.known, places, -1, -1)
        for name in _TAKEN:
            setattr(found, name, self.columns[name].take(trails))
        if len(self.steps.entries):
            found.steps.append(TrailSteps(np.arange(len(places)), trails, self))
        return found


def alone(body: PlannedBody) -> list[Any]:
    """The first lines of a body, as far as each is done to an entry by itself and leaves it in its place."""
    return list(takewhile(lambda line: line.how == "each" and not isinstance(line.operator, o.Post), body.lines))


def _together(
    known: Known, kind: str, most: int, tables: Sequence[EffectTable], asks: frozenset[Ask] = frozenset()
) -> tuple[list[EffectTable], Reads]:  # fmt: skip
    """The first lines whose combinations are few enough, and all that they read; of other kinds they ask about some."""
    taken: list[EffectTable] = []
    reads = Reads()
    for table in tables:
        both = _both(known, kind, most, reads, evolve(table.reads, asks=table.reads.asks - asks))
        if both is None:
            break
        taken.append(table)
        reads = both
    return taken, reads


def _both(known: Known, kind: str, most: int, one: Reads, two: Reads) -> Reads | None:
    """What both read; None where that is more than a record, or of too many combinations."""
    inputs = two.inputs.union(*map(known.readers[kind].inputs, two.answers))
    if two.asks or any(each.what == "account" for each in inputs):
        return None
    both = Reads(one.inputs | two.inputs, tuple(dict.fromkeys((*one.answers, *two.answers))))
    if both.inputs == one.inputs and both.answers == one.answers:
        return one
    few = all(prod(factor.many for factor in known.factors(kind, x)) <= most for x in (Reads(both.inputs), both))
    return both if few else None
