"""Expressions drafted at random, by the type they should have and the place they stand in."""

import random
from collections.abc import Callable
from typing import TypeVar

from attrs import define, evolve, field, frozen

T = TypeVar("T")
NUMBERS = ("0", "1", "2", "3", "0.5", "1.5", "0.25", "5", "10")
PERIODS = ("@semester", "@year", "@week", "@month", "@calendar_year", "@day", "@quarter")
LONG_PERIODS = ("@semester", "@semester", "@year", "@year", "@calendar_year", "@quarter", "@month")
LENGTHS = ("7 @days", "30 @days", "2 @weeks", "1 @months", "3 @months", "12 @months", "1 @years")


@frozen
class At:
    """Where an expression stands: in a line about a record of a kind, in a period, inside a query that asks."""

    kind: str | None = None
    period: str | None = None
    asks: bool = False
    """Whether it is the condition of a query in a line about a record, which is `this` there."""
    depth: int = 0
    own: str = ""
    """The account or fact that the line belongs to."""

    @property
    def deeper(self) -> "At":
        """The same place, one level further inside an expression."""
        return evolve(self, depth=self.depth + 1)


@define(eq=False)
class Names:
    """What has been declared so far and may be read."""

    accounts: dict[str, str] = field(factory=dict)
    """Their periods, `@semester` or the like."""
    facts: dict[str, tuple[str, str | None]] = field(factory=dict)
    """Of each its type, number, condition or rank, and its period."""
    requirements: list[str] = field(factory=list)
    rankings: dict[str, str | None] = field(factory=dict)
    kinds: list[str] = field(factory=lambda: ["act"])
    declared: list[str] = field(factory=list)
    """Kinds of period of its own."""


class Expressions:
    """Drafts expressions, numbers, conditions and days, over what there is to name."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.names = Names()
        self.liked = rng.choice(PERIODS)
        """The kind of period that a policy has more often, so that what goes on in it meets."""

    # ---- chance
    def maybe(self, share: float) -> bool:
        """Yes, in this share of cases."""
        return self.rng.random() < share

    def one(self, *choices: Callable[[], T] | T) -> T:
        """One of several, a function being called."""
        chosen = self.rng.choice(choices)
        return chosen() if callable(chosen) else chosen

    def name(self, names: object) -> str:
        """One of some names; a word that nothing declares where there is none, so that its line is dropped."""
        return self.rng.choice(list(names) or ["nothing"])  # type: ignore[call-overload]

    def number_word(self) -> str:
        return self.rng.choice(NUMBERS)

    @property
    def categories(self) -> list[str]:
        """The accounts that are categories."""
        return [name for name in self.names.accounts if name.startswith(("cat", "in"))]

    def length(self) -> str:
        return self.rng.choice(LENGTHS)

    def period(self) -> str:
        """A kind of period: mostly of the calendar."""
        if self.names.declared and self.maybe(0.3):
            return self.rng.choice(self.names.declared)
        return "@semester" if self.maybe(0.25) else self.rng.choice(PERIODS)

    def long_period(self) -> str:
        """One where each of them is gone through: seldom days or weeks, of which there are hundreds."""
        if self.maybe(0.25):
            return self.name(self.names.declared or [self.liked])
        return self.rng.choice(LONG_PERIODS) if self.maybe(0.75) else self.period()

    # ---- numbers
    def number(self, at: At) -> str:
        """A number that always has a value, or nearly."""
        simple: list[Callable[[], str] | str] = [self.number_word, self.number_word, "rate", "limit_of", "grade"]
        if at.kind:
            simple += ["size", "size", "place", "used"]
        if at.depth >= 2 or self.maybe(0.45):
            return self.one(*simple)
        inner = at.deeper
        return self.one(
            lambda: f"({self.number(inner)} {self.one('+', '-', '+')} {self.number(inner)})",
            lambda: f"{self.one('2', '0.5', '1.5')} * {self.number(inner)}",
            lambda: f"({self.number(inner)} {self.one('+', '-', '*')} {self.worked_out(inner)})",
            lambda: f"{self.one('50%', '20%')} OF {self.one('size', 'rate') if at.kind else 'grade'}",
            lambda: f"({self.number(inner)} / {self.one('3', '4', '7', 'rate', 'limit_of')} {self.rounding()})",
            lambda: f"({self.number(inner)} {self.rounding()})",
            lambda: f"{self.one('THE_HIGHER_OF', 'THE_LOWER_OF')} ({self.number(inner)}, {self.number(inner)})",
            lambda: self.distance(at),
            lambda: self.distance(at),
            lambda: self.counting(at),
            lambda: self.counting(at),
            lambda: self.balance(at),
            lambda: (
                self.one(
                    "share[rank]",
                    "grid[place]",
                    "pair[rank, side]",
                    "rf_number",
                    "pair[level_of, side]",
                    "share[level_of]",
                )
                if at.kind
                else self.one("grade", "share[level_of]")
            ),
            self.fact_number,
        )

    def fact_number(self) -> str:
        """A fact that is a number."""
        return self.name([x for x, (sort, _) in self.names.facts.items() if sort == "number"] or ["grade"])

    def worked_out(self, at: At) -> str:
        """A number that is worked out elsewhere: a fact, one of the record, a balance."""
        own = ["rf_number", "rf_number"] if at.kind == "act" else []
        return self.one(self.fact_number, lambda: self.balance(at), *own)

    def rounding(self) -> str:
        return f"{self.one('ROUNDED_DOWN_TO', 'ROUNDED_UP_TO', 'HALF_UP_TO')} {self.one('0.1', '0.5', '1', '0.25')}"

    def distance(self, at: At) -> str:
        """What lies between two days."""
        start, end = self.day(at.deeper), self.day(at.deeper)
        if at.kind and self.maybe(0.2):
            return f"WEEK_OF {self.one('on', start)}"
        way = self.one("@days_from", "@working_days_from", "@weeks_from", "@months_from", "@years_from")
        return f"{way}({start} TO {end})"

    def balance(self, at: At) -> str:
        """The balance of an account."""
        if not self.names.accounts:
            return "rate"
        name = self.name(self.names.accounts)
        if at.kind:
            ways = [] if name.startswith("credit") else [f"({name} BEFORE_THIS)", f"({name} AS_OF on)"]
        else:
            ways = [name, f"TOTAL {name}", f"HIGHEST_OF {name}", f"LOWEST_OF {name}", f"({name} AS_OF start_day)",
                    f"({name} OF {self.one('2024-2025-1', '2024-2025')})",
                    f"(AVERAGE_OF {name} HALF_UP_TO 0.1)"]  # fmt: skip
        if name in self.categories:
            length = f"({name} IN_THE_LAST {self.length()}"
            ways += [f"{length})", f"({name} SINCE start_day)", f"({name} EVER)",
                     f"{length} {self.one('BEFORE_THIS', 'AS_OF on') if at.kind else 'AS_OF start_day'})"]  # fmt: skip
        return self.one(name, *ways)

    # ---- days
    def days_told(self) -> list[str]:
        """The facts that are days."""
        return [name for name, (sort, _) in self.names.facts.items() if sort == "day"]

    def day(self, at: At) -> str:
        """A day that always has a value."""
        simple = ["start_day", "hired", "AS_OF", "2025-01-10", *self.days_told() * 2]
        simple += ["on", "on", "on", *(["rf_day"] if at.kind == "act" else [])] if at.kind else []
        if at.depth >= 3 or self.maybe(0.5):
            return self.one(*simple)
        inner = at.deeper
        return self.one(
            lambda: f"({self.length()} {self.one('AFTER', 'BEFORE')} {self.day(inner)})",
            lambda: f"(2 @working_days AFTER {self.day(inner)})",
            lambda: f"({self.day(inner)} {self.one('+', '-')} {self.one('10 @days', '1 @months')})",
            lambda: f"((2 * {self.one('place', 'grade') if at.kind else 'grade'}) @months AFTER {self.day(inner)})",
            lambda: f"{self.one('START_OF', 'END_OF')} {self.period()}",
            lambda: f"DAY {self.one('15', '22', '31')} OF @month",
            lambda: f"{self.one('THE_HIGHER_OF', 'THE_LOWER_OF')} ({self.day(inner)}, {self.day(inner)})",
        )

    # ---- conditions
    def comparison(self) -> str:
        return self.one("AT_LEAST", "AT_MOST", "LESS", "MORE", "=", "!=", ">=", "<=", ">", "<")

    def condition(self, at: At) -> str:
        """A condition that always has an answer, or nearly."""
        inner = at.deeper
        choices: list[Callable[[], str]] = [
            lambda: f"{self.number(inner)} {self.comparison()} {self.number_word()}",
            lambda: f"{self.number(inner)} {self.comparison()} {self.number(inner)}",
            lambda: f"{self.worked_out(inner)} {self.comparison()} {self.worked_out(inner)}",
            lambda: f"{self.number(inner)} BETWEEN {self.one('0', '1')} AND {self.one('2', '5')}",
            lambda: f"{self.day(inner)} {self.one('BEFORE_DAY', '<=', '>=', '>', '<', '=')} {self.day(inner)}"
            .replace("BEFORE_DAY", "LESS"),
            lambda: self.one("exempt", "strict", "level_of AT_LEAST silver", "level_of IS gold"),
            lambda: self.one("quota IS_PRESENT", "(quota IS_PRESENT AND quota > 1)", "club IS_MISSING"),
            lambda: self.one('house IS "A"', 'house STARTS_WITH "A"', 'house CONTAINS "B"'),
            lambda: self.one("ended", "enrolled", "(entry IS_PRESENT AND entry >= 300)", "faculty IS_PRESENT"),
            lambda: self.asking(at),
            lambda: self.compared_query(at),
        ]  # fmt: skip
        if at.kind:
            choices += [
                lambda: self.one("flag", "NOT flag", "side IS left", 'content IS "a"', "rf_condition", "rf_condition"),
                lambda: f"rank {self.comparison()} {self.one('gold', 'silver', 'bronze', 'level_of')}",
                lambda: f"rank {self.one('=', '<', '>')} {self.one('ONE_BELOW', 'ONE_ABOVE')} level_of",
                lambda: self.one("extra IS_PRESENT", "extra IS_MISSING", "(extra IS_PRESENT AND extra > 1)"),
                lambda: self.one("best IS_MISSING", "(best IS_PRESENT AND best >= silver)", "rf_rank IS_PRESENT"),
                lambda: f"place IN ({self.one('0', '1')}, {self.one('2', '3')})",
                lambda: f"(due IS_PRESENT AND due {self.one('<=', '>')} {self.day(inner)})",
                lambda: self.one(
                    "(due IS_PRESENT AND on NOT_LATER_THAN 3 @days AFTER due)",
                    "(due IS_PRESENT AND on BETWEEN due AND 3 @days AFTER due)",
                ),
                lambda: self.one("on IS A_WORKING_DAY", "on IS A_DAY_OFF", "WEEKDAY_OF(on) IS monday"),
                lambda: self.one(
                    'code STARTS_WITH "CS"', "subject IS_PRESENT", "(serial IS_PRESENT AND serial >= 300)"
                ),
                *([lambda: f"code IS_USED_IN {self.name(self.names.accounts)}"] if self.names.accounts else []),
                lambda: "need OF_LATEST profile ON_OR_BEFORE on",
            ]
        else:
            facts = [name for name, (sort, _) in self.names.facts.items() if sort == "condition"]
            choices += [
                lambda: f"level_of {self.comparison()} {self.one('gold', 'silver')}",
                lambda: "need OF_LATEST profile",
            ]
            choices += [lambda: self.name(facts)] * bool(facts)
            choices += [lambda: self.name(self.names.requirements)] * (3 * bool(self.names.requirements))
            choices += [self.standing, self.standing] * bool(self.names.rankings)
            choices += [lambda: f"{self.balance(at)} {self.comparison()} {self.number_word()}"] * bool(
                self.names.accounts
            )
        if at.depth < 2 and self.maybe(0.35):
            return self.one(
                lambda: f"({self.condition(inner)} AND {self.condition(inner)})",
                lambda: f"({self.condition(inner)} OR {self.condition(inner)})",
                lambda: f"NOT ({self.condition(inner)})",
                lambda: f"AT_LEAST_OF 2 OF ({self.condition(inner)}, {self.condition(inner)}, {self.condition(inner)})",
            )
        return self.one(*choices)

    def standing(self) -> str:
        """A rank, asked for."""
        name = self.name(self.names.rankings)
        return self.one(
            f"{name} <= {self.one('1', '2')}", f"{name} FRONT {self.one('1', '3')}", f"{name}.ranked >= 2",
            f"{name} FRONT {self.one('10%', '50%')} {self.one('@rounded_half_up', '@rounded_down', '@rounded_up')}",
            f"{name} < {name}.all",
        )  # fmt: skip

    # ---- queries
    def looked_at(self, at: At) -> str:
        """Which records a query looks at."""
        kind = self.name(self.names.kinds)
        level = self.one("", "", "", "EVEN_VOID ", *(["COUNTED "] if self.names.accounts else []))
        other = "OTHER " if at.kind and self.maybe(0.15) else ""
        inside = f" IN {self.name(self.names.accounts)}" if level == "COUNTED " and self.maybe(0.9) else ""
        return f"{level}{other}{kind}{inside}"

    def scope_and_condition(self, at: At, needed: bool = False) -> tuple[str, str]:
        """When the records looked at may be, and what they fulfil."""
        days = self.one("start_day", "start_day", "2024-11-05", "2025-01-10")
        scopes = ["EVER", f"IN_THE_LAST {self.length()}", f"SINCE {days}", f"AS_OF {days}",
                  *(f"IN_THE_SAME {self.period()}" for _ in range(3))]  # fmt: skip
        if at.kind and not at.asks:
            scopes += ["BEFORE_THIS", "BEFORE_THIS", "AS_OF on", f"IN_THE_LAST {self.length()} BEFORE_THIS"]
            scope = f" {self.one(*scopes)}"
        else:
            scope = f" {self.one(*scopes[:4])}" if self.maybe(0.35) else ""
        inner = At("act", at.period, asks=at.kind is not None, depth=at.depth + 1, own=at.own)
        return scope, f" WHERE {self.query_condition(inner)}" if needed or self.maybe(0.6) else ""

    def query(self, at: At, way: str, value: str = "", weight: str = "") -> str:
        """A query over records."""
        looked, needed = self.looked_at(at), way in ("EVERY", "IN_A_ROW")
        scope, where = self.scope_and_condition(at, needed)
        if value == "size" and "COUNTED" in looked and self.maybe(0.5):
            value = "amount"
        return f"{way}({value + ' OF ' if value else ''}{looked}{scope}{weight}{where})"

    def query_condition(self, at: At) -> str:
        """A condition on the records looked at."""
        if at.asks and self.maybe(0.6):
            return self.one(
                "SAME code", "SAME content", "subject = this.subject", "code = this.code",
                f"size {self.comparison()} this.size",
                "place < this.place AND flag", "on >= this.on", "rank >= this.rank",
            )  # fmt: skip
        return self.one(
            lambda: f"size {self.comparison()} {self.number_word()}",
            lambda: self.one("flag", "NOT flag", "rank AT_LEAST silver", "side IS left", "place IN (1, 2)"),
            lambda: self.one("extra IS_PRESENT AND extra >= 1", "rf_condition", 'subject IS "CS"'),
            lambda: f"{self.number_word()} <= size AND rank != gold",
            lambda: f"ANY(act EVER WHERE SAME code AND size {self.comparison()} 1)",
            lambda: self.condition(at) if at.depth < 2 else "flag",
        )

    def asking(self, at: At) -> str:
        """A query that is a condition."""
        if not at.kind and self.maybe(0.3):
            return f"EVERY({self.one('', 'BEGUN ')}{self.long_period()} WHERE {self.of_period(at)})"
        if at.period is None and not at.kind and self.maybe(0.2):
            return f"ANY({self.one('', 'BEGUN ')}{self.long_period()} WHERE {self.of_period(at)})"
        return self.query(at, self.one("ANY", "ANY", "EVERY"))

    def of_period(self, at: At) -> str:
        inside = evolve(at, period="@semester", depth=2)
        return self.one(f"{self.name(self.names.accounts)} {self.comparison()} {self.number_word()}",
                        lambda: self.condition(inside))  # fmt: skip

    def counting(self, at: At) -> str:
        """A query that always gives a number."""
        if not at.kind and self.maybe(0.3):
            if self.maybe(0.3):
                name = self.name([*self.names.accounts, *self.names.facts])
                where = f" WHERE {self.of_period(at)}" if self.maybe(0.5) else ""
                return f"TOTAL({name} OF {self.one('', 'BEGUN ')}{self.long_period()}{where})"
            way = self.one("COUNT", "IN_A_ROW")
            return f"{way}({self.one('', '', 'BEGUN ')}{self.long_period()} WHERE {self.of_period(at)})"
        different = f"DIFFERENT {self.one('code', 'content', 'rank', 'side')}"
        value = self.one("size", "size", "place", "size * place", "(size + 1)", "share[rank]", "rf_number")
        return self.one(
            lambda: self.query(at, "COUNT"), lambda: self.query(at, "TOTAL", value),
            lambda: self.query(at, "IN_A_ROW"), lambda: self.query(at, "COUNT", different),
        )  # fmt: skip

    def perhaps(self, at: At) -> tuple[str, str]:
        """A query that may have no value, and what to compare it with."""
        if not at.kind and self.maybe(0.15):
            name = self.name([*self.names.accounts, *self.names.facts])
            where = f" WHERE {self.of_period(at)}" if self.maybe(0.5) else ""
            way = self.one("HIGHEST", "LOWEST", "LATEST", "AVERAGE")
            return f"{way}({name} OF {self.one('', 'BEGUN ')}{self.long_period()}{where})", "1"
        if self.maybe(0.3):
            weight = self.one("", " WEIGHTED_BY place", " WEIGHTED_BY size")
            return self.query(at, "AVERAGE", self.one("size", "place"), weight), "1.5"
        way = self.one("HIGHEST", "LOWEST", "FIRST", "LATEST")
        value, bound = self.one(("size", "2"), ("place", "1"), ("rank", "silver"), ("on", "start_day"))
        return self.query(at, way, value), bound

    def compared_query(self, at: At) -> str:
        """A query that may have no value, compared where it has one."""
        asked, bound = self.perhaps(at)
        return f"({asked} IS_PRESENT AND {asked} {self.one('>=', '<', '=')} {bound})"
