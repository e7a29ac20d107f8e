"""``creditlang diff``: two versions of a policy, or two settings, over all students."""

import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click
from attrs import frozen

from creditlang.cli import common

if TYPE_CHECKING:
    from creditlang.comparison import Compared, Comparison, Side
    from creditlang.diagnostics import Diagnostic, Language
    from creditlang.driver import Compiled
    from creditlang.plugin import ComparisonData, Output, PluginManager, Source

_INTERRUPTED = 130


@frozen
class _Wish:
    """What was asked for beside what every command asks."""

    set_old: tuple[str, ...]
    set_new: tuple[str, ...]
    students: tuple[str, ...]
    targets: tuple[str, ...]


@click.command("diff")
@click.argument("old")
@click.argument("new")
@common.data_options
@click.option(
    "--set-old", "set_old", multiple=True, metavar="NAME=VALUE", help="Another value, for the old version only."
)
@click.option(
    "--set-new", "set_new", multiple=True, metavar="NAME=VALUE", help="Another value, for the new version only."
)
@click.option(
    "--student", "students", multiple=True, metavar="ID", help="Only this student. May be given several times."
)
@click.option(
    "--top", "most", type=click.IntRange(min=0), default=10, show_default=True, metavar="N",
    help="How many rows of each table to show on the screen; outputs have all of them.",
)  # fmt: skip
@click.option(
    "--format", "shape", type=click.Choice(["table", "json"]), default="table",
    help="What to print: tables to read, or all tables of the comparison as JSON.",
)  # fmt: skip
@click.option(
    "--out", "targets", multiple=True, metavar="TARGET",
    help="A folder for CSV files, a .json, .xlsx or .html file (a report with pictures), or scheme:where.",
)  # fmt: skip
@common.language_option
def command(
    old: str, new: str, request: common.DataRequest, most: int, shape: str, language: "Language", **asked: Any
) -> None:
    """Who gains and who loses when NEW takes the place of OLD, and which rule does it.

    OLD and NEW are files or names of bundled policies; they may be the same policy with other values. Every student is
    worked out under both. Shown are the totals that became more or less, the largest change first; the requirements
    that are met now and were not, or the other way round; and for each the rules that did it. Students are known by
    their numbers, and accounts, items and requirements by their names in the policy: what got another name is gone,
    and something new is there. --set is for both versions.

    \b
    A copy of a regulation, edited:
      creditlang diff hengyang my-policy.credit --data sample:hengyang
    One regulation, with another pass mark:
      creditlang diff hengyang hengyang --set-new pass_mark=90 --data sample:hengyang
    For the meeting, all of it with pictures:
      creditlang diff old.credit new.credit --data records/ --out comparison.xlsx --out comparison.html

    The exit code is 0 whether or not anything differs, and 3 when a record is not accounted for or a student cannot be
    decided under either version.
    """
    from creditlang.comparison.to_comparison_data import comparison_data

    wish = _Wish(**asked)
    manager = common.plugin_manager(language, request)
    compiled = [common.sound_policy(policy, language, manager=manager) for policy in (old, new)]
    outputs = [_output(manager, target, language) for target in wish.targets]
    settings = [(*request.settings, *own) for own in (wish.set_old, wish.set_new)]
    requests = [attrs.evolve(request, settings=own) for own in settings]
    try:
        compared = _compared(compiled, manager, requests, language, wish.students)
        comparison = compared.comparison
        comparison.names = _called((old, new), settings)
        comparison.manifest += _asked(old, new, request, wish)
        one, two = (each.compilation.program for each in compiled)
        wanted = any(output.wants_comparison for output in outputs)
        told = comparison_data(comparison, one, two, language) if wanted else None
        written = [_write(output, told, comparison, language) for output in outputs]
        _show(compared, manager, shape, most, language)
    except KeyboardInterrupt:
        common.fail(_INTERRUPTED, {"en": "Interrupted.", "zh": "已中断。"}[language])
    if not all(written):
        sys.exit(common.BROKEN)
    sys.exit(common.CLEAN if comparison.reliable else common.UNDETERMINED)


def _output(manager: "PluginManager", target: str, language: "Language") -> "Output":
    """The output at a target; one that can take only a run ends the program before anything is worked out."""
    from creditlang.cli.run import opened_output
    from creditlang.diagnostics import report
    from creditlang.toolkit.addresses import without_password

    output = opened_output(manager, target, language)
    if output.wants_run and not output.wants_comparison:
        common.show([report("CR716", None, target=without_password(target))], language)
        sys.exit(common.USAGE)
    return output


def _compared(
    compiled: Sequence["Compiled"], manager: "PluginManager", requests: Sequence[common.DataRequest],
    language: "Language", students: Sequence[str],
) -> "Compared":  # fmt: skip
    """Both sides worked out; the data are opened once for each."""
    from creditlang.comparison import compare_cohorts, one_reading
    from creditlang.diagnostics import report

    with ExitStack() as stack:
        opened = [stack.enter_context(common.opened(manager, x.data, language)) for x in requests]
        old, new = (
            _side(one, request, sources, language, students)
            for one, request, sources in zip(compiled, requests, opened, strict=True)
        )
        title = old.policy.identifier
        compared = compare_cohorts(old, new, stack.enter_context(common.progress(title)))
        hashes = [source.fingerprint() for source in opened[0]]
        if not one_reading(old, new) and hashes != [source.fingerprint() for source in opened[1]]:
            common.show([report("CR696", None)], language)
            sys.exit(common.BROKEN)
    unknown = [x for x in students if not any(x in side.dataset.students for side in (compared.old, compared.new))]
    if unknown:
        names = ", ".join(unknown)
        texts = {"en": f"No student {names} in the data.", "zh": f"数据里没有学生{names}。"}
        common.fail(common.USAGE, texts[language])
    plugins = ", ".join(entry.owner for entry in manager.listing()[1:] if entry.status == "loaded")
    compared.comparison.manifest += [("plugins", plugins), *(("data_hash", value) for value in hashes)]
    return compared


def _side(
    compiled: "Compiled", request: common.DataRequest, sources: Sequence["Source"], language: "Language",
    students: Iterable[str],
) -> "Side":  # fmt: skip
    from creditlang.cohort import Settings
    from creditlang.comparison import Side

    policy = compiled.policy
    settings = Settings(
        common.as_of_date(request.as_of, language),
        common.overrides(policy, request.settings, language),
        frozenset(students),
        language,
        common.opened_mappings(policy, request.mappings, language),
    )
    return Side(policy, settings, partial(common.tables_of, sources), partial(_problems, sources))


def _problems(sources: Sequence["Source"]) -> "list[Diagnostic]":
    return [found for source in sources for found in source.problems]


def _called(policies: tuple[str, str], settings: Sequence[Sequence[str]]) -> tuple[str, str]:
    """What both versions are called: by the names of their files, as far as these differ, and what was set."""
    short = Path(policies[0]).name, Path(policies[1]).name
    names = policies if short[0] == short[1] else short
    old, new = (f"{name} ({', '.join(some)})" if some else name for name, some in zip(names, settings, strict=True))
    return old, new


def _asked(old: str, new: str, request: common.DataRequest, wish: _Wish) -> list[tuple[str, str]]:
    """What the manifest says of the command, without passwords."""
    from creditlang.toolkit.addresses import without_password

    data = [without_password(address) for address in request.data]
    words = ["creditlang diff", old, new]
    options = (("data", data), ("mapping", request.mappings), ("set", request.settings), ("set-old", wish.set_old),
               ("set-new", wish.set_new), ("student", wish.students))  # fmt: skip
    words += [f"--{name} {value}" for name, values in options for value in values]
    words += [f"--as-of {request.as_of}"] if request.as_of else []
    return [("data", ", ".join(data)), ("command", " ".join(words))]


# ---- showing and writing
def _write(output: "Output", told: "ComparisonData | None", comparison: "Comparison", language: "Language") -> bool:
    """Write the tables to an output, the manifest last; whether it could be done. The other outputs go on."""
    from creditlang.plugin import PluginError

    try:
        with output:
            if output.wants_comparison and told is not None:
                output.about_comparison(told)
            for name, table in comparison.tables_in(language).items():
                output.write(name, table.columns, table.rows)
    except PluginError as error:
        common.show(error.diagnostics, language)
        return False
    return True


def _show(compared: "Compared", manager: "PluginManager", shape: str, most: int, language: "Language") -> None:
    """The comparison on the screen; what is wrong with the data, and who is undetermined, on the error stream."""
    from creditlang.cli.findings_screen import show_undetermined
    from creditlang.cli.run import opened_output
    from creditlang.diagnostics import render

    comparison = compared.comparison
    if shape == "json":
        _write(opened_output(manager, "json:-", language), None, comparison, language)
        click.echo("\n".join(comparison.equations), err=True)
    else:
        click.echo(comparison.text(language, most))
    problems = _worst(*compared.old.dataset.problems, *compared.new.dataset.problems)
    common.show({render(found, language): found for found in problems}.values(), language)
    show_undetermined({*compared.old.results.undetermined, *compared.new.results.undetermined}, language)


def _worst(*problems: "Diagnostic") -> "list[Diagnostic]":
    from creditlang.diagnostics import Severity

    return [found for found in problems if found.severity is Severity.ERROR]
