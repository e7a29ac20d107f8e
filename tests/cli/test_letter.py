"""`letter`: what a student disputes is answered from the printout alone, in either language, on paper and on a page."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdf
import pytest
from lxml import html

from creditlang.acting_lines import acting_lines
from creditlang.cli import common
from creditlang.cli.run import work_out
from creditlang.core.parts import inside
from creditlang.ledger import RULED, StudentResult

Folder = Callable[..., Path]
HENGYANG = ("hengyang", "2027-07-31")
SHANGRAO = ("shangrao", "2027-10-31")
VOLUNTEERS = ("volunteer_hours", "2023-06-25")
DISPUTED = [
    # 读后感只有799字，不计
    (HENGYANG, "2024010108", "A000518", ["读后感：不计", "不足800字", "字数 799", "第二课堂活动.csv 第519行",
     "《边城》", "撰写一篇800字读后感，无抄袭", "字数填了的才核对800字", "A000510(2025-05-19)",
     "向学生处（团委）或教务处提出申诉"]),
    # 主题发言0.3，本学期前面三次已得0.8，只剩0.2
    (HENGYANG, "2024010102", "A000121", ["核减 0.30 → 0.20 学分", "已达上限1", "角色 主题发言", "每学期最高1",
     "可累计,但每学", "A000118(2026-09-14)", "A000120(2026-10-12)", "德育类 2026-2027-1：1.00 学分"]),
    # 一学期加分最高10分
    (SHANGRAO, "2022020103", "M0040", ["核减 3.00 → 1.00 分", "已达上限10", "操行加分.csv", "操行二(七)5",
     "向负责解释的学工部提出"]),
    # 信息没有维护好，28日仍未转化
    (VOLUNTEERS, "20200103", "S00055", ["不计", "“学校/工作单位”不正确，2022-11-28仍未转化，不再补录",
     "之后不再接受补录申请", "未能转化且再次导入时学校信息不正确的，不计", "再次导入时已加入我校志愿服务组织且",
     "P0008(2022-11-03)", "学校信息正确 否",
     "志愿服务时长.csv", "及时向院级团组织或第二课堂领导小组办公室反馈"]),
]  # fmt: skip


def shown(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(("policy", "student", "record", "told"), DISPUTED)
def test_a_disputed_record_is_answered_from_the_letter_alone(
    cli: Any, tmp_path: Path, policy: tuple[str, str], student: str, record: str, told: list[str]
) -> None:
    name, as_of = policy
    page, paper = tmp_path / "letter.html", tmp_path / "letter.pdf"
    words = (name, "--data", f"sample:{name}", "--as-of", as_of, "--student", student, "--record", record)
    result = cli("letter", *words, "--lang", "zh", "--out", page, "--out", paper)
    assert result.exit_code == 0, result.output
    document = html.fromstring(page.read_text(encoding="utf-8"))
    text = shown(document.text_content())
    assert [x for x in told if shown(x) not in text] == []
    printed = shown("".join(x.extract_text() for x in pypdf.PdfReader(io.BytesIO(paper.read_bytes())).pages))
    assert [x for x in told if shown(x) not in printed] == []
    assert "…" not in text
    assert document.xpath("//meta[@name='viewport']")
    assert document.xpath("//tr[@class='row']/td/@data-label")


@pytest.mark.parametrize(("name", "as_of"), [HENGYANG, SHANGRAO, VOLUNTEERS])
def test_each_line_that_did_something_to_a_record_is_found(name: str, as_of: str) -> None:
    """Wherever it stands: at a kind, an item, a category around it, one it was taken from, or an offset."""
    request = common.DataRequest((f"sample:{name}",), as_of)
    manager = common.plugin_manager(request)
    policy = common.sound_policy(name, manager=manager).policy
    kept: list[StudentResult] = []
    work_out(policy, manager, request, (), keep=kept.append)
    lost = set()
    for entry in (entry for result in kept for entry in result.entries if not entry.member):
        found = {x.text for line in acting_lines(policy, entry) for x in inside(line) if hasattr(x, "text")}
        lost |= {text for step in entry.steps if step.sort != RULED for text in [step.text] if text not in found}
    assert {text for text in lost if "；" not in text} == set(), "several cases in one step are joined by ；"


def test_in_english_whatever_the_policy_has_in_english_is_english(cli: Any, tmp_path: Path) -> None:
    words = ("letter", "volunteer_hours", "--data", "sample:volunteer_hours", "--as-of", "2023-06-25")
    result = cli(*words, "--student", "20200103", "--record", "S00055", "--lang", "en", "--out", tmp_path / "a.html")
    assert result.exit_code == 0, result.output
    text = html.fromstring((tmp_path / "a.html").read_text(encoding="utf-8")).text_content()
    for words in (
        "How a record was decided",
        "What became of it",
        "sign in: void",
        "void when missed and not school_right_last",
        "Does not count if missed is yes and school right last is no",
        "2.50 → 0.00 hours",
        "Whoever finds hours that were not",
    ):
        assert words in text


@pytest.fixture
def own(cli: Any, policy: Path, folder: Folder, tmp_path: Path) -> Callable[..., Any]:
    data = folder()

    def call(*words: object) -> Any:
        return cli("letter", policy, "--data", data, "--as-of", "2024-12-31", "--student", "s1", *words)

    return call


def test_without_clauses_or_a_way_to_object_the_letter_says_so(own: Any, tmp_path: Path) -> None:
    assert own("--record", "a1", "--out", tmp_path / "a.html").exit_code == 0
    text = html.fromstring((tmp_path / "a.html").read_text(encoding="utf-8")).text_content()
    assert "The policy does not say how" in text
    assert "its text is not at hand here" in text


def test_what_cannot_be(own: Any, tmp_path: Path) -> None:
    unknown = own("--record", "a11", "--out", tmp_path / "a.html")
    assert (unknown.exit_code, unknown.stderr) == (2, "Student s1 has no record “a11”. Did you mean “a1”?\n")
    assert own("--record", "a3", "--out", tmp_path / "a.html").exit_code == 2
    assert "CR718" in own("--record", "a1", "--out", tmp_path / "a.docx").stderr
    assert "CR717" in own("--record", "a1", "--out", f"csv:{tmp_path}/a").stderr
    assert list(tmp_path.glob("a*")) == []


def test_results_do_not_go_where_a_letter_goes(cli: Any, policy: Path, folder: Folder, tmp_path: Path) -> None:
    result = cli("run", policy, "--data", folder(), "--out", f"letter:{tmp_path}/a.html")
    assert "“letter:" in result.stderr
    assert "takes a letter, not results" in result.stderr


def test_what_an_office_has_decided_stands_in_letter_and_transcript(cli: Any, tmp_path: Path) -> None:
    """读后感只有799字，主管部门复核后仍予认定：谁、何时、为什么，都写在纸上。"""
    rulings = tmp_path / "rulings.csv"
    rulings.write_text(
        "student_id,record_id,decision,amount,decided_by,decided_on,reason\n"
        "2024010108,A000518,count,0.1,学生处,2026-03-01,只差一字，予以认定\n",
        encoding="utf-8",
    )
    data = ("hengyang", "--data", "sample:hengyang", "--data", rulings, "--as-of", "2027-07-31", "--lang", "zh")
    words = (*data, "--student", "2024010108")
    assert cli("letter", *words, "--record", "A000518", "--out", tmp_path / "a.html").exit_code == 0
    cli("run", *words, "--out", f"forms:{tmp_path}/forms#transcript")
    (transcript,) = tmp_path.glob("forms/transcript/*.html")
    for page in (tmp_path / "a.html", transcript):
        text = shown(html.fromstring(page.read_text(encoding="utf-8")).text_content())
        assert shown("主管部门的复核决定") in text
        assert "学生处于2026-03-01决定予以认定，定为0.1：只差一字，予以认定" in text
