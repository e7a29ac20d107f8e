"""Students whose courses, placements, certificates or prizes ask something of the rules."""

from datetime import date, timedelta
from typing import Any

from samples.shangrao.life import Life
from samples.shangrao.ordinary import certificates, classroom, conduct, enough, housing, internship, studies, trainings
from samples.shangrao.plans import MAJOR, OTHER_ELECTIVE, PUBLIC, PUBLIC_ELECTIVE, TRAINING, Course


def outside(life: Life) -> None:
    """Courses from outside: overlap 70, 69.99 and missing, not all hours, politics and PE, no score yet; exemptions."""
    life.steady = True
    enough(life)
    online: dict[str, Any] = {"origin": "线上课程", "score": 80}
    rows: tuple[tuple[int, str, int, int | None, dict[str, Any]], ...] = (
        (2, "Python程序设计（网课）", 48, 3, {**online, "overlap": 70}),
        (2, "软件项目管理（网课）", 48, 3, {**online, "overlap": "69.99"}),
        (3, "操作系统（自考）", 64, 4, {**online, "origin": "自学考试课程"}),
        (3, "计算机组成原理（自考）", 64, 4, {**online, "origin": "自学考试课程", "overlap": 92, "all_hours": False}),
        (3, "信息安全（网课）", 32, 2, {**online, "overlap": 85, "approved": False}),
        (4, "云计算基础（网课）", 48, 3, {"origin": "校外修读", "overlap": 88, "score": None}),
        (4, "大数据导论（网课）", 48, 3, {**online, "overlap": 100, "score": "59.5"}),
        (4, "工程制图（互认）", 54, 3, {"origin": "校际互认", "score": 76}),
        (4, "软件建模（互认）", 36, 3, {"origin": "校际互认", "score": 81}),
        (4, "项目文档写作", 0, None, {"score": 85}),
        (4, "技术英语", 64, 5, {"score": 70}),
    )
    for semester, name, hours, credits, cells in rows:
        life.took(semester, Course(MAJOR, name, hours, credits), **cells)
    politics = {**online, "subject": "思政课程", "overlap": 95}
    life.took(2, Course(PUBLIC, "中国近现代史纲要（网课）", 48, 3), **politics)
    life.took(3, Course(PUBLIC, "体育与健康（网课）", 36, 2), **{**politics, "subject": "体育与健康课"})
    life.took(3, Course(PUBLIC, "太极拳", 36, 2), exempt=True, subject="体育与健康课")
    life.took(3, Course(PUBLIC, "计算机应用基础", 32, 2), exempt=True)
    life.took(3, Course(PUBLIC, "体育保健", 36, 2), score=75, subject="体育与健康课")


def resits(life: Life) -> None:
    """Failed; made up with 60; with 59, and repeated; repeated for a better score; an elective made up in vain."""
    life.quiet = (1,)
    housing(life)
    studies(
        life,
        程序设计基础={"score": 48, "makeup_score": 60},
        计算机网络基础={"score": "59.5", "makeup_score": 59},
        军事理论与技能训练={"grade": "不合格", "makeup_grade": "合格"},
        面向对象程序设计={"score": 60},
        数据库技术={"score": 33, "makeup_score": 41},
        人工智能导论={"score": 55, "makeup_score": 75},
        用户界面设计={"grade": "未通过"},
        企业级应用开发={"makeup_score": 62},
    )
    courses = {course.name: course for terms in life.plan for course in terms}
    life.took(2, courses["计算机网络基础"], score=72)
    life.took(3, courses["数据库技术"], score=52, makeup_score=66)
    life.took(3, courses["面向对象程序设计"], score=84)
    life.took(4, Course(OTHER_ELECTIVE, "游戏策划", 64, 4), score=77)
    life.took(4, Course(OTHER_ELECTIVE, "数据库技术", 64, 4), score=90)
    life.took(4, Course(PUBLIC_ELECTIVE, "创业法律常识", 32, 2), score="", grade="")
    life.took(4, Course(OTHER_ELECTIVE, "开源软件实践", 40), score=81)
    trainings(life, 2)
    for grade in ("不合格", "合格", "合格"):
        life.trains(4, "驾照", grade=grade)
    life.took(3, Course("SYB", "SYB创业培训", 0), grade="合格")
    certificates(life)
    internship(life)
    for term in range(6):
        classroom(life, term, 130)
    conduct(life)


def internships(life: Life) -> None:
    """The placement is changed: 8.49, 7.5, 2.5 and 0.4 weeks, each by itself; one failed, one without weeks.

    The reward for an excellent intern and half a year is given once; more is asked of it than there is.
    """
    life.steady = True
    housing(life)
    studies(life)
    trainings(life)
    certificates(life)
    for term in range(6):
        classroom(life, term, 130)
    conduct(life)
    for on, weeks, cells in (
        (life.day(4, 18, 4), "8.49", {}),
        (life.day(5, 3, 4), "4", {"approved": False}),
        (life.day(5, 11, 4), "7.5", {"excellent": True}),
        (life.day(5, 14, 4), "2.5", {"months": 6}),
        (life.day(5, 15, 1), "0.4", {}),
        (life.day(5, 16, 4), "", {"months": 1}),
        (life.day(5, 17, 4), "一周", {}),
    ):
        life.interned(on, weeks, **cells)
    late = life.last_day(5)
    life.replaces("PLC应用技术", "3", late - timedelta(3), course_type="专业课程")
    life.replaces("数控加工技术", "2", late - timedelta(2), course_type="专业课程")
    life.replaces("机械制图", "1", late - timedelta(1), course_type="专业课程")


def certified(life: Life) -> None:
    """Certificates of every kind; two of one kind, one judged like a listed one, one that nobody has listed."""
    housing(life)
    studies(life)
    trainings(life)
    internship(life)
    for term in range(6):
        classroom(life, term, 130)
    conduct(life)
    for semester, item, cells in (
        (1, "普通话等级证书", {"mandarin": "二级乙等"}),
        (3, "普通话等级证书", {"mandarin": "二级甲等"}),
        (4, "普通话等级证书", {"mandarin": "一级甲等"}),
        (0, "普通话等级证书", {"mandarin": "三级甲等"}),
        (2, "计算机等级证书", {"computer_rank": "二级"}),
        (3, "导游资格证", {"qualification": "初级"}),
        (4, "职业资格证书", {"qualification": "中级", "content": "中级导游"}),
        (3, "1+X证", {"qualification": "初级", "content": "研学旅行策划与管理"}),
        (4, "1+X证书", {"qualification": "高级", "content": "旅行策划", "approved": False}),
        (2, "技能等级证书", {"qualification": "高级", "content": "电工", "related": False}),
        (3, "技能等级证书", {"content": "等级没有填"}),
        (3, "技能等级证书", {"qualification": "技师", "content": "表中没有的等级"}),
        (2, "茶艺师证", {"qualification": "初级", "content": "没有列入方案"}),
    ):
        life.achieved(item, life.when(semester, (8, 17), (5,)), **cells)
    life.achieved("计算机等级证书", date(2022, 5, 28), computer_rank="三级", content="入学以前")


def prizes(life: Life) -> None:
    """Skills contests of every level; one contest at two levels; prizes without a rate; exempt from courses for it."""
    life.steady = True
    housing(life)
    studies(
        life,
        旅游市场营销={"exempt": True},
        景区服务与管理={"exempt": True},
        **{"体育与健康（二）": {"exempt": True}},
    )
    trainings(life)
    certificates(life)
    internship(life)
    for term in range(6):
        classroom(life, term, 130)
    conduct(life)
    for semester, level, award, content, cells in (
        (1, "市级", "三等奖", "上饶市导游技能赛", {}),
        (2, "省级B类", "二等奖", "江西省餐饮服务技能赛", {}),
        (2, "市级", "一等奖", "上饶市餐饮服务技能赛", {"approved": False}),
        (3, "市级", "一等奖", "导游服务技能大赛", {}),
        (3, "省级A类", "一等奖", "导游服务技能大赛", {}),
        (3, "国家级A类", "三等奖", "导游服务技能大赛", {}),
        (4, "国家级B类", "二等奖", "全国旅游院校技能赛", {}),
        (4, "世界级", "三等奖", "世界旅游技能邀请赛", {}),
        (4, "省级 A 类", "优秀奖", "江西省研学设计赛", {}),
        (4, "国家级C类", "一等奖", "级别填错", {}),
        (4, "市级", "", "奖次未填", {}),
        (2, "市级", "二等奖", "", {}),
        (2, "市级", "二等奖", "", {}),
    ):
        life.achieved(
            "技能竞赛", life.when(semester, (8, 16), (5,)), contest_level=level, award=award, content=content, **cells
        )
    life.took(4, Course(TRAINING, "导游词讲解培训", 0))
