"""creditlang: a policy language for credit and conduct rules.

Importing the package is cheap; what it offers is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from creditlang.api import Change, Policy, Requirement, Result, compare, load
    from creditlang.comparison import Comparison
    from creditlang.errors import DataError, PluginError, PolicyError

__version__ = "0.1.0"
__all__ = [
    "Change", "Comparison", "DataError", "PluginError", "Policy", "PolicyError", "Requirement", "Result", "__version__",
    "compare", "load",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "errors" if name.endswith("Error") else "comparison" if name == "Comparison" else "api"
    return getattr(import_module(f"creditlang.{home}"), name)
