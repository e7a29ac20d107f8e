"""What people call a thing that a policy declares."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from creditlang.diagnostics import Language

_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")


class Declared(Protocol):
    """An account, item, fact, requirement, kind of record, column, or what else has a name and labels."""

    @property
    def name(self) -> str: ...

    @property
    def labels(self) -> tuple[str, ...]: ...


def label(thing: Declared, language: Language = "zh") -> str:
    """The first label, else the name; to those who read English a label in Chinese says nothing."""
    return first_fit(thing.name, thing.labels, language)


def first_fit(name: str, labels: Iterable[str], language: Language = "zh") -> str:
    """The same for what is no declaration of its own, such as a value of a choice."""
    return next((text for text in labels if text != name and (language == "zh" or not _CHINESE.search(text))), name)


def unit_label(unit: str | None, labels: Mapping[str, str], language: Language = "zh") -> str:
    """What a unit is called; empty for a plain number."""
    name = unit or ""
    return first_fit(name, [labels.get(name, name)], language)
