'''What a plugin implements.

`Source` hands over tables of text, `Output` takes result tables, `Form` makes printed sheets of a run. What belongs to
the language itself, `Function`, `Calendar` and `Check`, stands in `creditlang.extensions`.

These docstrings are the manual. A source that reads files of one `key=value` per line would be:

    from collections.abc import Iterator
    from hashlib import sha256
    from pathlib import Path

    from creditlang.diagnostics import Place, report
    from creditlang.plugin import Source
    from creditlang.schema import RawRow, RawTable

    class PairsSource(Source):
        """Each line `key=value` is one row."""

        def __init__(self, where: str) -> None:
            super().__init__(where)
            self.path = Path(where)
            self.digest = sha256()

        def tables(self) -> Iterator[RawTable]:
            try:
                content = self.path.read_bytes()
            except OSError as error:
                self.problems.append(report("CR620", Place(self.path.name), reason=error.strerror))
                return
            self.digest.update(content)
            lines = content.decode("utf-8").splitlines()
            rows = [RawRow(number, line.partition("=")[::2]) for number, line in enumerate(lines, 1)]
            yield RawTable(self.path.stem, self.path.name, ("key", "value"), rows)

        def fingerprint(self) -> str:
            return self.digest.hexdigest()

Run `creditlang.plugin.contract_tests.SourceContract` over it: it is the definition of what is promised below.
'''

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TextIO

from attrs import field, frozen

from creditlang.diagnostics import Diagnostic, Language, Phrase
from creditlang.plugin.comparison_data import ComparisonData
from creditlang.plugin.document import Document
from creditlang.plugin.rulebook_data import Rulebook
from creditlang.plugin.run_data import RunData
from creditlang.schema import Column, RawTable, Row


@frozen
class Signer:
    """An Ed25519 key that signs: the 32 bytes of its public half, and what makes the 64 of a signature."""

    public_key: bytes
    sign: Callable[[bytes], bytes] = field(repr=False)


class Source(ABC):
    """Where data comes from.

    Used once, in this order: `tables()` gone through to its end, with each table's rows gone through before the next
    table is asked for; then `problems` and `fingerprint()`; then `close()`.

    What concerns a whole file or table goes to `problems`; what concerns one row goes with that row, as
    `RawRow.problem`, and only there. Nothing is left out in silence: a row that cannot be read is handed over with
    its problem, a table that cannot be read leaves an error in `problems`. Problems name file, row and column, never
    a value out of a record.

    The same bytes give the same tables, rows, problems and fingerprint. Cells are text as it stands in the source:
    blanks, names and numbers untouched, an empty cell `""`.
    """

    def __init__(self, where: str) -> None:
        """`where` is what follows the scheme, or the path. Reading waits for `tables()`."""
        self.where = where
        self.problems: list[Diagnostic] = []

    @abstractmethod
    def tables(self) -> Iterator[RawTable]:
        """The tables, each once, in an order that does not change from run to run."""

    @abstractmethod
    def fingerprint(self) -> str:
        """SHA-256 in hexadecimal of what was read; complete once `tables()` has come to its end."""

    def close(self) -> None:  # noqa: B027 - most sources hold nothing open
        """Let go of files and connections. May be called twice."""

    def __enter__(self) -> Self:
        """A source is its own context."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close, whatever happened."""
        self.close()


class Output(ABC):
    """Where results go. An output that writes one text file a table would be:

        from creditlang.plugin import Output, text_of
        from creditlang.toolkit.atomic_files import PendingFile

        class LinesOutput(Output):
            def __init__(self, target, stream):
                super().__init__(target, stream)
                self.files = []

            def write(self, name, columns, rows):
                pending = PendingFile(Path(self.target) / f"{name}.txt")
                self.files.append(pending)
                for row in rows:
                    pending.stream.write(" ".join(map(text_of, row)) + chr(10))

            def close(self):
                while self.files:
                    self.files.pop(0).publish()

            def discard(self):
                while self.files:
                    self.files.pop(0).discard()

    Used once: `about` if `wants_run` or `wants_people`, `write` for each table, in the order of `RESULT_TABLES`, then
    `close()`, which alone makes the results appear under their names. If anything fails before, `discard()` is called
    instead, and whatever stood there before must stand there still. Of a comparison, the tables are those of
    `COMPARISON_TABLES`, and `about_comparison` is called, if `wants_comparison`, in place of `about`. `target` `-` is
    the `stream` that is handed in; the output does not close it.

    The same rows give the same bytes: no clock, no random, no order of a set. Amounts are written exactly.
    """

    wants_run = False
    """Whether `about` is to be called: it costs memory, since all that was read is kept until the end."""

    wants_people = False
    """Whether `about` is to be called with the policy's words and the students only: no records and no results."""

    wants_comparison = False
    """Whether `about_comparison` is to be called. An output that wants a run and not this is not asked to take a
    comparison (CR716); one that wants neither gets the tables of either."""

    wants_corrections = False
    """Whether an output that wants a run takes one that has the table `corrections` in place of results."""

    wants_rulebook = False
    """Whether it takes a policy as a book, and nothing else: `about_rulebook` is called, and no `write` (CR717)."""

    wants_signer = False
    """Whether what it writes can be signed: `signed_by` is called first, if the run has a key (`--sign`)."""

    wants_document = False
    """Whether it takes one printed document, such as a letter, and nothing else: `about_document` is called."""

    def __init__(self, target: str, stream: TextIO) -> None:
        """`target` is what follows the scheme, or the path, or `-` for `stream`."""
        self.target = target
        self.stream = stream

    def signed_by(self, signer: Signer) -> None:  # noqa: B027 - most outputs sign nothing
        """Take the key with which everything written is to be signed."""

    def about(self, run: RunData) -> None:  # noqa: B027 - most outputs need the tables only
        """Take what a table does not say: names for people, the students, their records. Called before `write`."""

    def about_comparison(self, comparison: ComparisonData) -> None:  # noqa: B027 - most outputs need the tables only
        """Take what the tables of a comparison do not say. Called before `write`, and in place of `about`."""

    def about_rulebook(self, book: Rulebook) -> None:  # noqa: B027 - most outputs take results
        """Take the book about a policy."""

    def about_document(self, document: Document) -> None:  # noqa: B027 - most outputs take results
        """Take the document."""

    @abstractmethod
    def write(self, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """Take one table; `rows` can be gone through once. Nothing shows under its name yet."""

    @abstractmethod
    def close(self) -> None:
        """Publish everything that was written. May be called twice. Raises `PluginError` CR710 if it cannot."""

    def discard(self) -> None:  # noqa: B027 - an output that holds nothing has nothing to drop
        """Drop everything that was written and not published. May be called twice."""

    def __enter__(self) -> Self:
        """An output is its own context."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Publish if all went well, otherwise drop."""
        if kind is None:
            self.close()
        else:
            self.discard()


class Form(ABC):
    """A printed form or report, made of a run. It says what stands where; workbooks and PDFs are drawn from that.

    class ClassList(Form):
        title = Phrase("List of the class", "班级名单")

        def documents(self, run):
            for (school_class,), people in run.groups("class").items():
                rows = [(person["student_id"], person["name"]) for person in people]
                pages = listing(("序号", "学号", "姓名"), rows, per_page=20)
                yield Document(f"班级名单 {school_class}", school_class, (6, 16, 12), pages)
    """

    title: Phrase
    policies: tuple[str, ...] = ()
    """The identifiers of the policies whose form it is; empty for a form of any policy."""
    languages: tuple[Language, ...] = ("zh",)
    """In which it can be written. A run in another language is handed over in Chinese: most forms are printed so."""

    of_corrections = False
    """Whether it is made of what a later run has otherwise than an earlier one; other forms are made of results."""

    def fits(self, run: RunData) -> bool:
        """Whether the form says something about this run."""
        return not self.policies or run.policy.identifier in self.policies

    @abstractmethod
    def documents(self, run: RunData) -> Iterator[Document]:
        """The documents, each with a name of its own."""


FormFactory = Callable[[], Form]
"""Makes a form."""

CommandFactory = Callable[[], Any]
"""Makes a `click.Command`."""

Forms = Mapping[str, FormFactory]

SourceFactory = Callable[[str], Source]
"""Makes a source from what follows the scheme, or from a path."""

OutputFactory = Callable[[str, TextIO], Output]
"""Makes an output from what follows the scheme, or from a path, and the stream that `-` means."""

OpenSource = Callable[[str], Source]
"""Opens an address with whichever plugin knows it. Raises `PluginError` if none does."""
