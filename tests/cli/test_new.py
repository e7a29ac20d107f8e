"""A first policy checks clean, its examples hold and cover it, and it is laid out as `fmt` does; in both languages."""

from pathlib import Path
from typing import Any

import pytest

from creditlang.cli import new


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ()),
        ("zh", ()),
        ("en", ("--title", "Club points", "--unit", "point", "--category", "sport", "--category", "arts")),
        ("zh", ("--title", "社团积分办法", "--unit", "分", "--category", "体育", "--category", "文艺")),
        ("en", ("--unit", "hour", "--category", "week")),
        ("zh", ("--category", "学术科技", "--category", "志愿服务")),
    ],
)
def test_it_is_sound(cli: Any, tmp_path: Path, language: str, words: tuple[str, ...]) -> None:
    path = tmp_path / "first.credit"
    made = cli("new", path.with_suffix(""), *words, "--lang", language)
    assert made.exit_code == 0, made.output
    for command in ("check", "test", "fmt --check"):
        result = cli(*command.split(), path)
        assert result.exit_code == 0, result.output
    assert cli("new", path, "--lang", language).exit_code == 2


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "words", [("--category", "arts and sport"), ("--title", 'the "best"'), ("--unit", "1"), ("--category", "a") * 2]
)
def test_what_cannot_be_a_name(cli: Any, tmp_path: Path, language: str, words: tuple[str, ...]) -> None:
    assert cli("new", tmp_path / "a", *words, "--lang", language).exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_given_is_asked_for(cli: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"What it counts in": "point", "Categories, with blanks between": "arts music"}
    monkeypatch.setattr(new, "_answer", lambda question, default: asked[question])
    assert cli("new", tmp_path / "a", "--title", "T", "--lang", "en").exit_code == 0
    text = (tmp_path / "a.credit").read_text()
    assert text.startswith('policy "T"\n\nunit point "points"\n') and "category music in point\n" in text
