"""The tables that travel with the package are those of the grammar, whatever process makes them.

`pytest tests/stages/test_parser_tables.py --update` makes `grammar/parser_tables.json` anew.
"""

import os
import subprocess
import sys
from pathlib import Path

import attrs
import pytest
from lark import Lark
from lark.exceptions import UnexpectedToken

from creditlang.driver import load_modules, read_source
from creditlang.source import SourceFile, Span
from creditlang.syntax import parser
from creditlang.syntax.declared_names import declared_names
from creditlang.syntax.from_lark import TreeBuilder
from creditlang.syntax.lexer import half_width, prepare
from creditlang.syntax.parse import grammar, grammar_text
from creditlang.syntax.parser_tables import parser_from, tables_of

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "grammar" / "parser_tables.json"
POLICIES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("stdlib_policies/**/*.credit"))
MAKE = """
import sys
from creditlang.syntax.parse import grammar, grammar_text
from creditlang.syntax.parser_tables import tables_of
sys.stdout.write(tables_of(grammar_text(), grammar(build=False)))
"""


@pytest.fixture(scope="module")
def built() -> Lark:
    """The parser that Lark makes from the grammar."""
    return grammar()


def read(path: str) -> tuple[SourceFile, set[str]]:
    """A bundled file, and the names that it and the files it uses declare."""
    source = read_source(ROOT / path)
    assert isinstance(source, SourceFile)
    _, sources, _ = load_modules(source)
    return source, {name for each in sources for name in declared_names(half_width(each.text))}


def places(node: object) -> list[object]:
    """Where each node of a tree stands, which takes no part in comparing trees."""
    if isinstance(node, Span):
        return [(node.start, node.end)]
    parts = (
        node if isinstance(node, tuple) else attrs.asdict(node, recurse=False).values() if attrs.has(type(node)) else ()
    )
    return [place for part in parts if not isinstance(part, SourceFile) for place in places(part)]


def test_the_tables_are_those_of_the_grammar(built: Lark, update: bool) -> None:
    made = tables_of(grammar_text(), built)
    if update and (not FILE.exists() or FILE.read_text(encoding="utf-8") != made):
        FILE.write_text(made, encoding="utf-8")
    current = FILE.read_text(encoding="utf-8") == made
    assert update or current, "pytest tests/stages/test_parser_tables.py --update makes the tables anew"


def test_every_process_makes_the_same_tables(built: Lark) -> None:
    """Lark's own numbers depend on the seed of Python's hashes."""
    done = subprocess.run(
        [sys.executable, "-c", MAKE], env={**os.environ, "PYTHONHASHSEED": "7"}, capture_output=True, check=True
    )
    assert done.stdout.decode() == tables_of(grammar_text(), built)


@pytest.mark.parametrize("path", POLICIES)
def test_both_parsers_give_the_same_tree(built: Lark, path: str) -> None:
    source, names = read(path)
    fast, slow = (
        maker.parse(prepare(source, names), start="start")  # type: ignore[arg-type]
        for maker in (parser(), built)
    )
    assert fast == slow
    assert places(fast) == places(slow)


@pytest.mark.parametrize("text", ["item", "category a\n  cap of 3\n", "let x =\n", "policy policy\n", 'unit "a" b\n'])
def test_both_parsers_stop_at_the_same_place_and_expect_the_same(built: Lark, text: str) -> None:
    stops = []
    for maker in (parser(), built):
        with pytest.raises(UnexpectedToken) as caught:
            maker.parse(prepare(SourceFile("text", text)), start="start")  # type: ignore[arg-type]
        token = caught.value.token
        stops.append((token.type, token.start_pos, caught.value.expected))
    assert stops[0] == stops[1]


def test_tables_of_another_grammar_are_not_taken() -> None:
    tables = FILE.read_text(encoding="utf-8")
    assert parser_from(tables, grammar_text(), TreeBuilder()) is not None
    assert parser_from(tables, grammar_text() + "\n", TreeBuilder()) is None
    assert parser_from(tables.replace("lark ", "lark 0.", 1), grammar_text(), TreeBuilder()) is None
