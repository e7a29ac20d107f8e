"""Bodies drafted at random: guards, amounts and adjustments, in items, categories and scores."""

import re

from tests.differential.drafted_amounts import Amounts
from tests.differential.drafted_expressions import At
from tests.differential.sentences import Line

_PLAIN = re.compile(
    r"^(CAP|TIMES|PLUS_AMOUNT|AT_MOST|FROM_THE .*(TIMES|PLUS_AMOUNT)) [\d.]+"
    r"|^(?!CAP|TIMES|PLUS_AMOUNT|AT_MOST|FROM_THE|APPLY)"
)
"""Adjustments whose value is always there."""


class Bodies(Amounts):
    """Drafts what is done to entries."""

    items = 0

    def guard(self, at: At) -> str:
        way = self.one("VOID WHEN", "VOID WHEN", "INVALID WHEN", "PENDING WHEN", "WARN WHEN", "ONLY_EVENTS_WHERE",
                       "VOID UNLESS")  # fmt: skip
        named = self.one("size", "rank", "on", "rate", "level_of", "rf_number", "rf_rank")
        reason = self.one("", "", ', "not so"', ', "as {size} is"', f', "{{{named}}} of {{size}}"')
        return f"{way} {self.condition(at)}{reason}"

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
        limit = self.one("1", "2", "3", "0.5", "limit_of", lambda: self.number(at), lambda: self.worked_out(at))
        by = self.one("", "", " BY rank", " BY size", " BY extra", " BY rf_number", " BY place")
        which, factor = self.one("1", "2"), self.one("2", "0.5", "rate", lambda: self.worked_out(at))
        group, when = self.group(self.maybe(0.15)), self.when(at)
        return self.one(
            lambda: f"CAP {limit} {group}{over}{when}", lambda: f"CAP {limit} {self.group(True)}{over}{when}",
            lambda: f"AT_MOST {self.one('1', '2', '3', 'place', limit)} EVENTS {self.group(True)}{over}{when}",
            lambda: f"{self.one('ONCE', 'HIGHEST_ONCE', 'LAST_ONCE')} {group}{over}{when}",
            lambda: f"HIGHEST_ONCE {group}{over}{by}{when}",
            lambda: f"BEST {which} EVENTS {group}{over}{by}{when}",
            lambda: f"DROP_LOWEST {which} EVENTS {group}{over}{by}{when}",
            lambda: f"VALID_UNTIL {self.day(at)}{when}", lambda: f"EXPIRES_ON {self.length()} AFTER on{when}",
            lambda: f"TIMES {self.number(at)}{when}", lambda: f"PLUS_AMOUNT {self.number(at)}{when}",
            lambda: f"{self.one('TIMES', 'PLUS_AMOUNT')} {self.worked_out(at)}{when}",
            lambda: f"TIMES extra{when}", lambda: f"HALF{when}",
            lambda: f"FROM_THE {self.one('2nd', '3rd')} EVENTS {group}{over}{when}: "
                    f"{self.one('TIMES', 'PLUS_AMOUNT')} {factor}",
            lambda: f"UNIQUE {self.one('content', 'code')} OVER ALL",
            self.rounding, lambda: f"FALLS_ON {self.day(at)}{when}",
            lambda: f"{self.one('FALLS_ON', 'VALID_UNTIL')} due WHEN due IS_PRESENT",
            lambda: self.guard(at), lambda: self.guard(at), "APPLY halved", "SHARED_BY divided", "POSTS_TO into",
            lambda: self.guard(at), lambda: self.guard(at),
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
            each = f" PER {self.period()}" if self.maybe(0.2) else ""
            within = [self.item(inner), *self.adjustments(At("act", own=inner), 2)]
            under.append(Line(f"CATEGORY {inner}{each}", within))
        items = [line.text.split()[1] for line in under if line.text.startswith("ITEM")]
        over = self.one("", "", f" OVER {self.name([*items, *([inner] if nested else [])])}")
        head = [Line(self.guard(At("act", own=name)))] if self.maybe(0.2) else []
        under = [*head, *under, *self.adjustments(At("act", own=name), 2, over)]
        under += self.higher([*items, *([inner] if nested else [])])
        if self.categories and self.maybe(0.08):
            under += [Line(f"TAKE_FROM {self.name(self.categories)}{self.when(At('act', own=name))}")]
            under += [Line(self.adjustment(At("act", own=name), ""))] * self.maybe(0.4)
        self.names.accounts[name] = period.removeprefix(" PER ") or "@semester"
        if nested:
            self.names.accounts[inner] = "@semester"
        return [Line(f"CATEGORY {name}{period} IN_UNIT {self.one('credit', 'credit', 'point')}", under)]

    def higher(self, names: list[str]) -> list[Line]:
        """Of the sums of two sides the higher."""
        if len(names) < 2 or not self.maybe(0.25):
            return []
        key = self.one("@semester", "@semester AND content", "@semester AND side", "@year", "content")
        left = self.one(names[0], " + ".join(names[:-1]))
        reason = self.one("", ', "the lower side"')
        return [Line(f"PER {key}: THE_HIGHER_OF {left} AND {names[-1]}{reason}")]

    def score(self) -> list[Line]:
        """A score."""
        name = f"score_{len(self.names.accounts)}"
        period = self.one("@semester", "@semester", self.long_period)
        at = At(None, period, own=name)
        under = [Line(f"STARTS_AT {self.one('100', '10', '5')}")] if self.maybe(0.7) else []
        under += [Line(f"FLOOR {self.one('0', '3', lambda: self.number(at))}")] if self.maybe(0.3) else []
        under += [Line(f"CEILING {self.one('100', '6', 'limit_of')}")] if self.maybe(0.3) else []
        under += [self.item(name, True) for _ in range(self.one(1, 2))]
        under += self.adjustments(At("act", own=name), 2)
        under += self.higher([line.text.split()[1] for line in under if line.text.startswith("ITEM")])
        self.names.accounts[name] = period
        per = f" PER {period}" if self.maybe(0.85) else ""
        return [Line(f"SCORE {name}{per} IN_UNIT point", under)]
