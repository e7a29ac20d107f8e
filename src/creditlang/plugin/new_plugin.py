"""A new plugin to start from: a distribution with one small, working offer of a kind, its contract test and a README.

The files of a plugin called `creditlang-campus` stand in `template/`; a new one has its own name for that. It passes
the contract tests as they are, so that whatever fails later is the author's own change.
"""

import os
import re
from pathlib import Path
from typing import Final

NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
TEMPLATE: Final = Path(__file__).parent / "template"
OFFERS: Final = ("source", "output", "form", "function", "calendar", "check")
"""What a new plugin may offer to begin with."""


def new_plugin(folder: Path, offers: str) -> list[Path]:
    """Write a plugin called like `folder`, such as `creditlang-library`, into it; the files written.

    Raises `ValueError` for a name that cannot be a distribution's, `FileExistsError` if there is such a folder.
    """
    name = folder.name
    if not NAME.fullmatch(name):
        raise ValueError(name)
    module, point = name.replace("-", "_"), name.removeprefix("creditlang-")
    texts = {
        "pyproject.toml": _text("pyproject.toml"),
        "README.md": _text("README.md"),
        f"src/{module}/__init__.py": _text(f"campus_{offers}.py"),
        f"src/{module}/py.typed": "",
        f"tests/test_{module}.py": _text(f"test_campus_{offers}.py"),
    }
    names = {"creditlang-campus": name, "creditlang_campus": module, "campus": point}
    if folder.exists():
        raise FileExistsError(folder)
    unfinished = folder.with_name(f".{name}.{os.getpid()}.tmp")
    for place, text in texts.items():
        path = unfinished / place
        path.parent.mkdir(parents=True, exist_ok=True)
        named = re.sub("creditlang[-_]campus|campus", lambda found: names[found[0]], text)
        path.write_text(named, encoding="utf-8", newline="\n")
    unfinished.rename(folder)
    return [folder / place for place in texts]


def _text(name: str) -> str:
    return (TEMPLATE / name).read_text(encoding="utf-8")
