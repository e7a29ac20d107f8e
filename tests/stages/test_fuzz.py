"""Whatever the text, the stages answer with diagnostics that can be shown: nothing raises.

Arbitrary texts are mostly refused by the lexer. Texts of the language's own words reach the parser, and sound policies
with lines and words dropped, doubled and swapped reach the later stages, also the evaluation of their examples.
"""

import re
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditlang.diagnostics import render
from creditlang.driver import check_bytes, check_text, compile_text
from creditlang.examples import run_examples
from creditlang.syntax.keywords import keywords

ROOT = Path(__file__).resolve().parents[2]
FEW = settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
WORD = re.compile(r"\w+|[^\w\s]|\n[ \t]*|[ \t]+")


@cache
def policies() -> tuple[str, ...]:
    """Sound policies to be broken: the shared files, and the sections of the language tests."""
    found = [
        path.read_text(encoding="utf-8") for path in sorted((ROOT / "stdlib_policies" / "common").glob("*.credit"))
    ]
    for path in sorted((ROOT / "tests" / "language").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        blocks = re.findall(r"^```credit( shared)?\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        shared = "".join(body for is_shared, body in blocks if is_shared)
        found += [shared + body for is_shared, body in blocks if not is_shared]
    return tuple(found)


@cache
def words() -> tuple[str, ...]:
    """Keywords of both languages, names, literals, symbols and indentation."""
    forms = [form for entry in keywords().forms.values() for forms in entry.values() for form in forms]
    rest = 'a b x1 学分 级别 1 0.5 50% 3rd 2024-10-08 2024-2025-1 [第一条] " “ ” : ： , ， | > >= = ( ) [ ] + - * / #'
    return (*forms, *rest.split(), '"text"', "\n", "\n    ", "\n        ", " ", " ", " ")


def shown(text: str) -> None:
    """Check a text and show what is found, in both languages."""
    for found in check_text(text):
        assert render(found, "en")
        assert render(found, "zh")


@given(st.text(max_size=200))
@FEW
def test_any_text(text: str) -> None:
    """Arbitrary characters, halves of characters among them."""
    shown(text)


@given(st.binary(max_size=200))
@FEW
def test_any_bytes(data: bytes) -> None:
    """Arbitrary bytes."""
    for found in check_bytes(data):
        assert render(found)


@given(st.lists(st.sampled_from(words()), max_size=60))
@FEW
def test_words_of_the_language(parts: list[str]) -> None:
    """Its own words in any order."""
    shown(" ".join(parts))


@given(st.data())
@FEW
def test_policies_with_other_lines(data: st.DataObject) -> None:
    """Lines dropped, doubled, swapped or indented otherwise."""
    lines = data.draw(st.sampled_from(policies())).split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        here, there = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        match data.draw(st.sampled_from(["drop", "double", "swap", "indent", "move"])):
            case "drop" if len(lines) > 1:
                del lines[here]
            case "double":
                lines.insert(there % len(lines), lines[here])
            case "swap":
                lines[here], lines[there] = lines[there], lines[here]
            case "indent":
                lines[here] = data.draw(st.sampled_from(["", "    ", "        ", "\t"])) + lines[here].lstrip()
            case _:
                lines.insert(there % len(lines), lines.pop(here))
    evaluated("\n".join(lines))


@given(st.data())
@FEW
def test_policies_with_other_words(data: st.DataObject) -> None:
    """Words and symbols dropped, doubled, swapped, or replaced by others of the same policy or of the language."""
    parts = WORD.findall(data.draw(st.sampled_from(policies())))
    for _ in range(data.draw(st.integers(1, 4))):
        here, there = (data.draw(st.integers(0, len(parts) - 1)) for _ in range(2))
        match data.draw(st.sampled_from(["drop", "double", "swap", "copy", "other"])):
            case "drop" if len(parts) > 1:
                del parts[here]
            case "double":
                parts.insert(here, parts[here])
            case "swap":
                parts[here], parts[there] = parts[there], parts[here]
            case "copy":
                parts[here] = parts[there]
            case _:
                parts[here] = data.draw(st.sampled_from(words()))
    evaluated("".join(parts))


def evaluated(text: str) -> None:
    """Check a text, and run its examples if it has no errors: they may fail, but not raise."""
    compiled = compile_text(text)
    for found in compiled.diagnostics:
        assert render(found, "zh")
    if not compiled.errors:
        for outcome in run_examples(compiled.policy, compiled.compilation.program):
            for failure in outcome.failures:
                assert render(failure)
