"""The extras that creditlang is installed with, `pip install 'creditlang[office]'`, and the packages each brings.

Whoever works with one of them calls `need` before any work is done, so that nobody learns at the end of a long run that
its results cannot be written.
"""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Final

from creditlang.diagnostics import report
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
    """Whether an extra is installed."""
    return all(find_spec(module) is not None for module in EXTRAS[extra])


def need(extra: str, *modules: str) -> None:
    """Go on only where an extra is installed, or those of its modules that are named. Raises `PluginError` CR787."""
    for module in modules or EXTRAS[extra]:
        if find_spec(module) is None:
            raise PluginError(report("CR787", None, package=module, extra=extra))
