"""The lines of a body as Python text: those about single entries in one loop, those about groups as calls between.

The order of lines is the written one. What is done to one entry after the other, against what those before it have
counted, and limits of windows are done by the reference, on entries of the ledger made for that.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import takewhile
from typing import Any

from creditlang.compiled import group_work, light_limits
from creditlang.compiled.decided_records import Combination, DecidedCases, DecidedRecords, decided
from creditlang.compiled.expression_source import ExpressionSource
from creditlang.compiled.expression_writer import Here
from creditlang.compiled.light_entries import (
    AMOUNT,
    MEMBER,
    ON,
    PERIOD,
    ROW,
    SEMESTER,
    STATE,
    STEPS,
)
from creditlang.compiled.settled_queries import is_settled
from creditlang.compiled.single_lines import SINGLE_LINES, Lines, SingleLines
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import reads
from creditlang.interpreter.bodies import run_body
from creditlang.interpreter.searches import way_of


class BodySource(SingleLines):
    """Writes the bodies of one policy; `noted` with steps and coverage."""

    def __init__(self, expressions: ExpressionSource, noted: bool) -> None:
        super().__init__(expressions, noted)
        self.reference_lines = 0
        """How many lines are left to the reference."""
        self.source.namespace.update(by_records=group_work.by_records)

    def body(self, operators: Sequence[o.Operator], kinds: tuple[str, ...]) -> str | None:
        """The name of a function of `w, entries` that does a body's lines; None where it has none.

        `kinds` are those that the records may be of.
        """
        if not (served := _served(operators)):
            return None
        return self.source.function("body", "w, entries", [*self._lines(served, Here(kinds)), "return entries"])

    def of_rule(self, rule: o.Rule) -> str:
        """The name of a function of `w, taken` that makes entries of what a rule has taken and does its lines."""
        lines = self._lines(_served(rule.operators), Here((rule.kind,)), rule)
        return self.source.function("body", "w, taken", [*lines, "return entries"])

    def _lines(self, served: Sequence[o.Operator], here: Here, rule: o.Rule | None = None) -> Lines:
        lines: Lines = []
        single: list[tuple[int, o.Operator]] = []
        opening = rule

        def close() -> None:
            nonlocal opening
            if opening is not None:
                lines.extend(self._opening(opening, single, here))
            elif single:
                lines.extend(self._loop(single, here))
            opening = None
            single.clear()

        for number, line in enumerate(served):
            if line.sequential:
                continue
            if _about_one(line) or self._one_after_the_other(line, served, rule):
                if _warns(line) and any(_warns(x) for _, x in single):
                    close()
                single.append((number, line))
                continue
            close()
            lines.extend(self._about_groups(number, line, here))
        close()
        if sequential := [line for line in served if line.sequential]:
            lines.append(self._by_reference(sequential))
        return lines

    # ---- lines about single entries
    def _loop(self, lines: Sequence[tuple[int, o.Operator]], here: Here) -> Lines:
        before, inner = self._single(lines, here)
        body = ["start = len(w.unrated)"] if len(lines) > 1 else []
        body += [*before, "for e in entries:", f'    if e[{STATE}] != "live" or e[{MEMBER}]:', "        continue"]
        body += [f"    row = e[{ROW}]", "    V = row[2]", *(f"    {line}" for line in inner)]
        return [*body, *([_IN_ORDER] if len(lines) > 1 else [])]

    def _single(self, lines: Sequence[tuple[int, o.Operator]], here: Here) -> tuple[Lines, Lines]:
        """What comes before a loop over entries, and what is done to each."""
        inner: Lines = []
        before: Lines = []
        for number, line in lines:
            if isinstance(line, o.Limit):
                kept, each = self._limit_of_one(line)
                before.append(kept)
                inner += each
            else:
                inner += SINGLE_LINES[type(line)](self, number, line, here)
        return before, inner

    def _opening(self, rule: o.Rule, lines: Sequence[tuple[int, o.Operator]], here: Here) -> Lines:
        """The loop that makes the entries of a rule, with its first lines done: those that go by what is known of a
        record as a copy of what came of them, the others one by one.
        """
        first = [line for _, line in takewhile(lambda x: _about_one(x[1]) and not _warns(x[1]), lines)]
        count, key = decided(first, rule.kind, self)
        value, period = self.source.value, self.expressions.policy.accounts[rule.account].period
        front, before, inner = lines[:count], *self._single(lines[count:], here)
        each = [f"e = w.opened({value(rule.name)}, x)", f"row = e[{ROW}]", "V = row[2]"]
        if front:
            done = self.source.function("front", "w, entries", self._loop(front, here))
            table = self.made(lambda n: DecidedRecords(rule.name, n[done]))
            asked = "x[4]" if period in (None, "semester") else f"w.period_key({value(period)}, x[3], x[4])"
            noted = [f"    e[{STEPS}] = e[{STEPS}].copy()", "    w.covered.update(found[1])"]
            noted += ["    if found[2]:", "        w.cells.update(found[2])"]
            each = [
                "if x.__class__ is tuple:", "    row, V = x, x[2]", *(f"    {x}" for x in key),
                f"    found = {table}.get(at)", "    if found is None:", f"        e = {table}.fill(w, row, at)",
                "    else:",
                "        e = found[0].copy()",
                f"        e[{ROW}], e[{ON}], e[{SEMESTER}], e[{PERIOD}] = row, x[3], x[4], {asked} or ''",
                *(f"    {x}" for x in noted if self.noted),
                "else:", "    e = x", f"    row = e[{ROW}]", "    V = row[2]", f"    {table}.front(w, (e,))",
            ]  # fmt: skip
        each.append("entries.append(e)")
        if inner:
            each += [f'if e[{STATE}] != "live":', "    continue", *inner]
        body = [*before, "entries = []", "for x in taken:", *(f"    {x}" for x in each)]
        return ["start = len(w.unrated)", *body, _IN_ORDER] if len(lines) > 1 else body

    def sound(self, guards: Sequence[o.Keep], kinds: tuple[str, ...]) -> str:
        """The name of a function of a record: whether all guards surely let it pass, so that none has to be asked."""
        here, spared = Here(kinds), dict[str, list[str]]()
        for x in guards:
            if x.condition is None or self.expressions.notes_cells(x.condition):
                spared = {"": ["False"]}
                break
            condition, fields = x.condition, {read.name for read in reads(x.condition, "field", "this")}
            field = min((name for name in fields if holds_without(condition, name)), default="")
            spared.setdefault(field, []).append(self.expressions.piece(condition, here).text)
        tests = spared.pop("", [])
        for field, own in spared.items():
            tests.append(f"(V.get({self.source.value(field)}) is None or ({' and '.join(own)}))")
        test = " and ".join(tests)
        body = ["try:", f"    return {test}", "except Undetermined:", "    return False"]
        return self.source.function("sound", "w, row, V", body)

    # ---- limits that can be filled while entries go by
    def _one_after_the_other(self, line: o.Operator, body: Sequence[o.Operator], rule: o.Rule | None) -> bool:
        """Whether a limit leaves each entry what those before it in its group have left, whatever comes after it."""
        if not isinstance(line, o.Limit) or line.order != "first" or line.condition is not None or line.dropped:
            return False
        fixed = self._fixed(line.room)
        if (
            fixed is None
            or line.group.window is not None
            or not (line.group.over is None or (rule is not None and rule.name in line.group.over))
        ):
            return False
        if line.of == "entries":
            return line.void and fixed >= 1
        return fixed >= 0 and len({x.sign for each in body if isinstance(each, o.Amount) for x in each.cases}) == 1

    def _limit_of_one(self, line: o.Limit) -> tuple[str, Lines]:
        """What comes before the loop over entries, and what is done to each."""
        value, kept, fixed = self.source.value, self.source.fresh("k"), self._fixed(line.room)
        assert fixed is not None
        if line.group.periods == ("semester",) and not line.group.fields:
            key = [f"group = e[{SEMESTER}]", "if group is None:", "    group = id(e)"]
        elif not line.group.periods and not line.group.fields:
            key = ["group = 0"]
        else:
            key = [f"group = {value(group_work.key_of(line.group))}(w, e)"]
        if line.of == "entries":
            least = int(fixed) + (fixed != int(fixed))
            out = [f"    w.covered.add({line.number})"] if self.noted else []
            out += [f"    if len(had) >= {least}:"]
            out += [
                f'        w.dismiss(e, "void", instead(had[:{int(fixed)}]), {value(line)}, "once")',
                "        continue",
            ]
            first = [f"had = {kept}.get(group)", "if had is None:", f"    {kept}[group] = [row[1].identifier]"]
            return f"{kept} = {{}}", [*key, *first, "else:", *out, "    had.append(row[1].identifier)"]
        full, room = value(self.expressions.hand.limit_reason[fixed], "p"), value(fixed)
        each = [f"had = {kept}.get(group, ZERO)", f"amount = e[{AMOUNT}]", "if amount < ZERO:"]
        each += ["    raise HandOver(BELOW_ZERO)", f"{kept}[group] = after = had + amount"]
        each += [f"if after > {room} and amount:", f"    after = {room} - had"]
        each += [f"    w.cut(e, {value(line)}, after if after > ZERO else ZERO, {full})"]
        return f"{kept} = {{}}", [*key, *each]

    def _fixed(self, room: e.Expression) -> Decimal | None:
        """The room of a limit, where it is the same for all."""
        if isinstance(room, e.Read) and room.what == "setting":
            dated = self.expressions.policy.settings[room.name]
            if room.name in self.expressions.overrides:
                found = self.expressions.overrides[room.name]
                return found if isinstance(found, Decimal) else None
            room = dated[0].value if len(dated) == 1 else room
        return room.value if isinstance(room, e.Constant) and isinstance(room.value, Decimal) else None

    # ---- lines about groups
    def _about_groups(self, number: int, line: o.Operator, here: Here) -> Lines:
        if isinstance(line, o.Limit):
            if line.group.window is not None:
                return [self._by_reference([line])]
            fixed, call = self._fixed(line.room), f"{self.limit(number, line, here)}(w, entries)"
            spares_one = line.void and line.condition is None and fixed is not None and fixed >= 1
            spares_one = spares_one and not self.expressions.notes_cells(line.by)
            return ["if len(entries) > 1:", f"    {call}"] if spares_one else [call]
        if isinstance(line, o.Keep):
            return [f"{self.made(lambda n: group_work.sides(line))}(w, entries)"]
        if isinstance(line, o.Rescale):
            condition = self._condition(line.condition, here)
            inner = self._rescaled(number, line, here)
            inner = [x.replace("continue", "return") if x.strip() == "continue" else x for x in inner]
            one = self.source.function("nth", "w, e", [f"row = e[{ROW}]", "V = row[2]", *inner])
            act = self.made(
                lambda n: group_work.rescale_from(line, number, n[condition] if condition else None, n[one])
            )
            return [f"{act}(w, entries)"]
        assert isinstance(line, o.Amount)
        return self._gathered(number, line, here)

    def _condition(self, condition: e.Expression | None, here: Here) -> str | None:
        return self.expressions.function(condition, here, met=True) if condition is not None else None

    def _room(self, line: o.Limit, here: Here) -> tuple[str, Decimal | None]:
        return self.expressions.function(line.room, here), self._fixed(line.room)

    def limit(self, number: int, line: o.Limit, here: Here) -> str:
        """The name of what does a limit of a body."""
        room, fixed = self._room(line, here)
        condition = self._condition(line.condition, here)
        by = self.expressions.function(line.by, here) if line.by is not None else None
        always = self.expressions.notes_cells(line.by)
        return self.made(
            lambda n: light_limits.limit(
                line, number, n[room], fixed, n[condition] if condition else None, n[by] if by else None, always
            )
        )

    def unique(self, line: o.Limit, rules: Sequence[str], kinds: tuple[str, ...]) -> str:
        """The name of what does a limit over accounts."""
        here = Here(kinds)
        room, fixed = self._room(line, here)
        return self.made(lambda n: light_limits.unique(line, n[room], fixed, rules))

    def _gathered(self, number: int, line: o.Amount, here: Here) -> Lines:
        gathering = [case for case in line.cases if case.together is not None]
        parts = []
        for case in gathering:
            if case.since or case.until:
                test = self.source.function("x", here.parameters, [f"return {self._applies(case, here)}"])
            else:
                test = self.expressions.function(case.condition, here, met=True)
            worth = self.source.function("x", here.parameters, [f"return {self._worth(case, here)[0]}"])
            parts.append((case, test, worth))
        known, which = Combination(here.kinds[0], self), None
        if len(here.kinds) == 1 and all(not (x.since or x.until) and known.add(x.condition) for x in gathering):
            table = self.made(lambda n: DecidedCases([n[test] for _, test, _ in parts]))
            noted = ["if found[1]:", "    w.cells.update(found[1])"] if self.noted else []
            body = [*known.lines, f"found = {table}.get(at)", "if found is None:"]
            body += [f"    return {table}.fill(w, row, at)", *noted, "return found[0]"]
            which = self.source.function("which", here.parameters, body)
        act = self.made(
            lambda n: group_work.gather(
                line, number, [(c, n[test], n[worth]) for c, test, worth in parts], n[which] if which else None
            )
        )
        lines = [f"added = {act}(w, entries)"]
        if len(gathering) < len(line.cases):
            lines += self._loop([(number, line)], here)
        return [*lines, "if added:", "    entries = [*entries, *added]", "    by_records(entries)"]

    def _by_reference(self, lines: Sequence[o.Operator]) -> str:
        self.reference_lines += len(lines)
        operators = tuple(lines)
        act = self.source.value(lambda run, entries: run_body(run, operators, entries))
        return f"{self.expressions.looking(operators)}.by_reference_on(entries, {act})"


_IN_ORDER = "if len(w.unrated) - start > 1: w.in_order(start)"


class RuleBodies(dict[str, Callable[..., Any]]):
    """The bodies of rules by their names, each written when the first record comes that its rule takes."""

    def __init__(self, bodies: BodySource) -> None:
        super().__init__()
        self._bodies = bodies

    def __missing__(self, name: str) -> Callable[..., Any]:
        source, rules = self._bodies.source, self._bodies.expressions.policy.rules
        with source.lock:
            if name not in self:
                written = self._bodies.of_rule(rules[name])
                self[name] = source.compiled()[written]
        return self[name]


def holds_without(x: e.Expression, name: str) -> bool | None:
    """Whether a condition holds of a record that has no value for a field; None where more than that decides it."""
    match x:
        case e.Present(operand=e.Read(what="field", name=asked)) if asked == name:
            return False
        case e.Query(function="any", source=e.RecordsOf()):
            way = way_of(x)
            return False if is_settled(x, way) and any(asking == name for _, asking in way.same) else None
        case e.Not():
            found = holds_without(x.operand, name)
            return None if found is None else not found
        case e.Logical(operator="and" | "or"):
            parts, decides = [holds_without(part, name) for part in x.parts], x.operator == "or"
            return decides if decides in parts else None if None in parts else not decides
    return None


def _served(operators: Sequence[o.Operator]) -> list[o.Operator]:
    return list(takewhile(lambda line: not isinstance(line, o.Move), operators))


def _warns(line: o.Operator) -> bool:
    return isinstance(line, o.Keep) and line.otherwise == "warn"


def _about_one(line: o.Operator) -> bool:
    """Whether a line speaks of each entry by itself."""
    match line:
        case o.Keep():
            return line.sides is None
        case o.Amount():
            return all(case.together is None for case in line.cases)
        case o.Rescale():
            return line.ordinal is None
    return isinstance(line, o.Post)


_OF_GROUPS = (o.Limit, o.Keep, o.Rescale, o.Amount)
"""Lines that may be about groups."""
HANDED_OVER: Mapping[type, str] = {o.Move: "a queue over all entries that take"}
"""Lines that the reference does, with all that comes after them, where somebody asks for one; and why."""
_ABSENT = {x.__name__ for x in o.Operator.__subclasses__()} - {
    x.__name__ for x in (*SINGLE_LINES, *_OF_GROUPS, *HANDED_OVER)
}
assert not _ABSENT, f"operators that generated code lacks: {_ABSENT}"
