"""The files of a sample: their columns, record numbers, and writing them student by student.

Rows of a student are numbered in the order of their days. Nothing is kept but the row being worked on, so that a large
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
    "student": _columns(
        "student_id:学号 name:姓名 college:二级学院 class:班级 programme:学制 cohort:年级 major_group:专业大类 "
        "programme_credits:专业毕业总学分"
    ),
    "enrolment": _columns("record_id:记录编号 student_id:学号 semester:学期"),
    "activity": _columns(
        "record_id:记录编号 student_id:学号 item:项目 on:活动日期 semester:学期 ended_on:结束日期 filed_on:申报日期 "
        "level:级别 award:奖次 placing:名次 role:角色 organiser:主办单位性质 content:内容 evidence:佐证编号 place:排位 "
        "team_size:完成人总人数 days:天数 minutes:时长 metres:距离 weeks:周数 attended:参加活动次数 characters:字数 "
        "journal:期刊级别 patent_type:专利类型 exam_grade:考试等级 qualification:职业资格等级 mandarin:普通话等级 "
        "occupation:职业 whole_event:全程参与 full_term:满一学期 assessed:考核合格 completed:已完成 full_text:全文刊登 "
        "approved:审核通过 plagiarism:抄袭 fraud:弄虚作假"
    ),
    "violation": _columns(
        "record_id:记录编号 student_id:学号 item:违纪违规情形 on:发生日期 semester:学期 severe:情节严重 "
        "damage:设备设施损坏 quantity:数量 case:事由编号 points_decided:核定扣分"
    ),
    "makeup": _columns(
        "record_id:记录编号 student_id:学号 item:重修项目 on:重修日期 semester:学期 filed_on:申请日期 hours:小时数 "
        "points_confirmed:核定得分 evidence:佐证编号 assessed:考查合格 fraud:弄虚作假"
    ),
    "offset_request": _columns(
        "record_id:记录编号 student_id:学号 semester:学期 source:抵扣来源 credits:申请学分 filed_on:申请日期 "
        "approved:审核通过"
    ),
    "conversion": _columns(
        "record_id:记录编号 student_id:学号 item:转换项目 semester:学期 filed_on:申请日期 credits:认定学分 "
        "source:来源类别 recognised_as:认定为第二课堂类别 level:级别 content:内容 issued_on:获证日期 evidence:佐证编号 "
        "approved:审核通过 fraud:弄虚作假"
    ),
}  # fmt: skip
"""The policy's field names, and the headings that the files have for them."""

FILES: Final = {
    "student": "学生", "enrolment": "在籍学期", "activity": "第二课堂活动", "violation": "违纪违规", "makeup": "重修",
    "offset_request": "抵扣申请", "conversion": "转换申请",
}  # fmt: skip
_NUMBERS: Final = {
    "enrolment": ("E", 5), "activity": ("A", 6), "violation": ("V", 4), "makeup": ("M", 4), "offset_request": ("D", 4),
    "conversion": ("C", 4),
}  # fmt: skip


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
            names = tuple(COLUMNS[kind])
            if kind != "student":
                for row in rows:
                    row["record_id"] = self.number(kind) if row["_same"] is None else ""
                for row in rows:
                    if row["_same"] is not None:
                        row["record_id"] = row["_same"]["record_id"]
            self.writers[kind].writerows([_text(row.get(name)) for name in names] for row in rows)
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
