"""What printing does with a form's workbook: every column on its page, no text cut or too small, on any system."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from creditlang.plugin import Form
from creditlang.plugin.document import Cell, Document, Line, Page
from creditlang.plugin.run_data import RunData
from creditlang.toolkit.page_layout import laid_out, printable
from creditlang_builtin.forms import to_xlsx
from creditlang_builtin.forms.class_notice import ClassNotice
from creditlang_builtin.forms.transcript import Transcript
from creditlang_regulation_forms import hengyang_lists, hengyang_slips, shangrao_conduct
from creditlang_regulation_forms.volunteer_unconverted import Unconverted

Run = Callable[..., RunData]
HENGYANG = (
    hengyang_slips.CreditApplication, hengyang_lists.ClassDeductions, hengyang_lists.CollegeDeductions,
    hengyang_lists.MakeupRequests, hengyang_lists.MakeupResults, hengyang_lists.Scores, hengyang_slips.SanctionSlip,
)  # fmt: skip
SHANGRAO = (
    shangrao_conduct.ClassMonths, shangrao_conduct.ClassSemester, shangrao_conduct.CollegeSemester,
    shangrao_conduct.SchoolSemester,
)  # fmt: skip
FORMS = [
    *(("hengyang", None, form) for form in (*HENGYANG, ClassNotice, Transcript)),
    *(("shangrao", "2027-10-31", form) for form in (*SHANGRAO, ClassNotice, Transcript)),
    *(("volunteer_hours", "2023-06-25", form) for form in (Unconverted, ClassNotice, Transcript)),
]


def sheet_of(document: Document) -> Any:
    """The drawn workbook's sheet."""
    return openpyxl.load_workbook(io.BytesIO(to_xlsx.draw(document, laid_out(document)))).active


def fitted(sheet: Any) -> tuple[int, int] | None:
    """On how many pages across and down a sheet is made to fit; None if it is printed at a size of its own."""
    set_up = sheet.sheet_properties.pageSetUpPr
    fits = set_up is not None and set_up.fitToPage
    across, down = sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight
    return (1 if across is None else int(across), 1 if down is None else int(down)) if fits else None


def of_pages(count: int, lines: int) -> Document:
    page = Page(2, tuple(Line((Cell("一"), Cell(number)), 30) for number in range(lines)))
    return Document("名单", "名单", (20, 20), (page,) * count)


def test_no_column_is_left_to_a_page_of_its_own() -> None:
    """However wide a system without the workbook's font makes the columns; nor does a page run over its end."""
    one, several, tall = of_pages(1, 5), of_pages(3, 5), of_pages(3, 40)
    sheets = [sheet_of(document) for document in (one, several, tall)]
    assert [fitted(sheet) for sheet in sheets] == [(1, 1), (1, 0), None]
    assert int(sheets[2].page_setup.scale) <= 100 * laid_out(tall).scale < 100


@pytest.mark.parametrize(("policy", "as_of", "form"), FORMS)
def test_every_form_is_printed_whole(sample_run: Run, policy: str, as_of: str | None, form: type[Form]) -> None:
    """On A4; several pages end where they should; no text was cut, none is smaller than can be read."""
    documents = list(form().documents(sample_run(policy, as_of)))
    assert documents
    for document in documents[:4]:
        layout, sheet = laid_out(document), sheet_of(document)
        assert fitted(sheet) == (1, int(len(document.pages) == 1))
        assert int(sheet.page_setup.paperSize) == 9
        assert len(sheet.row_breaks.brk) == len(document.pages) - 1
        assert layout.scale > 0.7
        assert sum(layout.sheets[0].widths) * layout.scale <= printable(document.landscape)[0]
        texts = [one for page in layout.sheets for one in page.cells if one.text]
        assert not [one for one in texts if one.text.endswith("…")]
        assert min(one.size * layout.scale for one in texts) > 5.5


@pytest.mark.parametrize("form", HENGYANG)
def test_classes_of_usual_length_stand_on_one_line(sample_run: Run, form: type[Form]) -> None:
    """计算机应用技术2402班 and the like, at 9 points at least."""
    for document in form().documents(sample_run("hengyang", None)):
        for page in laid_out(document).sheets:
            for one in page.cells:
                if one.text.endswith("班") and len(one.text) <= 12:
                    assert one.size >= 9, document.name
