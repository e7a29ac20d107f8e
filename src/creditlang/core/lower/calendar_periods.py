"""The calendar of a policy, and its own kinds of period, to the core.

A slip would put records into a wrong period, so it is refused.

Semesters follow each other: each begins before its teaching ends, and its teaching ends before the next begins; the
calendar ends after the last teaching day. Holidays run forward, and not for longer than a year.
"""

import re
from datetime import date, timedelta
from itertools import pairwise

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.lower.elaborate import Context, Elaborator
from creditlang.core.lower.period_kinds import length_of
from creditlang.core.lower.scope import Scope
from creditlang.diagnostics import Label, Phrase, nearest
from creditlang.source import Span
from creditlang.syntax import tree as t
from creditlang.syntax.keywords import keywords

_LONGEST_HOLIDAY = 366
_IN_A_YEAR = re.compile(r"(\d{4}-\d{4})-(\d+)")
_WITH_YEAR = Phrase(
    "a name such as 2024-2025-1, or one with `in 2024-2025` behind it",
    "2024-2025-1这样的名称，或者在名称后写明“属于2024-2025”",
)
_LONGEST_PERIOD = 1_200
"""In months or days."""


def build_calendar(scope: Scope) -> o.CalendarData:
    """The calendar of the program, its slips reported."""
    calendars = scope.program.calendars
    if not calendars:
        return o.CalendarData()
    for other in calendars[1:]:
        name = other.labels[0] if other.labels else "calendar"
        scope.report("CR102", other.span, Label(calendars[0].span), name=name)
    node = calendars[0]
    for again in node.ends[1:]:
        scope.report("CR102", again.span, Label(node.ends[0].span), name="ends")
    semesters = _semesters(scope, node)
    last = _end(scope, node, semesters)
    starts = [semester.start.text for semester in semesters]
    built = tuple(
        o.Semester(
            name=semester.name.text,
            labels=semester.labels,
            year=_year(semester) or "",
            start=semester.start.text,
            teaching_until=semester.teaching_until.text,
            end=end,
        )
        for semester, end in zip(semesters, [*starts[1:], last], strict=False)
    )
    days_off, made_up = _days(scope, node)
    if built and last:
        for known in node.known_to:
            _take_from(scope, known, date.fromisoformat(built[0].start), date.fromisoformat(last), days_off, made_up)
    return o.CalendarData(built, frozenset(days_off), frozenset(made_up))


def build_period(scope: Scope, elaborator: Elaborator, node: t.Period, article: str) -> o.PeriodKind:
    """A declared kind of period; a length of nothing, or one that changes, is reported, and so is a calendar's name."""
    calendars = {form for forms in keywords().forms["PERIOD"].values() for form in forms}
    for name in {node.name.text, *node.labels} & calendars:
        scope.report("CR102", node.name.span, name=name)
    tolerant = Context(tolerant=True)  # without an anchor there are no periods, which the run says
    anchor = elaborator.a_date(node.start, tolerant)
    until = elaborator.a_date(node.until, tolerant) if node.until is not None else None
    own = node.length.text if isinstance(node.length, t.PeriodName) else None
    count, unit = length_of(node)
    if own is None and not 0 < count <= _LONGEST_PERIOD:
        expected = Phrase("a length such as 12 months, 3 years or 10 days", "“12个月”“3年”“10天”这样的长度")
        scope.report("CR110", node.length.span, value=node.length.span.text, expected=expected)
    match anchor, until:
        case e.Constant(date() as first), e.Constant(date() as last) if last < first and node.until is not None:
            _slip(scope, node.until, "a day on or after the first", "不早于起算日的日期")
    return o.PeriodKind(
        name=node.name.text, labels=node.labels, count=count, unit="days" if unit == "days" else "months", own=own,
        anchor=anchor, until=until, article=article, span=node.name.span,
    )  # fmt: skip


def _slip(scope: Scope, day: t.Identifier | t.Expression, en: str, zh: str) -> None:
    scope.report("CR110", day.span, value=day.span.text, expected=Phrase(en, zh))


def _semesters(scope: Scope, node: t.Calendar) -> list[t.CalendarSemester]:
    """The semesters in order, each name once."""
    known: dict[str, t.CalendarSemester] = {}
    for semester in node.semesters:
        names = (semester.name.text, *semester.labels)
        taken = next((name for name in names if name in known), None)
        if taken is not None:
            scope.report("CR102", semester.name.span, Label(known[taken].span), name=taken)
        elif _year(semester) is None:
            scope.report("CR110", semester.name.span, value=semester.name.text, expected=_WITH_YEAR)
        elif semester.year is not None and _number(semester) and not semester.name.text.startswith(semester.year.text):
            _slip(scope, semester.year, "the academic year in the name", "名称里的学年")
        elif semester.teaching_until.text < semester.start.text:
            _slip(scope, semester.teaching_until, "a day after the semester begins", "学期开始以后的日期")
        else:
            known |= dict.fromkeys(names, semester)
    ordered = sorted({id(semester): semester for semester in known.values()}.values(), key=lambda each: each.start.text)
    for one, two in pairwise(ordered):
        if one.start.text == two.start.text:
            _slip(scope, two.start, "a day on which no other semester begins", "没有其他学期在这天开始的日期")
        elif one.teaching_until.text >= two.start.text:
            _slip(scope, one.teaching_until, "a day before the next semester begins", "下一学期开始以前的日期")
    _in_order(scope, ordered)
    return ordered


def _in_order(scope: Scope, semesters: list[t.CalendarSemester]) -> None:
    """Report the first term that stands between those of another year, or before a lower number of its own."""
    years: dict[str, t.CalendarSemester] = {}
    for before, semester in zip((None, *semesters), semesters, strict=False):
        last = years.get(_year(semester) or "")
        if last is not None and last is not before:
            name = before.name.text if before is not None else ""
            _slip(
                scope,
                semester.start,
                f"a day before “{name}”, of another year, begins",
                f"其他学年的“{name}”开始以前的日期",
            )
            return
        if last is not None and _number(last) > _number(semester):
            name = last.name.text
            _slip(scope, semester.start, f"a day after “{name}” has ended", f"“{name}”结束以后的日期")
            return
        years[_year(semester) or ""] = semester


def _year(semester: t.CalendarSemester) -> str | None:
    """The academic year of a term: the one beside its name, or the one in it."""
    if semester.year is not None:
        return semester.year.text
    named = _IN_A_YEAR.fullmatch(semester.name.text)
    return named[1] if named else None


def _number(semester: t.CalendarSemester) -> int:
    """Which term of its year it is, by its name; 0 where that does not tell."""
    named = _IN_A_YEAR.fullmatch(semester.name.text)
    return int(named[2]) if named else 0


def _end(scope: Scope, node: t.Calendar, semesters: list[t.CalendarSemester]) -> str:
    """The first day after the calendar: after its end if that is given, else after its last teaching day."""
    last = semesters[-1].teaching_until.text if semesters else ""
    if node.ends:
        end = node.ends[0]
        if end.text < last or end.text >= date.max.isoformat():
            place = t.Identifier(end.text, span=_date_in(end))
            _slip(scope, place, "a day on or after the last teaching day", "最后一个教学日或以后的日期")
        last = max(end.text, last)
    return _day_after(last) if last else ""


def _date_in(end: t.Identifier) -> Span:
    """The date of a line that ends the calendar."""
    words = end.span.text.split()
    return Span(end.span.source, end.span.end - len(words[-1]), end.span.end)


def _days(scope: Scope, node: t.Calendar) -> tuple[set[str], set[str]]:
    """The days off, and the working days made up for them."""
    days: dict[bool, set[str]] = {False: set(), True: set()}
    said: dict[str, t.Holiday] = {}
    for holiday in node.holidays:
        first, last = date.fromisoformat(holiday.first.text), date.fromisoformat(holiday.last.text)
        if not 0 <= (last - first).days < _LONGEST_HOLIDAY:
            _slip(scope, holiday.last, "a day soon after the first", "第一天以后不久的日期")
            continue
        for offset in range((last - first).days + 1):
            day = (first + timedelta(offset)).isoformat()
            other = said.setdefault(day, holiday)
            if other.working != holiday.working:
                name = other.labels[0] if other.labels else other.span.text
                _slip(scope, holiday.first, f"a day outside “{name}”", f"“{name}”以外的日期")
            days[holiday.working].add(day)
    return days[False], days[True]


def _take_from(
    scope: Scope, name: t.Identifier, first: date, end: date, days_off: set[str], made_up: set[str]
) -> None:  # fmt: skip
    """What a plugin's calendar knows of the days before `end`; what the policy itself says of a day goes before."""
    extensions = scope.extensions()
    factory = extensions.calendars.get(name.text)
    if factory is None:
        close = nearest(name.text, extensions.calendars) or ""
        scope.report("CR342", name.span, name=name.text, nearest=close)
        return
    own = days_off | made_up
    last = end - timedelta(1)
    try:
        calendar = factory()
        known = calendar.known
        days = [day for day in calendar.days(max(first, known[0]), min(last, known[1])) if first <= day.on <= last]
    except Exception as error:  # a plugin may raise anything, and is named
        scope.report("CR701", name.span, owner=extensions.owners[name.text], error=type(error).__name__)
        return
    if first < known[0] or known[1] < last:
        scope.report("CR345", name.span, name=name.text, first=known[0].isoformat(), last=known[1].isoformat())
    for day in days:
        if day.on.isoformat() not in own:
            (made_up if day.working else days_off).add(day.on.isoformat())


def _day_after(text: str) -> str:
    try:
        return (date.fromisoformat(text) + timedelta(1)).isoformat()
    except OverflowError:
        return text
