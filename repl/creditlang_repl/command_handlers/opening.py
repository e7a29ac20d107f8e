"""Opening a policy and data, and choosing a student."""

import os

from attrs import evolve

from creditlang.diagnostics import nearest, report
from creditlang.source import SourceFile
from creditlang_repl import command_operands as operands
from creditlang_repl.answers import diagnostics
from creditlang_repl.commands import Command
from creditlang_repl.conversation import Conversation
from creditlang_repl.reply import Written
from creditlang_repl.tried_edits import CannotDo, StudentEdit
from creditlang_repl.typed_edits import unquoted, usage
from creditlang_repl.workspace import Tried


def load(now: Conversation, command: Command, source: SourceFile, start: int) -> Written:
    """Another policy; the data are read by it, what was tried is forgotten."""
    policy = now.workspace.load(operands.file_of(now.rest(command, source, start)))
    core = policy.compiled.policy
    data = now.workspace.data and now.workspace.read(now.workspace.data.addresses, core)
    now.workspace.use(policy)
    now.workspace.hold(data)
    forgotten = len(now.tried.edits)
    now.tried, now.past, now.future = Tried(as_of=now.tried.as_of), (), ()
    if data is None or now.number not in data.dataset.students:
        now.number = None
    for name, value in now.settings.items():
        edit = now.reader(None).setting(SourceFile("prompt", f"{name} = {value}"), 0)
        now.tried = evolve(now.tried, edits=(*now.tried.edits, edit))
    title = core.title or core.identifier
    written = Written()
    written.line(("title", now.word("loaded", title=title, name=policy.path.stem, rules=len(core.rules))))
    return _forgotten(now, written, forgotten)


def _forgotten(now: Conversation, written: Written, count: int) -> Written:
    """Say that what was tried is gone, if something was."""
    return written.line(("warning", now.word("forgotten", count=count))) if count else written


def data(now: Conversation, command: Command, source: SourceFile, start: int) -> Written:
    """Other data; what was tried of the policy stays, what was tried of students goes."""
    base = now.workspace.base()
    now.rest(command, source, start)
    words = [word.value for word in operands.words(source.text, start)]
    addresses = tuple(os.path.expanduser(word) for word in words if word is not None)
    if len(addresses) < len(words):
        raise usage(command)  # quotation marks that are not closed
    read = now.workspace.read(addresses, base.policy)
    now.workspace.hold(read)
    kept = tuple(edit for edit in now.tried.edits if not isinstance(edit, StudentEdit))
    forgotten = len(now.tried.edits) - len(kept)
    now.tried, now.past, now.future = evolve(now.tried, edits=kept), (), ()
    if now.number not in read.dataset.students:
        now.number = None
    where, problems = ", ".join(addresses), read.dataset.problems
    written = Written().line(now.word("read", students=len(read.dataset.students), records=read.rows, where=where))
    if problems:
        written.line(("warning", now.word("problems", count=len(problems))))
        written.lines.extend(diagnostics(problems[:1], now.language).lines)
    return _forgotten(now, written, forgotten)


def reload(now: Conversation, command: Command, source: SourceFile, start: int) -> Written:
    """Policy and data read again."""
    now.workspace.base()
    assert now.workspace.policy is not None
    policy = now.workspace.read_policy(now.workspace.policy.path)
    known = now.workspace.data
    fresh = known and now.workspace.read(known.addresses, policy.compiled.policy)
    return now.anew(Written().line(("title", now.word("read anew"))), policy, fresh)


def student(now: Conversation, command: Command, source: SourceFile, start: int) -> Written:
    """Choose a student, by number, or by a name that nobody else has."""
    students = now.view().known().dataset.students
    wanted = unquoted(now.rest(command, source, start))
    numbers = [wanted] if wanted in students else []
    if not numbers:
        names = {number: now.name_of(number) for number in students}
        numbers = sorted(number for number, name in names.items() if name == wanted)
        if not numbers:
            close = nearest(wanted, [*students, *filter(None, names.values())]) or ""
            raise CannotDo([report("CR904", None, name=wanted[:40], nearest=close)])
    if len(numbers) > 1:
        shown = ", ".join(numbers[:8])
        raise CannotDo([report("CR905", None, name=wanted, count=len(numbers), numbers=shown)])
    now.number = numbers[0]
    view = now.view()
    written = Written().line(("title", f"{now.number} {now.name_of(now.number)}".rstrip()))
    problem = students[now.number].problem
    if problem is not None:
        written.lines.extend(diagnostics([problem], now.language).lines)
    written.lines.extend(now.answerer(view).standing(view.result(now.number)).lines)
    return written
