"""What can come next in an input: text and cursor in, completions out; no terminal.

The command's operands say what is offered: names of the policy, students by number, name or pinyin, the student's
records, policies, addresses and files. Inside the language `creditlang.ide` is asked. Folders are looked into only
where a path is being typed.
"""

import os
import re
import shlex
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Literal

from attrs import evolve

from creditlang.diagnostics import Language, Phrase
from creditlang.driver import Compiled
from creditlang.ide import Beginning, Completion, Vocabulary, complete, vocabulary
from creditlang.ide.completion import LIMIT
from creditlang.ide.matching import CONTAINS, Index, Match
from creditlang.ide.vocabulary import Entry, Sort
from creditlang.ide.walk import Walk
from creditlang.resources import policy_names, sample_path
from creditlang.source import HIDDEN, visible
from creditlang.syntax.keywords import keywords
from creditlang.words import SORTS, said, word
from creditlang_repl.commands import commands, of_people
from creditlang_repl.input_parts import Part, parts
from creditlang_repl.session import Session

_TOPICS: tuple[Sort, ...] = ("require", "account", "item", "fact")
_FIRST_WORD = 24
_MOST_FILES = 500

List = Callable[[str], Iterable[tuple[str, bool]]]
"""The entries of a folder by name, each with whether it is a folder itself."""


def entries_of(folder: str) -> list[tuple[str, bool]]:
    """What is in a folder, sorted, as far as it can be read; hidden files and names that cannot be shown left out."""
    try:
        with os.scandir(folder or ".") as found:
            names = [(entry.name, entry.is_dir()) for entry, _ in zip(found, range(_MOST_FILES), strict=False)]
    except (OSError, ValueError):  # a path may hold what no path can
        return []
    return sorted(pair for pair in names if not pair[0].startswith(".") and not HIDDEN.search(pair[0]))


class Completer:
    """Completions for the inputs of one session."""

    def __init__(self, session: Session, listing: List = entries_of) -> None:
        """Ask `session` for its policy, students and records whenever something is typed."""
        self.session = session
        self.listing = listing
        self._vocabulary: tuple[Compiled | None, Vocabulary] | None = None
        self._students: tuple[tuple[tuple[str, str], ...], Index[tuple[str, str]]] = ((), Index(()))

    @property
    def vocabulary(self) -> Vocabulary:
        """The names of the policy as it stands."""
        compiled = self.session.compiled
        if self._vocabulary is None or self._vocabulary[0] is not compiled:
            self._vocabulary = compiled, vocabulary(compiled)
        return self._vocabulary[1]

    @property
    def students(self) -> Index[tuple[str, str]]:
        """The students by number and name."""
        found = self.session.students()
        if self._students[0] != found:
            self._students = found, Index([(student if student[1] else student[:1], student) for student in found])
        return self._students[1]

    def warm(self) -> None:
        """Make ready what the first keystroke would otherwise wait for; may run beside other work."""
        self.vocabulary.warm()
        self.students.warm()

    def complete(self, text: str, cursor: int) -> list[Completion]:
        """What can stand at `cursor`, best first; what follows it is not looked at."""
        text = text[:cursor]
        pieces = parts(text, self.vocabulary)
        last = pieces[-1]
        found: list[Completion] = []
        if "\n" not in text and len(text.lstrip()) <= _FIRST_WORD:
            found += self._commands(text, last)
        if last.role != "command" and not _closed_up(text, last):
            found += self._operand(text, last)
        first: dict[str, Completion] = {}
        for completion in found:
            first.setdefault(completion.text, completion)
        return list(first.values())[:LIMIT]

    # ---- commands
    def _commands(self, text: str, last: Part) -> Iterator[Completion]:
        """Commands that begin with what has been typed; after `what if`, those that make a change."""
        edits = last.command == "what_if"
        start = last.start if edits else len(text) - len(text.lstrip())
        typed = text[start:]
        if edits and typed and last.beginning is None:
            return
        language = self.session.language
        for match in _command_index(language, edits, self.vocabulary.people).search(typed, LIMIT):
            name, form = match.thing
            if match.grade <= CONTAINS and (match.grade < CONTAINS or len(typed) > 1) and form != typed:
                yield Completion(form, start, "command", said(commands()[name].summary, language))

    # ---- operands
    def _operand(self, text: str, part: Part) -> Iterable[Completion]:
        typed = text[part.start :]
        if part.beginning is not None:
            return self._language(text, part)
        match part.role:
            case "policy":
                bundled = _searched(policy_names(), typed, part.start, "policy")
                return (*bundled, *self._files(typed, part.start, ".credit"))
            case "address":
                samples = [f"sample:{name}" for name in policy_names() if sample_path(name) is not None]
                return (*_searched(samples, typed, part.start, "address"), *self._files(typed, part.start))
            case "file":
                return self._files(typed, part.start)
            case "student":
                return self._found(self.students.search(typed, LIMIT), part.start)
            case "record":
                return (*self._records(typed, part), *self._names(typed, part.start, ("item",), part.command == "drop"))
            case "topic":
                records = self._records(typed, part) if typed else ()
                return (*self._names(typed, part.start, _TOPICS), *records)
            case "requirement":
                return self._names(typed, part.start, ("require",))
            case "account":
                return self._names(typed, part.start, ("account",))
            case "literal" | "word":
                return self._words(typed, part)
            case _:
                return ()

    def _language(self, text: str, part: Part) -> list[Completion]:
        """What the language itself offers; at the beginning of what is no command, every reading of it."""
        typed = text[part.start : part.end]
        kind = self._kind(part)
        found: list[Completion] = []
        for beginning in self._readings(typed, part):
            for completion in complete(typed, len(typed), beginning, self.vocabulary, self.session.language, kind):
                found.append(evolve(completion, start=completion.start + part.start))
        return found

    def _readings(self, typed: str, part: Part) -> tuple[Beginning, ...]:
        """How a text may be read. What is no command may be anything while its first word is being typed; then it is
        what that word begins, and an expression only if the policy knows the word.
        """
        assert part.beginning is not None
        if part.command not in ("", "what_if"):
            return (part.beginning,)
        readings: tuple[Beginning, ...] = ("expression", "line", "policy")
        firsts = {reading: next(Walk(typed, reading, self.vocabulary.known).steps(), None) for reading in readings}
        if any(first is None or first.end == len(typed) for first in firsts.values()):
            return readings
        begun = tuple(reading for reading, first in firsts.items() if first and first.kind != "NAME")
        known = part.beginning == "expression" and typed[: firsts["expression"].end] in self.vocabulary.by_text  # type: ignore[union-attr]
        return begun or (("expression",) if known else ())

    def _kind(self, part: Part) -> str | None:
        """The kind of record that a value or a rule is of, as far as it can be told."""
        if part.account:
            return self.vocabulary.account_kinds.get(part.account)
        if part.record is None or part.record == "":
            return part.record
        words = dict(self.session.records()).get(part.record, "")
        kinds = (entry for entry in self.vocabulary.entries if entry.sort == "kind")
        return next((entry.name for entry in kinds if any(form in words for form in entry.forms)), None)

    def _names(self, typed: str, start: int, sorts: tuple[Sort, ...], wanted: bool = True) -> Iterator[Completion]:
        """Names of some sorts by whatever they are called, all of it as it is written."""
        chinese = self.session.language == "zh"
        matches: list[Match[Entry]] = []
        for sort in sorts if wanted else ():
            index = self.vocabulary.by_sort.get((sort, ""))
            matches += index.search(typed, LIMIT) if index else []
        best = [match for match in matches if match.grade <= CONTAINS] or matches
        for match in sorted(best, key=lambda match: match.grade):
            entry = match.thing
            form = match.form if typed else entry.labels[0] if chinese and entry.labels else entry.name
            other = entry.name if form != entry.name else next(iter(entry.labels), "")
            about = f"{word(SORTS, entry.sort, self.session.language)} {other}".strip()
            if form != typed:
                yield Completion(form, start, entry.sort, about)

    def _records(self, typed: str, part: Part) -> Iterator[Completion]:
        index = Index([(record, record) for record in self.session.records()])
        for number, words in (match.thing for match in index.search(typed, LIMIT) if match.grade <= CONTAINS):
            yield Completion(visible(number), part.start, "record", visible(words))

    def _found(self, matches: list[Match[tuple[str, str]]], start: int) -> Iterator[Completion]:
        for number, name in (match.thing for match in matches):
            yield Completion(visible(number), start, "student", visible(name))

    def _files(self, typed: str, start: int, ending: str = "") -> Iterator[Completion]:
        """Files and folders that go on with the path typed, quoted where they hold blanks."""
        path = re.sub("[\"'“”]", "", typed)
        folder, _, beginning = path.rpartition("/")
        inside = "/" if path.startswith("/") and not folder else folder
        for name, is_folder in self.listing(os.path.expanduser(inside)):
            if name.startswith(beginning) and (is_folder or name.endswith(ending)):
                whole = f"{folder}/{name}" if "/" in path else name
                written = shlex.quote(whole) if any(c.isspace() or c in "\"'" for c in whole) else whole
                yield Completion(written + "/" * is_folder, start, "file")

    def _words(self, typed: str, part: Part) -> list[Completion]:
        """The words that some commands know: languages, `students by`, `to`, and whatever help can explain."""
        language = self.session.language
        if part.command == "language":
            choices: tuple[str, ...] = ("en", "zh")
        elif part.command == "top":
            by = Phrase("students by", "名学生按")
            choices = (said(by, language), said(by, "en" if language == "zh" else "zh"))
            digits = len(typed) - len(typed.lstrip("0123456789 "))
            typed, part = typed[digits:], evolve(part, start=part.start + digits)
            choices = choices if digits else ()
        elif part.command == "save_example":
            choices = ("to", "到") if part.role == "word" else ()
        else:
            choices = _help_words(language)
        return _searched(choices, typed, part.start, "word")


def _closed_up(text: str, part: Part) -> bool:
    """Whether an English command has just been typed and no blank yet."""
    before = text[part.start - 1 : part.start]
    return part.command != "" and before.isascii() and before.isalpha()


def _searched(
    words: Iterable[str], typed: str, start: int, sort: Literal["policy", "address", "word"]
) -> list[Completion]:
    matches = Index([((word,), word) for word in words]).search(typed, LIMIT)
    return [
        Completion(match.thing, start, sort) for match in matches if match.grade <= CONTAINS and match.thing != typed
    ]


@lru_cache(maxsize=4)
def _command_index(language: Language, edits: bool, people: tuple[str, ...]) -> Index[tuple[str, str]]:
    """The forms of the commands, those of the dialect asked for first; with the policy's own words for `people`."""
    chosen = [command for command in commands().values() if not edits or command.name in _EDITS]
    forms = [(command.name, form) for command in chosen for form in (*of_people(command, people), *command.forms)]
    forms.sort(key=lambda pair: pair[1].isascii() == (language == "zh"))
    return Index([((form,), (name, form)) for name, form in forms])


_EDITS = frozenset({"set", "add", "drop", "change", "in"})


@lru_cache(maxsize=2)
def _help_words(language: Language) -> tuple[str, ...]:
    found: list[str] = []
    for side in ("zh", "en") if language == "zh" else ("en", "zh"):
        found += [form for command in commands().values() for form in getattr(command, side)]
        found += [form for entry in keywords().forms.values() for form in entry.get(side, ())]
    return tuple(dict.fromkeys(found))
