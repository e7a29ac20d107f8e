"""Keeping what was tried: an example, a policy, a patch."""

from collections.abc import Iterator
from pathlib import Path

from creditlang.comparison import differences
from creditlang.driver import example_files, example_folder, read_source
from creditlang.source import SourceFile
from creditlang_repl import command_operands as operands
from creditlang_repl import saving
from creditlang_repl.commands import Command
from creditlang_repl.conversation import Conversation
from creditlang_repl.reply import Written
from creditlang_repl.tried_edits import PolicyEdit, own
from creditlang_repl.typed_edits import usage
from creditlang_repl.workspace import Tried

_FEW = 15


def save_example(now: Conversation, command: Command, source: SourceFile, start: int) -> Written:
    """The student as an example, which is run before it is kept."""
    number, view = now.chosen(), now.view()
    title, policy = operands.TITLE.match(source.text, start), now.workspace.policy
    if title is None or policy is None:
        raise usage(command)
    joint = operands.TO.match(source.text, title.end())
    file = operands.file_of(source.text[joint.end() if joint else title.end() :])
    if (joint is None) is not (file == ""):
        raise usage(command)
    path = Path(file) if file else example_folder(policy.path) / f"{policy.path.stem}.examples.credit"
    beside = saving.Beside(tuple(_example_sources(policy.path)), now.workspace.manager.extensions)
    text = saving.example(view, number, title[1][1:-1], now.language, _touched(now, number), beside)
    saving.add_to(path, text)
    written = _abridged(now, text.splitlines()).line(("faint", now.word("saved", name=path.name)))
    if path.resolve() not in example_files(policy.path):
        written.line(("warning", now.word("not tested")))
    if any(isinstance(edit, PolicyEdit) for edit in view.tried.edits):
        written.line(("warning", now.word("holds if changed")))
    return written


def _abridged(now: Conversation, lines: list[str]) -> Written:
    """A text of many lines by its beginning and its end, where an example says what it expects."""
    if len(lines) <= 2 * _FEW + 1:
        return Written().text("\n".join(lines))
    left_out = now.answerer(now.view()).word("more", count=len(lines) - 2 * _FEW)
    written = Written().text("\n".join(lines[:_FEW])).line(("faint", f"    {left_out}"))
    return written.text("\n".join(lines[-_FEW:]))


def _example_sources(path: Path) -> Iterator[SourceFile]:
    """The policy's files of examples, which `creditlang test` reads as well."""
    for other in example_files(path):
        source = read_source(other)
        if isinstance(source, SourceFile):
            yield source


def _touched(now: Conversation, number: str) -> set[tuple[str, str]]:
    """The accounts and facts that what is tried made different, with their periods."""
    before, after = now.workspace.view(Tried((), now.tried.as_of)), now.view()
    found = differences(before.result(number), after.result(number), before.policy, after.policy)
    return {(change.name, change.period) for change in (*found.accounts, *found.facts)}


def save_policy(now: Conversation, command: Command, source: SourceFile, start: int) -> Written:
    """The policy with its changes."""
    target = now.rest(command, source, operands.file_start(source.text, start))
    (changed,) = saving.changed_texts(now.view(), beside=False).values()
    return _written(now, target, saving.as_in(_file(now), changed))


def save_patch(now: Conversation, command: Command, source: SourceFile, start: int) -> Written:
    """The changes of the policy, and of named values in the files beside it that it uses."""
    target = now.rest(command, source, operands.file_start(source.text, start))
    policy, before = _file(now), own(now.workspace.base()).text
    shown = kept = ""
    for file, after in saving.changed_texts(now.view(), beside=True).items():
        path = file.path or policy
        old = before if path == policy else file.text
        name = path.resolve().relative_to(policy.parent.resolve()).as_posix()
        shown += saving.patch(name, old, after)
        kept += saving.patch(name, *(saving.as_in(path, text) for text in (old, after)))
    if not shown:
        return Written().line(("faint", now.word("no change")))
    saved = _written(now, target, kept)
    written = Written().text(shown)
    written.lines.extend(saved.lines)
    return written


def _file(now: Conversation) -> Path:
    now.workspace.base()
    assert now.workspace.policy is not None
    return now.workspace.policy.path


def _written(now: Conversation, target: str, text: str) -> Written:
    path = Path(operands.file_of(target))
    saving.write_new(path, text)
    return Written().line(("faint", now.word("saved", name=path.name)))
