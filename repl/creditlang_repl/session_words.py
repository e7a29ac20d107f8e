"""The words of the session itself, in both languages."""

from creditlang.diagnostics import Language, Phrase
from creditlang.words import COLUMNS, said

_WORDS = {
    "loaded": Phrase("{title} ({name}): {rules:rule}", "{title}（{name}）：{rules}条规则"),
    "read": Phrase(
        "{students:student}, {records:record} from {where}", "读入{students}名学生、{records}条记录，来自{where}"
    ),
    "problems": Phrase("{count:finding} about the data, the first:", "数据有{count}处问题，第一处："),
    "noted": Phrase(
        "Tried. Choose a student to see what it changes, or ask `what if`.",
        "已在试。选定学生可看影响，或用“假如”对全体试算。",
    ),
    "undone": Phrase("undone: {said}", "已撤销：{said}"),
    "redone": Phrase("again: {said}", "已重做：{said}"),
    "nothing tried": Phrase("Nothing is being tried.", "没有正在试的改动。"),
    "tried": Phrase("being tried:", "正在试："),
    "taken back": Phrase("taken back, `redo` brings back:", "已撤销，“重做”可恢复："),
    "reset": Phrase("{count:change} taken back; `undo` brings them back.", "已撤销全部{count}项改动，“撤销”可找回。"),
    "forgotten": Phrase("no longer tried: {count:change}", "原先试的{count}项改动已随之取消。"),
    "as of": Phrase("as of {date}", "截至{date}"),
    "counted": Phrase("{records:record} of {students:student}", "{students}名学生的{records}条记录"),
    "those": Phrase("{count:student}", "{count}名学生"),
    "open": Phrase("open for {count} more: {who}", "另有{count}名尚不能确定：{who}"),
    "without": Phrase("no value: {count:student}", "{count}名学生没有这个值"),
    "outside": Phrase(
        "not counted: {count:student} to whom the policy does not apply", "另有{count}名不适用本办法，未列入"
    ),
    "value": COLUMNS["value"],
    "number": Phrase("student_id", "学号"),
    "name": Phrase("name", "姓名"),
    "saved": Phrase("saved in {name}", "已存入 {name}"),
    "policy saved": Phrase("The policy's file was saved.", "办法的文件已保存。"),
    "read anew": Phrase("Read anew.", "已重新读入。"),
    "choose": Phrase(
        "Choose a student to see what it changes, or compare all with `creditlang diff`.",
        "选定学生可看影响；比较全体可用 creditlang diff。",
    ),
    "still": Phrase("The session goes on with what it had.", "会话仍按原来的进行。"),
    "nobody left": Phrase("Student {number} is no longer in the data.", "数据里已没有学生{number}。"),
    "interrupted": Phrase("Interrupted; nothing was changed.", "已中断，什么都没有改。"),
    "no change": Phrase("The policy has no changes.", "办法没有改动。"),
    "help": Phrase(
        "Type a command, a rule of the language to try it, or an expression to ask the student about it.",
        "可以输入命令；写一条规则就是试它；写表达式就是问该学生的数值。",
    ),
    "more help": Phrase("`help WORD` tells more about a command or a keyword.", "“帮助 词”说明某条命令或某个关键词。"),
    "for instance": Phrase("for instance", "例如"),
    "language": Phrase("I answer in English.", "以下用中文回答。"),
    "not tested": Phrase(
        "`creditlang test` does not read this file; without `to`, the example goes where it is read.",
        "“creditlang test”不读这个文件；不写“到 文件”，例子就存到它会读的地方。",
    ),
    "holds if changed": Phrase(
        "It holds for the policy with its changes: keep those as well, by `save patch`.",
        "这个例子对改动后的办法成立：请用“保存补丁”把改动也存下来。",
    ),
}


def word(language: Language, name: str, /, **values: object) -> str:
    """A sentence of the session."""
    return said(_WORDS[name], language, **values)
