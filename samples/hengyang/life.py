"""One student's life: the things a student does, each leaving the record that a school's platform would have of it."""

from datetime import date, timedelta
from random import Random
from typing import Any, Final

from samples.hengyang.days import SEMESTERS, day, some_day, week_days, working_days_after
from samples.hengyang.words import CONTESTS, LECTURES, OCCUPATIONS, READINGS, REVIEWS, THEMES, VOLUNTEERING, Class
from samples.sample_book import Book, Row
from samples.sample_life import BasicLife

WORKDAYS: Final = (0, 1, 2, 3, 4)
EVENINGS: Final = (1, 2, 3)
WEEKEND: Final = (5, 6)


class Life(BasicLife):
    """A student, and the means to make records of what the student does."""

    def __init__(self, book: Book, number: str, school_class: Class, chance: Random) -> None:
        """`chance` belongs to this student alone: no student's records depend on another's."""
        super().__init__(book, number, chance)
        self.school_class = school_class
        count = {"两年制": 4, "三年制": 6, "五年一贯制": 6}[school_class.programme]
        self.enrolled = list(range(count))
        self.active = self.enrolled if school_class.programme == "五年一贯制" else self.enrolled[:-1]
        self.free_weeks = {semester: list(range(2, 18)) for semester in self.enrolled}

    # ---- the record itself
    def did(self, item: str, on: date, filed: int | None = -1, ended: date | None = None, **cells: Any) -> Row:
        """An activity. `filed` is how many working days after its end it was filed: -1 is soon, None is not told."""
        if filed is not None:
            ended = ended or on
            wait = self.chance.randrange(0, 5) if filed < 0 else filed
            cells = {"ended_on": ended, "filed_on": working_days_after(ended, wait), **cells}
        return self.book.add("activity", self.number, on, item=item, on=on, **cells)

    def when(self, semester: int, weeks: tuple[int, int] = (3, 17), weekdays: tuple[int, ...] = WORKDAYS) -> date:
        """Some day of a semester."""
        return some_day(self.chance, semester, weeks, weekdays)

    def term(self) -> int:
        """One of the semesters in which the student is about."""
        return self.chance.choice(self.active[:5])

    # ---- moral education
    def theme(self, semester: int, role: str = "参加活动") -> Row:
        """A class meeting, a flag raising, a day of the League."""
        item, content = self.chance.choice(THEMES)
        return self.did(item, self.when(semester, (2, 18), (0, 2, 4)), role=role, content=content)

    def summer_practice(self, semester: int) -> Row:
        """The school's summer practice in the countryside, in the first days of the vacation."""
        first = SEMESTERS[semester][2] + timedelta(3)
        last = first + timedelta(6)
        return self.did("三下乡", first, ended=last, role="学校统一组织", level="校级", content="石鼓实践团")

    def league_school(self, semester: int, days: int) -> Row:
        """Days at the League's school."""
        first = self.when(semester, (5, 14), (5,))
        return self.did("团校学习", first, ended=first + timedelta(1), days=days, content="青年马克思主义者培训班")

    def volunteer(self, semester: int) -> Row:
        """An afternoon as a volunteer."""
        title = self.chance.choice(VOLUNTEERING)
        return self.did("志愿活动", self.when(semester, (3, 17), WEEKEND), role="参加活动", content=title)

    # ---- learning, enterprise
    def lecture(self, semester: int, level: str = "校级") -> Row:
        """An academic lecture in the evening."""
        title = self.chance.choice(LECTURES)
        return self.did("学术讲座", self.when(semester, weekdays=EVENINGS), level=level, content=title)

    def startup_course(self, semester: int) -> Row:
        """The SYB course."""
        first = self.when(semester, (6, 12), (0,))
        return self.did("SYB培训", first, ended=first + timedelta(4), evidence=self.proof())

    # ---- running, reading
    def run(self, on: date, role: str = "参加活动", **cells: Any) -> Row:
        """A run in the morning or in the evening; the app files it, so there is no filing date."""
        item = "晨跑" if self.odds(60) else "晚跑"
        if not cells:
            far = self.odds(40)
            cells = (
                {"metres": 3000 + 100 * self.chance.randrange(0, 9)}
                if far
                else {"minutes": self.chance.randrange(30, 46)}
            )
        return self.did(item, on, None, role=role, **cells)

    def run_week(self, semester: int, count: int, role: str = "参加活动") -> None:
        """Runs of one week, the next that is free."""
        weeks = self.free_weeks[semester]
        while weeks:
            week = weeks.pop(0)
            days = sorted({day(semester, week, weekday) for weekday in (0, 1, 2, 3, 4, 6)} & week_days(semester, week))
            if len(days) >= count:
                for on in sorted(self.chance.sample(days, count)):
                    self.run(on, role)
                return

    def enough_running(self, semesters: list[int]) -> None:
        """A whole credit, as leader in five weeks or as member in more; in a five-year programme there is time."""
        led = self.chance.choice((5, 5, 5, 5, 5, 5, 5, 5, 3, 0))
        weeks = [(5, "领跑")] * led + [(4, "参加活动")] * (10 - 2 * led)
        if self.school_class.programme == "五年一贯制":
            weeks = weeks[:3]
        for position, (count, role) in enumerate(weeks):
            self.run_week(semesters[0] if position < 6 else semesters[1], count, role)

    def induction(self) -> Row:
        """The library's introduction in the first weeks."""
        return self.did("入馆教育", self.when(0, (2, 4)), role="参加活动", level="校级")

    def read(self, semester: int) -> Row:
        """A reading event."""
        title = self.chance.choice(READINGS)
        return self.did("读书活动", self.when(semester, weekdays=EVENINGS), level="校级", content=title)

    def review(self, semester: int) -> Row:
        """A review of a book."""
        title = self.chance.choice(REVIEWS)
        return self.did("读后感", self.when(semester), characters=800 + self.chance.randrange(0, 500), content=title)

    def borrow(self, semester: int, weeks: int) -> None:
        """A book a week; the library's system files it."""
        first = self.chance.randrange(7, 16 - weeks)
        for week in range(first, first + weeks):
            on = day(semester, week, self.chance.randrange(0, 3))
            self.did("借阅", on, None, content=self.chance.choice(REVIEWS))

    # ---- examinations
    def mandarin(self, semester: int, grade: str = "二级乙等") -> Row:
        """The Mandarin test; the certificate has no filing date."""
        return self.did(
            "普通话水平测试", self.when(semester, (8, 15), (5,)), None, mandarin=grade, evidence=self.proof()
        )

    def examination(self, semester: int) -> Row:
        """One examination that suits the student's field."""
        on = self.when(semester, (13, 17), (5,))
        group = self.school_class.major_group
        if self.odds(45):
            return self.did("湖南省英语水平考试", on, None, exam_grade=self.chance.choice(("B级", "B级", "A级")))
        if group == "计算机类":
            grade = self.chance.choice(("一级", "一级", "二级"))
            return self.did("全国计算机等级考试", on, None, exam_grade=grade, evidence=self.proof())
        if group == "英语类":
            return self.did("大学英语四级", on, None, exam_grade="四级", evidence=self.proof())
        return self.did("湖南省计算机水平考试", on, None, evidence=self.proof())

    def certificate(self, semester: int, grade: str = "初级") -> Row:
        """An occupational certificate."""
        occupation = self.chance.choice(OCCUPATIONS[self.school_class.major_group])
        on = self.when(semester, (12, 17))
        return self.did("职业资格证书", on, None, qualification=grade, occupation=occupation, evidence=self.proof())

    # ---- posts, culture
    def post(self, item: str, semester: int, role: str, level: str, content: str, attended: int | None = None) -> Row:
        """A semester's post, assessed in its last weeks."""
        cells: dict[str, Any] = {"role": role, "level": level, "content": content, "semester": SEMESTERS[semester][0]}
        if attended is not None:
            cells["attended"] = attended
        return self.did(item, self.when(semester, (17, 18)), **cells)

    def contest(self, semester: int, level: str = "校级", award: str | None = None) -> Row:
        """A contest in arts, sports or knowledge."""
        item, content = self.chance.choice(CONTESTS)
        prize = award or self.chance.choice(("一等奖", "二等奖", "二等奖", "三等奖", "三等奖"))
        on = self.when(semester, (6, 15), (4, 5))
        return self.did(item, on, level=level, award=prize, organiser="党政机关或学校", content=content)

    # ---- conduct
    def broke(self, item: str, on: date, **cells: Any) -> Row:
        """A breach of the rules, or a sanction."""
        return self.book.add("violation", self.number, on, item=item, on=on, **cells)

    def made_up(self, item: str, on: date, hours: object = 6, filed_on: date | None = None, **cells: Any) -> Row:
        """Make-up work."""
        cells = {"hours": hours, "filed_on": filed_on or on, **cells}
        return self.book.add("makeup", self.number, on, item=item, on=on, **cells)

    def offsets(self, semester: int, source: str, credits: str, filed_on: date | None, **cells: Any) -> Row:
        """A request to have credits taken for a semester's conduct credit."""
        cells = {
            "semester": SEMESTERS[semester][0],
            "source": source,
            "credits": credits,
            "filed_on": filed_on,
            **cells,
        }
        return self.book.add("offset_request", self.number, filed_on or SEMESTERS[semester][2], **cells)

    def converts(self, item: str, credits: str, filed_on: date | None, **cells: Any) -> Row:
        """A request for recognition or conversion."""
        cells = {"item": item, "credits": credits, "filed_on": filed_on, **cells}
        return self.book.add("conversion", self.number, filed_on or SEMESTERS[-1][2], **cells)

    def enrols(self) -> None:
        """The semesters in which the student is enrolled."""
        for semester in self.enrolled:
            name, first, _ = SEMESTERS[semester]
            self.book.add("enrolment", self.number, first, semester=name)
