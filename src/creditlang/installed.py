"""Whether packages that creditlang can do without are there, in a version that it works with."""

import re
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from typing import Final

_ASKED: Final = re.compile(r"([\w.-]+)>=([\d.]+)")


def usable(module: str) -> bool:
    """Whether a module is installed, and not too old."""
    there = sys.modules.get(module) is not None or find_spec(module) is not None
    return there and too_old(module) is None


@cache
def too_old(module: str) -> tuple[str, str] | None:
    """The version that is installed, and the least that creditlang works with, if it is older than that."""
    name = module.lower().replace("_", "-")
    try:
        least, here = _least().get(name), version(name)
    except PackageNotFoundError:
        return None
    return (here, least) if least is not None and _numbers(here) < _numbers(least) else None


@cache
def _least() -> Mapping[str, str]:
    """By package, the least version that the extras of creditlang ask for."""
    asked = (_ASKED.match(line) for line in requires("creditlang") or ())
    return {found[1].lower(): found[2] for found in asked if found is not None}


def _numbers(text: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", text)]
