"""Trying something: for the student, taken back and done again, and for everybody."""

from attrs import evolve

from creditlang.data.cells import CellError, parse_date
from creditlang.source import SourceFile
from creditlang_repl.answers import diagnostics
from creditlang_repl.commands import Command
from creditlang_repl.conversation import Conversation, new_warnings
from creditlang_repl.reply import Written
from creditlang_repl.tried_edits import PLACE, CannotDo
from creditlang_repl.typed_edits import first_line, usage
from creditlang_repl.workspace import Tried


def edit_policy(now: Conversation, command: Command, source: SourceFile, start: int) -> Written:
    """A change of the policy, or of a named value."""
    return now.try_edit(now.reader(now.number).after(command, source, start))


def edit_student(now: Conversation, command: Command, source: SourceFile, start: int) -> Written:
    """A change of the student's records or attributes."""
    return now.try_edit(now.reader(now.chosen()).after(command, source, start))


def drop(now: Conversation, command: Command, source: SourceFile, start: int) -> Written:
    """A record of the student less, or a rule."""
    student = now.chosen() if now.workspace.data is not None else None
    return now.try_edit(now.reader(student).after(command, source, start))


def as_of(now: Conversation, command: Command, source: SourceFile, start: int) -> Written:
    """Another day for today."""
    try:
        day = parse_date(now.rest(command, source, start))
    except CellError as error:
        raise CannotDo([error.diagnostic(PLACE)]) from None
    now.view()
    written = Written().line(("title", now.word("as of", date=day.isoformat())))
    written.lines.extend(now.go_on(first_line(source.text), evolve(now.tried, as_of=day)).lines)
    return written


def reset(now: Conversation, command: Command, source: SourceFile, start: int) -> Written:
    """All changes taken back at once."""
    edits = now.tried.edits
    if not edits:
        return Written().line(("faint", now.word("nothing tried")))
    written = Written().line(("title", now.word("reset", count=len(edits))))
    written.lines.extend(now.go_on(first_line(source.text), evolve(now.tried, edits=())).lines)
    return written


def history(now: Conversation, command: Command, source: SourceFile, start: int) -> Written:
    """What is being tried, and what was taken back."""
    written = Written()
    if now.tried.as_of is not None:
        written.line(now.word("as of", date=now.tried.as_of.isoformat()))
    if not now.tried.edits:
        written.line(("faint", now.word("nothing tried")))
    else:
        written.line(("title", now.word("tried")))
    for number, edit in enumerate(now.tried.edits, start=1):
        who = getattr(edit, "student", None)
        written.line(f"  {number}  {edit.said}", ("faint", f"  [{who}]" if who else ""))
    if now.future:
        written.line(("faint", now.word("taken back")))
        for said, _ in reversed(now.future):
            written.line(("faint", f"     {said}"))
    return written


def what_if(now: Conversation, command: Command, source: SourceFile, start: int) -> Written:
    """The same for all students: with an edit, that on top of what is tried; without, all that is tried."""
    if source.text[start:].strip():
        edit = now.reader(None).any(source, start, command)
        before, after = now.view(), now.workspace.view(Tried((*now.tried.edits, edit), now.tried.as_of))
    elif now.tried.edits:
        before, after = now.workspace.view(Tried((), now.tried.as_of)), now.view()
    else:
        raise usage(command)
    written = diagnostics(new_warnings(before.compiled, after.compiled), now.language)
    return written.text(now.comparison(before, after).text(now.language))
