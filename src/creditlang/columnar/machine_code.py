"""The kernels, as machine code or with arrays as a whole.

Machine code is the same for every policy. It is made once, when a run is large enough to be worth it, and kept in the
user's own cache directory, under a name that tells what it was made of and for. What is kept there is run, so nobody
else may write to it; where that cannot be had it is made in memory.
"""

import hashlib
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from threading import Lock
from typing import Any, Final

from attrs import frozen

from creditlang.columnar import kernels, plain_kernels
from creditlang.diagnostics import report, system_reason
from creditlang.diagnostics.announcements import announce
from creditlang.installed import usable


@frozen
class Kernels:
    """The functions of `kernels`, by one of the two ways."""

    decide: Callable[..., int]
    accumulate: Callable[..., int]
    lays_out: bool = True
    """Whether `decide` takes the codes of records as one array."""


PLAIN: Final = Kernels(plain_kernels.decide, plain_kernels.accumulate, lays_out=False)
_WORTH_IT: Final = 1 << 23
"""Records from which on machine code saves more than it takes to load."""
_MOST_KEPT: Final = 4
_LOADED: Final[list[Kernels]] = []
_LOADING: Final = Lock()
_DECIDE: Final = (
    "int64(int32[::1], uint32[::1], uint16[:, ::1], int64[::1], int64[::1], int64[::1], int64[::1], int32[::1], "
    "int32[::1])"
)
_ACCUMULATE: Final = (
    "int64(int64[::1], int32[::1], int64[::1], int64[::1], int64[::1], int64[:, ::1], int64[:, ::1], int64[:, ::1], "
    "int8[:, ::1], int32[:, ::1], int64, int64, int64[::1], int8[::1], int64[:, ::1], boolean[:, ::1], int32[::1], "
    "int32[:, ::1], int64[:, ::1])"
)


def kernels_for(records: int) -> Kernels:
    """The fastest way for so many records."""
    if not _LOADED and (records < _WORTH_IT or not usable("numba")):
        return PLAIN
    return machine_code()


def machine_code() -> Kernels:
    """Machine code, loaded or made. Raises `ImportError` where numba is not installed."""
    with _LOADING:
        if not _LOADED:
            _LOADED.append(made(cache_folder()))
        return _LOADED[0]


def made(folder: Path) -> Kernels:
    """Machine code that is kept in a folder, or made and kept there if that can be."""
    import numba

    own = folder / f"kernels-{_made_of(numba)}"
    reason = _unsafe(own)
    if reason is not None:
        announce(report("CR861", None, folder=str(own), reason=reason))
    if reason is not None or not any(own.glob("**/*.nbi")):
        announce(report("CR860", None))
    config: Any = numba.config
    before, config.CACHE_DIR = config.CACHE_DIR, str(own)
    try:
        way: dict[str, Any] = {"nogil": True, "boundscheck": False, "cache": reason is None}
        return Kernels(numba.njit(_DECIDE, **way)(kernels.decide), numba.njit(_ACCUMULATE, **way)(kernels.accumulate))
    finally:
        config.CACHE_DIR = before


def cache_folder() -> Path:
    """Where this user's programs keep what they can make again."""
    named = os.environ.get("XDG_CACHE_HOME") or (os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else None)
    base = Path(named) if named else Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    return base / "creditlang"


def _made_of(numba: Any) -> str:
    """What machine code is made of and for, in short."""
    from llvmlite import __version__ as llvmlite_version
    from llvmlite import binding

    source = Path(kernels.__file__).read_bytes()
    processor = binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()
    parts = (source, numba.__version__, llvmlite_version, sys.version, platform.machine(), *processor)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _unsafe(own: Path) -> Any:
    """Why a folder cannot keep machine code; None if it can. Of others beside it the oldest go."""
    try:
        own.parent.mkdir(parents=True, exist_ok=True)
        own.mkdir(mode=0o700, exist_ok=True)
        status = own.lstat()
        if sys.platform != "win32" and (own.is_symlink() or status.st_uid != os.getuid() or status.st_mode & 0o077):
            raise PermissionError(13, os.strerror(13))
        if not os.access(own, os.W_OK | os.X_OK):
            raise PermissionError(13, os.strerror(13))
        kept = sorted(own.parent.glob("kernels-*"), key=lambda path: path.lstat().st_mtime)
        for old in kept[:-_MOST_KEPT]:
            rmtree(old, ignore_errors=True)
    except (OSError, RuntimeError) as error:
        return system_reason(error) if isinstance(error, OSError) else str(error)
    return None
