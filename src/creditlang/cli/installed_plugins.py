"""Whether there are plugins that did not come with creditlang, without importing `importlib.metadata`, which would take
a tenth of the time in which a short policy is checked.
"""

import os
import re
import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Final

_OURS: Final = re.compile(r"creditlang-[^-]+\.dist-info")
_INFORMATION: Final = (".dist-info", ".egg-info", "egg-info")


def only_built_in() -> bool:
    """False where another distribution has entry points for creditlang, and where only an import could tell."""
    if any(hasattr(finder, "find_distributions") for finder in sys.meta_path if finder is not PathFinder):
        return False
    return not any(_others_in(Path(place)) for place in sys.path)


def _others_in(place: Path) -> bool:
    if not place.is_dir():
        return place.exists()  # an archive
    for name in os.listdir(place):
        if name.lower().endswith(_INFORMATION) and not _OURS.fullmatch(name):
            points = place / name / "entry_points.txt"
            if points.is_file() and b"[creditlang]" in points.read_bytes():
                return True
    return False
