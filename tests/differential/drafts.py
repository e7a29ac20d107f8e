"""Policies drafted at random: declarations, bodies and what stands around them, then mended until they compile.

A draft may say what the language refuses; the lines in which something is refused are dropped, until nothing is. So the
generator need not know the language's rules, only its forms.
"""

import random
import re
from collections.abc import Callable, Iterator

from attrs import frozen
from tests.differential.drafted_bodies import Bodies
from tests.differential.drafted_expressions import PERIODS, At
from tests.differential.sentences import Dialect, Line, printed, without

from creditlang.core.operators import Policy
from creditlang.driver import compile_source
from creditlang.source import SourceFile

_MOST_REPAIRS = 9


@frozen
class Draft:
    """A policy that compiles, as lines, as text in a dialect, and as its core."""

    lines: tuple[Line, ...]
    dialect: Dialect
    text: str
    policy: Policy


def compiled(text: str, check: bool = True) -> Policy | None:
    """The core of a policy, if it has no errors, those that `check` finds included."""
    found = compile_source(SourceFile("policy.credit", text), check=check)
    return None if found.errors else found.policy


def drafted(rng: random.Random, dialect: Dialect) -> Draft | None:
    """A policy at random; None where nothing of it is left."""
    lines = Drafting(rng).policy()
    for _ in range(_MOST_REPAIRS):
        text = printed(lines, dialect)
        source = SourceFile("policy.credit", text)
        found = compile_source(source)
        if not found.errors:
            return Draft(tuple(lines), dialect, text, found.policy) if found.policy.rules else None
        wrong = {source.position(x.span.start).line - 1 for x in found.errors if x.span is not None}
        if not wrong:
            return None
        lines = _without_empty(without(lines, wrong))
    return None


def _without_empty(lines: list[Line]) -> list[Line]:
    """The lines without those that say nothing any more, such as a fact of which only the bounds are left."""
    for line in lines:
        line.under = _without_empty(line.under)
    return [x for x in lines if not _HOLDS.match(x.text) or any(not _BOUND.match(y.text) for y in x.under)]


_BOUND = re.compile(r"AT_LEAST_OF [\w.]+$|AT_MOST [\w.]+$|FIRST_THAT_APPLIES|ALL_THAT_APPLY")
_HOLDS = re.compile(
    r"(ITEM \w+( FROM \w+)?( WHERE .*)?|FACT .*|CREDIT .*|REQUIRE .*|ADJUST .*|TABLE .*|AT_LEAST_OF .*OF_THESE:?)$"
)


class Drafting(Bodies):
    """One draft: what there is to name grows with each declaration."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self.with_people = self.maybe(0.25)
        self.undated = self.maybe(0.1)

    def policy(self) -> list[Line]:
        """All lines of a policy."""
        lines = [*self.kinds()]
        parts: list[Callable[[], list[Line]]] = [self.category, self.category, self.score, self.fact, self.fact]
        parts += [self.credit, self.requirement, self.clean_run, self.conversion]
        wanted = [self.rng.choice([self.category, self.category, self.score])]
        # some are rich, so that what is rare meets
        wanted += [self.rng.choice(parts) for _ in range(self.rng.choice((0, 0, 1, 1, 2, 2, 5)))]
        if self.with_people:
            together = (self.house_fact,), (self.ranking,), (self.house_fact, self.ranking), (self.fact, self.ranking)
            wanted += [*self.rng.choice(together), self.fact, self.requirement]
        wanted += [self.rng.choice([self.fact, self.requirement, self.credit, self.fact])] * self.maybe(0.6)
        for part in wanted:
            lines += part()
        if self.maybe(0.1):
            lines.append(Line("UNIQUE content OVER ALL"))
        return [*self.around(lines), *lines]

    # ---- what is declared where it is named
    def around(self, lines: list[Line]) -> list[Line]:
        """The declarations of all that the lines name."""
        made: dict[str, Line] = {}
        definitions = self.definitions()
        while True:
            words = set(re.findall(r"\w+", printed([*made.values(), *lines], "en")))
            missing = [name for name in definitions if name in words and name not in made]
            if not missing:
                break
            made.update({name: definitions[name]() for name in missing})
        found = list(made.values())
        words |= {whole for part, whole in _PARTS.items() if part in words}
        for line in (line for line in lines if re.match(r"RECORD (act|note|fine|conversion)\b", line.text)):
            line.under += [Line(self.one(*forms)) for name, forms in _FIELDS.items() if name in words]
        attributes = [Line(self.one(*forms)) for name, forms in _ATTRIBUTES.items() if name in words]
        head = [] if self.maybe(0.03) else [self.calendar()]
        if self.maybe(0.05):
            head.append(Line('POLICY "generated"', [Line("APPLIES_TO STUDENT WHERE grade >= 3")]))
            attributes = attributes if "grade" in words else [*attributes, Line(_ATTRIBUTES["grade"][0])]
        units = [Line("UNIT credit"), Line("UNIT point")]
        people = [Line("STUDENT", attributes)] if attributes else []
        return [*head, *units, Line("SCALE tier: gold > silver > bronze"), *people, *found]

    def calendar(self) -> Line:
        years = self.one(("2024-2025",), ("2024-2025",), ("2023-2024", "2024-2025"))
        under = []
        for year in years:
            first, second = year.split("-")
            under.append(Line(f"@semester {year}-1 FROM {first}-09-02 TEACHING_UNTIL {second}-01-17"))
            under.append(Line(f"@semester {year}-2 FROM {second}-02-17 TEACHING_UNTIL {second}-07-04"))
        under.append(Line("ENDS 2025-08-31"))
        if self.maybe(0.2):
            under.append(Line("HOLIDAY 2024-11-05 TO 2024-11-07"))
            under.append(Line("WORKING_DAY 2024-11-09"))
        return Line("CALENDAR", under)

    def definitions(self) -> dict[str, Callable[[], Line]]:
        """What is declared as soon as a line names it."""
        act = At("act")
        return {
            "rf_number": lambda: Line("FACT rf_number OF act", self.cases(act, lambda: self.number(act.deeper))),
            "rf_condition": lambda: Line("FACT rf_condition OF act", [
                Line(f"YES WHEN {self.condition(act)}"), Line("NO OTHERWISE")]),
            "rf_rank": lambda: Line("FACT rf_rank OF act", [
                Line("FIRST_THAT_APPLIES"), Line(f"gold WHEN {self.condition(act)}"),
                Line(f"rank WHEN {self.condition(act)}")]),
            "rate": lambda: Line("LET rate = 0.5", [Line("1.5 FROM 2024-11-05")] * self.one(0, 0, 1)),
            "limit_of": lambda: Line(f"LET limit_of = {self.one('2', '3', '1.5')}"),
            "start_day": lambda: Line(f"LET start_day = {self.one('2024-11-05', '2024-09-10', '2025-02-16')}"),
            "strict": lambda: Line("LET strict = YES", [Line("NO FROM 2024-11-05")] * self.one(0, 1)),
            "side": lambda: Line("CHOICE side: left | right"),
            "share": lambda: Line("TABLE share (tier)", [
                Line("gold 2"), Line("silver 1"), Line(f"bronze {self.one('0.5', '-', '0')}")]),
            "grid": lambda: Line("TABLE grid (place)", [Line("0-2 0.5"), Line("3-5 1")]
                                 + [Line("超过5 2")] * self.one(0, 1)),
            "pair": lambda: Line("TABLE pair (tier, side)", [
                Line("left right"), Line("gold 2 1"), Line("silver 1 -"), Line("bronze 0.5 0.25")]),
            "profile": lambda: Line("RECORD profile", [Line("on: date"), Line("need: YES_OR_NO")]),
            "halved": lambda: Line("ADJUST halved", [
                Line(f"HALF WHEN {self.condition(act)}"), *self.adjustments(act, 1)]),
            "divided": lambda: Line("ADJUST SHARED_BY divided", [Line("TIMES share[rank]"), *self.fallback(0.5)]),
            "bank": lambda: Line("ACCOUNT bank IN_UNIT credit"),
        }  # fmt: skip

    # ---- kinds of record and of period
    def kinds(self) -> list[Line]:
        """The kinds of record, and periods of one's own."""
        guards = [Line(self.guard(At("act"))) for _ in range(self.one(0, 0, 1, 2))]
        on = "on: date, OPTIONAL" if self.undated else "on: date"
        lines = [Line("RECORD act", [Line("item: item"), Line(on), *guards])]
        if self.undated or self.maybe(0.2):
            lines[0].under.insert(2, Line("sem: semester, OPTIONAL"))
        if self.maybe(0.6):
            lines.append(Line("RECORD enrolment MARKS_ENROLMENT", [Line("term: semester")]))
        if self.maybe(0.25):
            lines.append(Line("RECORD note", [Line("on: date")]))
            self.names.kinds.append("note")
        if self.maybe(0.15):
            declared = self.one(
                f"cycle : {self.one('12 @months', '90 @days', '1 @months', '6 @months')} FROM hired",
                f"cycle : @calendar_year FROM hired{self.one('', ' UNTIL left_on')}",
                f"cycle : 6 @months FROM start_day{self.one('', ' UNTIL left_on')}", "cycle : @semester FROM hired",
            )  # fmt: skip
            lines.append(Line(f"DECLARE_PERIOD {declared}"))
            self.names.declared.append("cycle")
        if self.maybe(0.18):
            latest = self.one("", " OF_LATEST member")
            lines.append(Line(f"RECORD fine FOR house{latest}", [Line("item: item"), Line("on: date")]))
            if latest:
                lines.append(Line("RECORD member", [Line("on: date")]))
                lines[-2].under.append(Line("house: text, OPTIONAL"))
                lines[-1].under.append(Line("house: text"))
            self.names.kinds.append("fine")
        return lines

    # ---- facts and credits
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
                lambda: [Line(f"{self.perhaps(at)[0]} OTHERWISE")],
            )  # fmt: skip
            under += [Line(f"AT_LEAST_OF {self.one('0', '1')}")] * self.maybe(0.15)
            under += [Line(f"AT_MOST {self.one('2', 'limit_of')}")] * self.maybe(0.15)
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

    def credit(self) -> list[Line]:
        """A credit, and an offset of it perhaps."""
        name = f"credit_{len(self.names.accounts)}"
        period = self.one("@semester", "@semester", "@semester", self.long_period)
        at = At(None, period, own=name)
        under = self.one(
            lambda: self.cases(at, lambda: self.number(at)),
            lambda: [Line(f"1 WHEN {self.condition(at)}"), Line("0 OTHERWISE")],
            lambda: [Line(f"STEPS_OF {self.balance(at)}: 1 AT 2, THEN 0.5 PER_FULL 1"),
                     *[Line("AT_MOST 3")] * self.maybe(0.5)],
            lambda: [Line(self.balance(at))],
        )  # fmt: skip
        if self.maybe(0.3):
            under.append(Line(f"ABOVE {self.one('1', '2')} GOES_TO bank"))
        lines = [Line(f"CREDIT {name} PER {period} IN_UNIT credit", under)]
        if self.categories and self.maybe(0.6):
            lines += self.offset(name, period)
        self.names.accounts[name] = period
        return lines

    def offset(self, credit: str, period: str) -> list[Line]:
        """An offset of a credit, on request."""
        at = At(None, period, own=credit)
        sources = self.rng.sample(self.categories, min(2, len(self.categories))) or ["nothing"]
        under = [Line(f"FROM {', '.join(sources)}, ON_REQUEST swap")]
        under += [Line(f'VOID WHEN {self.condition(at)}, "nothing to offset"')] if self.maybe(0.4) else []
        under.append(Line(self.one("AT 1 FOR 1", f"AT 2 FOR 1 WHEN {self.condition(at)}")))
        if "WHEN" in under[-1].text:
            under[-1].under = [Line("3 FOR 2 OTHERWISE")]
        under += [Line(self.rounding())] * self.maybe(0.5)
        under += [Line("IN_ORDER_OF filed_on")] * self.maybe(0.6)
        kind = Line("RECORD swap", [Line("term: semester"), Line("source: account"),
                                    Line("credits: number, AT_LEAST 0"),
                                    Line("filed_on: date, OPTIONAL")])  # fmt: skip
        up_to = self.one("", " UP_TO 1", " UP_TO limit_of")
        return [kind, Line(f"OFFSET {credit} PER {period}{up_to}", under)]

    def conversion(self) -> list[Line]:
        """A category whose entries take from other accounts."""
        name = f"cat_{len(self.names.accounts)}"
        if not self.categories:
            return self.category()
        taken = self.name(self.categories)
        kind = Line("RECORD conversion", [
            Line("item: item"), Line("on: date"), Line("source: account, OPTIONAL"),
            Line("credits: number, AT_LEAST 0"), Line("filed_on: date, OPTIONAL")])  # fmt: skip
        at = At("conversion", own=name)
        take = self.one(
            "TAKE_FROM source WHEN source IS_PRESENT", f"TAKE_FROM {taken}", f"TAKE_FROM {taken} WHEN credits > 1"
        )
        under = [Line("ITEM exchange FROM conversion", [Line("credits PER_EVENT"), *self.fallback()]),
                 Line(take)]  # fmt: skip
        after = self.one([], ["CAP 2 IN_TOTAL"], ["CAP 1 PER @semester"], ["ROUNDED_DOWN_TO 0.5"], ["HALF"],
                         [f"VOID WHEN {self.condition(at)}"], [f"CAP limit_of {self.group()}"])  # fmt: skip
        under += [Line(text) for text in after]
        under += [Line("POSTS_TO into")] * self.maybe(0.3) + [Line("IN_ORDER_OF filed_on")] * self.maybe(0.6)
        self.names.accounts[name] = "@semester"
        return [kind, Line(f"CATEGORY {name} IN_UNIT credit FROM conversion", under)]

    def clean_run(self) -> list[Line]:
        """Records of clean stretches, and a category of them."""
        name = f"cat_{len(self.names.accounts)}"
        what = self.one("act WHERE flag", "act", self.name(self.categories or ["act"]), "act WHERE size > 1")
        kind = Line(f"RECORD clean: EVERY_FULL {self.length()} WITHOUT {what} FROM {self.one('hired', 'start_day')}")
        body = [Line("ITEM reward FROM clean", [Line("1 PER_EVENT"), *self.adjustments(At("clean"), 1)])]
        if self.maybe(0.3):
            body.append(Line(f"TAKE_FROM {self.name(self.categories)}"))
        self.names.accounts[name] = "@semester"
        return [kind, Line(f"CATEGORY {name} IN_UNIT credit FROM clean", body)]

    # ---- requirements, people
    def requirement(self) -> list[Line]:
        """A requirement."""
        name = f"require_{len(self.names.requirements)}"
        period = self.one("", "", "", " PER @semester", f" PER {self.long_period()}")
        at = At(None, period.removeprefix(" PER ") or None, own=name)
        under = [Line(part) for part in self.parts(at, self.rng.randrange(1, 4))]
        if self.maybe(0.2):
            under.append(Line(f"AT_LEAST_OF {self.one('1', '2')} OF_THESE:", [Line(x) for x in self.parts(at, 3)]))
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
        window = f"{self.one('IN_ANY', 'IN_SOME')} {self.length()}"
        return self.one(
            lambda: f"{self.balance(at)} {self.one('AT_LEAST', 'AT_MOST', 'LESS')} {self.one('1', '2', 'limit_of')}",
            lambda: f"{self.number(at)} AT_LEAST {self.number_word()}",
            lambda: f"{self.name(self.categories)} {window} {self.one('LESS', 'AT_LEAST')} {self.one('1', '2', '3')}",
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
        where = f" WHERE {self.condition(At(None, period))}" if self.maybe(0.3) else ""
        self.names.rankings[name] = period
        return [Line(f"RANKING {name} OF {value}{per}{ties}{lowest}{where}")]

    def house_fact(self) -> list[Line]:
        """A fact of groups of people."""
        name = f"fact_{len(self.names.facts)}"
        value = self.name([*self.names.accounts, *(x for x, (s, _) in self.names.facts.items() if s == "number")])
        per = self.one(" PER house", " PER house", "", " PER house AND @semester", " PER club")
        condition = f"{value} >= {self.number_word()}"
        body = self.one(
            f"TOTAL({value} OF STUDENT)", f"COUNT(STUDENT WHERE {condition})", f"ANY(STUDENT WHERE {condition})",
            f"AVERAGE({value} OF STUDENT) HALF_UP_TO 0.01 OTHERWISE", f"EVERY(STUDENT WHERE {condition})",
            f"HIGHEST({value} OF STUDENT) OTHERWISE", f"LOWEST({value} OF STUDENT WHERE {condition}) OTHERWISE",
        )  # fmt: skip
        self.names.facts[name] = ("condition" if body.startswith(("ANY", "EVERY")) else "number", None)
        return [Line(f"FACT {name}{per}", [Line(body)])]


_FIELDS: dict[str, tuple[str, ...]] = {
    "size": ("size: number", "size: number, DEFAULT 1", "size: number, AT_LEAST 0, AT_MOST 5"),
    "place": ("place: WHOLE_NUMBER", "place: WHOLE_NUMBER, AT_LEAST 0, AT_MOST 9"),
    "extra": ("extra: number, OPTIONAL", "extra: number, OPTIONAL, AT_LEAST 0"),
    "used": ("used: number, IF_USED",), "decided": ("decided: number, OPTIONAL",),
    "rank": ("rank: tier", "rank: tier, IF_USED"), "best": ("best: tier, OPTIONAL",),
    "flag": ("flag: YES_OR_NO, DEFAULT NO",), "content": ("content: text, OPTIONAL",),
    "code": ("code: text, PARTS (subject text, serial WHOLE_NUMBER)",), "due": ("due: date, OPTIONAL",),
    "side": ("side: side", "side: side, DEFAULT left"), "into": ("into: account, OPTIONAL",),
}  # fmt: skip
_PARTS = {"subject": "code", "serial": "code", "faculty": "mark_code", "entry": "mark_code"}
_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "house": ("house: text", "house: text, OPTIONAL"), "club": ("club: text, OPTIONAL",),
    "hired": ("hired: date",), "left_on": ("left_on: date, OPTIONAL",), "grade": ("grade: WHOLE_NUMBER, DEFAULT 3",),
    "quota": ("quota: number, OPTIONAL",), "level_of": ("level_of: tier",),
    "exempt": ("exempt: YES_OR_NO, DEFAULT NO",),
    "mark_code": ("mark_code: text, OPTIONAL, PARTS (faculty text, entry WHOLE_NUMBER)",),
}  # fmt: skip
