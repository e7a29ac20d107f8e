"""Papers as people hold them: on a phone nothing runs over, in the dark they are dark, printed they are pages."""

import base64
import io
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest
from tests.browser import browser, needs_browser, served

from creditlang.plugin.document import Document
from creditlang.plugin.run_data import RunData
from creditlang.toolkit.page_layout import laid_out
from creditlang_builtin.forms import to_html
from creditlang_builtin.forms.class_notice import ClassNotice
from creditlang_builtin.forms.transcript import Transcript

Run = Callable[..., RunData]
SAMPLES = (("hengyang", "2027-07-31"), ("volunteer_hours", "2023-06-25"))
PHONE = 360


def longest(documents: list[Document]) -> Document:
    return max(documents, key=lambda document: sum(len(page.lines) for page in document.pages))


@needs_browser
def test_papers_fit_a_phone_and_print_as_pages(sample_run: Run, tmp_path: Path) -> None:
    pages: dict[str, int] = {}
    for policy, as_of in SAMPLES:
        run = sample_run(policy, as_of)
        for form in (Transcript(), ClassNotice()):
            document = longest(list(form.documents(run)))
            name = f"{policy}-{type(form).__name__}.html"
            (tmp_path / name).write_bytes(to_html.draw(document, laid_out(document)))
            pages[name] = len(document.pages)
    with browser() as driver, served(tmp_path) as address:
        for name, count in pages.items():
            size = {"width": PHONE, "height": 740, "deviceScaleFactor": 2, "mobile": True}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            dark = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
            driver.execute_cdp_cmd("Emulation.setEmulatedMedia", dark)
            driver.get(f"{address}/{name}")
            assert driver.execute_script("return document.documentElement.scrollWidth") == PHONE, name
            cells = "[...document.querySelectorAll('td')].map(x => x.getBoundingClientRect().right)"
            assert driver.execute_script(f"return Math.max(...{cells})") <= PHONE, name
            background = "return getComputedStyle(document.body).backgroundColor"
            assert driver.execute_script(background) == "rgb(25, 24, 22)"
            driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
            printed = driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
            paper = pypdf.PdfReader(io.BytesIO(base64.b64decode(printed["data"])))
            assert len(paper.pages) == count, name
            assert sorted(map(round, paper.pages[0].mediabox[2:])) in ([595, 842], [596, 842])


@pytest.mark.parametrize("sort", ["heading", "row", "pairs", "parting", "text"])
def test_every_sort_of_line_is_told_apart(sample_run: Run, sort: str) -> None:
    document = longest(list(Transcript().documents(sample_run("hengyang", "2027-07-31"))))
    assert f'<tr class="{sort}"' in to_html.draw(document, laid_out(document)).decode()
