"""What is decided of people, drafted at random: facts, requirements, rankings."""

from collections.abc import Callable, Iterator

from tests.differential.drafted_expressions import PERIODS, At
from tests.differential.drafted_moves import Moves
from tests.differential.sentences import Line


class Decisions(Moves):
    """Drafts facts, requirements and rankings."""

    def fact(self) -> list[Line]:
        """A fact of a person."""
        name = f"fact_{len(self.names.facts)}"
        goes_on = self.maybe(0.2)  # by its own value of the period before
        any_period = (*PERIODS, *self.names.declared * 3)
        period = self.one(*any_period) if goes_on else self.one(None, "@semester", "@year", self.long_period)
        at = At(None, period, own=name)
        sort = self.one("number", "number", "condition", "condition", "rank", "rank", "day")
        values: dict[str, Callable[[], str]] = {
            "number": lambda: self.number(at), "rank": lambda: self.one("level_of", "gold", "silver", "bronze"),
            "condition": lambda: "YES", "day": lambda: self.day(at),
        }  # fmt: skip
        if sort == "condition":
            under = [Line(f"YES WHEN {self.condition(at)}"), Line("NO OTHERWISE")]
        else:
            under = self.cases(at, values[sort], sort == "number")
        if sort == "number":
            under = self.one(
                under, under, under,
                lambda: [Line(self.number(at))], lambda: [Line(f"{self.balance(at)} OTHERWISE")],
                lambda: [Line(f"STEPS_OF {self.balance(at)}: 1 AT 2, THEN 0.5 PER_FULL 1")],
                lambda: [Line(f"{self.query(at, 'AVERAGE', 'size', ' WEIGHTED_BY place')} HALF_UP_TO 0.01 OTHERWISE")],
                lambda: [Line(f"{self.perhaps(at)[0]}{self.when(at, 1)}"), Line("1 OTHERWISE")],
                lambda: [Line(f"{self.perhaps(at)[0]} OTHERWISE")],
            )  # fmt: skip
            under += [Line(f"AT_LEAST_OF {self.one('0', '1', 'share[level_of]')}")] * self.maybe(0.15)
            under += [Line(f"AT_MOST {self.one('2', 'limit_of', lambda: self.number(at))}")] * self.maybe(0.15)
        if goes_on:
            before = f"{name} OF PREVIOUS {period}"
            moved = {
                "number": self.one(before, f"({before} + 1)"), "condition": "YES", "rank": f"ONE_BELOW {before}",
                "day": f"(7 @days AFTER {before})",
            }  # fmt: skip
            value = moved[sort]
            asked = f"({before} IS_PRESENT AND {before})" if sort == "condition" else f"{before} IS_PRESENT"
            under = [Line("FIRST_THAT_APPLIES"), Line(f"{value} WHEN {asked}"),
                     *(line for line in under if "THAT_APPL" not in line.text)]  # fmt: skip
        elif period and self.names.accounts and self.maybe(0.15):
            account = f"{self.name(self.names.accounts)} OF PREVIOUS {period}"
            under = [Line(f"{account} WHEN {account} IS_PRESENT"), Line("0 OTHERWISE")]
            sort = "number"
        self.names.facts[name] = (sort, period)
        return [Line(f"FACT {name}{f' PER {period}' if period else ''}", under)]

    def requirement(self) -> list[Line]:
        """A requirement."""
        name = f"require_{len(self.names.requirements)}"
        period = self.one("", "", "", " PER @semester", f" PER {self.long_period()}")
        at = At(None, period.removeprefix(" PER ") or None, own=name)
        under = [Line(part) for part in self.parts(at, self.rng.randrange(1, 4))]
        if self.maybe(0.25):
            label = self.one("", "", '"some": ')
            under.append(Line(f"{label}AT_LEAST_OF {self.one('1', '2')} OF_THESE:",
                              [Line(x) for x in self.parts(at, 3)]))  # fmt: skip
        self.names.requirements.append(name)
        return [Line(f"REQUIRE {name}{period}", under)]

    def parts(self, at: At, count: int) -> Iterator[str]:
        for number in range(count):
            label = f'"part {number}": ' if self.maybe(0.2) else ""
            if at.period is None and self.maybe(0.25):
                period = self.long_period()
                inside = At(None, period, own=at.own)
                measured = self.measured(inside)
                yield label + self.one(f"{measured} IN_EACH {period}", f"IN_EACH {period}: {measured}")
            else:
                yield f"{label}{self.measured(at)}{self.when(at, 0.2)}"

    def measured(self, at: At) -> str:
        window, than = self.one(("IN_ANY", "LESS"), ("IN_ANY", "AT_MOST"), ("IN_SOME", "AT_LEAST"), ("IN_SOME", "MORE"))
        window += f" {self.length()}"
        return self.one(
            lambda: f"{self.balance(at)} {self.one('AT_LEAST', 'AT_MOST', 'LESS')} {self.one('1', '2', 'limit_of')}",
            lambda: f"{self.number(at)} AT_LEAST {self.number_word()}",
            lambda: f"{self.name(self.categories)} {window} {than} {self.one('1', '2', '3')}",
            lambda: self.condition(at),
            lambda: self.asking(at),
        )  # fmt: skip

    def ranking(self) -> list[Line]:
        """A ranking of people or of houses."""
        value = self.name(
            [*self.names.accounts, *(x for x, (sort, _) in self.names.facts.items() if sort != "condition")]
        )
        period = self.names.accounts.get(value) or self.names.facts.get(value, ("", None))[1]
        name = f"place_{len(self.names.rankings)}"
        key = self.one("house", "club", lambda: self.name([x for x, (s, p) in self.names.facts.items() if s == "rank"]))
        per = self.one(f" PER {key}", "", f" PER {key} AND {period or '@year'}", f" PER {period or '@year'}")
        ties = self.one("", "", f", TIES_BY {self.name([*self.names.accounts, *self.names.facts])}")
        lowest = self.one("", "", ", LOWEST_FIRST")
        asked = [lambda: self.condition(At(None, period)), *self.names.requirements]
        where = f" WHERE {self.one(*asked)}" if self.maybe(0.3) else ""
        self.names.rankings[name] = period
        return [Line(f"RANKING {name} OF {value}{per}{ties}{lowest}{where}")]

    def house_fact(self) -> list[Line]:
        """A fact of groups of people."""
        name = f"fact_{len(self.names.facts)}"
        value = self.name([*self.names.accounts, *(x for x, (s, _) in self.names.facts.items() if s == "number")])
        per = self.one(" PER house", " PER house", "", " PER house AND @semester", " PER club")
        asked = [x for x, (sort, period) in self.names.facts.items() if sort == "condition" and not period]
        condition = self.one(
            f"{value} >= {self.number_word()}", f"{value} {self.comparison()} {self.number_word()}",
            *asked, *self.names.requirements, "quota IS_PRESENT", "(exempt OR level_of IS gold)",
        )  # fmt: skip
        body = self.one(
            f"TOTAL({value} OF STUDENT)", f"COUNT(STUDENT WHERE {condition})", f"ANY(STUDENT WHERE {condition})",
            f"AVERAGE({value} OF STUDENT{self.one('', ' WEIGHTED_BY grade')}) HALF_UP_TO 0.01 OTHERWISE",
            f"EVERY(STUDENT WHERE {condition})",
            f"HIGHEST({value} OF STUDENT) OTHERWISE", f"LOWEST({value} OF STUDENT WHERE {condition}) OTHERWISE",
        )  # fmt: skip
        self.names.facts[name] = ("condition" if body.startswith(("ANY", "EVERY")) else "number", None)
        return [Line(f"FACT {name}{per}", [Line(body)])]
