"""Questions that are asked of students from outside the policy, in its own language: values, conditions, records.

    “moral + fitness”                            a value
    “where graduation is open and cohort = 2024” a condition, in which a requirement may also be asked how it stands
    “activity where level >= national”           records of a kind

A question is elaborated by the compilation of the policy, so a name means what it means there; a field that may be
missing needs no word on what then, the record simply does not fit. A policy is not changed by being asked.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

from attrs import frozen

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core.dependencies import worked_out
from creditlang.core.lower.elaborate import Context
from creditlang.diagnostics import Diagnostic
from creditlang.driver import Compiled
from creditlang.ledger import Record
from creditlang.one_student import Answers
from creditlang.source import SourceFile
from creditlang.syntax import tree as t
from creditlang.syntax.keywords import keywords
from creditlang.syntax.parse import Typed, parse_typed
from creditlang.types import Type
from creditlang.values import Undetermined

_STATUSES = {"MET": "met", "UNMET": "unmet", "OPEN": "open"}


class BadQuestion(Exception):
    """A question that the policy cannot be asked, with everything that is wrong with it."""

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        super().__init__(", ".join(found.code for found in diagnostics))
        self.diagnostics = diagnostics


@frozen
class Value:
    """A value to be worked out for a student."""

    expression: e.Expression
    type: Type

    @property
    def records_only(self) -> bool:
        """Whether it asks for records and attributes alone."""
        return not any(True for _ in worked_out(self.expression))

    def of(self, answers: Answers) -> Any:
        """The value for a student; None where it has none."""
        try:
            return answers.value(self.expression)
        except Undetermined:
            return None


@frozen
class Standing:
    """How a requirement stands."""

    requirement: str
    status: str
    same: bool

    @property
    def records_only(self) -> bool:
        return False

    def of(self, answers: Answers) -> v.Answer:
        return (answers.result.requirements.get(self.requirement) == self.status) is self.same


@frozen
class Asked:
    """A condition of the language."""

    value: Value

    @property
    def records_only(self) -> bool:
        return self.value.records_only

    def of(self, answers: Answers) -> v.Answer:
        return answers.holds(self.value.expression)


@frozen
class Joined:
    """Conditions joined by `and` or `or`, or the opposite of one."""

    operator: str
    operands: "tuple[Condition, ...]"

    @property
    def records_only(self) -> bool:
        return all(operand.records_only for operand in self.operands)

    def of(self, answers: Answers) -> v.Answer:
        first, *others = (operand.of(answers) for operand in self.operands)
        if self.operator == "not":
            return v.opposite(first)
        return v.both(first, others[0]) if self.operator == "and" else v.either(first, others[0])


Condition = Standing | Asked | Joined
"""A condition; `of` a student it holds, does not, or is open."""


@frozen
class Records:
    """Records of a kind that meet a condition, if there is one."""

    kind: str
    condition: e.Expression | None

    @property
    def records_only(self) -> bool:
        """Whether it asks for records and attributes alone."""
        return self.condition is None or not any(True for _ in worked_out(self.condition))

    def of(self, answers: Answers) -> list[Record]:
        """The student's valid records that meet it."""
        return [record for record in answers.records(self.kind) if self.fits(record, answers)]

    def fits(self, record: Record, answers: Answers) -> bool:
        """Whether a record meets it; one of which that is open does not."""
        return self.condition is None or answers.holds(self.condition, record) is True


class Asker:
    """Reads questions by one compiled policy."""

    def __init__(self, compiled: Compiled) -> None:
        """The policy must be without errors."""
        self.compiled = compiled
        self.program = compiled.compilation.program
        self.scope = compiled.compilation.scope
        self.elaborator = compiled.compilation.elaborator
        values = chain.from_iterable(each.values.items() for each in self.program.enumerations.values())
        said = chain((text for _, text in self.program.labels), *((value, *labels) for value, labels in values))
        self.names = frozenset(text for text in said if not text.isascii())

    def tree(self, sort: Typed, source: SourceFile, start: int = 0) -> Any:
        """The tree of a text from `start` on. Raises `BadQuestion`."""
        node = parse_typed(sort, source, start, self.names)
        if isinstance(node, Diagnostic):
            raise BadQuestion([node])
        return node

    def value(self, source: SourceFile, start: int = 0) -> Value:
        """A value that is typed. Raises `BadQuestion`."""
        node = self.tree("expression", source, start)
        with self._reporting():
            return Value(*self.elaborator.expression(node, Context(tolerant=True, asked=True)))

    def condition(self, source: SourceFile, start: int = 0) -> Condition:
        """A condition that is typed, `where` in front. Raises `BadQuestion`."""
        return self.condition_of(self.tree("condition", source, start))

    def condition_of(self, node: t.Expression) -> Condition:
        """A condition by its tree. Raises `BadQuestion`."""
        with self._reporting():
            return self._condition(node)

    def records(self, source: SourceFile, start: int = 0) -> Records:
        """Records that are typed, a kind and a condition. Raises `BadQuestion`."""
        node = self.tree("records", source, start)
        kind = self.program.kinds.get(self.program.canonical("kind", node.source.name.text) or "")
        with self._reporting():
            if kind is None:
                self.scope.unknown("kind", node.source.name)
                return Records("", None)
            if node.where is None:
                return Records(kind.name, None)
            return Records(
                kind.name, self.elaborator.condition(node.where, Context(kind=kind, tolerant=True, asked=True))
            )

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        """What is reported inside is raised, and does not stay with the policy."""
        kept = self.scope.diagnostics
        found: list[Diagnostic] = []
        self.scope.diagnostics = found
        try:
            yield
        finally:
            self.scope.diagnostics = kept
        if found:
            raise BadQuestion(found)

    def _condition(self, node: t.Expression) -> Condition:
        match node:
            case t.Logical():
                return Joined(node.operator, (self._condition(node.left), self._condition(node.right)))
            case t.Not():
                return Joined("not", (self._condition(node.operand),))
            case t.Compare(operator="=" | "is" | "!=" | "is not", left=t.Name() as left, right=t.Name() as right):
                standing = self._standing(left, right, node.operator in ("=", "is"))
                if standing is not None:
                    return standing
        return Asked(Value(self.elaborator.condition(node, Context(tolerant=True, asked=True)), Type("yes or no")))

    def _standing(self, left: t.Name, right: t.Name, same: bool) -> Standing | None:
        requirement = self.program.canonical("require", left.text)
        if requirement is None:
            return None
        status = statuses().get(right.text.lower())
        if status is None:
            name = t.Identifier(right.text, span=right.span)
            self.scope.unknown("name", name, statuses())
            return Standing(requirement, "", same)
        return Standing(requirement, status, same)


def statuses() -> dict[str, str]:
    """The words for how a requirement stands, in both dialects, and what each means."""
    forms = keywords().forms
    return {form: status for name, status in _STATUSES.items() for group in forms[name].values() for form in group}
