"""Students whose second classroom asks something of the rules: contests, teams, posts, thresholds, fraud.

Each function is one student's story; its docstring says what is to be seen.
"""

from typing import Any

from samples.shangrao.life import Life
from samples.shangrao.ordinary import certificates, classroom, conduct, housing, internship, studies, trainings


def lives_on(life: Life) -> None:
    """All that it takes but the second classroom."""
    life.steady = True
    housing(life)
    studies(life)
    trainings(life)
    certificates(life)
    internship(life)
    conduct(life)


def contests(life: Life) -> None:
    """National contests without a rate: not decided, 80, 120; in the fourth term the 130 hang on it.

    One project at several levels, the highest once; its organiser apart; rows without a rate; two without a project.
    """
    lives_on(life)
    for term in (0, 1, 2, 4, 5):
        classroom(life, term, 130)
    semester = 3
    life.league_study(semester, "100")
    life.volunteers(semester, 40)
    life.post(semester, "学生会", level="校级", role="部门负责人")
    life.contest(semester, "大学生辩论赛", "国家级", "参赛者")
    life.contest(0, "大学生演讲比赛", "国家级", "三等奖")
    life.contest(2, "大学生征文比赛", "国家级", "二等奖", hours_decided=80)
    life.contest(4, "大学生知识竞赛", "国家级", "一等奖", hours_decided=120)
    singers: dict[str, Any] = {"content": "信江好声音"}
    life.contest(1, "十佳歌手大赛", "校级", "一等奖", **singers)
    life.contest(1, "十佳歌手大赛", "校级", "组织者", **singers)
    life.contest(2, "十佳歌手大赛", "市级", "二等奖", **singers)
    life.contest(4, "十佳歌手大赛", "省级", "三等奖", **singers)
    life.contest(4, "十佳歌手大赛", "省级", "组织者", content="江西好声音")
    for _ in range(2):
        life.contest(5, "征文比赛", "校级", "三等奖", content="")
    science: dict[str, Any] = {"content": "校园能耗监测系统"}
    did = life.did
    did("挑战杯", life.day(2, 9, 4), level="校级", award="一等奖", **science)
    did("挑战杯", life.day(2, 14, 4), level="省级", award="参赛者", **science)
    did("创新创业竞赛", life.day(4, 9, 4), level="省级", award="二等奖", **science)
    did("创新创业竞赛", life.day(4, 11, 4), level="国家级", award="三等奖", **science)
    did("知识竞赛", life.day(4, 12, 4), level="院级", award="一等奖", content="学院知识竞赛")
    did("球赛", life.day(4, 13, 4), level="校级", content="奖次未填")
    did("晚会", life.day(4, 14, 4), level="校级", award="参与者", content="2026元旦晚会")


def teams(life: Life) -> None:
    """Collective projects in the first, second, third, fourth and ninth place, and in none; a place without a team."""
    lives_on(life)
    for term in range(6):
        classroom(life, term, 130)
    rows: tuple[tuple[int, str, dict[str, Any]], ...] = (
        (0, "晚会", {"level": "校级", "award": "一等奖", "content": "新生文艺晚会", "place": 1}),
        (1, "球赛", {"level": "市级", "award": "一等奖", "content": "2024年市大学生篮球赛", "place": 2}),
        (1, "辩论赛", {"level": "校级", "award": "二等奖", "content": "2024年校辩论赛", "place": 3}),
        (2, "挑战杯", {"level": "校级", "award": "一等奖", "content": "智慧茶园", "place": 2}),
        (2, "社会实践团队", {"level": "省级", "content": "信江守护者", "place": 4}),
        (3, "挑战杯", {"level": "省级", "award": "三等奖", "content": "智慧茶园", "place": 3}),
        (3, "运动会", {"level": "校级", "award": "参赛者", "content": "4×100米接力", "place": 9}),
        (3, "创新创业竞赛", {"level": "校级", "award": "二等奖", "content": "数字婺源"}),
        (4, "党团主题教育活动", {"content": "团日活动展演"}),
        (4, "寒暑假社会实践", {"hours": 75, "content": "古村落调研", "place": 3}),
    )
    for semester, item, cells in rows:
        life.did(item, life.when(semester, (6, 15), (4, 5)), collective=True, **cells)
    life.contest(4, "征文比赛", "市级", "一等奖", place=3)
    life.did("演讲比赛", life.day(4, 15, 4), level="市级", award="一等奖", content="排位填零", collective=True, place=0)


def hours(life: Life) -> None:
    """129, 130, 189, 190, 250 and 371 hours: 0, 2, 2, 2, 2 and 2 credits, and 0, 0, 0, 1, 2 and 2 in the bank."""
    lives_on(life)

    def base(semester: int, role: str, practice: str) -> None:
        life.league_study(semester, "100")
        life.volunteers(semester, 40)
        life.post(semester, "社团管理部", level="校级", role=role)
        if practice:
            life.did("寒暑假社会实践", life.in_vacation(semester), hours=practice, content="返家乡社会实践")

    def team(semester: int, level: str) -> None:
        on = life.day(semester, 12, 5)
        life.did("社会实践团队", on, level=level, content=f"{on.year}年“红色走读”实践团")

    base(0, "部门负责人", "39.99")
    for _ in range(4):
        life.theme(0)
    life.contest(0, "演讲比赛", "校级", "参赛者")
    base(1, "部门负责人", "40")
    base(2, "负责人", "70")
    team(2, "校级")
    for _ in range(4):
        life.theme(2)
    life.contest(2, "演讲比赛", "校级", "参赛者")
    base(3, "负责人", "70")
    team(3, "校级")
    life.contest(3, "辩论赛", "校级", "组织者")
    base(4, "负责人", "70")
    team(4, "国家级")
    life.contest(4, "知识竞赛", "市级", "一等奖")
    team(4, "校级")
    base(5, "负责人", "")
    team(5, "国家级")
    life.contest(5, "舞蹈比赛", "省级", "一等奖")
    life.did("青马工程", life.day(5, 6, 5), level="省级", grade="优秀", content="江西省青马工程")
    life.did("优秀团学干部", life.day(5, 10, 2), level="国家级", content="全国优秀共青团员")
    life.did("社会实践表彰", life.day(5, 11, 2), level="省级", content="省级优秀实践者")
    team(5, "校级")
    life.contest(5, "征文比赛", "校级", "参赛者")
    life.leaves_with_certificate(5)


def posts(life: Life) -> None:
    """Several posts in a term, the highest counts; thresholds of the League's lessons, of volunteering, of practice.

    136 hours in each term but the fifth, where 89.99 per cent of the lessons are not 90.
    """
    lives_on(life)
    for semester, completion, first, second, practice in (
        (0, "95", "10", "9.99", "69.99"),
        (1, "94.5", "10", "10", "70"),
        (2, "94", "15.5", "14", "39.99"),
        (3, "90", "15", "15", "40"),
        (4, "89.99", "20", "19.99", "20"),
        (5, "92", "20.5", "19.5", ""),
    ):
        life.did("青年大学习", life.day(semester, 17, 4), completion=completion)
        life.did("志愿服务", life.when(semester, (3, 9), (5,)), hours=first, content="博物馆讲解")
        life.did("志愿服务", life.when(semester, (10, 16), (5,)), hours=second, content="社区文明劝导")
        if practice:
            life.did("寒暑假社会实践", life.in_vacation(semester), hours=practice, content="景区实习讲解")
        for _ in range(3):
            life.theme(semester)
    life.contest(0, "舞蹈比赛", "省级", "一等奖")
    life.contest(2, "合唱比赛", "省级", "三等奖")
    life.contest(3, "戏剧比赛", "省级", "二等奖")
    for semester, level in ((1, "校级"), (5, "国家级")):
        life.did("社会实践团队", life.day(semester, 13, 5), level=level, content="“红色走读”实践团")
    life.leaves_with_certificate(5)
    life.did("青年大学习网上主题团日", life.day(5, 18, 4), completion="100")
    life.did("青年大学习", life.day(4, 18, 4), completion="108")
    life.did("自主参加寒暑假社会实践", life.in_vacation(4, 25), hours="19.99", content="不足二十小时")
    for semester, item, cells in (
        (0, "学生会", {"level": "院级", "role": "成员"}),
        (0, "社团成员", {"society_class": "A类"}),
        (1, "青年志愿者协会", {"level": "校级", "role": "部门负责人"}),
        (1, "国旗护卫队负责人", {}),
        (1, "宿管委员会", {"level": "院级", "role": "负责人"}),
        (2, "社团管理部", {"level": "校级", "role": "主席团"}),
        (2, "校卫队负责人", {}),
        (3, "社团成员", {"content": "社团等级未填"}),
        (3, "其他学生组织成员", {}),
        (3, "国旗护卫队成员", {}),
        (4, "团委学生办公室", {"level": "市级", "role": "成员"}),
        (4, "学生会", {"level": "校级", "role": "干事"}),
        (4, "社团成员", {"society_class": "B类"}),
        (5, "社团成员", {"society_class": "C类"}),
    ):
        life.post(semester, item, **cells)


def fraud(life: Life) -> None:
    """A forged certificate of practice: the record is void, the semester falls short, the year has no honours."""
    lives_on(life)
    for term in (0, 2, 3, 4, 5):
        classroom(life, term, 130)
    life.league_study(1, "100")
    life.volunteers(1, 40)
    life.post(1, "社团成员", society_class="A类社团", content="吉他社")
    life.did("寒暑假社会实践", life.in_vacation(1, 20), hours=80, content="实践证明系伪造", fraud=True)
    life.did("寒暑假社会实践", life.in_vacation(1, 30), hours=40, content="社区假期托管班", approved=False)
    life.did("青马工程培训班", life.day(1, 10, 5), level="校级", grade="优秀", completed=False, content="中途退出")
    life.did("青马工程培训班", life.day(1, 12, 5), level="校级", content="考核结果未填")
    for _ in range(4):
        life.theme(1)
    life.did("优秀团学干部表彰", life.day(1, 14, 2), level="院级", content="学院优秀团员")
    life.leaves_with_certificate(5)
