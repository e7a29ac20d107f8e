"""Annexes 3 to 7 of 衡科院发〔2024〕14号: lists of deductions, make-up work and scores, as printed.

Annex 3 is made for each class and semester, 4, 5 and 7 for each college and semester, 6 for each semester of the whole
school: by who stamps it. Where a list would be empty there is none, but for the scores, which everybody has.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from creditlang.diagnostics import Phrase
from creditlang.plugin import Form
from creditlang.plugin.document import Document, Page, plain
from creditlang.plugin.run_data import Person, RunData, shown
from creditlang.schema import Value
from creditlang.toolkit.office_sheet import as_of_text, semester_title
from creditlang.toolkit.open_amounts import Amount
from creditlang_regulation_forms.hengyang_book import POLICY, Book
from creditlang_regulation_forms.hengyang_sheet import stamp, table, top

_COLLEGE_STAMP: Final = ("二级学院（盖章）", "填报日期：")
_MAKEUP_HEAD: Final = ("序号", "二级学院", "学生姓名", "所在班级", "申请重修时间", "申请重修项目", "重修得分")
_MAKEUP_WIDTHS: Final = (5, 13.5, 10, 20, 12, 19.5, 9)


class ClassDeductions(Form):
    """Annex 3: every deduction of a class, a row each."""

    title = Phrase("Hengyang annex 3: deductions of a class", "衡阳附件3：扣分认定汇总表（班级）")
    policies = (POLICY,)

    def documents(self, run: RunData) -> Iterator[Document]:
        """One for each class and semester with deductions."""
        book = Book(run)
        before = top(3, "学生文明素质养成学分扣分认定汇总表（班级）", 6)
        after = [plain(f"{text}签名：", 6, height=28) for text in ("班级认定工作小组成员", "班级认定工作组组长")]
        for semester in book.semesters:
            for (college, name), people in book.people("college", "class"):
                rows = [
                    (number, shown(person.get("name")), name, one.reason, one.points.cell,
                     book.totals.get((number, semester), Amount()).cell)
                    for person in people for number in (shown(person["student_id"]),)
                    for one in book.deductions.get((number, semester), ())
                ]  # fmt: skip
                if rows:
                    head = ("序号", "姓名", "班级", "扣分理由", "单项扣分", "总扣分")
                    pages = table(head, rows, before, after, left=(3,), tied=(1, 2, 5))
                    title = "附件3 学生文明素质养成学分扣分认定汇总表（班级）"
                    place = (college, name or "未分班")
                    yield _document(run, title, place, semester, (5, 10, 20, 34, 10, 9), pages)


class CollegeDeductions(Form):
    """Annex 4: what each student of a college lost, a row each."""

    title = Phrase("Hengyang annex 4: deductions of a college", "衡阳附件4：扣分认定汇总表（二级学院）")
    policies = (POLICY,)

    def documents(self, run: RunData) -> Iterator[Document]:
        """One for each college and semester with deductions."""
        book = Book(run)
        before = top(4, "学生文明素质养成学分扣分认定汇总表（二级学院）", 4)
        after = stamp(*_COLLEGE_STAMP, columns=4, left=3)
        head = ("序号", "姓名", "班级", "学生文明素质养成学分总扣分")
        for semester in book.semesters:
            for (college,), people in book.people("college"):
                lost = [(x, book.totals.get((shown(x["student_id"]), semester), Amount())) for x in people]
                rows = [
                    (x["student_id"], shown(x.get("name")), shown(x.get("class")), total.cell)
                    for x, total in lost
                    if total != Amount()
                ]
                if rows:
                    title = "附件4 学生文明素质养成学分扣分认定汇总表（二级学院）"
                    pages = table(head, rows, before, after)
                    yield _document(run, title, (college or "未分学院",), semester, (8, 20, 28, 34), pages)


class MakeupRequests(Form):
    """Annex 5: requests for make-up work, a row each."""

    title = Phrase("Hengyang annex 5: requests for make-up work", "衡阳附件5：重修申请表（二级学院）")
    policies = (POLICY,)

    def documents(self, run: RunData) -> Iterator[Document]:
        """One for each college and semester with requests; those without effect have 0 points."""
        book = Book(run)
        before = top(5, "学生文明素质养成学分重修申请表（二级学院）", 7)
        after = stamp(*_COLLEGE_STAMP, columns=7, left=4)
        for semester in book.semesters:
            for (college,), people in book.people("college"):
                if rows := _makeup_rows(book, people, semester):
                    title = "附件5 学生文明素质养成学分重修申请表（二级学院）"
                    pages = table(_MAKEUP_HEAD, rows, before, after, left=(5,))
                    yield _document(run, title, (college or "未分学院",), semester, _MAKEUP_WIDTHS, pages)


class MakeupResults(Form):
    """Annex 6: make-up work that counted, a row each."""

    title = Phrase("Hengyang annex 6: make-up work done", "衡阳附件6：重修情况汇总表")
    policies = (POLICY,)

    def documents(self, run: RunData) -> Iterator[Document]:
        """One for each semester in which make-up work counted."""
        book = Book(run)
        before = top(6, "学生文明素质养成学分重修情况汇总表", 7)
        after = stamp("学生处（团委）（盖章）", "填报日期：", columns=7, left=4)
        everybody = [person for _, people in book.people("college") for person in people]
        for semester in book.semesters:
            if rows := _makeup_rows(book, everybody, semester, counted_only=True):
                title = "附件6 学生文明素质养成学分重修情况汇总表"
                pages = table(_MAKEUP_HEAD, rows, before, after, left=(5,))
                yield _document(run, title, (), semester, _MAKEUP_WIDTHS, pages)


class Scores(Form):
    """Annex 7: what everybody has in the end, after make-up work."""

    title = Phrase("Hengyang annex 7: scores of a semester", "衡阳附件7：得分汇总表")
    policies = (POLICY,)

    def documents(self, run: RunData) -> Iterator[Document]:
        """One for each college and semester."""
        book = Book(run)
        before = top(7, "学生文明素质养成学分得分汇总表", 6)
        after = stamp(*_COLLEGE_STAMP, columns=6, left=4)
        head = ("序号", "二级学院", "学生姓名", "所在班级", "本学期得分", "是否已重修")
        for semester in book.semesters:
            makeup = book.makeup.items()
            done = {number for (number, term), all_of in makeup if term == semester and any(x.counts for x in all_of)}
            for (college,), people in book.people("college"):
                rows = [
                    (x["student_id"], college, shown(x.get("name")), shown(x.get("class")),
                     book.finals[shown(x["student_id"]), semester], "是" if x["student_id"] in done else "否")
                    for x in people if (x["student_id"], semester) in book.finals
                ]  # fmt: skip
                if rows:
                    title = "附件7 学生文明素质养成学分得分汇总表"
                    pages = table(head, rows, before, after)
                    yield _document(run, title, (college or "未分学院",), semester, (6, 19, 14, 21, 14, 14), pages)


def _makeup_rows(
    book: Book, people: Sequence[Person], semester: str, counted_only: bool = False
) -> list[tuple[Value, ...]]:
    return [
        (person["student_id"], shown(person.get("college")), shown(person.get("name")), shown(person.get("class")),
         one.filed_on, one.item, one.points.cell)
        for person in people
        for one in book.makeup.get((shown(person["student_id"]), semester), ())
        if one.counts or not counted_only
    ]  # fmt: skip


def _document(
    run: RunData, title: str, place: Sequence[str], semester: str, widths: tuple[float, ...], pages: tuple[Page, ...]
) -> Document:
    name = " ".join(filter(None, (title, *place, semester)))
    footer = "　".join(filter(None, (*place, semester_title(semester), as_of_text(run.as_of))))
    return Document(name, title, widths, pages, footer=footer)
