"""A policy in several files: those that lie beside it are read, nothing else of the computer is."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from creditlang.api import load
from creditlang.cli import main
from creditlang.driver import compile_source, files_beside, read_source
from creditlang.source import SourceFile

LEVELS = "scale level: national > college\nchoice 组织者: 学院 | 学校\n"
POLICY = """use "./levels"
unit credit
record activity
    item  : item
    level : level
    组织 : 组织者
category academic in credit
    item lecture
        2 per event when level is national
        1 per event when level is college
    item 讲座 : 1 per event 当 组织是学院
example "one"
    activity lecture, level college, 组织 学院
    expect academic = 1
example "two"
    activity lecture, level national, 组织 学院
    activity 讲座, level national, 组织 学院
    expect academic = 3
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The policy and what it uses."""
    (tmp_path / "club.credit").write_text(POLICY, encoding="utf-8")
    (tmp_path / "levels.credit").write_text(LEVELS, encoding="utf-8")
    return tmp_path


def codes(path: Path) -> list[str]:
    source = read_source(path)
    assert isinstance(source, SourceFile)
    return [found.code for found in compile_source(source).diagnostics if found.severity.value == "error"]


def test_a_word_of_the_language_is_a_name_in_a_used_file_too(folder: Path) -> None:
    """In whichever file it is declared: read as a name where that can be, and otherwise said to be read as the word."""
    named = "let ever = 1\nlet times = 2\n"
    lines = POLICY.replace("1 per event when", "times per event when") + "require done : academic at least ever\n"
    told = []
    for beside, own in ((named, ""), ("", named)):
        (folder / "levels.credit").write_text(LEVELS + beside, encoding="utf-8")
        (folder / "club.credit").write_text(lines.replace("unit credit\n", f"unit credit\n{own}"), encoding="utf-8")
        told.append(codes(folder / "club.credit"))
    assert told == [["CR014", "CR014"]] * 2


@pytest.mark.parametrize("command", ["check", "test", "fmt --check", "readings", "schema"])
def test_commands_work_across_files(folder: Path, command: str) -> None:
    result = CliRunner().invoke(main, [*command.split(), str(folder / "club.credit")])
    assert result.exit_code == 0 or command.startswith("fmt"), result.output
    if command.startswith("fmt"):
        assert "of 2 files" in result.output


def test_the_library_reads_them_too(folder: Path) -> None:
    result = load(folder / "club.credit").evaluate(
        {"student_id": "1"}, {"activity": [{"item": "lecture", "level": "national", "组织": "学校"}]}
    )
    assert str(result.account("academic")) == "2"


def test_files_below_use_files_beside_them(folder: Path) -> None:
    (folder / "lists").mkdir()
    (folder / "lists" / "a.credit").write_text('use "./b"\nuse "common/calendar"\n')
    (folder / "lists" / "b.credit").write_text("scale rank: high > low\n")
    (folder / "top.credit").write_text('use "./lists/a"\nunit credit\nrecord x\n    r : rank\n')
    source = read_source(folder / "top.credit")
    assert isinstance(source, SourceFile)
    assert codes(folder / "top.credit") == []
    assert [path.name for path in files_beside(source)] == ["b.credit", "a.credit"]


@pytest.mark.parametrize(
    "name",
    ["../levels", "./../levels", "./a/../levels", "./.levels", "./", ".", "./a//b", "./levels.credit", "./" + "a" * 99],
)
def test_nothing_leads_out_of_the_folder(folder: Path, name: str) -> None:
    path = folder / "inner" / "p.credit"
    path.parent.mkdir()
    path.write_text(f'use "{name}"\n')
    assert codes(path) == ["CR115"]


@pytest.mark.parametrize("name", ["/etc/hostname", "C:/levels", "\\\\host\\levels", "~/levels"])
def test_no_address_of_the_computer_is_looked_up(folder: Path, name: str) -> None:
    (folder / "p.credit").write_text(f'use "{name}"\n')
    assert codes(folder / "p.credit") == ["CR104"]


def test_links_are_not_followed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "levels.credit").write_text(LEVELS)
    (folder / "link.credit").symlink_to(outside / "levels.credit")
    (folder / "linked").symlink_to(outside)
    for name in ("link", "linked/levels"):
        (folder / "p.credit").write_text(f'use "./{name}"\n')
        assert codes(folder / "p.credit") == ["CR115"]
    (tmp_path_factory.mktemp("through") / "here").symlink_to(folder)


def test_circles_end(folder: Path) -> None:
    (folder / "levels.credit").write_text('use "./club"\n' + LEVELS)
    assert codes(folder / "club.credit") == ["CR105"]
    (folder / "self.credit").write_text('use "./self"\n')
    assert codes(folder / "self.credit") == ["CR105"]


def test_a_long_chain_ends(folder: Path) -> None:
    for number in range(60):
        (folder / f"f{number}.credit").write_text(f'use "./f{number + 1}"\n')
    assert codes(folder / "f0.credit") == ["CR115"]


def test_a_text_has_nothing_beside_it() -> None:
    (found,) = compile_source(SourceFile("policy", 'use "./levels"\n')).diagnostics
    assert found.code == "CR115"


def test_a_forgotten_mark_is_mended(folder: Path) -> None:
    (folder / "club.credit").write_text(POLICY.replace("./levels", "levels"), encoding="utf-8")
    assert codes(folder / "club.credit")[0] == "CR104"
    result = CliRunner().invoke(main, ["check", str(folder / "club.credit"), "--fix"])
    assert result.exit_code == 0, result.output
    assert (folder / "club.credit").read_text(encoding="utf-8") == POLICY


def test_slips_in_a_file_beside_are_mended_there(folder: Path) -> None:
    (folder / "levels.credit").write_text(LEVELS.replace("scale", "scael"), encoding="utf-8")
    assert CliRunner().invoke(main, ["check", str(folder / "club.credit"), "--fix"]).exit_code == 0
    assert (folder / "levels.credit").read_text(encoding="utf-8") == LEVELS


def test_what_cannot_be_read_is_not_said_to_be_unknown(folder: Path) -> None:
    (folder / "levels.credit").write_text(LEVELS.replace("> college", ">> college"), encoding="utf-8")
    assert set(codes(folder / "club.credit")) == {"CR005"}
    (folder / "levels.credit").unlink()
    (folder / "club.credit").write_text(re.sub(".*(组织|讲座).*\n", "", POLICY), encoding="utf-8")
    assert codes(folder / "club.credit") == ["CR104"]
