"""What people read, in both languages: the words that several rooms need, and what a thing is called.

There is one table for each sort of word, by the code that result tables and files have; codes never change with the
language, the words may, and as a plain string a word is the English. `label` says what people call a thing that a
policy declares; `said` fills a sentence, with numbers that know their plural. A sentence that only one module says
stands there as a `Phrase`; what is wrong with policy or data stands in the pages of the codes; keywords stand in
`grammar/keywords.toml`. Nowhere else is it asked which language somebody reads.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final, Protocol

from creditlang.diagnostics import Language, Phrase, in_language
from creditlang.diagnostics.diagnostic import SEVERITY_WORDS
from creditlang.diagnostics.person_words import of_people, plural

Words = Mapping[str, Phrase]

_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")


def _coded(words: Mapping[str, str]) -> Words:
    """Words whose English is the code itself."""
    return {code: Phrase(code, chinese) for code, chinese in words.items()}


STATUSES: Final[Words] = {
    "met": Phrase("met", "符合"), "unmet": Phrase("not met", "不符合"), "open": Phrase("open", "未定"),
}  # fmt: skip
"""How a requirement stands."""

PART_STATUSES: Final[Words] = {**STATUSES, "does not apply": Phrase("does not apply", "不适用")}
"""How a part of one stands."""

DISPOSITIONS: Final[Words] = _coded(
    {
        "counted": "计入", "reduced": "核减", "void": "不计", "pending": "待定", "unmatched": "无对应规则",
        "invalid": "无效", "out of scope": "不在范围",
    }
)  # fmt: skip
"""What became of a record, in the order of the equation of records."""

ANSWERS: Final[Words] = {"yes": Phrase("yes", "是"), "no": Phrase("no", "否"), "open": STATUSES["open"]}
"""What a question comes to."""

SEVERITIES: Final[Words] = SEVERITY_WORDS
"""How much a finding weighs."""

PERIODS: Final[Words] = {**_coded(
    {
        "day": "日", "week": "周", "month": "月", "semester": "学期", "calendar year": "自然年",
        "quarter": "季度", "event": "次",
    }
), "year": Phrase("academic year", "学年")}  # fmt: skip

WEEKDAYS: Final = {
    "monday": ("星期一", "周一"), "tuesday": ("星期二", "周二"), "wednesday": ("星期三", "周三"),
    "thursday": ("星期四", "周四"), "friday": ("星期五", "周五"), "saturday": ("星期六", "周六"),
    "sunday": ("星期日", "周日", "星期天"),
}  # fmt: skip
"""The days of the week in order, by their names in English and Chinese."""

TYPES: Final[Words] = _coded(
    {
        "number": "数字", "text": "文本", "yes or no": "是/否", "date": "日期", "semester": "学期", "value": "选项",
        "item": "项目", "account": "账户",
    }
)  # fmt: skip
"""What a column can hold."""

SORTS: Final[Words] = {
    "unit": Phrase("unit", "计量单位"), "enumeration": Phrase("scale or choice", "等级或选项"),
    "let": Phrase("named value", "设定值"), "kind": Phrase("kind of record", "记录种类"),
    "account": Phrase("account", "账户"), "item": Phrase("item", "项目"), "adjust": Phrase("adjustment", "调整"),
    "table": Phrase("table", "表"), "fact": Phrase("fact", "事实"), "field": Phrase("field", "字段"),
    "type": Phrase("type", "类型"), "require": Phrase("requirement", "要求"), "name": Phrase("name", "名称"),
    "attribute": Phrase("attribute", "属性"), "value": Phrase("value", "值"), "status": Phrase("status", "状态"),
    "semester": Phrase("semester", "学期"), "article": Phrase("article", "条款"),
    "period": Phrase("period", "周期"), "ranking": Phrase("ranking", "排名"),
    "given": Phrase("always known", "总可问"), "part": Phrase("part of a code", "编号的一段"),
    "record": Phrase("record", "记录"),
}  # fmt: skip
"""What a name stands for."""

EXPECTED: Final[Words] = {
    "number": Phrase("a number", "数字"), "text": Phrase("a text", "文字"), "yes or no": Phrase("yes or no", "是或否"),
    "date": Phrase("a date", "日期"), "semester": Phrase("a semester", "学期"), "value": Phrase("a value", "取值"),
    "name": Phrase("a name", "名称"), "day": Phrase("a date of the calendar", "实有的日期"),
    "item": Phrase("an item", "项目"), "account": Phrase("an account", "账户"), "unknown": Phrase("something", "某值"),
    "range": Phrase("a range from a lower to a higher number", "从小到大的范围"),
}  # fmt: skip
"""What has to stand somewhere, by its type."""

LENGTHS: Final[Words] = _coded(
    {"days": "天", "weeks": "周", "months": "个月", "years": "年", "working days": "个工作日"}
)
"""Units of a length of time."""

TABLES: Final[Words] = _coded(
    {
        "students": "学生", "accounts": "账户", "facts": "事实", "groups": "各组",
        "requirements": "要求", "records": "记录",
        "steps": "步骤", "issues": "问题", "manifest": "运行信息", "changes": "变化", "crossings": "要求变化",
        "rules": "规则", "totals": "合计", "dispositions": "处理结果变化",
    }
)  # fmt: skip
"""The result tables, and those of a comparison."""

COLUMNS: Final[Words] = _coded(
    {
        "student_id": "学号", "account": "账户", "period": "时段", "amount": "数值", "unit": "单位", "fact": "事实",
        "value": "值", "group_name": "组别", "ranked": "参评人数", "people": "总人数",
        "requirement": "要求", "part": "组成部分", "needed": "需要", "have": "已有", "short": "还差",
        "status": "结论", "article": "依据", "kind": "记录种类", "record_id": "记录编号", "disposition": "处理结果",
        "reason": "原因", "rule": "规则", "raw": "原始数", "counted": "计入数", "number": "序号", "step": "步骤",
        "before": "之前", "after": "之后", "severity": "级别", "code": "代码", "source": "来源", "place": "位置",
        "message": "说明", "entry": "名目", "name": "姓名", "date": "日期", "semester": "学期", "item": "项目",
    }
)  # fmt: skip
"""What stands above the columns of the result tables; programs get the codes in every language."""

COMPARISON_COLUMNS: Final[Words] = {**COLUMNS, **_coded(
    {
        "sort": "类别", "name": "名称", "before": "原来", "after": "现在", "difference": "变化", "way": "增减",
        "rules": "引起变化的规则", "needed_before": "原来需要", "needed_after": "现在需要", "have_before": "原来已有",
        "have_after": "现在已有", "students": "人数", "gained": "增加人数", "lost": "减少人数", "open": "未定人数",
        "sum": "变化合计", "largest": "最大变化", "crossings": "结论改变人数", "line": "起作用的一行",
        "counted_before": "原来计入数", "counted_after": "现在计入数", "total": "合计", "gain": "增加", "lose": "减少",
    }
)}  # fmt: skip
"""The same for the tables of a comparison."""

CORRECTION_COLUMNS: Final[Words] = {**COMPARISON_COLUMNS, **_coded(
    {"cause": "原因", "told": "说明", "share": "其中由此引起", "together": "共同引起"}
)}  # fmt: skip
"""The same for the tables of corrections."""

CORRECTION_CAUSES: Final[Words] = {
    "late": Phrase("added late", "补报"), "new": Phrase("added since", "新增"),
    "changed": Phrase("changed", "内容更正"), "re-dated": Phrase("dated otherwise", "日期更正"),
    "withdrawn": Phrase("withdrawn", "撤回"),
    "decided": Phrase("decided by the office", "复核决定"), "undecided": Phrase("decision taken back", "撤销决定"),
    "student": Phrase("data of the student", "学生信息"), "others": Phrase("data of others", "他人数据"),
    "policy": Phrase("policy", "办法"), "date": Phrase("as-of date", "统计截止日"),
}  # fmt: skip
"""Why a later run has another result."""

TOGETHER_WITH: Final = Phrase("together with {told}", "连同{told}")
"""Before a further cause of what only several causes make together."""
STUDENT_NUMBER: Final = Phrase("Student ID", "学号")
"""What stands above the numbers of people where people read them."""
SEMICOLON: Final = Phrase("; ", "；")
IN_BRACKETS: Final = Phrase(" ({note})", "（{note}）")
STANDING: Final = Phrase(
    "{label}: {met} met, {unmet} not met, {open} open", "{label}：符合{met}人，不符合{unmet}人，未定{open}人"
)
"""How a requirement stands over students."""
OVER: Final = Phrase("{short} too much", "超出 {short}")
"""By how much a part of a requirement is above what it allows."""
OTHER_BEGINNING: Final = Phrase("it does not begin like one", "文件开头不是这种格式")
NOT_A_FILE: Final = Phrase("it is not a file", "它不是文件")
AMONG_ALL: Final = Phrase("the policy ranks people or adds them up", "本方案要排名，或按群体汇总")
A_PIPE: Final = Phrase("it is a pipe or a device; save it as a file", "它是管道或设备，请先存成文件")
TOO_DEEP: Final = Phrase("it is nested too deeply", "嵌套太深")
AN_OBJECT: Final = Phrase("an object", "对象")
A_LIST: Final = Phrase("a list", "列表")
A_WHOLE_NUMBER: Final = Phrase("a whole number", "整数")
NOT_UTF_8: Final = Phrase("it is not UTF-8", "不是 UTF-8 编码")
TRUE_OR_FALSE: Final = Phrase("true or false", "true 或 false")
NONE: Final = Phrase("none", "无")
HOW_TO_OBJECT: Final = Phrase("How to object", "如何提出异议")
NOTHING: Final = Phrase("—", "—")


def word(words: Words, code: object, language: Language) -> str:
    """The word for a code; what is none, as a table or an example may have it, stays as it is."""
    text = "" if code is None else str(code)
    return of_people(in_language(words[text], language), language) if text in words else text


def code_of(words: Words, text: str) -> str | None:
    """The code that a word in either language, or the code itself, stands for."""
    return next((code for code, word in words.items() if text in (code, word, word.zh)), None)


def yes_or_no(value: bool, language: Language) -> str:
    """The answer in words."""
    return in_language(ANSWERS["yes" if value else "no"], language)


class Counted(int):
    """A number that is written with the word behind its colon, `{count:student}`: 1 student, 2 students."""

    def __format__(self, word: str) -> str:
        """The number, and the word as many as there are."""
        if not word:
            return str(int(self))
        return f"{int(self)} {word if self == 1 else plural(word)}"


def speaks_chinese(text: str) -> bool:
    """Whether a text is Chinese, in part at least."""
    return _CHINESE.search(text) is not None


def both(write: Callable[[Language], str]) -> Phrase:
    """What `write` makes of it in each language."""
    return Phrase(write("en"), write("zh"))


def said(text: str, language: Language, /, **values: object) -> str:
    """A sentence, usually a `Phrase`, in a language; `{name}` stands for a value, `{count:student}` for so many."""
    shown = {name: _shown(value, language) for name, value in values.items()}
    return of_people(in_language(text, language), language).format(**shown)


def _shown(value: object, language: Language) -> object:
    if isinstance(value, str):
        return in_language(value, language)
    return Counted(value) if type(value) is int else value


class Declared(Protocol):
    """An account, item, fact, requirement, kind of record, column, or what else has a name and labels."""

    @property
    def name(self) -> str: ...

    @property
    def labels(self) -> tuple[str, ...]: ...


def label(thing: Declared, language: Language = "zh") -> str:
    """The first label, else the name; to those who read English a label in Chinese says nothing."""
    return first_fit(thing.name, thing.labels, language)


def first_fit(name: str, labels: Iterable[str], language: Language = "zh") -> str:
    """The same for what is no declaration of its own, such as a value of a choice."""
    return next((text for text in labels if text != name and (language == "zh" or not _CHINESE.search(text))), name)


def text_for(texts: Sequence[str], language: Language) -> str:
    """Of texts that say the same, the one in a language, else the first."""
    return next((text for text in texts if speaks_chinese(text) == (language == "zh")), texts[0])


def unit_label(
    unit: str | None, labels: Mapping[str, str], language: Language = "zh", amount: object = Decimal(1)
) -> str:
    """What a unit is called, in English after any amount but 1 in the plural; empty for a plain number."""
    name = unit or ""
    shown = first_fit(name, [labels.get(name, name)], language)
    if language == "zh" or not shown or not shown.isascii():
        return shown
    one = shown if shown.endswith(("ss", "us")) else shown.removesuffix("s")  # `unit points` is in the plural
    return one if amount == 1 else plural(one)
