"""Lines about single entries as Python text: guards, amounts, rescalings, where an amount is posted.

Each works on `e`, a light entry, with its `row` and values `V`; `continue` leaves an entry that is taken out.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from creditlang import values as v
from creditlang.compiled import group_work
from creditlang.compiled.expression_source import ExpressionSource
from creditlang.compiled.expression_writer import Here
from creditlang.compiled.light_entries import (
    ACCOUNT,
    AMOUNT,
    ARTICLE,
    ON,
    PERIOD,
    RAW,
    REASON,
    RULE,
    SEMESTER,
    SIGN,
    STATE,
    STEPS,
    UNTIL,
)
from creditlang.compiled.student_work import Work
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import outside_queries
from creditlang.diagnostics import Phrase, in_language
from creditlang.interpreter.amounts import NO_LINE, several
from creditlang.interpreter.entries import asked_fields, rescale_note, told
from creditlang.values import Undetermined

Lines = list[str]


class SingleLines:
    """Writes lines about single entries."""

    def __init__(self, expressions: ExpressionSource, noted: bool) -> None:
        """`noted` with steps and coverage."""
        self.expressions, self.source, self.noted = expressions, expressions.source, noted
        self.source.namespace.update(
            told=told, asked_fields=asked_fields, move_to=_move_to,
            all_given=_all_given, completed=group_work.completed,
            two_lines=lambda cases: Undetermined("case", several(cases)), no_line=lambda: Undetermined("case", NO_LINE),
        )  # fmt: skip

    def made(self, make: Callable[[Mapping[str, Any]], Any]) -> str:
        """The name of what is made of functions once they are there."""
        name = self.source.fresh("g")
        self.source.late.append(lambda namespace: namespace.__setitem__(name, make(namespace)))
        return name

    def _step(
        self, sort: str, line: o.Operator, before: str, after: str, note: str = '""', fields: str = "()"
    ) -> Lines:
        if not self.noted:
            return []
        value = self.source.value
        parts = (value(sort), value(line.text), before, after, value(line.article), note, fields)
        return [f"e[{STEPS}].append(({', '.join(parts)}))"]

    def _covered(self, number: int) -> Lines:
        return [f"w.covered.add({number})"] if self.noted else []

    def _tried(
        self, fails: bool, lines: Lines, line: o.Operator, number: int, fallback: o.Fallback | None = None
    ) -> Lines:
        if not fails:
            return lines
        value = self.source.value
        given = f"w.undetermined(e, why, {value(fallback)}, {value(line)}, {number})"
        return ["try:", *(f"    {x}" for x in lines), "except Undetermined as why:", f"    {given}", "    continue"]

    def _keep(self, number: int, line: o.Keep, here: Here) -> Lines:
        piece, value = self.expressions.met(line.condition, here), self.source.value
        lines = self._tried(piece.fails, [f"holds = {piece.text}"], line, number)
        out = self._covered(line.number)
        if line.values:
            reason = f"told({value(line)}, {self.expressions.looking(line.values)}.run.at(w.record(row)))"
        else:
            en, zh = line.reason, in_language(line.reason, "zh")
            reason = value(en if en == zh else Phrase(en, zh), "p")
        if line.otherwise == "warn":
            out += [
                f"reason = {reason}",
                *self._step("warn", line, f"e[{AMOUNT}]", f"e[{AMOUNT}]", "reason"),
                "w.warn(row, reason)",
            ]
        elif line.otherwise == "pending":
            out = ["raise HandOver(PENDING)"]
        else:
            fields = self._asked(line)
            out += [f"reason = {reason}"]
            out += self._step(line.otherwise, line, f"e[{AMOUNT}]", "ZERO", "reason", fields)
            out += [f"e[{STATE}] = {value(line.otherwise)}", f"e[{REASON}] = reason"]
            out += [f"e[{ARTICLE}] = {value(line.article)}"] if line.article else []
            out += ["w.in_body.append(e)"] if line.otherwise == "invalid" else []
            out += ["continue"]
        test = [*lines, "if not holds:"] if piece.fails else [f"if not {piece.text}:"]
        return [*test, *(f"    {x}" for x in out)]

    def _asked(self, line: o.Keep) -> str:
        """The fields that a record was taken out by: known here, unless that depends on which parts failed."""
        condition, value = line.condition, self.source.value
        inner = condition
        while isinstance(inner, e.Not):
            inner = inner.operand
        if not isinstance(inner, e.Logical):
            return value(tuple(dict.fromkeys(x.name for x in outside_queries(inner, e.Read) if x.what == "field")))
        return f"asked_fields({value(condition)}, {self.expressions.looking(condition)}.run.at(w.record(row)))"

    def _amount(self, number: int, line: o.Amount, here: Here) -> Lines:
        cases = [case for case in line.cases if case.together is None]
        usual = [case for case in cases if not case.otherwise]
        otherwise = [case for case in cases if case.otherwise]
        if not otherwise and len(usual) == 1 and usual[0].condition is None and not (usual[0].since or usual[0].until):
            text, fails = self._amount_of(usual[0], here)
            lines = self._tried(fails, [f"amount = {text}"], line, number, line.fallback)
            return [*lines, *self._given(line, usual[0])]
        lines = []
        names: list[str] = []
        for case in usual:
            name = self.source.fresh("h")
            before = f"not ({' or '.join(names)}) and " if line.mode == "first" and names else ""
            names.append(name)
            lines.append(f"{name} = {before}{self._applies(case, here)}")
        worths: list[o.Case] = []
        if line.mode == "all":
            return self._all(number, line, here, lines, list(zip(names, usual, strict=True)), otherwise)
        if line.mode == "one" and len(names) > 1:
            both = f"x for x, holds in zip({self.source.value(tuple(usual))}, ({', '.join(names)})) if holds"
            lines += [f"if {' + '.join(names)} > 1:", *self._two_lines(both, line, number)]
        key = "if"
        for name, case in [*zip(names, usual, strict=True), *(("", x) for x in otherwise[:1])]:
            text, _ = self._amount_of(case, here)
            worths.append(case)
            lines += [f"{key} {name}:" if name else "else:" if key == "elif" else "if True:"]
            if not name and line.mode == "one" and len(otherwise) > 1:
                lines += self._two_lines(f"x for x in {self.source.value(tuple(otherwise))}", line, number)
                continue
            lines += [f"    amount = {text}", f"    case = {len(worths) - 1}"]
            key = "elif"
        if not otherwise:
            lines += ["else:", "    raise no_line()"]
        lines = self._tried(True, lines, line, number, line.fallback)
        for place, case in enumerate(worths):
            given = self._given(line, case)
            lines += (
                [f"{'if' if place == 0 else 'elif'} case == {place}:", *(f"    {x}" for x in given)]
                if len(worths) > 1
                else given
            )
        return lines

    def _two_lines(self, applying: str, line: o.Amount, number: int) -> Lines:
        """What is done where several lines apply."""
        value = self.source.value(line)
        return [f"    w.undetermined(e, two_lines({applying}), None, {value}, {number})", "    continue"]

    def _applies(self, case: o.Case, here: Here) -> str:
        parts = []
        if case.since is not None:
            parts.append(f"(row[3] is not None and row[3] >= {self.source.value(date.fromisoformat(case.since))})")
        if case.until is not None:
            parts.append(f"(row[3] is not None and row[3] <= {self.source.value(date.fromisoformat(case.until))})")
        if case.condition is not None or not parts:
            parts.append(self.expressions.met(case.condition, here).text)
        return f"({' and '.join(parts)})"

    def _worth(self, case: o.Case, here: Here) -> tuple[str, bool]:
        """The amount of a case, and whether it may have none."""
        piece = self.expressions.piece(case.value, here)
        text, fails = piece.text, piece.fails
        if case.between is not None:
            low, high = (self.expressions.piece(end, here) for end in case.between)
            decided = self.source.function(
                "decided", "w, row, V",
                [
                    f"low, high = {low.text}, {high.text}",
                    f"if not {self.expressions.met(e.Present(case.value), here).text}:", '    raise HandOver(PENDING)',
                    f"value = {piece.text}", "if not low <= value <= high:", '    raise HandOver(INVALID)',
                    "return value",
                ],
            )  # fmt: skip
            text, fails = f"{decided}(w, row, V)", True
        return text, fails

    def _measure(self, case: o.Case, here: Here) -> str:
        """The group and what an entry measures itself, where a case is a rate for each full so many."""
        if (full := case.full) is None:
            return "()"
        measure = self.expressions.function(full.measure, here)
        return f"{self.made(lambda n: group_work.measured_by(full, n[measure]))}(w, e)"

    def _amount_of(self, case: o.Case, here: Here) -> tuple[str, bool]:
        """The amount of the only case that applies, and whether it may have none."""
        text, fails = self._worth(case, here)
        if case.full is None:
            return text, fails
        return f"({text} * completed(w, e, {self.source.value(case)}, *{self._measure(case, here)}))", True

    def _given(self, line: o.Amount, case: o.Case) -> Lines:
        value = self.source.value
        lines = [f"e[{AMOUNT}] = e[{RAW}] = amount"]
        lines += [f"e[{SIGN}] = {case.sign}"] if case.sign != 1 else []
        lines += [f"e[{ARTICLE}] = {value(case.article)}"] if case.article else []
        lines += self._covered(case.number)
        if self.noted:
            article = value(case.article) if case.article else f"e[{ARTICLE}]"
            lines += [f'e[{STEPS}].append(("amount", {value(case.text)}, None, amount, {article}, "", ()))']
        return lines

    def _all(
        self,
        number: int,
        line: o.Amount,
        here: Here,
        tests: Lines,
        usual: list[tuple[str, o.Case]],
        otherwise: list[o.Case],
    ) -> Lines:
        """All cases that apply, added up; those that apply otherwise where none does."""

        def found(case: o.Case) -> str:
            worth, measure = self._worth(case, here)[0], self._measure(case, here)
            return f"found.append(({self.source.value(case)}, {worth}, {measure}))"

        lines = [*tests, "found = []"]
        for name, case in usual:
            lines += [f"if {name}:", f"    {found(case)}"]
        lines += ["if not found:"]
        for case in otherwise:
            lines += [f"    {found(case)}"]
        lines += ["    pass" if otherwise else "    raise no_line()"]
        lines = self._tried(True, lines, line, number, line.fallback)
        return [*lines, "all_given(w, e, found)"]

    def _rescale(self, number: int, line: o.Rescale, here: Here) -> Lines:
        lines: Lines = []
        over = self._only_over(line.group)
        if line.condition is not None:
            piece = self.expressions.met(line.condition, here)
            lines += self._tried(piece.fails, [f"holds = {piece.text}"], line, number)
        inner = self._rescaled(number, line, here)
        tests = [x for x in (over, "holds" if line.condition is not None else "") if x]
        if over and line.condition is not None:  # the condition is asked of those that the line speaks of only
            return [f"if {over}:", *(f"    {x}" for x in [*lines, "if holds:", *(f"    {x}" for x in inner)])]
        return [*lines, f"if {' and '.join(tests)}:", *(f"    {x}" for x in inner)] if tests else inner

    def _only_over(self, group: o.Group) -> str:
        return f"e[{RULE}] in {self.source.value(group.over)}" if group.over is not None else ""

    def _rescaled(self, number: int, line: o.Rescale, here: Here) -> Lines:
        """What a rescaling does to an entry for which it applies."""
        piece, value = self.expressions.piece(line.value, here), self.source.value
        lines = self._tried(piece.fails, [f"value = {piece.text}"], line, number, line.fallback)
        lines += [f"before = e[{AMOUNT}]"]
        if line.operation in ("times", "plus"):
            half = isinstance(line.value, e.Constant) and line.value.value == Decimal("0.5")
            sort = "half" if half and line.operation == "times" else line.operation
            lines += [f"after = before {'*' if line.operation == 'times' else '+'} value", *self._covered(line.number)]
            notes = value(_Notes(line, sort)) if self.noted else ""
            lines += self._step(sort, line, "before", "after", f"{notes}[value]")
        else:
            lines += [f"after = quotient(before, ONE, {value(line.operation)}, value)"]
            noted = [*self._step("rounded", line, "before", "after"), *self._covered(line.number)]
            lines += ["if after != before:", *(f"    {x}" for x in noted)] if noted else []
        return [*lines, f"e[{AMOUNT}] = after"]

    def _post(self, number: int, line: o.Post, here: Here) -> Lines:
        value, lines = self.source.value, []
        if line.condition is not None:
            piece = self.expressions.met(line.condition, here)
            lines += self._tried(piece.fails, [f"holds = {piece.text}"], line, number)
        if line.field is not None:
            same = f"e[{AMOUNT}]"
            inner = [f"account = V.get({value(line.field)})", "if isinstance(account, str):"]
            then = [
                *self._covered(line.number),
                *self._step("posted", line, same, same, "account"),
                f"e[{ACCOUNT}] = account",
            ]
            inner += [f"    {x}" for x in then]
        else:
            piece = self.expressions.piece(line.day or line.until or e.Unknown(), here)
            inner = self._tried(piece.fails, [f"day = {piece.text}"], line, number)
            if line.until is not None:
                inner += [f"e[{UNTIL}] = min(day, e[{UNTIL}] or day)"]
            else:
                same = f"e[{AMOUNT}]"
                inner += [
                    *self._covered(line.number),
                    *self._step("falls on", line, same, same, "day.isoformat()"),
                    "move_to(w, e, day)",
                ]
        return [*lines, "if holds:", *(f"    {x}" for x in inner)] if line.condition is not None else inner


class _Notes(dict[Decimal, str]):
    """What a scale says it does, by its value."""

    def __init__(self, line: o.Rescale, sort: str) -> None:
        super().__init__()
        self.line, self.sort = line, sort

    def __missing__(self, value: Decimal) -> str:
        note = rescale_note(self.line, self.sort, value)
        if len(self) < 1000:
            self[value] = note
        return note


def _move_to(w: Work, entry: list[Any], day: date) -> None:
    """Let an entry fall into the periods of a day."""
    run = w.run
    semester = run.calendar.semester_of(day) if run.calendar.semesters else None
    entry[ON], entry[SEMESTER] = day, semester.name if semester else entry[SEMESTER]
    period = run.policy.accounts[entry[ACCOUNT]].period or "semester"
    entry[PERIOD] = run.periods.key(period, entry[ON], entry[SEMESTER]) or ""


def _all_given(w: Work, entry: list[Any], found: list[tuple[o.Case, Decimal, tuple[Any, ...]]]) -> None:
    """Give an entry the amounts of all cases that apply; what it measures is added up only when each has a value."""
    first = found[0][0]
    entry[SIGN], entry[ARTICLE] = first.sign, first.article or entry[ARTICLE]
    total = v.ZERO
    for case, amount, measure in found:
        w.covered.add(case.number)
        worth = amount * group_work.completed(w, entry, case, *measure) if measure else amount
        total += worth if case.sign == first.sign else v.EXACT.minus(worth)
    if entry[STEPS] is not None:
        texts = "；".join(case.text for case, *_ in found)
        entry[STEPS].append(("amount", texts, None, total, entry[ARTICLE], "", ()))
    entry[AMOUNT] = entry[RAW] = total


SINGLE_LINES: Mapping[type, Callable[[SingleLines, int, Any, Here], Lines]] = {
    o.Keep: SingleLines._keep, o.Amount: SingleLines._amount, o.Rescale: SingleLines._rescale,
    o.Post: SingleLines._post,
}  # fmt: skip
