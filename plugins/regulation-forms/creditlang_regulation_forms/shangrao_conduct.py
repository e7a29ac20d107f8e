"""The conduct reports of 上饶职业技术学院, 操行考核办法 一(二).

The clause: the class committee scores, the counsellor confirms; every month the class is told and the points go to the
college's office, at the end of the semester the summary goes to 学工处. So there are four sheets: each class by month,
each class by semester, each college by semester, and the school by semester. Section numbers are those of the
regulation's second part: the deductions in their order, then the rewards.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from creditlang.diagnostics import Phrase
from creditlang.plugin import Form
from creditlang.plugin.document import Cell, Document, Line, Page, plain
from creditlang.plugin.run_data import RunData, shown
from creditlang.schema import Value
from creditlang.toolkit.office_sheet import as_of_text, heading, rows_of, semester_title, sheet, signatures, titled
from creditlang.toolkit.open_amounts import Amount
from creditlang.toolkit.public_masks import HOW_MASKED, masked, public_rows
from creditlang_regulation_forms.shangrao_scores import UNDECIDED, Conduct, ConductBook, Event, Term

_POLICIES: Final = ("shangrao-2022-27",)
_NUMERALS: Final = "一二三四五六七八九十"
_FLOOR: Final = "操行分＝基础分－扣分合计＋加分，最低0分；扣分、加分为按学期规则核算后的数，“79 … 81”这样的数尚待核定。"


def _unit(text: str) -> str:
    """A college or class as people read it."""
    return text or "未填"


class ClassSemester(Form):
    """Each class and semester: every student's points by section, score and outcome."""

    title = Phrase("Conduct of a class in a semester", "班级学期操行分汇总表")
    policies = _POLICIES
    _widths = (5, 13, 11, 7, 7.5, 7.5, 7.5, 7.5, 7.5, 7.5, 8.5, 8.5, 11, 7.5, 8.5, 15)

    def documents(self, run: RunData) -> Iterator[Document]:
        """A workbook and a PDF each."""
        book = ConductBook(run)
        for semester in book.semesters:
            for college, name in book.classes(semester):
                scores = book.of(semester, college, name)
                title = f"{_unit(name)} {semester} 操行分汇总表"
                yield Document(title, title, self._widths, self._pages(book, scores, semester, college, name), True)

    def _pages(
        self, book: ConductBook, scores: Sequence[Conduct], semester: str, college: str, name: str
    ) -> tuple[Page, ...]:
        columns = len(self._widths)
        about = (
            f"二级学院：{_unit(college)}",
            f"班级：{_unit(name)}",
            f"人数：{len(scores)}",
            as_of_text(book.run.as_of),
        )
        before = titled(f"{semester_title(semester)}学生操行分汇总表", about, columns)
        after = signatures(("班委（制表）", "辅导员、班主任（审查确认）", "二级学院学工科（备案）"), columns, _FLOOR)
        body = rows_of((_class_row(number, x) for number, x in enumerate(scores, 1)), left=(15,))
        return sheet(self._widths, before, _class_heading(book), body, after, landscape=True)


def _class_heading(book: ConductBook) -> list[Line]:
    """Two lines: the deductions have one column for each section."""

    def tall(text: str) -> Cell:
        return Cell(text, down=2, bold=True, size=10)

    sections = list(book.sections.values())
    labels = [f"（{_NUMERALS[place]}）\n{label}" for place, label in enumerate(sections)]
    rewards = f"（{_NUMERALS[len(sections)]}）\n加分"
    first = [tall(text) for text in ("序号", "学号", "姓名", "基础分")]
    first.append(Cell("扣　分", across=len(sections) + 1, bold=True, size=10))
    first += [tall(text) for text in (rewards, "操行分", "结论", "推迟毕业", "备注")]
    second = [Cell(text, bold=True, size=9) for text in (*labels, "扣分合计")]
    return [Line(tuple(first), 20), Line(tuple(second), 40)]


def _class_row(number: int, x: Conduct) -> list[Value]:
    sections = [amount.cell for amount in x.sections.values()]
    outcome: list[Value] = [x.rewards.cell, x.score.cell, x.passed, x.deferred, x.remarks]
    return [number, x.number, shown(x.person.get("name")), x.base.cell, *sections, x.deducted.cell, *outcome]


class ClassMonths(Form):
    """Each class and semester: month by month, what each student lost and gained, and the score so far."""

    title = Phrase("Conduct of a class by month", "班级操行分月公告")
    policies = _POLICIES
    _head = ("序号", "学号", "姓名", "本月扣分", "本月加分", "累计扣分", "累计加分", "截至本月操行分")
    _widths = (6, 14, 13, 10, 10, 10, 10, 14)

    def documents(self, run: RunData) -> Iterator[Document]:
        """A page for each month that has a record anywhere in the school."""
        book = ConductBook(run)
        events = book.events()
        for semester in book.semesters:
            months = sorted({event.month for x in book.of(semester) for event in events.get((x.number, semester), ())})
            for college, name in book.classes(semester) if months else ():
                scores = book.of(semester, college, name)
                pages = [page for month in months for page in self._pages(scores, events, month, college, name)]
                title = f"{_unit(name)} {semester} 操行分月公告"
                yield Document(title, title, self._widths, tuple(pages))

    def _pages(
        self, scores: Sequence[Conduct], events: Mapping[Term, Sequence[Event]], month: tuple[int, int],
        college: str, name: str,
    ) -> tuple[Page, ...]:  # fmt: skip
        rows = public_rows(_month_row(x, events.get((x.number, x.semester), ()), month) for x in scores)
        columns = len(self._widths)
        about = (f"二级学院：{_unit(college)}", f"班级：{_unit(name)}", f"人数：{len(scores)}")
        before = titled(f"{month[0]}年{month[1]}月班级操行分公告", about, columns)
        names = ("班委（制表）", "辅导员、班主任（审查确认）", "二级学院学工科（备案）")
        after = signatures(names, columns, _FLOOR + HOW_MASKED.zh)
        return sheet(self._widths, before, [heading(self._head)], rows_of(rows), after)


def _month_row(x: Conduct, events: Sequence[Event], month: tuple[int, int]) -> list[Value]:
    """Number and name, masked; deducted and gained in the month and until its end; the score so far."""
    within = [event for event in events if event.month == month]
    until = [event for event in events if event.month <= month]

    def deducted(some: Iterable[Event]) -> Amount:
        return -Amount.total(event.points for event in some if event.points.low < 0)

    def gained(some: Iterable[Event]) -> Amount:
        return Amount.total(event.points for event in some if event.points.low >= 0)

    score = (x.base + gained(until) + -deducted(until)).at_least(Decimal(0))
    points = [amount.cell for amount in (deducted(within), gained(within), deducted(until), gained(until), score)]
    return [*masked(x.number, shown(x.person.get("name"))), *points]


_WIDTHS: Final = (6, 30, 13, 16, 10, 10, 11, 9, 10, 17)
_SUMMARY: Final = ("人数", "平均操行分", "最低", "最高", "合格", "不合格", "未定", "推迟毕业")
_CONCERNED: Final = ("序号", "班级", "学号", "姓名", "扣分合计", "加分", "操行分", "结论", "推迟毕业", "备注")


def _summary(scores: Sequence[Conduct]) -> list[Value]:
    """A class, or all, in numbers. A deferral that is open is told beside those that are certain."""
    passed = [x.passed for x in scores]
    deferred, perhaps = ([x.deferred for x in scores].count(word) for word in ("推迟", UNDECIDED))
    average = Amount.total(x.score for x in scores).divided(len(scores))
    lowest, highest = (
        Amount(end(x.score.low for x in scores), end(x.score.high for x in scores)) for end in (min, max)
    )
    counts: list[Value] = [passed.count("合格"), passed.count("不合格"), passed.count(UNDECIDED)]
    told: Value = f"{deferred}（另{perhaps}人未定）" if perhaps else deferred
    return [len(scores), average.cell, lowest.cell, highest.cell, *counts, told]


def _concerned(scores: Iterable[Conduct]) -> list[list[Value]]:
    """Those who fail, are deferred, or may be."""
    found = sorted((x for x in scores if x.passed != "合格" or x.deferred), key=lambda x: (x.school_class, x.number))
    return [
        [number, x.school_class, x.number, shown(x.person.get("name")), x.deducted.cell, x.rewards.cell,
         x.score.cell, x.passed, x.deferred, x.remarks]
        for number, x in enumerate(found, 1)
    ]  # fmt: skip


class CollegeSemester(Form):
    """Each college and semester: its classes in numbers, and who fails or is deferred."""

    title = Phrase("Conduct of a college in a semester", "二级学院学期操行情况汇总表")
    policies = _POLICIES

    def documents(self, run: RunData) -> Iterator[Document]:
        """A workbook and a PDF each."""
        book = ConductBook(run)
        for semester in book.semesters:
            for college in sorted({college for college, _ in book.classes(semester)}):
                scores = book.of(semester, college)
                classes = [
                    (_unit(name), book.of(semester, college, name)) for _, name in book.classes(semester, college)
                ]
                about = (f"二级学院：{_unit(college)}", f"班级：{len(classes)}个", as_of_text(run.as_of))
                title = f"{semester_title(semester)}学生操行情况汇总表"
                names = ("二级学院学工科（盖章）", "负责人", "学工处（审核）")
                name = f"{_unit(college)} {semester} 操行情况汇总表"
                yield _summary_document(name, title, about, "班级", classes, scores, names)


class SchoolSemester(Form):
    """Each semester: the colleges and their classes in numbers, for 学工处 to approve."""

    title = Phrase("Conduct of the school in a semester", "学工处学期操行情况汇总表")
    policies = _POLICIES

    def documents(self, run: RunData) -> Iterator[Document]:
        """A workbook and a PDF each."""
        book = ConductBook(run)
        for semester in book.semesters:
            scores = book.of(semester)
            units = [
                (f"{_unit(college)}　{_unit(name)}", book.of(semester, college, name))
                for college, name in book.classes(semester)
            ]
            colleges = len({college for college, _ in book.classes(semester)})
            about = (run.policy.issuer, f"二级学院：{colleges}个", f"班级：{len(units)}个", as_of_text(run.as_of))
            title = f"{semester_title(semester)}学生操行情况汇总表（学工处）"
            names = ("制表", "学工处审核（盖章）")
            name = f"{semester} 学工处操行情况汇总表"
            yield _summary_document(name, title, about, "二级学院、班级", units, scores, names)


def _summary_document(
    name: str, title: str, about: Sequence[str], unit: str,
    units: Sequence[tuple[str, Sequence[Conduct]]], scores: Sequence[Conduct], names: Sequence[str],
) -> Document:  # fmt: skip
    """The units in numbers, all of them together, then the list of those concerned: on one page if there is room."""
    columns = len(_WIDTHS)
    before = titled(title, about, columns)
    # A unit's name takes two columns, so that both tables share one grid.
    head = Line((Cell(unit, across=2, bold=True, size=10), *(Cell(name, bold=True, size=10) for name in _SUMMARY)), 30)
    body = [_wide(name, _summary(some)) for name, some in units]
    body.append(_wide("合计", _summary(scores), bold=True))
    rows = _concerned(scores)
    caption = plain("不合格、推迟毕业和未定的学生", columns, bold=True, size=12, height=32)
    listed = [heading(_CONCERNED), *rows_of(rows, left=(1, 9))] if rows else [Line((Cell("无", across=columns),))]
    after = signatures(names, columns, _FLOOR)
    pages = sheet(_WIDTHS, before, [head], [*body, caption, *listed], after, landscape=True)
    if len(pages) > 1:
        first = sheet(_WIDTHS, before, [head], body, landscape=True)
        pages = (*first, *sheet(_WIDTHS, [caption], listed[:1], listed[1:], after, landscape=True))
    return Document(name, name, _WIDTHS, pages, landscape=True)


def _wide(name: str, values: Sequence[Value], bold: bool = False) -> Line:
    """A line whose name takes two columns."""
    return Line(
        (Cell(name, across=2, align="left", bold=bold, size=10), *(Cell(x, bold=bold, size=10) for x in values))
    )
