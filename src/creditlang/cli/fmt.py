"""``creditlang fmt``: the files of a policy in the one layout, or in the other language."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import argument, option, said

if TYPE_CHECKING:
    from creditlang.diagnostics import Language
    from creditlang.source import SourceFile


@bilingual_help.command("fmt")
@argument("policies", nargs=-1, required=True, metavar="POLICY...")
@option("--check", is_flag=True)
@option("--diff", is_flag=True)
@option("--lang", "language", type=click.Choice(["en", "zh"]), default=None)
def command(policies: tuple[str, ...], check: bool, diff: bool, language: "Language | None") -> None:
    """Lay out the files of a policy in the one way, or say them in the other language."""
    if not (check or diff):
        common.only_own(policies)
    failed, changed, files = False, 0, 0
    for path, source in _sources(policies):
        after = _formatted(path, source, language)
        files += 1
        if after is None:
            failed = True
        elif after != source.text:
            changed += 1
            _hand_over(path, source, after, check, diff)
        elif str(path) == "-" and not (check or diff):
            click.echo(after, nl=False)
    if policies != ("-",) or check:
        would = said(f"{changed} of {files} files would change", f"{files}个文件中有{changed}个需要调整")
        did = said(f"{changed} of {files} files changed", f"{files}个文件中已调整{changed}个")
        common.echo(would if check or diff else did, err=True)
    sys.exit(common.FINDINGS if failed or (check and changed) else common.CLEAN)


def _sources(policies: tuple[str, ...]) -> "Iterator[tuple[Path, SourceFile]]":
    """The files of the policies, with those beside them that they use and those of their examples; each once."""
    from creditlang.driver import example_files, files_beside
    from creditlang.source import SourceFile

    done: set[Path] = set()
    for policy in policies:
        if policy == "-":
            yield Path("-"), SourceFile.from_bytes("-", sys.stdin.buffer.read())
            continue
        path = common.find(policy)
        examples = example_files(path) if ".examples" not in path.name else []
        for each in (path, *files_beside(common.source_of(path)), *examples):
            if each.resolve() not in done:
                done.add(each.resolve())
                yield each, common.source_of(each)


def _formatted(path: Path, source: "SourceFile", language: "Language | None") -> str | None:
    """The text of a file in the one layout; None, and it is said why, where it cannot be read."""
    from creditlang.driver import names_beside
    from creditlang.format import Unlike, formatted
    from creditlang.syntax import parse

    names = names_beside(path, source)
    if found := parse(source, names).diagnostics:
        common.show(found)
        return None
    try:
        return formatted(source, names, language)
    except Unlike:
        common.echo(said(
            f"{path.name}: left as it is, for it would not mean the same; please report this.",
            f"{path.name}：整理后意思会变，因此保持原样；请反馈这个问题。",
        ), err=True)  # fmt: skip
        return None


def _hand_over(path: Path, source: "SourceFile", after: str, check: bool, diff: bool) -> None:
    from creditlang.toolkit.atomic_files import publish_file

    if diff:
        common.echo(common.difference(path.name, source.text, after))
    if check and not diff:
        common.echo(path.name)
    if not (check or diff):
        if str(path) == "-":
            click.echo(after, nl=False)
        else:
            publish_file(path, after.encode())
