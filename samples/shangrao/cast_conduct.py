"""Students whose conduct asks something of the rules: sanctions, decisions, leave, rooms, vetoes, the epidemic.

Each function is one student's story; its docstring says what is to be seen.
"""

from datetime import date, timedelta

from samples.shangrao.life import Life
from samples.shangrao.ordinary import classroom, enough, housing, studies, trainings


# ---- deferral
def deferred(life: Life) -> None:
    """78 points in the fourth term: graduation is deferred; the office has considered it and not lifted it."""
    life.quiet = (3,)
    enough(life)
    below_80(life)
    life.decided(3, life.day(5, 15, 2), lifted=False)
    life.leaves_with_certificate(5)


def lifted(life: Life) -> None:
    """78 points in the fourth term, and a decision that lifts the deferral; another names the wrong semester."""
    life.quiet = (3,)
    life.steady = True
    enough(life)
    below_80(life)
    life.decided(2, life.day(4, 5, 2))
    life.decided(3, life.day(5, 15, 2))


def below_80(life: Life) -> None:
    """22 points less."""
    life.broke("严重警告", life.day(3, 6, 2), case="2024-020")
    life.broke("旷课", life.day(3, 8, 1), quantity=3)
    life.broke("晚归", life.day(3, 12, 3))


def fifty(life: Life) -> None:
    """51 points deducted and 84 left: deferred; a term later 50 deducted and 80 left: not deferred."""
    life.quiet = (2, 3)
    enough(life)
    for week, item in ((5, "记过"), (8, "严重警告"), (9, "考试作弊"), (10, "损坏公物")):
        life.broke(item, life.day(2, week, 1), case=f"2023-1{week:02}")
    life.broke("旷课", life.day(2, 11, 2), quantity=3)
    for week in (12, 13):
        life.broke("上课玩手机", life.day(2, week, 3))
    life.earned("骨髓捐献", life.day(2, 14, 4))
    life.earned("无偿献血", life.day(2, 4, 5))
    life.earned("见义勇为、好人好事受通报表扬", life.day(2, 15, 1))
    for week, item in ((4, "留校察看"), (7, "严重警告"), (9, "损坏公物"), (11, "攀爬围墙私自外出")):
        life.broke(item, life.day(3, week, 1), case=f"2024-1{week:02}")
    life.earned("无偿献血", life.day(3, 5, 5))
    for week in (8, 12):
        life.earned("见义勇为、好人好事受通报表扬", life.day(3, week, 2))
        life.earned("协助辅导员、班主任完成各项工作", life.day(3, week, 4), 5)
    life.leaves_with_certificate(5)


def undecided(life: Life) -> None:
    """84 points less 3 to 5 that nobody has decided: graduation is open. A decision outside its range is invalid."""
    life.quiet = (1, 3, 4)
    life.steady = True
    enough(life)
    life.broke("严重警告", life.day(4, 6, 2), case="2024-031")
    life.broke("旷课", life.day(4, 7, 1), quantity=2)
    life.broke("打架", life.day(4, 12, 4))
    life.broke("染夸张发色", life.day(3, 6, 1), points_decided=7)
    life.broke("顶撞老师", life.day(1, 9, 2))
    life.broke("诋毁老师", life.day(1, 11, 2), points_decided=10)
    life.broke("发表不当言论造成危害性后果", life.day(3, 9, 2), points_decided="9.99")
    life.broke("散发黄色或不雅视频、图片", life.day(3, 10, 2), points_decided=5)


def vetoed(life: Life) -> None:
    """A veto in the second term, one in the third whose deferral is lifted, one in the fifth that was not decided."""
    life.steady = True
    enough(life)
    life.vetoed(1, life.last_day(1) - timedelta(2))
    life.vetoed(2, life.last_day(2) - timedelta(2))
    life.decided(2, life.day(5, 15, 2))
    life.vetoed(4, life.last_day(4) - timedelta(2), approved=False)
    life.leaves_with_certificate(5)


# ---- cases, leave
def same_case(life: Life) -> None:
    """Breach and sanction of one case: either higher, a tie, several breaches, another case, another semester."""
    life.quiet = (0, 1, 2, 3, 4)
    enough(life)
    life.broke("打架", life.day(0, 8, 3), case="2023-017", points_decided=5)
    life.broke("通报批评", life.day(0, 10, 1), case="2023-017")
    life.broke("考试作弊", life.day(1, 17, 2), case="2024-003")
    life.broke("严重警告", life.day(1, 18, 2), case="2024-003")
    life.broke("损坏公物", life.day(2, 6, 3), case="2024-021")
    life.broke("警告", life.day(2, 8, 1), case="2024-021")
    for week, item in ((4, "晚归"), (6, "夜不归宿"), (7, "抽烟")):
        life.broke(item, life.day(3, week, 2), case="2025-005")
    life.broke("严重警告", life.day(3, 10, 1), case="2025-005")
    life.broke("私拆他人信件", life.day(4, 5, 2), case="2025-030")
    life.broke("警告", life.day(4, 9, 2), case="2025-031")
    life.broke("上课睡觉", life.day(4, 12, 1))
    life.broke("顶撞老师", life.day(2, 19, 4), case="2024-044", points_decided=4)
    life.broke("警告", life.day(3, 2, 1), case="2024-044")


def absences(life: Life) -> None:
    """Seven leaves in a term, two of them for a wedding; absence by class periods; no points left."""
    life.quiet = (1, 2, 3)
    enough(life)
    for week, days, occasion in (
        (4, "1", ""), (5, "1.5", ""), (6, "2", "红白事"), (8, "3", ""), (10, "3.5", ""), (12, "0.5", ""),
        (14, "4", "红白事"),
    ):  # fmt: skip
        life.broke("事假", life.day(1, week, 0), days=days, occasion=occasion)
    life.broke("病假", life.day(1, 15, 0), days=5)
    life.broke("事假", life.day(2, 5, 0))
    life.broke("旷课", life.day(2, 6, 0), quantity=8)
    life.broke("上课时在宿舍逗留", life.day(2, 8, 0), quantity=2)
    life.broke("旷课", life.day(2, 9, 0), approved=False, quantity=4)
    life.broke("与老师发生肢体冲突", life.day(3, 5, 0), points_decided=30)
    life.broke("留校察看", life.day(3, 8, 0), case="2025-060")
    life.broke("旷课", life.day(3, 12, 0), quantity=16)
    life.earned("好人好事", life.day(3, 13, 0))
    life.leaves_with_certificate(5)


def epidemic(life: Life) -> None:
    """The epidemic's rules until 7 January 2023, breaches from the 8th on; a spread, and its deferral lifted."""
    life.quiet = (0, 1)
    enough(life)
    life.broke("不按规定完成健康打卡", date(2022, 10, 11))
    life.broke("无故不参与核酸检测", date(2022, 11, 16))
    life.broke("瞒报", date(2022, 12, 1), points_decided=12)
    life.broke("造成疫情扩散等严重后果", date(2022, 12, 20))
    life.broke("不按规定完成体温检测", date(2023, 1, 7))
    life.broke("不服从防疫管理规定", date(2023, 1, 8))
    life.broke("拒绝接受隔离观察", date(2023, 2, 20))
    life.broke("造成疫情扩散等严重后果", date(2023, 3, 1))
    life.earned("见义勇为、好人好事受通报表扬", date(2022, 11, 3))
    life.decided(0, date(2023, 6, 20))


# ---- rooms
def room_head(life: Life) -> None:
    """Reports with student only, room only, both; of an empty room; of a day before the student moved in."""
    life.quiet = (1, 2)
    life.moves_in_after = 7
    enough(life)
    room, new = life.room(), life.room(1)
    other = f"{life.home[0]}栋{life.home[1] - 100}"
    life.room_broke("寝室卫生被通报", life.day(1, 5, 2), room)
    life.broke("熄灯后室内喧嚣", life.day(1, 6, 2))
    life.broke("熄灯后点蜡烛", life.day(1, 7, 2), room=other)
    life.room_broke("熄灯后乱窜宿舍", life.day(1, 8, 2), room)
    life.broke("熄灯后冲洗、洗漱", life.day(1, 9, 2), room=room)
    life.room_broke("往室外扔杂物", life.day(1, 10, 2), room)
    life.room_broke("寝室卫生被通报", life.day(2, 5, 2), new)
    life.room_broke("寝室卫生被通报", life.day(2, 6, 2), room)
    life.room_broke("寝室卫生被通报", life.day(2, 7, 2), "")
    life.broke("寝室长带头不配合学校工作", life.day(2, 8, 2), points_decided=2)
    life.broke("寝室卫生被通报", life.first_day(0) + timedelta(2))
    life.earned("文明寝室", life.day(2, 12, 2), 5)
    life.earned("文明寝室", life.day(1, 12, 2))


def mover(life: Life) -> None:
    """Moves in the middle of a term, and back and forth on one day: a report falls on who lives there on that day."""
    life.quiet = (1, 3)
    enough(life)
    here, there, new = life.room(), f"{life.home[0]}栋{life.home[1] + 20}", life.room(1)
    moved = life.day(1, 9, 2)
    life.lives_in(moved, there)
    life.lives_in(life.day(1, 14, 2), there)
    life.lives_in(life.day(1, 14, 2), here)
    life.broke("私自调换寝室", moved)
    for on in (moved - timedelta(1), moved, moved + timedelta(1)):
        life.room_broke("不张贴寝室门签", on, here)
        life.room_broke("寝室卫生被通报", on, there)
    life.room_broke("熄灯后冲洗、洗漱", life.day(1, 15, 2), here)
    life.lives_in(life.day(3, 6, 1), new)
    life.lives_in(life.day(3, 8, 1), "")
    life.room_broke("寝室卫生被通报", life.day(3, 9, 1), new)


# ---- points
def merits(life: Life) -> None:
    """Blood twice in a calendar year, marrow; the party, posts, the limit for helping, no decision, one too high."""
    life.steady = True
    life.quiet = (0, 1, 2, 3, 4, 5)
    enough(life)
    life.earned("无偿献血", date(2023, 4, 12))
    life.earned("无偿献血", date(2023, 11, 8))
    life.earned("无偿献血", date(2024, 1, 3))
    life.earned("骨髓捐献", date(2024, 3, 20))
    life.earned("入党积极分子", life.day(1, 18, 3), full_term=False)
    life.earned("入党积极分子", life.day(2, 18, 3))
    life.earned("入党积极分子", life.day(3, 17, 3))
    life.earned("预备党员", life.day(3, 18, 3))
    life.earned("中共党员", life.day(4, 18, 3), assessed=False)
    for week, points in ((5, 5), (9, 4), (13, 3)):
        life.earned("协助辅导员、班主任完成各项工作", life.day(3, week, 1), points)
    life.earned("班干部", life.day(1, 18, 4), 8)
    life.earned("寝室长", life.day(1, 18, 4), 5)
    life.earned("班干部", life.day(2, 18, 4))
    life.earned("班干部", life.day(3, 18, 4), 25)
    life.earned("好人好事", life.day(2, 7, 2))
    life.earned("好人好事", life.day(2, 9, 2), approved=False)
    life.earned("积极参加班级、学院组织的各项活动", life.day(2, 10, 2), "2.5")


def idle(life: Life) -> None:
    """Comes to class, passes some of it, and does little else: neither a diploma nor a certificate of completion."""
    housing(life, keeps=True)
    failed = {"score": 40, "makeup_score": 44}
    names = ("电机与电气控制", "电工综合实训", "工业机器人操作与编程", "三维建模")
    studies(life, **dict.fromkeys(names, failed))
    trainings(life, 1)
    life.achieved("普通话等级证书", life.day(1, 12, 5), mandarin="三级甲等")
    life.interned(life.day(5, 12, 4), "11.7")
    for term in range(6):
        classroom(life, term, 0)
    for week, item in ((4, "上课睡觉"), (6, "抽烟"), (9, "夜不归宿"), (12, "不服从班主任、班干部管理")):
        life.broke(item, life.day(3, week, 1))
    life.broke("无故不办理实习手续", life.day(5, 3, 1))
