"""``creditlang run``: all students."""

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import click
from attrs import evolve, frozen

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import argument, option, reader_language, said
from creditlang.diagnostics import Phrase

if TYPE_CHECKING:
    from creditlang.cohort import Cohort, Settings
    from creditlang.core.operators import Policy
    from creditlang.data.dataset import Joined
    from creditlang.diagnostics import Diagnostic
    from creditlang.ledger import StudentResult
    from creditlang.one_student import Engine
    from creditlang.plugin import Output, PluginManager
    from creditlang.plugin.run_data import RunData
    from creditlang.schema import RawTable

_TOGETHER: Final = 2_000_000
"""Rows that are worked out together, at most, where nobody has said how many; they take about 2 GiB."""
_AT_ONCE: Final = 1_000_000
"""Of more rows, so many are worked out at once."""
_BETWEEN: Final = re.compile(r"[\s,，、]+")
_ALL_OF_EACH: Final = Phrase("an output asks for all that is known of each student", "有的输出要用到每名学生的全部信息")


@frozen
class Way:
    """How students are worked out, and what is made of it."""

    engine: "Engine" = "auto"
    at_once: int | None = 0
    """How many rows at a time, 0 for all together; without it, as the size of the data suggests."""
    need: bool = False
    """Whether with what they still need."""
    tables: tuple[str, ...] = ()
    """The result tables, if not all."""


def _work_options(function: Callable[..., None]) -> Callable[..., None]:
    """``--engine``, ``--at-once``, ``--need`` and ``--tables``, handed on together as `way`."""

    @wraps(function)
    def collected(engine: "Engine", at_once: int | None, need: bool, tables: Sequence[str], **others: Any) -> None:
        from creditlang.given_arguments import asked_tables

        named = [name for text in tables for name in _BETWEEN.split(text) if name]
        function(way=Way(engine, at_once, need, asked_tables(named)), **others)

    engines = click.Choice(["auto", "reference", "compiled", "columnar"])
    with_tables = option("--tables", multiple=True, metavar="TABLE")(collected)
    with_need = option("--need", is_flag=True)(with_tables)
    with_rows = option("--at-once", type=click.IntRange(min=0), metavar="ROWS")(with_need)
    return option("--engine", type=engines, default="auto")(with_rows)


Given = Literal["results", "rulebook", "letter"]
"""What an output can be given."""


@bilingual_help.command("run")
@argument("policy")
@common.data_options
@option("--out", "targets", multiple=True, metavar="TARGET")
@common.students_option
@_work_options
@option("--sign", "key", type=click.Path(path_type=Path), metavar="FILE")
@option("--keep", is_flag=True)
@option("--format", "shape", type=click.Choice(["table", "json", "csv"]), default="table")
@common.language_option
def command(
    policy: str,
    request: common.DataRequest,
    targets: tuple[str, ...],
    students: tuple[str, ...],
    way: "Way",
    key: Path | None,
    keep: bool,
    shape: str,
) -> None:
    """Work out a policy for all students."""
    from creditlang.to_run_data import Collector

    manager = common.plugin_manager(request, keep)
    compiled = common.sound_policy(policy, manager=manager)
    outputs = [opened_output(manager, target) for target in targets]
    signer = _signer(manager, targets, outputs, key)
    collector = Collector(reader_language()) if any(output.wants_run for output in outputs) else None
    people = any(output.wants_people for output in outputs)
    cohort = work_out(
        compiled.policy,
        manager,
        request,
        students,
        evolve(way, tables=()) if collector or people else way,
        collector.keep if collector else None,
        people,
    )
    common.some_students(students, cohort.dataset.students)
    asked = AskedRun(
        policy, request.data, request.mappings, students, f"{way.engine} alone" if collector else way.engine,
        way.tables,
    )  # fmt: skip
    close_manifest(cohort, manager, asked)
    if targets:
        program = compiled.compilation.program
        run = collector.run_data(cohort, program) if collector else None
        if way.need and run is not None:
            run = evolve(run, needs=_needs(compiled.policy, manager, request, cohort, run))
        about = Collector(reader_language()).people(cohort, program) if people and run is None else run
        written = [write(output, cohort, run if output.wants_run else about, way.tables) for output in outputs]
        signer([target for target, done in zip(targets, written, strict=True) if done])
        summary(cohort, err=False, shown=("students",) if cohort.parts == 1 else ())
        what_was_written([target for target, done in zip(targets, written, strict=True) if done])
    elif shape == "table":
        written = []
        summary(cohort, err=False, shown=asked.shown)
    else:
        shown = asked.shown if shape == "csv" else way.tables
        written = [write(opened_output(manager, f"{shape}:-"), cohort, None, shown)]
        equation(cohort)
    if not all(written):
        sys.exit(common.BROKEN)
    sys.exit(common.CLEAN if cohort.reliable else common.UNDETERMINED)


def _needs(
    policy: "Policy", manager: "PluginManager", request: common.DataRequest, cohort: "Cohort", run: "RunData"
) -> dict[str, list[str]]:
    """What students still need, after the run."""
    from datetime import date

    from creditlang.cli.need import needs_of

    return needs_of(policy, manager, request, cohort.as_of or date.today(), run.standings)


def _signer(
    manager: "PluginManager", targets: Sequence[str], outputs: "Sequence[Output]", key: Path | None
) -> Callable[[Sequence[str]], object]:
    """What signs the folders of CSV files among some targets; outputs that sign what they write are given the key.
    Where there is neither, or the key is none, the program ends before anything is worked out.
    """
    from creditlang.plugin.manager import split_address

    def folders(targets: Sequence[str]) -> list[Path]:
        return [
            Path(where)
            for scheme, where in map(split_address, targets)
            if where != "-" and (scheme or manager.scheme_of_target(where)) in ("csv", "folder")
        ]

    if key is None:
        return len  # nothing is signed
    signing = [output for output in outputs if output.wants_signer]
    if not folders(targets) and not signing:
        common.fail(common.USAGE, said(
            "--sign signs folders of CSV files and badges: give one with --out.",
            "--sign 给 CSV 文件夹和电子徽章签名：请用 --out 给出一个。",
        ))  # fmt: skip
    from creditlang.run_signatures import private_key, sign, signer_of

    loaded = private_key(key)
    for output in signing:
        output.signed_by(signer_of(loaded))

    def signed(written: Sequence[str]) -> None:
        for folder in folders(written):
            sign(folder, loaded)

    return signed


def work_out(
    policy: "Policy",
    manager: "PluginManager",
    request: common.DataRequest,
    students: Sequence[str] = (),
    way: Way = Way(),
    keep: "Callable[[StudentResult], None] | None" = None,
    people: bool = False,
) -> "Cohort":
    """Run a policy over the data at some addresses. Where it has been said how many rows are worked out at once and
    that cannot be done, as when `keep` wants to see each result or somebody the `people` of the cohort, the program
    ends.
    """
    from creditlang.cohort import run_cohort

    chosen = common.run_settings(policy, request, students, way.engine)
    chosen = evolve(chosen, tables=way.tables or chosen.tables)
    rows = _rows_at_once(request) if way.at_once is None else way.at_once
    with common.opened(manager, request.data) as sources, common.progress(policy.identifier) as told:
        sheets = common.tables_of(sources, told)

        def problems() -> "list[Diagnostic]":
            return [found for source in sources for found in source.problems]

        if rows:
            all_wanted = people or keep is not None
            cohort = _in_parts(policy, sheets, chosen, problems, rows, told, way.at_once is not None, all_wanted)
        else:
            cohort = run_cohort(policy, sheets, chosen, problems, {}, told, keep)
        if cohort is not None:
            cohort.results.rows["manifest"] += [("data_hash", source.fingerprint()) for source in sources]
            return cohort
    return work_out(policy, manager, request, students, evolve(way, at_once=0), keep)


def _in_parts(
    policy: "Policy", tables: "Iterable[RawTable]", chosen: "Settings", problems: "Callable[[], list[Diagnostic]]",
    rows: int, told: Callable[[int, int], None], is_asked: bool, keeps_all: bool,
) -> "Cohort | None":  # fmt: skip
    """A run in parts; where there can be none the program ends if that `is_asked`, and otherwise None comes."""
    from creditlang.cohort_in_parts import NotInParts, run_in_parts
    from creditlang.diagnostics import report

    try:
        if keeps_all:
            raise NotInParts(_ALL_OF_EACH)
        return run_in_parts(policy, tables, chosen, problems, {}, rows, told)
    except NotInParts as error:
        common.show([report("CR865" if is_asked else "CR866", None, reason=error.reason)])
    if is_asked:
        sys.exit(common.FINDINGS)
    return None


def _rows_at_once(request: common.DataRequest) -> int:
    """How many rows of some data are worked out together where nobody has said it; 0 for all."""
    from creditlang.cli.data_size import rows_about
    from creditlang.toolkit.extras import has

    return _AT_ONCE if has("arrow") and rows_about(request.data) > _TOGETHER else 0


@frozen
class AskedRun:
    """What a run was asked for, as its manifest has it, so that it can be replayed."""

    policy_file: str
    data: Sequence[str]
    mappings: Sequence[str]
    students: Sequence[str]
    engine: str
    """With ` alone` where each student was worked out one at a time, for an output that asks for all that is known."""
    tables: tuple[str, ...]
    """Those that were asked for, in order, or all."""

    @property
    def shown(self) -> Sequence[str]:
        """The tables that people see where no output is named: those asked for, or that of students."""
        from creditlang.cohort import asked_rows

        return [name for entry, name in asked_rows(self.tables)] or ("students",)


def close_manifest(cohort: "Cohort", manager: "PluginManager", asked: AskedRun) -> None:
    """Add to a run's manifest what a replay needs, and the hash of the manifest itself."""
    from creditlang.cohort import asked_rows
    from creditlang.kept_runs import own_hash
    from creditlang.toolkit.addresses import without_password

    rows = cohort.results.rows["manifest"]
    rows += [("data", without_password(address)) for address in asked.data]
    rows += [("policy_file", asked.policy_file), *(("mapping_file", name) for name in asked.mappings)]
    rows += [("language", str(cohort.results.language)), *(("student", who) for who in sorted({*asked.students}))]
    rows += [*cohort.parts_rows, *asked_rows(asked.tables), ("engine_asked", asked.engine), *plugin_rows(manager)]
    rows.append(own_hash(rows))


def plugin_rows(manager: "PluginManager") -> list[tuple[str, str]]:
    """The loaded plugins, and the hash of the code of each that has a version of its own."""
    loaded = [entry for entry in manager.listing() if entry.status == "loaded"]
    named = ("plugins", ", ".join(entry.owner for entry in loaded[1:]))
    return [named, *(("plugin_hash", f"{entry.owner} {entry.code_hash()}") for entry in loaded if not entry.built_in)]


def opened_output(manager: "PluginManager", target: str, given: "Given" = "results") -> "Output":
    """The output at a target; where there is none, or it takes something else than what is to be given, the program
    ends before anything is worked out.
    """
    from creditlang.diagnostics import Phrase, report
    from creditlang.plugin import PluginError
    from creditlang.toolkit.addresses import without_password

    try:
        output = manager.output(target, sys.stdout)
    except PluginError as error:
        common.show(error.diagnostics)
        sys.exit(common.BROKEN)
    taken: Given = "rulebook" if output.wants_rulebook else "letter" if output.wants_document else "results"
    if taken != given:
        words = {
            "results": Phrase("results", "计算结果"), "rulebook": Phrase("a rulebook", "条文与规则对照"),
            "letter": Phrase("a letter", "答复"),
        }  # fmt: skip
        common.show([report("CR717", None, target=without_password(target), taken=words[taken], given=words[given])])
        sys.exit(common.USAGE)
    return output


def write(output: "Output", cohort: "Cohort", run: "RunData | None", names: Iterable[str]) -> bool:
    """Write tables to an output, the manifest last; whether it could be done. The other outputs go on."""
    from creditlang.plugin import PluginError

    results = cohort.results
    try:
        with output:
            if (output.wants_run or output.wants_people) and run is not None:
                output.about(run)
            for name in names:
                output.write(name, results.columns(name), results.tables[name])
    except PluginError as error:
        common.show(error.diagnostics)
        return False
    return True


def what_was_written(targets: "Sequence[str]") -> None:
    """Where the results are, so that nobody has to look for them; on the error stream."""
    from creditlang.source import visible
    from creditlang.toolkit.addresses import without_password

    if named := [visible(without_password(target)) for target in targets if not target.endswith("-")]:
        common.echo(said(f"written: {', '.join(named)}", f"已写出：{'、'.join(named)}"), err=True)


def summary(cohort: "Cohort", err: bool, shown: Sequence[str] = ("students",)) -> None:
    """Some of the tables, if they have been made, what is wrong, and the equation."""
    from creditlang.cli.findings_screen import show_findings
    from creditlang.text_table import table_text
    from creditlang.words import TABLES, word

    results = cohort.results
    for name in shown:
        if name in results.tables:
            headings = [column.label for column in results.columns(name)]
            text = table_text(headings, results.screen_rows(results.tables[name], name))
            common.echo(f"{word(TABLES, name, results.language)}\n\n{text}\n" if len(shown) > 1 else text, err=err)
    show_findings(cohort.dataset.problems)
    equation(cohort)


def joined_line(joined: "Joined") -> str:
    """How the rows without a student number of one sheet found their students."""
    from creditlang.source import visible

    return visible(
        said(
            f"{joined.source}, by {', '.join(joined.columns)}: {joined.matched} matched, {joined.ambiguous} ambiguous, "
            f"{joined.unmatched} unmatched, {joined.duplicate} duplicate",
            f"{joined.source}，按{'、'.join(joined.columns)}：对上{joined.matched}行，重名{joined.ambiguous}行，"
            f"对不上{joined.unmatched}行，重复{joined.duplicate}行",
        )
    )


def equation(cohort: "Cohort") -> None:
    """The record equation, requirements in numbers, and who is undetermined; on the error stream."""
    from creditlang.cli.findings_screen import show_undetermined
    from creditlang.words import STANDING, label
    from creditlang.words import said as sentence

    results = cohort.results
    for name, requirement in results.policy.requirements.items():
        counts = {status: results.requirement_counts[name, status] for status in ("met", "unmet", "open")}
        common.echo(
            sentence(STANDING, reader_language(), label=label(requirement, reader_language()), **counts), err=True
        )
    for joined in cohort.dataset.joined:
        common.echo(joined_line(joined), err=True)
    sign = "" if cohort.balanced else "  ✗"
    common.echo(results.equation_text(cohort.read) + sign, err=True)
    show_undetermined(results.undetermined, bool(results.unread))
