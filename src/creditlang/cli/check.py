"""``creditlang check``: findings, nothing run."""

import json
import sys

import click

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import argument, option, reader_language, said


@bilingual_help.command("check")
@argument("policies", nargs=-1, required=True, metavar="POLICY...")
@option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
@common.language_option
def command(policies: tuple[str, ...], shape: str) -> None:
    """Is a policy sound? Names, types, units, tables, overlaps, gaps, citations; nothing is run."""
    from creditlang.diagnostics import Severity, to_json
    from creditlang.source import HIDDEN

    found = [
        (policy, diagnostic)
        for policy in policies
        for diagnostic in common.compile_policy(policy, examples=True, plugin_checks=True).diagnostics
    ]
    if shape == "json":
        document = {"version": 1, "diagnostics": [to_json(diagnostic, reader_language()) for _, diagnostic in found]}
        text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True)
        click.echo(HIDDEN.sub(lambda sign: "\n" if sign[0] == "\n" else json.dumps(sign[0])[1:-1], text))
    else:
        common.show((diagnostic for _, diagnostic in found), err=False)
        counts = {severity: sum(x.severity is severity for _, x in found) for severity in Severity}
        errors, warnings, notes = (counts[x] for x in (Severity.ERROR, Severity.WARNING, Severity.NOTE))
        told = (common.counted(errors, "error"), common.counted(warnings, "warning"), common.counted(notes, "note"))
        common.echo(said(", ".join(told), f"错误{errors}处，警告{warnings}处，提示{notes}处"))
    sys.exit(common.FINDINGS if any(x.severity is not Severity.NOTE for _, x in found) else common.CLEAN)
