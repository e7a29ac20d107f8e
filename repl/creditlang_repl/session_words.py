"""The words of the session itself, in both languages."""

from creditlang.diagnostics import Language

_WORDS = {
    "en": {
        "loaded": "{title} ({name}): {rules:rule}",
        "read": "{students:student}, {records:record} from {where}",
        "problems": "{count:finding} about the data, the first:",
        "noted": "Tried. Choose a student to see what it changes, or ask `what if`.",
        "undone": "undone: {said}",
        "redone": "again: {said}",
        "nothing tried": "Nothing is being tried.",
        "tried": "being tried:",
        "taken back": "taken back, `redo` brings back:",
        "reset": "{count:change} taken back; `undo` brings them back.",
        "forgotten": "no longer tried: {count:change}",
        "as of": "as of {date}",
        "counted": "{records:record} of {students:student}",
        "those": "{count:student}",
        "open": "open for {count} more: {who}",
        "without": "no value: {count:student}",
        "outside": "not counted: {count:student} to whom the policy does not apply",
        "value": "value",
        "number": "student_id",
        "name": "name",
        "saved": "saved in {name}",
        "policy saved": "The policy's file was saved.",
        "read anew": "Read anew.",
        "choose": "Choose a student to see what it changes, or compare all with `creditlang diff`.",
        "still": "The session goes on with what it had.",
        "nobody left": "Student {number} is no longer in the data.",
        "interrupted": "Interrupted; nothing was changed.",
        "no change": "The policy has no changes.",
        "help": "Type a command, a rule of the language to try it, or an expression to ask the student about it.",
        "more help": "`help WORD` tells more about a command or a keyword.",
        "for instance": "for instance",
        "language": "I answer in English.",
        "not tested": "`creditlang test` does not read this file; without `to`, the example goes where it is read.",
        "holds if changed": "It holds for the policy with its changes: keep those as well, by `save patch`.",
    },
    "zh": {
        "loaded": "{title}（{name}）：{rules}条规则",
        "read": "读入{students}名学生、{records}条记录，来自{where}",
        "problems": "数据有{count}处问题，第一处：",
        "noted": "已在试。选定学生可看影响，或用“假如”对全体试算。",
        "undone": "已撤销：{said}",
        "redone": "已重做：{said}",
        "nothing tried": "没有正在试的改动。",
        "tried": "正在试：",
        "taken back": "已撤销，“重做”可恢复：",
        "reset": "已撤销全部{count}项改动，“撤销”可找回。",
        "forgotten": "原先试的{count}项改动已随之取消。",
        "as of": "截至{date}",
        "counted": "{students}名学生的{records}条记录",
        "those": "{count}名学生",
        "open": "另有{count}名尚不能确定：{who}",
        "without": "{count}名学生没有这个值",
        "outside": "另有{count}名不适用本办法，未列入",
        "value": "值",
        "number": "学号",
        "name": "姓名",
        "saved": "已存入 {name}",
        "policy saved": "办法的文件已保存。",
        "read anew": "已重新读入。",
        "choose": "选定学生可看影响；比较全体可用 creditlang diff。",
        "still": "会话仍按原来的进行。",
        "nobody left": "数据里已没有学生{number}。",
        "interrupted": "已中断，什么都没有改。",
        "no change": "办法没有改动。",
        "help": "可以输入命令；写一条规则就是试它；写表达式就是问该学生的数值。",
        "more help": "“帮助 词”说明某条命令或某个关键词。",
        "for instance": "例如",
        "language": "以下用中文回答。",
        "not tested": "“creditlang test”不读这个文件；不写“到 文件”，例子就存到它会读的地方。",
        "holds if changed": "这个例子对改动后的办法成立：请用“保存补丁”把改动也存下来。",
    },
}


class Counted(int):
    """A number that is written with the word behind its colon, `{count:student}`: 1 student, 2 students."""

    def __format__(self, word: str) -> str:
        """The number, and the word as many as there are."""
        return f"{int(self)} {word}{'' if self == 1 else 's'}" if word else str(int(self))


def word(language: Language, name: str, /, **values: object) -> str:
    """A sentence of the session."""
    shown = {key: Counted(value) if type(value) is int else value for key, value in values.items()}
    return _WORDS[language][name].format(**shown)
