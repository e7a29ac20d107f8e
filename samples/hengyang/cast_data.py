"""Students whose data or conversions ask something of the program: cells, codes, record numbers, limits, deadlines."""

from datetime import date, timedelta
from typing import Any

from samples.hengyang.cast_credits import ASSOCIATION
from samples.hengyang.days import SEMESTERS, day
from samples.hengyang.life import Life
from samples.hengyang.ordinary import OFFICIAL, academic, enough, moral, professional, reading, small_breaches
from samples.sample_book import Row


def messy(life: Life) -> None:
    """Whatever cells can hold: unlisted items, misspellings, full-width digits, dates that are none, blanks."""
    moral(life)
    academic(life)
    reading(life)
    professional(life)
    small_breaches(life)
    did = life.did
    did("校史馆义务讲解", day(2, 6, 5), content="校庆日讲解", days=1)
    did("剧本杀社交之夜", day(2, 7, 5), level="校级", content="一起破案")
    did("思想道德主题教育", day(3, 5, 0), role="参加活动", content="主题班会（项目名写错）")
    did("学术讲座", day(2, 5, 2), level="校极", content="级别写错")
    did("学术讲座", day(2, 8, 2), level="", content="级别未填")
    did("摄影作品", day(2, 10, 5), level="地厅级", content="奖次未填", **OFFICIAL)
    did("主题班会", day(3, 7, 0), role="", content="角色未填")
    did("社会实践", day(3, 19, 0), level="校级", content="周数未填")
    did("团校学习", day(3, 8, 5), days="２", content="全角数字")
    did("团校学习", day(4, 8, 5), days="两天", content="汉字数字")
    did("团校学习", day(4, 10, 5), days="0.125", content="小数位过多")
    did("志愿活动", day(4, 9, 5), role="参加活动", approved="通过", content="是否写成别的词")
    did("读书活动", day(4, 6, 2), None, level="校级", content="学年学期写全称", semester="2026-2027学年第一学期")
    did("读书活动", day(4, 7, 2), None, level="校级", content="学期不存在", semester="2026-2027-3学期")

    def dated(text: str, content: str, at: date) -> None:
        cells: dict[str, Any] = {"item": "学术讲座", "on": text, "level": "院级", "content": content}
        life.book.add("activity", life.number, at, **cells)

    dated("２０２５－０３－１８", "全角日期", date(2025, 3, 18))
    dated("2025年3月25日", "中文日期", date(2025, 3, 25))
    dated("2025/4/1", "斜线日期", date(2025, 4, 1))
    dated("2025-02-30", "没有这一天", date(2025, 2, 28))
    dated("2025-04-08 19:30", "日期带时刻", date(2025, 4, 8))
    dated("四月十五日", "不是日期", date(2025, 4, 15))
    dated("", "日期未填", date(2025, 4, 16))
    dated("2021-05-10", "早于校历", date(2021, 5, 10))
    dated("2029-03-01", "晚于校历", date(2029, 3, 1))
    dated("2024-05-20", "入学以前", date(2024, 5, 20))
    dated("2027-09-15", "统计截止日以后", date(2027, 9, 15))
    life.broke("上课睡觉", day(3, 8, 3))
    life.broke("旷课", day(3, 9, 3), quantity="-1")
    life.broke("晚归", day(3, 10, 3), severe="严重")
    life.made_up("参加宿舍卫生大扫除", day(3, 12, 5), "六小时")
    life.offsets(3, "德育", "1", SEMESTERS[3][2])


def prizes(life: Life) -> None:
    """Prizes as printed: third above second, first below second, placings at every border, prizes without a rate."""
    enough(life)
    for semester, award in ((0, "一等奖"), (1, "二等奖"), (2, "三等奖"), (3, "优秀奖")):
        life.did("竞赛类阅读活动", day(semester, 13, 4), level="省级", award=award, content="三湘读书月")
    for week, content in ((14, "三湘读书月征文"), (15, "三湘读书月朗诵")):
        life.did("竞赛类阅读活动", day(0, week, 4), level="省级", award="一等奖", content=content)
    rows: tuple[tuple[int, int, str, str, dict[str, Any]], ...] = (
        (1, 7, "学科竞赛", "地厅级", {"award": "一等奖", "content": "市会计技能赛"}),
        (1, 9, "学科竞赛", "地厅级", {"award": "二等奖", "content": "市电商技能赛"}),
        (2, 6, "学科竞赛", "院级", {"placing": 3, "content": "学院打字赛"}),
        (2, 7, "学科竞赛", "院级", {"placing": 4, "content": "学院珠算赛"}),
        (2, 8, "学科竞赛", "院级", {"placing": 6, "content": "学院点钞赛"}),
        (2, 9, "学科竞赛", "校级", {"placing": 9, "content": "学校直播赛"}),
        (2, 10, "学科竞赛", "校级", {"award": "优秀奖", "content": "学校英语赛"}),
        (2, 11, "学科竞赛", "校级", {"content": "学校数学赛"}),
        (3, 6, "文体竞赛", "院级", {"placing": 3, "content": "学院跳绳"}),
        (3, 7, "文体竞赛", "院级", {"placing": 6, "content": "学院拔河"}),
        (3, 8, "文体竞赛", "院级", {"placing": 9, "content": "学院羽毛球"}),
        (3, 9, "文体竞赛", "院级", {"placing": 10, "content": "学院乒乓球"}),
        (3, 10, "书画比赛", "省部级", {"award": "优秀奖", "content": "省大学生书画展"}),
        (3, 11, "书画比赛", "校级", {"award": "优秀奖", "content": "学校书画展"}),
        (3, 12, "书画比赛", "校级", {"placing": 0, "content": "名次填了零"}),
        (4, 8, "学科竞赛", "县区级", {"award": "一等奖", "content": "雁峰区技能赛"}),
    )
    for semester, week, item, level, cells in rows:
        life.did(item, day(semester, week, 5), level=level, **cells, **OFFICIAL)
    life.did("学科竞赛", day(4, 9, 5), level="国家级", award="三等奖", content="全国电商大赛", **ASSOCIATION)


def duplicates(life: Life) -> None:
    """Record numbers that come twice, and records of students whom nobody knows."""
    enough(life)

    def again(row: Row) -> None:
        cells = {name: value for name, value in row.items() if name in row and not name.startswith("_")}
        del cells["student_id"]
        kind = "violation" if "quantity" in row else "activity"
        life.book.add(kind, life.number, row["_at"], row, **cells)

    again(life.lecture(3))
    again(life.did("报告会", day(3, 6, 2), level="校级", content="优秀校友报告会", **OFFICIAL))
    again(life.broke("上课迟到", day(3, 8, 2), quantity=1))
    lost = life.number[:-2] + "99"
    wide = life.number.translate({code: code + 0xFEE0 for code in range(48, 58)})
    for number, week in ((lost, 4), (lost, 5), (life.number.replace("0", "O", 1), 6), (wide, 7), ("", 8)):
        on = day(3, week, 2)
        life.book.add("activity", number, on, item="学术讲座", on=on, level="校级", content="学号有误")
    on = day(3, 9, 2)
    life.book.add("violation", lost, on, item="晚归", on=on)
    life.book.add("enrolment", lost, day(3, 1), semester=SEMESTERS[3][0])
    life.book.add("enrolment", life.number, day(3, 1), semester=SEMESTERS[3][0])


def conversions(life: Life) -> None:
    """Conversions: out of an account, into one, week 15 and 16, one content twice, three years and a day."""
    enough(life)
    life.did("大学英语四级", day(3, 16, 5), None, exam_grade="四级", evidence=life.proof())
    to_course, certificate, training = "第二课堂活动学分转换课程学分", "技能等级证书", "培训证书"
    life.converts(to_course, "0.3", day(2, 12, 1), source="专业能力拓展类", content="大学英语")
    life.converts(to_course, "9", day(3, 12, 1), source="文化艺术与身心发展类", content="体育与健康")
    life.converts(to_course, "0.5", day(3, 13, 1), content="没有写来源")
    issued = date(2025, 1, 10)
    life.converts(certificate, "4", day(2, 15, 6), content="商务英语中级", issued_on=issued, evidence=life.proof())
    life.converts(certificate, "6", day(3, 15, 6), content="商务英语高级", issued_on=issued, evidence=life.proof())
    life.converts(certificate, "2", day(3, 16, 0), content="秘书", issued_on=issued, evidence=life.proof())
    life.converts(certificate, "3", day(3, 10, 0), content="电子商务师", issued_on=issued, evidence=life.proof())
    life.converts(certificate, "5", day(3, 11, 0), content="电子商务师", issued_on=issued, evidence=life.proof())
    life.converts("竞赛奖励", "4", day(3, 9, 2), level="省部级", content="英语口语赛", evidence=life.proof())
    life.converts("竞赛奖励", "4", day(3, 9, 3), level="校级", content="校英语口语赛", evidence=life.proof())
    filed = date(2026, 4, 15)
    life.converts(training, "2", filed, content="普通话培训", issued_on=date(2023, 4, 15), evidence=life.proof())
    life.converts(training, "2", filed, content="档案管理培训", issued_on=date(2023, 4, 14), evidence=life.proof())
    life.converts(training, "1", filed, content="外贸单证培训", evidence=life.proof())
    proof = life.proof()
    online: dict[str, Any] = {"recognised_as": "学术科技类", "evidence": proof}
    life.converts("在线课程学习证书", "0.5", day(4, 8, 1), content="数据思维", **online)
    life.converts("在线课程学习证书", "0.5", day(4, 9, 1), content="数据思维（二）", **online)
    life.converts("在线课程学习证书", "0.5", day(4, 9, 2), content="误填类别", recognised_as="跑步与阅读类")
    life.converts("自学考试", "4", day(4, 10, 1), content="英美文学", approved=False)
    life.converts("自学考试", "4", day(4, 10, 2), content="语言学概论", fraud=True)
    life.converts("自学考试", "4", None, content="学期和日期都没有填")
    life.converts("同等及以上学历的学分", "3", None, content="高级英语", semester=SEMESTERS[4][0])


def without_credits(life: Life) -> None:
    """The programme's credits are missing, so that the limits of conversion are open; what counts otherwise counts."""
    enough(life)
    life.converts(
        "国家职业资格证书", "6", day(3, 8, 2), content="导游", issued_on=date(2025, 12, 1), evidence=life.proof()
    )
    life.converts("工匠大师", "4", day(3, 9, 2), content="湘绣", evidence=life.proof())
    life.converts("低一级学历的学分", "3", day(3, 10, 2), content="中职英语", evidence=life.proof())


def limits(life: Life) -> None:
    """82 credits: certificates over a quarter (20.5), achievements over a quarter, everything over a half (41)."""
    enough(life)
    life.converts("国家职业资格证书", "8", day(1, 8, 2), content="会计专业技术初级", issued_on=date(2025, 3, 1))
    life.converts("行业证书", "7", day(2, 8, 2), content="财务数字化", issued_on=date(2025, 9, 1))
    life.converts("行业证书", "6.5", day(2, 9, 2), content="智能财税", issued_on=date(2025, 9, 8))
    life.converts("技能大师", "12", day(2, 10, 2), content="珠心算")
    life.converts("实习实践", "9", day(3, 5, 2), content="代理记账实习")
    life.converts("低一级学历的学分", "5", day(3, 6, 2), content="中职会计基础")
    life.converts("第二课堂活动学分转换课程学分", "0.5", day(3, 7, 2) + timedelta(1), source="社团活动与社会实践类")
