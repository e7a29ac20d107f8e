"""An ordinary student: enough of everything, more of some things, now and then late for class.

Each part is enough for its minimum; what differs from student to student is what comes on top.
"""

from datetime import timedelta
from typing import Any, Final

from samples.shangrao.life import EVENINGS, OUTSIDE, WEEKEND, Life
from samples.shangrao.plans import MAJOR, PUBLIC_ELECTIVE, PUBLIC_ELECTIVES, Course
from samples.shangrao.rare import RARE_ACTIVITIES, RARE_BREACHES, RARE_MERITS, Rows
from samples.shangrao.words import CONTESTS, PRACTICE, SOCIETIES

TARGET: Final = 130
"""Hours of a semester for its 2 credits."""

CERTIFICATES: Final[dict[str, tuple[tuple[str, dict[str, Any]], ...]]] = {
    "旅游管理": (
        ("导游资格证", {"qualification": "初级", "content": "导游资格证"}),
        ("1+X证书", {"qualification": "中级", "content": "研学旅行策划与管理"}),
    ),
    "大数据与会计": (
        ("职业资格证书", {"qualification": "初级", "content": "初级会计专业技术资格"}),
        ("1+X证书", {"qualification": "中级", "content": "智能财税"}),
    ),
    "软件技术": (
        ("职业资格证书", {"qualification": "中级", "content": "软件设计师"}),
        ("1+X证书", {"qualification": "初级", "content": "Web前端开发"}),
    ),
    "机电一体化技术": (
        ("技能等级证书", {"qualification": "中级", "content": "电工"}),
        ("1+X证书", {"qualification": "初级", "content": "工业机器人操作与运维"}),
    ),
    "电子商务": (
        ("技能等级证书", {"qualification": "中级", "content": "互联网营销师"}),
        ("1+X证书", {"qualification": "初级", "content": "电子商务数据分析"}),
    ),
}


def ordinary(life: Life) -> None:
    """An ordinary student's semesters."""
    weak = life.chance.randrange(1, 6) if life.odds(15) else None
    enough(life, weak)
    rare(life)
    if weak is not None and life.terms[5:]:
        life.leaves_with_certificate(life.terms[5])


def enough(life: Life, weak: int | None = None) -> None:
    """What it takes to graduate, for a student who has a story besides; with too few hours in the term `weak`."""
    housing(life)
    studies(life)
    trainings(life)
    certificates(life)
    internship(life)
    for term in range(len(life.terms)):
        classroom(life, term, TARGET if term != weak else 0)
    conduct(life)


# ---- housing
def housing(life: Life, keeps: bool = False) -> None:
    """A room from the first day on, another one with the second year, none at school during the internship."""
    terms = life.terms
    life.lives_in(life.first_day(terms[0]) + timedelta(life.moves_in_after), life.room())
    if len(terms) > 2:
        life.lives_in(life.first_day(terms[2]), life.room(1))
    if len(terms) == 6 and not keeps:
        life.lives_in(life.day(terms[5], 2, 5), OUTSIDE)
    if life.heads:
        room_reports(life)


def room_reports(life: Life) -> None:
    """What is reported of the room as a whole: it falls on everybody who lives there on the day."""
    for term, item in ((0, "寝室卫生被通报"), (1, "不张贴寝室门签"), (2, "寝室卫生被通报"), (4, "熄灯后室内喧嚣")):
        if term < len(life.terms) and life.odds(60):
            life.room_broke(item, life.when(life.terms[term], (4, 16)), life.room(term // 2))
    if len(life.terms) > 3 and life.odds(50):
        on = life.when(life.terms[3], (5, 15))
        life.book.add("merit", "", on, item="文明寝室", on=on, room=life.room(1), points_decided=3)


# ---- studies
def studies(life: Life, **changes: dict[str, Any] | None) -> None:
    """The plan's courses and two public electives; `changes` has other cells for a course, None leaves it out."""
    electives = life.chance.sample(PUBLIC_ELECTIVES, 2)
    for term, semester in enumerate(life.terms):
        courses = list(life.plan[term])
        if term in (1, 2):
            courses.append(Course(PUBLIC_ELECTIVE, electives[term - 1], 32, 2, graded=life.odds(40)))
        for course in courses:
            if not life.ended(semester):
                life.took(semester, course, score=None)
            elif course.name in changes:
                other = changes[course.name]
                if other is not None:
                    life.took(semester, course, **other)
            elif not life.steady and course.kind == MAJOR and term < 3 and life.odds(4):
                failed(life, semester, course)
            else:
                life.took(semester, course)


def failed(life: Life, semester: int, course: Course) -> None:
    """Failed; most often made up, otherwise repeated with the next cohort."""
    score = life.chance.randrange(31, 60)
    if life.odds(75):
        life.took(semester, course, score=score, makeup_score=life.chance.randrange(60, 75))
        return
    life.took(semester, course, score=score, makeup_score=life.chance.randrange(35, 60))
    if semester + 2 in life.enrolled and life.ended(semester + 2):
        life.took(semester + 2, course, score=life.chance.randrange(60, 80))


def trainings(life: Life, count: int = 3) -> None:
    """Public trainings, most often three."""
    names = ("GYB创业意识培训", "SYB创业培训", life.chance.choice(("驾照", "八大员培训", "急救员培训")))
    for semester, name in zip(life.terms[1:], names[:count], strict=False):
        if life.ended(semester):
            life.trains(semester, name)


def certificates(life: Life) -> None:
    """Certificates of the profession, of Mandarin and of computing, 10 credits or more together."""
    terms = life.terms
    first, second = CERTIFICATES[life.school_class.programme]
    if len(terms) > 1 and life.ended(terms[1]):
        grade = life.chance.choice(("二级乙等", "二级乙等", "二级甲等"))
        life.achieved("普通话等级证书", life.when(terms[1], (8, 15), (5,)), mandarin=grade)
    if len(terms) > 3:
        item, cells = first
        life.achieved(item, life.when(terms[3], (12, 18)), **cells)
    if len(terms) > 4 and life.ended(terms[4]):
        item, cells = second
        life.achieved(item, life.when(terms[4], (12, 18)), **cells)
    if len(terms) > 2 and life.odds(40):
        rank = life.chance.choice(("一级", "一级", "二级"))
        life.achieved("计算机等级证书", life.when(terms[2], (3, 6), (5,)), computer_rank=rank)


def internship(life: Life) -> None:
    """A placement of 16 to 20 weeks in the last term, or one of half a year that began in the term before."""
    if len(life.terms) < 6:
        return
    on = life.day(life.terms[5], 17, 4)
    if life.odds(20):
        life.interned(on, life.chance.choice(("26", "26.4", "27")), months=6)
    else:
        excellent = True if life.odds(10) else None
        life.interned(on, life.chance.choice(("16", "16", "16.4", "17", "18", "18.6")), months=4, excellent=excellent)


# ---- the second classroom
def classroom(life: Life, term: int, target: int) -> int:
    """A term's activities, with at least so many hours; how many there are."""
    semester = life.terms[term]
    hours = life.league_study(semester)
    if target:
        hours += life.volunteers(semester, 30 if life.odds(20) and term < 5 else 40)
    hours += belongs(life, term)
    if not life.ended(semester):
        return hours + life.theme(semester)
    if term < 5 and life.odds(80):
        hours += practice(life, semester)
    if term == 4 and target == TARGET:
        unusual(life, "activity", RARE_ACTIVITIES, semester)
    if life.odds(40):
        hours += life.theme(semester)
    more = [team, contest_prize, organised, city_contest]
    life.chance.shuffle(more)
    while hours < target - 8 and more:
        hours += more.pop()(life, semester)
    while hours < target:
        hours += life.theme(semester)
    return hours


POSTS: Final = {
    "校级": {"负责人": 50, "部门负责人": 30, "成员": 20},
    "院级": {"负责人": 30, "部门负责人": 20, "成员": 10},
}
CAREER: Final = ("成员", "成员", "部门负责人", "部门负责人", "负责人", "成员")


def belongs(life: Life, term: int) -> int:
    """What the student belongs to: a post in the students' organisations, the flag guard, or a society."""
    semester, kind, society = life.terms[term], life.position % 5, SOCIETIES[life.position % len(SOCIETIES)]
    if kind == 0:
        level, role = "校级" if life.position % 2 else "院级", CAREER[term]
        life.post(semester, "学生会", level=level, role=role)
        return POSTS[level][role]
    if kind == 1:
        life.post(semester, "国旗护卫队成员")
        return 20
    if kind == 2 and term == 3:
        life.post(semester, "社团负责人", content=society)
        return 40
    rank, hours = ("B类社团", 10) if kind == 3 else ("A类社团", 20)
    life.post(semester, "社团成员", society_class=rank, content=society)
    return hours


def practice(life: Life, semester: int) -> int:
    """A project of the student's own in the vacation."""
    hours, worth = life.chance.choice((("72", 30), ("70", 30), ("80", 30), ("48", 20), ("40", 20), ("24", 10)))
    life.did("寒暑假社会实践", life.in_vacation(semester), hours=hours, content=life.chance.choice(PRACTICE))
    return worth


def team(life: Life, semester: int) -> int:
    """A team of the school that goes to the villages."""
    level, worth = life.chance.choice((("校级", 20), ("校级", 20), ("院级", 10)))
    on = life.when(semester, (10, 16), WEEKEND)
    life.did("社会实践团队", on, level=level, content=f"{on.year}年“红色走读”实践团")
    return worth


def contest_prize(life: Life, semester: int) -> int:
    """A prize in a contest of the school."""
    award, worth = life.chance.choice(
        (("一等奖", 10), ("二等奖", 8), ("二等奖", 8), ("三等奖", 5), ("其他奖", 2), ("参赛者", 1))
    )
    life.contest(semester, life.chance.choice(CONTESTS), "校级", award)
    return worth


def organised(life: Life, semester: int) -> int:
    """Help with the organisation of a contest of the school."""
    life.contest(semester, life.chance.choice(CONTESTS), "校级", "组织者")
    return 10


def city_contest(life: Life, semester: int) -> int:
    """A contest of the city."""
    award, worth = life.chance.choice(
        (("一等奖", 20), ("二等奖", 10), ("二等奖", 10), ("三等奖", 8), ("其他奖", 5), ("参赛者", 2))
    )
    title = life.chance.choice(CONTESTS)
    life.contest(semester, title, "市级", award, content=f"上饶市大学生{title}（{life.semester(semester)}）")
    return worth


# ---- conduct
SMALL_BREACHES: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("迟到", {}), ("早退", {}), ("未佩戴校徽", {}), ("上课玩手机", {}), ("事假", {"days": 1}), ("病假", {}),
    ("晚归", {}), ("旷课", {"quantity": 1}), ("教室卫生检查不合格", {}), ("上课睡觉", {}), ("骂人", {}),
    ("事假", {"days": "0.5"}),
)  # fmt: skip
"""None costs more than three points."""


def conduct(life: Life) -> None:
    """Now and then a small breach; points for taking part, for some students a post in the class."""
    officer = life.position % 4 == 1
    for term, semester in enumerate(life.terms):
        if term in life.quiet:
            continue
        for _ in range(life.chance.choice((0, 0, 1, 1)) if term < 5 and not life.steady else 0):
            item, cells = life.chance.choice(SMALL_BREACHES)
            life.broke(item, life.when(semester, (3, 18), EVENINGS), **cells)
        if term < 5 and life.odds(40):
            life.earned("参加班级、学院组织的各项活动", life.when(semester), life.chance.choice((1, 2, 2, 3)))
        if not life.steady and term == 3 and life.ended(semester):
            unusual(life, "violation", RARE_BREACHES, semester)
        if officer and 0 < term < 5 and life.ended(semester):
            life.earned("班干部", life.day(semester, 18, 3), life.chance.choice((5, 8, 10, 15)))


def rare(life: Life) -> None:
    """Things that few students do; the place in the roster says which."""
    semesters = [semester for semester in life.terms[:5] if life.ended(semester)]
    kinds = ("activity", "violation", "violation", "merit")
    for number, (kind, rows) in enumerate(
        zip(kinds, (RARE_ACTIVITIES[::-1], RARE_BREACHES[::2], RARE_BREACHES[1::2], RARE_MERITS), strict=True)
    ):
        unusual(life, kind, rows, semesters[(life.position + number) % len(semesters)])


def unusual(life: Life, kind: str, rows: Rows, semester: int) -> None:
    """One of these rows."""
    on = life.when(semester, (5, 16))
    item, cells = rows[life.position % len(rows)]
    if "content" in cells:
        cells = {**cells, "content": cells["content"].replace("{year}", str(on.year))}
    life.book.add(kind, life.number, on, item=item, on=on, **cells)
