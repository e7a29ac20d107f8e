"""The files of a sample: their columns, record numbers, and writing them student by student.

Rows of a student are numbered in the order of their days. Nothing is kept but the rows being worked on, so that a large
sample needs no more memory than a small one.
"""

import csv
from collections import Counter
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any, Final

Row = dict[str, Any]

NEVER: Final = date(2100, 1, 1)

_YES_NO: Final = {True: "是", False: "否"}


def _columns(text: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in text.split())


COLUMNS: Final[dict[str, dict[str, str]]] = {
    "student": _columns("student_id:学号 name:姓名 college:学院 class:班级 entered_on:入学日期"),
    "profile": _columns(
        "record_id:记录编号 student_id:学号 on:维护日期 organisation:所属组织 joined:加入我校志愿服务组织 "
        "school_right:学校信息正确 number_right:学号正确"
    ),
    "service": _columns(
        "record_id:记录编号 student_id:学号 item:时长类型 on:记录日期 hours:时长 activity:活动编号 content:活动名称 "
        "ended_on:活动结束日期 filed_on:申请日期 signed_hours:已签到时长 normal_hours:正常签到时长 "
        "worked_hours:实际工作时长 evidence:佐证编号 used_elsewhere:已用于其他记录和认证 "
        "on_platform:线上系统已有的活动 own_level:管理员本级组织的活动 paid:发放劳务费 post:计入任职履职 "
        "practice_credit:获取社会实践学分 sealed:加盖公章 approved:审核通过 under_review:审核中 challenge:质疑 "
        "converted_before:此前已转化"
    ),
}  # fmt: skip
"""The policy's field names, and the headings that the files have for them."""

FILES: Final = {"student": "学生", "profile": "志愿汇个人信息", "service": "志愿服务时长"}
_NUMBERS: Final = {"profile": ("P", 4), "service": ("S", 5)}


class Book:
    """The files of one sample while they are written."""

    def __init__(self, folder: Path) -> None:
        """Make the folder, and in it the files with their headings."""
        folder.mkdir(parents=True, exist_ok=True)
        self.files = ExitStack()
        self.rows: dict[str, list[Row]] = {kind: [] for kind in COLUMNS}
        self.written: Counter[str] = Counter()
        self.numbered: Counter[str] = Counter()
        self.writers = {}
        for kind, columns in COLUMNS.items():
            path = folder / f"{FILES[kind]}.csv"
            opened = self.files.enter_context(path.open("w", encoding="utf-8", newline=""))
            self.writers[kind] = csv.writer(opened, lineterminator="\n")
            self.writers[kind].writerow(columns.values())

    def __enter__(self) -> "Book":
        return self

    def __exit__(self, *_: object) -> None:
        self.files.close()

    def add(self, kind: str, student: str, at: date = NEVER, same_as: Row | None = None, **cells: Any) -> Row:
        """A row. `at` is its place among the student's rows; `same_as` is the row whose number it repeats."""
        row: Row = {"student_id": student, **cells, "_at": at, "_same": same_as}
        self.rows[kind].append(row)
        return row

    def turn_page(self) -> None:
        """Number and write the rows so far."""
        for kind, rows in self.rows.items():
            rows.sort(key=_when)
            if kind != "student":
                for row in rows:
                    row["record_id"] = self.number(kind) if row["_same"] is None else ""
                for row in rows:
                    if row["_same"] is not None:
                        row["record_id"] = row["_same"]["record_id"]
            self.writers[kind].writerows([_text(row.get(name)) for name in COLUMNS[kind]] for row in rows)
            self.written[kind] += len(rows)
            rows.clear()

    def number(self, kind: str) -> str:
        """The next record number."""
        self.numbered[kind] += 1
        letter, digits = _NUMBERS[kind]
        return f"{letter}{self.numbered[kind]:0{digits}}"


def _when(row: Row) -> date:
    at: date = row["_at"]
    return at


def _text(value: object) -> object:
    """A cell as an export has it."""
    if value is None:
        return ""
    return _YES_NO[value] if isinstance(value, bool) else value
