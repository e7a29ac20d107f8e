"""Bodies drafted at random: guards, amounts and adjustments, in items, categories and scores."""

import re
from collections.abc import Callable

from tests.differential.drafted_expressions import At, Expressions
from tests.differential.sentences import Line

_PLAIN = re.compile(
    r"^(CAP|TIMES|PLUS_AMOUNT|AT_MOST|FROM_THE .*(TIMES|PLUS_AMOUNT)) [\d.]+"
    r"|^(?!CAP|TIMES|PLUS_AMOUNT|AT_MOST|FROM_THE|APPLY)"
)
"""Adjustments whose value is always there."""


class Bodies(Expressions):
    """Drafts what is done to entries."""

    items = 0

    def guard(self, at: At) -> str:
        way = self.one("VOID WHEN", "VOID WHEN", "INVALID WHEN", "PENDING WHEN", "WARN WHEN", "ONLY_EVENTS_WHERE",
                       "VOID UNLESS")  # fmt: skip
        reason = self.one("", "", ', "not so"', ', "as {size} is"')
        return f"{way} {self.condition(at)}{reason}"

    def when(self, at: At, share: float = 0.35) -> str:
        return f" {self.one('WHEN', 'WHEN', 'UNLESS')} {self.condition(at)}" if self.maybe(share) else ""

    def group(self, windows: bool = False) -> str:
        """What is taken together."""
        key = self.one("content", "rank", "side", "code")
        window = f"PER_ANY {self.length()}"
        return self.one(
            lambda: f"PER {self.period()}", lambda: f"PER {self.period()}", "IN_TOTAL", lambda: f"PER {key}",
            lambda: f"PER {self.period()} AND {key}", f"IN_TOTAL PER {key}",
            *((window, f"{window} AND {key}") if windows else ()),
        )  # fmt: skip

    def fallback(self, share: float = 0.3) -> list[Line]:
        """What becomes of an entry for which the line before finds no value."""
        said = self.one(
            "VOID", "INVALID", 'VOID "none"', "PENDING FROM 0 TO 1", 'PENDING FROM 0 TO rate "open"', "PENDING"
        )
        return [Line(f"OTHERWISE {said}")] if self.maybe(share) else []

    def amounts(self, at: At) -> list[Line]:
        """The amount of a record, by cases."""
        deduct = "DEDUCT " if self.maybe(0.15) else ""
        number, condition = self.number(at), self.condition(at)
        lines = self.one(
            lambda: [Line(f"{deduct}{number} PER_EVENT")],
            lambda: [Line(f"{deduct}size PER_EVENT")],
            lambda: [Line(f"{deduct}{number} PER_EVENT WHEN {condition}")],
            lambda: [Line(f"{deduct}{number} PER {self.one('size', 'place')}")],
            lambda: [Line(f"{number} PER_EVENT WHEN {condition}"), Line("1 PER_EVENT OTHERWISE")],
            lambda: [Line("FIRST_THAT_APPLIES"), Line(f"{number} PER_EVENT WHEN {condition}"),
                     Line(f"DEDUCT 1 PER_EVENT WHEN {self.condition(at)}"), Line("0.5 PER_EVENT OTHERWISE")],
            lambda: [Line("ALL_THAT_APPLY"), Line(f"{number} PER_EVENT WHEN {condition}"),
                     Line(f"2 PER_EVENT WHEN {self.condition(at)}"), Line(f"{number} PER_EVENT")],
            lambda: [Line("FIRST_THAT_APPLIES"), Line(f"{number} PER_EVENT WHEN {condition} FROM 2024-11-05"),
                     Line("1 PER_EVENT UNTIL 2025-02-16")],
            lambda: [Line(f"{deduct}0 TO {self.one('2', 'place', 'rate')} AS_DECIDED_IN decided")],
            lambda: [Line(f"0.5 TO 2 AS_DECIDED_IN decided WHEN {condition}"), Line("1 PER_EVENT OTHERWISE")],
            lambda: [Line(f"{number} PER {self.period()} WITH AT_LEAST {self.one('2', '3')} EVENTS")],
            lambda: [Line(self.one("ALL_THAT_APPLY", "FIRST_THAT_APPLIES")),
                     Line(f"1 PER @week WITH AT_LEAST 2 EVENTS WHEN {condition}"),
                     Line("0.5 PER @week WITH AT_LEAST 1 EVENTS")],
            lambda: [Line(f"{deduct}1 PER_FULL {self.one('2', '0.5')} {self.one('size', 'place')} {self.group()}")],
            lambda: [Line(f"{deduct}0.5 PER_FULL 2 size OF_EACH_EVENT")],
            lambda: [Line(f"{deduct}PER_EVENT BY rank", [Line("gold 2"), Line("silver 1")])],
            lambda: [Line("PER_EVENT BY rank AND side",
                          [Line("left right"), Line("gold 2 1.5"), Line("silver 1 -"), Line("bronze 0.5 0")])],
            lambda: [Line("PER_EVENT BY place", [Line("0-1 0.5"), Line("2-4 1"), Line("超过4 3")])],
        )  # fmt: skip
        return [*lines, *self.fallback()]

    def adjustments(self, at: At, most: int, over: str = "") -> list[Line]:
        """Up to so many adjustments."""
        lines: list[Line] = []
        for _ in range(self.rng.randrange(most + 1)):
            lines.append(Line(self.adjustment(at, over)))
            if not _PLAIN.search(lines[-1].text):
                lines += self.fallback(0.9 if "extra" in lines[-1].text else 0.4)
        if self.maybe(0.12):
            lines.insert(self.rng.randrange(len(lines) + 1), Line("ONE_BY_ONE"))
        return lines

    def adjustment(self, at: At, over: str) -> str:
        """One adjustment."""
        limit = self.one("1", "2", "3", "0.5", "limit_of", lambda: self.number(at))
        by = self.one("", "", " BY rank", " BY size", " BY extra")
        which = self.one("1", "2")
        group, when = self.group(), self.when(at)
        return self.one(
            lambda: f"CAP {limit} {group}{over}{when}", lambda: f"CAP {limit} {self.group(True)}{over}{when}",
            lambda: f"AT_MOST {self.one('1', '2', '3', 'place')} EVENTS {self.group(True)}{over}{when}",
            lambda: f"{self.one('ONCE', 'HIGHEST_ONCE', 'LAST_ONCE')} {group}{over}{when}",
            lambda: f"HIGHEST_ONCE {group}{over}{by}{when}",
            lambda: f"BEST {which} EVENTS {group}{over}{by}{when}",
            lambda: f"DROP_LOWEST {which} EVENTS {group}{over}{by}{when}",
            lambda: f"VALID_UNTIL {self.day(at)}{when}", lambda: f"EXPIRES_ON {self.length()} AFTER on{when}",
            lambda: f"TIMES {self.number(at)}{when}", lambda: f"PLUS_AMOUNT {self.number(at)}{when}",
            lambda: f"TIMES extra{when}", lambda: f"HALF{when}",
            lambda: f"FROM_THE {self.one('2nd', '3rd')} EVENTS {group}{over}{when}: "
                    f"{self.one('TIMES 2', 'PLUS_AMOUNT 1', 'TIMES 0.5', 'PLUS_AMOUNT rate')}",
            lambda: f"UNIQUE {self.one('content', 'code')} OVER ALL",
            self.rounding, lambda: f"FALLS_ON {self.day(at)}{when}",
            lambda: self.guard(at), lambda: self.guard(at), "APPLY halved", "SHARED_BY divided", "POSTS_TO into",
        )  # fmt: skip

    def item(self, own: str, deducts: bool = False) -> Line:
        """An item of a category or score."""
        self.items += 1
        chosen = self.names.kinds if self.maybe(0.4) else ["act"]
        kind = self.rng.choice(chosen)
        name = f"item_{self.items}"
        at = At(kind, own=own)
        where = f" WHERE {self.query_condition(At(kind, depth=2))}" if kind == "note" or self.maybe(0.12) else ""
        under = [Line(self.guard(at)) for _ in range(self.one(0, 0, 0, 1))]
        under += [Line(f"DEDUCT {self.number_word()} PER_EVENT")] if deducts and self.maybe(0.6) else self.amounts(at)
        under += self.adjustments(at, 3)
        if kind == "fine" and self.maybe(0.7):
            under += self.rng.sample([Line("FALLS_ON house"), Line("VOID WHEN NOT named")], self.rng.randrange(1, 3))
        return Line(f"ITEM {name} FROM {kind}{where}", under)

    def category(self) -> list[Line]:
        """A category, with another inside it perhaps."""
        name = f"cat_{len(self.names.accounts)}"
        period = f" PER {self.period()}" if self.maybe(0.2) else ""
        under = [self.item(name) for _ in range(self.one(1, 1, 2))]
        inner = f"in_{len(self.names.accounts)}"
        nested = self.maybe(0.3)
        if nested:
            under.append(Line(f"CATEGORY {inner}", [self.item(inner), *self.adjustments(At("act", own=inner), 1)]))
        items = [line.text.split()[1] for line in under if line.text.startswith("ITEM")]
        over = self.one("", "", f" OVER {self.name([*items, *([inner] if nested else [])])}")
        head = [Line(self.guard(At("act", own=name)))] if self.maybe(0.15) else []
        under = [*head, *under, *self.adjustments(At("act", own=name), 2, over)]
        if nested and self.maybe(0.25):
            key = self.one("", " AND content", " AND side")
            under.append(Line(f"PER @semester{key}: THE_HIGHER_OF {items[0]} AND {inner}"))
        self.names.accounts[name] = period.removeprefix(" PER ") or "@semester"
        if nested:
            self.names.accounts[inner] = "@semester"
        return [Line(f"CATEGORY {name}{period} IN_UNIT {self.one('credit', 'credit', 'point')}", under)]

    def score(self) -> list[Line]:
        """A score."""
        name = f"score_{len(self.names.accounts)}"
        period = self.one("@semester", "@semester", self.long_period)
        at = At(None, period, own=name)
        under = [Line(f"STARTS_AT {self.one('100', '10', '5')}")] if self.maybe(0.7) else []
        under += [Line(f"FLOOR {self.one('0', '3', lambda: self.number(at))}")] if self.maybe(0.3) else []
        under += [Line(f"CEILING {self.one('100', '6', 'limit_of')}")] if self.maybe(0.3) else []
        under += [self.item(name, True) for _ in range(self.one(1, 2))]
        under += self.adjustments(At("act", own=name), 1)
        self.names.accounts[name] = period
        per = f" PER {period}" if self.maybe(0.85) else ""
        return [Line(f"SCORE {name}{per} IN_UNIT point", under)]

    def cases(self, at: At, value: Callable[[], str], numbers: bool = True) -> list[Line]:
        """A value by cases."""
        mode = self.one([], [], [Line("FIRST_THAT_APPLIES")], [Line("ALL_THAT_APPLY")])
        mode = mode if numbers else [Line("FIRST_THAT_APPLIES")]
        lines = [Line(f"{value()} WHEN {self.condition(at)}") for _ in range(self.one(1, 1, 2) if mode else 1)]
        return [*mode, *lines, *([Line(f"{value()} OTHERWISE")] if self.maybe(0.8) else [])]
