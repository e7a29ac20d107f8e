"""An ordinary student: enough of everything, more of some things, now and then late for class.

Each part is enough for its minimum; what differs from student to student is what comes on top.
"""

from datetime import timedelta
from typing import Any, Final

from samples.hengyang.days import SEMESTERS
from samples.hengyang.life import WEEKEND, Life
from samples.hengyang.words import EVENINGS, ORGANISATIONS, SOCIETIES, TALKS

OFFICIAL: Final[dict[str, Any]] = {"organiser": "党政机关或学校"}
RARE: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("学生助理", {"semester": "", "content": "教务处学生助理"}),
    ("国旗护卫队", {"role": "成员", "level": "校级", "semester": ""}),
    ("军政教导队", {"role": "承担军训任务", "level": "校级", "days": 4}),
    ("思想道德表彰", {"level": "院级", "content": "优秀共青团员", **OFFICIAL}),
    ("党团建设项目", {"content": "“一班一品”团建项目"}),
    ("专利", {"patent_type": "实用新型", "place": 2, "team_size": 4, "content": "折叠书架"}),
    (
        "科研成果获奖",
        {"level": "地厅级", "award": "三等奖", "place": 3, "team_size": 5, "content": "市青年科技奖", **OFFICIAL},
    ),
    ("大创项目", {"level": "校级", "place": 2, "team_size": 5, "content": "古村数字导览", **OFFICIAL}),
    ("简历制作比赛", {"level": "院级", "award": "二等奖", "content": "简历大赛", **OFFICIAL}),
    ("创业实践", {"place": 1, "team_size": 2, "content": "校园文创网店"}),
    ("境内外培训、访学、交流宣讲", {"level": "校级", "content": "赴长沙访学分享会"}),
    ("软考", {"exam_grade": "程序员"}),
    ("安保服务", {"level": "校级", "content": "校运动会安保", **OFFICIAL}),
)
"""Items and cells; an empty semester is filled with the one in which it happens."""

SLIPS: Final[tuple[tuple[int, dict[str, Any]], ...]] = (
    (6, {}), (9, {}), (2, {"approved": False}), (2, {"level": "院级"}), (1, {"assessed": False}), (2, {"fraud": True}),
    (2, {"level": "全校"}),
)  # fmt: skip
"""Working days until it was filed, and cells."""

BREACHES: Final = (
    "晚归", "上课迟到", "不注意个人卫生", "无故不参加升旗仪式", "带食物和饮料进课室", "乱涂乱贴乱画", "乱丢乱扔垃圾",
    "浪费粮食", "穿拖鞋、背心，短裤或露透衣裤", "污损墙壁", "扰乱正常课堂教学或考试秩序", "不配合宿舍调整安排",
    "举止不雅", "破坏教学设备与设施", "寻衅滋事",
)  # fmt: skip
"""None costs more than fifteen points."""


def ordinary(life: Life) -> None:
    """An ordinary student's semesters."""
    enough(life)
    rare(life)
    slip(life)
    small_breaches(life)


def enough(life: Life) -> None:
    """What it takes to graduate, for a student who has a story besides."""
    moral(life)
    academic(life)
    innovation(life)
    life.enough_running(life.active[:2])
    reading(life)
    professional(life)
    society(life)
    culture(life)


def moral(life: Life) -> None:
    """At least 1.6."""
    for semester in (0, 1, 2):
        life.theme(semester, "主题发言" if life.odds(20) else "参加活动")
    if life.odds(65):
        life.summer_practice(1)
    else:
        life.league_school(life.chance.choice((1, 2)), 5)
    if life.odds(50):
        registered(life)
        life.volunteer(life.term())
    if life.odds(30):
        on = life.when(life.term(), (4, 15), WEEKEND)
        life.did("公益活动", on, ended=on + timedelta(1), days=2, content="湘江护河行动", evidence=life.proof())


def registered(life: Life) -> None:
    """Registration as a volunteer."""
    life.did("志愿者组织", life.when(0, (2, 5)), role="注册为成员", content="校青年志愿者协会")


def academic(life: Life) -> None:
    """At least 0.5."""
    life.lecture(0)
    life.lecture(life.chance.choice((1, 2)))
    life.lecture(2, life.chance.choice(("校级", "院级")))
    if life.odds(40):
        life.did("科普活动", life.when(1), level="校级", content="科技馆研学")


def innovation(life: Life) -> None:
    """At least 1."""
    if life.odds(80):
        life.startup_course(2)
    else:
        for semester in life.active[-2:] * 2:
            life.did("企业宣讲", life.when(semester, (6, 14), (1, 2, 3)), content=life.chance.choice(TALKS))
    if life.odds(30):
        cells: dict[str, Any] = {"level": "校级", "award": "三等奖", "content": "我的职业规划"}
        life.did("职业生涯规划大赛", life.when(life.active[1], (8, 14), (4, 5)), **cells, **OFFICIAL)


def reading(life: Life) -> None:
    """At least 1."""
    life.induction()
    tenths = 1
    if life.odds(80):
        award, gain = life.chance.choice((("一等奖", 5), ("二等奖", 4), ("三等奖", 3)))
        life.did("竞赛类阅读活动", life.when(1, (8, 12)), level="校级", award=award, content="经典诵读大赛")
        tenths += gain
    for semester in (0, 2):
        life.review(semester)
        tenths += 2
    if life.odds(50):
        life.read(1)
        tenths += 1
    if tenths < 10:
        life.borrow(life.chance.choice((0, 1, 2)), 10 - tenths)


def professional(life: Life) -> None:
    """At least 2."""
    life.mandarin(1, life.chance.choice(("二级乙等", "二级乙等", "二级甲等")))
    life.examination(life.active[1])
    if life.odds(40):
        life.certificate(life.active[-1], life.chance.choice(("初级", "中级", "中级")))


def society(life: Life) -> None:
    """Most often about 1."""
    choice = life.chance.randrange(3)
    terms = life.active[: life.chance.choice((2, 3, 3, 4))]
    if choice == 0:
        for semester in terms:
            life.did("班干部", life.when(semester, (17, 18)), semester=SEMESTERS[semester][0], content="学习委员")
        terms = terms[:2]
    if choice <= 1:
        level, where = life.chance.choice(("校级", "院级")), life.chance.choice(ORGANISATIONS)
        for position, semester in enumerate(terms):
            role = "负责人" if position >= 2 else "成员"
            life.post("学生党团组织", semester, role, level, where, life.chance.randrange(3, 9))
    else:
        where = life.chance.choice(SOCIETIES)
        for semester in terms:
            life.post(
                "学生社团组织",
                semester,
                "负责人" if semester >= 2 else "成员",
                "校级",
                where,
                life.chance.randrange(3, 9),
            )
        life.did("社团活动", life.when(0, (5, 15), WEEKEND), level="校级", content=f"{where}展示")
    if choice == 2 or life.odds(25):
        on = SEMESTERS[1][2] + timedelta(10)
        cells: dict[str, Any] = {
            "level": "校级",
            "weeks": 3,
            "characters": 2000 + 50 * life.chance.randrange(0, 20),
            "content": "暑期社会实践",
        }
        life.did("社会实践", on, ended=on + timedelta(20), **cells)


def culture(life: Life) -> None:
    """What students do in the evening."""
    life.contest(life.chance.choice(life.active[:3]), life.chance.choice(("校级", "校级", "院级")))
    if life.odds(60):
        cells: dict[str, Any] = {
            "level": "校级",
            "organiser": "党政机关或学校",
            "content": life.chance.choice(EVENINGS),
        }
        life.did("报告会", life.when(life.term(), (4, 16), (2, 3)), **cells)
    if life.odds(15):
        cells = {"level": "校级", "organiser": "党政机关或学校", "content": "迎新晚会"}
        life.did("演出", life.when(0, (4, 8), (5,)), **cells)
    if life.odds(12):
        life.did("校园新闻", life.when(life.term()), level="校级", characters=620, content="记一次校园开放日")


def rare(life: Life) -> None:
    """Two things that few students do; the number of the student says which."""
    for step in (0, 6):
        item, cells = RARE[(int(life.number[-4:]) + step) % len(RARE)]
        semester = life.active[1]
        on = life.when(semester, (8, 16), (1, 2, 3))
        if "semester" in cells:
            cells = {**cells, "semester": SEMESTERS[semester][0]}
        life.did(item, on, evidence=life.proof(), **cells)


def slip(life: Life) -> None:
    """What goes wrong with a form now and then: filed too late, turned down, a cell left empty."""
    if life.odds(50):
        on = life.when(life.term(), (4, 14), WEEKEND)
        filed, cells = life.chance.choice(SLIPS)
        life.did("社团活动", on, filed, **{"level": "校级", "content": "社团开放日", **cells})


def small_breaches(life: Life) -> None:
    """Nothing that costs a credit: at most one a semester."""
    for semester in life.enrolled:
        if life.odds(12):
            item = life.chance.choice(BREACHES)
            life.broke(item, life.when(semester, (3, 18)))
