"""``creditlang diff``: two versions of a policy, or two settings, over all students."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click
from attrs import frozen

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import argument, option, reader_language, said

if TYPE_CHECKING:
    from creditlang.comparison import Compared, Comparison, Side
    from creditlang.diagnostics import Diagnostic
    from creditlang.driver import Compiled
    from creditlang.one_student import Engine
    from creditlang.plugin import ComparisonData, Output, PluginManager, Source

_INTERRUPTED = 130


@frozen
class _Wish:
    """What was asked for beside what every command asks."""

    set_old: tuple[str, ...]
    set_new: tuple[str, ...]
    students: tuple[str, ...]
    targets: tuple[str, ...]
    engine: "Engine"


@bilingual_help.command("diff")
@argument("old")
@argument("new")
@common.data_options
@option("--set-old", "set_old", multiple=True, metavar="NAME=VALUE")
@option("--set-new", "set_new", multiple=True, metavar="NAME=VALUE")
@common.students_option
@option("--engine", type=click.Choice(["auto", "reference", "compiled", "columnar"]), default="auto")
@option("--top", "most", type=click.IntRange(min=0), default=10, show_default=True, metavar="N")
@option("--format", "shape", type=click.Choice(["table", "json"]), default="table")
@option("--out", "targets", multiple=True, metavar="TARGET")
@common.language_option
def command(old: str, new: str, request: common.DataRequest, most: int, shape: str, **asked: Any) -> None:
    """Show who gains and who loses when NEW takes the place of OLD, and which rule causes it."""
    from creditlang.comparison.to_comparison_data import comparison_data

    wish = _Wish(**asked)
    manager = common.plugin_manager(request)
    compiled = [common.sound_policy(policy, manager=manager) for policy in (old, new)]
    outputs = [_output(manager, target) for target in wish.targets]
    settings = [(*request.settings, *own) for own in (wish.set_old, wish.set_new)]
    requests = [attrs.evolve(request, settings=own) for own in settings]
    try:
        compared = _compared(compiled, manager, requests, wish)
        comparison = compared.comparison
        comparison.names = _called((old, new), settings)
        comparison.manifest += _asked(old, new, request, wish)
        one, two = (each.compilation.program for each in compiled)
        wanted = any(output.wants_comparison for output in outputs)
        told = comparison_data(comparison, one, two, reader_language()) if wanted else None
        written = [_write(output, told, comparison) for output in outputs]
        _show(compared, manager, shape, most)
    except KeyboardInterrupt:
        common.fail(_INTERRUPTED, said("Interrupted.", "已中断。"))
    if not all(written):
        sys.exit(common.BROKEN)
    sys.exit(common.CLEAN if comparison.reliable else common.UNDETERMINED)


def _output(manager: "PluginManager", target: str) -> "Output":
    """The output at a target; one that can take only a run ends the program before anything is worked out."""
    from creditlang.cli.run import opened_output
    from creditlang.diagnostics import report
    from creditlang.toolkit.addresses import without_password

    output = opened_output(manager, target)
    if output.wants_run and not output.wants_comparison:
        common.show([report("CR716", None, target=without_password(target))])
        sys.exit(common.USAGE)
    return output


def _compared(
    compiled: Sequence["Compiled"], manager: "PluginManager", requests: Sequence[common.DataRequest], wish: _Wish
) -> "Compared":  # fmt: skip
    """Both sides worked out; the data are opened once for each."""
    from creditlang.comparison import compare_cohorts, one_reading
    from creditlang.diagnostics import report

    with ExitStack() as stack:
        opened = [stack.enter_context(common.opened(manager, x.data)) for x in requests]
        old, new = (
            _side(one, request, sources, wish) for one, request, sources in zip(compiled, requests, opened, strict=True)
        )
        title = old.policy.identifier
        compared = compare_cohorts(old, new, stack.enter_context(common.progress(title)))
        hashes = [source.fingerprint() for source in opened[0]]
        if not one_reading(old, new) and hashes != [source.fingerprint() for source in opened[1]]:
            common.show([report("CR696", None)])
            sys.exit(common.BROKEN)
    common.some_students(wish.students, {*compared.old.dataset.students, *compared.new.dataset.students})
    plugins = ", ".join(entry.owner for entry in manager.listing()[1:] if entry.status == "loaded")
    compared.comparison.manifest += [("plugins", plugins), *(("data_hash", value) for value in hashes)]
    return compared


def _side(compiled: "Compiled", request: common.DataRequest, sources: Sequence["Source"], wish: _Wish) -> "Side":
    from creditlang.comparison import Side

    policy = compiled.policy
    settings = common.run_settings(policy, request, wish.students, wish.engine)
    tables = partial(common.tables_of, sources)
    return Side(policy, settings, tables, lambda: [found for source in sources for found in source.problems])


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
def _write(output: "Output", told: "ComparisonData | None", comparison: "Comparison") -> bool:
    """Write the tables to an output, the manifest last; whether it could be done. The other outputs go on."""
    from creditlang.plugin import PluginError

    try:
        with output:
            if output.wants_comparison and told is not None:
                output.about_comparison(told)
            for name, table in comparison.tables_in(reader_language()).items():
                output.write(name, table.columns, table.rows)
    except PluginError as error:
        common.show(error.diagnostics)
        return False
    return True


def _show(compared: "Compared", manager: "PluginManager", shape: str, most: int) -> None:
    """The comparison on the screen; what is wrong with the data, and who is undetermined, on the error stream."""
    from creditlang.cli.findings_screen import show_undetermined
    from creditlang.cli.run import opened_output
    from creditlang.diagnostics import render

    comparison = compared.comparison
    if shape == "json":
        _write(opened_output(manager, "json:-"), None, comparison)
        common.echo("\n".join(comparison.equations), err=True)
    else:
        common.echo(comparison.text(reader_language(), most))
    problems = _worst(*compared.old.dataset.problems, *compared.new.dataset.problems)
    common.show({render(found, reader_language()): found for found in problems}.values())
    sides = compared.old.results, compared.new.results
    show_undetermined({who for side in sides for who in side.undetermined}, any(side.unread for side in sides))


def _worst(*problems: "Diagnostic") -> "list[Diagnostic]":
    from creditlang.diagnostics import Severity

    return [found for found in problems if found.severity is Severity.ERROR]
