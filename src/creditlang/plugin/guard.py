"""Puts a plugin's name on what goes wrong inside it.

The manager hands out sources and outputs inside these wrappers. Whatever exception a plugin lets out becomes a
`PluginError` CR701 that names the plugin, so that a caller can report it and carry on with its other sources and
outputs. The exception's own text is left out of the message: it may quote records.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO, TypeVar

from creditlang.diagnostics import report
from creditlang.plugin.comparison_data import ComparisonData
from creditlang.plugin.document import Document
from creditlang.plugin.interface import Output, Signer, Source
from creditlang.plugin.plugin_error import PluginError
from creditlang.plugin.rulebook_data import Rulebook
from creditlang.plugin.run_data import RunData
from creditlang.schema import Column, RawTable, Row
from creditlang.table_columns import TablePieces

Content = TypeVar("Content")


@contextmanager
def blaming(owner: str) -> Iterator[None]:
    """Turn any exception but `PluginError` into one that names `owner`, "plugin `campus` of creditlang-campus 1.0"."""
    try:
        yield
    except PluginError:
        raise
    except Exception as error:
        raise PluginError(report("CR701", None, owner=owner, error=type(error).__name__)) from error


class GuardedSource(Source):
    """A plugin's source, its exceptions named."""

    def __init__(self, inner: Source, owner: str) -> None:
        """`problems` is the inner source's own list."""
        super().__init__(inner.where)
        self.inner = inner
        self.owner = owner
        self.problems = inner.problems

    def tables(self) -> Iterator[RawTable]:
        """The inner source's tables."""
        with blaming(self.owner):
            for table in self.inner.tables():
                yield table.through(self._watched)

    def _watched(self, content: Iterator[Content]) -> Iterator[Content]:
        with blaming(self.owner):
            yield from content

    def fingerprint(self) -> str:
        """The inner source's fingerprint."""
        with blaming(self.owner):
            return self.inner.fingerprint()

    def close(self) -> None:
        """Close the inner source."""
        with blaming(self.owner):
            self.inner.close()


class GuardedOutput(Output):
    """A plugin's output, its exceptions named. An exception out of the caller's own rows passes unchanged."""

    def __init__(self, inner: Output, owner: str, stream: TextIO) -> None:
        """Everything is passed on to `inner`."""
        super().__init__(inner.target, stream)
        self.inner = inner
        self.owner = owner
        self.wants_run = inner.wants_run
        self.wants_people = inner.wants_people
        self.wants_comparison = inner.wants_comparison
        self.wants_corrections = inner.wants_corrections
        self.wants_rulebook = inner.wants_rulebook
        self.wants_document = inner.wants_document
        self.wants_signer = inner.wants_signer

    def signed_by(self, signer: Signer) -> None:
        """Pass on the key."""
        with blaming(self.owner):
            self.inner.signed_by(signer)

    def about(self, run: RunData) -> None:
        """Pass on what the run knows."""
        with blaming(self.owner):
            self.inner.about(run)

    def about_comparison(self, comparison: ComparisonData) -> None:
        """Pass on what the comparison knows."""
        with blaming(self.owner):
            self.inner.about_comparison(comparison)

    def about_rulebook(self, book: Rulebook) -> None:
        """Pass on the book."""
        with blaming(self.owner):
            self.inner.about_rulebook(book)

    def about_document(self, document: Document) -> None:
        """Pass on the document."""
        with blaming(self.owner):
            self.inner.about_document(document)

    def write(self, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """Pass one table on."""
        callers: list[Exception] = []

        def watched() -> Iterator[Row]:
            try:
                yield from rows
            except Exception as error:
                callers.append(error)
                raise

        try:
            with blaming(self.owner):
                self.inner.write(name, columns, rows if isinstance(rows, TablePieces) else watched())
        except PluginError:
            if callers:
                raise callers[0] from None
            raise

    def close(self) -> None:
        """Publish."""
        with blaming(self.owner):
            self.inner.close()

    def discard(self) -> None:
        """Drop."""
        with blaming(self.owner):
            self.inner.discard()
