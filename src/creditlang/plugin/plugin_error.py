"""The exception for whatever goes wrong with a plugin, an address, or an output that cannot be written."""

from creditlang.diagnostics import Diagnostic, render


class PluginError(Exception):
    """Nothing can be read or written that way. `diagnostics`, never empty, says why; `str` shows their messages."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        """At least one diagnostic."""
        if not diagnostics:
            raise ValueError("a PluginError says why")
        super().__init__(*diagnostics)
        self.diagnostics = diagnostics

    def __str__(self) -> str:
        return "\n".join(map(render, self.diagnostics))
