"""Lines as people write them who have not read the reference: each is understood, or answered with what can be typed.

The lines stand in `phrasing/`, one file for each language, by what they stand in; under each is what the program says
of it: `understood`, or the finding and what it advises. `pytest tests/stages/test_phrasing.py --update` writes the
answers. Where a finding advises words in place of those it marks, they are put there, and must be understood.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from attrs import frozen

from creditlang.diagnostics import Diagnostic, Language, Severity, fix, in_language, message, render
from creditlang.driver import check_text
from creditlang.source import SourceFile
from creditlang.syntax import parse

HERE = Path(__file__).parent / "phrasing"
GROUND = {
    "en": """unit points
student
    hired_on : date
    house    : text
let other = 2
record event
    item    : item
    on      : date
    minutes : number
    code    : text
    grade   : number
    credits : number
    proof   : text
""",
    "zh": """计量单位 分
记录 活动
    项目：项目
    日期：日期
    小时：数
    内容：文本
    名次：数
    成绩：数
""",
}
AROUND = {
    "en": {
        "category": "category acc in points from event\n    item late : 1 per event\n    {}\n",
        "item": "category acc in points from event\n    item late\n        {}\n",
        "file": "category acc in points from event\n    item late : 1 per event\n{}\n",
        "require": "category acc in points from event\n    item late : 1 per event\nrequire enough\n    {}\n",
    },
    "zh": {
        "category": "类别 德育 单位 分 取自 活动\n    项目 讲座：每次 1\n    {}\n",
        "item": "类别 德育 单位 分 取自 活动\n    项目 讲座\n        {}\n",
        "file": "类别 德育 单位 分 取自 活动\n    项目 讲座：每次 1\n{}\n",
        "require": "类别 德育 单位 分 取自 活动\n    项目 讲座：每次 1\n要求 达标\n    {}\n",
    },
}
UNREAD = re.compile(r"CR0\d\d|CR10[13]|CR11[0124]")
"""What says that a line was not understood; what is found later is about its meaning."""


@frozen
class Line:
    """A line as it was written, and what it stood in."""

    language: Language
    around: str
    text: str

    def policy(self, text: str) -> str:
        """The whole policy with `text` in the line's place."""
        lines = text.replace(" ⏎ ", "\n    ")
        return GROUND[self.language] + AROUND[self.language][self.around].format(lines)


def sections(language: Language) -> Iterator[tuple[Line | str, str]]:
    """The headings, and the lines with their answers, of a file in written order."""
    around, written = "", (HERE / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    for number, text in enumerate(written):
        if re.fullmatch(r"\[\w+\]", text):
            around = text[1:-1]
            yield text, ""
        elif not text.startswith("\t"):
            yield Line(language, around, text), written[number + 1].strip()


def unread(policy: str) -> list[Diagnostic]:
    """What says that something was not understood."""
    found = check_text(policy, "policy.credit")
    return [one for one in found if UNREAD.fullmatch(one.code) and one.severity is Severity.ERROR]


def advised(found: Diagnostic, line: Line) -> list[str]:
    """The policies that the advice of a finding comes to: its words in place of those that it marks, or beside them."""
    advice = fix(found, line.language) or ""
    marks = r"`([^`]+)`" if line.language == "en" else r"“([^”]+)”"
    policy, span = line.policy(line.text), found.span
    assert span is not None
    if found.code == "CR012":
        heading, *under = re.findall(marks, advice.replace("…", "x"))
        top = "\n    ".join([heading, *under]) + "\n"
        is_line = not re.match(r"(require|record|ranking|fact) ", heading)
        return [line.policy(top.rstrip().replace("\n    ", "\n" + " " * 12)) if is_line else line.policy("") + top]
    forms = [found.arguments["nearest"]] if found.arguments.get("nearest") else re.findall(marks, advice)
    typed = [
        in_language(form, line.language)
        for form in forms
        if "…" not in str(form) and found.code in ("CR011", "CR101", "CR114")
    ]
    return [policy[: span.start] + form + policy[span.end :] for form in typed if form not in ("per", "每")]


def answer(line: Line) -> str:
    """What is said of a line, of its first place that is not understood."""
    found = unread(line.policy(line.text))
    if not found:
        return "understood"
    advice = fix(found[0], line.language)
    return f"{found[0].code} {message(found[0], line.language)}" + (f" → {advice}" if advice else "")


LINES = [line for language in ("en", "zh") for line, _ in sections(language) if isinstance(line, Line)]


@cache
def outcome(line: Line) -> bool:
    """Whether a line is understood, or all that is advised to be typed in its place is."""
    found = unread(line.policy(line.text))
    policies = advised(found[0], line) if found else []
    for policy in policies:
        left = parse(SourceFile("policy", policy)).diagnostics
        assert not left, f"{line.text} is answered with what is not understood:\n{policy}\n{render(left[0])}"
    return not found or bool(policies)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.text)
def test_what_is_advised_is_understood(line: Line) -> None:
    outcome(line)


def test_nine_of_ten_are_understood_or_can_be_mended() -> None:
    left = [line.text for line in LINES if not outcome(line)]
    assert len(left) * 10 <= len(LINES), left


def test_there_is_always_advice_on_syntax() -> None:
    for line in LINES:
        for found in unread(line.policy(line.text)):
            assert found.code != "CR005" or fix(found, line.language), line.text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_answers(language: Language, update: bool) -> None:
    path = HERE / f"{language}.txt"
    said = "".join(
        f"{line}\n" if isinstance(line, str) else f"{line.text}\n\t{answer(line)}\n" for line, _ in sections(language)
    )
    if update:
        path.write_text(said, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == said
