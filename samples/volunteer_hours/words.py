"""Names and titles, all invented: no student, organisation or activity is real."""

from datetime import date
from typing import Final, NamedTuple

from samples.sample_life import roster


class Class(NamedTuple):
    """A class: what its students have in common."""

    college: str
    name: str
    entered_on: date
    number: str


CLASSES: Final = {
    "letters19": Class("文学院", "汉语言文学1901班", date(2019, 9, 1), "201901"),
    "letters": Class("文学院", "汉语言文学2001班", date(2020, 9, 5), "202001"),
    "physics": Class("物理学院", "应用物理2101班", date(2021, 9, 4), "202102"),
    "education": Class("教育学院", "学前教育2102班", date(2021, 9, 4), "202103"),
    "maths": Class("数学学院", "数学与应用数学2201班", date(2022, 9, 3), "202204"),
}

ROSTER: Final = roster(
    """
        letters 林知夏 model
        letters 顾承宇 second_try
        letters 温书瑶 mended_too_late
        letters 陆景行 last_days
        letters 苏沐晴 left_organisation
        letters 江予安 mistyped
        letters 阿依古丽·买买提 ordinary
        letters 季晚秋 collective_in_time
        letters 程望舒 collective_late
        letters19 方子墨 unknown_entry
        letters19 夏亦凡 converted_before
        letters19 叶青禾 nobody
        physics 沈清和 turn_of_month
        physics 裴云舟 one_month
        physics 许星河 year_2021
        physics 梁思齐 over_hours
        physics 傅明朗 shared_activity
        physics 宁远舟 hours_unknown
        education 乔若溪 letters
        education 薛宛如 guarantee_refused
        education 骆佳宁 in_review
        education 卫一诺 evidence
        education 邱悦然 evidence_again
        education 贺知秋 full_hours
        education 㑇小满 ordinary
        maths 石破天 messy
        maths 唐小棠 duplicates
        maths 白露 before_entry
        maths 孟繁星 still_open
        maths 丁一 ordinary
    """
)
"""Class, name and story of the students of the sample."""

ACTIVITIES: Final = (
    "校园迎新", "图书馆整架", "社区文明劝导", "博物馆讲解", "敬老院慰问", "河道清洁", "校庆秩序维护", "考研考点引导",
    "“四点半”课堂", "献血车引导", "马拉松补给站", "云支教",
)  # fmt: skip
OUTSIDE: Final = ("家乡疫情防控", "返乡宣讲", "县图书馆暑期值守", "社区核酸秩序维护", "乡村夏令营")
