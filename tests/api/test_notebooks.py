"""What a notebook shows: cells that are policies, and policies, results and cohorts as tables, never by the page."""

from html.parser import HTMLParser

import pytest
from IPython.core.interactiveshell import InteractiveShell

import creditlang

CELL = """\
unit credit "学分"
student "学生"
    name "姓名" : text, optional
record talk "讲座"
    item "项目" : item
    on "日期" : date
category moral "德育类" in credit from talk [第二条]
    item lecture "学术讲座" : 0.2 per event
require graduation "毕业" [第三条]
    moral at least 1

example "one"
    talk lecture, on 2024-10-08
    expect moral = 0.2
"""


@pytest.fixture(scope="module")
def shell() -> InteractiveShell:
    """A notebook without a browser."""
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "creditlang.notebook")
    return shell


def test_a_cell_is_a_policy(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    policy = shell.run_cell_magic("credit", "club", CELL)
    assert shell.user_ns["club"] is policy
    assert capsys.readouterr().out == "通过1例，未通过0例\n"
    shown, _ = shell.display_formatter.format(policy)
    assert "德育类" in shown["text/html"] and len(shown["text/plain"]) < 100


def test_what_is_wrong_with_a_cell_is_said(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    assert shell.run_cell_magic("credit", "", "category moral in nothing from talk\n") is None
    assert "CR101" in capsys.readouterr().out and "policy" not in shell.user_ns
    shell.run_cell_magic("credit", "", CELL.replace("= 0.2", "= 0.3"))
    assert "通过0例，未通过1例" in capsys.readouterr().out


def cells(html: str) -> list[str]:
    """What stands in the cells of a page, of which every tag is closed."""
    found: list[str] = []
    opened: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            opened.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert opened.pop() == tag

        def handle_data(self, data: str) -> None:
            found.append(data)

    reader = Reader()
    reader.feed(html)
    assert not opened
    return found


def test_a_result_and_a_cohort(shell: InteractiveShell) -> None:
    policy = creditlang.load(CELL)
    result = policy.evaluate({"student_id": "<b>7"}, {"talk": [{"item": "lecture", "on": "2024-10-08"}]})
    assert repr(result) == "<Result of <b>7 by policy: graduation unmet>"
    shown = cells(result._repr_html_())
    assert shown[0].startswith("<b>7") and {"德育类", "0.2", "0.8", "毕业"} <= set(shown)
    cohort = creditlang.load("hengyang").run("sample:hengyang", language="zh")
    assert len(repr(cohort)) < 100
    shown = cells(cohort._repr_html_())
    assert "共35行，这里是前20行" in shown and "不符合" in shown
    assert "共" in cells(cohort.tables["records"]._repr_html_())[-1]
