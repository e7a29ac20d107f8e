"""The exceptions of the library. Each says why in `diagnostics`; as text it shows their messages."""

from collections.abc import Iterable

from creditlang.diagnostics import Diagnostic, render
from creditlang.plugin.plugin_error import PluginError


class _Failed(Exception):
    """What cannot go on, and why."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        """At least one diagnostic."""
        self.diagnostics = tuple(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        return "\n".join(render(found) for found in self.diagnostics)


class PolicyError(_Failed):
    """A policy that has errors."""


class DataError(_Failed):
    """Data that cannot be used."""


__all__ = ["DataError", "PluginError", "PolicyError"]
