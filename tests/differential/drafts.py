"""Policies drafted at random: declarations, bodies and what stands around them, then mended until they compile.

A draft may say what the language refuses; the lines in which something is refused are dropped, until nothing is. So the
generator need not know the language's rules, only its forms.
"""

import random
import re
from collections.abc import Callable

from attrs import frozen
from tests.differential.drafted_decisions import Decisions
from tests.differential.drafted_expressions import At
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
    return mended(Drafting(rng).policy(), dialect)


def mended(lines: list[Line], dialect: Dialect) -> Draft | None:
    """The lines without those in which something is refused; None where nothing is left."""
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


class Drafting(Decisions):
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
            made.update({name: _without_circle(name, definitions[name]()) for name in missing})
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
            "rf_day": lambda: Line("FACT rf_day OF act", self.cases(act, lambda: self.day(act.deeper), False)),
            "rf_rank": lambda: Line("FACT rf_rank OF act", [
                Line("FIRST_THAT_APPLIES"), Line(f"gold WHEN {self.condition(act)}"),
                Line(f"rank WHEN {self.condition(act)}")]),
            "rate": lambda: Line(f"LET rate = {self.one('0.5', '0.5', '(2 - 1.5)')}",
                                 [Line("1.5 FROM 2024-11-05")] * self.one(0, 0, 1)),
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
            paused = [Line("paused: YES_OR_NO, DEFAULT NO"), Line(f"{self.one('VOID', 'WARN', 'INVALID')} WHEN paused")]
            more = self.one([], [], [], [Line("track: text, OPTIONAL")], paused)
            lines.append(Line("RECORD enrolment MARKS_ENROLMENT", [Line("term: semester"), *more]))
        if self.maybe(0.25):
            lines.append(Line("RECORD note", [Line("on: date")]))
            self.names.kinds.append("note")
        if self.maybe(0.15):
            declared = self.one(
                f"cycle : {self.one('12 @months', '90 @days', '1 @months', '6 @months')} FROM hired",
                f"cycle : @calendar_year FROM hired{self.one('', ' UNTIL left_on')}",
                f"cycle : 6 @months FROM start_day{self.one('', ' UNTIL left_on')}", "cycle : @semester FROM hired",
                f"cycle : {self.one('30 @days', '3 @months', '@quarter')} FROM 2024-09-10",
            )  # fmt: skip
            lines.append(Line(f"DECLARE_PERIOD {declared}"))
            self.names.declared.append("cycle")
        if self.maybe(0.18):
            latest = self.one("", " OF_LATEST member")
            guards = [Line(self.guard(At("fine")))] * self.maybe(0.3)
            lines.append(Line(f"RECORD fine FOR house{latest}", [Line("item: item"), Line("on: date"), *guards]))
            if latest:
                lines.append(Line("RECORD member", [Line("on: date")]))
                lines[-2].under.append(Line("house: text, OPTIONAL"))
                lines[-1].under.append(Line("house: text"))
            self.names.kinds.append("fine")
        return lines


def _without_circle(name: str, line: Line) -> Line:
    """A definition that reads facts of records only before its own in their order; in place of the others, a field."""
    for other in [*_FACTS_OF_RECORDS][[*_FACTS_OF_RECORDS].index(name) :] if name in _FACTS_OF_RECORDS else ():
        for inner in line.under:
            inner.text = inner.text.replace(other, _FACTS_OF_RECORDS[other])
    return line


_FACTS_OF_RECORDS = {"rf_condition": "flag", "rf_rank": "rank", "rf_number": "size", "rf_day": "on"}
_FIELDS: dict[str, tuple[str, ...]] = {
    "size": ("size: number", "size: number, DEFAULT 1", "size: number, AT_LEAST 0, AT_MOST 5"),
    "place": ("place: WHOLE_NUMBER", "place: WHOLE_NUMBER, AT_LEAST 0, AT_MOST 9"),
    "extra": ("extra: number, OPTIONAL", "extra: number, OPTIONAL, AT_LEAST 0"),
    "used": ("used: number, IF_USED", "used: number, IF_USED, AT_LEAST 0, AT_MOST 9"),
    "decided": ("decided: number, OPTIONAL", "decided: number, OPTIONAL, AT_MOST 3"),
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
