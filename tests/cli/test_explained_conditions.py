"""`why` says which case applied, which part of a condition failed and what was looked at, in both languages."""

from pathlib import Path
from typing import Any

import pytest

POLICY = """
use "common/calendar"
unit credit "学分"
unit point "分"
student
    class "班级" : text, optional
    monitor "班长" : yes or no, default no
scale metal "奖级" : gold "金奖" > silver "银奖" > none "无奖"
record deed "事迹"
    item     "项目" : item
    on       "日期" : date
    hours    "小时" : number
    level    "奖级" : metal
    approved "审核" : yes or no
category help "帮扶" in point from deed     [Article 1]
    void when hours < 1 or not approved, "too short, or not approved"  [Article 1(2)]
    item visit "走访"
        only events where hours <= 8 and approved
        2 per event when level is gold
        1 per event when level is silver
fact medal "奖章"  [Article 2]
    first that applies
    gold when help >= 3 and not monitor  [Article 2(1)]
    silver when help >= 1
    none otherwise
fact prize "奖品"
    2 when help >= 4 and not monitor
    3 when help >= 4 and monitor
fact double "双份"
    prize * 2 when prize is present
credit bonus "奖励" in credit  [Article 3]
    1 when medal at least silver
    0 otherwise
ranking place "名次" of help
require pass "达标" [Article 4]
    help at most 2
    medal is gold
    place <= 1
require labelled "有标签" [Article 5]
    "enough help" : help at least 1
    "help or medal" : at least 1 of these
        "help" : help at least 4
        medal is gold
"""
SHEETS = {
    "student": "student_id,class,monitor\na,1,no\nb,1,yes\n",
    "deed": """record_id,student_id,item,on,hours,level,approved
1,a,visit,2024-10-08,2,gold,yes
2,a,visit,2024-10-09,0.5,gold,yes
3,a,visit,2024-10-10,9,gold,yes
4,a,visit,2024-10-11,3,none,yes
5,b,visit,2025-03-03,2,none,no
6,a,visit,2024-10-13,3,silver,yes
""",
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    for name, text in SHEETS.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


WHY = {
    "en": {
        "medal": ["medal: gold  [Article 2]",
                  "  gold when help >= 3 and not monitor (help 3.00, monitor no)  [Article 2(1)]"],
        "prize": ["prize: no value", "  ✗ 2 when help >= 4 and not monitor (help 3.00, monitor no)",
                  "  ✗ 3 when help >= 4 and monitor (help 3.00, monitor no)"],
        "double": ["double: no value", "  ✗ prize * 2 when prize is present (prize no value)"],
        "bonus": ["bonus 1.00 credit  [Article 3]", "  1 when medal at least silver (medal gold)"],
        "pass": ["pass: not met  [Article 4]",
                 "  ✗ help at most 2: have 3.00, at most 2.00, 1.00 too much  [Article 4]",
                 "  ✓ medal is gold (medal gold)  [Article 4]",
                 "  ✓ place <= 1: have 1, at most 1  [Article 4]"],
        "labelled": ["  ✓ enough help: have 3.00, need 1.00  [Article 5]",
                     "  ✓ help or medal: have 1.00, need 1.00  [Article 5]",
                     "    ✗ help: have 3.00, need 4.00, 1.00 short  [Article 5]",
                     "    ✓ medal is gold (medal gold)  [Article 5]"],
        "2": ["    hours 0.5"], "3": ["    hours 9"], "4": ["  level none"],
    },
    "zh": {
        "medal": ["奖章：金奖  [Article 2]",
                  "  帮扶 >= 3且非班长时：金奖（帮扶 3.00，班长 否）  [Article 2(1)]"],
        "prize": ["奖品：没有值", "  ✗ 帮扶 >= 4且非班长时：2（帮扶 3.00，班长 否）",
                  "  ✗ 帮扶 >= 4且班长时：3（帮扶 3.00，班长 否）"],
        "double": ["双份：没有值", "  ✗ 奖品已填时：奖品 * 2（奖品 没有值）"],
        "bonus": ["奖励 1.00 学分  [Article 3]", "  奖章至少银奖时：1（奖章 金奖）"],
        "pass": ["达标：不符合  [Article 4]",
                 "  ✗ 帮扶 at most 2：已有 3.00，至多 2.00，超出 1.00  [Article 4]",
                 "  ✓ medal is gold（奖章 金奖）  [Article 4]",
                 "  ✓ place <= 1：已有 1，至多 1  [Article 4]"],
        "labelled": ["  ✓ enough help：已有 3.00，需要 1.00  [Article 5]",
                     "  ✓ help or medal：已有 1.00，需要 1.00  [Article 5]",
                     "    ✗ help：已有 3.00，需要 4.00，还差 1.00  [Article 5]",
                     "    ✓ medal is gold（奖章 金奖）  [Article 5]"],
        "2": ["    小时 0.5"], "3": ["    小时 9"], "4": ["  奖级 无奖"],
    },
}  # fmt: skip
"""What is told of each topic of student a; of a record its last line."""


@pytest.mark.parametrize("language", WHY)
@pytest.mark.parametrize("topic", WHY["en"])
def test_what_applied_and_what_failed(cli: Any, data: Path, language: str, topic: str) -> None:
    """Of a fact, a credit and a requirement the case and its inputs, of a fact without a value those of all its cases;
    of a record what its failing part asks.
    """
    policy = data / "deeds.credit"
    policy.write_text(POLICY, encoding="utf-8")
    words = ("--data", data, "--student", "a", "--as-of", "2025-07-01", "--lang", language)
    told = cli("why", policy, topic, *words).stdout.splitlines()
    expected = WHY[language][topic]
    assert told[-len(expected) :] == expected


def test_the_other_part_of_the_same_guard(cli: Any, data: Path) -> None:
    """The record is long enough, and not approved."""
    policy = data / "deeds.credit"
    policy.write_text(POLICY, encoding="utf-8")
    words = ("--data", data, "--student", "b", "--as-of", "2025-07-01", "--lang", "zh")
    assert cli("why", policy, "5", *words).stdout.splitlines()[-1] == "    审核 否"
