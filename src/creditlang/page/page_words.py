"""Everything that people read on the page, in both languages; `{name}` stands for a value that the page knows."""

from collections.abc import Mapping
from typing import Final

from creditlang.diagnostics import Language, Phrase, in_language
from creditlang.diagnostics.person_words import of_people
from creditlang.diagnostics.render import ROW
from creditlang.words import COLUMNS, SEMICOLON, STUDENT_NUMBER, TABLES

_WORDS: Final[Mapping[str, Phrase]] = {
    "policy": Phrase("Policies", "已有办法"),
    "open_file": Phrase("Open a file …", "打开文件……"),
    "save": Phrase("Save as a file", "存为文件"),
    "revert": Phrase("Back to the saved text", "恢复已存文本"),
    "not_saved": Phrase(
        "The text has been changed and not saved. Leave it?", "正文已经改动，还没有保存。要放弃改动吗？"
    ),
    "number": STUDENT_NUMBER,
    "print": Phrase("Print", "打印"),
    "policy_text": Phrase("Text of the policy", "办法正文"),
    "keys": Phrase(
        "Ctrl+Space: what can come next; Tab or an arrow key and Enter takes it, Esc closes the list.",
        "Ctrl+空格：显示可填内容；Tab，或方向键加回车选用，Esc 关闭列表。",
    ),
    "completions": Phrase("What can come next", "可填内容"),
    "findings": Phrase("Findings", "检查结果"),
    "nothing_found": Phrase("Nothing to find fault with.", "没有发现问题。"),
    "found": Phrase("Findings: {count}", "发现{count}处问题"),
    "line": Phrase("line {line}", "第{line}行"),
    "row": ROW,
    "mend": Phrase("Mend", "改正"),
    "what_if": Phrase("What if …", "如果……"),
    "as_of": Phrase("As of", "截止日期"),
    "named_values": Phrase("Other named values", "改动设定值"),
    "as_written": Phrase("in the policy: {value}", "办法中为：{value}"),
    "views": Phrase("Views", "视图"),
    "stale": Phrase(
        "The text has errors: what stands below is of the text before.", "正文有错误：下面仍是按改动前的正文计算的。"
    ),
    "student": Phrase("One student", "一名学生"),
    "people": Phrase("Many students", "全体学生"),
    "regulation": Phrase("Regulation", "条文对照"),
    "stays_here": Phrase(
        "What you open stays on this computer: it is worked out here and not kept.",
        "打开的数据不离开本机：只在本机计算，算完不留存。",
    ),
    "no_server": Phrase(
        "creditlang does not answer: is it still running?", "creditlang 没有应答：程序是不是已经关闭？"
    ),
    "between": SEMICOLON,
    "working": Phrase("Working …", "正在计算……"),
    # ---- one student
    "students": TABLES["students"],
    "records": TABLES["records"],
    "add": Phrase("Add: {kind}", "新增：{kind}"),
    "change": Phrase("Change", "修改"),
    "drop": Phrase("Drop", "删除"),
    "change_record": Phrase("Change {name}", "修改{name}"),
    "drop_record": Phrase("Drop {name}", "删除{name}"),
    "restart": Phrase("Back to the beginning", "恢复原样"),
    "take": Phrase("Take over", "确定"),
    "cancel": Phrase("Cancel", "取消"),
    "needed": Phrase("must be filled in", "必填"),
    "needed_if": Phrase("must be filled in {when}", "{when}必填"),
    "if_empty": Phrase("if empty: {value}", "不填视为：{value}"),
    "left_out": Phrase("Records that could not be read: {count}", "有{count}条记录无法读取"),
    "outside": Phrase("The policy does not apply to this student.", "本办法不适用于该学生。"),
    "different": Phrase("What is different", "有何变化"),
    "differences": Phrase("Different for this student: {count}", "该学生有{count}处变化。"),
    "nothing_differs": Phrase("Nothing differs.", "没有变化。"),
    "because": Phrase("because of {rules}", "原因：{rules}"),
    "still_needed": Phrase("What is still needed", "还缺什么"),
    "try_records": Phrase("Try way {number}: {count} records", "试用办法{number}：{count}条记录"),
    "requirements": TABLES["requirements"],
    "accounts": TABLES["accounts"],
    "facts": TABLES["facts"],
    "column_kind": COLUMNS["kind"],
    "column_item": COLUMNS["item"],
    "column_date": COLUMNS["date"],
    "column_disposition": COLUMNS["disposition"],
    "column_counted": COLUMNS["counted"],
    "column_reason": COLUMNS["reason"],
    # ---- many students
    "drop_here": Phrase(
        "Drop workbooks or CSV files anywhere on this page, or",
        "把表格文件（xlsx、csv）拖到页面任意位置，或者",
    ),
    "headings": Phrase("Also read:", "另可读取："),
    "choose_files": Phrase("choose files …", "选择文件……"),
    "try_sample": Phrase("Try the sample data", "试用样例数据"),
    "sample": Phrase("Sample data", "样例数据"),
    "search": Phrase("Search", "查找"),
    "more_rows": Phrase("{shown} of {rows} rows", "共{rows}行，显示前{shown}行"),
    "problems": Phrase("Problems in the data: {count}", "数据中有{count}处问题"),
    "compare": Phrase("Compare with the saved policy", "与已存办法比较"),
    "edited": Phrase("{name} (changed)", "{name}（改动后）"),
    "comparison": Phrase("Who gains, who loses", "谁增谁减"),
    "save_page": Phrase("Save this page", "保存此页"),
    "comparison_file": Phrase("comparison.html", "比较.html"),
    # ---- the regulation
    "draw_again": Phrase("Draw anew", "重新生成"),
    "rulebook_file": Phrase("rulebook.html", "条文对照.html"),
    "to_line": Phrase("to line {line} of the policy", "转到办法第{line}行"),
}  # fmt: skip


def page_words(language: Language) -> dict[str, str]:
    """The words of the page in a language, by their names in it; people are called what a policy calls them."""
    return {name: of_people(in_language(words, language), language) for name, words in _WORDS.items()}
