"""Trees of accounts whose records are worked out in one pass, with the lines of groups of rules and accounts as arrays.

A rule takes part if the record alone decides everything before its limits and nths, and these go by constants, periods
of the calendar and fields. Where accounts have lines of their own, the whole tree takes part or none of it. What comes
out are sums by student and period, and for each record its trail, its amount and what was taken away by which line;
entries are made of these once a table is written.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

import numpy as np
from attrs import define, field, frozen

from creditlang import values as v
from creditlang.columnar import kernels as k
from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.effect_tables import EffectTable
from creditlang.columnar.entry_columns import VOID, Entries, Steps
from creditlang.columnar.group_lines import limit_reached, more_events
from creditlang.columnar.line_tables import MOST, Known, whole
from creditlang.columnar.record_tables import RecordTables, RuleTable, alone
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.account_trees import within
from creditlang.core.moved_accounts import takes
from creditlang.core.parts import expressions
from creditlang.nodes import changed
from creditlang.plan import Plan
from creditlang.plan.inputs import NotLocal
from creditlang.values import EXACT

_FORMS: Final = 9
_ORDERS: Final = {"first": k.FIRST, "last": k.LAST, "highest": k.HIGHEST}
_POSTED: Final = (None, "semester", "year")
_AT_ONCE: Final = 2048
"""Students worked out together."""


class _Elsewhere(Exception):
    """A line that is not done in one pass."""


@frozen(eq=False)
class ProgramLine:
    """A line of groups: its numbers for the kernels, and what is said where it takes something away."""

    operator: o.Limit | o.Rescale
    numbers: tuple[int, ...]
    text: int
    article: int
    room: str


@define(eq=False)
class Together:
    """What has come out for the records of a kind, of the students of a chunk."""

    program: "GroupProgram"
    first: int
    """The place of the first record."""
    trails: Numbers
    sums: Numbers
    exists: Numbers
    bad: Numbers
    """For each student 0, or one more than the number of the tree that leaves them to be worked out alone."""
    noted: list[tuple[Numbers, Numbers, Numbers, Numbers]] = field(factory=list)
    """Of some students after the other: what each record has, whether it is void, events, changes of amounts."""

    def balances(self, account: str) -> tuple[Numbers, Numbers]:
        """The sums of the entries of an account itself, periods by students, and whether there are any."""
        start = self.program.slots[account]
        own = slice(start, start + self.program.periods)
        return self.sums[own], self.exists[own]

    def entries(self) -> Entries:
        """The entries, with the steps of their lines."""
        program, known = self.program, self.program.known
        at = np.flatnonzero((self.trails >= 0) & (program.rule_of[self.trails] >= 0))
        found = program.tables.entries(self.first + at, self.trails[at])
        amounts, voided, events, changes = (np.concatenate(x) for x in zip(*self.noted, strict=True))
        found.amounts[:] = amounts[at]
        found.states[voided[at] > 0] = VOID
        for kind in dict.fromkeys(program.periods_of_rules):
            own = np.array([each == kind for each in program.periods_of_rules])[program.rule_of[self.trails[at]]]
            found.periods[own] = known.period_texts(kind, found.days[own], found.semesters[own])
        moved = np.full(len(self.trails), -1, np.int64)
        moved[at] = np.arange(len(at))
        records, lines, others = events.T.astype(np.int64)
        articles = np.array([line.article for line in program.lines] or [0], np.int64)[lines]
        texts = np.array([line.text for line in program.lines] or [0], np.int64)[lines]
        if len(records):
            found.steps.append(Steps(moved[records], texts, changes[:, 0], changes[:, 1], articles))
        for number, line in enumerate(program.lines):
            own = np.flatnonzero(lines == number)
            if isinstance(line.operator, o.Rescale) or not len(own):
                continue
            entries = moved[records[own]]
            if line.operator.void:
                found.reasons[entries] = -1 - (self.first + others[own])
            else:
                say = limit_reached if line.operator.of == "amount" else more_events
                found.reasons[entries] = known.texts.number(say(line.room))
                found.cut[entries] = True
            if line.article:
                found.articles[entries] = line.article
        return found


@define(eq=False)
class GroupProgram:
    """The rules of a kind that are worked out in one pass, and the lines of their accounts."""

    known: Known
    tables: RecordTables
    periods: int
    """More than any period of an account has for its number."""
    lines: list[ProgramLine] = field(factory=list)
    slots: dict[str, int] = field(factory=dict)
    """By account, where its sums begin."""
    roots: list[str] = field(factory=list)
    """The trees, by number."""
    fused: dict[int, int] = field(factory=dict)
    """By the place of a rule in the tables, its place among those of this pass."""
    periods_of_rules: list[str] = field(factory=list)
    _rows: list[tuple[str, str]] = field(factory=list)
    _of_rules: list[tuple[int, ...]] = field(factory=list)
    _of_accounts: list[tuple[int, int, int]] = field(factory=list)
    _members: list[set[int]] = field(factory=list)
    _rule_of: Numbers = field(factory=lambda: np.zeros(0, np.int64))

    @property
    def rule_of(self) -> Numbers:
        """For each trail the place of its rule in this pass, -1 for those of other rules."""
        tables = self.tables.columns["table"]
        if len(self._rule_of) < len(tables):
            places = np.array([self.fused.get(place, -1) for place in range(len(self.tables.rules))], np.int64)
            self._rule_of = places[tables]
        return self._rule_of

    def take_rule(self, table: RuleTable, planned: Sequence[Any], account: o.Account, root: str, side: int) -> None:
        """Take a rule in with its lines of groups. Raises `_Elsewhere` for one that has others."""
        found = [self._line(line.operator, table) for line in planned if not _other_rules(line.operator, table)]
        period = account.period or "semester"
        row = self._row("period", period)
        slot = self.slots.setdefault(account.name, len(self.slots) * self.periods)
        self.fused[self.tables.rules.index(table)] = len(self._of_rules)
        first = len(self.lines)
        self.lines += found
        self._of_rules.append((first, len(self.lines), slot, row, side, self._root(root)))
        self.periods_of_rules.append(period)

    def take_account(self, operator: o.Operator, rules: Sequence[RuleTable], root: str) -> None:
        """Take a line of an account in, over rules that are in already. Raises `_Elsewhere` for one that is not so."""
        over = [table for table in rules if not _other_rules(operator, table)]
        found = {line.numbers: line for line in (self._line(operator, table) for table in over)}
        if len(found) > 1:
            raise _Elsewhere
        for line in found.values():
            self._of_accounts.append((len(self.lines), len(self._members), self._root(root)))
            self.lines.append(line)
            self._members.append({self.fused[self.tables.rules.index(table)] for table in over})

    def _root(self, root: str) -> int:
        if root not in self.roots:
            self.roots.append(root)
        return 1 + self.roots.index(root)

    def _row(self, sort: str, name: str) -> int:
        if (sort, name) not in self._rows:
            self._rows.append((sort, name))
        return self._rows.index((sort, name))

    def _line(self, operator: o.Operator, table: RuleTable) -> ProgramLine:
        if not isinstance(operator, (o.Limit, o.Rescale)) or operator.sequential or operator.group.window is not None:
            raise _Elsewhere
        keys = [self._row("period", x) for x in operator.group.periods]
        keys += [self._row("field", x) for x in operator.group.fields]
        if len(keys) > 2:
            raise _Elsewhere
        numbers = {k.KEY: keys[0] if keys else -1, k.KEY_TOO: keys[1] if len(keys) > 1 else -1, k.MET: -1}
        known, room = self.known, ""
        text, article = known.texts.number(operator.text), known.texts.number(operator.article)
        if isinstance(operator, o.Rescale):
            if operator.ordinal is None or operator.condition is not None:
                raise _Elsewhere
            effect = self._effect(operator)
            sort = effect.effects[0].does
            factor, below, value = (int(effect.column(name)[0]) for name in ("factor", "below", "value"))
            numbers |= {k.FORM: k.NTH, k.ORDINAL: operator.ordinal}
            numbers |= {k.NUMBER: factor, k.BELOW: below} if sort == "times" else {k.NUMBER: value, k.BELOW: 0}
            text, article = (int(effect.column(name)[0]) for name in ("text", "article"))
        else:
            if operator.dropped or operator.by is not None:
                raise _Elsewhere
            if operator.condition is not None:
                met = self.tables.condition(table, operator.condition)
                if met is None:
                    raise _Elsewhere
                numbers[k.MET] = met
            one = 10**known.decimals
            number = max(0, self._constant(operator.room))
            if operator.of == "entries" and operator.void and number != one:
                raise _Elsewhere
            numbers |= {k.FORM: k.CAP if operator.of == "amount" else k.ROOM, k.NUMBER: number, k.BELOW: one}
            numbers |= {k.ORDER: _ORDERS[operator.order], k.VOIDS: operator.void, k.ORDINAL: number == one}
            room = v.written(EXACT.scaleb(Decimal(number), -known.decimals))
            text = known.texts.number(operator.text or ("once" if operator.void else "cap"))
        return ProgramLine(operator, tuple(int(numbers.get(at, 0)) for at in range(_FORMS)), text, article, room)

    def _somebody(self) -> Numbers:
        """The place of a record to ask about what is the same for all."""
        kind = self.known.cohort.kinds[self.tables.kind]
        if not len(kind.source):
            raise _Elsewhere
        return np.array([kind.first])

    def _same(self, *parts: Any) -> None:
        try:
            reads = self.known.readers[self.tables.kind].reads(*parts)
        except NotLocal:
            raise _Elsewhere from None
        if reads.inputs or reads.answers or reads.asks:
            raise _Elsewhere

    def _constant(self, x: e.Expression) -> int:
        if isinstance(x, e.Constant) and (number := whole(x.value, self.known.decimals)) is not None:
            return number
        self._same(x)
        odd = np.zeros(len(self.known.cohort.students), bool)
        found = int(self.known.table(x, self.tables.kind).amounts(self._somebody(), odd)[0])
        if odd.any():
            raise _Elsewhere
        return found

    def _effect(self, operator: o.Rescale) -> EffectTable:
        each = changed(operator, ordinal=None, group=o.Group())
        self._same(*expressions(each))
        kind = self.tables.kind
        effect = EffectTable(self.known, each, None, kind, self.known.readers[kind].reads(*expressions(each)))
        effect.of(self._somebody())
        if effect.effects[0].does not in ("times", "plus"):
            raise _Elsewhere
        return effect

    # ---- chunks
    def work_out(self, trails: Numbers, records: slice, offsets: Numbers) -> Together:
        """Work the records of some students out, who begin at `offsets` among them, as many as a cache holds."""
        students, cells = len(offsets) - 1, len(self.slots) * self.periods
        found = Together(
            program=self, first=records.start, trails=trails, sums=np.zeros((cells, students), np.int64),
            exists=np.zeros((cells, students), bool), bad=np.zeros(students, np.int32),
        )  # fmt: skip
        members = np.zeros((max(1, len(self._members)), len(self._of_rules)), np.int8)
        for row, own in enumerate(self._members):
            members[row, list(own)] = 1
        lines = np.array([line.numbers for line in self.lines], np.int64).reshape(-1, _FORMS)
        of_accounts = np.array(self._of_accounts, np.int64).reshape(-1, 3)
        rules = self.tables.worth, self.tables.bits, self.rule_of, np.array(self._of_rules, np.int64)
        depth = max((last - first for first, last, *_ in self._of_rules), default=0) + len(self._of_accounts)
        for first in range(0, students, _AT_ONCE):
            who, bounds = slice(first, first + _AT_ONCE), offsets[first : first + _AT_ONCE + 1]
            start, end = int(bounds[0]), int(bounds[-1])
            events, changes = (np.empty(((end - start) * depth, x), kind) for x, kind in ((3, np.int32), (2, np.int64)))
            amounts, voided = np.empty(end - start, np.int64), np.zeros(end - start, np.int8)
            keys = self._keys(slice(records.start + start, records.start + end))
            done = self.tables.kernels.accumulate(
                bounds - start, trails[start:end], *rules, lines, of_accounts, members, keys, MOST, first,
                amounts, voided, found.sums, found.exists, found.bad[who], events, changes,
            )  # fmt: skip
            events[:done] += [[start, 0, start]]
            found.noted.append((amounts, voided, events[:done].copy(), changes[:done].copy()))
        return found

    def _keys(self, records: slice) -> Numbers:
        """By row, the number of a period or of the value of a field, for each record."""
        cohort, found = self.known.cohort, np.empty((len(self._rows), records.stop - records.start), np.int32)
        kind = cohort.kinds[self.tables.kind]
        for row, (sort, name) in enumerate(self._rows):
            if sort == "period":
                days, semesters = cohort.days[records], cohort.semesters[records]
                found[row] = self.known.calendar.periods(name, days, semesters)
            elif name in kind.fields:
                found[row] = kind.fields[name].part(slice(records.start - kind.first, records.stop - kind.first))
            else:
                found[row] = 0
        return found


def _other_rules(operator: o.Operator, table: RuleTable) -> bool:
    """Whether a line of groups speaks of other rules only."""
    over = operator.group.over if isinstance(operator, (o.Limit, o.Rescale)) else None
    return over is not None and table.rule is not None and table.rule.name not in over


# ---- which trees take part
def programs(plan: Plan, known: Known, tables: dict[str, RecordTables]) -> dict[str, GroupProgram]:
    """By kind, what is worked out in one pass; `tables` are those of kinds whose records their items bring to rules."""
    policy, calendar = plan.policy, known.calendar
    many = max(len(calendar.names), len(calendar.years))
    found = {kind: GroupProgram(known, own, many) for kind, own in tables.items()}
    used = [unique.group.over or frozenset(policy.rules) for unique in policy.uniques]
    for root in (name for sort, name in policy.order if sort == "tree"):
        inside = [policy.accounts[name] for name in within(policy.accounts, root)]
        rules = [policy.rules[item] for account in inside for item in account.items]
        if len({account.period or "semester" for account in inside}) > 1 or inside[0].period not in _POSTED:
            continue
        if any(takes(account) for account in inside):
            continue
        taken = [rule for rule in rules if rule.kind in found and not any(rule.name in over for over in used)]
        if not any(account.operators for account in inside):
            for rule in taken:
                _take(plan, found[rule.kind], [rule], [], root)
        elif len(taken) == len(rules) and len({rule.kind for rule in rules}) == 1:
            _take(plan, found[rules[0].kind], taken, list(reversed(inside)), root)
    return {kind: program for kind, program in found.items() if program.fused}


def _take(
    plan: Plan, program: GroupProgram, rules: Sequence[o.Rule], accounts: Sequence[o.Account], root: str
) -> None:  # fmt: skip
    """Take all of some rules and accounts into a program, or none."""
    before = [list(part) for part in _lists(program)], dict(program.fused), dict(program.slots)
    policy, own = plan.policy, {table.rule.name: table for table in program.tables.rules if table.rule is not None}
    try:
        for rule in rules:
            table, body = own.get(rule.name), plan.rules[rule.name]
            first = len(alone(body))
            if table is None:
                continue
            if rule.falls_on_group or len(table.lines) < first or any(x.how != "group" for x in body.lines[first:]):
                raise _Elsewhere
            account = policy.accounts[rule.account]
            program.take_rule(table, body.lines[first:], account, root, policy.sign_of(rule.name))
        for account in accounts:
            names = {item for name in within(policy.accounts, account.name) for item in policy.accounts[name].items}
            for operator in account.operators:
                program.take_account(operator, [own[name] for name in own if name in names], root)
    except _Elsewhere:
        for part, kept in zip(_lists(program), before[0], strict=True):
            part[:] = kept
        program.fused, program.slots = before[1], before[2]


def _lists(program: GroupProgram) -> Iterator[list[Any]]:
    yield from (program.lines, program.roots, program.periods_of_rules, program._rows)
    yield from (program._of_rules, program._of_accounts, program._members)
