"""The extras that creditlang is installed with, `pip install 'creditlang[office]'`, and the packages each brings.

Whoever works with one of them calls `need` before any work is done, so that nobody learns at the end of a long run that
its results cannot be written.
"""

from collections.abc import Mapping
from typing import Final

from creditlang.diagnostics import report
from creditlang.installed import too_old, usable
from creditlang.plugin import PluginError

EXTRAS: Final[Mapping[str, tuple[str, ...]]] = {
    "arrow": ("numpy", "pyarrow"),
    "assistants": ("mcp", "msgspec"),
    "databases": ("adbc_driver_postgresql", "pymysql", "pyarrow"),
    "editor": ("lsprotocol", "pygls"),
    "fast": ("numpy", "pyarrow"),
    "office": ("defusedxml", "fontTools", "lxml", "openpyxl", "pyarrow", "typst", "xlrd", "xlsxwriter"),
    "pictures": ("matplotlib",),
    "signing": ("cryptography",),
    "solver": ("highspy",),
    "server": ("msgspec", "starlette", "uvicorn"),
}
"""The modules that tell whether an extra is installed."""


def has(extra: str) -> bool:
    """Whether an extra is installed, and nothing of it too old."""
    return all(map(usable, EXTRAS[extra]))


def need(extra: str, *modules: str) -> None:
    """Go on only where an extra is installed, or those of its modules that are named. Raises `PluginError`: CR787 one
    is not, CR779 it is too old.
    """
    for module in modules or EXTRAS[extra]:
        if (old := too_old(module)) is not None:
            raise PluginError(report("CR779", None, package=module, version=old[0], least=old[1], extra=extra))
        if not usable(module):
            raise PluginError(report("CR787", None, package=module, extra=extra))
