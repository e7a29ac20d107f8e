"""``creditlang rulebook``: a policy as a book to read beside its regulation."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import argument, option, reader_language

if TYPE_CHECKING:
    from creditlang.rulebook.clause_file import ClauseTexts


@bilingual_help.command("rulebook")
@argument("policy")
@option("--out", "targets", multiple=True, metavar="FILE")
@common.language_option
def command(policy: str, targets: tuple[str, ...]) -> None:
    """Write a policy as a book beside its regulation: each clause, what it says as rules, worked examples."""
    from creditlang.cli.run import opened_output, what_was_written
    from creditlang.diagnostics import report
    from creditlang.plugin import PluginError
    from creditlang.plugin.manager import split_address
    from creditlang.rulebook import clause_file, rulebook_of

    manager = common.plugin_manager()
    path = common.find(policy)
    wanted = targets or (f"{path.stem}.rulebook.html",)
    outputs = [opened_output(manager, x if split_address(x)[0] else f"rulebook:{x}", "rulebook") for x in wanted]
    compiled = common.sound_policy(policy, examples=True, manager=manager)
    beside = clause_file(path)
    book = rulebook_of(compiled, clauses_of(beside), beside.name, reader_language())
    try:
        for output in outputs:
            with output:
                output.about_rulebook(book)
    except PluginError as error:
        common.show(error.diagnostics)
        sys.exit(common.BROKEN)
    what_was_written(wanted)
    if book.has_clause_file and book.without_text:
        common.show([report("CR119", None, file=beside.name, articles="；".join(book.without_text))])


def clauses_of(path: Path) -> "ClauseTexts | None":
    """The clauses beside a policy, if there are any; what is wrong with their file ends the program."""
    from creditlang.diagnostics import Diagnostic
    from creditlang.driver import read_source
    from creditlang.rulebook import read_clauses

    if not path.is_file():
        return None
    source = read_source(path)
    if isinstance(source, Diagnostic):
        common.show([source])
        sys.exit(common.FINDINGS)
    found = read_clauses(source)
    if found.problems:
        common.show(found.problems)
        sys.exit(common.FINDINGS)
    return found
