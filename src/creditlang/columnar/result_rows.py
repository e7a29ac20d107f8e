"""From a chunk to rows of the result tables, the same as those of the interpreter's results, to the byte."""

from collections.abc import Collection
from decimal import Decimal
from typing import Final

import numpy as np

from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.columnar_engine import Chunk
from creditlang.columnar.decisions import STATUSES
from creditlang.columnar.entry_columns import LIVE, NOTHING, UNMATCHED, Entries
from creditlang.columnar.student_columns import StudentColumn
from creditlang.core.operators import Account
from creditlang.interpreter.evaluate import FUTURE, NOT_BEGUN
from creditlang.interpreter.limits import counts_instead
from creditlang.ledger import Disposition, strongest
from creditlang.results import Results, fact_value, shown_results
from creditlang.schema import Row, Value
from creditlang.values import EXACT, plain

_DISPOSITIONS: Final[tuple[Disposition, ...]] = ("reduced", "counted", "void", "unmatched", "out of scope")
"""The strongest first."""
_NARROW: Final = 1 << 20
"""Amounts that lie closer together than this are looked up without sorting them."""
_REDUCED, _COUNTED, _VOID, _UNMATCHED, _OUT = range(len(_DISPOSITIONS))


def amounts_of(numbers: Numbers, decimals: int) -> Numbers:
    """Amounts as exact numbers without trailing zeros, None where there is none."""
    there = numbers != NOTHING
    known = numbers[there]
    least = int(known.min(initial=0))
    span = int(known.max(initial=0)) - least + 1
    if span <= _NARROW:
        codes = known - least
        distinct = np.flatnonzero(np.bincount(codes, minlength=span))
        exact = np.empty(span, object)
    else:
        distinct, codes = np.unique(known, return_inverse=True)
        distinct, exact = distinct - least, np.empty(len(distinct), object)
    amounts = [plain(EXACT.scaleb(Decimal(least + x), -decimals)) for x in distinct.tolist()]
    exact[distinct if span <= _NARROW else slice(None)] = amounts
    found = np.empty(len(numbers), object)
    found[there] = exact[codes]
    return found


def has_whole(account: Account) -> bool:
    """Whether an account has a line for the whole time."""
    if account.sort == "score":
        return account.period is None
    return account.sort != "category" or account.period != "semester"


class ChunkRows:
    """The rows of the students of a chunk, by student."""

    def __init__(self, chunk: Chunk, results: Results, wanted: Collection[str] = ()) -> None:
        """`results` take the rows in; they know the policy and the language. Without `wanted`, of all students."""
        self.chunk, self.results, self.policy = chunk, results, results.policy
        self.students, self.known = chunk.students, chunk.students.known
        self.settled = ~self.students.odd[self.students.first : self.students.first + self.students.size]
        self.cohort = self.known.cohort
        self.names = self.cohort.students[self.students.first : self.students.first + self.students.size]
        """Their numbers."""
        if wanted:
            self.settled &= np.array([name in wanted for name in self.names], bool)
        self.texts = [results.words(text) for text in self.known.texts.texts]

    def add_all(self) -> tuple[list[Row], Numbers]:
        """Take in what has come out for the settled students, but not their steps: those are given back, with where
        each student's begin.
        """
        self._accounts()
        self._facts()
        self._requirements()
        self._students()
        return self._entries()

    # ---- balances and decisions
    def _accounts(self) -> None:
        rows, decimals = self.results.tables["accounts"], self.known.decimals
        for name, account in self.policy.accounts.items():
            balance, unit = self.students.balances[name], account.unit or ""
            for place, key in enumerate(balance.keys):
                if key:
                    who = self.settled & balance.exists[:, place]
                    amounts = amounts_of(balance.amounts[who, place], decimals).tolist()
                    rows += [(self.names[at], name, key, x, unit) for at, x in zip(_places(who), amounts, strict=True)]
            if not has_whole(account):
                continue
            amounts = amounts_of(balance.whole[self.settled], decimals).tolist()
            rows += [(self.names[at], name, "", x, unit) for at, x in zip(_places(self.settled), amounts, strict=True)]

    def _facts(self) -> None:
        for name, fact in self.policy.facts.items():
            had = dict.fromkeys([""], np.ones(self.students.size, bool))
            if fact.period is not None:
                had = {period.key: who for period, who in self.students.begun(fact.period)}
            for key, who in had.items():
                own = self.settled & who
                values = self._values(self.students.facts[name].by_period[key], own)
                self.results.tables["facts"] += [
                    (self.names[at], name, key, value) for at, value in zip(_places(own), values, strict=True)
                ]

    def _values(self, column: StudentColumn, who: Numbers) -> list[Value]:
        """The values of a fact for a table."""
        known = column.known[who]
        if column.values is not None:
            texts = np.array([fact_value(value) for value in (*column.values, None)], object)
            return list(texts[np.where(known, column.numbers[who], len(column.values))])
        if column.is_answer:
            texts = np.array([fact_value(False), fact_value(True), None], object)
            return list(texts[np.where(known, column.numbers[who].astype(int), 2)])
        return list(amounts_of(np.where(known, column.numbers[who], NOTHING), column.decimals))

    def _requirements(self) -> None:
        rows, who = self.results.tables["requirements"], _places(self.settled)
        statuses = np.array(STATUSES, object)
        for name, parts in self.chunk.parts.items():
            for part in parts:
                shown = [self._shown(column) for column in (part.needed, part.have, part.short)]
                said = statuses[part.statuses[self.settled]].tolist()
                label, article = part.part.label, part.part.article
                chosen = part.chosen[self.settled].tolist() if part.chosen is not None else [0] * len(who)
                rows += [
                    (self.names[at], name, label, needed, have, short, status, article, part.periods[period])
                    for at, needed, have, short, status, period in zip(who, *shown, said, chosen, strict=True)
                ]
            met = self.students.requirements[name].numbers[self.settled]
            self.results.requirement_counts[name, "met"] += int(met.sum())
            self.results.requirement_counts[name, "unmet"] += int((~met).sum())

    def _shown(self, column: StudentColumn | None) -> list[Value]:
        if column is None:
            return [None] * int(self.settled.sum())
        numbers = np.where(column.known, column.numbers, NOTHING)[self.settled]
        return list(amounts_of(numbers, column.decimals))

    def _students(self) -> None:
        who = _places(self.settled)
        names = [self.names[at] for at in who]
        columns = [list(self._result(sort, name)) for sort, name in shown_results(self.policy)]
        self.results.tables["students"] += zip(names, *columns, strict=True)

    def _result(self, sort: str, name: str) -> list[Value]:
        """A result of each settled student, as `result_value` gives it."""
        if sort == "require":
            met = self.students.requirements[name].numbers[self.settled]
            return ["met" if each else "unmet" for each in met.tolist()]
        decimals = self.known.decimals
        if sort == "account":
            balance = self.students.balances[name]
            if has_whole(self.policy.accounts[name]):
                return list(amounts_of(balance.whole[self.settled], decimals))
            tables = {
                key: np.where(balance.exists[:, place], balance.amounts[:, place], NOTHING)[self.settled]
                for place, key in enumerate(balance.keys)
                if key
            }
            return self._by_periods({key: list(amounts_of(x, decimals)) for key, x in tables.items()})
        columns = self.students.facts[name].by_period
        if "" in columns:
            return self._values(columns[""], self.settled)
        return self._by_periods({key: self._values(column, self.settled) for key, column in columns.items()})

    def _by_periods(self, found: dict[str, list[Value]]) -> list[Value]:
        return [
            "; ".join(f"{key}: {found[key][at]}" for key in sorted(found) if found[key][at] is not None) or None
            for at in range(int(self.settled.sum()))
        ]

    # ---- entries
    def _entries(self) -> tuple[list[Row], Numbers]:
        blocks = [*self.chunk.entries, *self.chunk.extra]
        phase = np.concatenate(
            [
                *(block.rules.astype(np.int64) for block in self.chunk.entries),
                *(
                    np.full(len(block.places), len(self.policy.rules) + number, np.int64)
                    for number, block in enumerate(self.chunk.extra)
                ),
            ]
        )
        entries = Entries.joined(blocks)
        owners = entries.owners
        order = np.lexsort((np.arange(len(owners)), entries.known.cohort.ranks[entries.places], phase, owners))
        order = order[self.settled[owners[order] - self.students.first]]
        entries = entries.chosen(order)
        self.identifiers = np.array(self.cohort.identifiers(entries.places), object)
        dispositions = self._dispositions(entries)
        self._count(entries, dispositions)
        self._records(entries, dispositions)
        return self._steps(entries)

    def _dispositions(self, entries: Entries) -> Numbers:
        out = np.isin(entries.reasons, [self.known.texts.number(FUTURE), self.known.texts.number(NOT_BEGUN)])
        found = np.where(entries.states == LIVE, np.where(entries.cut, _REDUCED, _COUNTED), _VOID)
        found = np.where(entries.states == UNMATCHED, _UNMATCHED, found)
        found = np.where((entries.rules < 0) & out, _OUT, found)
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

    def _count(self, entries: Entries, dispositions: Numbers) -> None:
        """The one disposition of each record, for the equation."""
        places, at, first = np.unique(entries.places, return_index=True, return_inverse=True)
        strong = np.full(len(places), len(_DISPOSITIONS), np.int64)
        np.minimum.at(strong, first, dispositions)
        known, kinds = self.results.dispositions, list(self.cohort.kinds)
        columns = self.cohort.kind_numbers[places].tolist(), self.identifiers[at].tolist(), strong.tolist()
        for kind, identifier, number in zip(*columns, strict=True):
            key, own = f"{kinds[kind]} {identifier}", _DISPOSITIONS[number]
            before = known.get(key)
            known[key] = own if before is None else strongest([before, own])

    def _records(self, entries: Entries, dispositions: Numbers) -> None:
        decimals = self.known.decimals
        rules = np.array([*self.policy.rules, ""], object)[entries.rules].tolist()
        accounts = np.array([*self.policy.accounts, ""], object)[entries.accounts].tolist()
        units = np.array([*(x.unit or "" for x in self.policy.accounts.values()), ""], object)[
            entries.accounts
        ].tolist()
        texts = np.array(self.texts, object)
        raw = np.where(entries.raw == NOTHING, NOTHING, entries.raw * entries.signs)
        live = entries.amounts * entries.signs
        counted = np.where(entries.states == LIVE, live, np.where(entries.raw == NOTHING, NOTHING, 0))
        said = np.array(_DISPOSITIONS, object)[dispositions].tolist()
        columns = (
            np.array(list(self.cohort.kinds), object)[self.cohort.kind_numbers[entries.places]].tolist(),
            self.identifiers.tolist(), np.array(self.names, object)[entries.owners - self.students.first].tolist(),
            said, self._reasons(entries), rules, accounts, texts[entries.periods].tolist(),
            amounts_of(raw, decimals).tolist(), amounts_of(counted, decimals).tolist(), units,
            texts[entries.articles].tolist(),
        )  # fmt: skip
        self.results.tables["records"] += zip(*columns, strict=True)

    def _reasons(self, entries: Entries) -> list[str]:
        texts = np.array(self.texts, object)
        found = texts[np.maximum(entries.reasons, 0)]
        for at in np.flatnonzero(entries.reasons < 0).tolist():
            kept = self.cohort.identifiers(-1 - entries.reasons[at : at + 1])
            found[at] = self.results.words(counts_instead(kept))
        said: list[str] = found.tolist()
        return said

    def _steps(self, entries: Entries) -> tuple[list[Row], Numbers]:
        """The steps, entry by entry, and where those of each student begin."""
        if not entries.steps:
            return [], np.zeros(self.students.size + 1, np.int64)
        steps = Entries.steps_of(entries.steps)
        at = steps.entries
        new = np.ones(len(at), bool)
        new[1:] = at[1:] != at[:-1]
        starts = np.flatnonzero(new)
        numbers = np.arange(len(at)) - starts[np.cumsum(new) - 1] + 1
        decimals, words = self.known.decimals, np.array(self.known.texts.texts, object)
        rules = np.array([*self.policy.rules, ""], object)[entries.rules[at]].tolist()
        columns = (
            self.identifiers[at].tolist(), rules, numbers.tolist(), words[steps.texts].tolist(),
            amounts_of(steps.before, decimals).tolist(), amounts_of(steps.after, decimals).tolist(),
            words[steps.articles].tolist(),
        )  # fmt: skip
        rows: list[Row] = list(zip(*columns, strict=True))
        owners = entries.owners[at] - self.students.first
        return rows, np.searchsorted(owners, np.arange(self.students.size + 1))


def _places(who: Numbers) -> list[int]:
    found: list[int] = np.flatnonzero(who).tolist()
    return found
