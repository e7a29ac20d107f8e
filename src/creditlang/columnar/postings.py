"""Balances: entries added up by student and period, and the level that a score has with them."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from creditlang.columnar import decisions
from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.entry_columns import LIVE, Entries
from creditlang.columnar.group_programs import Together
from creditlang.columnar.student_columns import Balance
from creditlang.columnar.student_values import Students
from creditlang.core import operators as o
from creditlang.core.account_trees import within


class Postings:
    """The entries of a tree, those of each account together."""

    def __init__(self, students: Students, blocks: Sequence[Entries]) -> None:
        """Of students who may have others beside; what stands behind entries that were gathered is not posted."""
        parts = []
        for entries in blocks:
            own = np.flatnonzero((entries.accounts >= 0) & ~entries.members)
            signed = np.where(entries.states[own] == LIVE, entries.amounts[own] * entries.signs[own], 0)
            owners = students.known.cohort.owners[entries.places[own]] - students.first
            parts.append((entries.accounts[own], owners, entries.periods[own], signed))
        accounts, *columns = (np.concatenate(column) for column in zip(*parts, strict=True))
        names = students.known.policy.accounts
        accounts = accounts.astype(np.min_scalar_type(len(names)))  # what is narrow is sorted without comparing
        order = np.argsort(accounts, kind="stable")
        self._columns = [column[order] for column in columns]
        ends = np.cumsum(np.bincount(accounts, minlength=len(names))).tolist()
        self._parts = {name: slice(*bounds) for name, bounds in zip(names, pairwise([0, *ends]), strict=True)}

    def of(self, names: Sequence[str]) -> tuple[Numbers, ...]:
        """The owners of the entries of some accounts, their periods and amounts."""
        parts = [part for name in names if (part := self._parts[name]).start < part.stop]
        return tuple(
            column[parts[0]] if len(parts) == 1 else np.concatenate([column[:0], *(column[part] for part in parts)])
            for column in self._columns
        )


def post(students: Students, account: o.Account, posted: Postings, together: Sequence[Together] = ()) -> None:
    """The balance of an account in each period and over the whole time, of entries and of what was worked out in one
    pass.
    """
    names = list(within(students.known.policy.accounts, account.name))
    sums = [x.balances(name) for x in together for name in names if name in x.program.slots]
    calendar = students.known.calendar
    balance = _of_periods(calendar.years if account.period == "year" else calendar.names, sums, students)
    owners, periods, amounts = posted.of(names)
    if len(owners):
        of_entries = _summed(owners, periods, amounts, students)
        balance = _both(balance, of_entries) if sums else of_entries
    if account.sort == "score":
        everybody = np.ones(students.size, bool)
        if account.period is None:
            whole = decisions.level(students, account, balance.whole, None, everybody)
            balance = Balance([], balance.amounts[:, :0], balance.exists[:, :0], whole)
        else:
            keys, levels, exists = [], [], []
            for period, had in students.begun(account.period):
                place = balance.keys.index(period.key) if period.key in balance.keys else None
                total = balance.amounts[:, place] if place is not None else np.zeros(students.size, np.int64)
                keys.append(period.key)
                levels.append(decisions.level(students, account, total, period, had))
                exists.append(had)
            balance = decisions.balance_of(keys, levels, exists, students.size)
            balance.whole = np.zeros(students.size, np.int64)
    students.balances[account.name] = balance


def _of_periods(keys: Sequence[str], sums: Sequence[tuple[Numbers, Numbers]], students: Students) -> Balance:
    """What was worked out in one pass, by the numbers of periods."""
    if not sums:
        return decisions.balance_of([], [], [], students.size)
    amounts, exists = sums[0]
    for more, also in sums[1:]:
        amounts, exists = amounts + more, exists | also
    there = np.flatnonzero(exists.any(axis=1))
    named = [keys[at] for at in there.tolist()]
    rows: Any = there
    if len(there) and there[-1] - there[0] == len(there) - 1:  # in a row they need not be copied
        rows = slice(there[0], there[-1] + 1)
    return Balance(named, amounts[rows].T, exists[rows].T, amounts.sum(axis=0))


def _both(one: Balance, two: Balance) -> Balance:
    """Two balances added up."""
    keys = [*one.keys, *(key for key in two.keys if key not in one.keys)]
    amounts, exists = np.zeros((len(one.whole), len(keys)), np.int64), np.zeros((len(one.whole), len(keys)), bool)
    for balance in (one, two):
        at = [keys.index(key) for key in balance.keys]
        amounts[:, at] += balance.amounts
        exists[:, at] |= balance.exists
    return Balance(keys, amounts, exists, one.whole + two.whole)


def _summed(owners: Numbers, periods: Numbers, amounts: Numbers, students: Students) -> Balance:
    """Sums by student and period."""
    size = students.size
    texts = np.flatnonzero(np.bincount(periods))
    codes = np.zeros(int(texts[-1]) + 1 if len(texts) else 1, np.int64)
    codes[texts] = np.arange(len(texts))
    codes = codes[periods]
    many = len(texts)
    keys = owners.astype(np.int64) * many + codes
    exact = np.abs(amounts).sum(dtype=float) < 1 << 52
    if exact:
        sums = np.bincount(keys, amounts.astype(float), size * many).astype(np.int64)
    else:
        sums = np.zeros(size * many, np.int64)
        np.add.at(sums, keys, amounts)
    exists = np.bincount(keys, minlength=size * many) > 0
    table = sums.reshape(size, many)
    named = [students.known.texts.texts[text] for text in texts.tolist()]
    return Balance(named, table, exists.reshape(size, many), table.sum(axis=1))
