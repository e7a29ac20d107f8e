"""The rules of tables, the calendar and examples to the tree."""

from typing import Any

from creditlang.diagnostics import Phrase, report
from creditlang.syntax import tree as t
from creditlang.syntax.children import (
    Children,
    Handed,
    count_of,
    date_of,
    declared,
    first_of,
    handed,
    identifier,
    identifiers,
    is_token,
    nodes,
    number_of,
    period_of,
    place_of,
    refuse_second,
    share_of,
    span_of,
    string_of,
    tokens,
)
from creditlang.syntax.from_lark_lines import rule_lines
from creditlang.syntax.keywords import keywords
from creditlang.syntax.lexer import LexicalError, PlacedToken, half_width
from creditlang.words import DISPOSITIONS, code_of

_STATUS = {"MET": "met", "UNMET": "unmet", "OPEN": "open"}


class ExampleBuilder:
    """Functions named after the rules of tables, the calendar and examples."""

    # ---- tables
    def table(self, children: Children) -> t.Table:
        name = tokens(children, "NAME")[0]
        dimensions = identifiers([child for child in children if child is not name])
        return t.Table(
            **declared(children), dimensions=dimensions, rows=tuple(nodes(children, t.Row)),
            readings=tuple(nodes(children, t.Reading)),
        )  # fmt: skip

    def grid(self, children: Children) -> Handed:
        return Handed("grid", (tuple(nodes(children, t.Row)), tuple(nodes(children, t.Reading))))

    def grid_row(self, children: Children) -> t.Row:
        cells = tuple(self.make_cell(token) for token in children if token.type != "SLASH")
        return t.Row(cells, span=span_of(children))

    def make_cell(self, token: PlacedToken) -> t.Cell:
        match kind := token.type:
            case "STRING":
                text = string_of(token)
            case "DATE":
                text = date_of(token)
            case "NUMBER":
                text = str(number_of(token))
            case "PERCENT":
                text = str(share_of(token))
            case "YES" | "NO":
                text = kind.lower()
            case _:
                text = token.text
        return t.Cell(text, "EMPTY" if kind == "MINUS" else kind, span=place_of(token))

    # ---- the calendar
    def calendar(self, children: Children) -> t.Calendar:
        return t.Calendar(
            handed(children, "labels", ()),
            tuple(nodes(children, t.CalendarSemester)),
            tuple(part.value for part in nodes(children, Handed) if part.what == "end"),
            tuple(
                holiday
                for group in children
                if isinstance(group, Handed) and group.what == "days"
                for holiday in group.value
            ),
            tuple(part.value for part in nodes(children, Handed) if part.what == "known_to"),
            cites=handed(children, "cites"),
            span=span_of(children),
        )

    def calendar_semester(self, children: Children) -> t.CalendarSemester:
        start, teaching = (_day(token) for token in tokens(children, "DATE"))
        names = [
            t.Identifier(string_of(token) if token.type == "STRING" else half_width(str(token)), span=place_of(token))
            for token in tokens(children, "SEMESTER_NAME", "STRING")
        ]
        year = names[1] if len(names) > 1 else None
        labels = handed(children, "labels", ())
        return t.CalendarSemester(names[0], year, labels, start, teaching, span=span_of(children))

    def calendar_end(self, children: Children) -> Handed:
        return Handed("end", t.Identifier(date_of(children[1]), span=span_of(children)))

    def holiday(self, children: Children) -> Handed:
        first = _day(children[1])
        last = handed(children, "last", first)
        return Handed("days", (t.Holiday(first, last, False, handed(children, "labels"), span=span_of(children)),))

    def holidays_from(self, children: Children) -> Handed:
        return Handed("known_to", t.Identifier(string_of(children[2]), span=place_of(children[2])))

    def until_holiday(self, children: Children) -> Handed:
        return Handed("last", _day(children[1]))

    def working_day(self, children: Children) -> Handed:
        days, labels = (_day(token) for token in tokens(children, "DATE")), handed(children, "labels")
        return Handed("days", tuple(t.Holiday(day, day, True, labels, span=span_of(children)) for day in days))

    # ---- examples
    def _example_parts(self, children: Children) -> dict[str, Any]:
        written, settings = nodes(children, t.ExampleRecord), nodes(children, t.Setting)
        students = [record for record in written if record.kind.text == "student"]
        refuse_second(*(student.span for student in students))
        for setting in settings:
            same = (other.name.span for other in settings if (other.name, other.part) == (setting.name, setting.part))
            refuse_second(*same)
        return {
            "student": students[0] if students else None,
            "records": tuple(record for record in written if record.kind.text != "student"),
            "as_of": handed(children, "as_of"), "settings": tuple(settings),
            "expectations": tuple(nodes(children, t.Expectation)), "cites": handed(children, "cites", ()),
            "span": span_of(children),
        }  # fmt: skip

    def example(self, children: Children) -> t.Example:
        return t.Example(string_of(children[1]), **self._example_parts(children))

    def every_example(self, children: Children) -> t.Example:
        return t.Example(None, **self._example_parts(children))

    def examples(self, children: Children) -> t.ExampleTable:
        kind = identifier(tokens(children, "NAME")[0])
        record = t.ExampleRecord(kind, tuple(nodes(children, t.RecordPart)), span=kind.span)
        rows, readings = handed(children, "grid")
        for reading in readings:
            raise LexicalError(report("CR103", reading.span, container=Phrase("a table of examples", "示例表")))
        return t.ExampleTable(
            string_of(children[1]), record, rows, cites=handed(children, "cites", ()),
            span=span_of(children),
        )  # fmt: skip

    def example_student(self, children: Children) -> t.ExampleRecord:
        kind = t.Identifier("student", span=place_of(children[0]))
        return t.ExampleRecord(kind, tuple(nodes(children, t.RecordPart)), span=span_of(children))

    def example_record(self, children: Children) -> t.ExampleRecord:
        parts = tuple(nodes(children, t.RecordPart))
        return t.ExampleRecord(identifier(children[0]), parts, span=span_of(children))

    def part_word(self, children: Children) -> t.RecordPart:
        return t.RecordPart("word", str(children[0]), self.make_cell(children[0]), span=span_of(children))

    def part_field(self, children: Children) -> t.RecordPart:
        return t.RecordPart("field", str(children[0]), self.make_cell(children[1]), span=span_of(children))

    def part_value(self, children: Children) -> t.RecordPart:
        return t.RecordPart("value", "", self.make_cell(children[0]), span=span_of(children))

    def part_times(self, children: Children) -> t.RecordPart:
        return t.RecordPart("times", "", self.make_cell(children[0]), span=span_of(children))

    def part_named(self, children: Children) -> t.RecordPart:
        return t.RecordPart("named", str(children[1]), None, span=span_of(children))

    def as_of(self, children: Children) -> Handed:
        return Handed("as_of", date_of(children[1]), span_of(children[:2]))

    def set_line(self, children: Children) -> t.Setting:
        name, *part = map(identifier, tokens(children, "NAME"))
        value = first_of(children, t.Expression)
        return t.Setting(name, part[0] if part else None, value, span=span_of(children))

    # ---- what is typed at a prompt
    def typed_declaration(self, children: Children) -> t.Line:
        declaration: t.Line = first_of(children, t.Line)
        return declaration

    def typed_line(self, children: Children) -> t.Line:
        (line,) = rule_lines([self.typed_declaration(children)])
        return line

    def typed_expression(self, children: Children) -> t.Expression:
        expression: t.Expression = first_of(children, t.Expression)
        return expression

    def typed_record(self, children: Children) -> t.ExampleRecord:
        record: t.ExampleRecord = first_of(children, t.ExampleRecord)
        return record

    def typed_records(self, children: Children) -> t.Query:
        source = t.Source(identifier(children[0]), "name", "plain", False, None, span=place_of(children[0]))
        return t.Query(
            function="count", value=None, different=False, source=source, scopes=(), weight=None,
            where=handed(children, "where"), span=span_of(children),
        )  # fmt: skip

    def typed_condition(self, children: Children) -> t.Expression:
        condition: t.Expression = handed(children, "where")
        return condition

    def typed_setting(self, children: Children) -> t.Setting:
        return t.Setting(identifier(children[0]), None, first_of(children, t.Expression), span=span_of(children))

    def typed_value(self, children: Children) -> t.RecordPart:
        return self.part_field([children[0], *children[2:]])

    def expect_value(self, children: Children) -> t.Expectation:
        low, high, status = handed(children, "outcome")
        period, around = handed(children, "in", (None, None))
        return t.Expectation(str(children[1]), period, around, low, high, status, span=span_of(children))

    def in_period(self, children: Children) -> Handed:
        token = children[1]
        if token.type == "DATE":
            return Handed("in", (date_of(token), None))
        text = string_of(token) if token.type == "STRING" else half_width(str(token))
        return Handed("in", (text, None))

    def in_period_of(self, children: Children) -> Handed:
        around = period_of(tokens(children, "DECLARE_PERIOD", "PERIOD", "NAME")[0])
        return Handed("in", (date_of(tokens(children, "DATE")[0]), around))

    def outcome_range(self, children: Children) -> Handed:
        return Handed("outcome", (children[0], handed(children, "high"), None))

    def outcome_high(self, children: Children) -> Handed:
        return Handed("high", children[1])

    def outcome_status(self, children: Children) -> Handed:
        return Handed("outcome", (None, None, _STATUS[children[0].type]))

    def by(self, children: Children) -> Handed:
        token = children[1]
        return Handed("by", string_of(token) if token.type == "STRING" else str(token))

    def expect_any(self, children: Children) -> t.Expectation:
        at = next(i for i, child in enumerate(children) if is_token(child, "DISPOSITION"))
        counts = tokens(children[:at], "NUMBER")
        return self._expectation(None, children, count_of(counts[0], 0) if counts else None, children[at:])

    def expect_record(self, children: Children) -> t.Expectation:
        return self._expectation(str(children[1]), children, None, children[2:])

    def _expectation(self, subject: str | None, children: Children, count: int | None, rest: Children) -> t.Expectation:
        amounts = tokens(rest, "NUMBER")
        word = str(tokens(rest, "DISPOSITION")[0])
        return t.Expectation(
            subject, disposition=disposition_of(word), count=count,
            amount=number_of(amounts[0]) if amounts else None, by=handed(rest, "by"), reason=handed(rest, "reason"),
            span=span_of(children),
        )  # fmt: skip


def disposition_of(word: str) -> str:
    """The code that a word stands for, in either dialect; any other word is itself."""
    return code_of(DISPOSITIONS, "void" if word in keywords().forms["VOID"]["zh"] else word) or word


def _day(token: PlacedToken) -> t.Identifier:
    """A date with its place."""
    return t.Identifier(date_of(token), span=place_of(token))
