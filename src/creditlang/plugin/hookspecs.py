"""The hooks: what a plugin may offer. They are versioned; `HOOK_VERSION` grows when a hook changes its meaning.

A plugin is a module named by an entry point in the group `creditlang`:

    [project.entry-points.creditlang]
    campus = "creditlang_campus"

and marks its hooks with `hookimpl`:

    from creditlang.plugin import hookimpl

    creditlang_hook_version = 1

    @hookimpl
    def creditlang_sources():
        return {"campus": CampusSource}

A hook hands over factories under names; it opens nothing and imports nothing heavy, because it is called on every
run. A hook may take fewer arguments than listed here, so that a later version can add one. A hook that is not listed
here is an error in the plugin, named as such: a misspelt hook would otherwise be silence. Each plugin is called on
its own; hooks of one plugin cannot wrap those of another.

Invariant: names are lower-case letters, digits, `_` and `-`, at least two of them (one would be a Windows drive); a
suffix is such a name with a point in front. Two plugins with one name is an error that names both, and neither is
used.
"""

from collections.abc import Callable, Mapping
from typing import Final

import pluggy

from creditlang.extensions import CalendarFactory, Check, Function
from creditlang.plugin.interface import CommandFactory, Forms, OpenSource, OutputFactory, SourceFactory

PROJECT: Final = "creditlang"
"""The name of the hooks' project and of the entry-point group."""

HOOK_VERSION: Final = 1
"""The version of the hooks below. A plugin that sets a greater `creditlang_hook_version` is reported and not loaded."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def creditlang_sources(open_source: OpenSource) -> Mapping[str, SourceFactory]:
    """Sources by scheme or suffix: `{"campus": CampusSource, ".tsv": TabbedSource}`.

    `campus:WHERE` calls the factory with `WHERE`; a path that ends in `.tsv` calls it with the path; `folder` is called
    for a path that is a folder. `open_source` opens another address, for a source that is made of others.
    """


@hookspec
def creditlang_outputs(forms: Callable[[], Forms]) -> Mapping[str, OutputFactory]:
    """Outputs by scheme or suffix: `{"campus": CampusOutput, ".tsv": TabbedOutput}`.

    The factory is called with what stands after the scheme, or with the path, and with the stream that `-` means.
    `forms` gives the forms of all plugins, for an output that draws them.
    """


@hookspec
def creditlang_forms() -> Forms:
    """Printed forms and reports, made of a run, by name: `{"class-list": ClassList}`.

    `--out forms:FOLDER` writes those that fit the policy, `--out forms:FOLDER#class-list` just one.
    """


@hookspec
def creditlang_functions() -> Mapping[str, Function]:
    """Functions that policies may call, by name: `{"full_months": Function(…)}`.

    A policy writes `full_months(start, end)`.
    """


@hookspec
def creditlang_calendars() -> Mapping[str, CalendarFactory]:
    """Calendars of holidays and made-up working days, by name: `{"china": ChinaCalendar}`.

    A policy writes `holiday from "china"` in its calendar.
    """


@hookspec
def creditlang_checks() -> Mapping[str, Check]:
    """Further checks of a policy, by name, each yielding findings; `creditlang check` runs them all."""


@hookspec
def creditlang_commands() -> Mapping[str, CommandFactory]:
    """Further subcommands of `creditlang`, by name, made when they are called."""
