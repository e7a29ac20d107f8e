"""`creditlang diff`: two versions over all students, on the screen and into files, in both languages."""

import csv
import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import Result

from creditlang.resources import policy_path
from creditlang.schema import COMPARISON_TABLES
from creditlang.source import display_width

Cli = Callable[..., Result]
SAMPLES = {
    "hengyang": ("每学期最高1", "每学期最高0.4"),
    "shangrao": ("每学期最高10", "每学期最高1"),
    "volunteer_hours": ("= 1 学时", "= 0.5 学时"),
}


@pytest.fixture
def stricter(policy: Path, tmp_path: Path) -> Path:
    """The small policy, edited."""
    text = policy.read_text(encoding="utf-8")
    path = tmp_path / "stricter.credit"
    path.write_text(edit(text, "= 0.2 credit", "= 0.1 credit"), encoding="utf-8")
    return path


def edit(text: str, pattern: str, new: str) -> str:
    """An edit that does something."""
    found = re.sub(pattern, new, text, count=1)
    assert found != text
    return found


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_same_twice_differs_in_nothing(cli: Cli, policy: Path, folder: Callable[..., Path]) -> None:
    result = cli("diff", policy, policy, "--data", folder())
    assert result.exit_code == 0
    assert "2 students compared: 0 changed, 2 did not" in result.stdout
    assert "Nothing differs." in result.stdout


def test_differences_are_no_failure(cli: Cli, policy: Path, stricter: Path, folder: Callable[..., Path]) -> None:
    result = cli("diff", policy, stricter, "--data", folder())
    assert result.exit_code == 0, result.output
    assert "small.credit  →  stricter.credit" in result.stdout
    assert "1 lose" in result.stdout
    assert "lecture" in result.stdout


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", SAMPLES)
def test_the_bundled_policies_against_an_edit(cli: Cli, tmp_path: Path, name: str, language: str) -> None:
    """A copy with another limit or rate: something differs, and every row has its rule."""
    old, new = SAMPLES[name]
    path = policy_path(name)
    assert path is not None
    copy = tmp_path / f"{name}.credit"
    text = path.read_text(encoding="utf-8")
    copy.write_text(edit(text, re.escape(old), new), encoding="utf-8")
    out = tmp_path / "out"
    data = ("--data", f"sample:{name}", "--as-of", "2027-10-31")
    result = cli("diff", name, copy, *data, "--lang", language, "--top", 2, "--out", out)
    assert result.exit_code in (0, 3), result.output
    for one in table(out / "changes.csv"):
        assert one["rules"] or one["sort"] == "student"
    assert all(one["rules"] for one in table(out / "crossings.csv"))
    assert table(out / "changes.csv")
    assert table(out / "rules.csv")
    for line in result.stdout.splitlines():
        assert display_width(line) < 240


def test_one_policy_with_two_settings(cli: Cli, tmp_path: Path) -> None:
    """及格分按名称或标签给；两边都可以改。两次比较正好相反。"""
    words = ("diff", "hengyang", "hengyang", "--data", "sample:hengyang")
    there = cli(*words, "--set-new", "pass_mark=90", "--out", tmp_path / "there")
    back = cli(*words, "--set-old", "文明素质合格分数=90", "--out", tmp_path / "back")
    assert (there.exit_code, back.exit_code) == (3, 3)
    assert "hengyang  →  hengyang (pass_mark=90)" in there.stdout
    one, two = table(tmp_path / "there" / "totals.csv"), table(tmp_path / "back" / "totals.csv")
    assert [(x["account"], x["gained"], x["lost"]) for x in one] == [("conduct_credit", "0", "7")]
    assert [(x["account"], x["gained"], x["lost"]) for x in two] == [("conduct_credit", "7", "0")]
    both = cli(*words, "--set", "pass_mark=90", "--set-old", "pass_mark=85", "--out", tmp_path / "both")
    assert both.exit_code == 3
    assert table(tmp_path / "both" / "totals.csv") == one


def test_tables_come_sorted_and_the_same_every_time(cli: Cli, tmp_path: Path) -> None:
    words = ("diff", "hengyang", "hengyang", "--data", "sample:hengyang", "--set-new", "pass_mark=90")
    first, second = tmp_path / "first", tmp_path / "second"
    for out in (first, second):
        cli(*words, "--out", out)
    files = sorted(path.name for path in first.iterdir() if not path.name.startswith("."))
    assert files == sorted(f"{name}.csv" for name in COMPARISON_TABLES)
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in files)
    for name, columns in COMPARISON_TABLES.items():
        header = (first / f"{name}.csv").read_text(encoding="utf-8-sig").split("\n", 1)[0]
        assert header == ",".join(column.name for column in columns)


def test_json_is_for_programs(cli: Cli) -> None:
    words = ("diff", "hengyang", "hengyang", "--data", "sample:hengyang", "--set-new", "pass_mark=90")
    result = cli(*words, "--format", "json")
    document = json.loads(result.stdout)
    assert document["version"] == 1
    assert document["tables"].keys() == COMPARISON_TABLES.keys()
    manifest = {row["entry"]: row["value"] for row in document["tables"]["manifest"]}
    assert manifest["tables"] == "comparison 1"
    assert manifest["command"].startswith("creditlang diff hengyang hengyang --data sample:hengyang")
    assert manifest["old_settings"] == ""
    assert Decimal(manifest["new_settings"].removeprefix("pass_mark=")) == 90
    assert len(manifest["data_hash"]) == 64
    assert document["tables"]["rules"][0]["rule"] == "pass_mark"
    assert "read 2213 = " in result.stderr


def test_only_some_students(cli: Cli) -> None:
    words = ("diff", "hengyang", "hengyang", "--data", "sample:hengyang", "--set-new", "pass_mark=90")
    result = cli(*words, "--student", "2024010110", "--student", "2024010101")
    assert "2 students compared: 1 changed, 1 did not" in result.stdout
    unknown = cli(*words, "--student", "1")
    assert (unknown.exit_code, unknown.stderr) == (2, "No student 1 in the data.\n")


def test_usage_policy_and_files(cli: Cli, policy: Path, folder: Callable[..., Path], tmp_path: Path) -> None:
    data = folder()
    assert cli("diff", policy, "nowhere", "--data", data).exit_code == 2
    assert cli("diff", policy, policy).exit_code == 2
    assert cli("diff", policy, policy, "--data", data, "--set-new", "nothing=1").exit_code == 2
    broken = tmp_path / "broken.credit"
    broken.write_text("category sport in nothing\n", encoding="utf-8")
    assert cli("diff", policy, broken, "--data", data).exit_code == 1
    assert cli("diff", policy, policy, "--data", tmp_path / "missing").exit_code == 4


@pytest.mark.parametrize("target", ["forms:sheets", "badges:badges"])
def test_what_needs_a_run_is_refused_before_anything_is_read(cli: Cli, policy: Path, target: str) -> None:
    result = cli("diff", policy, policy, "--data", "nowhere", "--out", target)
    assert result.exit_code == 2
    assert f"error[CR716]: “{target}” takes the results of a run, not a comparison." in result.stderr


def test_a_workbook_and_a_database(
    cli: Cli, policy: Path, stricter: Path, folder: Callable[..., Path], tmp_path: Path
) -> None:
    import openpyxl

    outs = [tmp_path / name for name in ("out.xlsx", "out.json", "out.sqlite")]
    targets = [word for out in outs for word in ("--out", out)]
    result = cli("diff", policy, stricter, "--data", folder(), "--lang", "zh", *targets)
    assert result.exit_code == 0, result.output
    book = openpyxl.load_workbook(outs[0])
    assert book.sheetnames == list(COMPARISON_TABLES)
    assert [cell.value for cell in book["changes"][1]][:8] == [
        "学号", "类别", "名称", "时段", "原来", "现在", "变化", "增减"
    ]  # fmt: skip
    assert json.loads(outs[1].read_text(encoding="utf-8"))["tables"]["changes"]
    assert outs[2].stat().st_size > 0


def test_results_of_a_run_give_way_to_those_of_a_comparison(
    cli: Cli, policy: Path, stricter: Path, folder: Callable[..., Path], tmp_path: Path
) -> None:
    """In one folder stand the tables of one command only."""
    data, out = folder(), tmp_path / "out"
    cli("run", policy, "--data", data, "--out", out)
    assert (out / "students.csv").exists()
    cli("diff", policy, stricter, "--data", data, "--out", out)
    assert not (out / "students.csv").exists()
    assert (out / "crossings.csv").exists()


def test_an_output_that_cannot_be_written(cli: Cli, policy: Path, folder: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = cli("diff", policy, policy, "--data", folder(), "--out", tmp_path / "file" / "out.json")
    assert result.exit_code == 4


def test_an_interruption_leaves_nothing(
    cli: Cli, policy: Path, folder: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from creditlang.comparison import Comparison

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Comparison, "add", interrupted)
    data = folder()
    before = sorted(tmp_path.rglob("*"))
    result = cli("diff", policy, policy, "--data", data, "--out", tmp_path / "out", "--out", tmp_path / "out.json")
    assert result.exit_code == 130
    assert sorted(tmp_path.rglob("*")) == before


def test_data_saved_in_between_are_an_error(
    cli: Cli, policy: Path, stricter: Path, folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each version reads for itself; both must have read the same."""
    from creditlang.comparison import cohorts

    data, begin = folder(), cohorts.Evaluation.begin
    text = stricter.read_text(encoding="utf-8")
    stricter.write_text(edit(text, r"(?m)^record activity.*\n", r"\g<0>    place : text, optional\n"), encoding="utf-8")

    def saved(*arguments: object) -> object:
        found = begin(*arguments)  # type: ignore[arg-type]
        with (data / "activity.csv").open("a", encoding="utf-8") as stream:
            stream.write("a9,s1,lecture,2024-10-08,school,\n")
        return found

    monkeypatch.setattr(cohorts.Evaluation, "begin", staticmethod(saved))
    result = cli("diff", policy, stricter, "--data", data)
    assert result.exit_code == 4
    assert "error[CR696]" in result.stderr
    assert result.stdout == ""


def test_versions_that_need_other_columns(cli: Cli, policy: Path, folder: Callable[..., Path], tmp_path: Path) -> None:
    """The new version asks for a column that the old one does not know; each reads the data in its own way."""
    text = policy.read_text(encoding="utf-8")
    other = tmp_path / "other.credit"
    other.write_text(edit(text, r"(?m)^record activity.*\n", r"\g<0>    place : text, optional\n"), encoding="utf-8")
    data = folder(activity="record_id,student_id,item,on,level,share,place\na1,s1,lecture,2024-10-08,school,,hall\n")
    result = cli("diff", policy, other, "--data", data)
    assert "0 changed" in result.stdout, result.output


def test_help_teaches(cli: Cli) -> None:
    result = cli("diff", "--help")
    for text in ("--set-new", "--top", "creditlang diff hengyang my-policy.credit", "exit code is 0 whether or not"):
        assert text in " ".join(result.output.split())
