"""Help and usage errors in the language of the reader, which is known before anything is parsed.

A command has its English text as docstring and its Chinese one as `zh`; an option has a pair. The examples, which
follow a line of ``\\b``, are put below the options. What click itself says goes through the function that it calls `_`
in each of its modules; here that one looks into a table. A test asks that the table has every sentence of click.
"""

import inspect
import os
import re
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import click

from creditlang.source import display_width, visible

if TYPE_CHECKING:
    from creditlang.diagnostics import Language
    from creditlang.diagnostics.person_words import PersonWord

_chosen: "ContextVar[Language]" = ContextVar("language", default="en")
_METAVARS: Final = {
    "OPTIONS": "选项", "COMMAND": "命令", "ARGS": "参数", "POLICY": "办法", "POLICIES": "办法", "TOPIC": "对象",
    "CODE": "代码", "OLD": "旧版", "NEW": "新版", "SRC": "来源", "FILE": "文件", "FOLDER": "文件夹", "NAME": "名称",
    "VALUE": "值", "DATE": "日期", "TARGET": "去处", "ID": "学号", "PATH": "路径",
}  # fmt: skip
_SENTENCES: Final = {
    "Usage:": "用法：", "Options": "选项", "Commands": "命令", "Positional arguments": "参数",
    "Show this message and exit.": "显示这段说明。", "Show the version and exit.": "显示版本号。",
    "%(prog)s, version %(version)s": "%(prog)s %(version)s", "required": "必填",
    "default: {default}": "默认：{default}", "(dynamic)": "（视情况）", "env var: {var}": "环境变量：{var}",
    "deprecated": "已弃用", "Aborted!": "已中断。", "Error: {message}": "错误：{message}",
    "Try '{command} {option}' for help.": "用法说明：{command} {option}", "Missing command.": "缺少命令。",
    "Missing argument": "缺少参数", "Missing option": "缺少选项", "Missing parameter": "缺少参数",
    "Missing {param_type}": "缺少{param_type}", "Missing parameter: {param_name}": "缺少参数：{param_name}",
    "Choose from:\n\t{choices}": "可选：\n\t{choices}", "No such option {name!r}.": "没有选项 {name!r}。",
    "No such command {name!r}.": "没有命令 {name!r}。", "Did you mean {possibility}?": "是不是 {possibility}？",
    "(Did you mean one of: {possibilities}?)": "（是不是其中之一：{possibilities}？）",
    "Invalid value: {message}": "值不对：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的值不对：{message}",
    "{value!r} is not {choice}.": "{value!r} 不对，应为 {choice}。",
    "{value!r} is not one of {choices}.": "{value!r} 不在可选范围内：{choices}。",
    "{value!r} is not a valid {number_type}.": "{value!r} 不是数。",
    "{value} is not in the range {range}.": "{value} 不在范围 {range} 内。",
    "Option {name!r} requires an argument.": "选项 {name!r} 后面缺少值。",
    "Option {name!r} requires {nargs} arguments.": "选项 {name!r} 后面要有{nargs}个值。",
    "Option {name!r} does not take a value.": "选项 {name!r} 不带值。",
    "Argument {name!r} takes {nargs} values.": "参数 {name!r} 要有{nargs}个值。",
    "Takes {nargs} values but 1 was given.": "要有{nargs}个值，只给了1个。",
    "Takes {nargs} values but {len} were given.": "要有{nargs}个值，给了{len}个。",
    "Got unexpected extra argument ({args})": "多余的参数：{args}",
    "Got unexpected extra arguments ({args})": "多余的参数：{args}", "file": "文件", "directory": "文件夹",
    "path": "路径", "{name} {filename!r} does not exist.": "{name} {filename!r} 不存在。",
    "{name} {filename!r} is a file.": "{name} {filename!r} 是文件。",
    "{name} {filename!r} is a directory.": "{name} {filename!r} 是文件夹。",
    "{name} {filename!r} is not readable.": "{name} {filename!r} 无法读取。",
    "{name} {filename!r} is not writable.": "{name} {filename!r} 无法写入。",
    "{name} {filename!r} is not executable.": "{name} {filename!r} 无法执行。",
    "Could not open file {filename!r}: {message}": "无法打开文件 {filename!r}：{message}", "unknown error": "未知错误",
}  # fmt: skip
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


class _Sentence(str):
    """A sentence of click; what it is filled with, arguments of the command line, is made visible."""

    def format(self, *arguments: object, **values: object) -> str:
        """The sentence, filled."""
        return "\n".join(map(visible, super().format(*arguments, **values).split("\n")))


def _translated(text: str) -> str:
    return _Sentence(said(text, _SENTENCES.get(text, text)))


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
    """A command with its help in both languages: the docstring and `zh`, the examples last in each."""

    context_class = _Context

    def __init__(self, *arguments: Any, zh: str, **others: Any) -> None:
        super().__init__(*arguments, **others)
        self.zh = zh

    def _help(self) -> tuple[str, str]:
        """The text, and the examples."""
        text, _, examples = inspect.cleandoc(said(self.help or "", self.zh)).partition("\n\b\n")
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
        """The help option; click makes it once, in the language of that moment."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = _translated("Show this message and exit.")
        return option


def _metavar(text: str) -> str:
    return re.sub("[A-Z]+", lambda word: said(word[0], _METAVARS.get(word[0], word[0])), text)


class Option(click.Option):
    """An option with its help in both languages."""

    def __init__(self, *arguments: Any, help: tuple[str, str], **others: Any) -> None:
        super().__init__(*arguments, **others)
        self.helps = help

    def make_metavar(self, ctx: click.Context) -> str:
        """The name of its value."""
        return _metavar(super().make_metavar(ctx))

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Its row of the help page."""
        self.help = said(*self.helps)
        return super().get_help_record(ctx)


class _Argument(click.Argument):
    def make_metavar(self, ctx: click.Context) -> str:
        return _metavar(super().make_metavar(ctx))


command: Final = partial(click.command, cls=Command)
option: Final = partial(click.option, cls=Option)
argument: Final = partial(click.argument, cls=_Argument)
