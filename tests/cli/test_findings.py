"""What a run shows of its findings: all sorts, in order, and of many alike the first few with their number."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from creditlang.cli import main
from creditlang.cli.bilingual_help import choose_language
from creditlang.cli.findings_screen import show_undetermined

STUDENTS = "学号,学制,年级\n2024010101,三年制,2024\n"


def run(folder: Path, *more: str, language: str = "zh") -> Result:
    """A run of Hengyang's regulation over a folder."""
    return CliRunner().invoke(main, ["run", "hengyang", "--data", str(folder), "--lang", language, *more])


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    """Forty dates that are none, a misspelt heading, an item that nobody knows in two rows, and a sum."""
    days = [("学术讲座", "十月八日")] * 40 + [("学术讲作", "2024-10-08")] * 2
    rows = "".join(f"2024010101,{item},{day},校级,,第{at}场\n" for at, (item, day) in enumerate(days)) + "合计,,,,,\n"
    (tmp_path / "学生.csv").write_text(STUDENTS)
    (tmp_path / "第二课堂活动.csv").write_text("学号,项目,活动日期,级别,奖项次,内容\n" + rows)
    return tmp_path


def test_errors_warnings_and_notes_in_this_order(messy: Path) -> None:
    said = [line for line in run(messy).stderr.splitlines() if line.startswith(("错误", "警告", "提示", "  ……"))]
    assert said == [
        *["错误[CR605]：“十月八日”不是日期。"] * 5,
        "  ……第二课堂活动.csv里还有35处CR605；issues 表里有全部（加 --out 文件夹）",
        "警告[CR652]：“第二课堂活动”没有“奖项次”这一列，没有读取。",
        "警告[CR661]：没有规则提到“学术讲作”；也没有其他规则适用的，这条记录列为无对应规则。",
        "提示[CR672]：不是记录、没有计数的行：1行（44）。",
        "提示[CR897]：数据里没有这几种记录：在籍学期、违纪违规、重修、学分抵扣申请、学分认定与转换申请。一律按没有计算。",
    ]


def test_how_many_more_in_english(messy: Path) -> None:
    more = "  … and CR605 35 more times in 第二课堂活动.csv; the table issues has them all (--out FOLDER)"
    assert more in run(messy, language="en").stderr.splitlines()


def test_the_table_of_issues_has_them_all(messy: Path) -> None:
    run(messy, "--out", str(messy / "out"))
    issues = (messy / "out" / "issues.csv").read_text()
    assert [issues.count(code) for code in ("CR605", "CR652", "CR661", "CR672")] == [40, 1, 2, 1]


def test_notes_of_many_files_are_the_first_few(tmp_path: Path) -> None:
    (tmp_path / "学生.csv").write_text(STUDENTS)
    for day in range(1, 10):
        name = f"校级 学术讲座 2024-10-{day:02}.csv"
        (tmp_path / name).write_bytes(f"签到表,\n学号,姓名\n2024010101,某某{day}\n".encode("gbk"))
    said = run(tmp_path, "--mapping", "sign_in_list").stderr.splitlines()
    for code in ("CR622", "CR670"):
        assert sum(line.startswith(f"提示[{code}]") for line in said) == 5
        assert f"  ……还有4处{code}；issues 表里有全部（加 --out 文件夹）" in said


def test_a_folder_does_not_hide_a_bundled_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hengyang").mkdir()
    (tmp_path / "hengyang" / "学生.csv").write_text(STUDENTS)
    monkeypatch.chdir(tmp_path)
    assert run(tmp_path / "hengyang").exit_code == 0


def test_of_many_undetermined_students_the_first_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    choose_language(["--lang", "en"])
    show_undetermined({"2", "1"}, unread=False)
    show_undetermined((f"{number:03}" for number in range(1025)), unread=False)
    show_undetermined((), unread=False)
    show_undetermined({"2"}, unread=True)
    choose_language(["--lang", "zh"])
    show_undetermined((f"{number:03}" for number in range(21)), unread=False)
    few, many, everybody, chinese = capsys.readouterr().err.splitlines()
    assert few == "students who need a decision: 1, 2"
    assert everybody == "students who need a decision: everybody, since not all of the data could be read"
    assert many.startswith("students who need a decision: 000, 001,") and many.endswith("018, 019 … and 1,005 more")
    assert chinese.endswith("018, 019 …… 另有1名")
