"""``creditlang letter``: an answer to a student who disputes what became of a record."""

import sys
from typing import TYPE_CHECKING

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import argument, option, reader_language, said

if TYPE_CHECKING:
    from creditlang.ledger import StudentResult


@bilingual_help.command("letter")
@argument("policy")
@common.data_options
@option("--student", "student", required=True, metavar="ID")
@option("--record", "record", required=True, metavar="ID")
@option("--out", "targets", multiple=True, metavar="FILE")
@common.language_option
def command(policy: str, request: common.DataRequest, student: str, record: str, targets: tuple[str, ...]) -> None:
    """Answer a student who disputes what became of a record, in a letter to be printed."""
    from creditlang.cli.rulebook import clauses_of
    from creditlang.cli.run import opened_output, what_was_written, work_out
    from creditlang.decision_letter import decision_letter
    from creditlang.diagnostics import nearest
    from creditlang.plugin import PluginError
    from creditlang.plugin.manager import split_address
    from creditlang.rulebook import clause_file

    manager = common.plugin_manager(request)
    wanted = targets or ("letter.html",)
    outputs = [opened_output(manager, x if split_address(x)[0] else f"letter:{x}", "letter") for x in wanted]
    compiled = common.sound_policy(policy, manager=manager)
    kept: list[StudentResult] = []
    cohort = work_out(compiled.policy, manager, request, [student], keep=kept.append)
    common.some_students([student], [result.student for result in kept])
    clauses = clauses_of(clause_file(common.find(policy)))
    try:
        letter = decision_letter(compiled, clauses, kept[0], record, cohort.as_of, reader_language())
    except KeyError:
        close = nearest(record, [entry.record.identifier for entry in kept[0].entries])
        hint = said(f" Did you mean “{close}”?", f"是不是“{close}”？") if close else ""
        common.fail(common.USAGE, said(
            f"Student {student} has no record “{record}”.{hint}", f"学生{student}没有记录“{record}”。{hint}"
        ))  # fmt: skip
    try:
        for output in outputs:
            with output:
                output.about_document(letter)
    except PluginError as error:
        common.show(error.diagnostics)
        sys.exit(common.BROKEN)
    what_was_written(wanted)
