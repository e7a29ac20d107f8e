"""What can stand at a place, in words: terminals of the grammar, by kinds where many of a kind can."""

from collections.abc import Iterable

from creditlang.diagnostics import Phrase, either
from creditlang.syntax.keywords import keywords
from creditlang.words import EXPECTED

NAMED = {
    "NAME": EXPECTED["name"],
    "STRING": Phrase("a text in quotation marks", "引号里的文字"),
    "NUMBER": EXPECTED["number"],
    "DATE": EXPECTED["date"],
    "_NL": Phrase("the end of the line", "行末"),
    "_INDENT": Phrase("an indented line", "缩进的下一行"),
    "CITATION": Phrase("an article in brackets", "方括号里的条款"),
    "SEMESTER_NAME": EXPECTED["semester"],
    "_DEDENT": Phrase("the end of the block", "本段结束"),
    "$END": Phrase("the end of the file", "文件末尾"),
    "COLON": Phrase("“:”", "“：”"),
    "COMMA": Phrase("“,”", "“，”"),
    "CLAUSE_COMMA": Phrase("“,”", "“，”"),
    "PERCENT": Phrase("a percentage", "百分数"),
    "STAR": Phrase("“*”", "“*”"),
    "SLASH": Phrase("“/”", "“/”"),
    "DOT": Phrase("“.”", "“.”"),
    "LPAR": Phrase("“(”", "“（”"),
    "RPAR": Phrase("“)”", "“）”"),
    "LSQB": Phrase("“[”", "“[”"),
    "RSQB": Phrase("“]”", "“]”"),
    "EQUAL": Phrase("“=”", "“=”"),
    "MORE": Phrase("“>”", "“>”"),
    "BAR": Phrase("“|”", "“|”"),
}
_GROUPS: tuple[tuple[frozenset[str], Phrase], ...] = (
    (frozenset({"CATEGORY", "RECORD", "FACT"}), Phrase("a declaration such as “category”", "“类别”等声明")),
    (frozenset({"CAP", "VOID", "ONCE"}), Phrase("a line such as “cap …” or “void when …”", "“最高……”“作废 当……”等行")),
    (frozenset({"NAME", "NUMBER", "LPAR"}), Phrase("a value", "一个值")),
    (frozenset({"AT_LEAST", "LESS", "EQUAL"}), Phrase("a comparison such as “at least”", "“至少”等比较")),
    (frozenset({"PLUS", "STAR"}), Phrase("a sign such as “+”", "“+”等运算符号")),
    (frozenset({"IN_THE_LAST", "EVER"}), Phrase("a time such as “in the last 12 months”", "“近12个月”等时间范围")),
)
"""What stands for many terminals that can stand at a place together; a place that takes some of a group takes all."""
_FEW = 6
_LIKELY = ("COLON", "PER_EVENT", "PER", "WHEN", "COMMA", "CLAUSE_COMMA", "_NL")
"""What is told first of the rest."""


def described(terminal: str) -> Phrase:
    """A terminal in words; a keyword that a language has no form of says nothing there."""
    if terminal in NAMED:
        return NAMED[terminal]
    forms = keywords().forms.get(terminal)
    if forms is None:
        return Phrase(terminal, terminal)
    return Phrase(*("".join(f"“{form}”" for form in each[:1]) for each in forms.values()))


def expected_words(terminals: Iterable[str]) -> Phrase:
    """What could stand there in a few words: groups of words that go together, then the likeliest of the rest."""
    left = set(terminals)
    choices: list[Phrase] = []
    if len(left) > _FEW:
        for group, phrase in _GROUPS:
            if group <= left:
                choices.append(phrase)
                left -= group
    order = {name: place for place, name in enumerate(_LIKELY)}
    rest = sorted(left, key=lambda name: (order.get(name, _FEW + 9), name not in NAMED, name))
    if choices:
        rest = [name for name in rest if name in order]
    choices += map(described, rest)
    sides = zip(*((str(choice), choice.zh) for choice in choices), strict=True)
    english, chinese = (list(dict.fromkeys(filter(None, side)))[:_FEW] for side in sides)
    return Phrase(either(english or chinese), either(chinese or english).zh)
