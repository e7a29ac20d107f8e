"""Factories for hooks to hand over that import nothing yet: hooks are called on every run, most offers are not used."""

from collections.abc import Callable
from importlib import import_module
from typing import Any


def late(where: str, extra: str | None = None) -> Callable[..., Any]:
    """A factory for the class or function at `package.module:name`, which is imported when the factory is called.

    Where it needs an `extra` of creditlang that is not installed, the factory raises `PluginError` CR787.
    """
    module, _, name = where.partition(":")

    def made(*arguments: Any, **named: Any) -> Any:
        if extra is not None:
            from creditlang.toolkit.extras import need

            need(extra)
        return getattr(import_module(module), name)(*arguments, **named)

    return made
