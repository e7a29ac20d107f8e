"""``creditlang check``: findings, nothing run; what is certain, mended."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import argument, option, reader_language, said

if TYPE_CHECKING:
    from creditlang.diagnostics import Diagnostic
    from creditlang.source import SourceFile

MOST_ROUNDS = 20


@bilingual_help.command("check")
@argument("policies", nargs=-1, required=True, metavar="POLICY...")
@option("--format", "shape", type=click.Choice(["text", "json", "sarif"]), default="text")
@option("--fix", is_flag=True)
@option("--diff", is_flag=True)
@common.language_option
def command(policies: tuple[str, ...], shape: str, fix: bool, diff: bool) -> None:
    """Is a policy sound? Names, types, units, tables, overlaps, gaps, citations; nothing is run."""
    from creditlang.diagnostics import Severity

    if fix and not diff:
        common.only_own(policies)
    found: list[Diagnostic] = []
    for policy in policies:
        texts = _mended(policy) if fix or diff else {}
        for path, (before, after) in texts.items():
            _hand_over(path, before, after, diff, shape != "text")
        mended = {path: after for path, (_, after) in texts.items()}
        found += _found(policy, mended)
    if shape == "text":
        common.show(found, err=False)
        counts = {severity: sum(x.severity is severity for x in found) for severity in Severity}
        errors, warnings, notes = (counts[x] for x in (Severity.ERROR, Severity.WARNING, Severity.NOTE))
        told = (common.counted(errors, "error"), common.counted(warnings, "warning"), common.counted(notes, "note"))
        common.echo(said(", ".join(told), f"错误{errors}处，警告{warnings}处，提示{notes}处"))
    else:
        common.echo_json(_document(found, shape))
    sys.exit(common.FINDINGS if any(x.severity is not Severity.NOTE for x in found) else common.CLEAN)


def _found(policy: str, texts: "Mapping[Path, SourceFile]") -> "list[Diagnostic]":
    """What is wrong with a policy and, where it can be read, with the records in its examples."""
    compiled = common.compile_policy(policy, examples=True, plugin_checks=True, texts=texts)
    program = compiled.compilation.program
    if compiled.errors or not program.examples:
        return list(compiled.diagnostics)
    from creditlang.example_cases import bad_examples

    return list(bad_examples(compiled.policy, program)) or list(compiled.diagnostics)


def _document(found: "list[Diagnostic]", shape: str) -> Mapping[str, object]:
    from importlib.metadata import version

    from creditlang.diagnostics import to_json, to_sarif

    if shape == "sarif":
        return to_sarif(found, version("creditlang"), reader_language())
    return {"version": 1, "diagnostics": [to_json(diagnostic, reader_language()) for diagnostic in found]}


def _mended(policy: str) -> "dict[Path, tuple[SourceFile, SourceFile]]":
    """The files of a policy that change if everything is mended of which it is certain how: before and after. A mended
    word may bring to light what else is wrong, so this goes on until there is no more.
    """
    from attrs import evolve

    from creditlang.diagnostics import applied_edits
    from creditlang.resources import is_bundled

    texts: dict[Path, tuple[SourceFile, SourceFile]] = {}
    for _ in range(MOST_ROUNDS):
        now = {path: after for path, (_, after) in texts.items()}
        edits = [edit for found in _found(policy, now) for edit in found.edits]
        own = {edit.span.source for edit in edits if (path := edit.span.source.path) and not is_bundled(path)}
        if not own:
            break
        for source in own:
            assert source.path is not None
            better = applied_edits(source.text, (edit for edit in edits if edit.span.source is source))
            before, _ = texts.get(source.path, (source, source))
            texts[source.path] = before, evolve(source, text=better)
    return dict(sorted(texts.items()))


def _hand_over(path: Path, before: "SourceFile", after: "SourceFile", diff: bool, aside: bool) -> None:
    from creditlang.toolkit.atomic_files import publish_file

    changed = sum(one != other for one, other in zip(*(x.text.split("\n") for x in (before, after)), strict=False))
    if diff:
        common.echo(common.difference(before.name, before.text, after.text), err=aside)
        return
    written = path.read_bytes()
    mark = b"\xef\xbb\xbf" if written.startswith(b"\xef\xbb\xbf") else b""
    text = after.text.replace("\n", "\r\n") if b"\r\n" in written else after.text
    publish_file(path, mark + text.encode())
    english = f"{before.name}: {common.counted(changed, 'line')} mended"
    common.echo(said(english, f"{before.name}：已改正{changed}行"), err=True)
