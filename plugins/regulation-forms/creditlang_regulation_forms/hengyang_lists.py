"""Annexes 3 to 7 of 衡科院发〔2024〕14号: lists of deductions, make-up work and scores, as printed.

Annex 3 is made for each class and semester, 4, 5 and 7 for each college and semester, 6 for each semester of the whole
school: by who stamps it. Where a list would be empty there is none, but for the scores, which everybody has.
"""

from abc import abstractmethod
from collections.abc import Iterator, Sequence

from creditlang.diagnostics import Phrase
from creditlang.plugin import Form
from creditlang.plugin.document import Document, Line, plain
from creditlang.plugin.run_data import Person, RunData, shown
from creditlang.schema import Value
from creditlang.toolkit.office_sheet import as_of_text, semester_title
from creditlang.toolkit.open_amounts import Amount
from creditlang_regulation_forms.hengyang_book import POLICY, Book
from creditlang_regulation_forms.hengyang_sheet import stamp, table, top

Group = tuple[tuple[str, ...], Sequence[Person]]
"""What a list is about, by name, and whose rows are on it."""


class _Annex(Form):
    """What the lists share: one for each group and semester that has rows."""

    policies = (POLICY,)
    number: int
    heading: str
    head: tuple[str, ...]
    widths: tuple[float, ...]
    left: tuple[int, ...] = ()
    tied: tuple[int, ...] = ()
    stamped: tuple[str, int] = ("二级学院（盖章）", 4)
    """Who stamps it, and how many columns stay free at the left of that."""

    def documents(self, run: RunData) -> Iterator[Document]:
        """A workbook and a PDF each."""
        book, title = Book(run), f"附件{self.number} {self.heading}"
        before = top(self.number, self.heading, len(self.head))
        for semester in book.semesters:
            for place, people in self.groups(book):
                if rows := self.rows(book, people, semester):
                    pages = table(self.head, rows, before, self.after(), left=self.left, tied=self.tied)
                    name = " ".join(filter(None, (title, *place, semester)))
                    footer = "　".join(filter(None, (*place, semester_title(semester), as_of_text(run.as_of))))
                    yield Document(name, title, self.widths, pages, footer=footer)

    def groups(self, book: Book) -> Iterator[Group]:
        """By college."""
        for (college,), people in book.people("college"):
            yield (college or "未分学院",), people

    def after(self) -> list[Line]:
        """Where it is stamped and dated."""
        text, free = self.stamped
        return stamp(text, "填报日期：", columns=len(self.head), left=free)

    @abstractmethod
    def rows(self, book: Book, people: Sequence[Person], semester: str) -> list[tuple[Value, ...]]:
        """The rows of a group in a semester, the student's number first."""


class ClassDeductions(_Annex):
    """Annex 3: every deduction of a class, a row each."""

    title = Phrase("Hengyang annex 3: deductions of a class", "衡阳附件3：扣分认定汇总表（班级）")
    number, heading = 3, "学生文明素质养成学分扣分认定汇总表（班级）"
    head = ("序号", "姓名", "班级", "扣分理由", "单项扣分", "总扣分")
    widths, left, tied = (5, 10, 20, 34, 10, 9), (3,), (1, 2, 5)

    def groups(self, book: Book) -> Iterator[Group]:
        """By class."""
        for (college, name), people in book.people("college", "class"):
            yield (college, name or "未分班"), people

    def after(self) -> list[Line]:
        """Who signs."""
        return [plain(f"{text}签名：", 6, height=28) for text in ("班级认定工作小组成员", "班级认定工作组组长")]

    def rows(self, book: Book, people: Sequence[Person], semester: str) -> list[tuple[Value, ...]]:
        """A row for each deduction."""
        return [
            (number, shown(person.get("name")), shown(person.get("class")), one.reason, one.points.cell,
             book.totals.get((number, semester), Amount()).cell)
            for person in people for number in (shown(person["student_id"]),)
            for one in book.deductions.get((number, semester), ())
        ]  # fmt: skip


class CollegeDeductions(_Annex):
    """Annex 4: what each student of a college lost, a row each."""

    title = Phrase("Hengyang annex 4: deductions of a college", "衡阳附件4：扣分认定汇总表（二级学院）")
    number, heading = 4, "学生文明素质养成学分扣分认定汇总表（二级学院）"
    head = ("序号", "姓名", "班级", "学生文明素质养成学分总扣分")
    widths, stamped = (8, 20, 28, 34), ("二级学院（盖章）", 3)

    def rows(self, book: Book, people: Sequence[Person], semester: str) -> list[tuple[Value, ...]]:
        """A row for each student who lost anything."""
        lost = [(x, book.totals.get((shown(x["student_id"]), semester), Amount())) for x in people]
        return [
            (shown(x["student_id"]), shown(x.get("name")), shown(x.get("class")), total.cell)
            for x, total in lost
            if total != Amount()
        ]


class MakeupRequests(_Annex):
    """Annex 5: requests for make-up work, a row each; those without effect have 0 points."""

    title = Phrase("Hengyang annex 5: requests for make-up work", "衡阳附件5：重修申请表（二级学院）")
    number, heading = 5, "学生文明素质养成学分重修申请表（二级学院）"
    head = ("序号", "二级学院", "学生姓名", "所在班级", "申请重修时间", "申请重修项目", "重修得分")
    widths, left = (5, 13.5, 10, 20, 12, 19.5, 9), (5,)
    counted_only = False

    def rows(self, book: Book, people: Sequence[Person], semester: str) -> list[tuple[Value, ...]]:
        """A row for each request."""
        return [
            (shown(x["student_id"]), shown(x.get("college")), shown(x.get("name")), shown(x.get("class")),
             one.filed_on, one.item, one.points.cell)
            for x in people
            for one in book.makeup.get((shown(x["student_id"]), semester), ())
            if one.counts or not self.counted_only
        ]  # fmt: skip


class MakeupResults(MakeupRequests):
    """Annex 6: make-up work that counted, a row each, the whole school together."""

    title = Phrase("Hengyang annex 6: make-up work done", "衡阳附件6：重修情况汇总表")
    number, heading = 6, "学生文明素质养成学分重修情况汇总表"
    stamped, counted_only = ("学生处（团委）（盖章）", 4), True

    def groups(self, book: Book) -> Iterator[Group]:
        """Everybody."""
        yield (), [person for _, people in book.people("college") for person in people]


class Scores(_Annex):
    """Annex 7: what everybody has in the end, after make-up work."""

    title = Phrase("Hengyang annex 7: scores of a semester", "衡阳附件7：得分汇总表")
    number, heading = 7, "学生文明素质养成学分得分汇总表"
    head = ("序号", "二级学院", "学生姓名", "所在班级", "本学期得分", "是否已重修")
    widths = (6, 19, 14, 21, 14, 14)

    def rows(self, book: Book, people: Sequence[Person], semester: str) -> list[tuple[Value, ...]]:
        """A row for each student who has a score."""
        return [
            (number, shown(x.get("college")), shown(x.get("name")), shown(x.get("class")),
             book.finals[number, semester],
             "是" if any(one.counts for one in book.makeup.get((number, semester), ())) else "否")
            for x in people for number in (shown(x["student_id"]),) if (number, semester) in book.finals
        ]  # fmt: skip
