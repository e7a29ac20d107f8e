"""What a run says of the data on the error stream: as much as people read, the rest is in the table of issues."""

from typing import Final

import click

from creditlang.cli import common
from creditlang.cohort import Cohort
from creditlang.diagnostics import Diagnostic, Language, Severity
from creditlang.source import visible

_MOST_ALIKE: Final = 5
"""Errors of one code in one file or sheet that are shown."""


def show_problems(cohort: Cohort, language: Language) -> None:
    """How sheets were taken, and what is wrong: of errors that one file has many times, the first; in the end how much
    more the table of issues tells.
    """
    found = cohort.dataset.problems
    common.show((one for one in found if one.code == "CR665"), language)
    many: dict[tuple[str, str], list[Diagnostic]] = {}
    for one in found:
        if one.severity is Severity.ERROR:
            many.setdefault((one.code, one.place.source if one.place else ""), []).append(one)
    for (code, source), same in many.items():
        shown = same if len(same) <= _MOST_ALIKE + 1 else same[:_MOST_ALIKE]
        common.show(shown, language)
        if left := len(same) - len(shown):
            texts = {
                "en": f"  … and {left} more {code} in {source}; the table of issues has them all",
                "zh": f"  …… {source}里还有{left}处{code}，全部列在结果表 issues 里",
            }
            click.echo(visible(texts[language]), err=True)
    common.show(unknown_codes(cohort), language)
    if warnings := sum(one.severity is Severity.WARNING and one.code != "CR661" for one in found):
        texts = {
            "en": f"warnings that are not shown here, in the table of issues: {warnings}",
            "zh": f"另有{warnings}条警告没有显示在这里，见结果表 issues",
        }
        click.echo(texts[language], err=True)


def unknown_codes(cohort: Cohort) -> list[Diagnostic]:
    """The warning of each code that no rule speaks of, once; all are in the table of issues."""
    first = {found.arguments["value"]: found for found in reversed(cohort.dataset.problems) if found.code == "CR661"}
    return list(reversed(first.values()))
