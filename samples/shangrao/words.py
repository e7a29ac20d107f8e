"""Classes, students and titles, all invented: no student, case or event is real."""

from typing import Final, NamedTuple

from samples.sample_life import roster


class Class(NamedTuple):
    """A class: what its students have in common."""

    college: str
    programme: str
    cohort: int
    number: str
    floor: int

    @property
    def name(self) -> str:
        """The name of the class."""
        return f"{self.programme}{self.cohort % 100}01班"


CLASSES: Final = {
    "tourism21": Class("旅游学院", "旅游管理", 2021, "0101", 1),
    "tourism22": Class("旅游学院", "旅游管理", 2022, "0101", 2),
    "accounting22": Class("财经管理学院", "大数据与会计", 2022, "0201", 3),
    "software22": Class("信息工程学院", "软件技术", 2022, "0301", 4),
    "software23": Class("信息工程学院", "软件技术", 2023, "0301", 5),
    "mechatronics23": Class("机电工程学院", "机电一体化技术", 2023, "0401", 6),
    "tourism24": Class("旅游学院", "旅游管理", 2024, "0101", 7),
    "commerce24": Class("财经管理学院", "电子商务", 2024, "0202", 8),
    "accounting25": Class("财经管理学院", "大数据与会计", 2025, "0201", 9),
}

ROSTER: Final = roster(
    """
        tourism22 许知意 女 model
        tourism22 童嘉禾 女 saver
        tourism22 黎晓棠 女 certified
        tourism22 万小曼 女* ordinary
        tourism22 程奕然 男 reissued
        tourism22 汪泽宇 男 epidemic
        accounting22 祝思琪 女 exact
        accounting22 徐沐瑶 女 short
        accounting22 毛若楠 女 merits
        accounting22 姜宏博 男 fifty
        accounting22 余承志 男 undecided
        accounting22 颜子衡 男 reissue_too_late
        software22 江明轩 男 eleven
        software22 郑书航 男 deferred
        software22 方以安 男 lifted
        software22 柯俊熙 男 room_head
        software22 艾克拜尔·买买提 男 ordinary
        software22 叶清欢 女 vetoed
        software22 杜语桐 女 outside
        software22 吕欣妍 女* ordinary
        software23 蔡文昊 男 resits
        software23 洪天朗 男 contests
        software23 占子墨 男* ordinary
        software23 郭雨涵 女 teams
        software23 付诗雅 女 hours
        software23 吴念慈 女* fraud
        mechatronics23 熊志远 男 internships
        mechatronics23 万俊峰 男 same_case
        mechatronics23 占国栋 男 certificate_after_leaving
        mechatronics23 程立勋 男 mover
        mechatronics23 刘海洋 男* idle
        mechatronics23 张铁铮 男 absences
        tourism24 夏若溪 女 prizes
        tourism24 欧阳旻 女 posts
        tourism24 周予宁 女* ordinary
        tourism24 龚佳音 女 on_leave
        tourism24 曾一鸣 男 unregistered
        tourism24 何其正 男 transferred
        commerce24 肖梦婕 女 messy
        commerce24 谢芷若 女 duplicates
        commerce24 罗安琪 女* ordinary
        commerce24 林启航 男 extended
        accounting25 钟书瑾 女 ordinary
        accounting25 彭小冉 女* ordinary
        tourism21 韩晓月 女 earlier
        tourism21 邓宇凡 男 earlier
    """
)
"""Class, name, sex (it decides the dormitory; with `*` the room is now and then reported as a whole) and story."""

Seasonal = tuple[tuple[str, tuple[int, ...]], ...]
AUTUMN: Final = (9, 10, 11, 12, 1)
SPRING: Final = (2, 3, 4, 5, 6, 7)

THEMES: Final[Seasonal] = (
    ("学习党的二十大精神主题团日", AUTUMN), ("“青春心向党”主题团日", SPRING), ("国家安全教育主题班会", (4, 5)),
    ("清明祭英烈活动", (3, 4)), ("国庆升旗仪式", (9, 10)), ("防范电信诈骗主题班会", AUTUMN + SPRING),
    ("“请党放心、强国有我”主题团课", AUTUMN + SPRING), ("诚信考试主题班会", (12, 1, 6, 7)),
    ("方志敏精神宣讲会", AUTUMN + SPRING), ("宪法晨读活动", (11, 12)), ("民族团结主题团日", AUTUMN + SPRING),
    ("学雷锋月主题团日", (3,)), ("纪念“一二·九”运动主题团日", (12,)), ("五四青年节入团仪式", (5,)),
)  # fmt: skip
VOLUNTEERING: Final[Seasonal] = (
    ("校园环境整治", AUTUMN + SPRING), ("社区文明劝导", AUTUMN + SPRING), ("敬老院慰问", AUTUMN + SPRING),
    ("图书馆整架", AUTUMN + SPRING), ("火车站暖冬行动", (12, 1)), ("博物馆讲解", AUTUMN + SPRING),
    ("迎新志愿服务", (9, 10)), ("河道清洁", AUTUMN + SPRING), ("城市马拉松补给站", (10, 11, 4)),
    ("献血车引导", AUTUMN + SPRING),
)  # fmt: skip
"""What is done, and in which months."""

PRACTICE: Final = ("返家乡社会实践", "乡村振兴调研", "社区假期托管班", "红色景区讲解", "企业见习", "家乡文旅推介")
CONTESTS: Final = ("微团课比赛", "演讲比赛", "辩论赛", "十佳歌手大赛", "征文比赛", "知识竞赛", "田径运动会", "篮球赛")
CONTEST_ITEMS: Final = {
    "微团课比赛": "微团课", "演讲比赛": "演讲比赛", "辩论赛": "辩论赛", "十佳歌手大赛": "十佳歌手",
    "征文比赛": "征文比赛", "知识竞赛": "知识竞赛", "田径运动会": "运动会", "篮球赛": "球赛",
}  # fmt: skip
SOCIETIES: Final = ("羽毛球社", "吉他社", "国学社", "摄影社", "街舞社", "茶艺社", "编程社", "轮滑社")
COMPANIES: Final = ("信江软件", "灵山旅行社", "鄱湖电商", "三清机电", "信州财税")
