"""Finds the data folders that travel with the package: `grammar/` and `stdlib_policies/`.

An installed package carries a copy of both under `creditlang/_bundled`; a checkout (also an editable install) has them
at its root. The names of policies arrive from a policy text or a command line, so such a name is a relative path of
letters, digits, `_` and `-`, separated by `/`: nothing else is looked up, so nothing can leave the folder. So are names
of files beside a policy, after `./`.
"""

import re
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
# Sixty characters of up to four bytes each stay under the 255 bytes that file systems allow for one name.
_NAME = re.compile(r"[\w-]{1,60}(?:/[\w-]{1,60}){0,7}")


def grammar_path(name: str) -> Path:
    """Path of a file in `grammar/`, such as `creditlang.lark`; FileNotFoundError if the installation lacks it."""
    path = _folder("grammar") / name
    if not path.is_file():
        raise FileNotFoundError(f"creditlang is incomplete: no grammar file {name!r} in {path.parent}")
    return path


def policy_names() -> tuple[str, ...]:
    """Names of the bundled policies, sorted: the folders of `stdlib_policies/` that hold a policy of their own name."""
    folders = (path.name for path in _folder("stdlib_policies").iterdir() if path.is_dir())
    return tuple(sorted(name for name in folders if policy_path(name) is not None))


def policy_path(name: str) -> Path | None:
    """Path of the bundled policy `name`, `stdlib_policies/<name>/<name>.credit`, or None if there is none."""
    return None if "/" in name else use_path(f"{name}/{name}")


def bundled_policies() -> dict[str, Path]:
    """The files of the bundled policies, by name."""
    return {name: path for name in policy_names() if (path := policy_path(name)) is not None}


def card_paths() -> list[Path]:
    """The pages that teach the whole language to a reader in a hurry, `card.md` and `card.zh.md`."""
    return [_folder("docs") / name for name in ("card.md", "card.zh.md")]


def use_path(name: str) -> Path | None:
    """Path of the file that `use "common/levels"` means, or None for an unknown or not plain relative name."""
    if not _NAME.fullmatch(name):
        return None
    path = _folder("stdlib_policies") / f"{name}.credit"
    return path if path.is_file() else None


def path_beside(folder: Path, name: str) -> Path | None:
    """Path of the file that `use "./levels"` means in a policy of `folder`, there or not; None for another name."""
    return folder / f"{name[2:]}.credit" if name.startswith("./") and _NAME.fullmatch(name[2:]) else None


def is_bundled(path: Path) -> bool:
    """Whether a file comes with the program."""
    return path.is_relative_to(_folder("stdlib_policies"))


def sample_path(name: str) -> Path | None:
    """Folder with the sample data of the bundled policy `name`, or None if it has none."""
    policy = policy_path(name)
    if policy is None:
        return None
    path = policy.parent / "sample"
    return path if path.is_dir() else None


def mapping_names() -> tuple[str, ...]:
    """Names of the bundled mappings, sorted: the files of `stdlib_policies/mappings/`."""
    return tuple(sorted(path.stem for path in (_folder("stdlib_policies") / "mappings").glob("*.toml")))


def mapping_path(name: str) -> Path | None:
    """Path of the bundled mapping `name`, or None for an unknown or not plain name."""
    if not _NAME.fullmatch(name) or "/" in name:
        return None
    path = _folder("stdlib_policies") / "mappings" / f"{name}.toml"
    return path if path.is_file() else None


@cache
def _folder(name: str) -> Path:
    """The package's own copy of a data folder, else the one of the checkout that the package stands in."""
    bundled = _PACKAGE / "_bundled" / name
    if bundled.is_dir():
        return bundled
    for parent in _PACKAGE.parents:
        if (parent / name).is_dir() and (parent / "pyproject.toml").is_file():
            return parent / name
    raise FileNotFoundError(f"creditlang is incomplete: no folder {name!r} in {bundled.parent} nor above {_PACKAGE}")
