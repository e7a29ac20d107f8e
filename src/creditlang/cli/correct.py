"""``creditlang correct``: whose results differ in a later run, and why."""

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import argument, option, reader_language
from creditlang.cli.verify import Replayable, refuse, replayable

if TYPE_CHECKING:
    from creditlang.corrections import Corrections, RunSide
    from creditlang.data.dataset import Dataset
    from creditlang.plugin import Output
    from creditlang.plugin.run_data import RunData
    from creditlang.schema import Row

_RUN = click.Path(exists=True, file_okay=False, path_type=Path)


@bilingual_help.command("correct")
@argument("earlier", type=_RUN)
@argument("later", type=_RUN)
@option("--data-then", "data_then", multiple=True, metavar="SRC")
@option("--data-now", "data_now", multiple=True, metavar="SRC")
@option("--policy-then", "policy_then", metavar="POLICY")
@option("--policy-now", "policy_now", metavar="POLICY")
@option("--mapping-then", "mapping_then", multiple=True, metavar="FILE")
@option("--mapping-now", "mapping_now", multiple=True, metavar="FILE")
@common.students_option
@option("--plugin", "plugins", multiple=True, metavar="NAME")
@option("--no-plugins", is_flag=True)
@option("--out", "targets", multiple=True, metavar="TARGET")
@common.language_option
def command(earlier: Path, later: Path, students: tuple[str, ...], targets: tuple[str, ...], **asked: Any) -> None:
    """Show whose results differ in a later run, and why."""
    from creditlang.cli.run import what_was_written
    from creditlang.corrections import correction_text, corrections_of
    from creditlang.diagnostics import report

    runs = [_verified(earlier, "then", asked), _verified(later, "now", asked)]
    one, two = (run.compiled.policy.identifier for run in runs)
    if one != two:
        refuse([report("CR896", None, earlier=one, later=two)])
    outputs = [_output(runs[1], target) for target in targets]
    sides = [_side(runs, at) for at in (0, 1)]
    asked_for = [{*names} for names in (students, *(run.kept.all("student") for run in runs)) if names]
    found = corrections_of(sides[0], sides[1], set.intersection(*asked_for) if asked_for else None)
    common.some_students(students, found.everybody)
    written = [_write(output, found, runs) for output in outputs]
    common.echo(correction_text(found, reader_language()))
    what_was_written([target for target, done in zip(targets, written, strict=True) if done])
    sys.exit(common.CLEAN if all(written) else common.BROKEN)


def _verified(folder: Path, when: str, asked: Mapping[str, Any]) -> Replayable:
    """A run that comes out as it stands in its folder; else the program ends."""
    given = common.DataRequest(
        asked[f"data_{when}"], None, (), asked["no_plugins"], asked["plugins"], asked[f"mapping_{when}"]
    )
    run = replayable(folder, given, asked[f"policy_{when}"])
    if isinstance(run, list):
        refuse(run)
        raise AssertionError("there is always something wrong with what is no run")
    refuse(run.differences())
    return run


def _output(run: Replayable, target: str) -> "Output":
    """The output at a target; one that can take only results ends the program before anything is worked out."""
    from creditlang.cli.run import opened_output
    from creditlang.diagnostics import report
    from creditlang.toolkit.addresses import without_password

    output = opened_output(run.manager, target)
    if output.wants_run and not output.wants_corrections:
        refuse([report("CR716", None, target=without_password(target))])
    return output


def _side(runs: list[Replayable], at: int) -> "RunSide":
    from creditlang.corrections import RunSide

    policy, request = runs[at].compiled.policy, runs[at].request
    settings = common.run_settings(policy, request)
    return RunSide(policy, settings.as_of, settings.overrides, partial(_read, runs, at))


def _read(runs: list[Replayable], policy: int, data: int) -> "Dataset":
    """The data of one run as the policy of one reads them."""
    from creditlang.data.reader import DataReader

    core, run = runs[policy].compiled.policy, runs[data]
    with common.opened(run.manager, run.request.data) as sources:
        return DataReader(core, common.opened_mappings(core, run.request.mappings)).read(common.tables_of(sources))


def _write(output: "Output", found: "Corrections", runs: list[Replayable]) -> bool:
    """Write the table and what it is about to an output; whether it could be done."""
    from creditlang.corrections import correction_columns, correction_rows
    from creditlang.kept_runs import own_hash
    from creditlang.plugin import PluginError
    from creditlang.results import headed
    from creditlang.schema import CORRECTION_TABLES
    from creditlang.words import COLUMNS

    language = reader_language()
    rows = list(correction_rows(found, language))
    manifest = [
        (f"{which}_{entry}", value)
        for which, run in zip(("earlier", "later"), runs, strict=True)
        for entry in ("policy_hash", "as_of", "data_hash", "manifest_hash")
        for value in run.kept.all(entry)
    ]
    manifest.append(own_hash(manifest))
    columns = {
        "corrections": correction_columns(language),
        "manifest": tuple(headed(x, COLUMNS, language, None) for x in CORRECTION_TABLES["manifest"]),
    }
    try:
        with output:
            if output.wants_run or output.wants_people:
                output.about(_about(found, runs[1], [x.name for x in columns["corrections"]], rows))
            output.write("corrections", columns["corrections"], rows)
            output.write("manifest", columns["manifest"], manifest)
    except PluginError as error:
        common.show(error.diagnostics)
        return False
    return True


def _about(found: "Corrections", later: Replayable, names: list[str], rows: "list[Row]") -> "RunData":
    """The later run for forms, as far as letters about corrections need it."""
    from creditlang.diagnostics.person_words import spoken
    from creditlang.plugin.run_data import RunData
    from creditlang.to_policy_words import policy_words

    policy, program, language = later.compiled.policy, later.compiled.compilation.program, reader_language()
    concerned = {change.student for change in found.changes}
    return RunData(
        policy=policy_words(policy, program, language), chinese=policy_words(policy, program),
        language=spoken(language, policy.person), as_of=found.sides[1].as_of,
        students={
            name: {"student_id": name, **student.attributes}
            for name, student in sorted(found.sides[1].read(1).students.items()) if name in concerned
        },
        records={}, results={"corrections": [dict(zip(names, row, strict=True)) for row in rows]},
    )  # fmt: skip
