"""The plugin interface: all that a plugin imports, next to `creditlang.schema` and `creditlang.diagnostics`.

A plugin is a module with hooks (`hookspecs`) that hand over factories for what `interface` describes; the
manager finds, checks and calls them. Built-ins come in through the same door. `plugins/README.md` shows a whole
plugin.
"""

from creditlang.extensions import About, Calendar, CalendarFactory, Check, Day, Exact, Extensions, Finding, Function
from creditlang.plugin.comparison_data import ComparisonData
from creditlang.plugin.hookspecs import HOOK_VERSION, hookimpl
from creditlang.plugin.interface import (
    CommandFactory,
    Form,
    FormFactory,
    Forms,
    OpenSource,
    Output,
    OutputFactory,
    Signer,
    Source,
    SourceFactory,
)
from creditlang.plugin.manager import KIND_WORDS, PluginManager
from creditlang.plugin.plugin_error import PluginError
from creditlang.plugin.registry import PluginEntry
from creditlang.plugin.run_data import RunData
from creditlang.plugin.value_text import text_of
from creditlang.policy_words import PolicyWords

__all__ = [
    "HOOK_VERSION", "KIND_WORDS", "About", "Calendar", "CalendarFactory", "Check", "CommandFactory", "ComparisonData",
    "Day", "Exact", "Extensions", "Finding", "Form", "FormFactory", "Forms", "Function", "OpenSource", "Output",
    "OutputFactory", "PluginEntry", "PluginError", "PluginManager", "PolicyWords", "RunData", "Signer", "Source",
    "SourceFactory", "hookimpl", "text_of",
]  # fmt: skip
