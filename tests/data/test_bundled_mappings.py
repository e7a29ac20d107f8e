"""The mappings that come with creditlang, each on a file as the platform or the office makes it, from end to end.

The people are made up. What must come out was worked out from the printed regulations.
"""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

Cli = Callable[..., dict[str, list[dict[str, str]]]]

VOLUNTEERS = """学号,姓名,学院,班级,入学日期
20220101,林知夏,文学院,汉语言文学2201班,2022-09-01
20220102,顾承宇,文学院,汉语言文学2201班,2022-09-01
20220103,温书瑶,文学院,汉语言文学2201班,2022-09-01
20220104,温书瑶,文学院,汉语言文学2201班,2022-09-01
"""
PROFILES = "学号,维护日期,加入我校志愿服务组织,学校信息正确,学号正确\n" + "".join(
    f"2022010{number},2022-09-10,是,是,是\n" for number in (1, 2, 3, 4)
)
SHANGRAO = """学号,姓名,二级学院,班级,年级
2022010101,许知意,旅游学院,旅游管理2201班,2022
2022010102,童嘉禾,旅游学院,旅游管理2201班,2022
2022010103,程予安,旅游学院,旅游管理2201班,2022
"""
HENGYANG = """学号,姓名,二级学院,班级,学制,年级
2024010101,陈思远,信息工程学院,软件技术2401班,三年制,2024
2024010102,刘雨桐,信息工程学院,软件技术2401班,三年制,2024
2024010103,王浩然,信息工程学院,软件技术2401班,三年制,2024
2024010104,赵一鸣,信息工程学院,软件技术2401班,三年制,2024
"""


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """A folder of sheets, given by the names of their files."""

    def made(encoding: str = "utf-8", **sheets: str) -> Path:
        for name, text in sheets.items():
            tmp_path.joinpath(f"{name}.csv").write_bytes(text.replace("\n", "\r\n").encode(encoding))
        return tmp_path

    return made


def enrolled(students: str, *semesters: str) -> str:
    """A sheet of enrolment."""
    numbers = [line.split(",")[0] for line in students.splitlines()[1:]]
    return "学号,学期\n" + "".join(f"{number},{semester}\n" for number in numbers for semester in semesters)


def rows_of(result: dict[str, list[dict[str, str]]], kind: str) -> list[tuple[str, str, str, str]]:
    """Row, student, disposition and what counted, for each record of a kind, in the order of the sheet."""
    found = [
        (int(row["record_id"].rpartition(":")[2].partition("#")[0]), row)
        for row in result["records"]
        if row["kind"] == kind
    ]
    return [
        (str(number), row["student_id"], row["disposition"], row["counted"] or "")
        for number, row in sorted(found, key=lambda pair: (pair[0], pair[1]["record_id"], pair[1]["rule"]))
    ]


def amounts(result: dict[str, list[dict[str, str]]], account: str, period: str = "") -> dict[str, str]:
    """The balance of each student."""
    rows = [row for row in result["accounts"] if row["account"] == account and (row["period"] or "") == period]
    return {row["student_id"]: row["amount"] for row in rows}


def codes(result: dict[str, list[dict[str, str]]]) -> list[str]:
    """Everything that was said, without the notes that every such run has."""
    return sorted(row["code"] for row in result["issues"] if row["code"] not in ("CR622", "CR675", "CR680", "CR897"))


def test_zhiyuanhui(folder: Any, cli: Cli) -> None:
    """Signed-in hours count, honour hours wait for their type; recorded until the 22nd, so converted on the 22nd."""
    export = """文学院志愿服务时长导出表,,,,,,,,,
序号,姓名,学号,学院,班级,活动名称,活动日期,信用时数,荣誉时数,手机号
1,林知夏,20220101,文学院,汉语言文学2201班,敬老院慰问,2022-10-08 14:00:00,3,0,
2,顾　承宇,,文学院,汉语言文学2201班,校庆秩序维护,2022/10/9,2.5,1,
3,温书瑶,,文学院,汉语言文学2201班,校庆秩序维护,2022.10.9,2,0,
4,赵无名,,文学院,汉语言文学2201班,校庆秩序维护,2022-10-09,2,0,
5,林知夏,20220102,文学院,汉语言文学2201班,献血车引导,2022-10-10,2,0,
6,林知夏,20220101,文学院,汉语言文学2201班,献血车引导,2022-10-24,4,0,
7,林知夏,20220101,文学院,汉语言文学2201班,献血车引导,2022-10-10,0,0,
填表人：青年志愿者协会,,,,,,,,,
"""
    data = folder(学生=VOLUNTEERS, 志愿汇个人信息=PROFILES, 时长导出20221101=export)
    result = cli(
        "run", "volunteer_hours", "--data", data, "--mapping", "zhiyuanhui", "--as-of", "2023-06-25", "--format", "json"
    )
    assert amounts(result, "labour", "2022-10-22") == {"20220101": "3", "20220102": "2.5"}
    assert amounts(result, "labour", "2022-11-22") == {"20220101": "4"}
    assert rows_of(result, "service") == [
        ("3", "20220101", "counted", "3"), ("4", "20220102", "counted", "2.5"), ("4", "20220102", "unmatched", ""),
        ("5", "", "invalid", ""), ("6", "", "invalid", ""), ("7", "20220102", "invalid", ""),
        ("8", "20220101", "counted", "4"),
    ]  # fmt: skip
    assert codes(result) == ["CR661", "CR670", "CR672", "CR681", "CR682", "CR684", "CR689"]
    assert any("1 matched, 1 ambiguous, 1 unmatched, 0 duplicate" in line["line"] for line in result["screen"])


def test_zhiyuanhui_with_the_type_of_honour_hours(folder: Any, cli: Cli) -> None:
    """One hour signed in and three by letter of guarantee in another activity: both count the same."""
    export = """志愿者姓名,学号,活动名称,活动ID,认证时间,信用时长,荣誉时长,补录类型,证明材料编号
林知夏,20220101,敬老院慰问,H1,2022-10-08,1,0,,
林知夏,20220101,社区清扫,H2,2022-10-09,0,3,上传担保书,Z1
"""
    data = folder(学生=VOLUNTEERS, 志愿汇个人信息=PROFILES, 导出=export)
    result = cli(
        "run", "volunteer_hours", "--data", data, "--mapping", "zhiyuanhui", "--as-of", "2023-06-25", "--format", "json"
    )
    assert amounts(result, "labour")["20220101"] == "4"
    assert codes(result) == []


def test_qingniandaxuexi(folder: Any, cli: Cli) -> None:
    """Of eleven lessons 11 are 100 %: 40 hours; 10 are 90.9 %: 20; 9 are 81.8 %: nothing."""
    done = {"2022010101许知意": 11, "童嘉禾": 10, "2022010103": 9}
    rows = [
        f"2023年第{number + 1}期,高校,上饶职业技术学院,旅游学院,旅游管理2201班,{who},{day} 20:10:05"
        for number, day in enumerate(date(2023, 9, 11) + timedelta(7 * n) for n in range(11))
        for who, lessons in done.items()
        if number < lessons
    ]
    text = "“青年大学习”学习记录,,,,,,\n课程,系统,学校,学院,班级,学号/卡号/工号,学习时间\n" + "\n".join(
        [*rows, rows[0]]
    )
    folder("gb18030", 学习记录=text + "\n导出时间：2024-01-20\n")
    data = folder(学生=SHANGRAO, 在籍学期=enrolled(SHANGRAO, "2023-2024-1"))
    result = cli("run", "shangrao", "--data", data, "--mapping", "qingniandaxuexi", "--format", "json")
    assert amounts(result, "learning_hours", "2023-2024-1") == {
        "2022010101": "40", "2022010102": "20", "2022010103": "0",
    }  # fmt: skip
    assert rows_of(result, "activity") == [
        ("3", "2022010101", "counted", "40"), ("4", "2022010102", "counted", "20"), ("5", "2022010103", "void", ""),
    ]  # fmt: skip
    assert codes(result) == ["CR670", "CR672", "CR673"]
    (counted,) = [row["message"] for row in result["issues"] if row["code"] == "CR673"]
    assert "2023-2024-1: 11" in counted


def test_pu(folder: Any, cli: Cli) -> None:
    """An activity of the Party or the League: 2 hours each, whatever the platform's points; a workbook with a title."""
    book = openpyxl.Workbook()
    page = book.active
    for row in (
        ["“请党放心、强国有我”主题团课"], ["排名", "姓名", "学号", "分数"], [1, "许知意", "2022010101", 2],
        [2, "童嘉禾", "", 2], [3, "周无名", "", 2],
    ):  # fmt: skip
        page.append(row)
    page.merge_cells("A1:D1")
    data = folder(学生=SHANGRAO, 在籍学期=enrolled(SHANGRAO, "2023-2024-1"))
    book.save(data / "PU 党团主题教育活动 2023-10-08.xlsx")
    result = cli("run", "shangrao", "--data", data, "--mapping", "pu", "--format", "json")
    assert amounts(result, "learning_hours", "2023-2024-1") == {"2022010101": "2", "2022010102": "2"}
    assert codes(result) == ["CR670", "CR682"]


def test_pu_contest(folder: Any, cli: Cli) -> None:
    """A school contest: ranks 1 to 3 are a first prize, 0.5; 4 to 6 a second, 0.4; 7 to 9 a third, 0.3; no more."""
    ranking = """“学宪法 讲宪法”知识竞赛排名,,,
排名,姓名,学号,分数
1,陈思远,2024010101,98
5,刘雨桐,2024010102,90.5
9,王浩然,2024010103,88
12,赵一鸣,2024010104,80
"""
    data = folder(学生=HENGYANG, 在籍学期=enrolled(HENGYANG, "2024-2025-1"), **{"PU 校级 知识竞赛 2024-10-20": ranking})
    result = cli("run", "hengyang", "--data", data, "--mapping", "pu_contest", "--format", "json")
    assert rows_of(result, "activity") == [
        ("3", "2024010101", "counted", "0.5"), ("4", "2024010102", "counted", "0.4"),
        ("5", "2024010103", "counted", "0.3"), ("6", "2024010104", "void", ""),
    ]  # fmt: skip
    assert codes(result) == ["CR670"]


ZHENGFANG = {
    "codes": """xh,xm,xnm,xqm,kcmc,kcxzmc,xf,xmcj
2022010101,许知意,2023,3,导游实务,专业必修课,4,81
2022010102,童嘉禾,2023,3,导游实务,专业必修课,4,55
2022010103,程予安,2023,12,书法鉴赏,公选课,2,良好
2022010103,程予安,2023,3,导游实务,专业必修课,4,缓考
2022010102,童嘉禾,2023,3,大学英语（三）,公共必修,4,缺考
""",
    "parts": """2023-2024学年成绩明细,,,,,,,,
学号,姓名,学年,学期,课程名称,课程性质,学分,成绩,成绩分项
2022010101,许知意,2023-2024,3,导游实务,专业必修课,4,95,【平时(30%)】
2022010101,许知意,2023-2024,3,导游实务,专业必修课,4,75,【期末(70%)】
2022010101,许知意,2023-2024,3,导游实务,专业必修课,4,81,【总评】
2022010102,童嘉禾,2023-2024,3,导游实务,专业必修课,4,55,【总评】
2022010103,程予安,2023-2024,12,书法鉴赏,公共选修课,2,良好,【总评】
2022010103,程予安,2023-2024,3,导游实务,专业必修课,4,缓考,【总评】
""",
    "makeup": """学号,姓名,学年,学期,课程名称,课程性质,学分,成绩,考试性质
2022010101,许知意,2023-2024学年,第一学期,导游实务,专业必修课,4,50,正常考试
2022010101,许知意,2023-2024学年,第一学期,导游实务,专业必修课,4,62,补考一
2022010102,童嘉禾,2023-2024学年,第一学期,导游实务,专业必修课,4,50,正常考试
2022010102,童嘉禾,2023-2024学年,第一学期,导游实务,专业必修课,4,55,补考一
2022010103,程予安,2023-2024学年,第二学期,书法鉴赏,公共选修课,2,40,正常考试
2022010103,程予安,2023-2024学年,第二学期,书法鉴赏,公共选修课,2,70,补考一
2022010103,程予安,2023-2024学年,第二学期,茶艺,公共选修课,2,70,正常考试
""",
    "other name": """学号,姓名,学年,学期,课程名称,课程性质,学分,成绩,成绩性质,成绩备注,课程标记,学生标记,是否成绩作废
2022010101,许知意,2023-2024,1,导游实务,专业必修课,4,52,正常考试,,主修,,否
2022010101,许知意,2023-2024,1,导游实务,专业必修课,4,65,补考一,,主修,,否
2022010102,童嘉禾,2023-2024,1,导游实务,专业必修课,4,90,正常考试,作弊,主修,,否
2022010102,童嘉禾,2023-2024,1,大学英语,公共必修课,3,88,正常考试,,主修,,是
2022010102,童嘉禾,2023-2024,1,高等数学,公共必修课,2,88,正常考试,,主修,,否
2022010103,程予安,2023-2024,2,剪纸艺术,公共选修课,2,50,正常考试,,主修,,否
2022010103,程予安,2023-2024,2,剪纸艺术,公共选修课,2,66,补考一,,主修,,否
""",
    "columns": """学号,姓名,学年,学期,课程名称,课程性质,学分,绩点,成绩,辅修标记,补考成绩,重修成绩,学院名称,备注,重修标记
2022010101,许知意,2023-2024,1,高等数学,公共必修课,4.0,0.00,52,0,65,,旅游学院,,0
2022010101,许知意,2023-2024,1,大学英语,公共必修课,3.0,3.00,80,0,,,旅游学院,,0
2022010101,许知意,2023-2024,2,离散数学,公共必修课,3.0,0.00,41,0,47,72,旅游学院,,1
2022010102,童嘉禾,2023-2024,2,离散数学,公共必修课,3.0,3.00,85,0,,,旅游学院,作弊,0
2022010103,程予安,2023-2024,2,离散数学,公共必修课,3.0,0.00,45,0,不及格,良好,旅游学院,,1
""",
}


@pytest.mark.parametrize(("export", "wanted"), [
    ("codes", {"2022010101": "4", "2022010102": "0", "2022010103": "2.0 … 6.0"}),
    ("parts", {"2022010101": "4", "2022010102": "0", "2022010103": "2.0 … 6.0"}),
    ("makeup", {"2022010101": "4", "2022010102": "0", "2022010103": "2"}),
    ("other name", {"2022010101": "4", "2022010102": "2", "2022010103": "0"}),
    ("columns", {"2022010101": "10", "2022010102": "0", "2022010103": "3"}),
])  # fmt: skip
def test_zhengfang(folder: Any, cli: Cli, export: str, wanted: dict[str, str]) -> None:
    """Passed from 60; required courses by a makeup, electives not; words are grades, 缓考 is none yet, 缺考 a fail."""
    semesters = enrolled(SHANGRAO, "2023-2024-1", "2023-2024-2")
    data = folder(学生=SHANGRAO, 在籍学期=semesters, 成绩导出=ZHENGFANG[export])
    result = cli("run", "shangrao", "--data", data, "--mapping", "zhengfang", "--format", "json")
    found = amounts(result, "courses")
    assert {student: plain(amount) for student, amount in found.items()} == {
        student: plain(amount) for student, amount in wanted.items()
    }
    assert [code for code in codes(result) if code not in ("CR670", "CR689")] == []


@pytest.mark.parametrize(("column", "text"), [
    ("考试性质", "补考二"), ("成绩备注", "转学认定"), ("课程标记", "辅修"), ("辅修标记", "1"),
])  # fmt: skip
def test_zhengfang_guesses_at_no_text(folder: Any, cli: Cli, column: str, text: str) -> None:
    """What the mapping does not know makes an invalid record, which stays in the equation."""
    export = (
        f"学号,学年,学期,课程名称,课程性质,学分,成绩,{column}\n2022010101,2023-2024,1,导游实务,专业必修课,4,90,{text}\n"
    )
    data = folder(学生=SHANGRAO, 在籍学期=enrolled(SHANGRAO, "2023-2024-1"), 成绩=export)
    result = cli("run", "shangrao", "--data", data, "--mapping", "zhengfang", "--format", "json")
    assert rows_of(result, "course") == [("2", "2022010101", "invalid", "")]
    assert codes(result) == ["CR647"]


def plain(amount: str) -> str:
    """An amount without decimals that say nothing."""
    return " … ".join(part.rstrip("0").rstrip(".") if "." in part else part for part in amount.split(" … "))


def test_campus_list(folder: Any, cli: Cli) -> None:
    """2 hours each by the regulation, whatever the list says; without a number, by name and class."""
    listed = """序号,学号,姓名,班级,学时
1,2022010101,许知意,旅游管理2201班,2
2,,童嘉禾,旅游管理2201班,2
3,2022010103,程予安,旅游管理2201班,4
合计,,,,8
"""
    data = folder(学生=SHANGRAO, 在籍学期=enrolled(SHANGRAO, "2023-2024-1"), **{"党团主题教育活动 2023.10.8": listed})
    result = cli("run", "shangrao", "--data", data, "--mapping", "campus_list", "--format", "json")
    assert amounts(result, "learning_hours", "2023-2024-1") == {"2022010101": "2", "2022010102": "2", "2022010103": "2"}
    assert codes(result) == ["CR672"]


@pytest.mark.parametrize(("name", "amount"), [("校级 学术讲座 2024-10-08", "0.2"), ("院级_学术讲座_20241008", "0.1")])
def test_sign_in_list(folder: Any, cli: Cli, name: str, amount: str) -> None:
    """A lecture: 0.2 at school level, 0.1 at college level."""
    listed = "学术讲座签到表,,\n姓名,班级,签名\n陈思远,软件技术2401班,\n刘雨桐,软件技术2401班,\n"
    data = folder(学生=HENGYANG, 在籍学期=enrolled(HENGYANG, "2024-2025-1"), **{name: listed})
    result = cli("run", "hengyang", "--data", data, "--mapping", "sign_in_list", "--format", "json")
    assert rows_of(result, "activity") == [
        ("3", "2024010101", "counted", amount),
        ("4", "2024010102", "counted", amount),
    ]
    assert codes(result) == ["CR670"]


def test_several_mappings_read_one_folder(folder: Any, cli: Cli) -> None:
    """Each sheet by the rule that fits it."""
    listed = "学号,姓名,学时\n2022010101,许知意,2\n"
    sheets = {"学生": SHANGRAO, "在籍学期": enrolled(SHANGRAO, "2023-2024-1"), "成绩": ZHENGFANG["codes"]}
    data = folder(**sheets, **{"党团主题教育活动 2023-10-08": listed})
    words = ["--mapping", "zhengfang", "--mapping", "campus_list", "--mapping", "pu", "--mapping", "qingniandaxuexi"]
    result = cli("run", "shangrao", "--data", data, *words, "--format", "json")
    assert amounts(result, "courses")["2022010101"] == "4"
    assert amounts(result, "learning_hours", "2023-2024-1")["2022010101"] == "2"
    assert len([row for row in result["manifest"] if row["entry"] == "mapping"]) == 4
