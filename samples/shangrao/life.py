"""One student's life: the things a student does, each leaving the record that the school would have of it.

A semester is its position after the one in which the student's cohort entered. A term is one of the six of the plan of
studies: who has been on leave studies the third term in a later semester.
"""

from datetime import date, timedelta
from random import Random
from typing import Any, Final

from samples.sample_book import Book, Row
from samples.sample_days import SEMESTERS, Calendar
from samples.sample_life import BasicLife
from samples.shangrao.plans import PUBLIC, TRAINING, Course, plan
from samples.shangrao.words import CONTEST_ITEMS, THEMES, VOLUNTEERING, Class, Seasonal

UNTIL: Final = date(2027, 10, 31)
"""The day to which the sample is told: the autumn semester of 2027 has begun and not ended."""

OUTSIDE: Final = "校外"
WORKDAYS: Final = (0, 1, 2, 3, 4)
EVENINGS: Final = (1, 2, 3)
WEEKEND: Final = (5, 6)


class Life(BasicLife):
    """A student, and the means to make records of what the student does."""

    def __init__(
        self,
        book: Book,
        row: Row,
        school_class: Class,
        chance: Random,
        position: int,
        home: tuple[int, int],
        heads: bool,
    ) -> None:
        """`row` is the student's own; `home` says building and room; `heads` whether the room's reports stand here.

        A steady student fails nothing and breaks no rule; in a quiet term conduct is left to the story.
        """
        super().__init__(book, row["student_id"], chance)
        self.row, self.school_class, self.position, self.home, self.heads = row, school_class, position, home, heads
        self.calendar = Calendar(SEMESTERS[max(0, 2 * (school_class.cohort - 2022)) :])
        self.enrolled = self.terms = [term for term in range(6) if self.begun(term)]
        self.plan = plan(school_class.programme)
        self.finals = self.terms[5:]
        self.steady = False
        self.quiet: tuple[int, ...] = ()
        self.moves_in_after = 0

    # ---- time
    def begun(self, semester: int) -> bool:
        """Whether the semester has begun."""
        return semester < len(self.calendar.semesters) and self.calendar.semesters[semester][1] <= UNTIL

    def ended(self, semester: int) -> bool:
        """Whether the semester is over."""
        return self.calendar.semesters[semester][2] < UNTIL

    def first_day(self, semester: int) -> date:
        """The first day of a semester."""
        return self.calendar.semesters[semester][1]

    def last_day(self, semester: int) -> date:
        """The last day of teaching."""
        return self.calendar.semesters[semester][2]

    def semester(self, semester: int) -> str:
        """The name of the semester."""
        return self.calendar.semesters[semester][0]

    def day(self, semester: int, week: int, weekday: int = 0) -> date:
        """A day of a teaching week, Monday being 0."""
        return self.calendar.day(semester, week, weekday)

    def when(self, semester: int, weeks: tuple[int, int] = (3, 17), weekdays: tuple[int, ...] = WORKDAYS) -> date:
        """Some day of a semester, not later than the sample is told."""
        if not self.ended(semester):
            weeks = (2, 8)
        return self.calendar.some_day(self.chance, semester, weeks, weekdays)

    def in_season(self, titles: Seasonal, on: date) -> str:
        """One of the things that are done at this time of the year."""
        return self.chance.choice([title for title, months in titles if on.month in months])

    # ---- being a student
    def enrols(self) -> None:
        """The semesters of enrolment, the last one marked."""
        for semester in self.enrolled:
            name, first, _ = self.calendar.semesters[semester]
            self.book.add(
                "enrolment", self.number, first, semester=name, final=True if semester in self.finals else None
            )

    def leaves_with_certificate(self, semester: int) -> date:
        """A certificate of completion, at the end of June or the beginning of July."""
        on = date(self.last_day(semester).year, 7, 1)
        self.row["completed_on"] = on
        return on

    def lives_in(self, on: date, room: object) -> Row:
        """A move into a room; who lives outside has a room of his own, called after his number."""
        own = f"{OUTSIDE}{self.number}" if room == OUTSIDE else room
        return self.book.add("residence", self.number, on, on=on, room=own)

    def room(self, year: int = 0) -> str:
        """The student's room in a year of studies; from the second on it is in another building."""
        building, number = self.home
        return f"{building + 2 * min(year, 1)}栋{number}"

    # ---- courses
    def took(self, semester: int, course: Course, **cells: Any) -> Row:
        """A course; without a score of its own it is passed."""
        if not {"score", "grade", "exempt", "makeup_score"} & set(cells):
            graded = course.graded or course.kind == TRAINING
            cells |= {"grade": "合格"} if graded else {"score": self.chance.randrange(62, 96)}
        row: dict[str, Any] = {
            "item": course.kind,
            "semester": self.semester(semester),
            "course": course.name,
            "hours": course.hours or None,
            "credits": course.credits,
            "subject": course.subject,
            **cells,
        }
        return self.book.add("course", self.number, self.last_day(semester), **row)

    def trains(self, semester: int, name: str, **cells: Any) -> Row:
        """A public training, which has its certificate."""
        return self.took(semester, Course(TRAINING, name, 0), **cells)

    def remedial(self, semester: int, name: str, credits: int, **cells: Any) -> Row:
        """A required course that is not in the plan."""
        return self.took(semester, Course(PUBLIC, name, 16 * credits, credits), **cells)

    def interned(self, on: date, weeks: str, **cells: Any) -> Row:
        """A placement that ended on a day."""
        return self.book.add("internship", self.number, on, on=on, weeks=weeks, **cells)

    def achieved(self, item: str, on: date, **cells: Any) -> Row:
        """A certificate or a prize in a skills contest."""
        return self.book.add("achievement", self.number, on, item=item, on=on, **cells)

    # ---- the second classroom; what returns a number returns hours
    def did(self, item: str, on: date, **cells: Any) -> Row:
        """An activity."""
        return self.book.add("activity", self.number, on, item=item, on=on, **cells)

    def league_study(self, semester: int, completion: str | None = None) -> int:
        """The semester's share of “青年大学习” that was done."""
        percent = completion or self.chance.choice(
            ("100", "100", "100", "98.5", "97", "95", "96.43", "100", "99", "93")
        )
        week = 17 if self.ended(semester) else 8
        self.did("青年大学习", self.day(semester, week, 4), completion=percent)
        return 40 if float(percent) >= 95 else 20

    def volunteers(self, semester: int, hours: int) -> int:
        """So many hours as a volunteer, and a few more: for the whole semester, or for each half of it."""
        parts = [hours + self.chance.choice((0, 1, 2, 4))]
        if self.odds(25):
            first = hours // 2 + self.chance.choice((-2, 0, 1, 3))
            parts = [first, parts[0] - first]
        for position, part in enumerate(parts):
            half = "" if self.chance.randrange(3) else ".5"
            on = self.when(semester, (3, 9) if position < len(parts) - 1 else (10, 17), WEEKEND)
            title = f"{self.in_season(VOLUNTEERING, on)}等（{'学期' if len(parts) == 1 else '半学期'}累计）"
            self.did("志愿服务", on, hours=f"{part}{half}", content=title)
        return hours

    def theme(self, semester: int) -> int:
        """A class meeting, a flag raising, a day of the League."""
        on = self.when(semester, (2, 18), (0, 2, 4))
        self.did("党团主题教育活动", on, content=self.in_season(THEMES, on))
        return 2

    def post(self, semester: int, item: str, **cells: Any) -> Row:
        """A semester's post or membership, confirmed in its last weeks."""
        week = 18 if self.ended(semester) else 8
        return self.did(item, self.day(semester, week, 2), semester=self.semester(semester), **cells)

    def contest(self, semester: int, title: str, level: str, award: str, **cells: Any) -> Row:
        """A contest in arts, sports or knowledge; each year's is another."""
        on = self.when(semester, (6, 15), (4, 5))
        owner = {"校级": "学校", "市级": "上饶市大学生", "省级": "江西省大学生", "国家级": "全国大学生"}[level]
        item = CONTEST_ITEMS.get(title, "文体正式比赛")
        return self.did(item, on, level=level, award=award, **{"content": f"{on.year}年{owner}{title}", **cells})

    def in_vacation(self, semester: int, days: int = 0) -> date:
        """A day of the vacation after a semester."""
        return self.last_day(semester) + timedelta(days or self.chance.randrange(12, 22))

    # ---- conduct
    def broke(self, item: str, on: date, **cells: Any) -> Row:
        """A breach of the rules, or a sanction."""
        return self.book.add("violation", self.number, on, item=item, on=on, **cells)

    def room_broke(self, item: str, on: date, room: str, **cells: Any) -> Row:
        """What is reported of a room and of no student."""
        return self.book.add("violation", "", on, item=item, on=on, room=room, **cells)

    def earned(self, item: str, on: date, points: object = None, **cells: Any) -> Row:
        """What gives points."""
        return self.book.add("merit", self.number, on, item=item, on=on, points_decided=points, **cells)

    def vetoed(self, semester: int, on: date, **cells: Any) -> Row:
        """A veto of the office against a semester's conduct."""
        return self.book.add("veto", self.number, on, semester=self.semester(semester), on=on, **cells)

    def decided(self, semester: int, on: date, **cells: Any) -> Row:
        """A decision about the deferral that a semester has caused."""
        return self.book.add("deferral_decision", self.number, on, semester=self.semester(semester), on=on, **cells)

    # ---- requests
    def replaces(self, course: str, credits: str, on: date | None, **cells: Any) -> Row:
        """A request to spend credits on a course's score."""
        cells = {"on": on, "course": course, "credits": credits, **cells}
        return self.book.add("replacement", self.number, on or UNTIL, **cells)

    def asks_for_diploma(self, on: date) -> Row:
        """A request for a diploma instead of the certificate of completion."""
        return self.book.add("diploma_request", self.number, on, on=on)
