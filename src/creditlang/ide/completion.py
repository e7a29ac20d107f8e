"""What can come next in a text, from where it stands so far.

A word that the parser cannot take for anything is put at the place; the parser's state before it says which keywords
can stand there and whether a name can. Which names, `context` says; which of them match what was typed, `matching`.

In Chinese, which is written closed up, the last word may have been cut too short (学术 of 学术科技类), and what is a
whole word may go on or be followed at once by another. So the completions at the starts of the words before it count as
well, if what follows them up to the place is their beginning.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal

from attrs import evolve, frozen

from creditlang.diagnostics import Language
from creditlang.ide.context import Place, Wanted, kind_at, type_of, wanted, with_places
from creditlang.ide.matching import BEGINS, CONTAINS, SOUNDS, Index
from creditlang.ide.vocabulary import EMPTY, PLAIN, Entry, Sort, Vocabulary
from creditlang.ide.walk import Beginning, ParserStack, Step, Walk
from creditlang.syntax.keywords import keywords
from creditlang.syntax.lexer import FOLLOWED, FOLLOWED_IN_CHINESE
from creditlang.words import SORTS, word

PROBE = "ʘ"
"""A letter that no name and no keyword begins with or goes on with."""

LIMIT = 100
_SEVERAL = frozenset({"PERIOD", "DURATION", "DISPOSITION"})
_TOP = re.compile(r"^(?=[^\s#])", re.MULTILINE)
_MOST_WORDS = 4
_DIGITS = re.compile(r"(?<![\w-])\d[\d-]*\Z")
_LETTER = re.compile(r"[A-Za-z_]\Z")
_QUOTES: dict[Language, str] = {"en": '""', "zh": "“”"}
_CLOSING = {'"': '"', "“": "”", "＂": "＂"}
_DIALECTS: dict[Language, tuple[Language, Language]] = {"en": ("en", "zh"), "zh": ("zh", "en")}
_YES_NO = frozenset({"YES", "NO"})


@frozen
class Completion:
    """A text that may stand from `start` up to the place, what it is, and how it is explained."""

    text: str
    start: int
    sort: Sort | Literal["keyword", "command", "student", "record", "policy", "address", "file", "word"]
    about: str = ""


@frozen
class _Anchor:
    """A place at which a completion may begin: what has been typed since, the parser's states, what stands before."""

    start: int
    typed: str
    stack: ParserStack
    place: Place
    last: bool
    """Whether nothing but the word at the cursor has been typed since."""


@frozen
class _Asked:
    """What is the same for all completions of one place."""

    text: str
    beginning: Beginning
    vocabulary: Vocabulary
    language: Language
    kind: str | None


Found = Iterator[tuple[int, Completion]]
"""Completions with their grades."""


def complete(
    text: str, cursor: int, beginning: Beginning, vocabulary: Vocabulary = EMPTY, language: Language = "en",
    kind: str | None = None,
) -> list[Completion]:  # fmt: skip
    """What can stand at `cursor`, best first, at most `LIMIT`. What follows the cursor is not looked at.

    `kind` is the kind of record spoken of where the text itself does not say (empty: the student's attributes).
    """
    offset = declaration_start(text[:cursor]) if beginning == "policy" else 0
    typed = text[offset:cursor]
    best: dict[str, tuple[int, int, Completion]] = {}
    for rank, (grade, completion) in enumerate(_all(_Asked(typed, beginning, vocabulary, language, kind))):
        known = best.get(completion.text)
        if (known is None or grade < known[0]) and typed[completion.start :] != completion.text:
            best[completion.text] = grade, rank, completion
    ranked = sorted(best.values(), key=lambda entry: entry[:2])
    good = [entry for entry in ranked if entry[0] <= CONTAINS] or ranked
    return [evolve(completion, start=completion.start + offset) for _, _, completion in good[:LIMIT]]


def declaration_start(text: str) -> int:
    """Where the declaration begins that the end of a policy's text is in."""
    starts = [match.start() for match in _TOP.finditer(text)]
    return starts[-1] if starts else 0


def _all(asked: _Asked) -> Found:
    walk = Walk(asked.text + PROBE, asked.beginning, asked.vocabulary.known)
    steps = list(walk.steps())
    end = len(asked.text) + len(PROBE)
    last = next((number for number, step in enumerate(steps) if step.end == end and step.end > step.start), None)
    if last is None:
        return
    if steps[last].kind in ("CR007", "CR008"):
        if steps[last].before:
            yield from _in_quotes(asked, _anchor(asked, steps, last, last), steps[last].kind)
        return
    yield from _semesters(asked, steps)
    for anchor in _anchors(asked, steps, last):
        yield from _at(asked, anchor)


def _anchors(asked: _Asked, steps: Sequence[Step], last: int) -> list[_Anchor]:
    """Where completions may begin, farthest first: the starts of the last words, if those are closed up with the word
    at the cursor or may with it be a keyword of several words, and of that word itself. After a blank the next word is
    likelier than that the one before it goes on.
    """
    found: list[_Anchor] = []
    for number in range(max(0, last - _MOST_WORDS), last + 1):
        step = steps[number]
        typed = asked.text[step.start :]
        here = number == last and not typed and not _LETTER.search(asked.text)
        if step.start <= len(asked.text) and "\n" not in typed and (here or PLAIN.match(typed)):
            found += (_anchor(asked, steps, number, last, stack) for stack in _stacks(steps, number))
    return sorted(found, key=lambda anchor: anchor.typed[-1:].isspace())


def _stacks(steps: Sequence[Step], number: int) -> Iterator[ParserStack]:
    """The parser's states before a step: after a comma two, if with the next word another line may begin."""
    if steps[number].before:
        yield ParserStack(list(steps[number].before))
    if number and steps[number - 1].kind == "COMMA" and steps[number - 1].before:
        another = ParserStack(list(steps[number - 1].before))
        if another.feed("CLAUSE_COMMA"):
            yield another


def _anchor(asked: _Asked, steps: Sequence[Step], number: int, last: int, stack: ParserStack | None = None) -> _Anchor:
    *_, (_, place) = with_places(steps[: number + 1], asked.text, asked.beginning, asked.kind)
    stack = stack or ParserStack(list(steps[number].before))
    return _Anchor(steps[number].start, asked.text[steps[number].start :], stack, place, number == last)


def _at(asked: _Asked, anchor: _Anchor) -> Found:
    """Names, the keywords of the dialect asked for, those of the other; where a line begins, the keywords first."""
    one_word = not re.search(r"\s", anchor.typed)
    after_digit = not anchor.typed and asked.text[-1:].isdigit()
    names = list(_names(asked, anchor)) if one_word and anchor.stack.accepts("NAME") else []
    words = list(_keywords(asked, anchor))
    line = anchor.place.line
    begins = asked.beginning in ("line", "policy") and (not line or (line[-1][0] == "COLON" and line[0][0] != "NAME"))
    for grade, completion in (*words, *names) if begins and not anchor.place.is_record else (*names, *words):
        if after_digit and completion.text.isascii():
            continue
        if anchor.last or grade <= (SOUNDS if one_word else BEGINS):
            yield grade, completion


def _names(asked: _Asked, anchor: _Anchor) -> Found:
    for grade, entry, form in _entries(asked, wanted(anchor.place, asked.vocabulary), anchor.typed):
        quotes = _QUOTES[asked.language] if anchor.place.is_record and anchor.stack.accepts("STRING") else None
        written = _written(entry, form, quotes)
        yield grade, Completion(written, anchor.start, entry.sort, _about(entry, written, asked.language))


def _entries(asked: _Asked, sorts: Wanted, typed: str) -> Iterator[tuple[int, Entry, str]]:
    """Matching names, each with the form in which it is to be written; with nothing typed, that of the dialect."""
    for key in sorts:
        index = asked.vocabulary.by_sort.get(key)
        for match in index.search(typed, LIMIT) if index else ():
            entry = match.thing
            form = match.form if typed else _preferred(entry, asked.language)
            yield match.grade, entry, form


def _preferred(entry: Entry, language: Language) -> str:
    plain = [label for label in entry.labels if PLAIN.fullmatch(label)]
    return entry.name if language == "en" or not entry.labels else (plain or entry.labels)[0]


def _written(entry: Entry, form: str, quotes: str | None) -> str:
    """A form as it can stand in the text: where it is no plain word, in quotation marks if they may stand here."""
    if PLAIN.fullmatch(form) or entry.sort == "semester":
        return entry.name if entry.sort == "semester" else form
    if quotes:
        return f"{quotes[0]}{form}{quotes[1]}"
    return entry.name if form.isascii() else next(filter(PLAIN.fullmatch, entry.labels), entry.name)


def _about(entry: Entry, written: str, language: Language) -> str:
    other = entry.name if written != entry.name else next(iter(entry.labels), "")
    return f"{word(SORTS, entry.sort, language)} {other}".strip()


def _keywords(asked: _Asked, anchor: _Anchor) -> Found:
    terminals = anchor.stack.acceptable().intersection(keywords().forms)
    followed = frozenset() if anchor.stack.accepts("NAME") else frozenset(FOLLOWED)
    if _takes_no_yes(asked, anchor.place):
        terminals -= _YES_NO
    for language in _DIALECTS[asked.language]:
        left = followed.union(FOLLOWED_IN_CHINESE) if followed and language == "zh" else followed
        for match in _keyword_index(terminals - left, language).search(anchor.typed, LIMIT):
            form, terminal = match.thing
            if anchor.typed or terminal in _SEVERAL or form == keywords().forms[terminal][language][0]:
                other = keywords().written(terminal, "zh" if language == "en" else "en")
                yield match.grade, Completion(form, anchor.start, "keyword", "" if other == form else other)


@lru_cache(maxsize=512)
def _keyword_index(terminals: frozenset[str], language: Language) -> Index[tuple[str, str]]:
    ordered = [name for name in keywords().forms if name in terminals]
    forms = ((name, keywords().forms[name].get(language, ())) for name in ordered)
    pairs = [(form, name) for name, written in forms for form in written if len(form) > 1 or form == written[0]]
    return Index([((form,), (form, name)) for form, name in pairs])


def _takes_no_yes(asked: _Asked, place: Place) -> bool:
    """Whether a value is wanted of something that is known not to be a yes or no."""
    if not (place.is_record or place.beginning == "value") or len(place.line) < 2:
        return False
    name = place.line[0 if place.beginning == "value" else -1][1]
    found = type_of(name, kind_at(place, asked.vocabulary), asked.vocabulary)
    return found is not None and found.name != "yes or no"


def _in_quotes(asked: _Asked, anchor: _Anchor, code: str) -> Found:
    """Inside marks that are still open: articles in brackets; in a record, items and values by any label."""
    typed = anchor.typed[1:]
    if code == "CR008":
        for grade, entry, form in _entries(asked, (("article", ""),), typed):
            yield grade, Completion(form, anchor.start + 1, "article", _about(entry, form, asked.language))
    elif anchor.place.is_record and anchor.stack.accepts("STRING"):
        opening = anchor.typed[0]
        for grade, entry, form in _entries(asked, wanted(anchor.place, asked.vocabulary), typed):
            written = f"{opening}{form}{_CLOSING[opening]}"
            yield grade, Completion(written, anchor.start, entry.sort, _about(entry, form, asked.language))


def _semesters(asked: _Asked, steps: Sequence[Step]) -> Found:
    """Semesters that begin with the digits typed; the lexer sees a number and minus signs until they are whole."""
    match = _DIGITS.search(asked.text)
    number = next((at for at, step in enumerate(steps) if match and step.before and step.start == match.start()), None)
    if match is None or number is None:
        return
    anchor = _anchor(asked, steps, number, number)
    if anchor.stack.accepts("SEMESTER_NAME") and ("semester", "") in wanted(anchor.place, asked.vocabulary):
        for grade, entry, form in _entries(asked, (("semester", ""),), match.group()):
            if grade <= BEGINS and form == entry.name:
                yield grade, Completion(form, anchor.start, "semester", _about(entry, form, asked.language))
