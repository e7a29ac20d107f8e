"""Students whose conduct asks something of the rules: doubling, sanctions, decisions, make-up work, offsets."""

from datetime import timedelta

from samples.hengyang.days import SEMESTERS, day
from samples.hengyang.life import Life
from samples.hengyang.ordinary import academic, enough, innovation, moral, reading, registered, society


def doubling(life: Life) -> None:
    """Two, three and four breaches in a semester: 80, 60 and 40; credits offered at 1:1, 2:1 and 3:1."""
    enough(life)
    for semester, items in (
        (1, ("晚归", "上课迟到")),
        (2, ("上课迟到", "乱丢乱扔垃圾", "公共场所吵闹喧哗")),
        (3, ("污损墙壁", "插队抢座", "上课早退", "无故不参加升旗仪式")),
    ):
        for position, item in enumerate(items):
            life.broke(item, day(semester, 4 + 3 * position, 1 + position % 3))
    for semester in (0, 1, 2):
        life.post("学生党团组织", semester, "负责人", "校级", "学生会体育部", 6)
    life.offsets(1, "社团活动与社会实践类", "1", SEMESTERS[1][2] - timedelta(3))
    life.offsets(2, "社团活动与社会实践类", "2", SEMESTERS[2][2] - timedelta(3))
    life.offsets(3, "德育类", "1", SEMESTERS[3][2] - timedelta(3))


def quantities(life: Life) -> None:
    """Severe cases, damage, and what is counted by nights, class periods, days and persons; an unlisted code."""
    moral(life)
    academic(life)
    innovation(life)
    reading(life)
    society(life)
    life.broke("外宿", day(0, 7, 2), quantity=3)
    life.broke("晚归", day(1, 5, 1), severe=True)
    life.broke("不遵守安全操作规程", day(1, 9, 3), damage=True)
    life.broke("旷课", day(2, 6, 0), quantity=2)
    life.broke("私自带校外人员进校", day(2, 8, 4), quantity=2)
    life.broke("不遵守安全操作规程", day(3, 6, 1))
    life.broke("不遵守校内交通管制", day(3, 10, 2), severe=True)
    life.broke("占用消防通道停放车辆", day(4, 4, 2))
    life.broke("不服从企业导师管理", day(5, 5, 3), severe=True)
    life.broke("旷工", day(5, 8, 0), quantity=2)
    for week in (11, 12, 13):
        life.made_up("参加学校运动会等大型活动的志愿服务", day(0, week, 5), 7)


def sanctions(life: Life) -> None:
    """Breaches and a sanction for the same case: breach higher, sanction higher, a tie, doubled, another case."""
    enough(life)
    life.broke("打架斗殴", day(0, 8, 3), case="2024-017")
    life.broke("警告", day(0, 10, 1), case="2024-017")
    life.broke("上课迟到", day(1, 5, 2), case="2025-003")
    life.broke("记过", day(1, 7, 2), case="2025-003")
    life.broke("谩骂他人", day(2, 6, 3), case="2025-021")
    life.broke("严重警告", day(2, 8, 1), case="2025-021")
    for week, item in ((4, "晚归"), (6, "喧哗"), (8, "翻墙出入校园")):
        life.broke("在宿舍区域内大声喧哗" if item == "喧哗" else item, day(3, week, 2), case="2026-005")
    life.broke("留校察看", day(3, 10, 1), case="2026-005")
    life.broke("插队抢座", day(4, 5, 2), case="2026-030")
    life.broke("严重警告", day(4, 9, 2), case="2026-031")
    life.made_up("参加校园安全文明执勤", day(0, 12, 5), 8)
    life.made_up("协助辅导员、宿管员巡查检查宿舍", day(1, 12, 1), None)
    for week in (11, 12, 13, 14, 15):
        life.made_up("参加校园公共区域、教室卫生大扫除", day(3, week, 6), "6.5")


def unlawful(life: Life) -> None:
    """Breaking the law: 20 points decided, not yet decided, and 40, which is out of the range."""
    enough(life)
    life.broke("寻衅滋事", day(0, 9, 3))
    life.broke("违反国家法律法规", day(1, 6, 2), points_decided=20)
    life.broke("违反国家法律法规", day(2, 9, 4))
    life.broke("违反国家法律法规", day(3, 11, 1), points_decided=40)
    life.made_up("协助辅导员、宿管员巡查检查宿舍", day(1, 14, 2), None, evidence=life.proof())
    life.offsets(2, "德育类", "0.5", SEMESTERS[2][2] - timedelta(2))


def makeup(life: Life) -> None:
    """Make-up work: 85 reached exactly, not needed, five and a half hours, filed too late, its proof used twice."""
    enough(life)
    life.league_school(0, 5)
    for week in (5, 7):
        life.broke("上课迟到", day(0, week, 1))
    life.made_up("参加宿舍卫生大扫除", day(0, 10, 5), evidence=life.proof())
    life.broke("破坏公共物品", day(1, 5, 1))
    life.made_up("参与教材发放、图书资料整理", day(1, 8, 5), evidence=life.proof())
    life.broke("旷课", day(2, 5, 3), quantity=3)
    for week, hours in ((8, "6"), (9, "5.5"), (10, "6"), (11, "8")):
        life.made_up("参加校内外公益活动", day(2, week, 5), hours)
    for week in (4, 9):
        life.broke("晚归", day(3, week, 3))
    late = SEMESTERS[3][2] + timedelta(6)
    life.made_up("参加校园安全文明执勤", day(3, 17, 5), filed_on=late)
    life.offsets(3, "文化艺术与身心发展类", "0.2", late)
    life.offsets(3, "德育类", "1", late + timedelta(1))
    for week in (4, 8):
        life.broke("带食物和饮料进课室", day(4, week, 2))
    used = life.proof()
    life.made_up("参加校内外公益活动", day(4, 12, 5), 7, evidence=used)
    life.did("公益活动", day(4, 12, 5), content="“蒸水清洁日”", evidence=used)
    unneeded = life.proof()
    life.made_up("参加校内外公益活动", day(5, 4, 5), 6, evidence=unneeded)
    life.did("公益活动", day(5, 4, 5), content="“湘江清洁日”", evidence=unneeded)
    life.made_up("参加宿舍卫生大扫除", day(5, 5, 5), 6, assessed=False)


def offsets(life: Life) -> None:
    """Offsets: too little there, running or reading named or not, undated, two in a semester, a wrong source."""
    enough(life)
    registered(life)
    for semester, count in ((0, 2), (1, 3), (2, 4)):
        for position in range(count):
            life.broke("上课迟到" if position % 2 else "晚归", day(semester, 4 + 3 * position, 2))
    life.run_week(2, 4)
    life.run_week(2, 4)
    life.offsets(0, "德育类", "0.5", SEMESTERS[0][2] - timedelta(4))
    life.offsets(0, "文化艺术与身心发展类", "0.8", SEMESTERS[0][2] - timedelta(2))
    life.offsets(1, "跑步", "1", SEMESTERS[1][2] - timedelta(4))
    life.offsets(1, "阅读", "0.25", None)
    life.offsets(1, "文化艺术与身心发展类", "9", SEMESTERS[1][2] - timedelta(3))
    life.offsets(2, "跑步与阅读类", "1", SEMESTERS[2][2] - timedelta(3))
    life.offsets(2, "学术科技类", "0.3", SEMESTERS[2][2] - timedelta(2))
    life.offsets(2, "德育类", "0.3", SEMESTERS[2][2] - timedelta(1), approved=False)
    life.offsets(3, "德育类", "0.2", SEMESTERS[3][2] - timedelta(3))
