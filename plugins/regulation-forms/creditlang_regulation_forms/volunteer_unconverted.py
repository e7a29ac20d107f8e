"""未转化名单: for each college the volunteer hours that were not converted, or not wholly, and what can be done.

The notice (二.2) has students tell the college's youth league of hours that were not converted, and says that after the
28th nothing is added. So the list names every record that did not end as counted, why, and what its student can still
mend: what is wrong with the profile now, from the requirement `profile_complete`; what has to be filled in; or that it
has to be waited for. Records of nobody on the list of students make a list of their own, so none is missing.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from creditlang.diagnostics import Phrase
from creditlang.plugin import Form
from creditlang.plugin.document import Document
from creditlang.plugin.run_data import RecordRow, ResultRow, RunData, shown
from creditlang.schema import Value
from creditlang.toolkit.office_sheet import as_of_text, heading, rows_of, sheet, signatures, titled
from creditlang.toolkit.open_amounts import Amount
from creditlang.words import DISPOSITIONS, word

_KIND: Final = "service"
_PROFILE: Final = "profile_complete"
_HEAD: Final = (
    "序号", "班级", "学号", "姓名", "记录编号", "记录日期", "时长类型", "时长\n（小时）", "已转化\n（学时）", "处理",
    "原因", "依据", "需要改正",
)  # fmt: skip
_WIDTHS: Final = (5, 19, 11, 10, 10, 11.5, 13, 8, 8, 11, 36, 14, 36)
_NOTE: Final = (
    "每月22日首次转化，28日再次导入，之后不再接受补录申请（通知二.2）；“需要改正”是截至统计日学生仍须改正的事项。"
)
_UNKNOWN: Final = "学号不在学生名单"
_NOTHING: Final = "—"
_ENDED: Final[Mapping[str, str]] = {"reduced": "部分转化", "void": "未转化", "invalid": "记录无效"}
_TO_DO: Final[Mapping[str, str]] = {
    "unmatched": "写明时长类型后重新登记",
    "invalid": "按原因更正该条记录后重新登记",
    "pending": "尚待确定",
}


class Unconverted(Form):
    """A list for each college, sorted by class, student and record."""

    title = Phrase("Hours not converted", "未转化名单")
    policies = ("volunteer-hours-2022",)

    def documents(self, run: RunData) -> Iterator[Document]:
        """A workbook and a PDF each; a college without such records has an empty list."""
        found: dict[str, list[tuple[str, str, str, list[Value]]]] = {
            shown(person.get("college")) or "学院未填": [] for person in run.students.values()
        }
        mend = _profiles(run)
        for row in run.results["records"]:
            if row["kind"] == _KIND and row["disposition"] not in ("counted", "out of scope"):
                student, identifier = shown(row["student_id"]), shown(row["record_id"])
                person = run.students.get(student)
                college = _UNKNOWN if person is None else shown(person.get("college")) or "学院未填"
                values = _line(run, row, mend.get(student, []))
                found.setdefault(college, []).append((str(values[0]), student, identifier, values))
        for college, lines in sorted(found.items()):
            yield self._document(run, college, [line for _, _, _, line in sorted(lines, key=lambda x: x[:3])])

    def _document(self, run: RunData, college: str, lines: list[list[Value]]) -> Document:
        columns = len(_WIDTHS)
        hours = Amount.total(Amount.of(line[6]) for line in lines if isinstance(line[6], Decimal))
        converted = Amount.total(Amount.of(line[7]) for line in lines)
        students = len({line[1] for line in lines})
        about = (f"学院：{college}", f"学生：{students}人", f"记录：{len(lines)}条",
                 f"时长：{hours.cell}小时，已转化{converted.cell}学时", as_of_text(run.as_of))  # fmt: skip
        body = rows_of(([number, *line] for number, line in enumerate(lines, 1)), left=(10, 12), size=9)
        after = signatures(("院级团组织（盖章）", "经办人"), columns, _NOTE)
        before = titled("志愿服务时长未转化名单", about, columns)
        pages = sheet(_WIDTHS, before, [heading(_HEAD)], list(body) or list(rows_of([[""] * columns])), after, True)
        return Document(f"{college} 未转化名单", "志愿服务时长未转化名单", _WIDTHS, pages, landscape=True)


def _profiles(run: RunData) -> dict[str, list[str]]:
    """What each student's profile lacks on the as-of day."""
    found: dict[str, list[str]] = {}
    for row in run.results["requirements"]:
        if row["requirement"] == _PROFILE and row["part"] and row["status"] in ("unmet", "open"):
            part = str(row["part"])
            mend = part if part.startswith("加入") else f"改正{part.removesuffix('正确')}"
            found.setdefault(str(row["student_id"]), []).append(mend if row["status"] == "unmet" else f"核对{part}")
    return found


def _line(run: RunData, row: ResultRow, profile: list[str]) -> list[Value]:
    """A record, without its number on the list."""
    record: RecordRow = run.records.get((_KIND, str(row["record_id"])), {})
    person = run.students.get(str(row["student_id"]), {})
    disposition = str(row["disposition"])
    item = record.get("item")
    label = run.policy.items[str(item)].label if item in run.policy.items else run.policy.value(_KIND, "item", item)
    hours = record.get("hours")
    converted = row["counted"] if disposition == "reduced" else Decimal(0)
    return [
        shown(person.get("class")), shown(row["student_id"]), shown(person.get("name")),
        shown(row["record_id"]), shown(record.get("date") or record.get("on")), label,
        Decimal(shown(hours)) if isinstance(hours, Decimal) else "", Amount.of(converted).cell,
        _ENDED.get(disposition) or word(DISPOSITIONS, disposition, run.language), run.reason(row), row["article"],
        _to_do(disposition, str(row["student_id"]) in run.students, profile),
    ]  # fmt: skip


def _to_do(disposition: str, known: bool, profile: list[str]) -> str:
    """What the student can mend: the record, and the profile for records to come."""
    told = ["更正学号后重新登记" if not known else _TO_DO.get(disposition, "")]
    told += ["志愿汇上" + "，".join(profile)] if profile else []
    return "；".join(filter(None, told)) or _NOTHING
