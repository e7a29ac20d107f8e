"""The columnar engine: a policy over a cohort, in columns wherever a student is settled.

Records are coded and sorted once. Then students are taken in chunks that a cache holds, and the nodes of the policy are
worked out for a chunk at a time: guards, items, categories, scores, credits, facts, requirements. A student of whom
something is open, invalid or asked for beyond the record and its group is only marked, and left to be worked out alone;
nothing is said of them here. What the engine lacks for a whole policy is known before any data are read.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
from attrs import frozen

from creditlang.columnar import decisions
from creditlang.columnar.chunk import Chunk
from creditlang.columnar.coded_periods import CodedCalendar, Numbers
from creditlang.columnar.distinct_numbers import distinct_numbers
from creditlang.columnar.effect_tables import EffectTable
from creditlang.columnar.enrolments import enrolled, who_is_spoken_of
from creditlang.columnar.entry_columns import INVALID, LIVE, UNMATCHED, VOID, Entries
from creditlang.columnar.group_lines import GroupLines, fill
from creditlang.columnar.group_programs import programs
from creditlang.columnar.line_tables import AnswerTable, Known
from creditlang.columnar.machine_code import Kernels, kernels_for
from creditlang.columnar.not_in_columns import not_in_columns
from creditlang.columnar.numbered import Texts
from creditlang.columnar.postings import Postings, post
from creditlang.columnar.record_columns import OUTSIDE, RecordColumns
from creditlang.columnar.record_scope import LATE, WRONG, RecordScope
from creditlang.columnar.record_tables import RecordTables, alone
from creditlang.columnar.student_values import Students
from creditlang.core import operators as o
from creditlang.core.account_trees import within
from creditlang.core.dependencies import Node, searched
from creditlang.core.moved_accounts import takes
from creditlang.data.coded.coded_dataset import CodedDataset
from creditlang.diagnostics import Phrase, message
from creditlang.interpreter.evaluate import (
    FUTURE,
    NO_ITEM,
    NOT_BEGUN,
    TAKEN_INTO_ACCOUNT,
    Interpreter,
)
from creditlang.nodes import changed
from creditlang.plan import Plan
from creditlang.plan.lower import PlannedBody
from creditlang.plan.tables import Filler
from creditlang.words import both

_CHUNK: Final = 10_000
"""Students worked out together, at most."""


_READ: Final = Phrase("unreadable attributes, or records decided by the office", "学生信息无法读取或记录另行决定")
_TIME: Final = Phrase("periods of enrolment", "在籍时段")
_REQUESTS: Final = Phrase("requests", "申请")


class ColumnarEngine:
    """Works out the students of one policy in columns."""

    def __init__(self, plan: Plan, interpreter: Interpreter, kernels: Kernels | None = None) -> None:
        """`interpreter` fills the tables: it has the policy, the as-of day and the named values. Without `kernels`, the
        number of records chooses them.
        """
        self.plan, self.interpreter = plan, interpreter
        self.policy, self.kernels = plan.policy, kernels
        self.lacks = tuple(dict.fromkeys(not_in_columns(plan, interpreter)))
        """Why this policy cannot be worked out in columns."""

    def chunks(self, dataset: CodedDataset, wanted: "Wanted | None" = None) -> Iterator[Chunk]:
        """The students worked out, chunk by chunk in their order; those that are `odd` have to be worked out alone."""
        calendar = CodedCalendar(self.policy.calendar)
        cohort = RecordColumns.of(self.policy, dataset, calendar)
        yield from _Run(self, cohort, calendar, dataset.unreadable, wanted).chunks()


@frozen
class Wanted:
    """Nodes that alone are worked out, in order; and for each, those that tell whether what it comes to is known."""

    order: Sequence[Node]
    behind: Mapping[Node, Collection[Node]]

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of records that are looked at."""
        return frozenset(name for sort, name in self.order if sort == "kind")


@frozen(eq=False)
class _Rules:
    """The rules of one kind: by what its records are taken, and their lines."""

    by_item: Numbers
    """The number of the rule for each code of the item field, -1 for none."""
    conditional: list[tuple[o.Rule, AnswerTable]]


class _Run:
    """One cohort."""

    def __init__(
        self, engine: ColumnarEngine, cohort: RecordColumns, calendar: CodedCalendar, unreadable: Numbers,
        wanted: Wanted | None,
    ) -> None:  # fmt: skip
        self.plan, self.policy, self.cohort, self.calendar = engine.plan, engine.policy, cohort, calendar
        self.interpreter = engine.interpreter
        self.wanted = wanted or Wanted(self.policy.order, {})
        if wanted is not None:
            enrolling = (own for name, own in cohort.unsound.items() if self.policy.kinds[name].enrolment)
            cohort.odd = np.logical_or.reduce([unreadable, *enrolling])
        self.odd, as_read = cohort.odd, cohort.odd.copy()
        self.rule_numbers = {name: number for number, name in enumerate(self.policy.rules)}
        self.account_numbers = {name: number for number, name in enumerate(self.policy.accounts)}
        begun = [self.calendar.plain.has_begun(name, self.interpreter.as_of) for name in calendar.names]
        self.begun = np.array(begun, bool)
        self.scope = RecordScope(cohort, self.begun, self.interpreter.as_of)
        self.known = Known(
            policy=self.policy, cohort=cohort, calendar=calendar, filler=Filler(self.interpreter),
            decimals=self.plan.decimals, texts=Texts(), has={name: self.scope.have(name) for name in cohort.kinds},
            readers=self.plan.readers,
            once=frozenset(name for name, conditional in self.interpreter.conditional.items() if not conditional),
        )  # fmt: skip
        self.lines = GroupLines(self.known)
        self.tables: dict[tuple[str, Any], EffectTable] = {}
        self.asides: dict[int, list[tuple[Entries, Numbers]]] = {}
        """By rule, entries of records that are left to be worked out alone by what they are by themselves."""
        everybody = slice(0, len(cohort.students))
        self.enrolled, self.enrolments, self.enrolling = enrolled(
            self.known, lambda name: self.scope.given(name, everybody), self.begun, self._guard, self.odd
        )
        self.known.enrolments = self.enrolled
        if not self.begun[1:].all():
            semesters = cohort.semesters.whole
            not_begun = (semesters > 0) & ~self.begun[semesters]
            not_begun[self.scope.out] = False
            self.odd[cohort.owners.whole[not_begun]] = True
        lines = [*self.policy.rules.values()], [*self.policy.accounts.values()]
        operators = (operator for bodies in lines for body in bodies for operator in body.operators)
        self.posts = any(isinstance(operator, o.Post) and operator.field for operator in operators)
        kinds = {name: self.policy.kinds[name] for name in self.policy.kinds if name in self.wanted.kinds}
        self.rules = {name: self._rules(name) for name in kinds}
        self.searched = searched(self.policy)
        kernels = engine.kernels or kernels_for(len(cohort.owners))
        self.record_tables = {
            name: found
            for name, kind in kinds.items()
            if kind.item_field and not kind.enrolment and (found := self._record_tables(name, kernels))
        }
        self.programs = programs(self.plan, self.known, self.record_tables)
        for tables in self.record_tables.values():
            tables.ready()
        self.outside = ~(who_is_spoken_of(self.known) | unreadable)
        self.odd |= self.outside
        self.base = self.odd.copy()
        self.left = [(_READ, as_read & ~self.outside), (_TIME, self.odd & ~self.outside & ~as_read)]

    # ---- before any rule
    def _rules(self, kind: str) -> _Rules:
        field_name = self.policy.kinds[kind].item_field
        rules = self.interpreter.rules[kind]
        values = self.cohort.kinds[kind].fields[field_name].values if field_name else []
        by_item = [self.rule_numbers[str(x)] if x is not None and str(x) in rules else -1 for x in values]
        conditional = [
            (rule, self.known.table(rule.where, kind, True))
            for rule in self.interpreter.conditional[kind]
            if rule.where is not None
        ]
        return _Rules(np.array(by_item, np.int32), conditional)

    def _record_tables(self, name: str, kernels: Kernels) -> RecordTables | None:
        """What records of a kind are by themselves; None where others are asked, or a condition tells rules."""
        guards = self.plan.kinds[name].lines
        if self.rules[name].conditional or len(alone(self.plan.kinds[name])) < len(guards):
            return None
        lines = [self._table(line.operator, None, name, line.reads) for line in guards]
        rules = list(self.policy.rules.values())
        numbers = [number for number in dict.fromkeys(self.rules[name].by_item.tolist()) if number >= 0]
        taking = ((rules[number], number, self.account_numbers[rules[number].account]) for number in numbers)
        return RecordTables.of(self.known, name, lines, taking, self.plan.rules, self._table, kernels)

    # ---- chunks
    def chunks(self) -> Iterator[Chunk]:
        size = len(self.cohort.students)
        nothing = {name for name, account in self.policy.accounts.items() if account.sort == "account"}
        for first in range(0, size, _CHUNK):
            last = min(size, first + _CHUNK)
            students = Students(self.known, first, last - first, self.enrolled[first:last], self.odd)
            chunk, odd = Chunk(students, self.outside[first:last]), self.odd[first:last]
            chunk.left += [(why, who[first:last]) for why, who in self.left]
            students.balances |= {name: decisions.balance_of([], [], [], students.size) for name in nothing}
            self.known.balance = partial(self._balance, students)
            chunk.extra.append(partial(self._sorted, students.places))
            taken: dict[int, list[Entries]] = {}
            for kind, name in self.wanted.order:
                before = odd.copy()
                if self.wanted.behind:
                    odd[:] = self._inexact(chunk, (kind, name))
                self._node(chunk, kind, name, taken)
                chunk.inexact[kind, name] = odd.copy()
                odd |= before
                chunk.left.append((_REQUESTS if kind == "moves" else Phrase(name, name), odd & ~before))
            yield chunk

    def _inexact(self, chunk: Chunk, node: Node) -> Numbers:
        """Of whom it is known before a node that what it comes to has to be found alone."""
        here = chunk.students.places
        known = [chunk.inexact[each] for each in self.wanted.behind[node] if each in chunk.inexact]
        if node[0] == "kind":
            known.append(self.cohort.unsound[node[1]][here])
        found: Numbers = np.logical_or.reduce([self.base[here], *known])
        return found

    def _sorted(self, here: slice) -> Entries:
        """What becomes of records of some students before any rule is asked."""
        text, wrong = self.known.texts.number, self.cohort.wrong
        out = [self.scope.within(kind.within(here)) for kind in self.cohort.kinds.values()]
        why = np.concatenate([self.scope.why[own] for own in out])
        entries = Entries.of(self.known, np.concatenate([self.scope.out[own] for own in out]), -1, -1)
        entries.states[:] = np.where(why == WRONG, INVALID, VOID)
        entries.reasons[:] = np.where(why == LATE, text(NOT_BEGUN), text(FUTURE))
        entries.periods[:] = np.where(why == LATE, self.known.semester_texts[entries.semesters], 0)
        for at in np.flatnonzero(why == WRONG).tolist():
            problem = wrong[int(entries.places[at])]
            told = problem if problem.code == OUTSIDE else None  # of what could not be read the reader has told
            entries.reasons[at] = text(both(partial(message, problem)), told)
        blocks = [entries, self.enrolments.of(here)] if self.enrolments is not None else [entries]
        return Entries.joined(blocks).in_order()

    def _guard(self, kind: str, entries: Entries) -> None:
        self._body(self.plan.kinds[kind], None, kind, entries)

    def _table(self, operator: o.Operator, rule: o.Rule | None, kind: str, reads: Any) -> EffectTable:
        # only an amount hangs on the rule; what else is written alike does the same
        key = kind, id(operator) if isinstance(operator, o.Amount) else changed(operator, number=0)
        if key not in self.tables:
            self.tables[key] = EffectTable(self.known, operator, rule, kind, reads)
        return self.tables[key]

    # ---- nodes
    def _node(self, chunk: Chunk, kind: str, name: str, taken: dict[int, list[Entries]]) -> None:
        students = chunk.students
        match kind:
            case "kind":
                self._kind(chunk, name, taken)
            case "items":
                self._items(name, taken)
            case "unique":
                self._unique(self.policy.uniques[int(name)], taken)
            case "tree":
                self._tree(chunk, name, taken)
            case "credit":
                decisions.credit(students, self.policy.accounts[name])
            case "fact":
                decisions.fact(students, self.policy.facts[name])
            case "moves":
                self._moves(chunk)
            case "require":
                chunk.parts[name] = decisions.require(students, self.policy.requirements[name])

    def _balance(self, students: Students, name: str, places: Numbers) -> tuple[Numbers, Numbers]:
        """The balance of an account in the semester or year of each of some records, and whether there is one."""
        balance, cohort = students.balances.get(name), self.cohort
        if balance is None:  # asked for before it is worked out, in what a guard says
            there = self.policy.accounts[name].sort not in ("score", "credit")
            return np.zeros(len(places), np.int64), np.full(len(places), there)
        kind = self.policy.accounts[name].period or "semester"
        keys = ["", *(self.calendar.names if kind == "semester" else self.calendar.years)[1:]]
        columns = np.array([balance.keys.index(key) if key in balance.keys else -1 for key in keys], np.int32)
        column = columns[self.calendar.periods(kind, cohort.days[places], cohort.semesters[places])]
        if not balance.keys:
            return np.zeros(len(places), np.int64), np.zeros(len(places), bool)
        owners = cohort.owners[places] - students.first
        exists = (column >= 0) & balance.exists[owners, column]
        return np.where(exists, balance.amounts[owners, column], 0), exists

    def _moves(self, chunk: Chunk) -> None:
        """Who asks for something to be moved, or has what takes from accounts, is worked out alone."""
        accounts = self.policy.accounts
        for move in self.policy.moves:
            self.odd[self.cohort.owners[self.scope.given(move.kind, chunk.students.places)]] = True
        for account in accounts.values():
            if takes(account):
                rules = [self.rule_numbers[x] for name in within(accounts, account.name) for x in accounts[name].items]
                for entries in chunk.entries:
                    entries.set_aside(
                        np.flatnonzero(np.isin(entries.rules, rules) & (entries.states == LIVE)), self.odd
                    )

    def _kind(self, chunk: Chunk, name: str, taken: dict[int, list[Entries]]) -> None:
        kind, rules = self.policy.kinds[name], self.rules[name]
        if kind.enrolment:
            places, states = self.enrolling[name]
            here = self.cohort.kinds[name].within(chunk.students.places)
            first, last = np.searchsorted(places, (here.start, here.stop))
            chunk.students.judged[name] = places[first:last], states[first:last]
            return
        if name in self.record_tables:
            self._by_trails(chunk, name, self.record_tables[name], taken)
            return
        places = self.scope.given(name, chunk.students.places)
        entries = Entries.of(self.known, places, -1, -1)
        self._guard(name, entries)
        chunk.students.judged[name] = places, entries.states.copy()
        has_rules = bool(self.interpreter.rules[name] or rules.conditional)
        if not (kind.item_field or name in self.interpreter.requests or has_rules):
            entries.periods[:] = self.known.semester_texts[entries.semesters]
            unsaid = entries.reasons == 0
            entries.reasons[unsaid] = self.known.texts.number(TAKEN_INTO_ACCOUNT)
            chunk.extra.append(lambda: entries)
        if not (has_rules or kind.item_field):
            return
        none = np.full(len(places), -1, np.int32)
        numbers = none
        if kind.item_field:
            codes = self.cohort.kinds[name].fields[kind.item_field].codes[places - self.cohort.kinds[name].first]
            numbers = rules.by_item[codes] if len(rules.by_item) else none
        numbers = numbers.astype(np.min_scalar_type(-len(self.rule_numbers)))
        order = np.argsort(numbers, kind="stable")
        numbers = numbers[order]
        matched = numbers < 0
        guarded = bool(self.plan.kinds[name].lines)
        entries_in_order = entries.chosen(order) if guarded else Entries.of(self.known, places[order], -1, -1)
        for number in distinct_numbers(numbers)[0].tolist():
            start, end = np.searchsorted(numbers, (number, number + 1))
            if number >= 0:
                taken.setdefault(number, []).append(self._opened(entries_in_order, int(start), int(end), number))
        unmatched = np.zeros(len(places), bool)
        unmatched[order[matched]] = True
        for rule, where in rules.conditional:
            takes = where.true(places, self.odd)
            unmatched &= ~takes
            own = entries.chosen(np.flatnonzero(takes))
            taken.setdefault(self.rule_numbers[rule.name], []).append(
                self._opened(own, 0, len(own.places), self.rule_numbers[rule.name])
            )
        rest = entries.chosen(np.flatnonzero(unmatched))
        left = np.flatnonzero(rest.states == LIVE)
        if not kind.item_field:
            rest.set_aside(left, self.odd)
        chunk.extra.append(partial(self._unmatched, rest))

    def _by_trails(self, chunk: Chunk, name: str, tables: RecordTables, taken: dict[int, list[Entries]]) -> None:
        """The records of a kind of which each by itself tells the rule that takes it, and what its first lines do."""
        kind, here = self.cohort.kinds[name], self.cohort.kinds[name].within(chunk.students.places)
        column = kind.fields[self.policy.kinds[name].item_field or ""]
        places = {table.number: place for place, table in enumerate(tables.rules)}
        by_item = np.array([places.get(number, 0) for number in self.rules[name].by_item.tolist()], np.int32)
        items = column.raw(slice(here.start - kind.first, here.stop - kind.first))
        trails = tables.trails(here, by_item[column.alike], items)
        trails[self.scope.out[self.scope.within(here)] - here.start] = -1
        tables.ask(here, trails, self.odd)
        if name in self.searched:
            at = np.flatnonzero(trails >= 0)
            chunk.students.judged[name] = here.start + at, tables.columns["guarded"].take(trails[at])
        program = self.programs.get(name)
        if program is not None:
            starts = kind.source.starts[chunk.students.first : chunk.students.places.stop + 1]
            chunk.together[name] = program.work_out(trails, here, starts - starts[0])
        fused = np.array([program is not None and at in program.fused for at in range(len(tables.rules))])
        elsewhere = ~fused[tables.columns["table"]]
        if not elsewhere.any():
            return
        at = np.flatnonzero((trails >= 0) & elsewhere[trails])
        own = tables.columns["table"][trails[at]]
        for place in distinct_numbers(own)[0].tolist():
            chosen = at[own == place]
            entries = tables.entries(here.start + chosen, trails[chosen])
            left = np.flatnonzero(tables.left(trails[chosen]))
            table = tables.rules[place]
            if table.rule is None:
                entries.set_aside(left, self.odd)
                chunk.extra.append(partial(self._unmatched, entries))
                continue
            period = self.policy.accounts[table.rule.account].period or "semester"
            entries.periods[:] = self.known.period_texts(period, entries.days, entries.semesters)
            if table.rule.falls_on_group:
                entries.set_aside(np.flatnonzero(self.cohort.named[entries.places]), self.odd)
            taken.setdefault(table.number, []).append(entries)
            self.asides.setdefault(table.number, []).append((entries, left))

    def _unmatched(self, entries: Entries) -> Entries:
        """Records that no rule takes."""
        left = np.flatnonzero(entries.states == LIVE)
        entries.states[left], entries.reasons[left] = UNMATCHED, self.known.texts.number(NO_ITEM)
        entries.periods[:] = self.known.semester_texts[entries.semesters]
        return entries

    def _opened(self, entries: Entries, start: int, end: int, number: int) -> Entries:
        """The entries that a rule begins with."""
        rule = list(self.policy.rules.values())[number]
        found = entries.chosen(np.arange(start, end)) if entries.steps else entries.part(start, end)
        found.rules[:], found.accounts[:] = number, self.account_numbers[rule.account]
        article = self.known.texts.number(rule.article)
        found.articles[:] = np.where(found.articles == 0, article, found.articles)
        period = self.policy.accounts[rule.account].period or "semester"
        found.periods[:] = self.known.period_texts(period, found.days, found.semesters)
        if rule.falls_on_group:
            found.set_aside(np.flatnonzero(self.cohort.named[found.places]), self.odd)
        return found

    def _items(self, root: str, taken: dict[int, list[Entries]]) -> None:
        for account in within(self.policy.accounts, root):
            for name in self.policy.accounts[account].items:
                number, rule = self.rule_numbers[name], self.policy.rules[name]
                tables, done = self.record_tables.get(rule.kind), 0
                if tables is not None:
                    done = next((len(table.lines) for table in tables.rules if table.number == number), 0)
                for entries, left in self.asides.pop(number, ()):
                    entries.set_aside(left, self.odd)
                for at, entries in enumerate(taken.get(number, ())):
                    taken[number][at] = self._body(self.plan.rules[name], rule, rule.kind, entries, done)

    def _body(self, body: PlannedBody, rule: o.Rule | None, kind: str, entries: Entries, done: int = 0) -> Entries:
        """The lines of a body, but for those that are done already."""
        if not len(entries.places):
            return entries
        for line in body.lines[done:]:
            if line.how == "each":
                entries.apply(self._table(line.operator, rule, kind, line.reads), self.odd)
            elif line.how == "group":
                entries = self.lines.apply(line.operator, entries, self.odd)
            else:
                entries.set_aside(entries.live(), self.odd)
        return entries

    def _unique(self, unique: o.Limit, taken: dict[int, list[Entries]]) -> None:
        """A limit over accounts; the entries of one record alone need no room."""
        numbers = [self.rule_numbers[name] for name in unique.group.over or self.policy.rules]
        places = [(number, at) for number in sorted(numbers) for at in range(len(taken.get(number, ())))]
        if not places:
            return
        blocks = [taken[number][at] for number, at in places]
        joined = Entries.joined(blocks)
        order = self.cohort.order(joined.places)
        entries = joined.chosen(order)
        again = np.flatnonzero(entries.places[1:] == entries.places[:-1])
        entries.set_aside(again, self.odd)
        grouped = self.lines.grouped(unique.group, entries, entries.live())
        several = np.sort(grouped.entries[(grouped.sizes > 1)[grouped.groups]])
        if not len(several):
            return
        fill(self.lines, unique, entries, several, self.odd)
        entries, start = entries.chosen(np.argsort(order)), 0
        for (number, at), block in zip(places, blocks, strict=True):
            taken[number][at] = entries.chosen(np.arange(start, start + len(block.places)))
            start += len(block.places)

    def _tree(self, chunk: Chunk, root: str, taken: dict[int, list[Entries]]) -> None:
        accounts = self.policy.accounts
        inside = list(within(accounts, root))
        numbers = [self.rule_numbers[x] for name in inside for x in accounts[name].items]
        blocks = [block for number in numbers for block in taken.get(number, ())]
        none = Entries.of(self.known, np.zeros(0, np.int64), -1, -1)
        entries = Entries.joined(blocks) if blocks else none
        if blocks and any(accounts[name].operators for name in inside):
            entries = entries.in_order()
            for name in reversed(inside):
                self._account(accounts[name], entries)
            entries.scope = None
        chunk.entries.append(entries)
        together = [x for x in chunk.together.values() if root in x.program.roots]
        for x in together:
            # of who is bad in several trees, the first is known only
            bad = x.bad > 0 if self.wanted.behind else x.bad == 1 + x.program.roots.index(root)
            chunk.students.aside(bad)
        posted = Postings(chunk.students, chunk.entries if self.posts else [entries])
        for name in reversed(inside):
            post(chunk.students, accounts[name], posted, together)

    def _account(self, account: o.Account, entries: Entries) -> None:
        """The lines of a category, of the entries of all rules inside it."""
        if not account.operators:
            return
        accounts = self.policy.accounts
        own = [self.rule_numbers[x] for name in within(accounts, account.name) for x in accounts[name].items]
        wanted = np.zeros(len(self.rule_numbers) + 1, bool)
        wanted[own] = True
        bodies = self.plan.accounts[account.name]
        for place, operator in enumerate(account.operators):
            if isinstance(operator, o.Move):
                break
            entries.scope = wanted[entries.rules]
            planned = {kind: body.lines[place] for kind, body in bodies.items()}
            if not planned:
                continue
            if any(line.how == "handed over" for line in planned.values()) or isinstance(operator, o.Amount):
                entries.set_aside(entries.live(), self.odd)
            elif all(line.how == "group" for line in planned.values()):
                self.lines.apply(operator, entries, self.odd)
            else:
                at = entries.live()
                for kind, chosen in self.lines.kinds(entries, at).items():
                    table = self._table(operator, None, kind, planned[kind].reads)
                    entries.apply(table, self.odd, at[chosen])
