"""The tables that travel with the package are those of the grammar, whatever process makes them, and what our parser
does with them is what Lark does.

`pytest tests/stages/test_parser_tables.py --update` makes `grammar/parser_tables.json` anew.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import attrs
import pytest
from lark import Lark
from lark.exceptions import UnexpectedToken as LarksUnexpectedToken

from creditlang.driver import names_beside, read_source
from creditlang.resources import grammar_path
from creditlang.source import SourceFile, Span
from creditlang.syntax import generated, keywords, parser
from creditlang.syntax.lark_grammar import grammar, made
from creditlang.syntax.lexer import prepare
from creditlang.syntax.parse import _parser
from creditlang.syntax.parser_tables import UnexpectedToken

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "grammar" / "parser_tables.json"
POLICIES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("stdlib_policies/**/*.credit"))
MAKE = "import sys; from creditlang.syntax.lark_grammar import made; sys.stdout.buffer.write(made().encode())"


@pytest.fixture(scope="module")
def built() -> Lark:
    """The parser that Lark makes from the grammar."""
    return grammar()


def read(path: str) -> tuple[SourceFile, frozenset[str]]:
    """A bundled file, and the names that it may use beside its own."""
    source = read_source(ROOT / path)
    assert isinstance(source, SourceFile)
    return source, names_beside(ROOT / path, source)


def places(node: object) -> list[object]:
    """Where each node of a tree stands, which takes no part in comparing trees."""
    if isinstance(node, Span):
        return [(node.start, node.end)]
    parts = (
        node if isinstance(node, tuple) else attrs.asdict(node, recurse=False).values() if attrs.has(type(node)) else ()
    )
    return [place for part in parts if not isinstance(part, SourceFile) for place in places(part)]


def test_the_tables_are_those_of_the_grammar(update: bool) -> None:
    if update and (not FILE.exists() or FILE.read_text(encoding="utf-8") != made()):
        FILE.write_text(made(), encoding="utf-8")
    current = FILE.read_text(encoding="utf-8") == made()
    assert update or current, "pytest tests/stages/test_parser_tables.py --update makes the tables anew"


def test_every_process_makes_the_same_tables() -> None:
    """Lark's own numbers depend on the seed of Python's hashes."""
    done = subprocess.run(
        [sys.executable, "-c", MAKE], env={**os.environ, "PYTHONHASHSEED": "7"}, capture_output=True, check=True
    )
    assert done.stdout.decode() == made()


def test_every_rule_has_a_function() -> None:
    rules = parser().rules
    assert all(rules[-1 - number] for number in range(len(rules.written)))


@pytest.mark.parametrize("path", POLICIES)
def test_both_parsers_give_the_same_tree(built: Lark, path: str) -> None:
    source, names = read(path)
    fast = parser().parse(prepare(source, names))
    slow = built.parse(prepare(source, names), start="start")  # type: ignore[arg-type]
    assert fast == slow
    assert places(fast) == places(slow)


@pytest.mark.parametrize("text", ["item", "category a\n  cap of 3\n", "let x =\n", "policy policy\n", 'unit "a" b\n'])
def test_both_parsers_stop_at_the_same_place_and_expect_the_same(built: Lark, text: str) -> None:
    prepared = prepare(SourceFile("text", text))
    with pytest.raises(UnexpectedToken) as ours:
        parser().parse(prepared)
    with pytest.raises(LarksUnexpectedToken) as larks:
        built.parse(prepared, start="start")  # type: ignore[arg-type]
    token = larks.value.token
    assert ours.value.expected == larks.value.expected
    if ours.value.token is None:
        assert token.type == "$END"
    else:
        assert (ours.value.token.type, ours.value.token.start_pos) == (token.type, token.start_pos)


def test_what_was_made_from_another_grammar_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def path(name: str) -> Path:
        return tmp_path / name

    for name, more in (("creditlang.lark", "// new\n"), ("keywords.toml", 'NEW = { en = ["new"], zh = [] }\n')):
        path(name).write_text(grammar_path(name).read_text(encoding="utf-8") + more, encoding="utf-8")
    path("parser_tables.json").write_text(json.dumps({**generated.generated(), "states": []}), encoding="utf-8")
    monkeypatch.setattr(generated, "grammar_path", path)
    generated.generated.cache_clear()
    try:
        assert keywords.keywords.__wrapped__().forms["NEW"] == {"en": ("new",), "zh": ()}
        made_anew = _parser.__wrapped__()
    finally:
        generated.generated.cache_clear()
    assert made_anew.parse(prepare(SourceFile("text", "unit a\n"))).declarations
