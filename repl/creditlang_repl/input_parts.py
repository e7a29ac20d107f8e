"""What an input is made of: its command, the operands, and where the language itself begins.

Completion, colours and the question whether an input is whole all ask this, so that they agree. Only the shape of the
text is looked at; whether there is such a student or such a record is the session's business.
"""

from collections.abc import Iterator
from typing import Literal

from attrs import evolve, frozen

from creditlang.ide import Beginning, Completeness, Vocabulary, completeness
from creditlang.ide.walk import Walk, reach
from creditlang_repl import command_operands as operands
from creditlang_repl.commands import Command, Operand, command_at

_BEGINNINGS: dict[str, Beginning] = {
    "students": "condition", "records": "records", "count": "records", "add": "record", "set": "setting",
}  # fmt: skip


@frozen
class Part:
    """A piece of an input, up to the next: what it is, and how the language begins there if it is language."""

    role: Operand | Literal["command"]
    start: int
    end: int
    beginning: Beginning | None = None
    command: str = ""
    record: str | None = None
    """The number of the record that the piece speaks of; empty for the student himself."""
    account: str = ""
    """The account that a line is to stand in, by name."""


def parts(text: str, vocabulary: Vocabulary) -> tuple[Part, ...]:
    """The pieces of an input, in order; the last goes up to its end."""
    start = len(text) - len(text.lstrip())
    found = command_at(text, vocabulary.known, vocabulary.people)
    if found is None:
        return (_bare(text, start, vocabulary),)
    command, end = found
    word = Part("command", start, start + len(text[start:end].rstrip(" \t　")), None, command.name)
    operands = (
        evolve(part, command=part.command or command.name) for part in _operands(command, text, end, vocabulary)
    )
    return (word, *operands)


def _bare(text: str, start: int, vocabulary: Vocabulary) -> Part:
    """What is no command: the reading that gets farthest, an expression rather than a rule if both go as far."""
    readings: tuple[Beginning, ...] = ("expression", "policy", "line")
    best = max(readings, key=lambda reading: reach(text[start:], reading, vocabulary.known))
    return Part("expression" if best == "expression" else "declaration", start, len(text), best)


def _operands(command: Command, text: str, start: int, vocabulary: Vocabulary) -> Iterator[Part]:
    end = len(text)
    if command.name in _BEGINNINGS:
        yield Part(command.operands[0], start, end, _BEGINNINGS[command.name])
    elif command.name == "data":
        words = [Part("address", word.start, word.end) for word in operands.words(text, start)]
        yield from words if words and words[-1].end == end else [*words, Part("address", end, end)]
    elif command.name == "change":
        yield from _change(text, start, vocabulary)
    elif command.name == "in":
        yield from _in_account(text, start, vocabulary)
    elif command.name == "what_if":
        inner = parts(text[start:], vocabulary)
        if text[start:].strip():
            yield from (evolve(part, start=part.start + start, end=part.end + start) for part in inner)
        else:
            yield Part("edit", start, end)
    elif command.name == "top":
        yield from _top(text, start, vocabulary)
    elif command.name == "save_example":
        yield from _save_example(text, start)
    elif command.name in ("save_policy", "save_patch"):
        yield Part("file", operands.file_start(text, start), end)
    elif command.operands:
        yield Part(command.operands[0], start, end)


def _change(text: str, start: int, vocabulary: Vocabulary) -> Iterator[Part]:
    """A record, or the student, and a value of its."""
    target = operands.target(text, start, lambda word: vocabulary.find(word, "kind") is not None, vocabulary.people)
    if target is None or (
        target.field == len(text) == target.end and (target.record or text[target.end - 1].isascii())
    ):
        yield Part("record", start, len(text))
        return
    yield Part("record", start, target.end)
    yield Part("field", target.field, len(text), "value", record=target.record)


def _in_account(text: str, start: int, vocabulary: Vocabulary) -> Iterator[Part]:
    """An account or item, the longest that is known here, and a line to stand in it."""
    sorts = ("account", "item")
    known = (form for form, entries in vocabulary.by_text.items() if any(entry.sort in sorts for entry in entries))
    end, line = operands.container(text, start, known) or _first_word(text, start)
    name = vocabulary.canonical(text[start:end], "account")
    if end >= len(text):
        yield Part("account", start, len(text), account=name)
        return
    yield Part("account", start, end, account=name)
    yield Part("declaration", line, len(text), "line", account=name)


def _first_word(text: str, start: int) -> tuple[int, int]:
    """Where a word ends that is no name, and where what follows begins."""
    word = text[start:].split(maxsplit=1)[:1]
    end = start + len("".join(word))
    return end, operands.after_container(text, end)


def _top(text: str, start: int, vocabulary: Vocabulary) -> Iterator[Part]:
    """A number, what is put in order, and which students."""
    match = operands.top(vocabulary.people).match(text, start)
    if match is None:
        yield Part("literal", start, len(text))
        return
    yield Part("literal", start, match.end())
    steps = Walk(text[match.end() :], "expression", vocabulary.known).steps()
    wrong = next((match.end() + step.start for step in steps if step.wrong), len(text))
    if not operands.WHERE.match(text, wrong):
        wrong = len(text)
    yield Part("expression", match.end(), wrong, "expression")
    if wrong < len(text):
        yield Part("condition", wrong, len(text), "condition")


def _save_example(text: str, start: int) -> Iterator[Part]:
    title = operands.TITLE.match(text, start)
    if title is None:
        yield Part("literal", start, len(text))
        return
    yield Part("literal", start, title.end())
    joint = operands.TO.match(text, title.end())
    yield Part("file", joint.end(), len(text)) if joint else Part("word", title.end(), len(text))


def whole(text: str, vocabulary: Vocabulary) -> Completeness:
    """Whether an input is whole, needs more lines, or is wrong somewhere."""
    last = parts(text, vocabulary)[-1]
    if last.beginning is None or not text.strip():
        return Completeness("whole")
    found = completeness(text[last.start : last.end], last.beginning, vocabulary)
    return evolve(found, at=found.at + last.start)
