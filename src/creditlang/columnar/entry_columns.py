"""Entries side by side: what a rule made of records, as columns of numbers, and a log of their steps."""

from collections.abc import Sequence
from typing import Any, Final, Protocol

import numpy as np
from attrs import define, field

from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.effect_tables import STATES, EffectTable
from creditlang.columnar.line_tables import MOST, Known
from creditlang.core import operators as o

LIVE, VOID, UNMATCHED, INVALID = range(len(STATES))
NOTHING: Final = -(2**62)
"""An amount that there is not."""


@define(eq=False)
class Steps:
    """The steps of one line: of which entries, what they are called, the amounts before and after, the articles."""

    entries: Numbers
    texts: Numbers
    before: Numbers
    after: Numbers
    articles: Numbers

    def chosen(self, moved: Numbers) -> "Steps":
        """Those of some entries, by where each entry stands now; -1 for those that are left out."""
        kept = moved[self.entries] >= 0
        return Steps(
            moved[self.entries[kept]], self.texts[kept], self.before[kept], self.after[kept], self.articles[kept]
        )

    def behind(self, count: int) -> "Steps":
        """The same behind so many other entries."""
        return Steps(self.entries + count, self.texts, self.before, self.after, self.articles)

    def plain(self) -> "Steps":
        """One by one."""
        return self


class LaterSteps(Protocol):
    """Steps that are not written out before somebody asks."""

    def chosen(self, moved: Numbers) -> "LaterSteps":
        """As of `Steps`."""

    def behind(self, count: int) -> "LaterSteps":
        """As of `Steps`."""

    def plain(self) -> Steps:
        """As of `Steps`."""


@define(eq=False)
class Entries:
    """Entries, those that take part in the order of their records; every array has one number for each of them."""

    known: Known
    places: Numbers
    """Of their records."""
    rules: Numbers
    """By number; -1 for none."""
    accounts: Numbers
    """By number; -1 for none, or as text where a record names it."""
    days: Numbers
    semesters: Numbers
    periods: Numbers
    """Texts."""
    amounts: Numbers
    raw: Numbers
    states: Numbers
    signs: Numbers
    reasons: Numbers
    """Texts; below zero, one less than the negative of the place of the record that counts instead."""
    articles: Numbers
    cut: Numbers
    members: Numbers
    """Whether they stand behind entries that were gathered from several."""
    scope: Numbers | None = None
    """Those that are spoken of; all without it."""
    steps: list[LaterSteps] = field(factory=list)
    carried: list[tuple[Numbers, Numbers]] = field(factory=list)
    """Members, and the entries that stand for them."""

    @classmethod
    def of(cls, known: Known, places: Numbers, rule: int, account: int) -> "Entries":
        """One entry for each of some records, of which nothing is known."""
        size, cohort = len(places), known.cohort

        def filled(value: int, kind: type = np.int64) -> Numbers:
            return np.full(size, value, kind)

        return cls(
            known=known, places=places, rules=filled(rule, np.int32), accounts=filled(account, np.int32),
            days=cohort.days[places], semesters=cohort.semesters[places], periods=filled(0, np.int32),
            amounts=filled(0), raw=filled(NOTHING), states=filled(LIVE, np.int8), signs=filled(1, np.int8),
            reasons=filled(0), articles=filled(0, np.int32), cut=filled(0, np.bool_), members=filled(0, np.bool_),
        )  # fmt: skip

    @property
    def owners(self) -> Numbers:
        """The position of each entry's student."""
        found: Numbers = self.known.cohort.owners[self.places]
        return found

    def live(self) -> Numbers:
        """Those that still take part, in order."""
        alive = (self.states == LIVE) & ~self.members
        return np.flatnonzero(alive if self.scope is None else alive & self.scope)

    def part(self, start: int, end: int) -> "Entries":
        """Some entries in a row, without steps; what is done to them is done to these."""
        return Entries(self.known, **{name: getattr(self, name)[start:end] for name in _ARRAYS})

    def chosen(self, entries: Numbers) -> "Entries":
        """Some entries in the order given, with their steps, as entries of their own."""
        found = Entries(self.known, **{name: getattr(self, name)[entries] for name in _ARRAYS})
        if not self.steps and not self.carried:
            return found
        moved = np.full(len(self.places), -1, np.int64)
        moved[entries] = np.arange(len(entries))
        for x in self.steps:
            found.steps.append(x.chosen(moved))
        for members, carriers in self.carried:
            kept = (moved[members] >= 0) & (moved[carriers] >= 0)
            found.carried.append((moved[members[kept]], moved[carriers[kept]]))
        return found

    def in_order(self) -> "Entries":
        """The same in the order of their records; where that says nothing, as they are."""
        return self.chosen(self.known.cohort.order(self.places))

    def set_aside(self, entries: Numbers, odd: Numbers) -> None:
        """Leave the students of some entries to be worked out alone."""
        odd[self.known.cohort.owners[self.places[entries]]] = True

    def step(
        self, entries: Numbers, text: Numbers | int, before: Numbers, after: Numbers, article: Numbers | int
    ) -> None:  # fmt: skip
        """Note a step of some entries."""
        if len(entries):
            texts, articles = (np.broadcast_to(np.asarray(x, np.int64), entries.shape) for x in (text, article))
            self.steps.append(Steps(entries, texts, before, after, articles))

    def end(
        self, entries: Numbers, text: Numbers | int, reason: Numbers | int, article: Numbers | int,
        state: Numbers | int = VOID,
    ) -> None:  # fmt: skip
        """Take entries out, with the reason and article."""
        nothing = np.zeros(len(entries), np.int64)
        self.step(entries, text, self.amounts[entries], nothing, article)
        self.states[entries], self.reasons[entries] = state, reason
        self._give_article(entries, article)

    def cut_to(
        self, entries: Numbers, text: int, after: Numbers, reason: Numbers | int, article: int
    ) -> None:  # fmt: skip
        """Leave entries less than they had."""
        self.step(entries, text, self.amounts[entries], after, article)
        self.amounts[entries], self.cut[entries], self.reasons[entries] = after, True, reason
        self._give_article(entries, article)

    def _give_article(self, entries: Numbers, article: Numbers | int) -> None:
        said = np.broadcast_to(np.asarray(article, np.int64), entries.shape)
        self.articles[entries] = np.where(said != 0, said, self.articles[entries])

    def apply(self, table: EffectTable, odd: Numbers, entries: Numbers | None = None) -> None:
        """Do a line that is done to each entry by itself."""
        at = self.live() if entries is None else entries
        if not len(at):
            return
        self.known.aside(table.kind, table.reads.asks, self.places[at], odd)
        effects = table.of(self.places[at])
        for does, act in _ACTS.items():
            if does in table.does:
                chosen = np.flatnonzero(table.those(does)[effects])
                if len(chosen):
                    act(self, table, at[chosen], effects[chosen], odd)

    @staticmethod
    def steps_of(steps: "Sequence[LaterSteps]") -> Steps:
        """All steps, entry by entry, those of an entry in the order in which they were done."""
        if not steps:
            nothing = np.zeros(0, np.int64)
            return Steps(nothing, nothing, nothing, nothing, nothing)
        parts = [x.plain() for x in steps]
        names = ("entries", "texts", "before", "after", "articles")
        arrays = [np.concatenate([getattr(part, name) for part in parts]) for name in names]
        order = np.argsort(arrays[0], kind="stable")
        return Steps(*(array[order] for array in arrays))

    def find_periods(self, entries: Numbers) -> None:
        """Find in which period of their accounts some entries fall."""
        known, accounts = self.known, list(self.known.policy.accounts.values())
        for number in np.unique(self.accounts[entries]).tolist():
            own = entries[self.accounts[entries] == number]
            kind = accounts[number].period or "semester"
            self.periods[own] = known.period_texts(kind, self.days[own], self.semesters[own])

    @staticmethod
    def joined(blocks: "Sequence[Entries]") -> "Entries":
        """Entries one behind the other."""
        arrays: dict[str, Any] = {name: np.concatenate([getattr(x, name) for x in blocks]) for name in _ARRAYS}
        found = Entries(blocks[0].known, **arrays)
        before = 0
        for block in blocks:
            found.steps += [x.behind(before) for x in block.steps]
            found.carried += [(members + before, carriers + before) for members, carriers in block.carried]
            before += len(block.places)
        return found


_ARRAYS: Final = (
    "places", "rules", "accounts", "days", "semesters", "periods", "amounts", "raw", "states", "signs", "reasons",
    "articles", "cut", "members",
)  # fmt: skip


def _more(entries: Entries, table: EffectTable, at: Numbers, effects: Numbers, odd: Numbers) -> None:
    entries.set_aside(at, odd)


def _ends(entries: Entries, table: EffectTable, at: Numbers, effects: Numbers, odd: Numbers) -> None:
    """What more than the entry of one rule hangs on is left to be worked out alone: a record that a guard cannot be
    asked of, one of several rules, an invalid one that others look at.
    """
    text, reason, article, state = (table.column(name)[effects] for name in ("text", "reason", "article", "state"))
    entries.end(at, text, reason, article, state)
    if not (told := table.column("told")[effects]).any() and (state == VOID).all():
        return
    several = np.isin(at, [place for _, carriers in entries.carried for place in carriers.tolist()])
    several |= table.kind not in entries.known.once
    looked_at = table.kind in entries.known.policy.searched
    more = (state != VOID) & (several | (looked_at & (state == INVALID)))
    entries.set_aside(at[np.where(entries.rules[at] < 0, told, more)], odd)


def _amount(entries: Entries, table: EffectTable, at: Numbers, effects: Numbers, odd: Numbers) -> None:
    entries.amounts[at] = entries.raw[at] = amounts = table.column("value")[effects]
    entries.signs[at] = table.column("sign")[effects]
    entries._give_article(at, table.column("article")[effects])
    before = np.full(len(at), NOTHING, np.int64)
    entries.step(at, table.column("text")[effects], before, amounts, entries.articles[at])


def _changed(entries: Entries, table: EffectTable, at: Numbers, effects: Numbers, after: Numbers, odd: Numbers) -> None:
    before = entries.amounts[at]
    large = np.abs(after) > MOST
    if large.any():
        entries.set_aside(at[large], odd)
        after = np.where(large, 0, after)
    entries.step(at, table.column("text")[effects], before, after, table.column("article")[effects])
    entries.amounts[at] = after


def _times(entries: Entries, table: EffectTable, at: Numbers, effects: Numbers, odd: Numbers) -> None:
    product = entries.amounts[at] * table.column("factor")[effects]
    below = table.column("below")[effects]
    after = product // below
    unexact = after * below != product
    if unexact.any():
        entries.set_aside(at[unexact], odd)
    _changed(entries, table, at, effects, after, odd)


def _plus(entries: Entries, table: EffectTable, at: Numbers, effects: Numbers, odd: Numbers) -> None:
    _changed(entries, table, at, effects, entries.amounts[at] + table.column("value")[effects], odd)


def _rounded(entries: Entries, table: EffectTable, at: Numbers, effects: Numbers, odd: Numbers) -> None:
    """Whole steps, as `values` rounds: down, up, or half up."""
    operator, step, amounts = table.operator, table.column("value")[effects], entries.amounts[at]
    assert isinstance(operator, o.Rescale)
    step = np.maximum(step, 1)
    quotient, rest = np.divmod(amounts, step)
    if operator.operation == "up":
        quotient += rest > 0
    elif operator.operation == "half":
        quotient += rest * 2 >= step
    after = quotient * step
    other = after != amounts
    _changed(entries, table, at[other], effects[other], after[other], odd)


def _account(entries: Entries, table: EffectTable, at: Numbers, effects: Numbers, odd: Numbers) -> None:
    numbers = {name: number for number, name in enumerate(entries.known.policy.accounts)}
    of_effect = np.array([numbers.get(x.account, -1) for x in table.effects], np.int32)[effects]
    entries.set_aside(at[of_effect < 0], odd)
    amounts = entries.amounts[at]
    entries.step(at, table.column("text")[effects], amounts, amounts, table.column("article")[effects])
    entries.accounts[at] = of_effect


def _day(entries: Entries, table: EffectTable, at: Numbers, effects: Numbers, odd: Numbers) -> None:
    days, amounts = table.column("day")[effects], entries.amounts[at]
    entries.step(at, table.column("text")[effects], amounts, amounts, table.column("article")[effects])
    placed = entries.known.calendar.of_days(days)
    entries.days[at] = days
    entries.semesters[at] = np.where(placed > 0, placed, entries.semesters[at])
    entries.find_periods(at)


_ACTS = {
    "more": _more, "ends": _ends, "amount": _amount, "times": _times, "plus": _plus, "rounded": _rounded,
    "account": _account, "day": _day,
}  # fmt: skip
