"""``creditlang fmt``: the files of a policy in the one layout, or in the other language."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import argument, option, said

if TYPE_CHECKING:
    from creditlang.diagnostics import Language
    from creditlang.driver import Compiled
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
    failed, changed, files = 0, 0, 0
    done: set[Path] = set()
    for path, source, after in (each for policy in policies for each in _texts(_sources(policy, done), language)):
        files += 1
        if after is None:
            failed += 1
        elif after != source.text:
            changed += 1
            _hand_over(path, source, after, check, diff)
        elif str(path) == "-" and not (check or diff):
            click.echo(after, nl=False)
    if policies != ("-",) or check:
        would = said(f"{changed} of {files} files would change", f"{files}个文件中有{changed}个需要调整")
        did = said(f"{changed} of {files} files changed", f"{files}个文件中已调整{changed}个")
        common.echo(would if check or diff else did, err=True)
    if failed:
        common.echo(said(f"not read: {common.counted(failed, 'file')}", f"有{failed}个文件读不通，未作整理"), err=True)
    sys.exit(common.FINDINGS if failed or (check and changed) else common.CLEAN)


def _sources(policy: str, done: set[Path]) -> "list[tuple[Path, SourceFile]]":
    """The files of a policy, with those beside it that it uses and those of its examples; without those `done`."""
    from creditlang.driver import example_files, files_beside
    from creditlang.source import SourceFile

    if policy == "-":
        return [(Path("-"), SourceFile.from_bytes("-", sys.stdin.buffer.read()))]
    path = common.find(policy)
    examples = example_files(path) if ".examples" not in path.name else []
    files = {each.resolve(): each for each in (path, *files_beside(common.source_of(path)), *examples)}
    new = [each for whole, each in files.items() if whole not in done]
    done.update(files)
    return [(each, common.source_of(each)) for each in new]


def _texts(
    files: "Sequence[tuple[Path, SourceFile]]", language: "Language | None"
) -> "Iterator[tuple[Path, SourceFile, str | None]]":
    """Each file of a policy, and its text in the one layout; in another language, names are said by their labels where
    that leaves the policy the same.
    """
    from creditlang.core.same_policy import same_policy
    from creditlang.ide.said_names import said_names
    from creditlang.source import SourceFile

    before = _compiled([source for _, source in files]) if language is not None and files else None
    called: dict[Path | None, Mapping[int, str]] = {}
    if before is not None and language is not None and not before.errors:
        called = {x.path: names for x, names in zip(before.sources, said_names(before, language), strict=True)}
    texts = [_formatted(path, source, language, called.get(source.path, {})) for path, source in files]
    if before is not None and any(called.values()):
        said = [SourceFile(x.name, text or x.text, x.path) for (_, x), text in zip(files, texts, strict=True)]
        if not same_policy(before.policy, _compiled(said).policy):
            texts = [_formatted(path, source, language, {}) for path, source in files]
    yield from ((path, source, text) for (path, source), text in zip(files, texts, strict=True))


def _compiled(sources: "Sequence[SourceFile]") -> "Compiled":
    """The policy that the first of some files is, with the others; that beside it, if it is one of examples."""
    from creditlang.diagnostics import Diagnostic
    from creditlang.driver import compile_source, policy_beside, read_source

    given = {source.path: source for source in sources}

    def read(path: Path, name: str) -> "SourceFile | Diagnostic":
        return given.get(path) or read_source(path, name)

    first = sources[0]
    beside = policy_beside(first.path) if first.path is not None else None
    policy = first if beside is None else common.source_of(beside)
    examples = [source for source in sources if ".examples" in source.name]
    return compile_source(policy, False, examples, common.extensions_of, read=read)


def _formatted(path: Path, source: "SourceFile", language: "Language | None", called: Mapping[int, str]) -> str | None:
    """The text of a file in the one layout; None, and it is said why, where it cannot be read."""
    from creditlang.driver import names_beside
    from creditlang.format import Unlike, formatted
    from creditlang.syntax import parse

    names = names_beside(path, source)
    if found := parse(source, names).diagnostics:
        common.show(found)
        return None
    try:
        return formatted(source, names, language, called)
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
