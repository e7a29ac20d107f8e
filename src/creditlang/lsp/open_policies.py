"""The texts that an editor has open, each compiled with what stands beside it.

A file of examples is compiled with the policy beside it, as it is open or, if it is not, as it was saved. Nothing is
compiled before somebody asks, nothing twice while no text changes, and no file is parsed again for another's change.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import RLock
from time import thread_time
from types import MappingProxyType

from attrs import define, frozen
from pygls.uris import from_fs_path, to_fs_path

from creditlang.diagnostics import Diagnostic
from creditlang.driver import Compiled, compile_source, example_files, read_source, read_used, used_files
from creditlang.extensions import Extensions
from creditlang.ide import EMPTY, Vocabulary, vocabulary
from creditlang.resources import is_bundled
from creditlang.source import SourceFile
from creditlang.syntax import parse
from creditlang.syntax.kept_declarations import KeptDeclarations
from creditlang.syntax.parse import Parsed


@frozen
class OpenPolicy:
    """A text, compiled, and its names."""

    source: SourceFile
    compiled: Compiled
    names: Vocabulary


@define
class _Open:
    path: Path | None
    source: SourceFile
    policy: OpenPolicy | None = None
    last: OpenPolicy | None = None
    """The policy as it was last compiled, of this text or an earlier one."""
    last_names: Vocabulary = EMPTY
    seconds: float = 0
    """What compiling it took, of one core."""

    @property
    def is_large(self) -> bool:
        """Whether it takes so long that an answer to a key cannot wait for it."""
        return self.seconds > _LONG


class OpenPolicies:
    """All texts that are open, by their addresses. Addresses are compared as paths: each editor escapes its own way.

    One thread compiles at a time; texts may be taken and given meanwhile.
    """

    def __init__(self, extensions: Callable[[], Extensions]) -> None:
        """None are open; `extensions` gives what plugins add to the language."""
        self.extensions = extensions
        self.texts: dict[str, _Open] = {}
        self.saved: dict[Path, tuple[int, SourceFile]] = {}
        self.compiling = RLock()
        self.known: dict[Path | str, frozenset[str]] = {}
        self.kept: dict[Path | str, KeptDeclarations] = {}
        self.parsed: dict[Path | str, tuple[SourceFile, dict[frozenset[str], Parsed]]] = {}

    def parse(self, source: SourceFile, names: frozenset[str]) -> Parsed:
        """The tree of a file: of the same text the same, else with little to be parsed again."""
        file = source.path or source.name
        self.known[file] = names
        if file not in self.parsed or self.parsed[file][0] is not source:
            self.parsed[file] = source, {}
        trees = self.parsed[file][1]
        if names not in trees:
            trees[names] = parse(source, names, self.kept.setdefault(file, KeptDeclarations()))
        return trees[names]

    def put(self, uri: str, text: str) -> list[str]:
        """Take the text of a file as it is now; returns the addresses of the open files of which other things may be
        found now, its own first.
        """
        path = to_fs_path(uri)
        opened = self.texts.setdefault(uri, _Open(Path(path) if path else None, _EMPTY_FILE))
        name = opened.path.name if opened.path else uri
        opened.source = SourceFile(name, text.replace("\r\n", "\n"), opened.path)
        opened.policy = None
        return [uri, *self.saved_again(opened.path)]

    def close(self, uri: str) -> list[str]:
        """Forget a text: what was saved counts again. Returns the addresses of the open files that read it."""
        closed = self.texts.pop(uri, None)
        return self.saved_again(closed.path) if closed is not None else []

    def saved_again(self, path: Path | None) -> list[str]:
        """Forget what was found of open files that read a file which was saved by another; returns their addresses."""
        concerned = [uri for uri, each in self.texts.items() if each.path != path and _reads(each, path)]
        for each in concerned:
            self.texts[each].policy = None
        return concerned

    def at(self, uri: str) -> OpenPolicy:
        """The text of an open file, compiled."""
        opened = self.texts[uri]
        with self.compiling:
            policy, source = opened.policy, opened.source
            if policy is not None:
                return policy
            started = thread_time()
            policy = opened.last = self.compiled(source, self.sources_with(opened))
            opened.seconds = thread_time() - started
            if opened.last_names is EMPTY or not _is_torn(policy):
                opened.last_names = policy.names
            if opened.source is source:
                opened.policy = policy
            return policy

    def unread(self, uri: str) -> Sequence[Diagnostic]:
        """What could not be read of the text of an open file, whatever stands beside it."""
        source = self.texts[uri].source
        with self.compiling:
            return self.parse(source, self.known.get(source.path or source.name, frozenset())).diagnostics

    def as_typed(self, uri: str) -> tuple[SourceFile, OpenPolicy, Vocabulary]:
        """The text of a file as it is now, the policy, a large one as it was last compiled, and its names when it could
        last be read to its end: a line being typed hides none.
        """
        opened = self.texts[uri]
        policy = opened.last if opened.is_large and opened.last else self.at(uri)
        return opened.source, policy, opened.last_names

    def sources_with(self, opened: _Open) -> list[SourceFile]:
        """The policy that an open file is read with, and the file if that policy does not use it: examples."""
        policy = self.source_at(next(iter(self.policies_with(opened.path)), None))
        if policy is None:
            return [opened.source]
        return [policy, opened.source] if _policy_beside(opened.path) is not None else [policy]

    def policies_with(self, path: Path | None) -> list[Path]:
        """The policies that a file is a part of, none of which is used itself: those that use it, directly or through
        other files, or it alone; of a file of examples the policy beside it.
        """
        own = _policy_beside(path) or path
        if own is None or is_bundled(own):
            return [own] if own else []
        folders = [own.parent, *list(own.parents)[1:_FOLDERS_ABOVE]]
        around = [file for folder in folders for file in sorted(folder.glob("*.credit")) if not _policy_beside(file)]
        around += [each.path for each in list(self.texts.values()) if each.path and not _policy_beside(each.path)]
        uses = {file: self.files_used(file) for file in dict.fromkeys(around)}
        parts, whole = [own], []
        for part in parts:
            users = [file for file, used in uses.items() if part in used]
            whole += [part] if not users else []
            parts += [file for file in users if file not in parts]
        return whole or [own]

    def files_used(self, path: Path) -> set[Path]:
        """The files that a file names after ``use``, as it is open or as it was saved."""
        source = self.source_at(path)
        return {used for _, used in used_files(source)} if source is not None and "./" in source.text else set()

    def whole(self, uri: str, texts: Mapping[Path | None, str] = MappingProxyType({})) -> list[OpenPolicy]:
        """The text of an open file, compiled with each policy that it is a part of and all files of examples beside
        that, as it would be with other `texts` in the place of some files.
        """
        opened = self.texts[uri]
        found = []
        for path in self.policies_with(opened.path):
            policy = self.source_at(path)
            unsaved = (
                each.path for each in list(self.texts.values()) if each.path and _policy_beside(each.path) == path
            )
            examples = map(self.source_at, sorted({*example_files(path), *unsaved}))
            sources = filter(None, (policy, *examples))
            found.append(self.compiled(opened.source, list(sources) if policy else [opened.source], texts))
        return found or [self.compiled(opened.source, [opened.source], texts)]

    def compiled(
        self, source: SourceFile, sources: Sequence[SourceFile], texts: Mapping[Path | None, str] = MappingProxyType({})
    ) -> OpenPolicy:
        """A policy, the first of the sources, compiled with its examples; `source` is one of them."""

        def used(path: Path, name: str) -> SourceFile | Diagnostic | None:
            read = self.source_at(path) or read_used(path, name)
            return _instead(read, texts) if isinstance(read, SourceFile) else read

        policy, *examples = (_instead(each, texts) for each in sources)
        compiled = compile_source(policy, True, examples, self.extensions, read=used, parse=self.parse)
        return OpenPolicy(source, compiled, vocabulary(compiled))

    def source_at(self, path: Path | None) -> SourceFile | None:
        """The text of a file, as it is open or as it was saved; None if there is none that can be read."""
        opened = next((each for each in list(self.texts.values()) if path is not None and each.path == path), None)
        if opened is not None:
            return opened.source
        if path is None or not path.is_file():
            return None
        written = path.stat().st_mtime_ns
        if path not in self.saved or self.saved[path][0] != written:
            read = read_source(path)
            if not isinstance(read, SourceFile):
                return None
            self.saved[path] = written, read
        return self.saved[path][1]

    def address(self, source: SourceFile) -> str | None:
        """The address of a file; None if it is none and not open."""
        for uri, opened in list(self.texts.items()):
            if opened.source is source:
                return uri
        return from_fs_path(str(source.path)) if source.path else None


_LONG = 0.3
_FOLDERS_ABOVE = 3
"""So many folders above a file are looked through for policies that use it, its own the first."""
_EMPTY_FILE = SourceFile("", "")


def _policy_beside(path: Path | None) -> Path | None:
    """The policy that a file of examples stands beside; None for other files."""
    stem, examples, _ = path.name.partition(".examples") if path else ("", "", "")
    return path.with_name(f"{stem}.credit") if path and examples else None


def _instead(source: SourceFile, texts: Mapping[Path | None, str]) -> SourceFile:
    text = texts.get(source.path)
    return source if text is None else SourceFile(source.name, text, source.path)


def _reads(opened: _Open, path: Path | None) -> bool:
    """Whether an open text was last compiled together with a file."""
    sources = opened.last.compiled.sources if opened.last is not None else ()
    return path is not None and any(each.path == path for each in sources)


def _is_torn(policy: OpenPolicy) -> bool:
    """Whether a part of the text could not be read at all."""
    return any(x.code < "CR1" and x.span and x.span.source is policy.source for x in policy.compiled.errors)
