"""``creditlang repl``: the interactive session, found through its entry point."""

import os
import shlex
import sys
from collections.abc import Callable, Iterable
from functools import partial

import click

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import argument, option, reader_language, said

GROUP = "creditlang.repl"


@bilingual_help.command("repl")
@argument("policy", required=False)
@partial(common.data_options, required=False)
@option("--student", metavar="ID")
@option("--script", type=click.Path(exists=True, dir_okay=False, allow_dash=True), metavar="FILE|-")
@option("--keys", type=click.Choice(["emacs", "vi"]), default="emacs", show_default=True)
@option("--no-colour", "--no-color", "no_colour", is_flag=True)
@common.language_option
def command(
    policy: str | None, request: common.DataRequest, student: str | None, script: str | None, keys: str, no_colour: bool
) -> None:
    """Ask and try things out: a policy, its students, and “what if?”."""
    session = _session()
    manager = common.plugin_manager(request)
    settings = dict(map(common.name_and_value, request.settings))
    as_of = common.as_of_date(request.as_of)
    lines = _script(script)
    try:
        failed = session(
            manager, opening=_opening(policy, request, student), script=lines, write=partial(click.echo, nl=False),
            keys=keys, colour=not no_colour,
            language=reader_language(), mappings=request.mappings, as_of=as_of, settings=settings,
        )  # fmt: skip
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "prompt_toolkit":
            raise
        common.fail(common.BROKEN, _missing(error.name or ""))
    sys.exit(common.FINDINGS if failed else common.CLEAN)


def _session() -> Callable[..., bool]:
    """What holds a session; the library does not know it by name."""
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP):
        try:
            found: Callable[..., bool] = point.load()
        except ImportError as error:
            common.fail(common.BROKEN, _missing(error.name or ""))
        return found
    common.fail(common.BROKEN, _missing(""))


def _missing(module: str) -> str:
    text = said(
        "The interactive session is not installed: install creditlang again, with all that it needs.",
        "没有安装交互会话：请重新完整安装 creditlang。",
    )
    return text + (f" ({module})" if module else "")


def _opening(policy: str | None, request: common.DataRequest, student: str | None) -> list[str]:
    """The command line as inputs of the session."""
    opening = [f"load {shlex.quote(policy)}"] if policy else []
    if request.data:
        opening.append(f"data {shlex.join(request.data)}")
    if student:
        opening.append(f"student {student}")
    return opening


def _script(name: str | None) -> Iterable[str] | None:
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
        common.refused(name or "-", error)
    except UnicodeDecodeError:
        common.fail(common.USAGE, said("The script is not UTF-8 text.", "脚本不是 UTF-8 文本。"))
