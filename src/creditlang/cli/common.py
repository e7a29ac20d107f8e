"""What the commands share: options, loading a policy, opening data, showing findings."""

import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

import click
from attrs import frozen

if TYPE_CHECKING:
    from creditlang.core.operators import Policy
    from creditlang.data.mappings.mapping import MappingFile
    from creditlang.diagnostics import Diagnostic, Language
    from creditlang.driver import Compiled
    from creditlang.plugin import Extensions, PluginManager, Source
    from creditlang.schema import RawTable
    from creditlang.source import SourceFile

CLEAN, FINDINGS, USAGE, UNDETERMINED, BROKEN = range(5)
F = TypeVar("F", bound=Callable[..., Any])


def _default_language() -> str:
    for name in ("CREDITLANG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def language_option(function: F) -> F:
    """``--lang``."""
    return click.option(
        "--lang", "language", type=click.Choice(["en", "zh"]), default=_default_language,
        help="Language of messages: en or zh.  [default: the environment's]",
    )(function)  # fmt: skip


@frozen
class DataRequest:
    """What was asked for: data, the as-of date, named values, and which plugins may be loaded."""

    data: tuple[str, ...]
    as_of: str | None = None
    settings: tuple[str, ...] = ()
    no_plugins: bool = False
    plugins: tuple[str, ...] = ()
    mappings: tuple[str, ...] = ()


def mapping_option(function: F) -> F:
    """``--mapping``."""
    from creditlang.resources import mapping_names

    return click.option(
        "--mapping", "mappings", multiple=True, metavar="FILE|NAME",
        help="How to read sheets that have other headings than the policy's: a mapping file, or one that comes with "
        f"creditlang ({', '.join(mapping_names())}). May be given several times.",
    )(function)  # fmt: skip


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
    for option in (
        click.option("--no-plugins", is_flag=True, help="Load no plugins but the built-in ones."),
        click.option(
            "--plugin",
            "plugins",
            multiple=True,
            metavar="NAME",
            help="Load only this plugin beside the built-in ones; may be given several times. In the environment: "
            "CREDITLANG_PLUGINS=NAME,NAME or none.",
        ),
        click.option(
            "--set",
            "settings",
            multiple=True,
            metavar="NAME=VALUE",
            help="Another value for a named value of the policy.",
        ),
        click.option("--as-of", metavar="DATE", help="Today, for the policy.  [default: the calendar's last day]"),
        mapping_option,
        click.option(
            "--data",
            multiple=True,
            required=required,
            metavar="SRC",
            help="A folder of sheets, one file, sample:NAME, or scheme:where. May be given several times.",
        ),
    ):
        decorated = option(decorated)
    return cast(F, decorated)


def fail(code: int, text: str) -> NoReturn:
    """Say what is wrong and leave."""
    click.echo(text, err=True)
    sys.exit(code)


def show(found: Iterable["Diagnostic"], language: "Language", err: bool = True) -> None:
    """Print findings."""
    from creditlang.diagnostics import render

    stream = sys.stderr if err else sys.stdout
    colour = stream.isatty() and "NO_COLOR" not in os.environ
    for diagnostic in found:
        click.echo(render(diagnostic, language, colour), err=err, color=colour or None)


def find(policy: str, language: "Language") -> Path:
    """The file of a policy, or an error that says which there are."""
    from creditlang.driver import find_policy
    from creditlang.resources import policy_names

    path = find_policy(policy)
    if path is None:
        names = ", ".join(policy_names())
        texts = {
            "en": f"There is no policy “{policy}”. Give a file, or one of the bundled policies: {names}.",
            "zh": f"没有名为“{policy}”的办法。请给出文件，或者内置办法之一：{names}。",
        }
        fail(USAGE, texts[language])
    return path


def compile_policy(
    policy: str,
    language: "Language",
    examples: bool = False,
    manager: "PluginManager | None" = None,
    plugin_checks: bool = False,
) -> "Compiled":
    """A compiled and checked policy, sound or not; with its files of examples if wanted."""
    from creditlang.driver import compile_source, example_files

    path = find(policy, language)
    source = source_of(path, language)
    others = [source_of(other, language) for other in example_files(path)] if examples else []

    def extensions() -> "Extensions":
        return (manager or plugin_manager(language)).extensions()

    return compile_source(source, True, others, extensions, plugin_checks)


def source_of(path: Path, language: "Language") -> "SourceFile":
    """The text of a file, or an error."""
    from creditlang.diagnostics import Diagnostic
    from creditlang.driver import read_source

    try:
        source = read_source(path, path.name)
    except OSError as error:
        fail(BROKEN, f"{path.name}: {error.strerror}")
    if isinstance(source, Diagnostic):
        show([source], language)
        sys.exit(FINDINGS)
    return source


def sound_policy(
    policy: str, language: "Language", examples: bool = False, manager: "PluginManager | None" = None
) -> "Compiled":
    """A compiled policy without errors; otherwise its errors are shown and the program ends."""
    compiled = compile_policy(policy, language, examples, manager)
    if compiled.errors:
        show(compiled.errors, language)
        sys.exit(FINDINGS)
    return compiled


def opened_mappings(policy: "Policy", names: Sequence[str], language: "Language") -> tuple["MappingFile", ...]:
    """The mappings of these names; what is wrong with one is shown, and the program ends."""
    from creditlang.data.mappings.mapping_file import open_mapping

    found = []
    for name in names:
        mapping = open_mapping(name, policy)
        if isinstance(mapping, list):
            show(mapping, language)
            sys.exit(USAGE if all(problem.code in ("CR686", "CR687") for problem in mapping) else FINDINGS)
        found.append(mapping)
    return tuple(found)


def as_of_date(text: str | None, language: "Language") -> date | None:
    """The as-of date."""
    from creditlang.data.cells import CellError, parse_date

    if text is None:
        return None
    try:
        return parse_date(text)
    except CellError:
        fail(
            USAGE,
            {"en": f"“{text}” is not a date: write 2025-07-31.", "zh": f"“{text}”不是日期：请写成2025-07-31。"}[
                language
            ],
        )


def overrides(policy: "Policy", settings: Sequence[str], language: "Language") -> dict[str, Any]:
    """The values given with ``--set``, read by the types of what they stand for."""
    from creditlang.data.cells import CellError, parse_date, parse_number, parse_yes_no
    from creditlang.one_student import unknown_values

    found: dict[str, Any] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            fail(
                USAGE,
                {"en": f"--set needs NAME=VALUE, not “{setting}”.", "zh": f"--set 要写成 名称=值，而不是“{setting}”。"}[
                    language
                ],
            )
        name = policy.setting_labels.get(name, name)
        if unknown := unknown_values(policy, [name]):
            show(unknown, language)
            sys.exit(USAGE)
        kind = policy.setting_types[name]
        try:
            if kind.name == "yes or no":
                found[name] = parse_yes_no(text)
            elif kind.name == "date":
                found[name] = parse_date(text)
            elif kind.name == "number":
                found[name] = parse_number(text, max(kind.decimals, 6))
            else:
                found[name] = text
        except CellError as error:
            from creditlang.diagnostics import Place

            show([error.diagnostic(Place("--set", None, name))], language)
            sys.exit(USAGE)
    return found


@contextmanager
def opened(manager: "PluginManager", addresses: Sequence[str], language: "Language") -> Iterator[list["Source"]]:
    """The sources at some addresses."""
    from creditlang.plugin import PluginError

    sources: list[Source] = []
    try:
        for address in addresses:
            sources.append(manager.source(address))
        yield sources
    except PluginError as error:
        show(error.diagnostics, language)
        sys.exit(BROKEN)
    finally:
        for source in sources:
            source.close()


def tables_of(sources: Sequence["Source"]) -> Iterator["RawTable"]:
    """All tables of some sources."""
    for source in sources:
        yield from source.tables()


def plugin_manager(language: "Language", request: DataRequest | None = None) -> "PluginManager":
    """The plugins that the request, else the environment allows; those that failed are named."""
    from creditlang.plugin import PluginManager

    listed = os.environ.get("CREDITLANG_PLUGINS")
    allow: Collection[str] | None = (
        None if listed is None else {name.strip() for name in listed.split(",")} - {"none", ""}
    )
    if request is not None and request.plugins:
        allow = request.plugins
    manager = PluginManager(allow=allow, no_plugins=request is not None and request.no_plugins)
    show(manager.problems, language)
    return manager


def counted(number: int, word: str) -> str:
    """A number of things in English: 1 example, 2 examples."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def said(language: "Language", texts: Mapping[str, str]) -> str:
    """A text in the language at hand."""
    return texts[language]


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on the error stream; none without a terminal."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
