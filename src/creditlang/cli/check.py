"""``creditlang check``: findings, nothing run."""

import json
import sys
from typing import TYPE_CHECKING

import click

from creditlang.cli import common

if TYPE_CHECKING:
    from creditlang.diagnostics import Language


@click.command("check")
@click.argument("policies", nargs=-1, required=True, metavar="POLICY...")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", help="How to print.")
@common.language_option
def command(policies: tuple[str, ...], shape: str, language: "Language") -> None:
    """Is a policy sound? Names, types, units, tables, overlaps, gaps, citations; nothing is run.

    Each finding has a code; `creditlang explain CODE` tells more. Notes inform; warnings and errors make the exit code
    1.
    """
    from creditlang.diagnostics import Severity, to_json

    found = [
        (policy, diagnostic)
        for policy in policies
        for diagnostic in common.compile_policy(policy, language, examples=True, plugin_checks=True).diagnostics
    ]
    if shape == "json":
        document = {"version": 1, "diagnostics": [to_json(diagnostic, language) for _, diagnostic in found]}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True))
    else:
        common.show((diagnostic for _, diagnostic in found), language, err=False)
        counts = {severity: sum(x.severity is severity for _, x in found) for severity in Severity}
        errors, warnings, notes = (counts[x] for x in (Severity.ERROR, Severity.WARNING, Severity.NOTE))
        texts = {
            "en": ", ".join(
                (common.counted(errors, "error"), common.counted(warnings, "warning"), common.counted(notes, "note"))
            ),
            "zh": f"错误{errors}处，警告{warnings}处，提示{notes}处",
        }
        click.echo(texts[language])
    sys.exit(common.FINDINGS if any(x.severity is not Severity.NOTE for _, x in found) else common.CLEAN)
