"""What people call a thing that a policy declares."""

import re
from collections.abc import Mapping
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
    fit = (text for text in thing.labels if language == "zh" or not _CHINESE.search(text))
    return next(fit, thing.name)


def unit_label(unit: str | None, labels: Mapping[str, str], language: Language = "zh") -> str:
    """What a unit is called; empty for a plain number."""
    name = unit or ""
    given = labels.get(name, name)
    return name if language == "en" and _CHINESE.search(given) else given
