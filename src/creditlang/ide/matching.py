"""Which names match what has been typed so far.

In this order: a name or label begins so; its pinyin does, without tones and blanks, or the first letters of its
syllables do; it holds this somewhere; and only if nothing else was found, it looks alike. Characters with several
readings match by each of them. Within one step the order given is kept.

The beginnings are looked up in a sorted list, so that ten thousand names cost no more than ten.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import islice, product
from typing import Final, Generic, TypeVar
from unicodedata import normalize

from attrs import frozen

EXACT: Final = 0
BEGINS: Final = 1
SOUNDS: Final = 2
CONTAINS: Final = 3
LOOKS_ALIKE: Final = 4

LAST: Final = "\U0010ffff"
"""Sorts after every character that a text holds."""

_LIKENESS: Final = 70.0
_FEW: Final = 8
_READINGS: Final = 24
T = TypeVar("T")
_Found = tuple[int, int, int]
"""A match: how well, the number of the thing, which of its forms."""


@frozen
class Match(Generic[T]):
    """What matched: the thing, the form by which it did, and how well (the less the better)."""

    thing: T
    form: str
    grade: int


def folded(text: str) -> str:
    """A text as it is compared: half width, small letters."""
    return text.lower() if text.isascii() else normalize("NFKC", text).casefold()


@lru_cache(maxsize=1 << 15)
def _readings_of(character: str) -> tuple[str, ...]:
    from pypinyin import Style, pinyin

    return tuple(dict.fromkeys(pinyin(character, style=Style.NORMAL, heteronym=True)[0]))


@lru_cache(maxsize=1 << 15)
def sounds(text: str) -> tuple[str, ...]:
    """The full pinyin of a text that is not ASCII, and its initials, by each reading.

    Of the many readings of a long text those are kept that differ in its first characters, which are typed first.
    """
    from pypinyin import lazy_pinyin

    spoken = tuple(lazy_pinyin(text))
    choices = [_readings_of(character) if ord(character) > 0x2E7F else (character,) for character in folded(text)]
    readings = [tuple(reversed(found)) for found in islice(product(*reversed(choices)), _READINGS)]
    both = [
        form for syllables in (spoken, *readings) for form in ("".join(syllables), "".join(s[:1] for s in syllables))
    ]
    return tuple(dict.fromkeys(form.lower() for form in both))


class Index(Generic[T]):
    """Things to be found by any of their forms, the one shown first; ready to be searched again and again."""

    def __init__(self, things: Iterable[tuple[Sequence[str], T]]) -> None:
        """Take things with their forms, in the order in which they are to be listed."""
        self.things: list[tuple[tuple[str, ...], T]] = [(tuple(forms), thing) for forms, thing in things]

    def warm(self) -> None:
        """Make ready what would otherwise be made by the first search."""
        _ = self.written, self.spoken, self.folded_forms

    @cached_property
    def folded_forms(self) -> list[tuple[str, int, int]]:
        """Each form as it is compared, the number of its thing, and which of its forms it is."""
        return [
            (folded(form), n, place) for n, (forms, _) in enumerate(self.things) for place, form in enumerate(forms)
        ]

    @cached_property
    def written(self) -> list[tuple[str, int, int]]:
        """The forms in the order of the alphabet."""
        return sorted(self.folded_forms)

    @cached_property
    def spoken(self) -> list[tuple[str, int, int]]:
        """How the forms sound, in the order of the alphabet."""
        return sorted(
            (sound, number, place)
            for number, (forms, _) in enumerate(self.things)
            for place, form in enumerate(forms)
            if not form.isascii()
            for sound in sounds(form)
        )

    def search(self, typed: str, limit: int) -> list[Match[T]]:
        """The best matches for what was typed, best first, each thing once, by the first of its forms that match so
        well; with nothing typed, the first things.
        """
        if not typed:
            return [Match(thing, forms[0], BEGINS) for forms, thing in self.things[:limit]]
        typed = folded(typed)
        found = self._best(self._written(typed))
        if len(found) < limit:
            found = self._best((*found, *self._others(typed)))
        if not found and len(typed) > 1:
            found = self._best(self._alike(typed))
        best = sorted(found, key=lambda match: match[:2])[:limit]
        return [Match(self.things[number][1], self.things[number][0][place], grade) for grade, number, place in best]

    def _best(self, matches: Iterable[_Found]) -> list[_Found]:
        """Of the matches of each thing the best."""
        found: dict[int, _Found] = {}
        for match in matches:
            if match[1] not in found or match < found[match[1]]:
                found[match[1]] = match
        return list(found.values())

    def _written(self, typed: str) -> Iterator[_Found]:
        """The forms that begin so."""
        start = bisect_left(self.written, (typed, -1, -1))
        end = bisect_left(self.written, (typed + LAST, -1, -1), start)
        for text, number, place in self.written[start:end]:
            yield EXACT if text == typed else BEGINS, number, place

    def _others(self, typed: str) -> Iterator[_Found]:
        if typed.isascii():
            start = bisect_left(self.spoken, (typed, -1, -1))
            end = bisect_left(self.spoken, (typed + LAST, -1, -1), start)
            yield from ((SOUNDS, number, place) for _, number, place in self.spoken[start:end])
        # A single letter is in most names.
        if len(typed) > 1 or not typed.isascii():
            yield from ((CONTAINS, number, place) for text, number, place in self.folded_forms if typed in text)

    def _alike(self, typed: str) -> Iterator[_Found]:
        from rapidfuzz import fuzz, process

        texts = [text for text, _, _ in self.folded_forms]
        found = process.extract(typed, texts, scorer=fuzz.ratio, limit=_FEW, score_cutoff=_LIKENESS)
        for _, likeness, at in found:
            _, number, place = self.folded_forms[at]
            # Grades are compared first, so the more alike stands before the less.
            yield LOOKS_ALIKE + round(100 - likeness), number, place
