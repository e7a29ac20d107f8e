"""Names and titles, all invented: no student, case or event is real."""

from typing import Final, NamedTuple

from samples.sample_life import roster


class Class(NamedTuple):
    """A class: what its students have in common."""

    college: str
    name: str
    programme: str
    cohort: int
    major_group: str
    credits: str
    number: str


CLASSES: Final = {
    "software": Class("信息工程学院", "软件技术2401班", "三年制", 2024, "计算机类", "142", "0101"),
    "computing": Class("信息工程学院", "计算机应用技术2402班", "五年一贯制", 2024, "计算机类", "236.5", "0102"),
    "commerce": Class("经济管理学院", "电子商务2401班", "三年制", 2024, "其他", "138.5", "0201"),
    "english": Class("经济管理学院", "商务英语2402班", "三年制", 2024, "英语类", "139", "0202"),
    "accounting": Class("经济管理学院", "大数据与会计2403班", "两年制", 2024, "其他", "82", "0203"),
    "earlier_software": Class("信息工程学院", "软件技术2301班", "三年制", 2023, "计算机类", "140", "0101"),
    "earlier_commerce": Class("经济管理学院", "电子商务2301班", "三年制", 2023, "其他", "136", "0201"),
}

ROSTER: Final = roster(
    """
        software 陈思远 model
        software 刘雨桐 lectures
        software 王浩然 runner
        software 李㛃 ordinary
        software 张子轩 teams
        software 黄嘉怡 organisers
        software 周文博 late
        software 吴一帆 rejected
        software 何俊杰 doubling
        software 罗天佑 exact
        software 邓诗涵 short
        software 唐梓萱 undecided
        computing 彭宇航 ordinary
        computing 曹雅琪 ordinary
        computing 谢明轩 messy
        computing 蒋欣妍 leave
        computing 古丽娜·艾山 ordinary
        computing 肖俊逸 ordinary
        computing 龙志强 quantities
        commerce 欧阳婉清 ordinary
        commerce 曾子墨 prizes
        commerce 胡雪莹 sanctions
        commerce 许家豪 unlawful
        commerce 郭佳慧 makeup
        commerce 沈逸凡 offsets
        commerce 邹雨欣 ordinary
        commerce 谭慧敏 duplicates
        english 宋雅静 conversions
        english 贺文静 without_credits
        english 韦晓蓉 ordinary
        accounting 钟丽华 ordinary
        accounting 袁浩 minima
        accounting 石晓东 limits
        accounting 汤婷婷 ordinary
        accounting 段鹏飞 idle
        earlier_software 赵启明 earlier
        earlier_commerce 孙小雅 earlier
    """
)
"""Class, name and story of the students of the sample."""

THEMES: Final = (
    ("主题班会", "开学第一课"), ("升旗", "国庆升旗仪式"), ("主题团日", "学习三中全会精神"), ("主题班会", "诚信考试"),
    ("主题班会", "防范电信诈骗"), ("主题团日", "清明祭英烈"), ("升旗", "新学期升旗仪式"), ("主题党日", "重温入党誓词"),
    ("主题班会", "国家安全教育"), ("主题团日", "青春心向党"), ("主题班会", "宿舍安全"), ("主题班会", "文明离校"),
)  # fmt: skip
LECTURES: Final = (
    "人工智能与产业应用", "数据要素与数字经济", "芯片漫谈", "学术写作规范", "大模型应用开发", "跨境电商前沿",
    "智能财务趋势", "网络安全攻防", "知识产权入门", "乡村振兴中的数字技术",
)  # fmt: skip
TALKS: Final = ("湘江软件校园宣讲", "南岳电商双选说明会", "雁峰财务公司宣讲", "石鼓智造校招宣讲", "蒸水物流宣讲会")
READINGS: Final = ("世界读书日分享会", "《红星照耀中国》共读", "《乡土中国》读书沙龙", "图书漂流", "晨读打卡月")
REVIEWS: Final = ("《平凡的世界》", "《论语》选读", "《三体》", "《浪潮之巅》", "《边城》", "《活着》")
VOLUNTEERING: Final = ("敬老院慰问", "地铁站文明引导", "校园迎新", "图书整理", "+1 志愿同行", "社区义务维修")
CONTESTS: Final = (
    ("文体竞赛", "校园篮球联赛"), ("演讲比赛", "“强国有我”,主题演讲"), ("知识竞赛", "宪法知识竞赛"),
    ("征文比赛", "廉洁文化征文"), ("书画比赛", "迎新春书画展"), ("辩论赛", "新生辩论赛"), ("文体竞赛", "校园十佳歌手"),
    ("文体竞赛", "春季田径运动会"),
)  # fmt: skip
EVENINGS: Final = ("心理健康报告会", "@青年 主题教育报告会", "消防安全专题讲座", "优秀校友报告会", "禁毒防艾专题讲座")
ORGANISATIONS: Final = ("学生会", "团委组织部", "青年志愿者协会", "学习部")
SOCIETIES: Final = ("编程协会", "羽毛球协会", "湘绣社", "英语角", "摄影协会", "国学社")
OCCUPATIONS: Final = {
    "计算机类": ("计算机程序设计员", "信息安全测试员"),
    "英语类": ("秘书", "电子商务师"),
    "其他": ("电子商务师", "会计专业技术", "互联网营销师"),
}
