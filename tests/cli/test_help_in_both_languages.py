"""Help pages and usage errors are in the language of the reader, from wherever it is known."""

import ast
import inspect
import re
from typing import Any

import click
import pytest

from creditlang.cli import bilingual_help, main

COMMANDS = ["", *main.list_commands(click.Context(main))]
CHINESE = re.compile("[\u4e00-\u9fff]")
LATIN_SENTENCE = re.compile(r"[A-Za-z]+( [a-z]+){2,}")
EVERY_SENTENCE = (click.core, click.exceptions, click.formatting, click.parser, click.types)
NEVER_SAID = {
    "DeprecationWarning: The command {name!r} is deprecated.{extra_message}",
    "DeprecationWarning: The {param_type} {name!r} is deprecated.{extra_message}",
    "{value!r} is not a valid boolean. Recognized values: {states}", "Value must be an iterable.",
    "Choice({choices})", "{value!r} is not a valid UUID.",
    "{value!r} does not match the format {format}.", "{value!r} does not match the formats {formats}.",
    "{len_type} values are required, but {len_value} was given.",
    "{len_type} values are required, but {len_value} were given.",
}  # fmt: skip
"""Of types and deprecations that no command has; mistakes of whoever writes a command are left out below."""


def sentences(module: Any) -> set[str]:
    """All that a module of click hands to gettext and that a user can come to see."""
    tree = ast.parse(inspect.getsource(module))
    mistakes = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and re.search("(Type|Value)Error", ast.unparse(node))
    ]
    unseen = {id(node) for mistake in mistakes for node in ast.walk(mistake)}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and id(node) not in unseen]
    return {
        argument.value
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in ("_", "ngettext")
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def test_all_that_click_says_is_translated() -> None:
    """A new version of click may say something new."""
    told = set().union(*map(sentences, EVERY_SENTENCE)) - NEVER_SAID
    assert len(told) > 30
    assert sorted(told.difference(bilingual_help.help_texts()["click"])) == []


@pytest.mark.parametrize("name", COMMANDS)
def test_help_in_chinese(cli: Any, name: str) -> None:
    """Each paragraph, option and heading; the same wherever the language is said."""
    words = [name] if name else []
    page = cli("--lang", "zh", *words, "--help").output
    assert cli(*words, "--help", "--lang", "zh").output == page if name else True
    assert cli(*words, "--help", env={"LANG": "zh_CN.UTF-8"}).output == page
    assert cli(*words, "--help", env={"LC_ALL": "zh_CN.GBK", "LANG": "en_US"}).output == page
    text = page.partition("例如：\n")[0]
    assert not LATIN_SENTENCE.search(text), page
    assert all(CHINESE.search(part) for part in re.split(r"\n\n|\n(?=  -)", text.strip())), page
    assert page.splitlines()[0].startswith("用法：creditlang")


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_help_ends_with_something_to_type(cli: Any, name: str, language: str) -> None:
    """One or two examples, or a session, below the options."""
    page = cli("--lang", language, *([name] if name else []), "--help").output
    heading = {"en": "\nExamples:\n", "zh": "\n例如：\n"}[language]
    assert page.count(heading) == 1
    assert f"  creditlang {name}".rstrip() in page.partition(heading)[2]


@pytest.mark.parametrize("name", COMMANDS)
def test_help_in_english_has_no_chinese(cli: Any, name: str) -> None:
    """Not even in an example."""
    assert not CHINESE.search(cli("--lang", "en", *([name] if name else []), "--help").output)


def test_lines_of_help_fit_the_screen(cli: Any) -> None:
    """A Chinese character is as wide as two others."""
    from creditlang.source import display_width

    page = cli("run", "--help", "--lang", "zh").output.partition("例如")[0]
    assert max(map(display_width, page.splitlines())) <= 80


@pytest.mark.parametrize("name", COMMANDS[1:])
def test_every_command_and_option_has_both(name: str) -> None:
    """Both texts, and they differ."""
    command = main.get_command(click.Context(main), name)
    assert isinstance(command, bilingual_help.Command)
    texts = bilingual_help.help_texts()
    for part in ("about", "examples"):
        assert CHINESE.search(texts[name]["about"]["zh"]) and not CHINESE.search(texts[name][part]["en"])
    known = {**texts["options"], **texts[name].get("options", {})}
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert isinstance(parameter, bilingual_help.Option), parameter
            told = known[parameter.opts[0]]
            assert CHINESE.search(told["zh"]) and not CHINESE.search(told["en"])


def test_no_help_is_left_over() -> None:
    """Every table is of a command that there is, every option of one that some command has."""
    texts = bilingual_help.help_texts()
    commands = {name: main.get_command(click.Context(main), name) for name in COMMANDS[1:]} | {"main": main}
    options = {
        name: {parameter.opts[0] for parameter in command.params if isinstance(parameter, bilingual_help.Option)}
        for name, command in commands.items()
        if command is not None
    }
    assert texts.keys() - {"options", "values", "click"} == commands.keys()
    assert texts["options"].keys() <= set().union(*options.values())
    assert all(texts[name].get("options", {}).keys() <= own for name, own in options.items())


@pytest.mark.parametrize(
    "words",
    [
        ("ru",), ("run",), ("run", "hengyang"), ("run", "hengyang", "--dat", "x"), ("run", "--nothing"), ("--nothing",),
        ("run", "hengyang", "--data"), ("run", "hengyang", "--data", "x", "--format", "pdf"), ("check", "--format=x"),
        ("diff", "a", "b", "--data", "x", "--top", "-1"), ("diff", "a", "b", "--data", "x", "--top", "many"),
        ("repl", "--script", "no such file"), ("repl", "--script", "."), ("why", "a", "b", "c"), ("explain",),
        ("demo", "--lang=fr"), ("run", "--no-plugins=1", "x"), ("explain", "a", "b", "c\x1b[31m"),
    ],
)  # fmt: skip
def test_usage_errors(cli: Any, words: tuple[str, ...]) -> None:
    """Exit code 2, no English sentence, nothing that acts on a terminal."""
    result = cli(*words, env={"LANG": "zh_CN.UTF-8"})
    assert result.exit_code == 2
    assert all(
        CHINESE.search(line) for line in result.stderr.splitlines() if line.strip(" \tabcdefghijklmnopqrstuvwxyz,")
    ), result.stderr
    assert not LATIN_SENTENCE.search(result.stderr.replace("no such file", "")), result.stderr
    assert "\x1b" not in result.stderr


def test_usage_errors_in_english(cli: Any) -> None:
    """With the name that is nearest."""
    assert "Did you mean 'run'?" in cli("ru").stderr
    assert "是不是 'run'？" in cli("ru", "--lang", "zh").stderr
