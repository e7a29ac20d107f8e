"""``creditlang test``: the examples of a policy, and what they cover."""

import sys
from collections import Counter
from typing import TYPE_CHECKING

import click

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import argument, option, reader_language, said
from creditlang.words import ANSWERS, word

if TYPE_CHECKING:
    from creditlang.core.operators import Policy
    from creditlang.examples import Coverage, Tested
    from creditlang.examples.coverage import LineToCover
    from creditlang.source import SourceFile


FEW = 6
"""Rules of an article that are named without --verbose."""


@bilingual_help.command("test")
@argument("policies", nargs=-1, required=True, metavar="POLICY...")
@option("--filter", "about", metavar="TEXT", default="")
@option("--format", "shape", type=click.Choice(["text", "json", "junit"]), default="text")
@option("--verbose", "-v", is_flag=True)
@common.language_option
def command(policies: tuple[str, ...], about: str, shape: str, verbose: bool) -> None:
    """Run the examples that stand in a policy, and tell which rules and articles they cover."""
    from creditlang.examples import outcomes_to_json, outcomes_to_junit

    tested = []
    for policy in policies:
        each = _tested(policy, about, keep_errors=shape != "text")
        tested.append(each)
        if shape == "text" and (each.outcomes or not about):
            _tell(each, verbose)
    if about and not any(each.outcomes or each.errors for each in tested):
        common.fail(common.USAGE, said(f"No example matches “{about}”.", f"没有与“{about}”相符的例子。"))
    if shape == "json":
        common.echo_json(outcomes_to_json(tested, reader_language()))
    elif shape == "junit":
        common.echo(outcomes_to_junit(tested, reader_language()))
    sys.exit(common.CLEAN if all(each.clean for each in tested) else common.FINDINGS)


def _tested(name: str, about: str, keep_errors: bool) -> "Tested":
    """A policy with the examples that were asked for, all where `about` is in the name of the policy."""
    from creditlang.examples import Tested, measure, run_examples

    compiled = common.compile_policy(name, examples=True) if keep_errors else common.sound_policy(name, examples=True)
    if compiled.errors:
        return Tested(name, compiled.errors)
    wanted = "" if about.casefold() in name.casefold() else about
    outcomes = tuple(run_examples(compiled.policy, compiled.compilation.program, wanted))
    return Tested(name, (), outcomes, compiled.policy, measure(compiled.policy, outcomes) if not wanted else None)


def _tell(tested: "Tested", verbose: bool) -> None:
    """How the examples of a policy went, and what they cover."""
    if verbose:
        for outcome in tested.outcomes:
            common.echo(f"{'✗' if outcome.failures else '✓'} {outcome.title}")
    common.show((failure for outcome in tested.outcomes for failure in outcome.failures), err=False)
    if tested.policy is not None and tested.coverage is not None:
        report(tested.name, tested.policy, tested.coverage, verbose)
    failed = sum(bool(outcome.failures) for outcome in tested.outcomes)
    passed = len(tested.outcomes) - failed
    english = f"{tested.name}: {common.counted(passed, 'example')} passed, {failed} failed"
    common.echo(said(english, f"{tested.name}：通过{passed}例，未通过{failed}例"))


def _place(line: "LineToCover") -> tuple["SourceFile", int]:
    return line.span.source, line.span.source.line_number(line.span.start)


def report(name: str, policy: "Policy", coverage: "Coverage", verbose: bool) -> None:
    """What is covered, and the articles."""
    every = Counter(map(_place, coverage.lines))
    for (source, number), missing in Counter(map(_place, coverage.uncovered)).items():
        text = " ".join(source.line_text(number).split())
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
