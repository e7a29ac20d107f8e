"""Annexes 1 and 8 of 衡科院发〔2024〕14号: an application for credits, a slip for a sanction, as printed.

Annex 1 is for what others than the school organised (第七条(一)2). The data do not say so, but it shows: in a level
above the school, in an association as organiser, in a certificate, a publication or a patent, in credits of elsewhere.
What a student filed on one day is one application; without a day of filing, what belongs to one semester.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from creditlang.diagnostics import Phrase
from creditlang.plugin import Form
from creditlang.plugin.document import Cell, Document, Line, Page, plain
from creditlang.plugin.run_data import Person, RecordRow, ResultRow, RunData, shown
from creditlang.schema import Value
from creditlang.toolkit.open_amounts import Amount
from creditlang_regulation_forms.hengyang_book import POLICY, Book
from creditlang_regulation_forms.hengyang_sheet import day_text, top

_ROWS: Final = 10
_BASE: Final = {"moral": "01", "running_reading": "02", "running": "02", "reading_credits": "02", "academic": "03",
                "innovation": "04"}  # fmt: skip
_AWARD: Final = {"professional": "01", "society": "02", "culture": "03"}
_ABOVE_SCHOOL: Final = frozenset(("national", "provincial", "municipal", "county"))
_PAPERS: Final = ("journal", "patent_type", "exam_grade", "qualification", "mandarin")
_DETAILS: Final = ("level", "award", "role", *_PAPERS)
_NOTE: Final = (
    "注：1. “归属类别”栏请填相应编号。基础学分：德育类01，“跑步声”“读书声”02，学术科技类03，创新创业与就业类04；"
    "奖励学分：专业能力拓展类01，社团活动与社会实践类02，文化艺术与身心发展类03。\n"
    "2. 填表范例：①****年**月组织（或参加）****活动；②****年**月在**活动中荣获**称号（或**奖）；"
    "③****年**月至****年**月参加由**组织的**技能培训（以结业证书为准）；④****年**月至**年**月担任**部门**职务。"
)

Application = tuple[str, str]
"""Student, and the day of filing or, without one, the semester."""
Pair = tuple[ResultRow, RecordRow]


class CreditApplication(Form):
    """Annex 1: what a student applied for, and what was found right."""

    title = Phrase("Hengyang annex 1: application for credits", "衡阳附件1：第二课堂活动学分认定申请表")
    policies = (POLICY,)

    def documents(self, run: RunData) -> Iterator[Document]:
        """One for each student and application."""
        for (student, when), pairs in sorted(_applications(run).items()):
            person = run.students[student]
            rows = [_application_row(run, *pair) for pair in pairs]
            pages = []
            for start in range(0, len(rows), _ROWS):
                pages.append(_application_page(person, pairs, rows, start))
            title = "附件1 学生第二课堂活动学分认定申请表"
            name = f"{title} {student} {shown(person.get('name'))} {when}"
            yield Document(name, title, (6, 34, 10, 14, 12, 12), tuple(pages))


class SanctionSlip(Form):
    """Annex 8: who, when, what for; the rest is filled in by hand."""

    title = Phrase("Hengyang annex 8: slip for a sanction", "衡阳附件8：处置（处罚）单")
    policies = (POLICY,)

    def documents(self, run: RunData) -> Iterator[Document]:
        """One for each sanction."""
        for sanction in Book(run).sanctions:
            person = run.students[sanction.student]
            lines = (
                *top(8, "学生文明素质养成学分处置（处罚）单", 6),
                Line(
                    (Cell("学生姓名"), Cell(shown(person.get("name"))), Cell("所在班级"),
                     Cell(shown(person.get("class"))), Cell("受处置时间"), Cell(day_text(sanction.on))), 42,
                ),
                Line((Cell("处置部门"), Cell("", 5)), 42),
                Line((Cell("处置事由"), Cell(sanction.reason, 5, align="left")), 260),
                Line((Cell("处置人签名"), Cell(""), Cell("部门负责人签名"), Cell("", 3)), 42),
            )  # fmt: skip
            title = "附件8 学生文明素质养成学分处置（处罚）单"
            name = f"{title} {sanction.student} {shown(person.get('name'))} {sanction.on or ''} {sanction.record}"
            yield Document(name, title, (13, 14, 16, 17, 12, 16), (Page(6, lines),))


def _applications(run: RunData) -> dict[Application, list[Pair]]:
    """The records that were applied for with this form, in the order of their days."""
    found: dict[Application, dict[str, Pair]] = {}
    for row in run.results["records"]:
        kind, student = str(row["kind"]), str(row["student_id"])
        if kind not in ("activity", "conversion") or student not in run.students or row["disposition"] == "invalid":
            continue
        record = run.records[kind, str(row["record_id"])]
        if str(row["counted"]).startswith("-") or not _of_others(kind, record):
            continue
        filed_on = record.get("filed_on")
        when = str(filed_on) if isinstance(filed_on, date) else shown(record.get("semester"))
        entries = found.setdefault((student, when), {})
        entries.setdefault(str(row["record_id"]), (row, record))
    return {
        key: sorted(entries.values(), key=lambda pair: (shown(pair[1].get("date")), str(pair[0]["record_id"])))
        for key, entries in found.items()
    }


def _of_others(kind: str, record: RecordRow) -> bool:
    """Whether others than the school organised it."""
    if kind == "conversion":
        return record.get("recognised_as") is not None
    return (
        record.get("level") in _ABOVE_SCHOOL
        or record.get("organiser") == "association"
        or any(record.get(name) is not None for name in _PAPERS)
    )


def _application_row(run: RunData, row: ResultRow, record: RecordRow) -> tuple[Value, ...]:
    """What was done, the class of it, whether base or award, credits applied for and found right."""
    account = shown(record.get("recognised_as")) or str(row["account"])
    sort = "基础学分" if account in _BASE else "奖励学分" if account in _AWARD else ""
    code = _BASE.get(account) or _AWARD.get(account) or ""
    wanted = record["credits"] if row["kind"] == "conversion" else row["raw"]
    applied: Value = "" if wanted is None else Amount.of(wanted).cell
    found: Value = "" if row["disposition"] in ("pending", "unmatched") else Amount.of(row["counted"]).cell
    return _told(run, row, record), code, sort, applied, found


def _told(run: RunData, row: ResultRow, record: RecordRow) -> str:
    """As in the example on the form: 2024年11月 content (item, level and prize)."""
    policy, kind = run.policy, str(row["kind"])
    item = policy.items[str(row["rule"])].label if row["rule"] in policy.items else shown(record.get("item"))
    marks = [policy.value(kind, name, record.get(name)) for name in _DETAILS if record.get(name) is not None]
    if placing := record.get("placing"):
        marks.append(f"第{shown(placing)}名")
    if record.get("team_size") is not None and record.get("place") is not None:
        marks.append(f"{shown(record['team_size'])}人合作排第{shown(record['place'])}")
    content = shown(record.get("content"))
    details = "，".join(filter(None, (item if content else "", "".join(marks))))
    day = record.get("date")
    month = f"{day.year}年{day.month}月 " if isinstance(day, date) else ""
    return f"{month}{content or item}" + (f"（{details}）" if details else "")


def _application_page(person: Person, pairs: Sequence[Pair], rows: Sequence[tuple[Value, ...]], start: int) -> Page:
    """Ten rows; the sums are those of all pages and stand on each."""
    lines = top(1, "衡阳科技职业学院学生第二课堂活动学分认定申请表", 6)
    lines.append(plain(_head(person, [record for _, record in pairs]), 6, size=10.5, height=36))
    head = ("序号", "活动项目名称及主要内容", "归属类别", "基础学分/\n奖励学分", "申请学分", "核定学分")
    lines.append(Line(tuple(Cell(text, bold=True) for text in head), 32))
    for place in range(start, start + _ROWS):
        texts = rows[place] if place < len(rows) else ("",) * 5
        cells = (Cell(text, size=10, align="center" if column else "left") for column, text in enumerate(texts))
        lines.append(Line((Cell(place + 1, size=10), *cells), 34))
    applied, found = (_sum([row[column] for row in rows]) for column in (3, 4))
    days = {record.get("filed_on") for _, record in pairs}
    filed_on = next(iter(days)) if len(days) == 1 else None
    promise = "本人郑重承诺所填内容真实，绝无弄虚作假。\n\n申请人签字：＿＿＿＿＿＿＿＿"
    office = "教务处负责人签字：\n\n\n　　　　　年　　月　　日"
    total = "＿＿＿＿" if found == "" else found
    opinion = f"经审核，核定申请人拟予认定的总学分为：{total}\n\n经办人签字：\n\n　　　　　　　　　　年　　月　　日"
    lines += [
        Line((Cell(promise, 3, 2, align="left"), Cell("申请总学分", bold=True), Cell("申请日期", 2, bold=True)), 26),
        Line((Cell(applied), Cell(day_text(filed_on if isinstance(filed_on, date) else None), 2)), 38),
        Line((Cell("教学科研审核意见"), Cell(opinion, 2, align="left"), Cell(office, 3, align="left")), 112),
        Line((Cell(_NOTE, 6, align="left", size=9),), 70),
    ]
    return Page(6, tuple(lines))


def _head(person: Person, records: Sequence[Mapping[str, object]]) -> str:
    """Who, and from which month to which."""
    days = sorted(day for record in records if isinstance(day := record.get("date"), date))
    months = [f"{day.year}年{day.month}月" for day in (days[0], days[-1])] if days else ["　　　年　　月"] * 2
    return (
        f"所在二级学院：{shown(person.get('college'))}　班级：{shown(person.get('class'))}　"
        f"姓名：{shown(person.get('name'))}　学号：{shown(person['student_id'])}\n时间范围：{months[0]}至{months[1]}"
    )


def _sum(values: Sequence[Value]) -> Value:
    """The sum, or nothing if one of them is not known."""
    return "" if "" in values else Amount.total(Amount.of(value) for value in values).cell
