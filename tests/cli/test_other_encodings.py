"""A terminal or file in another encoding gets what it can show, never a traceback."""

import pytest
from click.testing import CliRunner

from creditlang.cli import main

WHY = ("why", "hengyang", "graduation", "--data", "sample:hengyang", "--student", "2024010108", "--lang", "zh")


@pytest.mark.parametrize("encoding", ["gbk", "cp1252", "ascii"])
@pytest.mark.parametrize(
    "words",
    [
        WHY,
        ("demo",),
        ("test", "volunteer_hours", "-v"),
        ("run", "hengyang", "--data", "sample:hengyang", "--lang", "en"),
    ],
)
def test_no_sign_stops_the_output(encoding: str, words: tuple[str, ...]) -> None:
    result = CliRunner(charset=encoding).invoke(main, list(words))
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.output


def test_a_sign_alike_takes_its_place() -> None:
    output = CliRunner(charset="gbk").invoke(main, list(WHY)).output
    assert "×" in output
    assert "\\u2717" not in output
