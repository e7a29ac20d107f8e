"""The stages in order: this module reads as a summary of the program.

    text ─ parse ─→ tree ─ resolve ─→ names ─ compile ─→ core ─ check ─→ findings
                                                          └─ evaluate ─→ results

Each stage collects its diagnostics; a later stage runs on what the earlier ones could read.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from glob import escape
from pathlib import Path

from attrs import evolve, frozen

from creditlang.core import Compilation, Policy, compile_program
from creditlang.core.lower.scope import LONGEST_CHAIN
from creditlang.diagnostics import Diagnostic, Edit, Phrase, Severity, report
from creditlang.extensions import Extensions
from creditlang.resolve import resolve
from creditlang.resources import is_bundled, path_beside, policy_path, use_path
from creditlang.source import SourceFile, Span
from creditlang.syntax import parse
from creditlang.syntax import tree as t
from creditlang.syntax.declared_names import declared_names
from creditlang.syntax.lexer import half_width, prepare
from creditlang.syntax.parse import MAXIMUM_ERRORS, Parsed, near
from creditlang.syntax.text_limits import check_limits


@frozen
class Compiled:
    """A policy as far as it could be compiled, and everything found on the way."""

    policy: Policy
    compilation: Compilation
    modules: tuple[t.Module, ...]
    sources: tuple[SourceFile, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The findings that keep the policy from being evaluated."""
        return tuple(found for found in self.diagnostics if found.severity is Severity.ERROR)


def read_source(path: Path, name: str | None = None) -> SourceFile | Diagnostic:
    """The text of a file, or why it cannot be read."""
    return decode(path.read_bytes(), name or path.name, path)


def decode(data: bytes, name: str, path: Path | None = None) -> SourceFile | Diagnostic:
    """The text of `data`, or why it is not text."""
    try:
        return SourceFile.from_bytes(name, data, path)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return report("CR003", None, file=name, line=line)


def read_used(path: Path, name: str) -> SourceFile | Diagnostic | None:
    """The text of a file that is used, or why it cannot be read; None if there is none."""
    return read_source(path, name) if path.is_file() else None


Read = Callable[[Path, str], SourceFile | Diagnostic | None]
"""Gives the text of a file that is used; by another than `read_used` one that is not saved, or is no file at all."""


Parse = Callable[[SourceFile, frozenset[str]], Parsed]
"""Gives the tree of a text, with names that it may use beside its own; by another than `parse` one that is known."""


def load_modules(
    source: SourceFile, examples: Iterable[SourceFile] = (), read: Read = read_used, parse: Parse = parse
) -> "Loaded":
    """Parse a source and, before it, the files that it uses, each file once; after it, files of examples."""
    loaded = Loaded(read, parse)
    for each in (source, *examples):
        loaded.load(each)
    return loaded


def files_beside(source: SourceFile) -> list[Path]:
    """The files in a policy's own folder that it uses."""
    loaded = Loaded()
    loaded.load(source)
    return [path for each in loaded.sources[:-1] if (path := each.path) is not None and not is_bundled(path)]


def used_files(source: SourceFile) -> Iterable[tuple[Span, Path]]:
    """The files that a text names after ``use``, each with its place, found without reading any."""
    for use in _uses(source):
        beside = path_beside(source.path.parent, use.path) if source.path is not None else None
        if (path := beside or use_path(use.path)) is not None:
            yield use.span, path


def names_beside(path: Path, source: SourceFile) -> frozenset[str]:
    """The names that a file may use beside its own: those of the files that it uses, and, in a file of examples, of the
    policy beside it.
    """
    loaded = Loaded()
    policy = policy_beside(path)
    if policy is not None and isinstance(read := read_source(policy), SourceFile):
        loaded.load(read)
    loaded.load(source)
    return frozenset(loaded.names)


def policy_beside(path: Path) -> Path | None:
    """The policy that a file of examples stands beside."""
    stem, examples, _ = path.name.partition(".examples")
    policy = path.with_name(f"{stem}.credit")
    return policy if examples and policy.is_file() else None


class Loaded:
    """Sources with the trees of what could be read of them, what was found, and what could not be read."""

    def __init__(self, read: Read = read_used, parse: Parse = parse) -> None:
        """Nothing yet; `read` gives the texts of files that are used, `parse` the trees."""
        self.read = read
        self.parse = parse
        self.modules: list[t.Module] = []
        self.sources: list[SourceFile] = []
        self.diagnostics: list[Diagnostic] = []
        self.names: set[str] = set()
        self.unread = ""
        self.files_missing = False
        self.done: set[Path] = set()

    def load(self, source: SourceFile, above: tuple[Path, ...] = ()) -> None:
        """Parse a source after the files that it uses; the files `above` wait for it."""
        if refused := check_limits(source):
            self.sources.append(source)
            self.diagnostics.extend(refused)
            self.files_missing = True
            return
        above = (*above, *filter(None, [source.path]))
        self.done.update(above)
        for use in _uses(source):
            path = _used_file(source, use, len(above))
            if isinstance(path, Diagnostic):
                self.diagnostics.append(path)
                self.files_missing = True
            elif path in above:
                self.diagnostics.append(report("CR105", use.span, path=use.path))
            elif path not in self.done:
                self.done.add(path)
                read = self.read(path, f"{use.path.removeprefix('./')}.credit")
                if isinstance(read, SourceFile):
                    self.load(read, above)
                else:
                    self.diagnostics.append(read or report("CR104", use.span, path=use.path))
                    self.files_missing = True
        parsed = self.parse(source, frozenset(self.names))
        self.names |= parsed.names
        self.modules.append(parsed.module)
        self.sources.append(source)
        self.diagnostics.extend(parsed.diagnostics)
        self.unread += parsed.unread

    def may_follow(self, found: Diagnostic) -> bool:
        """Whether a finding may come of what could not be read alone: of a name or a declaration that stands there."""
        if found.code == "CR117":  # what the lines below say, a name does not tell
            return bool(self.unread)
        if found.code not in _FOLLOWING or not (self.files_missing or self.unread):
            return False
        name = str(found.arguments.get("name", ""))
        return self.files_missing or (re.search(rf"(?<![A-Za-z0-9_]){re.escape(name)}", self.unread) is not None)


_FOLLOWING = frozenset({"CR101", "CR108"})
_DEEPEST_USE = 32


def _used_file(source: SourceFile, use: t.Use, depth: int) -> Path | Diagnostic:
    """The file that a source uses: one of the program or, after ``./``, one beside it; or why there is none.

    What lies beside is found by a plain name and never through a link, so that nothing leads out of the folder.
    """
    if not use.path.startswith("."):
        bundled = use_path(use.path)
        if bundled is not None:
            return bundled
        found = report("CR104", use.span, path=use.path)
        beside = None if source.path is None else path_beside(source.path.parent, f"./{use.path}")
        if beside is None or not beside.is_file():
            return found
        return evolve(found, edits=(Edit(use.span, use.span.text.replace(use.path, f"./{use.path}", 1)),))
    path = path_beside(source.path.parent if source.path is not None else Path(), use.path)
    refused = (
        _USED["name"] if path is None
        else _USED["text"] if source.path is None
        else _USED["deep"] if depth > _DEEPEST_USE
        else _USED["link"] if any(each.is_symlink() for each in (path, *path.parents[: use.path.count("/") - 1]))
        else None
    )  # fmt: skip
    if refused is not None:
        return report("CR115", use.span, path=use.path, reason=refused)
    assert path is not None
    return path


_USED = {
    "text": Phrase("this policy is no file, so nothing lies beside it", "这份办法不是文件，旁边没有其他文件"),
    "name": Phrase(
        "only the name of a file in the folder of the policy, or below it, can follow `./`",
        "“./”后面只能写办法所在文件夹及其下级文件夹里的文件名",
    ),
    "deep": Phrase(f"more than {_DEEPEST_USE} files use one another here", f"文件逐层引用超过{_DEEPEST_USE}层"),
    "link": Phrase("it is a link, or lies behind one", "它是链接，或者在链接指向的文件夹里"),
}


_USE = re.compile(r"^(?:use|引用)[ \t　]*(?:\"([^\"\n]*)\"|“([^”\n]*)”|＂([^＂\n]*)＂)", re.MULTILINE)


def _uses(source: SourceFile) -> Iterable[t.Use]:
    """The files that a source uses, found before it is parsed because their names help to cut its Chinese."""
    for match in _USE.finditer(source.text):
        path = next(group for group in match.groups() if group is not None)
        yield t.Use(path, span=Span(source, match.start(), match.end()))


def compile_source(
    source: SourceFile, check: bool = True, examples: Iterable[SourceFile] = (),
    extensions: Callable[[], Extensions] = Extensions, plugin_checks: bool = True, read: Read = read_used,
    parse: Parse = parse,
) -> Compiled:  # fmt: skip
    """All stages up to the core and, with `check`, the checker, to which plugins add theirs with `plugin_checks`.

    `extensions` gives what plugins add to the language; it is asked at most once, and only where it is needed.
    """
    from creditlang.check import check_policy

    asked = cache(extensions)
    loaded = load_modules(source, examples, read, parse)
    modules, sources, diagnostics = loaded.modules, loaded.sources, loaded.diagnostics
    program, problems = resolve(modules)
    try:
        policy, compilation = compile_program(program, (source.text for source in sources), asked)
    except RecursionError:
        diagnostics.append(report("CR002", Span(source, 0, 0), limit=LONGEST_CHAIN))
        policy, compilation = compile_program(resolve([])[0])
    problems = [found for found in (*problems, *compilation.diagnostics) if not loaded.may_follow(found)]
    unknown = any(x.code in _NAMES for x in problems)
    names = [name for each in sources for name in declared_names(half_width(each.text))] if unknown else []
    first = {id(x) for x in [x for x in problems if x.code in _NAMES][:MAXIMUM_ERRORS]}
    prepared = cache(lambda source: prepare(source, names))
    diagnostics.extend(near(x, prepared) if id(x) in first else x for x in problems)
    if check:
        finished = all(x.severity is not Severity.ERROR for x in diagnostics)
        added = asked() if plugin_checks else Extensions()
        diagnostics.extend(check_policy(policy, compilation, modules, added, finished))
        if finished and not any(module.declarations for module in modules):
            diagnostics.append(report("CR116", Span(source, 0, 0)))
    return Compiled(policy, compilation, tuple(modules), tuple(sources), tuple(_distinct(diagnostics)))


_NAMES = frozenset({"CR101", "CR103"})
"""What says that a line can be parsed and speaks of what is not there: other words for a form may have been meant."""


def _distinct(found: Iterable[Diagnostic]) -> Iterable[Diagnostic]:
    """Each finding once, although what is written once may be used in several places."""
    seen = set()
    for diagnostic in found:
        span = diagnostic.span
        place = (id(span.source), span.start, span.end) if span else None
        key = (diagnostic.code, place, tuple(sorted(diagnostic.arguments.items())))
        if key not in seen:
            seen.add(key)
            yield diagnostic


def compile_text(text: str, name: str = "policy") -> Compiled:
    """Compile a policy given as text."""
    return compile_source(SourceFile(name, text))


def check_text(text: str, name: str = "policy") -> list[Diagnostic]:
    """What the stages say of a policy given as text."""
    return list(compile_text(text, name).diagnostics)


def check_bytes(data: bytes, name: str = "policy") -> list[Diagnostic]:
    """What the stages say of a policy given as bytes."""
    read = decode(data, name)
    return [read] if isinstance(read, Diagnostic) else list(compile_source(read).diagnostics)


def example_files(path: Path) -> list[Path]:
    """The files of examples of a policy: ``name.examples.credit`` and ``name.examples.*.credit`` beside it.

    Those of a bundled policy may also stand in the folder at hand, for the bundle is not the user's.
    """
    folders = {path.parent.resolve(), example_folder(path).resolve()}
    return sorted(found for folder in folders for found in folder.glob(f"{escape(path.stem)}.examples*.credit"))


def example_folder(path: Path) -> Path:
    """Where a user's own examples of a policy stand."""
    return Path() if policy_path(path.stem) == path else path.parent


def find_policy(name: str) -> Path | None:
    """The file of a policy: a path, or the name of a bundled one."""
    path = Path(name)
    try:
        if path.is_file():
            return path
        if path.suffix:
            return None
    except (OSError, ValueError):
        return None
    return policy_path(name)
