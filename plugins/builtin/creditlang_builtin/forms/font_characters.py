"""Which characters a font has, as fontTools reads its table `cmap`.

A typesetter sets an empty box for a character that no font has, and says nothing. A box in the name of a student must
be noticed, so the fonts are asked beforehand. A file that cannot be made out has no characters.
"""

from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=64)
def coverage(path: Path, index: int = 0) -> frozenset[int]:
    """The code points that the font at a path has, in a collection the one with this index."""
    from fontTools.ttLib import TTFont

    try:
        with TTFont(path, fontNumber=index, lazy=True) as font:
            return frozenset(font.getBestCmap() or ())
    except Exception:  # fontTools raises whatever its parser ran into
        return frozenset()
