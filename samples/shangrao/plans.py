"""The plans of studies: which courses stand in which semester. Names as they are usual, classes invented.

Every plan has 114 credits of required and 12 of elective courses, at least 24 in each of the first five semesters; the
sixth is for the internship and a last piece of work.
"""

from typing import Final, NamedTuple


class Course(NamedTuple):
    """A course: kind, name, class hours, the credits that are stated, and whether it is politics or PE."""

    kind: str
    name: str
    hours: int
    credits: int | None = None
    subject: str = ""
    graded: bool = False


PUBLIC: Final = "公共必修课"
MAJOR: Final = "专业必修课"
PUBLIC_ELECTIVE: Final = "公共选修课"
OTHER_ELECTIVE: Final = "专业选修课"
TRAINING: Final = "公共培训项目"

_PUBLIC: Final[tuple[tuple[Course, ...], ...]] = (
    (
        Course(PUBLIC, "思想道德与法治", 48, 3, "思政课程"),
        Course(PUBLIC, "大学英语（一）", 64, 4),
        Course(PUBLIC, "体育与健康（一）", 36, None, "体育与健康课"),
        Course(PUBLIC, "信息技术", 64, 4),
        Course(PUBLIC, "军事理论与技能训练", 68, 4, graded=True),
    ),
    (
        Course(PUBLIC, "习近平新时代中国特色社会主义思想概论", 48, 3, "思政课程"),
        Course(PUBLIC, "大学英语（二）", 64, 4),
        Course(PUBLIC, "体育与健康（二）", 36, None, "体育与健康课"),
        Course(PUBLIC, "大学生心理健康教育", 32, 2),
    ),
    (Course(PUBLIC, "大学生创新创业指导", 32, None),),
    (),
    (),
    (),
)

_MAJOR: Final[dict[str, tuple[str, ...]]] = {
    "旅游管理": (
        "旅游学概论:4 旅游服务礼仪:4",
        "导游基础知识:6 旅游政策与法规:6",
        "导游业务:6 旅行社经营与管理:6 旅游市场营销:8",
        "模拟导游:6 景区服务与管理:6 旅游线路设计综合实训:8",
        "研学旅行指导:6 旅游企业综合实训:8 旅游电子商务:6",
        "毕业综合实践:4",
    ),
    "大数据与会计": (
        "会计基础:4 经济学基础:4",
        "财务会计（一）:6 经济法基础:6",
        "财务会计（二）:6 税法:6 会计信息化:8",
        "成本会计:6 财务管理:6 会计综合模拟实训:8",
        "大数据财务分析:6 智能财税综合实训:8 审计基础:6",
        "毕业综合实践:4",
    ),
    "软件技术": (
        "程序设计基础:4 计算机网络基础:4",
        "面向对象程序设计:6 数据库技术:6",
        "网页前端开发:6 数据结构:6 Linux操作系统:8",
        "企业级应用开发:6 软件测试:6 项目综合实训:8",
        "移动应用开发:6 软件工程综合实训:8 数据可视化:6",
        "毕业设计:4",
    ),
    "机电一体化技术": (
        "机械制图:4 电工技术:4",
        "机械设计基础:6 电子技术:6",
        "液压与气压传动:6 PLC应用技术:6 数控加工技术:8",
        "电机与电气控制:6 传感器与检测技术:6 电工综合实训:8",
        "工业机器人操作与编程:6 自动化生产线综合实训:8 机电设备维修:6",
        "毕业设计:4",
    ),
    "电子商务": (
        "电子商务基础:4 商务礼仪:4",
        "网店运营:6 商品拍摄与图片处理:6",
        "网络营销:6 直播电商:6 客户服务与管理:8",
        "新媒体运营:6 商务数据分析:6 网店运营综合实训:8",
        "跨境电商实务:6 直播带货综合实训:8 电商物流管理:6",
        "毕业综合实践:4",
    ),
}

_OTHER_ELECTIVES: Final[dict[str, tuple[str, str]]] = {
    "旅游管理": ("江西红色旅游文化", "旅游英语"),
    "大数据与会计": ("财经应用文写作", "税收筹划"),
    "软件技术": ("人工智能导论", "用户界面设计"),
    "机电一体化技术": ("三维建模", "智能制造概论"),
    "电子商务": ("短视频制作", "农产品电商"),
}

PUBLIC_ELECTIVES: Final = (
    "书法鉴赏", "影视鉴赏", "中国茶文化", "陶瓷艺术体验", "摄影基础", "音乐欣赏", "普通话与口才", "急救常识",
)  # fmt: skip


def plan(programme: str) -> tuple[tuple[Course, ...], ...]:
    """The required courses of a programme and the electives of the major, semester by semester."""
    electives = _OTHER_ELECTIVES[programme]
    terms = []
    for term, (public, major) in enumerate(zip(_PUBLIC, _MAJOR[programme], strict=True)):
        courses = list(public)
        for entry in major.split():
            name, _, credits = entry.partition(":")
            courses.append(Course(MAJOR, name, 16 * int(credits), int(credits)))
        if term in (3, 4):
            courses.append(Course(OTHER_ELECTIVE, electives[term - 3], 64, 4))
        terms.append(tuple(courses))
    return tuple(terms)
