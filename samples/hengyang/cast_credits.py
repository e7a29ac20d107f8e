"""Students whose activities ask something of the rules: caps, weeks, teams, organisers, deadlines, proofs, minima.

Each function is one student's story; its docstring says what is to be seen.
"""

from datetime import date, timedelta
from typing import Any

from samples.hengyang.days import SEMESTERS, day
from samples.hengyang.life import Life
from samples.hengyang.ordinary import (
    OFFICIAL,
    academic,
    enough,
    innovation,
    moral,
    professional,
    reading,
    registered,
    society,
)

ASSOCIATION: dict[str, Any] = {"organiser": "行业协会"}


def model(life: Life) -> None:
    """The student to show first: everything in order, three posts, a prize with two others, no breach of rules."""
    enough(life)
    life.did(
        "学科竞赛", day(2, 8, 5), level="省部级", award="二等奖", content="程序设计竞赛", place=1, team_size=3,
        evidence=life.proof(), **OFFICIAL,
    )  # fmt: skip
    for semester in (1, 2, 3):
        life.post("党团刊物", semester, "成员" if semester < 3 else "负责人", "校级", "《衡科青年》编辑部")


def lectures(life: Life) -> None:
    """Six lectures in a semester, five class meetings with speeches: what is over the cap is cut, once in part."""
    enough(life)
    for week in range(4, 9):
        life.did("学术讲座", day(0, week, 2), level="校级", content=f"“石鼓讲坛”第{week}讲")
    for week, level in zip(range(3, 10), ("校级", "院级", "校级", "校级", "院级", "校级", "院级"), strict=True):
        life.did("学术讲座", day(3, week, 3), level=level, content=f"行业前沿系列讲座之{week}")
    for week, role in zip((3, 5, 7, 10, 12), ("参加活动", "主题发言", "主题发言", "主题发言", "参加活动"), strict=True):
        life.did("主题班会", day(4, week, 0), role=role, content="团支部“每月一课”")
    registered(life)
    life.did("志愿者组织", day(1, 3, 2), role="注册为成员", content="青春志愿服务队")


def runner(life: Life) -> None:
    """Weeks with 3, 4 and 5 runs, as leader and not; 29 minutes, 2,999 metres; eleven led weeks against the cap."""
    moral(life)
    academic(life)
    innovation(life)
    reading(life)
    professional(life)
    society(life)
    for week in (2, 4, 7, 8, 9, 10, 11, 12, 13, 14, 15):
        for weekday in range(5):
            life.run(day(0, week, weekday), "领跑")

    def week_of(week: int, *roles: str, **last: Any) -> None:
        for weekday, role in enumerate(roles):
            life.run(day(1, week, weekday), role, **(last if weekday == len(roles) - 1 else {}))

    leader, member = "领跑", "参加活动"
    week_of(2, member, member, member)
    week_of(3, member, member, member, member)
    week_of(4, member, member, member, member, member)
    week_of(5, leader, leader, leader, leader, leader, minutes=29, metres=2999)
    week_of(6, leader, leader, leader, leader, metres=3000)
    week_of(8, leader, leader, leader, member, minutes=30)
    week_of(9, leader, leader, leader, leader, leader, member)
    week_of(13, member, member, member, member, minutes=29)
    life.did("晨跑", day(1, 13, 4), None, role=member)
    life.did("晚跑", day(1, 14, 0), None, role="", minutes=32)
    for weekday in range(4):
        life.run(SEMESTERS[1][2] + timedelta(10 + weekday), member)


def teams(life: Life) -> None:
    """Teams of one to seven, a place that is missing, a size that is missing, a fourth place among three."""
    enough(life)
    rows: tuple[tuple[int, int, str, str, str, str, Any, Any], ...] = (
        (0, 9, "挑战杯", "校级", "一等奖", "智慧食堂", 1, 1),
        (1, 9, "电子商务比赛", "校级", "二等奖", "湘品直播间", 2, 2),
        (2, 10, "电子商务比赛", "校级", "一等奖", "社区团购", None, 3),
        (2, 12, "营销策划比赛", "校级", "三等奖", "校园咖啡", 2, None),
        (3, 8, "学科竞赛", "省部级", "二等奖", "软件测试大赛", 3, 5),
        (3, 10, "互联网+", "省级", "三等奖", "数字蒸水", 2, 7),
        (4, 9, "知识竞赛", "校级", "一等奖", "网络安全知识竞赛", 6, 6),
        (4, 11, "ERP比赛", "校级", "三等奖", "沙盘模拟", 4, 3),
    )
    for semester, week, item, level, award, content, place, size in rows:
        life.did(
            item, day(semester, week, 5), level=level, award=award, content=content, place=place, team_size=size,
            evidence=life.proof(), **OFFICIAL,
        )  # fmt: skip
    life.did("科研项目", day(3, 15, 2), level="校级", content="校园能耗分析", place=1, team_size=3, **OFFICIAL)
    life.did(
        "学术论文", day(4, 6, 0), journal="省级以上普刊", characters=3200, content="校园能耗分析", place=2, team_size=4
    )
    life.did("非学术类文章", day(4, 8, 2), level="市级", characters=500, content="夜跑二十年", place=2, team_size=2)
    life.did("非学术类文章", day(4, 9, 2), level="校级", characters=900, content="操场的灯", place=1, team_size=9)


def organisers(life: Life) -> None:
    """Associations as organisers, halved or void; one content at several levels in a semester, the highest counts."""
    enough(life)
    cells: tuple[tuple[int, int, str, str, str | None, str, dict[str, Any]], ...] = (
        (0, 8, "核心价值观活动获奖", "省部级", None, "最美志愿者", ASSOCIATION),
        (1, 8, "电子商务比赛", "国家级", "一等奖", "全国新零售大赛", ASSOCIATION),
        (2, 8, "挑战杯", "省级", "一等奖", "湘绣再设计", ASSOCIATION),
        (2, 9, "文体竞赛", "省部级", "三等奖", "校园十佳歌手", ASSOCIATION),
        (2, 12, "文体竞赛", "地厅级", "一等奖", "校园十佳歌手", OFFICIAL),
        (2, 6, "文体竞赛", "校级", "一等奖", "校园十佳歌手", OFFICIAL),
        (3, 6, "文体竞赛", "校级", "一等奖", "校园十佳歌手", OFFICIAL),
        (3, 9, "征文比赛", "地厅级", "一等奖", "家风征文", {**OFFICIAL, "place": 2, "team_size": 2}),
        (3, 11, "征文比赛", "校级", "一等奖", "家风征文", OFFICIAL),
        (4, 9, "摄影作品", "地厅级", "二等奖", "", OFFICIAL),
        (4, 10, "摄影作品", "地厅级", "二等奖", "", OFFICIAL),
        (4, 11, "书画比赛", "校级", "二等奖", "岁末书画展", {}),
    )
    for semester, week, item, level, award, content, more in cells:
        life.did(item, day(semester, week, 5), level=level, award=award, content=content, **more)
    life.did("裁判", day(3, 7, 5), level="校级", content="春季田径运动会", **ASSOCIATION)
    life.did("演出", day(4, 5, 5), level="县区级", content="南岳庙会", **ASSOCIATION)


def late(life: Life) -> None:
    """Filed on the fifth and on the sixth working day: in plain weeks, over National Day, with made-up working days."""
    enough(life)
    for on, last in (
        (date(2024, 9, 13), date(2024, 9, 23)),  # Friday before Mid-Autumn; Saturday the 14th was a working day
        (date(2024, 9, 28), date(2024, 10, 10)),  # Saturday before National Day; Sunday the 29th was a working day
        (date(2025, 3, 12), date(2025, 3, 19)),
        (date(2025, 9, 26), date(2025, 10, 10)),  # Friday; Sunday the 28th and Saturday 11 October were working days
        (date(2025, 12, 30), date(2026, 1, 7)),  # New Year; Sunday 4 January was a working day
    ):
        title = f"{on.month}月团课"
        life.did("主题团日", on, None, role="参加活动", content=title, ended_on=on, filed_on=last)
        next_day = date(2025, 10, 11) if last == date(2025, 10, 10) else last + timedelta(1)
        life.did("社团活动", on, None, level="校级", content="编程协会例会", ended_on=on, filed_on=next_day)
    on = day(3, 9, 2)
    life.did("学术讲座", on, None, level="校级", content="补填材料的讲座", filed_on=on + timedelta(40))


def rejected(life: Life) -> None:
    """Nearly everything was turned down: not approved, fraud, copied, too short, not assessed, half attended."""
    life.theme(0)
    life.theme(1)
    life.lecture(0)
    life.induction()
    life.review(1)
    life.mandarin(1)
    for semester in (0, 1):
        life.run_week(semester, 4)
    did = life.did
    did("主题班会", day(1, 5, 0), role="参加活动", approved=False, content="防范电信诈骗")
    did("主题团日", day(2, 6, 2), role="主题发言", whole_event=False, content="青春心向党")
    did("文体竞赛", day(1, 9, 5), level="国家级", award="一等奖", content="全国街舞大赛", fraud=True, **OFFICIAL)
    did("读后感", day(2, 7, 1), characters=1200, plagiarism=True, content="《活着》")
    did("读后感", day(2, 9, 1), characters=799, content="《边城》")
    did("学术论文", day(2, 12, 1), journal="省级以上普刊", characters=2999, content="浅谈直播带货")
    did("学术论文", day(3, 12, 1), journal="省级以上普刊", characters=3600, full_text=False, content="再谈直播带货")
    did("SYB培训", day(2, 8, 0), ended=day(2, 8, 4), assessed=False)
    did("科研项目", day(3, 14, 2), level="校级", completed=False, content="短视频生态调查", **OFFICIAL)
    did("校园新闻", day(2, 4, 3), level="校级", characters=499, content="食堂上新")
    life.post("学生党团组织", 1, "成员", "校级", "宣传部", attended=2)
    life.post("学生党团组织", 2, "成员", "校级", "宣传部")
    did("班干部", day(2, 18), semester=SEMESTERS[2][0], full_term=False, content="生活委员")
    on = SEMESTERS[1][2] + timedelta(8)
    did("社会实践", on, ended=on + timedelta(10), level="校级", weeks="1.5", characters=2100, content="快递站实习")
    on = SEMESTERS[3][2] + timedelta(8)
    did("社会实践", on, ended=on + timedelta(20), level="校级", weeks=3, characters=1999, content="快递站实习")
    life.broke("违反网络与信息安全管理规定", day(2, 5, 1), severe=True)
    life.made_up("报告宿舍安全隐患", day(2, 8, 1), None)
    life.broke("破坏消防设施", day(3, 7, 1))
    life.made_up("其他重修项目", day(3, 10, 2), None, points_confirmed=5)
    life.made_up("其他重修项目", day(3, 12, 2), None)


def minimum(life: Life) -> None:
    """Exactly the base minima: 1.5, 0.5, 1, 1 and 1, and 2.2 of award credits, on whole tenths."""
    life.did("升旗", day(0, 2, 0), role="参加活动", content="新学期升旗仪式")
    life.did("主题团日", day(1, 4, 2), role="主题发言", content="清明祭英烈")
    life.summer_practice(1)
    life.lecture(0)
    life.lecture(1)
    life.lecture(2, "院级")
    life.startup_course(2)
    for _ in range(3):
        life.run_week(0, 5, "领跑")
    for _ in range(2):
        life.run_week(1, 5, "领跑")
    life.induction()
    life.review(0)
    life.review(2)
    life.read(1)
    life.read(2)
    life.borrow(2, 3)
    life.mandarin(1)
    for semester in (0, 1, 2):
        life.did("班干部", day(semester, 17, 2), semester=SEMESTERS[semester][0], content="体育委员")
    for semester in (0, 1):
        life.post("学生党团组织", semester, "成员", "院级", "学院学生会", 4)


def exact(life: Life) -> None:
    """Graduates exactly at every minimum: 7.5 in all, each category at its least, once a conduct score of 85."""
    minimum(life)
    life.did("演讲比赛", day(3, 9, 4), level="校级", award="三等奖", content="“强国有我”,主题演讲", **OFFICIAL)
    life.broke("上课迟到", day(2, 6, 1))
    life.broke("不注意个人卫生", day(2, 9, 3))


def short(life: Life) -> None:
    """One tenth short: 7.4, because the last event was filed on the sixth working day."""
    minimum(life)
    life.did("演讲比赛", day(3, 9, 4), level="院级", award="二等奖", content="学院演讲比赛", **OFFICIAL)
    life.did("社团活动", day(4, 10, 5), 6, level="校级", content="摄影协会外拍")


def undecided(life: Life) -> None:
    """Open: the total hangs on a team of seven, conduct on points that nobody has decided yet."""
    minimum(life)
    life.did(
        "学科竞赛", day(3, 11, 5), level="地厅级", award="二等奖", content="网络安全攻防赛", place=3, team_size=7,
        evidence=life.proof(), **OFFICIAL,
    )  # fmt: skip
    life.broke("违反国家法律法规", day(3, 6, 2))


def minima(life: Life) -> None:
    """Two years: the printed total of 4.5 is reached exactly, the minima of two categories are not."""
    life.theme(0)
    life.theme(1, "主题发言")
    life.summer_practice(1)
    life.startup_course(2)
    life.enough_running(life.active[:2])
    life.lecture(0, "校级")
    life.lecture(1, "院级")
    life.lecture(2, "院级")
    life.induction()
    life.review(1)
    life.read(2)
    life.did("班干部", day(0, 17, 2), semester=SEMESTERS[0][0], content="劳动委员")


def idle(life: Life) -> None:
    """Comes to class and does little else, and loses two semesters' conduct credit."""
    life.theme(0)
    life.theme(2)
    life.lecture(0)
    life.induction()
    life.run_week(0, 4)
    life.run_week(0, 3)
    life.contest(1, "院级", "三等奖")
    life.broke("未经申请组织同学外出旅游", day(2, 6, 5))
    life.broke("组织打群架", day(2, 11, 4))
    life.broke("危害学校声誉", day(3, 6, 1))
    life.made_up("组织或参与宿舍文化建设服务工作", day(2, 14, 5))


def leave(life: Life) -> None:
    """On leave (休学) for a year: activities of that time are void; conduct, make-up and requests are invalid."""
    life.enrolled = [semester for semester in life.enrolled if semester not in (2, 3)]
    life.active = life.enrolled
    moral_terms = (0, 1, 4, 5)
    for semester in moral_terms:
        life.theme(semester)
    life.summer_practice(1)
    life.lecture(0)
    life.lecture(1)
    life.lecture(4)
    life.induction()
    life.mandarin(4)
    life.startup_course(4)
    life.enough_running([0, 4])
    for semester in (1, 4, 5):
        life.review(semester)
        life.read(semester)
    life.did("学术讲座", day(2, 5, 2), level="校级", content="休学期间旁听")
    life.did("志愿活动", day(3, 6, 5), role="参加活动", content="社区义务维修")
    life.broke("晚归", day(2, 7, 2))
    life.made_up("参加宿舍卫生大扫除", day(3, 8, 5))
    life.offsets(3, "德育类", "0.5", SEMESTERS[3][2])
    life.converts("在线课程学习证书", "2", day(2, 10, 1), content="数据库基础", issued_on=date(2025, 8, 1))
    life.post("学生社团组织", 4, "成员", "校级", "摄影协会", 5)


def earlier(life: Life) -> None:
    """Entered in 2023: the regulation does not apply unless its switch is turned; all records are out of scope."""
    for semester in life.active[:3]:
        life.theme(semester)
        life.lecture(semester)
    life.mandarin(0)
    life.broke("上课迟到", day(1, 5, 2))
