"""Where the names of a policy are declared, and what is declared inside what: for outlines, definitions and hovers."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

from attrs import frozen

from creditlang.driver import Compiled
from creditlang.ide.vocabulary import PERSON, Sort
from creditlang.resolve import Program
from creditlang.source import SourceFile, Span
from creditlang.syntax import tree as t

Key = tuple[str, str, str]
"""A name, its sort, and of what it is: an `Entry` of the vocabulary."""


@frozen
class Declaration:
    """A name where it is declared: the place of the name, the whole declaration, and those inside it."""

    name: str
    labels: tuple[str, ...]
    sort: Sort | Literal["policy", "example"]
    of: str
    place: Span
    node: t.Node
    inside: tuple["Declaration", ...] = ()

    @property
    def key(self) -> Key:
        """What the vocabulary knows it by."""
        return self.name, self.sort, self.of


_SORTS: Final[Mapping[type, Sort]] = {
    t.Unit: "unit", t.Let: "let", t.Adjust: "adjust", t.Table: "table", t.Fact: "fact", t.Ranking: "fact",
    t.Require: "require", t.Period: "period", t.CleanRecord: "kind", t.Category: "account", t.Score: "account",
    t.Credit: "account", t.Account: "account", t.Enumeration: "enumeration", t.Record: "kind", t.Item: "item",
}  # fmt: skip


def declarations(compiled: Compiled, source: SourceFile) -> tuple[Declaration, ...]:
    """What a file declares, in written order."""
    program = compiled.compilation.program
    lines = (line for module in compiled.modules for line in module.declarations if line.span.source is source)
    return tuple(found for line in lines for found in _declared(line, program))


def declared_by_key(compiled: Compiled) -> Mapping[Key, Declaration]:
    """All that the policy and its files declare, by what the vocabulary knows it by; the first that has a name."""
    found: dict[Key, Declaration] = {}
    for source in compiled.sources:
        for declaration in flat(declarations(compiled, source)):
            found.setdefault(declaration.key, declaration)
    return found


def flat(found: Iterable[Declaration]) -> Iterator[Declaration]:
    """Declarations, and all inside them."""
    for declaration in found:
        yield declaration
        yield from flat(declaration.inside)


def _declared(node: t.Node, program: Program) -> Iterator[Declaration]:
    match node:
        case t.Enumeration():
            yield _named(node, "", _values(node.values, node.name.text))
        case t.Record():
            yield _named(node, "", _fields(node.fields, node.name.text))
        case t.Category():
            inside = (found for line in node.lines for found in _declared(line, program))
            yield _named(node, "", inside)
        case t.Item():
            item = program.item(node.name.text)
            yield _named(node, item.kind if item else "")
        case t.Named() if type(node) in _SORTS:
            yield _named(node, "")
        case t.Student():
            fields = _fields(node.fields, "")
            if node.word is None:
                yield from fields
            else:
                yield _at(node.word, node.labels, "kind", "", node, fields)
        case t.Policy():
            yield _at(t.Identifier(node.title or node.identifier, span=node.span), (), "policy", "", node)
        case t.Example(title=str() as title) | t.ExampleTable(title=title):
            yield _at(t.Identifier(title, span=node.span), (), "example", "", node)
        case t.Calendar():
            for semester in node.semesters:
                yield _at(semester.name, semester.labels, "semester", "", semester)
        case t.Articles(counted=False):
            yield from (_at(name, (), "article", "", name) for name in node.names)


def _at(
    name: t.Identifier, labels: tuple[str, ...], sort: Sort | Literal["policy", "example"], of: str, node: t.Node,
    inside: Iterable[Declaration] = (),
) -> Declaration:  # fmt: skip
    return Declaration(
        name=name.text, labels=labels, sort=sort, of=of, place=name.span, node=node, inside=tuple(inside)
    )  # fmt: skip


def _named(node: t.Named, of: str, inside: Iterable[Declaration] = ()) -> Declaration:
    return _at(node.name, node.labels, _SORTS[type(node)], of, node, inside)


def _fields(fields: Iterable[t.Field], kind: str) -> Iterator[Declaration]:
    sort: Sort = "field" if kind else "attribute"
    for node in fields:
        values = _values(node.choices, f"{node.name.text}@{node.span.start}")
        parts = (_at(part.name, part.labels, "part", kind or PERSON, part) for part in node.parts)
        yield _at(node.name, node.labels, sort, kind, node, (*values, *parts))


def _values(values: Iterable[t.Value], enumeration: str) -> Iterator[Declaration]:
    return (_at(value.name, value.labels, "value", enumeration, value) for value in values)
