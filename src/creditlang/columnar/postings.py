"""Balances: entries added up by student and period, and the level that a score has with them."""

from collections.abc import Sequence

import numpy as np

from creditlang.columnar import decisions
from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.entry_columns import LIVE, Entries
from creditlang.columnar.student_columns import Balance
from creditlang.columnar.student_values import Students
from creditlang.core import operators as o
from creditlang.core.dependencies import within


def post(students: Students, account: o.Account, blocks: Sequence[Entries]) -> None:
    """The balance of an account in each period and over the whole time."""
    accounts = {name: number for number, name in enumerate(students.known.policy.accounts)}
    inside = np.zeros(len(accounts) + 1, bool)
    inside[[accounts[name] for name in within(students.known.policy.accounts, account.name)]] = True
    owners, periods, amounts = [], [], []
    for entries in blocks:
        own = inside[entries.accounts] & ~entries.members
        owners.append(entries.owners[own] - students.first)
        periods.append(entries.periods[own])
        amounts.append(np.where(entries.states[own] == LIVE, entries.amounts[own] * entries.signs[own], 0))
    balance = _summed(np.concatenate(owners), np.concatenate(periods), np.concatenate(amounts), students)
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
