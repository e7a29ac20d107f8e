"""Every field of every node of the syntax tree is read by a later stage: what a policy says is meant or refused, never
passed over.

Reads are found in the source, by class: a name has the classes of its annotation, of the patterns and `isinstance`
tests that narrow it, and of what it is assigned or runs over, followed through the annotations of the fields of all
classes. A read through a base class counts for the classes that the function tells apart, or for all if it tells none;
articles, which all lines have, count only where lines are told apart.
"""

import ast
from functools import cache
from pathlib import Path

import attrs
import pytest

from creditlang.syntax import tree

SOURCE = Path(__file__).resolve().parents[2] / "src" / "creditlang"
FILES = [path for path in sorted(SOURCE.rglob("*.py")) if path.parent.name != "syntax"]
NODES = {f"t.{name}": x for name, x in vars(tree).items() if isinstance(x, type) and issubclass(x, tree.Node)}
ABSTRACT = (tree.Node, tree.Expression, tree.Line, tree.Grouped, tree.Declaration, tree.Named, tree.Body)
UNREAD = {
    ("t.Use", "cites"): "the grammar gives `use` no articles",
    ("t.Mode", "cites"): "the grammar gives a mode no articles",
    ("t.Student", "cites"): "the grammar gives the students no articles",
    ("t.Show", "cites"): "the grammar gives `show` no articles",
    ("t.Articles", "cites"): "the grammar gives a list of articles none",
}
"""Fields that no later stage reads, and why."""
FIELDS: dict[str, dict[str, frozenset[str]]] = {}
RESULTS: dict[str, frozenset[str]] = {}
BASES: dict[str, list[str]] = {}
ALIASES: dict[str, frozenset[str]] = {}


@cache
def parsed(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def named(annotation: ast.expr | None, own: str = "") -> frozenset[str]:
    """The classes that an annotation speaks of, of containers those inside; nodes are `t.…`, as they are imported."""
    found: set[str] = set()
    for x in ast.walk(annotation) if annotation is not None else ():
        if isinstance(x, ast.Constant) and isinstance(x.value, str) and x.value.isidentifier():
            found.add(own + x.value)
        elif isinstance(x, ast.Attribute) and isinstance(x.value, ast.Name):
            found.add(f"{x.value.id}.{x.attr}")
        elif isinstance(x, ast.Name):
            found.add(own + x.id)
    return frozenset().union(*(ALIASES.get(name, frozenset([name])) for name in found))


@cache
def learn_classes() -> None:
    """What the fields of all classes hold, and what functions give back."""
    for path in [*FILES, SOURCE / "syntax" / "tree.py"]:
        module, own = parsed(path), "t." if path.name == "tree.py" else ""
        for x in module.body:
            if own and isinstance(x, ast.Assign) and isinstance(x.targets[0], ast.Name):
                ALIASES[own + x.targets[0].id] = named(x.value, own)
        for one in ast.walk(module):
            if isinstance(one, ast.FunctionDef) and one.returns is not None:
                RESULTS[one.name] = named(one.returns) | RESULTS.get(one.name, frozenset())
            if not isinstance(one, ast.ClassDef):
                continue
            fields = FIELDS.setdefault(own + one.name, {})
            BASES[own + one.name] = [name for base in one.bases for name in named(base, own)]
            for x in one.body:
                if isinstance(x, ast.AnnAssign) and isinstance(x.target, ast.Name):
                    fields[x.target.id] = named(x.annotation, own)
                elif isinstance(x, ast.FunctionDef) and x.name == "__init__":
                    given = {argument.arg: named(argument.annotation) for argument in x.args.args}
                    for y in ast.walk(x):
                        match y:
                            case ast.AnnAssign(target=ast.Attribute(attr=name)):
                                fields[name] = named(y.annotation)
                            case ast.Assign(targets=[ast.Attribute(attr=name)], value=ast.Name(id=argument)):
                                fields[name] = given.get(argument, frozenset())
                            case ast.Assign(targets=[ast.Attribute(attr=name)], value=ast.Call(func=ast.Name(id=kind))):
                                fields[name] = frozenset([kind])


def held(kind: str, field: str) -> frozenset[str]:
    """The classes of a field."""
    if field in FIELDS.get(kind, {}):
        return FIELDS[kind][field]
    return frozenset().union(*(held(base, field) for base in BASES.get(kind, ())))


class Reads(ast.NodeVisitor):
    """The fields that one function, or one module outside functions, reads of nodes."""

    def __init__(self, names: dict[str, frozenset[str]]) -> None:
        self.names = names
        self.cases: dict[int, frozenset[str]] = {}
        """What a name is in the body of a case that narrows it."""
        self.found: set[tuple[str, str]] = set()

    def classes(self, node: ast.AST | None) -> frozenset[str]:
        match node:
            case ast.Name():
                return self.cases.get(id(node)) or self.names.get(node.id, frozenset())
            case ast.Attribute():
                inner = self.classes(node.value)
                return frozenset().union(*(held(kind, node.attr) for kind in inner))
            case ast.Call(func=ast.Attribute(attr="values" | "items" | "get" | "pop" | "setdefault")):
                return self.classes(node.func.value)
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in RESULTS:
                return RESULTS[name]
            case ast.Call(
                func=ast.Name(id="next" | "iter" | "list" | "tuple" | "sorted" | "pairwise" | "zip" | "enumerate")
            ):
                return frozenset().union(*map(self.classes, node.args))
            case ast.Subscript() | ast.Starred() | ast.NamedExpr():
                return self.classes(node.value)
            case ast.Tuple() | ast.List():
                return frozenset().union(*map(self.classes, node.elts))
            case ast.IfExp():
                return self.classes(node.body) | self.classes(node.orelse)
            case ast.BoolOp():
                return frozenset().union(*map(self.classes, node.values))
            case ast.GeneratorExp() | ast.ListComp():
                return self.classes(node.elt)
        return frozenset()

    def give(self, target: ast.AST, classes: frozenset[str]) -> None:
        for name in ast.walk(target):
            if isinstance(name, ast.Name):
                self.names[name.id] = self.names.get(name.id, frozenset()) | classes

    def learn(self, node: ast.AST) -> None:
        """What a node says of the classes of names."""
        match node:
            case ast.arg() if node.annotation is not None:
                self.names[node.arg] = self.names.get(node.arg, frozenset()) | named(node.annotation)
            case ast.AnnAssign():
                self.give(node.target, named(node.annotation))
            case ast.Assign(targets=[ast.Name() | ast.Tuple() as target]):
                self.give(target, self.classes(node.value))
            case ast.NamedExpr():
                self.give(node.target, self.classes(node.value))
            case ast.For() | ast.comprehension():
                self.give(node.target, self.classes(node.iter))
            case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name() as name, kinds]):
                self.give(name, named(kinds))
            case ast.Match(subject=ast.Name() as name):
                for case in node.cases:
                    patterns = [x for x in ast.walk(case.pattern) if isinstance(x, ast.MatchClass)]
                    kinds = frozenset().union(*(named(pattern.cls) for pattern in patterns))
                    self.give(name, kinds)
                    inside = [x for line in case.body for x in ast.walk(line)]
                    self.cases |= {id(x): kinds for x in inside if isinstance(x, ast.Name) and x.id == name.id}

    def read(self, classes: frozenset[str], field: str) -> None:
        kinds = [NODES[name] for name in classes if name in NODES]
        kinds = [kind for kind in kinds if not any(x is not kind and issubclass(x, kind) for x in kinds)]
        if field == "cites":
            kinds = [kind for kind in kinds if kind is tree.Grouped or kind not in ABSTRACT]
        self.found.update((name, field) for name, kind in NODES.items() if issubclass(kind, tuple(kinds)))

    def look(self, function: ast.AST) -> None:
        """Learn twice, since a name may be used above where it is narrowed; then note what is read."""
        inside = list(ast.walk(function))
        for _ in range(2):
            for node in inside:
                self.learn(node)
        for node in inside:
            match node:
                case ast.Attribute(ctx=ast.Load()):
                    self.read(self.classes(node.value), node.attr)
                case ast.Call(func=ast.Name(id="getattr"), args=[subject, ast.Constant(value=str(field)), *_]):
                    self.read(self.classes(subject), field)
                case ast.MatchClass():
                    for field in node.kwd_attrs:
                        self.read(named(node.cls), field)


@cache
def reads() -> set[tuple[str, str]]:
    """The fields that any later stage reads."""
    learn_classes()
    found: set[tuple[str, str]] = set()
    for path in FILES:
        for part in parsed(path).body:
            inner = part.body if isinstance(part, ast.ClassDef) else [part]
            own = frozenset([part.name]) if isinstance(part, ast.ClassDef) else frozenset()
            for function in inner:
                look = Reads({"self": own})
                look.look(function)
                found |= look.found
    return found


DECLARED = [
    (name, field.name)
    for name, kind in NODES.items()
    if kind not in ABSTRACT
    for field in attrs.fields(kind)
    if field.name not in ("span", "depth")
]
"""Places are for diagnostics, depths for the walk that builds the tree."""


@pytest.mark.parametrize(("kind", "field"), DECLARED)
def test_every_field_of_the_tree_is_read(kind: str, field: str) -> None:
    if (kind, field) in UNREAD:
        assert (kind, field) not in reads(), "it is read now"
    else:
        assert (kind, field) in reads(), "read it, refuse it while parsing, or say why not"


def test_a_field_that_is_not_read_is_found() -> None:
    """Of a line in a variable for all lines, only the sorts that the function tells apart count as read."""
    text = """
def first(line: t.Line) -> None:
    if isinstance(line, t.Cap):
        line.cites
def second(field: t.Field | t.Let, program: Program) -> None:
    match field:
        case t.Field(name=name):
            name.text
    [item.node.where for item in program.items.values()]
"""
    learn_classes()
    found: set[tuple[str, str]] = set()
    for function in ast.parse(text).body:
        look = Reads({})
        look.look(function)
        found |= look.found
    assert {("t.Cap", "cites"), ("t.Field", "name"), ("t.Item", "where")} <= found
    assert not {("t.Scale", "cites"), ("t.Let", "name"), ("t.Let", "where"), ("t.Field", "labels")} & found
