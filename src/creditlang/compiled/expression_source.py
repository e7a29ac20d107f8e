"""Each expression of the core as Python text, in its settled form.

A text gives the value, or raises `Undetermined` where the reference would. What has no template is asked of the
reference where it stands, by `Work.ask`; that is where open values could come from, and they end there.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from attrs import evolve

from creditlang.compiled.expression_writer import Here, Piece
from creditlang.compiled.policy_at_hand import Kept
from creditlang.compiled.printed_cells import DatedConstants, PrintedCells, are_constants
from creditlang.compiled.worked_out_source import WorkedOutSource
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.interpreter.calendar_days import SchoolCalendar, day_of_month
from creditlang.interpreter.expression_meanings import outside_calendar
from creditlang.interpreter.function_calls import called


class ExpressionSource(WorkedOutSource):
    """Writes expressions of one policy."""

    def piece(self, x: e.Expression, here: Here) -> Piece:
        """The text of an expression."""
        return TEMPLATES.get(type(x), ExpressionSource.asked)(self, x, here)

    # ---- templates
    def _constant(self, x: e.Constant, here: Here) -> Piece:
        if x.value is True or x.value is False:
            return Piece(str(x.value))
        return Piece(self.source.value(x.value))

    def _or_missing(self, found: str, name: str) -> Piece:
        local = self.source.fresh("v")
        return Piece(f"({local} if ({local} := {found}) is not None else no_value({self.source.value(name)}))", True)

    def _read(self, x: e.Read, here: Here) -> Piece:
        name = self.source.value(x.name)
        match x.what:
            case "field" if here.kinds:
                if x.name in here.present or all(
                    x.name in _sure(self.policy.kinds[kind].columns) for kind in here.kinds
                ):
                    return Piece(f"V[{name}]")
                return self._or_missing(f"V.get({name})", x.name)
            case "attribute":
                return self._or_missing(f"w.attributes.get({name})", x.name)
            case "as of":
                return Piece(self.source.value(self.as_of or date.max))
            case "named":
                return Piece("row[1].named" if here.kinds else "True")
            case "enrolled" if here.kinds:
                return Piece("(row[4] in w.run.enrolled or enrolled(w, row[4]))")
            case "enrolled" if here.period == "semester":
                return Piece("enrolled(w, key)")
            case "setting" if x.name in self.overrides:
                return Piece(self.source.value(self.overrides[x.name]))
            case "setting" if len(self.policy.settings[x.name]) == 1:
                return self.piece(self.policy.settings[x.name][0].value, here)
            case "setting" if here.kinds:
                dated = self.policy.settings[x.name]
                if are_constants(dated):
                    return Piece(f"{self.source.value(DatedConstants(dated, self.hand))}.on(row[3], row[4])")
        return self.asked(x, here)

    def _lookup(self, x: e.Lookup, here: Here) -> Piece:
        keys = [self.piece(key, here).text for key in x.keys]
        cells = self.source.value(PrintedCells(x.table, self.hand.shown))
        keys_text = f"({', '.join(keys)},)"
        return Piece(f"{cells}.noted(w.cells, {keys_text})" if self.noted else f"{cells}[{keys_text}]", True)

    def _call(self, x: e.Call, here: Here) -> Piece:
        given = ", ".join(self.piece(each, here).text for each in x.arguments)
        return Piece(f"{self.source.value(called)}({self.source.value(x)}, [{given}])", True)

    def _compare(self, x: e.Compare, here: Here) -> Piece:
        if x.of_averages:
            return self.asked(x, here)
        left, right = (self._ranked(side, x.ranks, here) for side in (x.left, x.right))
        fails = left.fails or right.fails
        if x.operator == "starts with":
            return Piece(f"{left.text}.startswith({right.text})", fails)
        if x.operator == "contains":  # read in the written order
            local = self.source.fresh("v")
            return Piece(f"(({local} := {left.text}) is None or {right.text} in {local})", fails)
        return Piece(f"({left.text} {'==' if x.operator == '=' else x.operator} {right.text})", fails)

    def _ranked(self, x: e.Expression, ranks: Mapping[str, int] | None, here: Here) -> Piece:
        if ranks is None:
            return self.piece(x, here)
        if isinstance(x, e.Constant):
            return Piece(self.source.value(dict[Any, Any](ranks).get(x.value, x.value)))
        piece, local = self.piece(x, here), self.source.fresh("v")
        return Piece(f"{self.source.value(ranks)}.get(({local} := {piece.text}), {local})", piece.fails)

    def _present(self, x: e.Present, here: Here) -> Piece:
        if isinstance(x.operand, e.Read) and x.operand.what == "field" and here.kinds:
            return Piece(f"(V.get({self.source.value(x.operand.name)}) is not None)")
        if isinstance(x.operand, e.Read) and x.operand.what == "attribute":
            return Piece(f"(w.attributes.get({self.source.value(x.operand.name)}) is not None)")
        ranked = isinstance(x.operand, e.Value) and x.operand.sort in ("fact", "ranking")
        if ranked or (isinstance(x.operand, e.Query) and x.operand.function == "average"):
            return self.asked(x, here)
        operand = x.operand
        if isinstance(operand, e.Value) and operand.sort == "record fact" and here.kinds:
            operand, here = self.policy.record_facts[operand.name], Here(here.kinds)
        piece = self.piece(operand, here)
        if not piece.fails:
            return Piece("True")
        if isinstance(operand, e.Cases) and (text := self._some_case(operand, here)):
            return Piece(text)
        body = ["try:", f"    {piece.text}", "except Undetermined:", "    return False", "return True"]
        return Piece(self.call(self.source.function("present", here.parameters, body), here))

    def _some_case(self, x: e.Cases, here: Here) -> str:
        """The text of whether one of some cases gives a value; empty, where one may ask for what is not there."""
        tests = [self.met(condition, here) for condition, _ in x.branches]
        values = [
            self.piece(value, evolve(here, present=here.present | _surely_present(condition, True)))
            for condition, value in x.branches
        ]
        sure = x.otherwise is None and not any(piece.fails for piece in (*tests, *values))
        return f"({' or '.join(test.text for test in tests)})" if sure else ""

    def _logical(self, x: e.Logical, here: Here) -> Piece:
        if x.operator == "at least":
            parts = " + ".join(self.met(part, here).text for part in x.parts)
            return Piece(f"({parts} >= {x.least})", any(self.met(part, here).fails for part in x.parts))
        pieces = []
        for part in x.parts:
            pieces.append(self.piece(part, here))
            here = evolve(here, present=here.present | _surely_present(part, x.operator == "and"))
        if not pieces:
            return Piece(str(x.operator == "and"))
        if not any(piece.fails for piece in pieces[:-1]):
            joined = f" {x.operator} ".join(piece.text for piece in pieces)
            return Piece(f"({joined})", pieces[-1].fails)
        body, last = ["unknown = None"], x.operator == "and"
        for piece in pieces:
            test = f"if {'not ' if last else ''}{piece.text}:"
            if piece.fails:
                body += [
                    "try:",
                    f"    {test}",
                    f"        return {not last}",
                    "except Undetermined as why:",
                    "    unknown = why.with_traceback(None)",
                ]
            else:
                body += [test, f"    return {not last}"]
        body += ["if unknown is not None:", "    raise unknown.again()", f"return {last}"]
        return Piece(self.call(self.source.function("logic", here.parameters, body), here), True)

    def _not(self, x: e.Not, here: Here) -> Piece:
        piece = self.piece(x.operand, here)
        return Piece(f"(not {piece.text})", piece.fails)

    def _arithmetic(self, x: e.Arithmetic, here: Here) -> Piece:
        if x.ranks is not None:
            return self.asked(x, here)
        left, right = self.piece(x.left, here), self.piece(x.right, here)
        fails = left.fails or right.fails
        if x.operator in "+-*":
            return Piece(f"({left.text} {x.operator} {right.text})", fails)
        one, two = self.source.fresh("v"), self.source.fresh("v")
        sign = ">=" if x.operator == "higher" else "<="
        return Piece(f"({one} if ({one} := {left.text}) {sign} ({two} := {right.text}) else {two})", fails)

    def _rounded(self, x: e.Rounded, here: Here) -> Piece:
        if isinstance(x.operand, e.Query) and x.operand.function == "average":
            return self.asked(x, here)
        step, mode = self.source.value(x.step), self.source.value(x.mode)
        fixed = x.divisor is None or _is_above_zero(x.divisor)
        operand = self.piece(x.operand, here)
        if x.divisor is None:
            if x.mode == "down":
                return Piece(f"rounded_down({operand.text}, {step})", operand.fails)
            return Piece(f"quotient({operand.text}, ONE, {mode}, {step})", operand.fails)
        divisor = self.piece(x.divisor, here)
        local = self.source.fresh("v")
        text = divisor.text if fixed else f"above_zero({divisor.text})"
        return Piece(
            f"(({local} := {text}) and quotient({operand.text}, {local}, {mode}, {step}))",
            operand.fails or divisor.fails or not fixed,
        )

    def _cases(self, x: e.Cases, here: Here) -> Piece:
        pieces = [(self.met(condition, here), condition, value) for condition, value in x.branches]
        fails = any(piece.fails for piece, _, _ in pieces)
        text = f"no_case({self.source.value(x.what)})"
        if x.otherwise is not None:
            otherwise = self.piece(x.otherwise, here)
            text, fails = otherwise.text, fails or otherwise.fails
        else:
            fails = True
        for condition, plain, value in reversed(pieces):
            found = self.piece(value, evolve(here, present=here.present | _surely_present(plain, True)))
            text, fails = f"({found.text} if {condition.text} else {text})", fails or found.fails
        return Piece(text, fails)

    def _shift(self, x: e.Shift, here: Here) -> Piece:
        count = x.count.value if isinstance(x.count, e.Constant) else None
        if x.which in ("first", "last") or not isinstance(count, Decimal) or count != int(count):
            return self.asked(x, here)
        if x.start is not None:
            start = self.piece(x.start, here)
        elif len(here.kinds) == 1:
            start = self._or_missing("row[3]", self.policy.kinds[here.kinds[0]].date_field or "date")
        else:
            return self.asked(x, here)
        return Piece(f"{self.source.value(self._days(x.which, int(count), x.unit))}[{start.text}]", start.fails)

    def _days(self, which: str, count: int, unit: str) -> Kept:
        """The days found from others by one shift."""
        if which == "nth":
            return Kept(lambda start: day_of_month(start, count))
        return Kept(lambda start: self.calendar.later(start, count, unit))

    def _distance(self, x: e.Distance, here: Here) -> Piece:
        end = self.piece(x.end, here)
        distances = self.source.value(Kept(partial(_distance, self.calendar, x.what)))
        local = self.source.fresh("v")  # the end is read first
        start = self.piece(x.start, here) if x.start is not None else Piece(local)
        return Piece(f"{distances}[({local} := {end.text}), {start.text}]", True)


def _distance(calendar: SchoolCalendar, what: str, days: tuple[date, date]) -> Any:
    """What lies between two days, the end named first."""
    end, start = days
    found = calendar.distance(what, start, end)
    if found is None:
        raise outside_calendar(end)
    return found


def _is_above_zero(x: e.Expression) -> bool:
    return isinstance(x, e.Constant) and isinstance(x.value, Decimal) and x.value > 0


def _sure(columns: tuple[o.Column, ...]) -> frozenset[str]:
    """The fields that every record has that can be read."""
    return frozenset(
        column.name for column in columns if column.default is not None or not (column.optional or column.if_used)
    )


def _surely_present(part: e.Expression, holds: bool) -> frozenset[str]:
    """The fields of the record that have a value where a part holds, or where it does not."""
    match part:
        case e.Present(operand=e.Read(what="field", name=name)) if holds:
            return frozenset((name,))
        case e.Not():
            return _surely_present(part.operand, not holds)
        case e.Logical(operator="and") if holds:
            return frozenset().union(*(_surely_present(each, True) for each in part.parts))
        case e.Logical(operator="or") if not holds:
            return frozenset().union(*(_surely_present(each, False) for each in part.parts))
    return frozenset()


TEMPLATES: Mapping[type, Callable[[ExpressionSource, Any, Here], Piece]] = {
    e.Constant: ExpressionSource._constant, e.Read: ExpressionSource._read, e.Value: WorkedOutSource.value,
    e.Query: WorkedOutSource.query,
    e.Lookup: ExpressionSource._lookup, e.Call: ExpressionSource._call, e.Compare: ExpressionSource._compare,
    e.Present: ExpressionSource._present, e.Logical: ExpressionSource._logical, e.Not: ExpressionSource._not,
    e.Arithmetic: ExpressionSource._arithmetic, e.Rounded: ExpressionSource._rounded, e.Cases: ExpressionSource._cases,
    e.Shift: ExpressionSource._shift, e.Distance: ExpressionSource._distance,
}  # fmt: skip
ASKED: Mapping[type, str] = {e.Unknown: "has no meaning"}
"""Expressions without a template, asked of the reference where they stand, and why."""
_ABSENT = {x.__name__ for x in e.Expression.__subclasses__()} - {x.__name__ for x in (*TEMPLATES, *ASKED)}
assert not _ABSENT, f"expressions that generated code lacks: {_ABSENT}"
_HAS_FORM = (e.Here, e.Whole)
ASKED_EXTENTS: Mapping[type, str] = {
    e.Previous: "another period", e.InPeriod: "another period", e.SamePeriod: "a period of many records",
    e.AsOf: "another day", e.Since: "a stretch of time", e.BeforeThis: "data that stop before a record",
    e.LastWindow: "a stretch of time", e.AnyWindow: "a stretch of time", e.AllOf: "several at once",
}  # fmt: skip
"""Parts of the time of which the reference is asked, and what they are."""
_ABSENT = {x.__name__ for x in e.Extent.__subclasses__()} - {x.__name__ for x in (*_HAS_FORM, *ASKED_EXTENTS)}
assert not _ABSENT, f"parts of the time that generated code lacks: {_ABSENT}"
