"""Students whose way to the diploma asks something of the rules: minima, the bank, completion, years.

Each function is one student's story; its docstring says what is to be seen.
"""

from datetime import date, timedelta

from samples.shangrao.life import OUTSIDE, UNTIL, Life
from samples.shangrao.ordinary import certificates, classroom, conduct, enough, housing, internship, studies, trainings
from samples.shangrao.plans import OTHER_ELECTIVE, Course


def model(life: Life) -> None:
    """Everything in order: show this student first."""
    life.steady = True
    enough(life)
    life.achieved("技能等级证书", life.day(4, 14, 2), qualification="高级", content="研学旅行指导师")
    life.did("青马工程培训班", life.day(1, 11, 5), level="院级", grade="优秀", content="学院青马班")
    life.did("青马工程培训班", life.day(3, 11, 5), level="省级", grade="合格", content="江西省青马工程")
    life.earned("无偿献血", life.day(3, 9, 2))
    life.earned("入党积极分子", life.day(3, 18, 3))
    life.earned("中共预备党员", life.day(4, 18, 3))


def saver(life: Life) -> None:
    """Many hours: 1 and 2 credits above the 2 of a semester go to the bank; it is spent bit by bit and runs short.

    Asked on the last day of teaching, the semester's own deposit is not there yet; on the day after it is. The reward
    for the internship is spent on courses of the major.
    """
    life.steady = True
    housing(life)
    studies(life)
    trainings(life)
    certificates(life)
    life.interned(life.day(5, 17, 4), "20", months=5, excellent=True)
    for term, more in enumerate((1, 2, 0, 2, 1, 0)):
        if more == 2:
            life.contest(life.terms[term], "英语演讲比赛", "省级", "一等奖")
        classroom(life, term, (130, 192, 202)[more])
    conduct(life)
    first, second = life.last_day(0), life.last_day(1)
    life.replaces("大学英语（一）", "1", first)
    life.replaces("大学英语（一）", "0.5", first + timedelta(1))
    life.replaces("大学英语（二）", "3", second + timedelta(60))
    life.replaces("信息技术", "1.5", life.day(4, 4, 2))
    life.replaces("信息技术", "1", life.day(4, 6, 2), approved=False)
    life.replaces("大学生创新创业指导", "5", None)
    life.replaces("旅游市场营销", "2.5", life.last_day(5) - timedelta(9), course_type="专业课程")
    life.replaces("模拟导游", "2.5", life.last_day(5) - timedelta(8), course_type="专业课程")


# ---- the minima
def minimum(life: Life) -> None:
    """Exactly 100 required and 10 elective credits, 16 weeks and 130 hours in each semester."""
    life.steady = True
    housing(life)
    failed = {"score": 52, "makeup_score": 55}
    less = {"hours": 32, "credits": 2}
    studies(life, 会计综合模拟实训=failed, 审计基础=failed, 税收筹划=less)
    life.took(4, Course(OTHER_ELECTIVE, "商务数据可视化", 32, 2), score=58)
    trainings(life)
    life.interned(life.day(5, 17, 4), "16")
    life.achieved("普通话等级证书", life.day(1, 10, 5), mandarin="二级乙等")
    for semester in life.terms:
        exactly_130(life, semester)


def exactly_130(life: Life, semester: int) -> None:
    """40 for the League's lessons, 40 as a volunteer, 30 for a post, 20 with a team."""
    life.league_study(semester, "100")
    life.volunteers(semester, 40)
    life.post(semester, "青年志愿者协会", level="校级", role="部门负责人")
    on = life.day(semester, 14, 5)
    life.did("社会实践团队", on, level="校级", content=f"{on.year}年“红色走读”实践团")


def exact(life: Life) -> None:
    """Graduates at 160 credits in all and at every other minimum, and once with exactly 80 points of conduct."""
    minimum(life)
    life.achieved("1+X证书", life.day(4, 15, 5), qualification="中级", content="智能财税")
    life.broke("严重警告", life.day(3, 8, 2), case="2024-011")
    life.broke("旷课", life.day(3, 9, 1), quantity=2)
    life.broke("晚归", life.day(3, 11, 3))
    life.broke("迟到", life.day(3, 12, 0))


def short(life: Life) -> None:
    """Has every minimum, and 159.5 credits in all: half a credit short, a certificate of completion."""
    minimum(life)
    life.achieved("计算机等级证书", life.day(2, 4, 5), computer_rank="一级")
    life.took(2, Course("公共必修课", "劳动教育", 24))
    life.leaves_with_certificate(5)


def unregistered(life: Life) -> None:
    """Everything in order but the registration."""
    life.steady = True
    life.row["registered"] = False
    enough(life)


# ---- certificate of completion, and the diploma afterwards
def stays_on(life: Life) -> None:
    """A semester with too few hours, a certificate of completion, and the missing hours in a seventh semester."""
    life.steady = True
    enough(life, weak=3)
    life.leaves_with_certificate(5)
    life.enrolled = [*life.terms, 6]
    life.finals = [5, 6]
    exactly_130(life, 6)
    life.theme(6)


def reissued(life: Life) -> None:
    """Asks for the diploma on the last day of the two years."""
    stays_on(life)
    life.asks_for_diploma(date(2027, 7, 1))


def reissue_too_late(life: Life) -> None:
    """Asks for the diploma a day after the two years."""
    stays_on(life)
    life.asks_for_diploma(date(2027, 7, 2))


def certificate_after_leaving(life: Life) -> None:
    """Has left with a certificate of completion for want of skill credits; has them a year later, and asks."""
    life.steady = True
    housing(life)
    studies(life)
    trainings(life)
    internship(life)
    for term in range(6):
        classroom(life, term, 130)
    conduct(life)
    life.achieved("普通话等级证书", life.day(1, 10, 5), mandarin="二级乙等")
    left = life.leaves_with_certificate(5)
    life.achieved("技能等级证书", left + timedelta(323), qualification="高级", content="电工")
    life.asks_for_diploma(left + timedelta(344))


# ---- years
def eleven(life: Life) -> None:
    """Has everything at last, in the eleventh semester, one more than three and two years."""
    life.steady = True
    housing(life, keeps=True)
    failed = {"score": 41, "makeup_score": 50}
    names = ("面向对象程序设计", "数据结构", "企业级应用开发", "软件工程综合实训")
    studies(life, **dict.fromkeys(names, failed))
    trainings(life)
    internship(life)
    for term in range(6):
        classroom(life, term, 0 if term in (2, 3) else 130)
    life.enrolled = list(range(11))
    life.finals = [10]
    for semester, name in zip((6, 7, 8, 9), names, strict=True):
        course = next(course for courses in life.plan for course in courses if course.name == name)
        life.took(semester, course, score=61 + semester)
    for semester in (6, 7):
        exactly_130(life, semester)
    life.achieved("技能等级证书", date(2027, 9, 18), qualification="高级", content="计算机程序设计员")


def extended(life: Life) -> None:
    """In the fourth year: failed much, repeats it, once with more than 40 credits in a semester."""
    life.steady = True
    housing(life, keeps=True)
    bad = {"score": 47, "makeup_score": 55}
    names = ("网店运营", "商品拍摄与图片处理", "网络营销", "直播电商", "客户服务与管理", "商务数据分析")
    studies(life, **dict.fromkeys(names, bad))
    trainings(life, 2)
    certificates(life)
    for term in range(6):
        classroom(life, term, 130 if term != 2 else 0)
    conduct(life)
    life.enrolled = list(range(7))
    life.finals = []
    courses = {course.name: course for terms in life.plan for course in terms}
    for name in names[:3]:
        life.took(4, courses[name], score=66)
    life.took(5, courses["直播电商"], score=60)
    for name in names[4:]:
        life.took(6, courses[name], score=None)
    life.did("志愿服务", date(2027, 11, 6), hours=6, content="十一月的志愿服务")
    life.interned(date(2027, 12, 17), "16")
    life.replaces("大学英语（二）", "1", UNTIL + timedelta(3))


def on_leave(life: Life) -> None:
    """On leave (休学) for the second year: what is dated in it does not count, or is invalid."""
    life.terms = [0, 1, 4, 5, 6]
    life.enrolled, life.finals = life.terms, []
    enough(life)
    life.lives_in(date(2025, 8, 31), OUTSIDE)
    life.did("志愿服务", life.day(2, 6, 5), hours=21, content="休学期间的志愿服务")
    life.did("青年大学习", life.day(3, 17, 4), completion=100)
    life.took(2, Course("公共选修课", "急救常识（网课）", 32, 2), score=88, origin="线上课程", overlap=90)
    life.achieved("计算机等级证书", life.day(3, 4, 5), computer_rank="一级")
    life.interned(life.day(3, 10, 4), "8")
    life.broke("晚归", life.day(2, 7, 2))
    life.earned("好人好事", life.day(3, 7, 2))
    life.decided(2, life.day(3, 2, 2))


def transferred(life: Life) -> None:
    """Came in the third term: courses are recognised, but four semesters give 8 credits of the second classroom."""
    life.terms = life.enrolled = [2, 3, 4, 5]
    before, life.plan = life.plan[:2], life.plan[2:]
    life.lives_in(life.first_day(2), life.room(1))
    for course in (course for courses in before for course in courses):
        life.took(2, course, origin="校际互认")
    studies(life)
    trainings(life)
    certificates(life)
    life.interned(life.day(5, 17, 4), "17", months=4)
    for term in range(4):
        classroom(life, term, 130)
    conduct(life)
    life.enrolled = [2, 3, 4, 5, 6]
    classroom_now(life, 6)


def classroom_now(life: Life, semester: int) -> None:
    """What there is of the semester that has begun."""
    life.league_study(semester, "100")
    life.theme(semester)
