"""更正通知: where a later run differs from an earlier one, for each student concerned: before, after, and why.

Of any policy, in the language of the run; made of the corrections that `creditlang correct` finds. Each result that
differs stands with what it was, what it is and what made it so: the record, what happened to it, who decided.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Final

from creditlang.diagnostics import Language, Phrase, in_language
from creditlang.diagnostics.diagnostic import COLON
from creditlang.plugin import Form
from creditlang.plugin.document import Document, Line, plain
from creditlang.plugin.run_data import Person, ResultRow, RunData, shown
from creditlang.schema import Value
from creditlang.toolkit.office_sheet import NAME, OFFICE, as_of_text, heading, rows_of, sheet, titled
from creditlang.toolkit.open_amounts import Amount
from creditlang.words import ANSWERS, IN_BRACKETS, NONE, SEMICOLON, STATUSES, STUDENT_NUMBER, TOGETHER_WITH, said, word

_WIDTHS: Final = (24, 11, 11, 44)
_TITLE: Final = Phrase("Notice of corrected results", "认定结果更正通知")
_HEADINGS: Final = (
    Phrase("Result", "结果"), Phrase("before", "更正前"), Phrase("now", "更正后"), Phrase("why", "更正原因"),
)  # fmt: skip
_ABOUT: Final = Phrase(
    "Your results under “{title}” have been worked out again. The results below differ from those you were told "
    "before; all others stay as they were.",
    "根据《{title}》，你的认定结果已重新计算。下列结果与此前通知的不同，其余结果不变。",
)
_SHARE: Final = Phrase("{told}: {share}", "{told}：{share}")
_OBJECT: Final = Phrase(
    "If you object to this correction, write to {office}: which result, which record, and why. Bring what proves it.",
    "对本次更正有异议的，请向{office}书面提出，写明哪一项结果、哪一条记录和理由，并附证明材料。",
)
_SIGNED: Final = Phrase(" (seal)  Date: ____________________", "（盖章）　　　　　年　　月　　日")


class CorrectionLetter(Form):
    """A letter for each student who has other results."""

    title = Phrase("Letters about corrected results", "认定结果更正通知")
    languages = ("en", "zh")
    of_corrections = True

    def documents(self, run: RunData) -> Iterator[Document]:
        """A PDF and a web page each."""
        for student, rows in run.by_student("corrections").items():
            yield _letter(run, student, run.students.get(student, {"student_id": student}), rows)


def _letter(run: RunData, student: str, person: Person, rows: Sequence[ResultRow]) -> Document:
    language, columns = run.language, len(_WIDTHS)
    name = shown(person.get("name"))
    about = [
        f"{said(called, language)}{in_language(COLON, language)}{text}"
        for called, text in ((NAME, name), (STUDENT_NUMBER, student)) if text
    ]  # fmt: skip
    before = titled(said(_TITLE, language), (*about, as_of_text(run.as_of, language)), columns)
    before.append(plain(said(_ABOUT, language, title=run.policy.title or run.policy.identifier), columns, size=11))
    head = [heading(said(text, language) for text in _HEADINGS)]
    table = [
        _result(run, *key, list(causes))
        for key, causes in groupby(rows, key=lambda row: (row["sort"], row["name"], row["period"]))
    ]
    pages = sheet(_WIDTHS, before, head, rows_of(table, left=(0, 3)), _after(run, columns))
    title = " ".join(filter(None, (student, name, said(_TITLE, language))))
    return Document(title, said(_TITLE, language), _WIDTHS, pages, formats=("pdf", "html"), language=language)


def _result(run: RunData, sort: Value, name: Value, period: Value, causes: Sequence[ResultRow]) -> tuple[Value, ...]:
    """A result: what it is called, before, after, and why."""
    policy, language, row = run.policy, run.language, causes[0]
    called = policy.facts.get(str(name), str(name))
    if sort == "require":
        called = policy.requirements[str(name)].label if name in policy.requirements else called
    elif sort == "account":
        called = policy.accounts[str(name)].label if name in policy.accounts else called
    unit = policy.units.get(str(row["unit"]), str(row["unit"]))
    notes = [str(period), unit, str(row["article"] or "")]
    called += "".join(said(IN_BRACKETS, language, note=note) for note in notes if note)
    return called, *(_value(row[side], language) for side in ("before", "after")), _why(causes, language)


def _value(value: Value, language: Language) -> Value:
    if value is None:
        return said(NONE, language)
    text = word(STATUSES, value, language) if str(value) in STATUSES else word(ANSWERS, value, language)
    return text if text != str(value) or not isinstance(value, Decimal) else Amount.shown_of(value)


def _why(causes: Sequence[ResultRow], language: Language) -> str:
    """All causes; those that only together made their share stand as one."""
    told = []
    for _, group in groupby(causes, key=lambda row: row["together"] or row["told"]):
        rows = list(group)
        first, *others = (str(row["told"]) for row in rows)
        text = said(SEMICOLON, language).join((first, *(said(TOGETHER_WITH, language, told=other) for other in others)))
        share = rows[0]["share"]
        many = len(rows) < len(causes) and isinstance(share, Decimal)
        told.append(said(_SHARE, language, told=text, share=f"{share:+f}") if many else text)
    return "\n".join(told)


def _after(run: RunData, columns: int) -> list[Line]:
    """How to object, and who says so."""
    language = run.language
    office = run.policy.issuer or said(OFFICE, language)
    own = [f"{text}{said(IN_BRACKETS, language, note=x)}" if x else text for text, x in run.policy.objections]
    return [
        *(plain(text, columns, size=10) for text in own or [said(_OBJECT, language, office=office)]),
        plain(f"{office}{said(_SIGNED, language)}", columns, align="right", height=30),
    ]
