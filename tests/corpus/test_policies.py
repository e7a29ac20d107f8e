"""Hostile policies: what an administrator could write and mean otherwise, each with what has to be said of it.

`policies.txt` has them: `== PLACE: what is tried`, the lines that stand at that place of a small policy, and after `->`
the codes of all findings, and where it is sound what one student then has, whose records are fixed. Every answer was
read by people; `pytest --update` writes what the program says now, to be read again in the difference.
"""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from textwrap import indent

from creditlang.api import Policy, Result
from creditlang.driver import Compiled, compile_text
from creditlang.errors import DataError
from creditlang.values import Interval

TEXTS = Path(__file__).with_name("policies.txt")
ENGLISH = """
calendar
    semester 2024-2025-1 from 2024-09-02 teaching until 2025-01-17
    semester 2024-2025-2 from 2025-02-17 teaching until 2025-07-04
    ends 2025-08-31
unit point
unit hour
scale level "级别": national > province > school
student
    programme : two | three
    joined_on : date
    quota     : number, optional
record enrolment marks enrolment
    semester : semester
record act
    item     : item
    on       : date
    size     : number
    level    : level, optional
    filed_on : date, optional
    proof    : text, optional
    decided  : number, optional
    host     : official | club, default official
{kind}
record check
    item : item
    on   : date
category fun in point from act
    item hike
{item}
{category}
category other in hour from check
    item walk : 2 per event
score conduct per semester in point from check
    starts at 100
    item late : deduct 10 per event
{top}
"""
CHINESE = """
校历
    学期 2024-2025-1 自 2024-09-02 教学至 2025-01-17
    学期 2024-2025-2 自 2025-02-17 教学至 2025-07-04
    终于 2025-08-31
计量单位 分
计量单位 小时
等级 级别：国家级 > 省级 > 校级
学生
    学制：两年 | 三年
    入学日：日期
    限额：数，选填
记录 在籍 表示在籍
    学期：学期
记录 活动
    项目：项目
    日期：日期
    大小：数
    级别：级别，选填
    申请日：日期，选填
    佐证：文本，选填
    认定数：数，选填
    主办：官方 | 社团，默认 官方
{kind}
记录 检查
    项目：项目
    日期：日期
类别 文体 单位 分 自 活动
    项目 远足
{item}
{category}
类别 其他分 单位 小时 自 检查
    项目 走读：每次2
评分 操行 每学期 单位 分 自 检查
    基础分 100
    项目 迟到：扣10
{top}
"""
PLACES = {
    "item": (ENGLISH, "item", 8), "category": (ENGLISH, "category", 4), "kind": (ENGLISH, "kind", 4),
    "fact": (ENGLISH, "top", 4), "require": (ENGLISH, "top", 4), "top": (ENGLISH, "top", 0),
    "项目": (CHINESE, "item", 8), "类别": (CHINESE, "category", 4), "记录": (CHINESE, "kind", 4),
    "事实": (CHINESE, "top", 4), "要求": (CHINESE, "top", 4), "其他": (CHINESE, "top", 0),
}  # fmt: skip
HEADS = {"fact": "fact asked\n", "require": "require asked\n", "事实": "事实 所问\n", "要求": "要求 所问\n"}
AMOUNT = {True: "        size per event\n", False: "        每次 大小\n"}
ACTS = (
    ("a", "hike", "2024-10-08", "2", "school", "2024-10-10", "A", "", "official"),
    ("b", "hike", "2024-10-08", "5", "national", "2024-10-21", "A", "", "club"),
    ("c", "hike", "2024-10-22", "1", "", "", "", "", "official"),
    ("d", "hike", "2025-03-03", "4", "province", "2025-03-03", "B", "2", "official"),
    ("e", "hike", "2025-02-01", "3", "school", "2025-02-05", "B", "", "club"),
)
TERMS = (("s", "2024-2025-1"), ("t", "2024-2025-2"))
CHECKS = (("x", "walk", "2024-10-09"), ("y", "late", "2024-10-09"), ("z", "late", "2025-03-03"))
STUDENT = {True: ("1", "three", "2024-09-02", ""), False: ("1", "三年", "2024-09-02", "")}


def policy(place: str, lines: str) -> str:
    """The small policy with lines at one of its places."""
    base, part, width = PLACES[place]
    english = base is ENGLISH
    parts = {"item": AMOUNT[english], "category": "", "kind": "", "top": ""}
    parts[part] = HEADS.get(place, "") + indent(lines, " " * width)
    return base.format(**parts)


@cache
def known(place: str) -> Counter[str]:
    """The codes of the small policy itself."""
    english = place.isascii()
    text = policy("item" if english else "项目", AMOUNT[english].strip())
    return Counter(found.code for found in compile_text(text).diagnostics)


def answer(place: str, lines: str) -> str:
    """The codes of what is found; where there is no error, what the student has, and what became of the records."""
    compiled = compile_text(policy(place, lines))
    told = Counter(found.code for found in compiled.diagnostics) - known(place)
    codes = " ".join(sorted(told))
    if compiled.errors:
        return codes
    english = place.isascii()
    kinds = ("enrolment", "act", "check") if english else ("在籍", "活动", "检查")
    items = {} if english else {"hike": "远足", "walk": "走读", "late": "迟到"}
    values = (
        {}
        if english
        else {"school": "校级", "national": "国家级", "province": "省级", "official": "官方", "club": "社团"}
    )
    tables = (TERMS, ACTS, CHECKS)
    rows = {
        kind: [_row(compiled, kind, row, {**items, **values}) for row in table]
        for kind, table in zip(kinds, tables, strict=True)
    }
    student = dict(zip(["student_id", *(x.name for x in compiled.policy.attributes)], STUDENT[english], strict=False))
    try:
        result = Policy(compiled.policy).evaluate(student, rows, as_of="2025-08-31")
    except DataError as error:
        return " ".join(filter(None, [codes, "data: " + " ".join(sorted(x.code for x in error.diagnostics))]))
    return "; ".join(filter(None, [codes, *_told(place, result)]))


def _row(compiled: Compiled, kind: str, cells: tuple[str, ...], words: dict[str, str]) -> dict[str, str]:
    fields = (field.name for field in compiled.policy.kinds[kind].columns)
    row = {name: words.get(cell, cell) for name, cell in zip(fields, cells[1:], strict=False) if cell}
    return {"record_id": cells[0], **row}


def _told(place: str, result: Result) -> Iterator[str]:
    match place:
        case "fact" | "事实":
            found = [line for line in result.ledger.facts if line.fact in ("asked", "所问")]
            yield "asked " + ", ".join(f"{line.period} {_plain(line.value)}".strip() for line in found)
        case "require" | "要求":
            yield f"asked {result.requirement('asked' if place == 'require' else '所问').status}"
        case _:
            yield f"fun {_plain(result.account('fun' if place.isascii() else '文体'))}"
    found = Counter(result.ledger.records.values())
    yield ", ".join(f"{name} {count}" for name, count in sorted(found.items()))
    yield " ".join(sorted({finding.code for finding in result.findings}))


def _plain(value: object) -> str:
    if isinstance(value, Interval):
        return f"{_plain(value.low)} to {_plain(value.high)}"
    return "-" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)


def items() -> Iterator[tuple[str, str, str]]:
    """Place, what is tried and the lines."""
    for part in TEXTS.read_text(encoding="utf-8").split("\n== ")[1:]:
        head, _, rest = part.partition("\n")
        place, _, tried = head.partition(": ")
        yield place, tried, rest.rpartition("\n->")[0] if "\n->" in rest else rest.rstrip("\n")


def test_policies(update: bool) -> None:
    found = [f"== {place}: {tried}\n{lines}\n-> {answer(place, lines)}\n" for place, tried, lines in items()]
    text = TEXTS.read_text(encoding="utf-8")
    again = text[: text.index("\n== ") + 1] + "\n".join(found)
    assert len(found) >= 200
    if update:
        TEXTS.write_text(again, encoding="utf-8")
        return
    assert again.split("\n") == text.split("\n")
