"""Finds a font with Chinese characters for PDFs; without one a typesetter prints empty boxes and says nothing.

The user's setting `CREDITLANG_FONT` goes first: a font file, a folder of fonts, or the name of an installed family.
What it names has to be there and to have Chinese, otherwise nothing is printed; another font would not be what was
asked for. Without a setting, the fonts that the system knows and those of Windows are gone through in the order below:
Song type, as on official forms, before others.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from creditlang.diagnostics import report
from creditlang.plugin import PluginError
from creditlang_builtin.forms.font_characters import coverage

if TYPE_CHECKING:
    import typst

SETTING: Final = "CREDITLANG_FONT"
FAMILIES: Final = (
    "Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "Source Han Serif CN", "SimSun", "NSimSun", "宋体",
    "FangSong", "仿宋", "Songti SC", "STSong", "AR PL UMing CN", "FandolSong", "Noto Sans CJK SC", "Noto Sans SC",
    "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Microsoft YaHei",
    "微软雅黑", "SimHei", "黑体", "PingFang SC", "Heiti SC", "STHeiti", "AR PL UKai CN", "Droid Sans Fallback",
)  # fmt: skip
RARE: Final = ("SimSun-ExtB", "SimSun-ExtG", "HanaMinA", "HanaMinB", "BabelStone Han", "Plangothic P1", "Plangothic P2")
"""Families with characters that the others lack."""
FOLDERS: Final = ("/mnt/c/Windows/Fonts",)
"""Fonts that a system does not count among its own: those of Windows, seen from the Linux inside it."""

_CHINESE: Final = "学号姓名二课堂成绩单"


@frozen
class ChineseFonts:
    """Fonts for one run: all that were found, and the families to set texts in, each with its file and index there."""

    found: "typst.Fonts"
    families: Mapping[str, tuple[Path, int]]
    _had: set[str] = field(factory=set, eq=False)

    def missing(self, text: str) -> set[str]:
        """The characters of a text that none of the families has."""
        unknown = set(text) - self._had
        for path, index in self.families.values() if unknown else ():
            unknown = {x for x in unknown if not x.isspace() and ord(x) not in coverage(path, index)}
            if not unknown:
                break
        self._had.update(set(text) - unknown)
        return unknown


def chinese_fonts(folders: Sequence[str] = FOLDERS, system: bool = True) -> ChineseFonts:
    """The fonts to use. Raises `PluginError`: CR761 none has Chinese, CR765 the setting leads to none that has."""
    import typst

    setting = os.environ.get(SETTING, "").strip()
    own = Path(setting).absolute() if setting and Path(setting).exists() else None
    paths = [] if own is None else [str(own if own.is_dir() else own.parent)]
    paths += [folder for folder in folders if Path(folder).is_dir()]
    found = typst.Fonts(include_system_fonts=system, include_embedded_fonts=False, font_paths=paths)
    known = _files(found)
    wanted = [setting] if own is None else sorted(name for name, (file, _) in known.items() if _within(file, own))
    preferred = [name for name in wanted if _chinese(known, name)]
    if setting and not preferred:
        raise PluginError(report("CR765", None, setting=SETTING))
    usual = [name for name in FAMILIES if _chinese(known, name)]
    if not preferred and not usual:
        raise PluginError(report("CR761", None, setting=SETTING))
    rare = [name for name in RARE if name in known]
    return ChineseFonts(found, {name: known[name] for name in dict.fromkeys((*preferred, *usual, *rare))})


def _files(found: "typst.Fonts") -> dict[str, tuple[Path, int]]:
    """Where each family is, in its upright face of ordinary weight if it has one."""
    faces = [(font.family, font.style != "normal", abs(font.weight - 400), font.path, font.index)
             for font in found.fonts() if font.path]  # fmt: skip
    return {family: (Path(path), index) for family, _, _, path, index in sorted(faces, reverse=True)}


def _within(file: Path, own: Path) -> bool:
    return file.absolute() == own or own in file.absolute().parents


def _chinese(known: Mapping[str, tuple[Path, int]], family: str) -> bool:
    """Whether a family is there and has Chinese."""
    return family in known and coverage(*known[family]).issuperset(map(ord, _CHINESE))
