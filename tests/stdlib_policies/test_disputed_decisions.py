"""A disputed decision of each of the three regulations is answered from the printed letter alone."""

import html
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from creditlang.cli import main

DECIDED = "决定人,决定日期,理由,依据\n"
CASES = {
    "hengyang": (
        "2024010107", "A000440", "予以认定", "", "活动结束5个工作日之后才申报", "第七条(一)", "计入",
    ),
    "shangrao": ("2023030102", "A001035", "改定数额", "40", "", "二课附件文体正式比赛", "计入 40"),
    "volunteer_hours": (
        "20210202", "S00244", "予以认定", "", "2022-10-30才申请补录，晚于2022-10-29", "附件B一第2段", "计入 2",
    ),
}  # fmt: skip
"""A student, a record, what is decided of it, the amount; why it was refused, by which article; what became of it."""


@pytest.mark.parametrize("name", CASES)
def test_the_letter_says_who_decided_when_why_and_what_was_set_aside(name: str, tmp_path: Path) -> None:
    student, record, decision, amount, refused, article, became = CASES[name]
    (tmp_path / "复核决定.csv").write_text(
        f"学号,记录编号,决定,数额,{DECIDED}{student},{record},{decision},{amount},学生工作部,2026-03-02,证明材料属实,第二十条\n",
        encoding="utf-8",
    )
    words = ["letter", name, "--data", f"sample:{name}", "--data", str(tmp_path), "--as-of", "2026-07-31"]
    words += ["--student", student, "--record", record, "--out", str(tmp_path / "letter.html"), "--lang", "zh"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code in (0, 3), result.output
    page = re.sub(r"<[^>]+>", " ", (tmp_path / "letter.html").read_text(encoding="utf-8"))
    text = re.sub(r"\s+", " ", html.unescape(page))
    assert "学生工作部于2026-03-02决定" in text
    assert "（第二十条）：证明材料属实" in text
    assert article in text
    assert refused in text
    assert became in text
