"""What the people of a policy are called: students, unless it says `person driver "驾驶人"`.

The sentences of the program speak of students. A reader's language may carry another word; sentences are then said with
it, before anything is filled in, so that no name or value is ever changed.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, cast

from attrs import frozen

from creditlang.diagnostics.diagnostic import Language

PLURALS: Final[Mapping[str, str]] = {"person": "people", "child": "children", "man": "men", "woman": "women"}
"""Words for people whose plural is none of the rules."""
_VOWELS: Final = frozenset("aeiou")
_ES: Final = ("s", "x", "ch", "sh")
_ENGLISH: Final = re.compile(r"(?<![{\w`.=-])(?:([Aa]) )?([Ss])tudent(s|_id| ID| numbers?)?(?![\w=]|\.\w| card)")
_CHINESE: Final = re.compile("学生(?!证)|学号")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")


@frozen
class PersonWord:
    """What the people of a policy are called: its own word, and that in English and in Chinese."""

    name: str
    en: str
    zh: str
    numbers: tuple[str, ...] = ()
    """What their numbers are called, where the policy says it."""

    @staticmethod
    def of(name: str, labels: Iterable[str], numbers: tuple[str, ...] = ()) -> "PersonWord":
        """The word as a policy declares it, with its labels."""
        texts = (name, *labels)
        en = next((text for text in texts if not _HAN.search(text)), name)
        return PersonWord(name, en.replace("_", " "), next(filter(_HAN.search, texts), name), numbers)

    @staticmethod
    def declared(words: Sequence[str], numbers: tuple[str, ...]) -> "PersonWord | None":
        """What a policy says of its people; None where they are students with student numbers."""
        if words:
            return PersonWord.of(words[0], words[1:], numbers)
        return PersonWord("student", "student", "学生", numbers) if numbers else None

    @property
    def plural(self) -> str:
        """Several of them, in English."""
        return plural(self.en)

    @property
    def number(self) -> str:
        """The column of their numbers, as programs call it."""
        return self.en.replace(" ", "_") + "_id" if self.en.isascii() else "person_id"

    @property
    def number_zh(self) -> str:
        """The same in Chinese; where the policy has no Chinese word for them, as programs call it."""
        if said := next(filter(_HAN.search, self.numbers), ""):
            return said
        plain = "学号" if self.name == "student" else f"{self.zh}编号"
        return plain if _HAN.search(self.zh) else self.number

    @property
    def number_en(self) -> str:
        """The heading of that column in English."""
        capital = self.en[:1].upper() + self.en[1:]
        return next((text for text in self.numbers if not _HAN.search(text)), f"{capital} ID")


class Spoken(str):
    """A language of a reader who hears of other people than students. It is equal to the plain language."""

    person: PersonWord

    def __new__(cls, language: str, person: PersonWord) -> "Spoken":
        """`language` with the word."""
        spoken = super().__new__(cls, language)
        spoken.person = person
        return spoken

    def __getnewargs__(self) -> tuple[str, PersonWord]:  # type: ignore[override]
        return str(self), self.person


def spoken(language: Language, person: PersonWord | None) -> Language:
    """A language as it is spoken to the readers of a policy."""
    plain: Language = "zh" if language == "zh" else "en"
    return cast(Language, Spoken(plain, person)) if person is not None else plain


def plural(word: str) -> str:
    """Several of what an English word stands for."""
    if word in PLURALS:
        return PLURALS[word]
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(_ES) else f"{word}s"


def of_people(template: str, language: Language) -> str:
    """A sentence with the word for people that a reader's language carries."""
    person = getattr(language, "person", None)
    if person is None:
        return template
    if language == "zh":
        return _CHINESE.sub(lambda found: person.zh if found.group() == "学生" else person.number_zh, template)
    return _ENGLISH.sub(_english(person), template)


def _english(person: PersonWord) -> Callable[[re.Match[str]], str]:
    def word(found: re.Match[str]) -> str:
        article, first, ending = found.groups()
        said = {"s": person.plural, "_id": person.number}.get(ending, person.en)
        said = said.capitalize() if first == "S" else said
        if ending is not None and ending.startswith(" "):
            plural_ending = "s" if ending.endswith("s") else ""
            said = f"{person.number_en}{plural_ending}" if person.numbers else f"{said}{ending}"
        if article is None:
            return said
        return f"{article}{'n' if said[:1].lower() in _VOWELS else ''} {said}"

    return word
