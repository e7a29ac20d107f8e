"""The commands that may be typed beside the language: their words in both dialects, and what people are told of them.

A command begins a line; the longest form that fits decides. In Chinese it may be closed up with what follows. What is no
command is a declaration, if it begins like one, else an expression.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Literal

from attrs import frozen

from creditlang.diagnostics import Phrase

Operand = Literal[
    "", "policy", "address", "student", "topic", "record", "kind", "account", "item", "setting", "declaration", "edit",
    "condition", "expression", "date", "field", "file", "word", "literal",
]  # fmt: skip
"""What completion offers after a command's words: the sort of each operand in turn."""


@frozen
class Command:
    """One command. `operands` are what stands after it, the last one repeated."""

    name: str
    en: tuple[str, ...]
    zh: tuple[str, ...]
    operands: tuple[Operand, ...]
    usage: Phrase
    summary: Phrase
    example: Phrase

    @property
    def forms(self) -> tuple[str, ...]:
        """Everything that calls it."""
        return (*self.en, *self.zh)


COMMANDS: tuple[Command, ...] = (
    Command(
        "load", ("load",), ("载入",), ("policy",), Phrase("load POLICY", "载入 办法"),
        Phrase("Work with a policy: a file, or a bundled one by its name.", "换用一份办法：文件，或内置办法的名称。"),
        Phrase("load hengyang", "载入 hengyang"),
    ),
    Command(
        "data", ("data",), ("数据",), ("address",), Phrase("data SOURCE …", "数据 来源 …"),
        Phrase("Read students and records: a folder, a file, sample:NAME or an address.",
               "读入学生和记录：文件夹、文件、sample:名称 或数据库地址。"),
        Phrase("data sample:hengyang", "数据 sample:hengyang"),
    ),
    Command(
        "reload", ("reload",), ("重新载入",), (), Phrase("reload", "重新载入"),
        Phrase("Read policy and data again and tell what changed; what was tried stays.",
               "重新读入办法和数据，并说明有何变化；所做的试验保留。"),
        Phrase("reload", "重新载入"),
    ),
    Command(
        "student", ("student",), ("学生",), ("student",), Phrase("student ID", "学生 学号"),
        Phrase("Speak of one student, by number, or by name where only one has it.",
               "选定一名学生：写学号，不重名时也可写姓名。"),
        Phrase("student 2024010101", "学生 2024010101"),
    ),
    Command(
        "students", ("students",), ("学生名单", "哪些学生"), ("condition",),
        Phrase("students [where CONDITION]", "学生名单 [其中 条件]"),
        Phrase("List the students with their requirements and totals, all or those of a condition.",
               "列出学生及其要求和合计，可加条件；条件里可问某项要求是否达到。"),
        Phrase("students where graduation is open", "学生名单 其中 毕业 为 未定"),
    ),
    Command(
        "show", ("show",), ("显示",), ("account",), Phrase("show [ACCOUNT]", "显示 [账户]"),
        Phrase("The student's requirements and the tree of accounts, or of one account.",
               "显示该学生的各项要求和账户树，或其中一个账户。"),
        Phrase("show academic", "显示 学术科技类"),
    ),
    Command(
        "why", ("why",), ("为什么", "为何"), ("topic",), Phrase("why [TOPIC]", "为什么 [对象]"),
        Phrase("Why did the student get this? An account, item, requirement, fact or record, down to records, steps and "
               "articles.", "说明缘由：账户、项目、要求、事实或记录，直到每条记录、每一步和条款。"),
        Phrase("why graduation", "为什么 毕业"),
    ),
    Command(
        "records", ("records",), ("记录清单",), ("kind",), Phrase("records [KIND [where CONDITION]]", "记录清单 [种类 [其中 条件]]"),
        Phrase("The student's records with their numbers and what became of each.", "列出该学生的记录、编号和处理结果。"),
        Phrase("records activity where level is school", "记录清单 第二课堂活动 其中 级别 为 校级"),
    ),
    Command(
        "add", ("add",), ("增加",), ("kind", "item", "field"), Phrase("add KIND ITEM, FIELD VALUE, …, N times", "增加 种类 项目，字段 值，…，N 次"),
        Phrase("What if the student had this record too? Written as in an example.", "假如该学生还有这条记录？写法与例子相同。"),
        Phrase("add activity lecture, level school, on 2025-03-02, 6 times", "增加 第二课堂活动 学术讲座，级别 校级，日期 2025-03-02，6次"),
    ),
    Command(
        "drop", ("drop",), ("去掉",), ("record",), Phrase("drop RECORD", "去掉 记录编号或规则"),
        Phrase("What if a record, or a whole rule, were not there?", "假如没有这条记录，或没有这条规则？"),
        Phrase("drop A000121", "去掉 A000121"),
    ),
    Command(
        "change", ("change",), ("更改",), ("record", "field", "literal"), Phrase("change RECORD FIELD to VALUE", "更改 记录编号 字段 为 值"),
        Phrase("What if a record said something else? With the student instead of a record, an attribute.",
               "假如这条记录写的是另一个值？记录编号处写“学生”，则改学生的属性。"),
        Phrase("change A000121 role to organiser", "更改 A000121 级别 为 校级"),
    ),
    Command(
        "set", ("set",), ("设定",), ("setting", "literal"), Phrase("set NAME = VALUE", "设定 名称 = 值"),
        Phrase("What if a named value of the policy were another?", "假如办法里的某个设定值是另一个数？"),
        Phrase("set lecture_cap = 2", "设定 讲座上限 = 2"),
    ),
    Command(
        "in", ("in",), ("在",), ("account", "declaration"), Phrase("in ACCOUNT item …", "在 账户 项目 …"),
        Phrase("What if there were one more rule in this account? A rule that is there already, typed by itself, is "
               "replaced.", "假如这个账户里多一条规则？直接写出已有的规则，就是替换它。"),
        Phrase("in academic item debate: 0.2 per event", "在 学术科技类 项目 辩论：每次 0.2"),
    ),
    Command(
        "what_if", ("what if",), ("假如", "如果"), ("edit",), Phrase("what if [EDIT]", "假如 [改动]"),
        Phrase("The same for all students: who gains, who loses, who crosses a requirement, and by which rule. With an "
               "edit (set, add, drop, change or a rule) it is tried on top and not kept.",
               "对全体学生：谁多了，谁少了，谁的要求由此达到或不再达到，由哪条规则引起。后面写改动，则只试不留。"),
        Phrase("what if set lecture_cap = 2", "假如 设定 讲座上限 = 2"),
    ),
    Command(
        "count", ("count",), ("计数",), ("kind", "condition"), Phrase("count KIND [where CONDITION]", "计数 种类 [其中 条件]"),
        Phrase("How many records of a kind there are, of all students.", "全体学生共有多少条这样的记录。"),
        Phrase("count activity where level >= national", "计数 第二课堂活动 其中 级别 >= 国家级"),
    ),
    Command(
        "top", ("top",), ("前",), ("literal", "expression"), Phrase("top N students by EXPRESSION [where CONDITION]", "前 N 名学生按 表达式 [其中 条件]"),
        Phrase("The students with the highest values, largest first.", "数值最高的若干名学生，从高到低。"),
        Phrase("top 10 students by moral", "前10名学生按 德育类"),
    ),
    Command(
        "undo", ("undo",), ("撤销",), (), Phrase("undo", "撤销"),
        Phrase("Take back the last change.", "撤销上一次改动。"), Phrase("undo", "撤销"),
    ),
    Command(
        "redo", ("redo",), ("重做",), (), Phrase("redo", "重做"),
        Phrase("Do again what was taken back.", "恢复刚撤销的改动。"), Phrase("redo", "重做"),
    ),
    Command(
        "history", ("history",), ("改动清单",), (), Phrase("history", "改动清单"),
        Phrase("What is being tried: the changes in order, and those that redo would bring back.",
               "列出正在试的各项改动，以及可以重做的改动。"),
        Phrase("history", "改动清单"),
    ),
    Command(
        "reset", ("reset",), ("还原",), (), Phrase("reset", "还原"),
        Phrase("Take back all changes; undo brings them back.", "撤销全部改动；可用“撤销”找回。"), Phrase("reset", "还原"),
    ),
    Command(
        "save_example", ("save example",), ("保存例",), ("literal", "file"), Phrase('save example "TITLE" [to FILE]', "保存例 “标题” [到 文件]"),
        Phrase("Keep the student as he stands, changes included, as an example of the policy. It is run before it is kept.",
               "把该学生现在的样子（连同改动）存成办法的例子；存之前先试跑一遍。"),
        Phrase('save example "a sixth lecture no longer counts"', "保存例 “第六次讲座不再计分”"),
    ),
    Command(
        "save_policy", ("save policy",), ("保存办法",), ("file",), Phrase("save policy FILE", "保存办法 文件"),
        Phrase("Write the policy with its changes to a file.", "把改动后的办法写入文件。"),
        Phrase("save policy new.credit", "保存办法 新办法.credit"),
    ),
    Command(
        "save_patch", ("save patch",), ("保存补丁",), ("file",), Phrase("save patch FILE", "保存补丁 文件"),
        Phrase("Write the changes of the policy to a file, as lines taken out and put in.", "把办法的改动写入文件：删去哪些行，加上哪些行。"),
        Phrase("save patch lecture-cap.diff", "保存补丁 讲座上限.diff"),
    ),
    Command(
        "as_of", ("as of",), ("截至",), ("date",), Phrase("as of DATE", "截至 日期"),
        Phrase("Take another day for today.", "把另一天当作今天。"), Phrase("as of 2025-07-31", "截至 2025-07-31"),
    ),
    Command(
        "language", ("language",), ("语言",), ("word",), Phrase("language en|zh", "语言 zh|en"),
        Phrase("Answer in English or Chinese.", "用英文或中文回答。"), Phrase("language zh", "语言 en"),
    ),
    Command(
        "help", ("help", "?"), ("帮助",), ("word",), Phrase("help [WORD]", "帮助 [词]"),
        Phrase("What can be typed, or more about a command or a keyword of the language, with an example.",
               "可以输入什么；或某条命令、某个关键词的用法和例子。"),
        Phrase("help cap", "帮助 最高"),
    ),
    Command(
        "quit", ("quit", "exit"), ("退出",), (), Phrase("quit", "退出"),
        Phrase("Leave.", "结束。"), Phrase("quit", "退出"),
    ),
)  # fmt: skip
"""In the order in which help lists them."""


@cache
def by_form() -> Mapping[str, Command]:
    """The commands by everything that calls them, longest form first."""
    pairs = [(form, command) for command in COMMANDS for form in command.forms]
    return dict(sorted(pairs, key=lambda pair: -len(pair[0])))


def command_at(text: str) -> tuple[Command, int] | None:
    """The command that a text begins with, and where its operands begin; None where it begins with none.

    An English word is a command only as a whole word, and not before a bracket or an operator that makes it a name in
    an expression (`count(activity)`, `top + 1`).
    """
    start = len(text) - len(text.lstrip())
    for form, command in by_form().items():
        end = _end(text, start, form)
        if end is not None and not _is_name(text, end, form):
            return command, end + len(text[end:]) - len(text[end:].lstrip(" \t　"))
    return None


def _end(text: str, start: int, form: str) -> int | None:
    """Where a form ends that stands at `start`, blanks between its words taken as they come."""
    position = start
    for number, word in enumerate(form.split()):
        if number:
            space = len(text[position:]) - len(text[position:].lstrip(" \t"))
            if not space:
                return None
            position += space
        if text[position : position + len(word)].lower() != word:
            return None
        position += len(word)
    return position


def _is_name(text: str, end: int, form: str) -> bool:
    """Whether the word goes on, or is followed by what makes it a name."""
    following = text[end : end + 1]
    if form.isascii() and form.isalpha() and (following == "_" or following.isalnum()):
        return True
    rest = text[end:].lstrip()
    return rest[:1] in ("(", "+", "*", "/", "[") or rest[:2] in (">=", "<=", "==", "!=") or rest[:1] in ("=", "<", ">")


def iterate_words(language: str) -> Iterator[str]:
    """The first form of each command in a language."""
    for command in COMMANDS:
        yield (command.zh if language == "zh" else command.en)[0]
