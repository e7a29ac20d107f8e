"""Do lines overlap, leave gaps, or never match? Decided by trying every case that the conditions can tell apart.

Guards before the body rule cases out. Nothing is claimed about bodies with too many cases, which is said, nor of an
overlap of conditions that hang together in a way that is not worked out: where two lines do apply to a record, the run
says so.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from attrs import frozen

from creditlang.check.possible_cases import AND_MORE, MAXIMUM, MISSING, Case, Condition, Grid
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import references
from creditlang.diagnostics import Diagnostic, Label, Phrase, either, report
from creditlang.source import Span
from creditlang.words import ANSWERS, LENGTHS, label

_DAY: Final = timedelta(days=1)


@frozen
class Alternative:
    """A line that competes with others: its condition and its place."""

    condition: e.Expression | None
    otherwise: bool
    span: Span | None
    dates: tuple[str | None, str | None] = (None, None)
    value: object = None


Line = tuple[Alternative, Condition]


class Body:
    """The alternatives of one body, and what can be said of them."""

    def __init__(
        self, alternatives: Sequence[Alternative], mode: str, closed: bool, guards: Iterable[e.Expression], grid: Grid
    ) -> None:
        """`closed` bodies say what happens otherwise; `guards` hold for every record that reaches the body."""
        self.alternatives, self.mode, self.closed, self.grid = alternatives, mode, closed, grid
        self.lines: list[Line] = [(x, grid.condition(x.condition)) for x in alternatives if not x.otherwise]
        known = grid.variables.keys()
        self.guards = []
        for condition in guards:
            if grid.read_by(condition) <= known:
                self.guards.append(grid.condition(condition))

    def findings(self) -> Iterator[Diagnostic]:
        """What is wrong with the body."""
        if not self.lines or any(_has_unknown(x.condition) for x in self.alternatives):
            return
        cases = self.grid.cases(self.guards, len(self.lines))
        if cases is None:
            if len(self.lines) > 1:
                yield report("CR347", self.alternatives[0].span, most=MAXIMUM)
            return
        matched = [[line for line in self.lines if line[1].test(case) is True] for case in cases]
        yield from self._overlaps(cases, matched)
        yield from self._unreachable(matched)
        yield from self._gaps(cases, matched)
        yield from self._unspoken_days(matched)

    def _overlaps(self, cases: Sequence[Case], matched: Sequence[Sequence[Line]]) -> Iterator[Diagnostic]:
        """One finding for each line that applies beside one before it."""
        told: set[int] = set()
        for case, lines in zip(cases, matched, strict=True) if self.mode == "one" else ():
            for one, two in _together(lines):
                read = one[1].variables | two[1].variables
                if id(two) not in told and not any(pair <= read for pair in self.grid.tangled):
                    told.add(id(two))
                    label = [Label(one[0].span)] if one[0].span else []
                    yield report("CR311", two[0].span, *label, witness=self.witness(case))

    def _unreachable(self, matched: Sequence[Sequence[Line]]) -> Iterator[Diagnostic]:
        reached = {id(x) for lines in matched for x in (lines[:1] if self.mode == "first" else lines)}
        yield from (report("CR314", line[0].span) for line in self.lines if id(line) not in reached)

    def _unspoken_days(self, matched: Sequence[Sequence[Line]]) -> Iterator[Diagnostic]:
        """The first day between those of two lines, of which neither speaks."""
        for lines in matched if not self.closed else ():
            end: date | None = None
            for line in sorted(lines, key=lambda each: each[0].dates[0] or ""):
                since, until = (x and date.fromisoformat(x) for x in line[0].dates)
                if since and end is not None and end < since - _DAY:
                    day = end + _DAY
                    yield report("CR312", line[0].span, witness=Phrase(f"the day is {day}", f"日期为 {day} "))
                    return
                end = max(until or date.max, end or date.min)

    def _gaps(self, cases: Sequence[Case], matched: Sequence[Sequence[Line]]) -> Iterator[Diagnostic]:
        """Cases that no line speaks of: values of a scale are a note, a hole between numbers is a warning.

        Where `otherwise` answers, only the hole is told, since what remains at the ends is what it is for; and not when
        nothing remains there, or when it reads the number itself, as a clamp does.
        """
        where = self.alternatives[0].span
        spoken_cases = [case for case, lines in zip(cases, matched, strict=True) if lines]
        if len(spoken_cases) in (0, len(cases)):
            return
        for name, position in self.grid.variables.items():
            domain = self.grid.domains[position]
            spoken = {case[position] for case in spoken_cases}
            unspoken = [value for value in domain if value not in spoken and value != MISSING]
            column = self.grid.column(name)
            is_text = name in self.grid.beginnings or (column is not None and column.type.name == "text")
            if not unspoken or is_text:
                continue
            if not self.closed and all(isinstance(value, str) for value in domain if value != MISSING):
                yield report("CR313", where, values=either([self.value(name, value) for value in unspoken]))
                return
            for value in unspoken:
                sort = next((sort for sort in (Decimal, date) if isinstance(value, sort)), None)
                known = [x for x in spoken if isinstance(x, sort)] if sort else []
                if any(x < value for x in known) and any(x > value for x in known):
                    if self.closed and self._is_clamp(name, position, cases[0], unspoken):
                        break
                    yield report("CR317" if self.closed else "CR312", where, witness=self.witness_of(name, value))
                    return

    def _is_clamp(self, name: e.Expression, position: int, case: Case, unspoken: Sequence[Any]) -> bool:
        """Whether `otherwise` is for this hole: it reads the number, or the lines reach to both ends beyond it."""
        if any(_holds(line.value, name) for line in self.alternatives if line.otherwise):
            return True
        domain = [value for value in self.grid.domain(name, limited=False) if value != MISSING]
        places = [domain.index(value) for value in unspoken if value in domain]
        ends = ([*case[:position], end, *case[position + 1 :]] for end in (domain[0], domain[-1]))
        reached = all(any(condition.test(end) for _, condition in self.lines) for end in ends)
        return reached and places == list(range(places[0], places[-1] + 1))

    # ---- in words
    def witness(self, case: Case) -> Phrase:
        """A case in words."""
        names = {x: case[position] for x, position in self.grid.variables.items()}
        parts = [self.told(x, value) for x, value in names.items()
                 if not (isinstance(x, e.Compare) and MISSING in (names.get(x.left), names.get(x.right)))]  # fmt: skip
        return Phrase(
            ", ".join(str(part) for part in parts) or "always", "，".join(part.zh for part in parts) or "总是"
        )

    def witness_of(self, name: e.Expression, value: Any) -> Phrase:
        """One variable of a case in words."""
        told = self.told(name, value)
        return Phrase(str(told), told.zh)

    def told(self, name: e.Expression, value: Any) -> Phrase:
        if isinstance(name, e.Compare) and isinstance(value, bool):
            own = self.tested(name.left, name.operator, self.value(name.right, getattr(name.right, "value", "")))
            return own if value else Phrase(f"not: {own}", f"不符合“{own.zh}”")
        if name in self.grid.beginnings and value != AND_MORE and value.endswith(AND_MORE):
            beginning = value.removesuffix(AND_MORE)
            return self.tested(name, "starts with", Phrase(beginning, beginning))
        if isinstance(name, e.Compare):
            left, right, sign = self.called(name.left), self.called(name.right), "=><"[value]
            return Phrase(f"{left} {sign} {right}", f"{left.zh} {sign} {right.zh}")
        written = self.called(name)
        if value == MISSING:
            return Phrase(f"{written} is missing", f"{written.zh}缺失")
        if isinstance(value, bool):
            answer = ANSWERS["yes" if value else "no"]
            return Phrase(f"{written} is {answer}", f"{written.zh}为{answer.zh}")
        shown = self.value(name, value)
        return Phrase(f"{written} is {shown}", f"{written.zh}为{shown.zh}")

    def tested(self, name: e.Expression, operator: str, text: Phrase) -> Phrase:
        """That a text begins with another, or has it in it."""
        test, called = _TEXT_TESTS[operator], self.called(name)
        return Phrase(f"{called} {test} “{text}”", f"{called.zh}{test.zh}“{text.zh}”")

    def called(self, name: e.Expression) -> Phrase:
        """What an expression is called."""
        match name:
            case e.Shift(which="after", start=e.Expression() as day, count=e.Constant(value=count)):
                start, unit = self.called(day), LENGTHS[name.unit].zh
                return Phrase(f"{count} {name.unit} after {start}", f"{start.zh}后{count}{unit}")
            case e.Read(what="as of"):
                return Phrase("as of", "统计日")
            case e.Query(source=e.RecordsOf(kind=about)) | e.Query(source=e.Periods(period=about)):
                return Phrase(about, about)
        column = self.grid.column(name)
        written = next((text for key in _NAMES if (text := getattr(name, key, None))), None)
        chinese = label(column) if column and column.labels else str(written or "条件")
        return Phrase(str(written or "a condition"), chinese)

    def value(self, name: e.Expression, value: Any) -> Phrase:
        column = self.grid.column(name)
        texts = (
            [text for text, own in (column.values or {}).items() if own == value and text != value] if column else []
        )
        return Phrase(str(value), texts[0] if texts else str(value))


def _together(lines: Sequence[Line]) -> Iterator[tuple[Line, Line]]:
    """Lines in force at the same time, each with one of those that began before it; in written order in each pair."""
    longest: tuple[int, Line] | None = None
    for position, line in sorted(enumerate(lines), key=lambda pair: pair[1][0].dates[0] or ""):
        since, until = line[0].dates
        if longest is not None:
            end = longest[1][0].dates[1]
            if not (end and since and end < since):
                one, two = sorted([longest, (position, line)], key=lambda pair: pair[0])
                yield one[1], two[1]
            if end is None or (until is not None and until <= end):
                continue
        longest = position, line


def _holds(part: object, name: e.Expression) -> bool:
    """Whether a part of the policy reads an expression."""
    return any(found == name for found in references(part, type(name)))


def _has_unknown(x: object) -> bool:
    """Whether a condition holds something that is in error already."""
    return any(True for _ in references(x, e.Unknown))


_TEXT_TESTS = {"starts with": Phrase("starts with", "开头为"), "contains": Phrase("contains", "包含")}
_NAMES = ("name", "what")


def check_conditions(policy: o.Policy) -> Iterator[Diagnostic]:
    """Overlaps, gaps and lines that never match, in all bodies of a policy."""
    attributes = {column.name: column for column in policy.attributes}
    grids = {
        name: Grid(policy, {column.name: column for column in kind.columns}, attributes)
        for name, kind in policy.kinds.items()
    }
    for rule in policy.rules.values():
        guards: list[e.Expression] = []
        for operator in (*policy.kinds[rule.kind].guards, *rule.operators):
            if isinstance(operator, o.Keep) and operator.condition is not None and operator.otherwise != "pending":
                guards.append(operator.condition)
            elif isinstance(operator, o.Amount):
                cases = [x for x in operator.cases if x.together is None]
                lines = [Alternative(x.condition, x.otherwise, x.span, (x.since, x.until), x.value) for x in cases]
                closed = operator.fallback is not None or any(line.otherwise for line in lines)
                yield from Body(lines, operator.mode, closed, guards, grids[rule.kind].empty()).findings()
    decided = [account.decide for account in policy.accounts.values() if account.decide]
    for decide in (*decided, *policy.facts.values()):
        lines = [Alternative(x.condition, x.otherwise, x.span, value=x.value) for x in decide.cases]
        closed = any(line.otherwise for line in lines)
        yield from Body(lines, decide.mode, closed, (), Grid(policy, {}, attributes)).findings()
