"""“Did you mean …”: the known name that looks or sounds most like the one written.

Two names are compared by their characters (the share that survives the fewest single edits, a swap of neighbours
being one), and, where either is Chinese, by their pinyin without tones as well: most slips in Chinese are slips of the
input method, 学份 for 学分, and among short words the sound alone tells the likely one from the others. A name whose
parts stand in another order, or that is a good part of a longer one, counts too, but less.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any, Final
from unicodedata import normalize

from attrs import define

from creditlang.diagnostics.diagnostic import Meant

LEAST: Final = 0.62
"""Likeness, from 0 to 1, below which nothing is suggested."""

_OTHER_ORDER: Final = 0.9
_SAME_SOUND: Final = 0.8
_PART: Final = 0.3
_LONG_ENOUGH: Final = 4
_LONGEST: Final = 100  # code points; nobody names a thing so


def nearest(name: str, candidates: Iterable[str], limit: int = 1) -> Meant | None:
    """The candidate closest to `name`, or up to `limit` of them joined by commas; `None` when nothing is close.

    Among equals the first one given wins. It is sure where it alone is a slip away.
    """
    if not name or len(name) > _LONGEST:
        return None
    others = [candidate for candidate in dict.fromkeys(candidates) if candidate != name and len(candidate) <= _LONGEST]
    scored = [(_likeness(name, candidate), candidate) for candidate in others]
    close = [pair for pair in scored if pair[0] >= LEAST]
    close.sort(key=lambda pair: -pair[0])
    if not close:
        return None
    slips = [candidate for _, candidate in close if _is_slip(name, candidate)]
    return Meant(", ".join(candidate for _, candidate in close[:limit]), slips == [close[0][1]])


@define
class NearestNames:
    """The nearest of the names that are known, for as many unknown ones as can be compared in a second or two."""

    left: int = 200_000

    def of(self, name: str, candidates: Iterable[str]) -> Meant | str:
        """The one closest to `name`; nothing where none is close, or so much has been compared already."""
        if self.left <= 0:
            return ""
        known = list(candidates)
        self.left -= len(known)
        return nearest(name, known) or ""


@cache
def _alike() -> Any:
    """How far two texts are from each other; loaded when a name is not known."""
    from rapidfuzz.distance import OSA

    return OSA


@lru_cache(maxsize=1 << 12)
def _folded(name: str) -> tuple[str, list[str]]:
    """A name as it is compared, and its parts in order."""
    folded = normalize("NFKC", name).casefold()
    return folded, sorted(folded.split("_"))


def _is_slip(name: str, candidate: str) -> bool:
    """Whether one slip of the hand makes `name` of `candidate`: of letters, never digits, or of characters by sound."""
    name, candidate = _folded(name)[0], _folded(candidate)[0]
    if re.findall(r"\d", name) != re.findall(r"\d", candidate):
        return False
    if not candidate.isascii() and len(name) == len(candidate) > 1 and _pinyin(name) == _pinyin(candidate):
        return True
    return min(len(name), len(candidate)) >= _LONG_ENOUGH and _alike().distance(name, candidate) <= 1


def _likeness(name: str, candidate: str) -> float:
    (name, parts), (candidate, other_parts) = _folded(name), _folded(candidate)
    if name == candidate:
        return 1.0
    if parts == other_parts:
        return _OTHER_ORDER
    chinese = not (name.isascii() and candidate.isascii())
    return max(_looks_and_sounds(name, candidate) if chinese else _looks(name, candidate), _contains(name, candidate))


def _looks(name: str, candidate: str) -> float:
    """The share of characters that stay; a single slip is forgiven from three letters on."""
    if min(len(name), len(candidate)) < 2:
        return 0.0
    return float(_alike().normalized_similarity(name, candidate))


def _looks_and_sounds(name: str, candidate: str) -> float:
    alike = _alike()
    spoken_name, spoken_candidate = _pinyin(name), _pinyin(candidate)
    if spoken_name == spoken_candidate and len(candidate) > 1:
        return _SAME_SOUND + (1 - _SAME_SOUND) * float(alike.normalized_similarity(name, candidate))
    looks = alike.normalized_similarity(name, candidate)
    sounds = alike.normalized_similarity(spoken_name, spoken_candidate)
    return float(looks + sounds) / 2


def _contains(name: str, candidate: str) -> float:
    """How well the shorter name serves as an abbreviation of the longer, when it is a part of it."""
    short, long = sorted((name, candidate), key=len)
    if len(short) < 2 or short not in long:
        return 0.0
    share = len(short) / len(long)
    return LEAST + _PART * (share - 0.5) if share >= 0.5 else 0.0


@lru_cache(maxsize=1 << 16)
def _pinyin(text: str) -> str:
    if text.isascii():
        return text
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(text))
