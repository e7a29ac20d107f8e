"""``creditlang test``: the examples of a policy, and what they cover."""

import sys
from collections import Counter
from typing import TYPE_CHECKING

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import argument, option, reader_language, said
from creditlang.words import ANSWERS, word

if TYPE_CHECKING:
    from creditlang.core.operators import Policy
    from creditlang.examples import Coverage
    from creditlang.examples.coverage import LineToCover
    from creditlang.source import SourceFile


FEW = 6
"""Rules of an article that are named without --verbose."""


@bilingual_help.command("test")
@argument("policies", nargs=-1, required=True, metavar="POLICY...")
@option("--verbose", "-v", is_flag=True)
@common.language_option
def command(policies: tuple[str, ...], verbose: bool) -> None:
    """Run the examples that stand in a policy, and tell which rules and articles they cover."""
    from creditlang.examples import measure, run_examples

    clean = True
    for policy in policies:
        compiled = common.sound_policy(policy, examples=True)
        outcomes = list(run_examples(compiled.policy, compiled.compilation.program))
        failures = [failure for outcome in outcomes for failure in outcome.failures]
        if verbose:
            for outcome in outcomes:
                common.echo(f"{'✗' if outcome.failures else '✓'} {outcome.title}")
        common.show(failures, err=False)
        coverage = measure(compiled.policy, outcomes)
        report(policy, compiled.policy, coverage, verbose)
        failed = sum(bool(outcome.failures) for outcome in outcomes)
        passed = len(outcomes) - failed
        english = f"{policy}: {common.counted(passed, 'example')} passed, {failed} failed"
        common.echo(said(english, f"{policy}：通过{passed}例，未通过{failed}例"))
        clean = clean and not failures and coverage.complete
    sys.exit(common.CLEAN if clean else common.FINDINGS)


def _place(line: "LineToCover") -> tuple["SourceFile", int]:
    return line.span.source, line.span.source.line_number(line.span.start)


def report(name: str, policy: "Policy", coverage: "Coverage", verbose: bool) -> None:
    """What is covered, and the articles."""
    every = Counter(map(_place, coverage.lines))
    for (source, number), missing in Counter(map(_place, coverage.uncovered)).items():
        text = source.line_text(number).strip()
        if missing < every[source, number]:
            parts = (line.span.text for line in coverage.uncovered if _place(line) == (source, number))
            text = said(", ", "，").join(parts)
        common.echo(f"{said('no example: ', '没有例子：')}{source.name}:{number} {text}")
    for table, label in coverage.uncovered_rows:
        row = f"{table} {word(ANSWERS, label, reader_language())}"
        common.echo(f"{said('no example for the row: ', '表格行没有例子：')}{row}")
    for reading in coverage.uncovered_readings:
        head = said("no example for the reading: ", "解读没有例子：")
        common.echo(f"{head}{reading.place} {reading.text} [{reading.article}]")
    for article in policy.articles:
        names = coverage.articles.get(article, ())
        if names:
            shown = names if verbose else names[:FEW]
            more = "" if len(shown) == len(names) else f" … ({len(names)})"
            common.echo(f"{article}  {said(', ', '，').join(shown)}{more}")
        elif article in policy.without_rule:
            common.echo(f"{article}  {said('no rule: ', '无规则：')}{policy.without_rule[article]}")
        else:
            common.echo(f"{article}  ✗ {said('neither a rule nor a reason', '既无规则，也未说明原因')}")
    counts = [
        ("lines", "规则行", len(coverage.lines), len(coverage.uncovered)),
        ("table rows", "表格行", coverage.rows, len(coverage.uncovered_rows)),
        ("readings", "解读", coverage.readings, len(coverage.uncovered_readings)),
    ]
    told = [
        said(f"{number - missing} of {number} {english}", f"{chinese}{number - missing}/{number}")
        for english, chinese, number, missing in counts
        if number
    ]
    common.echo(said(f"{name}: {', '.join(told)} covered", f"{name}：{'，'.join(told)}有例子"))
