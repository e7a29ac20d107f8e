"""creditlang: a policy language for credit and conduct rules.

Importing the package is cheap; what it offers is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from creditlang.api import Change, Policy, Requirement, Result, compare, load
    from creditlang.cohort import Cohort
    from creditlang.comparison import Comparison
    from creditlang.data_schemas import arrow_schemas, input_schema, result_schema
    from creditlang.errors import DataError, PluginError, PolicyError
    from creditlang.policy_set import PolicySet
    from creditlang.record_lines import RecordLine
    from creditlang.record_types import generate_types
    from creditlang.values import Interval

__version__ = "0.1.0"
__all__ = [
    "Change", "Cohort", "Comparison", "DataError", "Interval", "PluginError", "Policy", "PolicyError", "PolicySet",
    "RecordLine", "Requirement", "Result", "__version__", "arrow_schemas", "compare", "generate_types",
    "input_schema", "load", "result_schema",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    homes = {
        "Cohort": "cohort", "Comparison": "comparison", "Interval": "values", "PolicySet": "policy_set",
        "RecordLine": "record_lines", "generate_types": "record_types",
    }  # fmt: skip
    home = "errors" if name.endswith("Error") else homes.get(name, "data_schemas" if "schema" in name else "api")
    return getattr(import_module(f"creditlang.{home}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
