"""The policies that a process has: those that the server has by name, and the texts that came last.

A text that comes with a request reads no file: what it uses beside itself has to come with it, and what comes with
creditlang is there. Plugins add to the language only those that the server was started with.
"""

import os
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

import msgspec
from attrs import evolve, frozen

from creditlang.api import Policy
from creditlang.diagnostics import Diagnostic, Language, listed, report
from creditlang.diagnostics.person_words import spoken
from creditlang.driver import Compiled, Parse, Read, compile_source, example_files, files_beside, read_source, read_used
from creditlang.errors import DataError, PolicyError
from creditlang.extensions import Extensions
from creditlang.ide import Vocabulary, vocabulary
from creditlang.resources import is_bundled
from creditlang.server.questions import Named, PolicyText
from creditlang.source import SourceFile
from creditlang.syntax import parse
from creditlang.syntax import tree as t
from creditlang.syntax.kept_declarations import KeptDeclarations
from creditlang.syntax.parse import Parsed

_NOWHERE: Final = Path(os.devnull)
"""The folder of what came with a request: nothing can lie in it."""
_MOST_TEXTS: Final = 8
_MOST_FILES: Final = 64


@frozen(eq=False)
class KnownPolicy:
    """A policy, compiled, sound or not."""

    source: SourceFile
    compiled: Compiled

    @cached_property
    def names(self) -> Vocabulary:
        """Its names."""
        return vocabulary(self.compiled)

    @cached_property
    def policy(self) -> Policy:
        """The policy for programs. Raises `PolicyError` where it has errors."""
        if self.compiled.errors:
            raise PolicyError(self.compiled.errors)
        return Policy(self.compiled.policy)

    def language(self, language: Language) -> Language:
        """A language, in which its people are called what it calls them."""
        return spoken(language, self.compiled.policy.person)


class KnownPolicies:
    """The policies of one process; those that were asked for last are kept as they were compiled."""

    def __init__(self, served: Mapping[str, Path], extensions: Callable[[], Extensions] = Extensions) -> None:
        """`served` has the files of the server's policies by name, `extensions` what plugins add to the language."""
        self.served = served
        self.extensions = extensions
        self._from_file = lru_cache(_MOST_FILES)(self._file)
        self._from_text = lru_cache(_MOST_TEXTS)(self._text)
        self._kept = lru_cache(_MOST_TEXTS)(lambda name: KeptDeclarations())

    def policy(self, named: Named, examples: bool = False) -> KnownPolicy:
        """A policy, one of the server's with its files of examples if they are wanted. Raises `DataError`: CR831 for a
        name that the server does not have, CR003 for a file that is no text.
        """
        if isinstance(named, PolicyText):
            return self._from_text(msgspec.json.encode(named))
        return self._from_file(named, examples)

    def path(self, name: str) -> Path:
        """The file of a policy of the server. Raises `DataError` CR831."""
        if name not in self.served:
            raise DataError([report("CR831", None, name=name, known=listed(self.served))])
        return self.served[name]

    def title(self, name: str) -> str:
        """What a policy of the server is called, which does not wait for it to be compiled."""
        declared = parse(self.source(name)).module.declarations
        return next((x.title for x in declared if isinstance(x, t.Policy) and x.title), name)

    def source(self, named: Named) -> SourceFile:
        """The text of a policy."""
        return _source(named.name, named.text) if isinstance(named, PolicyText) else _saved(self.path(named))

    def used(self, named: Named) -> Read:
        """What gives the texts of the files that a policy uses."""
        if not isinstance(named, PolicyText):
            return read_used
        texts = {_NOWHERE / f"{name.removesuffix('.credit')}.credit": text for name, text in named.files.items()}

        def read(path: Path, name: str) -> SourceFile | Diagnostic | None:
            if path in texts:
                return evolve(_source(name, texts[path]), path=path)
            return read_used(path, name) if is_bundled(path) else None

        return read

    def texts(self, name: str) -> tuple[SourceFile, list[SourceFile], list[SourceFile]]:
        """The text of a policy of the server, of the files beside it, and of its examples."""
        path = self.path(name)
        source = _saved(path)
        return source, [_saved(each) for each in files_beside(source)], [_saved(each) for each in example_files(path)]

    def _file(self, name: str, examples: bool) -> KnownPolicy:
        path = self.path(name)
        others = [_saved(each) for each in example_files(path)] if examples else []
        return self._compiled(_saved(path), others, read_used, parse)

    def _text(self, encoded: bytes) -> KnownPolicy:
        named = msgspec.json.decode(encoded, type=PolicyText)
        examples = [_source(name, text) for name, text in named.examples.items()]
        return self._compiled(self.source(named), examples, self.used(named), self._parsed)

    def _compiled(self, source: SourceFile, examples: list[SourceFile], read: Read, parsed: Parse) -> KnownPolicy:
        return KnownPolicy(source, compile_source(source, True, examples, self.extensions, read=read, parse=parsed))

    def _parsed(self, source: SourceFile, names: frozenset[str]) -> Parsed:
        """The tree of a text, of which little may have changed since one of its name was last asked for."""
        return parse(source, names, self._kept(source.name))


def _source(name: str, text: str) -> SourceFile:
    """A text that came with a request."""
    return SourceFile(name, text.removeprefix("\ufeff").replace("\r\n", "\n"), _NOWHERE / name)


def _saved(path: Path) -> SourceFile:
    """The text of a file. Raises `DataError` CR003 for one that is no text."""
    read = read_source(path)
    if isinstance(read, Diagnostic):
        raise DataError([read])
    return read
