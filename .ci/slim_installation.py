"""What `pip install creditlang` brings, without extras: how much it is, what it can do, and what it says of the rest.

Run by the Python of a fresh environment in which nothing else is installed.
"""

import csv
import sqlite3
import subprocess
import sys
import sysconfig
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

MOST_MEGABYTES = 55
MOST_SECONDS = 0.15
TOOLS = {"pip", "setuptools", "pkg_resources", "_distutils_hack"}
POLICY = """
use "common/calendar"
unit credit
record activity
    item : item
    on   : date
category sport in credit [Article 3]
    item run [Article 3(1)] : 0.2 per event, cap 1 per semester
example "a sixth run no longer counts" [Article 3(1)]
    activity run, on 2024-10-08, 6 times
    expect sport = 1
"""


def creditlang(*arguments: str) -> tuple[int, str]:
    """How a command ends, and what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "creditlang", *arguments, "--lang", "en"], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def main() -> None:
    """Look at it all; an assertion tells what is not so."""
    packages = Path(sysconfig.get_paths()["purelib"])
    sizes = [
        file.stat().st_size for part in packages.iterdir() if part.name.partition("-")[0] not in TOOLS
        for file in ([part] if part.is_file() else part.rglob("*")) if file.is_file()
    ]  # fmt: skip
    size = sum(sizes) / 2**20
    for module in ("numpy", "pyarrow", "openpyxl", "typst"):
        assert find_spec(module) is None, module
    start = time.process_time()
    import creditlang as library

    seconds = time.process_time() - start
    library.load  # noqa: B018 - what is offered is imported when it is first asked for
    asked = time.process_time() - start
    folder = Path(tempfile.mkdtemp())
    policy = folder / "sport.credit"
    policy.write_text(POLICY, encoding="utf-8")
    assert creditlang("check", str(policy))[0] == 0
    assert creditlang("test", str(policy))[0] == 0
    result = library.load(policy).evaluate({}, {"activity": [{"item": "run", "on": "2024-10-08"}]})
    assert str(result.account("sport")) == "0.2"

    rows = [("student_id", "record_id", "item", "on"), ("1", "a", "run", "2024-10-08"), ("2", "b", "run", "2024-10-09")]
    sheets = folder / "sheets"
    sheets.mkdir()
    with (sheets / "activity.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    with (sheets / "student.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("student_id",), ("1",), ("2",)])
    with sqlite3.connect(folder / "data.db") as database:
        database.execute('CREATE TABLE activity (student_id, record_id, item, "on")')
        database.executemany("INSERT INTO activity VALUES (?, ?, ?, ?)", rows[1:])
        database.execute("CREATE TABLE student (student_id)")
        database.executemany("INSERT INTO student VALUES (?)", [("1",), ("2",)])
    database.close()
    students = []
    for number, data in enumerate((sheets, folder / "data.db")):
        for out in (f"csv:{folder}/csv{number}", f"{folder}/{number}.json", f"{folder}/{number}.sqlite"):
            code, said = creditlang("run", str(policy), "--data", str(data), "--out", out)
            assert code == 0, (out, said)
        students.append((folder / f"csv{number}" / "students.csv").read_bytes())
    assert students[0] == students[1]
    for out, extra in (
        ("r.xlsx", "office"),
        ("forms:f", "office"),
        ("r.parquet", "arrow"),
        ("report:r.html", "pictures"),
    ):
        code, said = creditlang("run", str(policy), "--data", str(sheets), "--out", out)
        assert code != 0, out
        assert f"creditlang[{extra}]" in said, (out, said)
    code, said = creditlang("run", str(policy), "--data", str(sheets), "--engine", "columnar")
    assert code != 0 and "creditlang[fast]" in said, said
    print(f"{size:.0f} MB in {len(sizes)} files; import {seconds:.3f} s of CPU time, {asked:.2f} with what load needs")
    assert size <= MOST_MEGABYTES, size
    assert seconds <= MOST_SECONDS, seconds


main()
