"""The walk over a text: the parser's own tokens where it is sound, and on from the next line where it is not."""

import pytest
from lark import Lark

from creditlang.driver import find_policy, names_beside, read_source
from creditlang.ide.walk import Beginning, Walk, stack_at
from creditlang.resources import policy_names
from creditlang.source import SourceFile
from creditlang.syntax.lark_grammar import grammar
from creditlang.syntax.lexer import prepare


def kinds(text: str, beginning: Beginning = "policy") -> list[str]:
    """The kinds of tokens, wrong ones with a mark, unsure ones in brackets."""
    steps = Walk(text, beginning).steps()
    return [f"!{step.kind}" if step.wrong else step.kind if step.sure else f"({step.kind})" for step in steps]


def tokens(parser: Lark, source: SourceFile, names: tuple[str, ...]) -> list[tuple[str, int | None, int | None]]:
    """What the parser itself reads."""
    parsed = parser.parse_interactive(prepare(source, names), start="start")  # type: ignore[arg-type]
    return [(token.type, token.start_pos, token.end_pos) for token in parsed.iter_parse()]


@pytest.mark.parametrize("name", policy_names())
def test_the_tokens_of_a_sound_policy_are_the_parsers(name: str) -> None:
    path = find_policy(name)
    assert path is not None
    source = read_source(path)
    assert isinstance(source, SourceFile)
    names = tuple(names_beside(path, source))
    walk = Walk(source.text, "policy", names)
    steps = list(walk.steps())
    assert [(step.kind, step.start, step.end) for step in steps] == tokens(grammar(build=False), source, names)
    assert not any(step.wrong for step in steps)
    assert walk.stack.ends()


def test_a_wrong_line_hides_neither_its_rest_nor_the_next() -> None:
    assert kinds("unit a b 1\nunit c") == ["UNIT", "NAME", "!NAME", "(NUMBER)", "UNIT", "NAME", "_NL"]
    assert kinds("let x = 1 ? 2\nunit c")[-4:] == ["(NUMBER)", "UNIT", "NAME", "_NL"]


def test_a_heading_without_its_block_does_not_spoil_what_follows() -> None:
    assert kinds('example "a"\nunit c\nunit d')[-6:] == ["UNIT", "NAME", "_NL", "UNIT", "NAME", "_NL"]


def test_a_block_under_a_wrong_heading_is_read_by_its_words() -> None:
    found = kinds("categry moral\n    cap 1 per semester\nunit c")
    assert "!CAP" not in found
    assert found[-3:] == ["UNIT", "NAME", "_NL"]


@pytest.mark.parametrize(
    "text", ['let x = "a\nunit c', "item x [第一条\nunit c", "let x = 1\n  unit c\n unit d\nunit e"]
)
def test_what_is_not_ended_ends_with_its_line(text: str) -> None:
    assert kinds(text)[-3:] == ["UNIT", "NAME", "_NL"]


def test_an_open_bracket_on_a_wrong_line_does_not_reach_into_the_next() -> None:
    assert kinds("a(\n?\nunit c") == ["!NAME", "(LPAR)", "!CR009", "UNIT", "NAME", "_NL"]


def test_each_beginning_takes_what_stands_there() -> None:
    samples: dict[Beginning, str] = {
        "policy": "unit credit", "line": "item x : 1 per event", "expression": "moral + 1", "record": "activity a, b 1",
        "records": "activity where a = 1", "condition": "where a", "setting": "a = 1", "value": "a to 1",
    }  # fmt: skip
    for beginning, text in samples.items():
        assert not any(step.wrong for step in Walk(text, beginning).steps()), beginning
        others = [other for other in ("unit credit", "cap 1 per per", "+") if other != text]
        assert any(step.wrong for step in Walk(others[-1], beginning).steps()), beginning


def test_what_is_acceptable_can_be_fed() -> None:
    stack = stack_at("expression")
    assert "NAME" in stack.acceptable()
    assert "CAP" not in stack.acceptable()
    for terminal in stack.acceptable():
        assert stack.copy().feed(terminal)
    assert not stack.ends()
    assert stack.feed("NAME") and stack.feed("_NL") and stack.ends()
