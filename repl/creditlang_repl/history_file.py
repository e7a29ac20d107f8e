"""Where earlier inputs are kept: a file that nobody but the user can read, or none where that is not possible."""

import os
import sys
from pathlib import Path


def state_folder() -> Path:
    """The user's folder for such files, by the habit of the system. RuntimeError if there is no home."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "creditlang"
    given = os.environ.get("XDG_STATE_HOME", "")
    return (Path(given) if Path(given).is_absolute() else Path.home() / ".local" / "state") / "creditlang"


def history_file(folder: Path | None = None) -> Path | None:
    """The file of earlier inputs, made if it is missing; None if it cannot be written.

    What was typed may hold numbers and names of students: folder and file are for their owner alone.
    """
    try:
        folder = folder or state_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / "history"
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600))
        path.chmod(0o600)
    except (OSError, RuntimeError):
        return None
    return path
