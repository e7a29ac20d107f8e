"""The forms of all plugins, made of a run and drawn into a folder: `forms:FOLDER`, or some, `forms:FOLDER#NAME,NAME`.

Each form gets a subfolder of its name. Documents are asked for and drawn while the run is handed over, and lie aside
until everything else is written as well; then one form after the other is published. Whatever goes wrong with a form or
a document is named, by the form and the document's number and never by a person, and the others are written all the
same; in the end the failures are raised together.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from re import fullmatch
from typing import Final, TextIO

from attrs import define, field

from creditlang.diagnostics import Diagnostic, report
from creditlang.plugin import Form, Forms, Output, PluginError
from creditlang.plugin.document import Document, Format
from creditlang.plugin.run_data import RunData
from creditlang.schema import Column, Row
from creditlang.toolkit.page_layout import Layout, laid_out
from creditlang.toolkit.staged_folder import StagedFolder
from creditlang_builtin.forms.file_names import Names, safe_name
from creditlang_builtin.forms.to_pdf import PdfDrawer

Drawer = Callable[[Document, Layout], bytes]
_TOLD: Final = 10
"""Documents of a form, and characters, that are named."""


class FormsOutput(Output):
    """To a folder. It takes the run; the result tables are in it."""

    wants_run = True
    wants_corrections = True

    def __init__(self, target: str, stream: TextIO, forms: Callable[[], Forms]) -> None:
        """`forms` gives what all plugins offer. Raises `PluginError` CR762: there is no form of a name asked for."""
        super().__init__(target, stream)
        folder, self._wanted = split_target(target)
        self._folder = Path(folder)
        offered = forms()
        if folder == "-":
            raise PluginError(report("CR767", None))
        if unknown := [name for name in self._wanted if name not in offered]:
            raise PluginError(*(report("CR762", None, form=name, known=", ".join(sorted(offered))) for name in unknown))
        self._forms = {name: offered[name] for name in sorted(offered) if not self._wanted or name in self._wanted}
        self._drawers: dict[Format, Drawer | None] = {}
        self._staged: list[StagedFolder] = []
        self._problems: list[Diagnostic] = []

    def about(self, run: RunData) -> None:
        """Draw all forms that fit the run."""
        for name, factory in self._forms.items():
            staged = StagedFolder(self._folder / safe_name(name), ["xlsx", "html", "pdf"])
            self._staged.append(staged)
            if not self._drawn(name, factory, run, staged):
                staged.discard()
                self._staged.remove(staged)

    def write(self, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """Nothing: a form takes the tables out of the run."""

    def close(self) -> None:
        """Publish. Raises `PluginError` with everything that failed, once the rest is published."""
        while self._staged:
            try:
                self._staged.pop(0).publish()
            except PluginError as error:
                self._problems += error.diagnostics
        if self._problems:
            problems, self._problems = self._problems, []
            raise PluginError(*problems)

    def discard(self) -> None:
        """Drop what was drawn."""
        self._problems = []
        while self._staged:
            self._staged.pop().discard()

    def _drawn(self, name: str, factory: Callable[[], Form], run: RunData, staged: StagedFolder) -> bool:
        """Draw a form's documents; whether its folder is to be published."""
        troubles = _Troubles(name)
        names = Names()
        try:
            form = factory()
            run = run if run.language in form.languages else run.in_chinese()
            if form.of_corrections != ("corrections" in run.results) or not form.fits(run):
                if name in self._wanted:
                    self._problems.append(report("CR763", None, form=name, policy=run.policy.identifier))
                return False
            for number, document in enumerate(form.documents(run), start=1):
                self._draw(document, number, names.unused(document.name), staged, troubles)
        except PluginError as error:
            self._problems += error.diagnostics
            return False
        except Exception as error:
            self._problems.append(report("CR760", None, form=name, error=type(error).__name__))
            return False
        self._problems += troubles.diagnostics()
        return True

    def _draw(
        self, document: Document, number: int, file_name: str, staged: StagedFolder, troubles: "_Troubles"
    ) -> None:
        """Draw a document in its formats; one that cannot be drawn leaves the others alone."""
        layout: Layout | None = None
        for ending in document.formats:
            try:
                drawer = self._drawer(ending)
                if drawer is None:
                    continue
                layout = layout or laid_out(document)
                content = drawer(document, layout)
                if isinstance(owner := getattr(drawer, "__self__", None), PdfDrawer):
                    troubles.missing |= owner.missing(document, layout)
            except Exception as error:
                troubles.documents.append((number, ending, type(error).__name__))
                continue
            staged.add(f"{file_name}.{ending}", content)

    def _drawer(self, ending: Format) -> Drawer | None:
        """What draws a format; None, and a problem told once, where nothing can."""
        if ending not in self._drawers:
            try:
                self._drawers[ending] = _drawer(ending)
            except PluginError as error:
                self._drawers[ending] = None
                self._problems += error.diagnostics
        return self._drawers[ending]


@define
class _Troubles:
    """What went wrong with the documents of a form."""

    form: str
    documents: list[tuple[int, str, str]] = field(factory=list)
    missing: set[str] = field(factory=set)

    def diagnostics(self) -> list[Diagnostic]:
        """It all, the first of many by number."""
        found = [
            report("CR764", None, form=self.form, number=number, format=ending, error=error)
            for number, ending, error in self.documents[:_TOLD]
        ]
        if self.missing:
            told = ", ".join(f"U+{ord(x):04X}" for x in sorted(self.missing)[:_TOLD])
            found.append(report("CR766", None, form=self.form, characters=told))
        return found


def split_target(target: str) -> tuple[str, tuple[str, ...]]:
    """The folder, and the names after a `#`. A `#` that no names follow belongs to the folder."""
    folder, _, names = target.rpartition("#")
    if not folder or not fullmatch(r"[\w+,\- ]+", names):
        return target, ()
    return folder, tuple(filter(None, (name.strip() for name in names.split(","))))


def _drawer(ending: Format) -> Drawer:
    """What draws a format, with all it needs. Raises `PluginError` CR761 or CR765 for PDF without a Chinese font."""
    if ending == "pdf":
        return PdfDrawer().draw
    if ending == "html":
        from creditlang_builtin.forms import to_html

        return to_html.draw
    if ending == "xlsx":
        from creditlang_builtin.forms import to_xlsx

        return to_xlsx.draw
    raise ValueError("a document is drawn as xlsx, pdf or html")
