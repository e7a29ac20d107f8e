"""What the commands share: options, loading a policy, opening data, showing findings, printing safely."""

import difflib
import gc
import json
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar, cast

import click
from attrs import frozen

from creditlang.cli.bilingual_help import option, reader_language, said, speak_of
from creditlang.cli.installed_plugins import only_built_in
from creditlang.resources import mapping_names
from creditlang.source import HIDDEN, visible

if TYPE_CHECKING:
    from creditlang.cohort import Settings
    from creditlang.core.operators import Policy
    from creditlang.data.mappings.mapping import MappingFile
    from creditlang.diagnostics import Diagnostic, Language
    from creditlang.driver import Compiled
    from creditlang.extensions import Extensions
    from creditlang.one_student import Engine
    from creditlang.plugin import PluginManager, Source
    from creditlang.schema import RawTable
    from creditlang.source import SourceFile

CLEAN, FINDINGS, USAGE, UNDETERMINED, BROKEN = range(5)
F = TypeVar("F", bound=Callable[..., Any])


language_option: Final = option(
    "--lang", "language", type=click.Choice(["en", "zh"]), default=reader_language, expose_value=False
)
"""Which language it is was found before."""
mapping_option: Final = option("--mapping", "mappings", multiple=True, metavar="FILE|NAME", names=mapping_names)
students_option: Final = option("--student", "students", multiple=True, metavar="ID")


@frozen
class DataRequest:
    """What was asked for: data, the as-of date, named values, and which plugins may be loaded."""

    data: tuple[str, ...]
    as_of: str | None = None
    settings: tuple[str, ...] = ()
    no_plugins: bool = False
    plugins: tuple[str, ...] = ()
    mappings: tuple[str, ...] = ()
    language: "Language | None" = None
    """Of the results, where it is not the reader's."""


def data_options(function: F, required: bool = True) -> F:
    """``--data`` (`required` or not), ``--mapping``, ``--as-of``, ``--set`` and those for plugins, handed on together
    as `request`.
    """

    @wraps(function)
    def collected(
        data: tuple[str, ...], as_of: str | None, settings: tuple[str, ...], no_plugins: bool,
        plugins: tuple[str, ...], mappings: tuple[str, ...], **others: Any,
    ) -> Any:  # fmt: skip
        return function(request=DataRequest(data, as_of, settings, no_plugins, plugins, mappings), **others)

    decorated: Any = collected
    for added in (
        option("--no-plugins", is_flag=True),
        option("--plugin", "plugins", multiple=True, metavar="NAME"),
        option("--set", "settings", multiple=True, metavar="NAME=VALUE"),
        option("--as-of", metavar="DATE"),
        mapping_option,
        option("--data", multiple=True, required=required, metavar="SRC"),
    ):  # fmt: skip
        decorated = added(decorated)
    return cast(F, decorated)


def echo(text: str = "", err: bool = False) -> None:
    """Print lines, nothing in them that could act on a terminal."""
    click.echo("\n".join(map(visible, text.split("\n"))), err=err)


def echo_json(document: Mapping[str, object]) -> None:
    """Print a document as JSON, nothing in it that could act on a terminal."""
    text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True)
    click.echo(HIDDEN.sub(lambda sign: "\n" if sign[0] == "\n" else json.dumps(sign[0])[1:-1], text))


def difference(name: str, before: str, after: str) -> str:
    """The lines in which two texts of a file differ, each with the line around it."""
    lines = difflib.unified_diff(before.split("\n"), after.split("\n"), name, name, lineterm="", n=1)
    return "\n".join(lines)


def fail(code: int, text: str) -> NoReturn:
    """Say what is wrong, in one line, and leave."""
    click.echo(visible(text), err=True)
    sys.exit(code)


def refused(name: str, error: OSError) -> NoReturn:
    """Say what the system has against a file, and leave."""
    from creditlang.diagnostics import system_reason

    fail(BROKEN, f"{name}{said(': ', '：')}{said(str(system_reason(error)), system_reason(error).zh)}")


def some_students(students: Sequence[str], known: Collection[str]) -> None:
    """End the program if one of the students is not among those in the data."""
    from creditlang.diagnostics import in_language, listed

    if unknown := [student for student in students if student not in known]:
        who = listed(unknown)
        fail(
            USAGE,
            said("No student {who} in the data.", "数据里没有学生{who}。", who=in_language(who, reader_language())),
        )


def show(found: Iterable["Diagnostic"], err: bool = True) -> None:
    """Print findings."""
    from creditlang.diagnostics import render

    stream = sys.stderr if err else sys.stdout
    colour = stream.isatty() and "NO_COLOR" not in os.environ
    for diagnostic in found:
        click.echo(render(diagnostic, reader_language(), colour), err=err, color=colour or None)


def find(policy: str) -> Path:
    """The file of a policy, or an error that says which there are."""
    from creditlang.driver import find_policy
    from creditlang.resources import policy_names

    path = find_policy(policy)
    if path is None:
        names = ", ".join(policy_names())
        fail(USAGE, said(
            f"There is no policy “{policy}”. Give a file, or one of the bundled policies: {names}.",
            f"没有名为“{policy}”的办法。请给出文件，或者内置办法之一：{names}。",
        ))  # fmt: skip
    return path


def only_own(policies: tuple[str, ...]) -> None:
    """End the program if a bundled policy is named, whose file is not the user's."""
    for policy in policies:
        if policy != "-" and not Path(policy).is_file():
            find(policy)
            fail(USAGE, said(
                f"{policy} is a bundled policy, which is not changed; add --diff, or give a file of your own.",
                f"{policy} 是内置办法，不能改动；请加 --diff，或者给出自己的文件。",
            ))  # fmt: skip


def compile_policy(
    policy: str,
    examples: bool = False,
    manager: "PluginManager | None" = None,
    plugin_checks: bool = False,
    texts: "Mapping[Path, SourceFile] | None" = None,
) -> "Compiled":
    """A compiled and checked policy, sound or not; with its files of examples if wanted. `texts` stand for what is in
    some of its files.
    """
    from creditlang.driver import compile_source, example_files, read_used

    path = find(policy)
    known = texts or {}

    def text(path: Path) -> "SourceFile":
        return known.get(path) or source_of(path)

    def used(path: Path, name: str) -> "SourceFile | Diagnostic | None":
        return known.get(path) or read_used(path, name)

    source = text(path)
    others = [text(other) for other in example_files(path)] if examples else []

    gc.disable()  # a tree and a core hold no circle and live as long as the command: there is nothing to look for
    try:
        compiled = compile_source(source, True, others, lambda: extensions_of(manager), plugin_checks, used)
    finally:
        gc.freeze()  # nor later
        gc.enable()
    speak_of(compiled.policy.person)
    return compiled


def extensions_of(manager: "PluginManager | None" = None) -> "Extensions":
    """What the plugins of a manager, else of the environment, add to the language."""
    from creditlang.extensions import Extensions

    # What comes with creditlang adds nothing to the language, and those listed may be missing.
    if manager is None and "CREDITLANG_PLUGINS" not in os.environ and only_built_in():
        return Extensions()
    return (manager or plugin_manager()).extensions()


def source_of(path: Path) -> "SourceFile":
    """The text of a file, or an error."""
    from creditlang.diagnostics import Diagnostic
    from creditlang.driver import read_source

    try:
        source = read_source(path, path.name)
    except OSError as error:
        refused(path.name, error)
    if isinstance(source, Diagnostic):
        show([source])
        sys.exit(FINDINGS)
    return source


def sound_policy(policy: str, examples: bool = False, manager: "PluginManager | None" = None) -> "Compiled":
    """A compiled policy without errors; otherwise its errors are shown and the program ends."""
    compiled = compile_policy(policy, examples, manager)
    if compiled.errors:
        show(compiled.errors)
        sys.exit(FINDINGS)
    return compiled


def opened_mappings(policy: "Policy", names: Sequence[str]) -> tuple["MappingFile", ...]:
    """The mappings of these names; what is wrong with one is shown, and the program ends."""
    from creditlang.data.mappings.mapping_file import open_mapping

    found = []
    for name in names:
        mapping = open_mapping(name, policy)
        if isinstance(mapping, list):
            show(mapping)
            sys.exit(USAGE if all(problem.code in ("CR686", "CR687") for problem in mapping) else FINDINGS)
        found.append(mapping)
    return tuple(found)


def as_of_date(text: str | None) -> date | None:
    """The as-of date."""
    from creditlang.data.cells import CellError, parse_date

    if text is None:
        return None
    try:
        return parse_date(text)
    except CellError:
        fail(USAGE, said(f"“{text}” is not a date: write 2025-07-31.", f"“{text}”不是日期：请写成 2025-07-31。"))


def name_and_value(setting: str) -> tuple[str, str]:
    """Both sides of what was given with ``--set``."""
    name, equals, value = setting.partition("=")
    if not equals:
        fail(USAGE, said(f"--set needs NAME=VALUE, not “{setting}”.", f"--set 要写成 名称=值，而不是“{setting}”。"))
    return name.strip(), value.strip()


def overrides(policy: "Policy", settings: Sequence[str]) -> dict[str, Any]:
    """The values given with ``--set``, read by the types of what they stand for."""
    from creditlang.data.cells import CellError
    from creditlang.data.columns import setting_value
    from creditlang.one_student import unknown_values

    found: dict[str, Any] = {}
    for setting in settings:
        name, text = name_and_value(setting)
        name = policy.setting_labels.get(name, name)
        if unknown := unknown_values(policy, [name]):
            show(unknown)
            sys.exit(USAGE)
        try:
            found[name] = setting_value(policy.setting_types[name], text, policy.choices)
        except CellError as error:
            from creditlang.diagnostics import Place

            show([error.diagnostic(Place("--set", None, name))])
            sys.exit(USAGE)
    return found


def run_settings(
    policy: "Policy", request: DataRequest, students: Iterable[str] = (), engine: "Engine" = "auto"
) -> "Settings":
    """How to run a policy; what is wrong with the request is shown, and the program ends."""
    from creditlang.cohort import Settings

    return Settings(
        as_of_date(request.as_of), overrides(policy, request.settings), frozenset(students),
        request.language or reader_language(),
        opened_mappings(policy, request.mappings), engine,
    )  # fmt: skip


@contextmanager
def opened(manager: "PluginManager", addresses: Sequence[str]) -> Iterator[list["Source"]]:
    """The sources at some addresses."""
    from creditlang.plugin import PluginError

    try:
        with manager.opened(addresses) as sources:
            yield sources
    except PluginError as error:
        show(error.diagnostics)
        sys.exit(BROKEN)


_TOLD_ROWS: Final = 10_000


def tables_of(
    sources: Sequence["Source"], told: Callable[[int, int], None] = lambda done, of: None
) -> Iterator["RawTable"]:  # fmt: skip
    """All tables of some sources; `told` hears how many rows there have been, of 0 since nobody knows how many."""
    rows = 0

    def watched(content: Iterator[Any]) -> Iterator[Any]:
        nonlocal rows
        for one in content:
            yield one
            before, rows = rows, rows + (len(one.numbers) if hasattr(one, "numbers") else 1)
            if before // _TOLD_ROWS < rows // _TOLD_ROWS:
                told(rows, 0)

    for source in sources:
        yield from (table.through(watched) for table in source.tables())


def plugin_manager(request: DataRequest | None = None, keep: bool = False) -> "PluginManager":
    """The plugins that the request, else the environment allows; those that failed are named. With `keep`, copies of
    the files that are read are kept beside them.
    """
    from creditlang.plugin import PluginManager
    from creditlang.toolkit.kept_copy import keeping

    listed = os.environ.get("CREDITLANG_PLUGINS")
    allow: Collection[str] | None = (
        None if listed is None else {name.strip() for name in listed.split(",")} - {"none", ""}
    )
    if request is not None and request.plugins:
        allow = request.plugins
    no_plugins = request is not None and request.no_plugins
    manager = PluginManager(allow=allow, no_plugins=no_plugins, around=keeping if keep else lambda source: source)
    show(manager.problems)
    return manager


def counted(number: int, word: str) -> str:
    """A number of things in English: 1 example, 2 examples."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on the error stream, and what is announced; no bar without a terminal."""
    from creditlang.diagnostics.announcements import announced

    with announced(lambda found: show([found])):
        if not sys.stderr.isatty():
            yield lambda done, of: None
            return
        yield from _bar(title)


def _bar(title: str) -> Iterator[Callable[[int, int], None]]:
    with click.progressbar(length=1, label=title, file=sys.stderr) as bar:

        def show_progress(done: int, of: int) -> None:
            if of:
                bar.length = of
                bar.update(done - bar.pos)

        yield show_progress
