"""The students of the sample: each story shows some lines of the notice, on both sides of their limits."""

from datetime import date, timedelta
from typing import Any, Final

from samples.volunteer_hours.life import Life
from samples.volunteer_hours.words import OUTSIDE

YES: Final = True
NO: Final = False


def ordinary(life: Life) -> None:
    """A profile that is right from the start, and an afternoon now and then."""
    life.registered()
    life.signs_in(life.chance.randrange(18, 26))
    if life.odds(60):
        on = date(2022, 10, 1) + timedelta(life.chance.randrange(200))
        life.backfilled(on, on + timedelta(life.chance.randrange(2, 28)), "2", "3", "3")
    if life.odds(50):
        on = date(2023, 1, 10) + timedelta(life.chance.randrange(30))
        life.guaranteed(on, "6", life.chance.choice(OUTSIDE))


def model(life: Life) -> None:
    """Everything in order."""
    life.profile(date(2020, 9, 12))
    life.signs_in(26)
    life.backfilled(date(2022, 11, 5), date(2022, 11, 20), "3", "3", "3")
    life.guaranteed(date(2023, 1, 18), "8", OUTSIDE[1])


# ---- profiles
def second_try(life: Life) -> None:
    """The profile is not right on the 22nd, and mended in time for the 28th."""
    life.profile(date(2020, 9, 13))
    life.signs_in(8, until=date(2022, 8, 20))
    life.profile(date(2022, 10, 8), number=NO)
    life.signed_in(date(2022, 10, 9), "2")
    life.signed_in(date(2022, 10, 22), "3")
    life.signed_in(date(2022, 10, 23), "4")
    life.profile(date(2022, 10, 25))
    life.profile(date(2023, 2, 22), joined=NO)
    life.signed_in(date(2023, 2, 18), "2")
    life.profile(date(2023, 2, 23))
    life.signs_in(8, date(2022, 11, 1))


def mended_too_late(life: Life) -> None:
    """Mended on the 29th: the batch of that month is lost, the next one is not."""
    life.profile(date(2020, 9, 15))
    life.signs_in(6, until=date(2022, 8, 25))
    life.profile(date(2022, 11, 3), school=NO, number=NO)
    life.signed_in(date(2022, 11, 4), "3")
    life.signed_in(date(2022, 11, 19), "2.5")
    life.signed_in(date(2022, 11, 23), "2")
    life.profile(date(2022, 11, 29))
    life.signs_in(9, date(2022, 11, 30))


def last_days(life: Life) -> None:
    """Mended on the 22nd itself, and on the 28th itself."""
    life.profile(date(2020, 9, 20), number=NO)
    life.signs_in(4, until=date(2022, 8, 1))
    life.profile(date(2022, 8, 22))
    life.profile(date(2022, 9, 10), joined=NO)
    life.signed_in(date(2022, 9, 17), "4")
    life.profile(date(2022, 9, 22))
    life.profile(date(2022, 12, 1), school=NO)
    life.signed_in(date(2022, 12, 3), "2")
    life.signed_in(date(2022, 12, 22), "1.5")
    life.signed_in(date(2022, 12, 23), "1")
    life.profile(date(2022, 12, 28))
    life.signs_in(7, date(2023, 1, 1))


def left_organisation(life: Life) -> None:
    """In no organisation of the school from March to May."""
    life.profile(date(2020, 10, 8))
    life.signs_in(10, until=date(2023, 2, 20))
    life.profile(date(2023, 3, 1), joined=NO)
    for month, day, hours in ((3, 4, "2"), (3, 18, "3"), (4, 2, "2"), (4, 15, "4"), (5, 6, "2")):
        life.signed_in(date(2023, month, day), hours)
    life.profile(date(2023, 5, 20))
    life.signs_in(3, date(2023, 5, 23))


def mistyped(life: Life) -> None:
    """The number of another student until the profile is mended; two changes on one day."""
    life.profile(date(2020, 11, 2), number=NO)
    life.signs_in(9, date(2022, 3, 1), date(2023, 1, 30))
    life.profile(date(2023, 2, 3), school=NO, number=NO)
    life.profile(date(2023, 2, 3))
    life.signs_in(8, date(2023, 2, 4))


def nobody(life: Life) -> None:
    """No profile at all."""
    life.signs_in(12)


def still_open(life: Life) -> None:
    """What the 28th of June 2023 will decide."""
    life.registered()
    life.signs_in(12, until=date(2023, 5, 20))
    life.profile(date(2023, 6, 1), number=NO)
    life.signed_in(date(2023, 6, 3), "2")
    life.signed_in(date(2023, 6, 22), "3")
    life.signed_in(date(2023, 6, 23), "4")
    life.signed_in(date(2023, 6, 25), "1")
    life.signed_in(date(2023, 6, 26), "2")


# ---- batches
def collective_in_time(life: Life) -> None:
    """Mended on 22 August 2022: all since entry is converted on the 25th, hours of the 23rd to the 25th with it."""
    life.profile(date(2021, 3, 1), joined=NO, number=NO)
    life.signs_in(12, date(2020, 9, 20), date(2022, 8, 20))
    life.profile(date(2022, 8, 22))
    for day, hours in ((22, "2"), (23, "2"), (25, "3"), (26, "4"), (31, "1")):
        life.signed_in(date(2022, 8, day), hours)
    life.signs_in(5, date(2022, 9, 23))


def collective_late(life: Life) -> None:
    """Mended on 23 August 2022: what was recorded until the 25th is lost."""
    life.profile(date(2020, 12, 1), school=NO)
    life.signs_in(10, date(2020, 12, 5), date(2022, 8, 22))
    life.signed_in(date(2022, 8, 25), "3")
    life.profile(date(2022, 8, 23))
    life.signed_in(date(2022, 8, 26), "2")
    life.signs_in(6, date(2022, 9, 1))


def unknown_entry(life: Life) -> None:
    """The day of entry is not told: it is not checked."""
    life.profile(date(2021, 1, 5))
    life.signed_in(date(2019, 8, 20), "2")
    life.signs_in(12, date(2021, 1, 6))


def before_entry(life: Life) -> None:
    """Hours from before entry do not come in with the collective conversion; later ones are not asked about it."""
    entered = life.school_class.entered_on
    life.profile(date(2022, 8, 20))
    life.signed_in(date(2021, 7, 10), "5")
    life.signed_in(date(2022, 8, 24), "3")
    life.signed_in(date(2022, 8, 28), "2")
    life.signed_in(entered, "1")
    life.signs_in(8, entered + timedelta(3))


def converted_before(life: Life) -> None:
    """What was converted before is not converted again."""
    life.profile(date(2019, 10, 10))
    for month in (3, 4, 5, 6):
        life.signed_in(date(2021, month, 12), "2", converted_before=YES)
    life.signs_in(10, date(2021, 9, 1), date(2022, 8, 10))
    life.signs_in(4, date(2022, 9, 5))


def turn_of_month(life: Life) -> None:
    """Days around the 22nd, over the turn of the year and at the end of February."""
    life.registered()
    for year, month, day in (
        (2022, 9, 21), (2022, 9, 22), (2022, 9, 23), (2022, 9, 30), (2022, 10, 1), (2022, 12, 22), (2022, 12, 23),
        (2022, 12, 31), (2023, 1, 1), (2023, 1, 22), (2023, 1, 31), (2023, 2, 22), (2023, 2, 23), (2023, 2, 28),
    ):  # fmt: skip
        life.signed_in(date(year, month, day), "1")
    life.signs_in(4, date(2023, 3, 1))


# ---- backfill of activities of the platform
def one_month(life: Life) -> None:
    """Filed on the last day and the day after, at ends of months; days that are not told."""
    life.registered()
    life.signs_in(6)
    for ended, filed in (
        (date(2022, 9, 30), date(2022, 10, 30)), (date(2022, 9, 29), date(2022, 10, 30)),
        (date(2022, 10, 31), date(2022, 11, 30)), (date(2022, 10, 30), date(2022, 12, 1)),
        (date(2023, 1, 31), date(2023, 2, 28)), (date(2023, 1, 30), date(2023, 3, 1)),
        (date(2023, 3, 15), date(2023, 4, 15)), (date(2023, 3, 16), date(2023, 4, 17)),
    ):  # fmt: skip
        life.backfilled(ended, filed, "2", "2", "2")
    life.backfilled(date(2023, 4, 20), None, "2", "2", "2", on=date(2023, 6, 10))
    life.backfilled(date(2023, 4, 21), date(2023, 6, 9), "2", "2", "2", ended_on="", activity="HD20230421-20")


def year_2021(life: Life) -> None:
    """Activities of 2021 until 6 April 2022; those of 2022 within a month as ever."""
    life.registered()
    life.signs_in(7)
    for ended, filed in (
        (date(2021, 10, 1), date(2022, 4, 6)), (date(2021, 10, 2), date(2022, 4, 7)),
        (date(2021, 12, 31), date(2022, 4, 1)), (date(2022, 1, 1), date(2022, 2, 1)),
        (date(2022, 1, 2), date(2022, 4, 6)),
    ):  # fmt: skip
        life.backfilled(ended, filed, "3", "3", "3")


def over_hours(life: Life) -> None:
    """More than was worked, more than those have who signed in, exactly as much, with hours signed in before."""
    life.registered()
    life.signs_in(6)
    day = date(2022, 10, 8)
    for hours, signed, normal, worked in (
        ("3", "", "3", "3"), ("4", "", "3", "5"), ("4", "", "5", "3.5"), ("2", "1", "3", "3"), ("2.5", "1", "3", "4"),
        ("3", "2", "4", "4"), ("0.5", "0", "0.5", "4"), ("2", "5", "4", "6"),
    ):  # fmt: skip
        life.backfilled(day, day + timedelta(5), hours, normal, worked, signed_hours=signed)
        day += timedelta(7)


def shared_activity(life: Life) -> None:
    """Several backfills, and hours signed in, of one activity: together no more than one may have."""
    life.registered()
    life.signs_in(6)
    for hours, filed in (("2", 11), ("2", 13), ("1", 20)):
        life.backfilled(date(2023, 3, 10), date(2023, 3, filed), hours, "4", "5", activity="HD20230310-20")
    life.signed_in(date(2023, 4, 8), "1.5", "HD20230408-21")
    life.backfilled(date(2023, 4, 8), date(2023, 4, 10), "2", "3", "3", activity="HD20230408-21")
    life.backfilled(date(2023, 4, 8), date(2023, 4, 12), "1", "3", "3", activity="HD20230408-21")
    life.backfilled(date(2023, 5, 6), date(2023, 5, 8), "1", "3", "3", activity="HD20230506-21")
    life.signed_in(date(2023, 5, 12), "2.5", "HD20230506-21")


def full_hours(life: Life) -> None:
    """An activity with all its hours on the platform takes no backfill and no letter."""
    life.registered()
    life.signs_in(8)
    life.signed_in(date(2022, 11, 12), "4", "HD20221112-22")
    life.backfilled(date(2022, 11, 12), date(2022, 11, 15), "1", "4", "4", activity="HD20221112-22")
    life.signed_in(date(2023, 3, 25), "3", "HD20230325-22")
    life.backfilled(date(2023, 3, 25), date(2023, 3, 28), "1", "4", "4", activity="HD20230325-22")
    life.signed_in(date(2023, 4, 22), "3", "HD20230422-22")
    life.guaranteed(date(2023, 4, 29), "3", "博物馆讲解", activity="HD20230422-22")


def hours_unknown(life: Life) -> None:
    """Hours worked, or hours of those who signed in, are not told: pending."""
    life.registered()
    life.signs_in(8)
    life.backfilled(date(2022, 11, 5), date(2022, 11, 8), "2", None, "2")
    life.backfilled(date(2022, 11, 6), date(2022, 11, 8), "2", "3", None)
    life.backfilled(date(2022, 11, 7), date(2022, 11, 9), "2", None, None)
    life.backfilled(date(2022, 11, 10), date(2022, 11, 12), "2", "2", "2", activity=" ")
    life.backfilled(date(2022, 11, 11), date(2022, 11, 14), "2", "2", "2", own_level=NO)
    life.backfilled(date(2022, 11, 12), date(2022, 11, 15), "2", "2", "2", approved=NO)


# ---- letters of guarantee
def letters(life: Life) -> None:
    """Paid work, work of a post, practice that earns credit, activities of the platform: no letter."""
    life.registered()
    life.signs_in(8)
    day = date(2022, 10, 15)
    for cells in (
        {}, {"paid": YES}, {"post": YES}, {"practice_credit": YES}, {"on_platform": YES},
        {"paid": NO, "post": NO, "practice_credit": NO}, {"used_elsewhere": YES},
    ):  # fmt: skip
        life.guaranteed(day, "5", life.chance.choice(OUTSIDE), **cells)
        day += timedelta(16)


def guarantee_refused(life: Life) -> None:
    """Without a stamp, turned down, and then another letter with the same number, which is in order."""
    life.registered()
    life.signs_in(9)
    life.guaranteed(date(2022, 12, 3), "4", OUTSIDE[0], sealed=NO, evidence="DB2022-118")
    life.guaranteed(date(2022, 12, 10), "4", OUTSIDE[0], approved=NO, evidence="DB2022-118")
    life.guaranteed(date(2022, 12, 17), "4", OUTSIDE[0], evidence="DB2022-118")
    life.guaranteed(date(2023, 1, 7), "4", OUTSIDE[0], evidence="DB2022-118")


def in_review(life: Life) -> None:
    """Waiting for the platform, questioned, found to be wrong."""
    life.registered()
    life.signs_in(8)
    life.guaranteed(date(2023, 2, 11), "6", OUTSIDE[4], challenge="查实违规")
    life.guaranteed(date(2023, 3, 11), "6", OUTSIDE[3], challenge="核查中")
    life.guaranteed(date(2023, 4, 8), "6", OUTSIDE[2], challenge="无")
    life.guaranteed(date(2023, 6, 20), "3", OUTSIDE[1], under_review=YES, evidence="DB2023-040")
    life.guaranteed(date(2023, 6, 21), "3", OUTSIDE[1], evidence="DB2023-040")


def evidence(life: Life) -> None:
    """One proof for several records, of both ways to add hours."""
    life.registered()
    life.signs_in(8)
    life.guaranteed(date(2022, 11, 1), "4", OUTSIDE[3], evidence="DB2022-077")
    life.guaranteed(date(2022, 11, 15), "4", OUTSIDE[3], evidence="DB2022-077")
    life.backfilled(date(2022, 12, 3), date(2022, 12, 5), "2", "2", "2", evidence="DB2022-077")
    life.backfilled(date(2022, 12, 10), date(2022, 12, 12), "2", "2", "2", evidence="ZM2022-310")
    life.guaranteed(date(2022, 12, 20), "2", OUTSIDE[0], evidence="ZM2022-310")
    life.guaranteed(date(2022, 12, 21), "2", OUTSIDE[0], evidence="")
    life.guaranteed(date(2022, 12, 22), "2", OUTSIDE[0], evidence="")


def evidence_again(life: Life) -> None:
    """A proof that earned nothing is not used up; one of hours that could not be converted is."""
    life.registered()
    life.signs_in(7)
    life.backfilled(date(2022, 10, 1), date(2022, 11, 2), "2", "2", "2", evidence="ZM2022-401")
    life.backfilled(date(2022, 10, 15), date(2022, 11, 3), "2", "2", "2", evidence="ZM2022-401")
    life.signed_in(date(2022, 11, 19), "3", "HD20221119-23")
    cells: dict[str, Any] = {"evidence": "ZM2022-402", "activity": "HD20221119-23"}
    life.backfilled(date(2022, 11, 19), date(2022, 11, 20), "1", "3", "3", **cells)
    life.backfilled(date(2022, 11, 26), date(2022, 11, 28), "1", "3", "3", evidence="ZM2022-402")
    life.profile(date(2023, 3, 1), number=NO)
    life.guaranteed(date(2023, 3, 10), "4", OUTSIDE[0], evidence="DB2023-009")
    life.profile(date(2023, 4, 1))
    life.guaranteed(date(2023, 4, 10), "4", OUTSIDE[0], evidence="DB2023-009")


# ---- data
def messy(life: Life) -> None:
    """Whatever cells can hold."""
    life.registered()
    life.signs_in(6)

    def dated(text: str, content: str, at: date) -> None:
        cells: dict[str, Any] = {"item": "信用时长", "on": text, "hours": "2", "content": content}
        life.book.add("service", life.number, at, **cells)

    dated("２０２２－１０－１８", "全角日期", date(2022, 10, 18))
    dated("2022年10月19日", "中文日期", date(2022, 10, 19))
    dated("2022/10/20", "斜线日期", date(2022, 10, 20))
    dated("2022-11-31", "没有这一天", date(2022, 11, 30))
    dated("2022-12-01 09:30", "日期带时刻", date(2022, 12, 1))
    dated("十二月", "不是日期", date(2022, 12, 2))
    dated("", "日期未填", date(2022, 12, 3))
    on = date(2023, 2, 10)
    for hours, content in (
        ("２", "全角数字"), ("两小时", "汉字数字"), ("-2", "负数"), ("", "时长未填"), ("0", "零小时"),
        ("2.125", "小数位过多"),
    ):  # fmt: skip
        life.book.add("service", life.number, on, item="信用时长", on=on, hours=hours, content=content)
    for item in ("荣誉时长", "信用时常", "公益时长", ""):
        life.recorded(item, on, "2", content="时长类型")
    life.guaranteed(on, "3", "是否写成别的词", approved="通过")
    life.guaranteed(on, "3", "质疑写成别的词", challenge="有人举报")
    life.book.add("profile", life.number, on, on=on, joined="加入了", school_right=YES, number_right=YES)
    life.book.add("profile", life.number, on, on="2023-02-30", joined=NO, school_right=NO, number_right=NO)


def duplicates(life: Life) -> None:
    """A record number twice; numbers of students that nobody has."""
    life.registered()
    life.signs_in(8)
    first = life.signed_in(date(2022, 11, 5), "2")
    on = date(2022, 11, 6)
    life.book.add("service", life.number, on, first, item="信用时长", on=on, hours="3", content="编号重复")
    on = date(2022, 11, 12)
    for number in ("20220499", "２０２２０４９８", "2O220402", ""):
        life.book.add("service", number, on, item="信用时长", on=on, hours="2", content="查无此人")
    life.book.add("profile", "20220499", on, on=on, joined=YES, school_right=YES, number_right=YES)
