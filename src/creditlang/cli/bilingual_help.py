"""Help and usage errors in the language of the reader, which is known before anything is parsed.

All that is said stands in `help.toml`: of commands, whose examples are put below the options, of options, and what
click itself says. That goes through the function that click calls `_` in each of its modules; here that one looks into
the table. A test asks that the table has every sentence of click.
"""

import os
import re
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from creditlang.source import display_width, visible

if TYPE_CHECKING:
    from creditlang.diagnostics import Language
    from creditlang.diagnostics.person_words import PersonWord

_chosen: "ContextVar[Language]" = ContextVar("language", default="en")
_WORD: Final = re.compile("[“（]*[\u3000-\u9fff\uff00-\uffef][，。；：、）”？！]*")
"""A Chinese character with the signs that may not begin or end a line without it."""


def said(en: str, zh: str, **values: str) -> str:
    """The one of two texts that is in the language of the reader; filled, and of the policy's people, with `values`."""
    text = zh if _chosen.get() == "zh" else en
    if not values:
        return text
    from creditlang.diagnostics.person_words import of_people

    return of_people(text, _chosen.get()).format(**values)


def speak_of(person: "PersonWord | None") -> None:
    """Speak of the people of a policy from now on, and not of students."""
    from creditlang.diagnostics.person_words import spoken

    _chosen.set(spoken(_chosen.get(), person))


def reader_language() -> "Language":
    """The language of the reader."""
    return _chosen.get()


def choose_language(arguments: Sequence[str]) -> None:
    """Take the language from ``--lang`` among the arguments, the last one, else from the environment."""
    wanted = [value for name, value in pairwise(arguments) if name == "--lang"]
    wanted += [word.removeprefix("--lang=") for word in arguments if word.startswith("--lang=")]
    variables = (os.environ.get(name) for name in ("CREDITLANG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))
    wanted = [word for word in wanted if word in ("en", "zh")] or [next(filter(None, variables), "")]
    _chosen.set("zh" if wanted[-1].lower().startswith("zh") else "en")


@cache
def help_texts() -> dict[str, Any]:
    """What is said of the commands, by name, and of the `options` that several of them have."""
    import tomllib

    return tomllib.loads(Path(__file__).with_name("help.toml").read_text("utf-8"))


class _Sentence(str):
    """A sentence of click; what it is filled with, arguments of the command line, is made visible."""

    def format(self, *arguments: object, **values: object) -> str:
        """The sentence, filled."""
        return "\n".join(map(visible, super().format(*arguments, **values).split("\n")))


def _translated(text: str) -> str:
    return _Sentence(help_texts()["click"].get(text, text) if _chosen.get() == "zh" else text)


def _counted(one: str, many: str, number: int) -> str:
    return _translated(one if number == 1 else many)


for _module in (click.core, click.decorators, click.exceptions, click.formatting, click.parser, click.types):
    vars(_module).update(_=_translated, ngettext=_counted)


def _spread(text: str) -> str:
    """Text in which each Chinese character has as many blanks behind it as its length is short of its width, so that
    click, which counts characters and folds at blanks, folds it rightly; `_close` takes them away.
    """
    return _WORD.sub(lambda word: word[0] + " " * (display_width(word[0]) - len(word[0])), text)


def _close(text: str) -> str:
    return re.sub(rf"({_WORD.pattern})( *)", lambda x: x[1] + x[2][display_width(x[1]) - len(x[1]) :], text)


class _Formatter(click.HelpFormatter):
    def __init__(self, *arguments: Any, **others: Any) -> None:
        super().__init__(*arguments, **others)
        self.width -= 2  # click drops blanks at the end of a line, also those of the last character

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, _spread(args), _spread(f"{_translated('Usage:')}{said(' ', '')}"))

    def write_heading(self, heading: str) -> None:
        self.write(f"{heading}{said(':', '：')}\n")

    def write_text(self, text: str) -> None:
        super().write_text(_spread(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(_spread(first), _spread(second)) for first, second in rows], col_max, col_spacing)

    def getvalue(self) -> str:
        return _close(super().getvalue())


class _Context(click.Context):
    formatter_class = _Formatter


class Command(click.Command):
    """A command with its help in both languages, the examples last in each."""

    context_class = _Context

    def _help(self) -> tuple[str, str]:
        """The text, and the examples."""
        texts = help_texts()[self.name or ""]
        text, examples = (said(texts[part]["en"], texts[part]["zh"]).strip("\n") for part in ("about", "examples"))
        return re.sub(said("(?!)", r"(?<!\n)\n(?!\n)"), "", text), f"\b\n{examples}"

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first sentence."""
        text = " ".join(self._help()[0].partition("\n\n")[0].split())
        return re.split(said(r"(?<=[.?]) ", "(?<=[。？])(?!”)"), text)[0].rstrip(".。")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The text, without the examples."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(self._help()[0])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples."""
        with formatter.section(said("Examples", "例如")):
            formatter.write_text(self._help()[1])

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """The usage line's words."""
        return [_metavar(piece) for piece in super().collect_usage_pieces(ctx)]

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The help option; click makes it once, here in English: no table is read where no help is asked for."""
        of_the_reader = _chosen.set("en")
        option = super().get_help_option(ctx)
        _chosen.reset(of_the_reader)
        return option

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options, that of help too in the language of the reader."""
        if option := self.get_help_option(ctx):
            option.help = _translated("Show this message and exit.")
        super().format_options(ctx, formatter)


def _metavar(text: str) -> str:
    words = help_texts()["values"] if _chosen.get() == "zh" else {}
    return re.sub("[A-Z]+", lambda word: words.get(word[0], word[0]), text)


class Option(click.Option):
    """An option with its help in both languages; `names` gives those that stand in the help of an option of names."""

    def __init__(self, *arguments: Any, names: Callable[[], Iterable[str]] = tuple, **others: Any) -> None:
        super().__init__(*arguments, **others)
        self.names = names

    def make_metavar(self, ctx: click.Context) -> str:
        """The name of its value."""
        return _metavar(super().make_metavar(ctx))

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Its row of the help page."""
        texts = help_texts()
        told = {**texts["options"], **texts[ctx.command.name or ""].get("options", {})}[self.opts[0]]
        self.help = said(told["en"], told["zh"]).replace("{names}", said(", ", "、").join(self.names()))
        return super().get_help_record(ctx)


class _Argument(click.Argument):
    def make_metavar(self, ctx: click.Context) -> str:
        return _metavar(super().make_metavar(ctx))


command: Final = partial(click.command, cls=Command)
option: Final = partial(click.option, cls=Option)
argument: Final = partial(click.argument, cls=_Argument)
