"""All commands that write: what is asked twice over, and what a run that nobody disturbs leaves then."""

import atexit
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import xlsxwriter
from attrs import frozen
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from creditlang.toolkit.staged_folder import SIGNATURE
from creditlang_builtin.csv.csv_source import LARGE
from soak.forked_runs import ended, started
from soak.small_data import as_csv

DAYS = ("2025-08-31", "2024-01-31")
"""Runs of two days write each target over and over, so that a mixture would be seen."""
_RUN = "run {folder}/policy.credit --data {folder}/data --as-of "
_MISSPELT = "unit point\nrecord act\n    item : item\n    size : nmuber\n"
_POLICY = """policy "Hikes"

calendar
    semester 2023-2024-1 from 2023-09-04 teaching until 2024-01-12
    semester 2024-2025-1 from 2024-09-02 teaching until 2025-01-17
    ends 2025-08-31

unit point

student
    name  : text, optional
    class : text

record act
    item : item
    on   : date
    size : number

category fun in point from act
    cap 9 per semester
    item hike : size per event
    item swim : 2 per event [Art. 2]

require enough
    fun at least 3
"""
_ROWS = {
    "student": [["student_id", "name", "class"], *([f"S{n}", f"N{n}", f"K{n % 2}"] for n in range(1, 5))],
    "act": [
        ["student_id", "record_id", "item", "on", "size"],
        *(
            [f"S{n % 4 + 1}", f"r{n}", "hike" if n % 3 else "swim", f"202{3 + n % 2}-10-{n + 10}", f"{n}"]
            for n in range(14)
        ),
    ],
}


@frozen
class WritingCommand:
    """A command that writes below a folder, in two variants; the target stands there from the variant before.

    With `before`, it is taken away first, and that puts there what is there before.
    """

    target: str
    variants: tuple[str, str]
    before: "Callable[[Path], object] | None" = None
    marks: tuple[str, ...] = ("manifest.csv", "manifest.parquet", "manifest.arrow", SIGNATURE)
    """Names of files that are there only beside all others of the same run."""


def _runs(target: str, more: str = "") -> WritingCommand:
    plain = target.partition("@")[2].partition("#")[0]
    out = target.replace("@", "{folder}/")
    first, second = (f"{_RUN}{day} --out {out}{more}" for day in DAYS)
    return WritingCommand(plain, (first, second))


def _once(
    target: str, words: str, before: Callable[[Path], object] = lambda path: None, marks: tuple[str, ...] = ()
) -> WritingCommand:
    return WritingCommand(target, (words, words), before, marks)


def _text(text: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(text, encoding="utf-8")


def _large(path: Path) -> None:
    """A file of which `--keep` keeps a copy."""
    rows = ([f"S{number}", "N" * 900, "K"] for number in range(LARGE // 900))
    as_csv({"student": [_ROWS["student"][0], *rows]}, path)


WRITING: Mapping[str, WritingCommand] = {x.target: x for x in (
    _runs("@results"), _runs("@results.json"), _runs("@results.xlsx"), _runs("@results.html"), _runs("@results.db"),
    _runs("@results.txt"), _runs("parquet:@results.parquet"), _runs("arrow:@results-arrow"),
    _runs("parquet:@results-parquet"), _runs("@results.feather"),
    _runs("@parts", " --at-once 5"), _runs("@parts.json", " --at-once 5"),
    _runs("@parts.db", " --at-once 5"), _runs("parquet:@parts.parquet", " --at-once 5"),
    _runs("@signed", " --sign {folder}/key.pem"),
    _runs("badges:@badges#https://college.example/issuer", " --sign {folder}/key.pem"),
    _runs("forms:@forms#transcript,class-notice"),
    _runs("fill:{folder}/template.xlsx=@filled"), _runs("fill:{folder}/template.xlsx=@filled.xlsx"),
    WritingCommand("rulebook.html", ("rulebook {folder}/policy.credit --out {folder}/rulebook.html",
                                     "rulebook {folder}/policy.credit --out {folder}/rulebook.html --lang zh")),
    WritingCommand("letter.html", tuple(
        f"letter {{folder}}/policy.credit --data {{folder}}/data --student S1 --record r4 --as-of {day}"
        " --out {folder}/letter.html" for day in DAYS)),  # type: ignore[arg-type]
    WritingCommand("both.credit", ("fmt {folder}/both.credit --lang zh", "fmt {folder}/both.credit --lang en")),
    _once("misspelt.credit", "check --fix {folder}/misspelt.credit", _text(_MISSPELT)),
    _once("first.credit", "new {folder}/first.credit --title T --unit point --category fun"),
    _once("sheets.xlsx", "schema {folder}/policy.credit --out {folder}/sheets.xlsx"),
    _once("sheets", "schema {folder}/policy.credit --out {folder}/sheets"),
    _once("creditlang-new", "plugins --new {folder}/creditlang-new"),
    _once("saved.credit",
          f"repl {{folder}}/policy.credit --data {{folder}}/data --as-of {DAYS[0]} --script {{folder}}/script.txt",
          _text('policy "P"\n')),
    _once("kept",
          "run {folder}/policy.credit --data {folder}/kept/student.csv --keep --student S1 --format csv",
          _large, (".student.csv.creditlang.json",)),
)}  # fmt: skip


@cache
def prepared() -> Path:
    """A folder with what the commands read."""
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    as_csv(_ROWS, folder / "data")
    (folder / "policy.credit").write_text(_POLICY, encoding="utf-8")
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with xlsxwriter.Workbook(folder / "template.xlsx") as book:
        book.add_worksheet().write_column(0, 0, ["{{student.name}}", "{{account.fun}}", "{{policy.as_of}}"])
    (folder / "both.credit").write_text(_POLICY, encoding="utf-8")
    (folder / "script.txt").write_text(f'student S1\nsave example "kept" to {folder}/saved.credit\n', encoding="utf-8")
    return folder


def words(command: WritingCommand, variant: int) -> list[str]:
    """The words of the command, in that variant."""
    return command.variants[variant].replace("{folder}", str(prepared())).split()


def put_back(command: WritingCommand) -> None:
    """What has to stand there before the command begins."""
    if command.before is None:
        return
    path = prepared() / command.target
    shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    command.before(path)


@cache
def undisturbed(target: str) -> tuple[list[dict[str, bytes]], float]:
    """What there can be, as the command begins and as each variant ends, and the seconds of one."""
    command, left, took = WRITING[target], [], []
    put_back(command)
    if command.before is not None:
        left.append(whole_files(prepared() / target))
    for variant in (0, 1) if command.before is None else (0,):
        said = prepared() / "said.txt"
        began = time.monotonic()
        code = ended(started(words(command, variant), said))
        took.append(time.monotonic() - began)
        assert code in (0, 1, 3), f"{target}: {code}: {said.read_text(encoding='utf-8')[-500:]}"
        left.append(whole_files(prepared() / target))
        assert left[-1], f"nothing was written to {target}"
    return left, min(took)


def whole_files(path: Path) -> dict[str, bytes]:
    """The files under their final names; lists of what is whose change on the way."""
    if path.is_dir():
        files = (x for x in sorted(path.rglob("*")) if x.is_file())
        return {str(x.relative_to(path)): x.read_bytes() for x in files
                if not x.name.endswith(".tmp") and not x.name.startswith(".creditlang-output")}  # fmt: skip
    return {path.name: path.read_bytes()} if path.exists() else {}


def _unsigned(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if name != SIGNATURE}


def wrong_files(command: WritingCommand, before: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """What is wrong with what stands there, and in which file."""
    sets, _ = undisturbed(command.target)
    path = prepared() / command.target
    there = whole_files(path)
    told = [(f"{name} is of no run", name) for name, data in there.items()
            if all(each.get(name) != data for each in sets)]  # fmt: skip
    for mark in command.marks:
        wanted = [each if mark == SIGNATURE else _unsigned(each) for each in sets]
        if mark in there and (there if mark == SIGNATURE else _unsigned(there)) not in wanted:
            told.append((f"{mark} beside files of another run", mark))
    if before and not there and not path.is_dir():
        told.append(("nothing is left of the file that was there", ""))
    return told
