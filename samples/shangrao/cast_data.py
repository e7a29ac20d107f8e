"""Students whose data ask something of the program: cells, codes, dates, record numbers, owners, cohorts."""

from datetime import date
from typing import Any

from samples.sample_book import Row
from samples.shangrao.cast_credits import exactly_130
from samples.shangrao.life import Life
from samples.shangrao.ordinary import certificates, conduct, enough, housing, internship, studies, trainings
from samples.shangrao.plans import MAJOR, Course


def messy(life: Life) -> None:
    """Whatever cells can hold: unlisted items, misspellings, full-width digits, dates that are none, blanks.

    The second term has little that can be read, and so too few hours.
    """
    life.steady = True
    housing(life)
    studies(life)
    trainings(life)
    certificates(life)
    internship(life)
    conduct(life)
    for semester in (0, 2, 3, 4, 5):
        exactly_130(life, semester)
    life.leaves_with_certificate(5)
    did = life.did
    for item, content in (
        ("剧本杀社交之夜", "没有列入认定表"), ("青年大学习积分", "项目名写错"), ("志愿服务时长", "项目名写错"),
        ("", "项目未填"),
    ):  # fmt: skip
        did(item, life.day(1, 6, 5), hours=5, content=content)
    did("志愿服务", life.day(1, 7, 5), hours="２０．５", content="全角数字")
    did("志愿服务", life.day(1, 8, 5), hours="二十小时", content="汉字数字")
    did("志愿服务", life.day(1, 9, 5), hours="-5", content="负数")
    did("志愿服务", life.day(1, 10, 5), hours="10.125", content="小数位过多")
    did("志愿服务", life.day(1, 11, 5), content="时长未填")
    did("青年大学习", life.day(2, 17, 4), completion="百分之九十八")
    did("青年大学习", life.day(2, 18, 4), completion="98%")
    did("演讲比赛", life.day(2, 9, 4), level="校极", award="一等奖", content="级别写错")
    did("演讲比赛", life.day(2, 10, 4), level="校级", award="特等奖", content="表中没有的奖次")
    did("党团主题教育活动", life.day(2, 11, 4), approved="通过", content="是否写成别的词")
    did("党团主题教育活动", life.day(2, 12, 4), semester="2025-2026学年第一学期", content="学年学期写全称")
    did("党团主题教育活动", life.day(2, 13, 4), semester="2025-2026-3学期", content="学期不存在")
    did("球赛", life.day(2, 14, 4), level="校级", award="一等奖", collective=True, place="第一", content="排位写成汉字")

    def dated(text: str, content: str, at: date) -> None:
        life.book.add("activity", life.number, at, item="党团主题教育活动", on=text, content=content)

    dated("２０２５－０３－１８", "全角日期", date(2025, 3, 18))
    dated("2025年3月25日", "中文日期", date(2025, 3, 25))
    dated("2025/4/1", "斜线日期", date(2025, 4, 1))
    dated("2025-02-30", "没有这一天", date(2025, 2, 28))
    dated("2025-04-08 19:30", "日期带时刻", date(2025, 4, 8))
    dated("四月十五日", "不是日期", date(2025, 4, 15))
    dated("", "日期未填", date(2025, 4, 16))
    dated("2022-05-10", "早于校历", date(2022, 5, 10))
    dated("2029-03-01", "晚于校历", date(2029, 3, 1))
    dated("2024-05-20", "入学以前", date(2024, 5, 20))
    dated("2027-09-15", "离校以后", date(2027, 9, 15))
    dated("2027-11-20", "统计截止日以后", date(2027, 11, 20))
    courses(life)
    life.broke("挖野菜", life.day(3, 7, 3))
    life.broke("旷课", life.day(3, 8, 3), quantity="-1")
    life.broke("旷课", life.day(3, 9, 3), quantity="两节")
    life.broke("打架", life.day(3, 10, 3), points_decided="四分")
    life.broke("事假", life.day(3, 11, 3), days=1, occasion="私事")
    life.broke("晚归", life.day(3, 12, 3), approved="已确认")
    life.earned("舍己救人", life.day(3, 7, 3))
    life.earned("班干部", life.day(3, 18, 3), "10分")
    life.interned(life.day(5, 17, 4), "16", months="四")
    life.vetoed(3, life.last_day(3), approved="待定")
    life.replaces("大学英语（一）", "-1", life.day(4, 4, 2))
    life.replaces("大学英语（二）", "1", life.day(4, 5, 2), course_type="选修课")
    life.lives_in(life.day(3, 5, 2), " ")


def courses(life: Life) -> None:
    """Cells of courses that nobody can read."""

    def course(name: str, **cells: Any) -> None:
        life.took(3, Course(MAJOR, name, 32, 2), **cells)

    course("直播脚本策划", score="８５")
    course("品牌故事", score="105")
    course("仓储实务", score="缺考")
    course("包装设计", score="", grade="免考")
    course("选品实务", score=80, origin="网上")
    life.took(3, Course("任选课", "海报设计", 32, 2), score=80)
    life.took(3, Course(MAJOR, "店铺装修", 0, 2), score=80, hours="三十二")


def duplicates(life: Life) -> None:
    """Record numbers that come twice, and records of students whom nobody knows."""
    enough(life)

    def again(kind: str, row: Row) -> None:
        cells = {name: value for name, value in row.items() if not name.startswith("_") and name != "student_id"}
        life.book.add(kind, life.number, row["_at"], row, **cells)

    on = life.day(3, 6, 2)
    again("activity", life.did("党团主题教育活动", on, content="防范电信诈骗主题班会"))
    again("violation", life.broke("迟到", life.day(3, 8, 2)))
    again("course", life.took(3, Course("公共选修课", "合唱与指挥", 32, 2), score=90))
    lost = life.number[:-2] + "99"
    wide = life.number.translate({code: code + 0xFEE0 for code in range(48, 58)})
    for number, week in ((lost, 4), (lost, 5), (life.number.replace("0", "O", 1), 6), (wide, 7), ("", 8)):
        on = life.day(3, week, 3)
        life.book.add("activity", number, on, item="党团主题教育活动", on=on, content="学号有误")
    on = life.day(3, 9, 2)
    life.book.add("violation", lost, on, item="晚归", on=on)
    life.book.add("merit", lost, on, item="好人好事", on=on)
    life.book.add("residence", lost, on, on=on, room=life.room(1))
    life.book.add(
        "course", lost, on, item="公共必修课", semester=life.semester(3), course="大学英语（二）", hours=64, score=70
    )
    for number in (lost, life.number):
        life.book.add("enrolment", number, on, semester=life.semester(3))
    life.book.add("replacement", lost, on, on=on, credits=1)
    life.book.add("diploma_request", lost, on, on=on)


def earlier(life: Life) -> None:
    """Entered in 2021: the regulations do not apply, all records are out of scope."""
    life.terms = life.enrolled = [0, 1, 2, 3]
    life.finals = [3]
    life.lives_in(life.first_day(0), life.room(1))
    for semester in (0, 1, 2):
        life.league_study(semester)
        life.volunteers(semester, 20)
        for course in life.plan[semester + 2][-3:]:
            life.took(semester, course)
    life.broke("迟到", life.day(1, 5, 2))
    life.earned("无偿献血", life.day(1, 9, 2))
    life.achieved("导游资格证", life.day(2, 14, 4), qualification="初级")
    life.interned(life.day(3, 16, 4), "16")
