"""The pages on outputs tell the truth: their commands run, in order, and give what stands there; tables are whole.

Both pages have the same commands and the same cells of a form, so it is enough to follow one of them.
"""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook

from creditlang.cli import main

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = {"en": DOCS / "outputs.md", "zh": DOCS / "outputs.zh.md"}
CELL = re.compile(r"^\| ([A-Z][0-9]+) \| `(.+)` \|$", re.MULTILINE)
FORM = re.compile(r"^\| `([a-z0-9-]+)` \| .+ \| (?:`([a-z_]+)`|[^`]+) \|$", re.MULTILINE)
COMMAND = re.compile(r"^(?:creditlang|openssl) .+$", re.MULTILINE)


def call(command: str) -> None:
    """Call a command; it must go well, as far as the sample data let it."""
    if command.startswith("openssl "):
        subprocess.run(shlex.split(command), check=True, capture_output=True)
        return
    result = CliRunner().invoke(main, shlex.split(command, comments=False)[1:], env={"CREDITLANG_LANG": "zh"})
    assert isinstance(result.exception, SystemExit | None), repr(result.exception)
    assert result.exit_code in (0, 3), result.output


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The page, and the folder in which all its commands were called."""
    text, folder = PAGES["zh"].read_text(encoding="utf-8"), tmp_path_factory.mktemp("outputs")
    book = Workbook()
    for place, content in CELL.findall(text):
        book.active[place] = content
    book.save(folder / "certificate.xlsx")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for command in COMMAND.findall(text):
            call(command)
    return text, folder


def test_everything_is_there(followed: tuple[str, Path]) -> None:
    _, folder = followed
    assert (folder / "results" / "students.csv").exists()
    assert load_workbook(folder / "results.xlsx").sheetnames[:2] == ["总览", "students"]
    assert (folder / "report.html").read_text(encoding="utf-8").count("<svg") == 5
    assert len(list((folder / "badges").glob("*.json"))) == len(list((folder / "badges").iterdir())) - 1
    assert {path.suffix for path in (folder / "signed").iterdir() if not path.name.startswith(".")} == {".jwt"}
    assert (folder / "letter.pdf").read_bytes().startswith(b"%PDF")
    assert sorted(path.name for path in (folder / "for-the-wall").iterdir()) == ["class-notice", "hengyang-annex-7"]


def test_the_school_s_form_is_filled(followed: tuple[str, Path]) -> None:
    """陈思远：第3行起是他的记录，下面一行在它们之后。"""
    _, folder = followed
    sheet = load_workbook(folder / "certificates" / "2024010101.xlsx").active
    assert sheet["A1"].value == "衡阳科技职业学院第二课堂学分证明"
    assert sheet["A2"].value == "陈思远（2024010101），软件技术2401班"
    rows = [row for row in sheet.iter_rows(min_row=3, values_only=True)]
    assert [row[0] for row in rows[:-1]] == list(range(1, len(rows)))
    assert rows[-1][0].startswith("基础学分")
    assert "2024010101" in load_workbook(folder / "all.xlsx").sheetnames


def test_every_form_is_listed(followed: tuple[str, Path]) -> None:
    """With the policies that it is for: as made for Hengyang's samples."""
    text, folder = followed
    listed = dict(FORM.findall(text))
    result = CliRunner().invoke(
        main, ["run", "hengyang", "--data", "sample:hengyang", "--out", f"forms:{folder}/x#none", "--lang", "en"]
    )
    known = re.search("CR762.*?: ([a-z0-9, -]+)", result.output)
    assert known is not None, result.output
    assert sorted(listed) == sorted(name.strip() for name in known[1].split(","))
    made = {path.name for path in (folder / "forms").iterdir()}
    assert made <= {name for name, policy in listed.items() if policy in ("", "hengyang")}
    assert made >= {"class-notice", "transcript", "hengyang-annex-7"}


def test_both_languages_have_the_same_parts() -> None:
    texts = {language: page.read_text(encoding="utf-8") for language, page in PAGES.items()}
    shapes = {language: re.findall(r"^#+(?= )|^creditlang .+", text, re.MULTILINE) for language, text in texts.items()}
    assert shapes["en"] == shapes["zh"]
    assert CELL.findall(texts["en"]) == CELL.findall(texts["zh"])
    assert FORM.findall(texts["en"]) == FORM.findall(texts["zh"])
    for language, name in (("en", "README.md"), ("zh", "README.zh.md")):
        readme = (DOCS.parent / name).read_text(encoding="utf-8")
        assert f"](docs/{PAGES[language].name})" in readme
