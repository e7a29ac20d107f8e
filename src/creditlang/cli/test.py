"""``creditlang test``: the examples of a policy, and what they cover."""

import sys
from typing import TYPE_CHECKING

import click

from creditlang.cli import common

if TYPE_CHECKING:
    from creditlang.core.operators import Policy
    from creditlang.diagnostics import Language
    from creditlang.examples import Coverage


FEW = 6
"""Rules of an article that are named without --verbose."""


@click.command("test")
@click.argument("policies", nargs=-1, required=True, metavar="POLICY...")
@click.option("--verbose", "-v", is_flag=True, help="Name every example and every rule of every article.")
@common.language_option
def command(policies: tuple[str, ...], verbose: bool, language: "Language") -> None:
    """Run the examples that stand in a policy, and tell which rules and articles they cover.

    An example that fails, a line or table row that no example exercises, a reading without an example and an article
    that has neither a rule nor a reason make the exit code 1.
    """
    from creditlang.examples import measure, run_examples

    clean = True
    for policy in policies:
        compiled = common.sound_policy(policy, language, examples=True)
        outcomes = list(run_examples(compiled.policy, compiled.compilation.program))
        failures = [failure for outcome in outcomes for failure in outcome.failures]
        if verbose:
            for outcome in outcomes:
                click.echo(f"{'✗' if outcome.failures else '✓'} {outcome.title}")
        common.show(failures, language, err=False)
        coverage = measure(compiled.policy, outcomes)
        report(policy, compiled.policy, coverage, language, verbose)
        failed = sum(bool(outcome.failures) for outcome in outcomes)
        texts = {
            "en": f"{policy}: {common.counted(len(outcomes) - failed, 'example')} passed, {failed} failed",
            "zh": f"{policy}：通过{len(outcomes) - failed}例，未通过{failed}例",
        }
        click.echo(texts[language])
        clean = clean and not failures and coverage.complete
    sys.exit(common.CLEAN if clean else common.FINDINGS)


def report(name: str, policy: "Policy", coverage: "Coverage", language: "Language", verbose: bool) -> None:
    """What is covered, and the articles."""
    zh = language == "zh"
    for line in coverage.uncovered:
        number = line.span.source.line_number(line.span.start)
        text = line.span.source.line_text(number).strip()
        click.echo(f"{'没有例子：' if zh else 'no example: '}{line.span.source.name}:{number} {text}")
    for row in coverage.uncovered_rows:
        click.echo(f"{'表格行没有例子：' if zh else 'no example for the row: '}{row}")
    for reading in coverage.uncovered_readings:
        head = "解读没有例子：" if zh else "no example for the reading: "
        click.echo(f"{head}{reading.place} {reading.text} [{reading.article}]")
    for article in policy.articles:
        names = coverage.articles.get(article, ())
        if names:
            shown = names if verbose else names[:FEW]
            more = "" if len(shown) == len(names) else f" … ({len(names)})"
            click.echo(f"{article}  {('，' if zh else ', ').join(shown)}{more}")
        elif article in policy.without_rule:
            click.echo(f"{article}  {'无规则：' if zh else 'no rule: '}{policy.without_rule[article]}")
        else:
            click.echo(f"{article}  ✗ {'既无规则，也未说明原因' if zh else 'neither a rule nor a reason'}")
    counts = [
        ("lines", "规则行", len(coverage.lines), len(coverage.uncovered)),
        ("table rows", "表格行", coverage.rows, len(coverage.uncovered_rows)),
        ("readings", "解读", coverage.readings, len(coverage.uncovered_readings)),
    ]
    told = [
        f"{chinese}{number - missing}/{number}" if zh else f"{number - missing} of {number} {english}"
        for english, chinese, number, missing in counts
        if number
    ]
    click.echo(f"{name}：{'，'.join(told)}有例子" if zh else f"{name}: {', '.join(told)} covered")
