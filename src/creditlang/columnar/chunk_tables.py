"""From chunks to the result tables, as columns; the rows are those of the interpreter's results, to the byte."""

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Final

import numpy as np

from creditlang.columnar.chunk import Chunk
from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.decisions import STATUSES
from creditlang.columnar.distinct_numbers import distinct_numbers
from creditlang.columnar.entry_columns import INVALID, LIVE, NOTHING, Entries
from creditlang.columnar.record_columns import RecordColumns
from creditlang.columnar.student_columns import StudentColumn
from creditlang.columnar.told_of_records import told_of_records
from creditlang.core.operators import Account
from creditlang.diagnostics import Diagnostic
from creditlang.interpreter.evaluate import FUTURE, NOT_BEGUN
from creditlang.interpreter.limits import counts_instead
from creditlang.ledger import Disposition, strongest
from creditlang.results import Results, fact_value, shown_results
from creditlang.schema import Value
from creditlang.table_columns import CodedCells, TableColumns
from creditlang.values import EXACT, plain

_DISPOSITIONS: Final[tuple[Disposition, ...]] = ("invalid", "reduced", "counted", "void", "unmatched", "out of scope")
"""The strongest first."""
_INVALID, _REDUCED, _COUNTED, _VOID, _UNMATCHED, _OUT = range(len(_DISPOSITIONS))
_OF_STATES: Final = np.array([_COUNTED, _VOID, _UNMATCHED, _INVALID])


class Amounts(dict[tuple[int, int], Decimal]):
    """Exact numbers without trailing zeros, by whole numbers and how many of their digits are decimals."""

    def __missing__(self, key: tuple[int, int]) -> Decimal:
        number, decimals = key
        self[key] = found = plain(EXACT.scaleb(Decimal(number), -decimals))
        return found

    def cells(self, numbers: Numbers, decimals: int) -> CodedCells:
        """A column of amounts; empty where there is none."""
        there = numbers != NOTHING
        everywhere = bool(there.all())
        distinct, _, codes = distinct_numbers(numbers if everywhere else numbers[there])
        if not everywhere:
            own, codes = codes, np.full(len(numbers), len(distinct), np.int32)
            codes[there] = own
        return CodedCells([*(self[number, decimals] for number in distinct.tolist()), None], codes)


def has_whole(account: Account) -> bool:
    """Whether an account has a line for the whole time."""
    if account.sort == "score":
        return account.period is None
    return account.sort != "category" or account.period != "semester"


def dispositions_of(entries: Entries) -> Numbers:
    """By number, the strongest first; a member of a group says with what stands for it why it has another."""
    number = entries.known.texts.number
    out = np.isin(entries.reasons, [number(FUTURE), number(NOT_BEGUN)])
    found = _OF_STATES[entries.states]
    found[(entries.states == LIVE) & entries.cut] = _REDUCED
    found[(entries.rules < 0) & out] = _OUT
    for members, _ in entries.carried:
        found[members] = len(_DISPOSITIONS)
    own = found.copy()
    for members, carriers in entries.carried:
        np.minimum.at(found, members, own[carriers])
    unsaid = entries.members & (own == len(_DISPOSITIONS))
    for members, carriers in entries.carried:
        same = unsaid[members] & (found[members] == own[carriers])
        taken = members[same & (found[members] != _COUNTED)]
        entries.reasons[taken] = entries.reasons[carriers[same & (found[members] != _COUNTED)]]
        unsaid[members[same]] = False
    return found


class ChunkTables:
    """Takes chunks into the tables of results, one after the other."""

    def __init__(self, cohort: RecordColumns, results: Results, wanted: Collection[str] = ()) -> None:
        """`results` know the policy and the language, count records and requirements, and take the tables in. Without
        `wanted`, of all students.
        """
        self.cohort, self.results, self.policy = cohort, results, results.policy
        self.wanted = np.array([name in wanted for name in cohort.students], bool) if wanted else None
        self.amounts = Amounts()
        self.identifiers = cohort.identifiers(np.arange(len(cohort.owners)))
        self.shared = cohort.shared()
        self.texts: list[Value] = []
        """As policy and engine have them."""
        self.reasons: list[Value] = []
        """In the language of the results, and those that name a record."""
        self.reason_codes = np.zeros(0, np.int32)
        """By text."""
        self.told: dict[str, Sequence[Diagnostic]] = {}
        """What is said of records of settled students."""
        policy = self.policy
        self.rules, self.accounts = [*policy.rules, ""], [*policy.accounts, ""]
        self.units = [*(x.unit or "" for x in policy.accounts.values()), ""]
        self.kinds = list(cohort.kinds)

    def add(self, chunk: Chunk) -> Numbers:
        """Take in what has come out for the settled students of a chunk; who of them is so, or outside the policy."""
        if not self.results.makes_entries:
            done = self.count(chunk)
        else:
            self._begin(chunk)
            taken, extra = chunk.taken(), [make() for make in chunk.extra]
            self._note_texts()
            self._entries(taken, extra)
            self._count_requirements()
            done = self.settled | self.outside
        makes = {
            "students": self._students, "accounts": self._accounts, "facts": self._facts,
            "requirements": self._requirements,
        }  # fmt: skip
        for name, make in makes.items():
            if name in self.results.wanted:
                make()
        return done

    def count(self, chunk: Chunk) -> Numbers:
        """Count the records and requirements of the settled students of a chunk; who of them is so, or outside."""
        self._begin(chunk)
        entries = Entries.joined([*chunk.taken(), *(make() for make in chunk.extra)])
        entries.steps = []
        entries = entries.chosen(np.flatnonzero(self.settled[entries.owners - self.students.first]))
        self._tell(entries)
        self._count(entries.places, dispositions_of(entries))
        self._count_requirements()
        return self.settled | self.outside

    def _tell(self, entries: Entries) -> None:
        """Note what is said of records of settled students, and who is not decided for one that is invalid."""
        self.told |= {self.cohort.students[place]: told for place, told in told_of_records(entries).items()}
        invalid = np.unique(entries.owners[entries.states == INVALID])
        self.results.undetermined |= {self.cohort.students[place]: "invalid" for place in invalid.tolist()}

    def _begin(self, chunk: Chunk) -> None:
        self.chunk, self.students, self.known = chunk, chunk.students, chunk.students.known
        here = self.students.places
        self.settled, self.outside = ~self.students.odd[here], chunk.outside
        if self.wanted is not None:
            self.settled, self.outside = self.settled & self.wanted[here], self.outside & self.wanted[here]
        self.who = np.flatnonzero(self.settled)
        if self.outside.any():
            records = [np.arange(own.start, own.stop) for own in (x.within(here) for x in self.cohort.kinds.values())]
            places = np.concatenate([own[self.outside[self.cohort.owners[own] - here.start]] for own in records])
            self._count(places, np.full(len(places), _OUT))

    def _note_texts(self) -> None:
        """The texts that are new since the last chunk."""
        new = self.known.texts.texts[len(self.texts) :]
        codes = np.arange(len(self.reasons), len(self.reasons) + len(new), dtype=np.int32)
        self.reason_codes = np.concatenate([self.reason_codes, codes])
        self.texts += new
        self.reasons += map(self.results.words, new)

    def _put(self, table: str, cells: Iterable[CodedCells], people: Numbers) -> None:
        """Rows of some students, by their places in the chunk."""
        self.results.take(table, TableColumns([x.narrow() for x in cells]), people + self.students.first)

    def _names(self, people: Numbers) -> CodedCells:
        return CodedCells(self.cohort.students, people + self.students.first)

    # ---- balances and decisions
    def _accounts(self) -> None:
        """A piece for each account and period: who has it, what, and the place of its key."""
        keys, pieces = [""], []
        for number, (name, account) in enumerate(self.policy.accounts.items()):
            balance = self.students.balances[name]
            for place, key in enumerate(balance.keys):
                if key:
                    who = np.flatnonzero(self.settled & balance.exists[:, place])
                    pieces.append((who, balance.amounts[who, place], number, len(keys)))
                    keys.append(key)
            if has_whole(account):
                pieces.append((self.who, balance.whole[self.who], number, 0))
        if not pieces:
            return
        people, amounts = (np.concatenate([piece[at] for piece in pieces]) for at in (0, 1))
        sizes = [len(piece[0]) for piece in pieces]
        accounts, periods = (np.repeat([piece[at] for piece in pieces], sizes) for at in (2, 3))
        columns = self._names(people), CodedCells(self.accounts, accounts), CodedCells(keys, periods)
        exact = self.amounts.cells(amounts, self.known.decimals)
        self._put("accounts", (*columns, exact, CodedCells(self.units, accounts)), people)

    def _facts(self) -> None:
        for name, fact in self.policy.facts.items():
            had = dict.fromkeys([""], np.ones(self.students.size, bool))
            if fact.period is not None:
                had = {period.key: who for period, who in self.students.begun(fact.period)}
            for key, who in had.items():
                own = np.flatnonzero(self.settled & who)
                values = self._values(self.students.facts[name].by_period[key], own)
                same = CodedCells.alike(name, len(own)), CodedCells.alike(key, len(own))
                self._put("facts", (self._names(own), *same, values), own)

    def _values(self, column: StudentColumn, who: Numbers) -> CodedCells:
        """The values of a fact for a table."""
        known = column.known[who]
        if column.values is not None:
            texts = [fact_value(value) for value in (*column.values, None)]
            return CodedCells(texts, np.where(known, column.numbers[who], len(column.values)))
        if column.is_answer:
            return CodedCells(
                [fact_value(False), fact_value(True), None], np.where(known, column.numbers[who].astype(int), 2)
            )
        return self.amounts.cells(np.where(known, column.numbers[who], NOTHING), column.decimals)

    def _requirements(self) -> None:
        count = len(self.who)
        for name, parts in self.chunk.parts.items():
            for part in parts:
                shown = [self._shown(column) for column in (part.needed, part.have, part.short)]
                label, article = (CodedCells.alike(text, count) for text in (part.part.label, part.part.article))
                period = CodedCells.alike(part.periods[0], count)
                if part.chosen is not None:
                    period = CodedCells(part.periods, part.chosen[self.who])
                statuses = CodedCells(STATUSES, part.statuses[self.who])
                columns = self._names(self.who), CodedCells.alike(name, count), label, *shown, statuses, article, period
                self._put("requirements", columns, self.who)

    def _count_requirements(self) -> None:
        for name in self.chunk.parts:
            met = self.students.requirements[name].numbers[self.who]
            self.results.requirement_counts[name, "met"] += int(met.sum())
            self.results.requirement_counts[name, "unmet"] += int((~met).sum())

    def _shown(self, column: StudentColumn | None) -> CodedCells:
        if column is None:
            return CodedCells.alike(None, len(self.who))
        return self.amounts.cells(np.where(column.known, column.numbers, NOTHING)[self.who], column.decimals)

    def _students(self) -> None:
        columns = (self._result(sort, name) for sort, name in shown_results(self.policy))
        self._put("students", (self._names(self.who), *columns), self.who)

    def _result(self, sort: str, name: str) -> CodedCells:
        """A result of each settled student, as `result_value` gives it."""
        if sort == "require":
            return CodedCells(["unmet", "met"], self.students.requirements[name].numbers[self.who].astype(np.int8))
        decimals = self.known.decimals
        if sort == "account":
            balance = self.students.balances[name]
            if has_whole(self.policy.accounts[name]):
                return self.amounts.cells(balance.whole[self.who], decimals)
            tables = {
                key: np.where(balance.exists[:, place], balance.amounts[:, place], NOTHING)[self.who]
                for place, key in enumerate(balance.keys)
                if key
            }
            return self._by_periods({key: self.amounts.cells(x, decimals) for key, x in tables.items()})
        columns = self.students.facts[name].by_period
        if "" in columns:
            return self._values(columns[""], self.who)
        return self._by_periods({key: self._values(column, self.who) for key, column in columns.items()})

    def _by_periods(self, found: dict[str, CodedCells]) -> CodedCells:
        values = {key: cells.objects()[cells.codes] for key, cells in sorted(found.items())}
        return CodedCells.of(
            [
                "; ".join(f"{key}: {own[at]}" for key, own in values.items() if own[at] is not None) or None
                for at in range(len(self.who))
            ]
        )

    # ---- entries
    def _entries(self, taken: list[Entries], extra: list[Entries]) -> None:
        blocks = [*taken, *extra]
        phase = np.concatenate(
            [
                *(block.rules.astype(np.int64) for block in taken),
                *(
                    np.full(len(block.places), len(self.policy.rules) + number, np.int64)
                    for number, block in enumerate(extra)
                ),
            ]
        )
        entries = Entries.joined(blocks)
        people = entries.owners - self.students.first
        order = np.flatnonzero(self.settled[people])
        for keys in (self.cohort.ranks[entries.places], phase, people):
            narrow = np.min_scalar_type(keys.max(initial=0))  # by what has 16 bits is sorted without comparing
            order = order[np.argsort(keys[order].astype(narrow), kind="stable")]
        entries, people = entries.chosen(order), people[order]
        dispositions = dispositions_of(entries)
        self._tell(entries)
        self._count(entries.places, dispositions)
        if "records" in self.results.wanted:
            self._records(entries, dispositions, people)
        if "steps" in self.results.wanted:
            self._steps(entries, people)

    def _count(self, of_entries: Numbers, dispositions: Numbers) -> None:
        """The one disposition of each record, for the equation; of each entry its record and what became of it."""
        places, _, codes = distinct_numbers(of_entries)
        strong = np.full(len(places), len(_DISPOSITIONS), np.int64)
        np.minimum.at(strong, codes, dispositions)
        shared = self.shared[places]
        for number, count in enumerate(np.bincount(strong[~shared], minlength=len(_DISPOSITIONS)).tolist()):
            self.results.in_columns[_DISPOSITIONS[number]] += count
        known = self.results.dispositions
        numbers = self.cohort.numbers_of_kinds(places[shared])
        for place, kind, number in zip(places[shared].tolist(), numbers, strong[shared].tolist(), strict=True):
            key, own = f"{self.kinds[kind]} {self.identifiers[place]}", _DISPOSITIONS[number]
            before = known.get(key)
            known[key] = own if before is None else strongest([before, own])

    def _records(self, entries: Entries, dispositions: Numbers, people: Numbers) -> None:
        decimals = self.known.decimals
        raw = np.where(entries.raw == NOTHING, NOTHING, entries.raw * entries.signs)
        live = entries.amounts * entries.signs
        counted = np.where(entries.states == LIVE, live, np.where(entries.raw == NOTHING, NOTHING, 0))
        columns = (
            CodedCells(self.kinds, self.cohort.numbers_of_kinds(entries.places)),
            CodedCells(self.identifiers, entries.places), self._names(people), CodedCells(_DISPOSITIONS, dispositions),
            self._reasons(entries), _from_behind(self.rules, entries.rules),
            _from_behind(self.accounts, entries.accounts), CodedCells(self.texts, entries.periods),
            self.amounts.cells(raw, decimals), self.amounts.cells(counted, decimals),
            _from_behind(self.units, entries.accounts), CodedCells(self.texts, entries.articles),
        )  # fmt: skip
        self._put("records", columns, people)

    def _reasons(self, entries: Entries) -> CodedCells:
        codes = self.reason_codes[np.maximum(entries.reasons, 0)]
        beside = np.flatnonzero(entries.reasons < 0)
        for at, kept in zip(beside.tolist(), (-1 - entries.reasons[beside]).tolist(), strict=True):
            codes[at] = len(self.reasons)
            self.reasons.append(self.results.words(counts_instead([self.identifiers[kept]])))
        return CodedCells(self.reasons, codes)

    def _steps(self, entries: Entries, people: Numbers) -> None:
        """The steps, entry by entry."""
        steps = Entries.steps_of(entries.steps)
        at = steps.entries
        new = np.ones(len(at), bool)
        new[1:] = at[1:] != at[:-1]
        starts = np.flatnonzero(new)
        numbers = np.arange(len(at)) - starts[np.cumsum(new) - 1]
        decimals = self.known.decimals
        columns = (
            CodedCells(self.identifiers, entries.places[at]), _from_behind(self.rules, entries.rules[at]),
            CodedCells(range(1, int(numbers.max(initial=0)) + 2), numbers), CodedCells(self.texts, steps.texts),
            self.amounts.cells(steps.before, decimals), self.amounts.cells(steps.after, decimals),
            CodedCells(self.texts, steps.articles),
        )  # fmt: skip
        self._put("steps", columns, people[at])


def _from_behind(values: list[str], codes: Numbers) -> CodedCells:
    """A column of which the code -1 is the last value."""
    return CodedCells(values, np.where(codes < 0, len(values) - 1, codes))
