"""``creditlang repl``: the interactive session, found through its entry point."""

import os
import shlex
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

import click

from creditlang.cli import common

if TYPE_CHECKING:
    from creditlang.diagnostics import Language

GROUP = "creditlang.repl"


@click.command("repl")
@click.argument("policy", required=False)
@partial(common.data_options, required=False)
@click.option("--student", metavar="ID", help="Begin with this student.")
@click.option(
    "--script", type=click.Path(exists=True, dir_okay=False, allow_dash=True), metavar="FILE|-",
    help="Carry out the inputs of a file (-: standard input) instead of asking for them, and show them with their "
    "replies. Standard input that is no terminal is a script as well.",
)  # fmt: skip
@click.option("--keys", type=click.Choice(["emacs", "vi"]), default="emacs", help="Keys for editing.  [default: emacs]")
@click.option("--no-colour", "--no-color", "no_colour", is_flag=True, help="No colours; NO_COLOR does the same.")
@common.language_option
def command(
    policy: str | None,
    request: common.DataRequest,
    student: str | None,
    script: str | None,
    keys: str,
    no_colour: bool,
    language: "Language",
) -> None:
    """Ask and try things out: a policy, its students, and “what if?”.

    Everything that can be typed is completed with Tab and explained by “help”; undo takes back what was tried. The exit
    code is 1 if an input of a script failed.

    \b
      creditlang repl hengyang --data sample:hengyang
      > student 2024010102
      > why moral
      > what if set pass_mark = 80 point
    """
    session = _session(language)
    manager = common.plugin_manager(language, request)
    settings = dict(_setting(text, language) for text in request.settings)
    as_of = common.as_of_date(request.as_of, language)
    lines = _script(script, language)
    try:
        failed = session(
            manager, opening=_opening(policy, request, student), script=lines, write=partial(click.echo, nl=False),
            keys=keys, colour=not no_colour,
            language=language, mappings=request.mappings, as_of=as_of, settings=settings,
        )  # fmt: skip
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "prompt_toolkit":
            raise
        common.fail(common.BROKEN, _missing(language, error.name or ""))
    sys.exit(common.FINDINGS if failed else common.CLEAN)


def _session(language: "Language") -> Callable[..., bool]:
    """What holds a session; the library does not know it by name."""
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP):
        try:
            found: Callable[..., bool] = point.load()
        except ImportError as error:
            common.fail(common.BROKEN, _missing(language, error.name or ""))
        return found
    common.fail(common.BROKEN, _missing(language, ""))


def _missing(language: "Language", module: str) -> str:
    texts = {
        "en": "The interactive session is not installed: install creditlang again, with all that it needs.",
        "zh": "没有安装交互会话：请重新完整安装 creditlang。",
    }
    return texts[language] + (f" ({module})" if module else "")


def _opening(policy: str | None, request: common.DataRequest, student: str | None) -> list[str]:
    """The command line as inputs of the session."""
    opening = [f"load {shlex.quote(policy)}"] if policy else []
    if request.data:
        opening.append(f"data {shlex.join(request.data)}")
    if student:
        opening.append(f"student {student}")
    return opening


def _setting(text: str, language: "Language") -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        texts = {"en": f"--set needs NAME=VALUE, not “{text}”.", "zh": f"--set 要写成 名称=值，而不是“{text}”。"}
        common.fail(common.USAGE, texts[language])
    return name.strip(), value.strip()


def _script(name: str | None, language: "Language") -> Iterable[str] | None:
    """The lines of the script; None where somebody sits at a terminal."""
    if name is None and sys.stdin.isatty():
        return None
    try:
        if name in (None, "-"):
            data = sys.stdin.buffer.read()
        else:
            with open(os.fspath(name or ""), "rb") as file:
                data = file.read()
        return data.decode("utf-8-sig").splitlines()
    except OSError as error:
        common.fail(common.BROKEN, f"{name}: {error.strerror}")
    except UnicodeDecodeError:
        texts = {"en": "The script is not UTF-8 text.", "zh": "脚本不是 UTF-8 文本。"}
        common.fail(common.USAGE, texts[language])
