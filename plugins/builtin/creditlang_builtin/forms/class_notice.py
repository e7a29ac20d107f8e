"""班级公示: the results of a class, to be hung up. Of any policy, in the language of the run.

Numbers and names are masked, and nothing is shown of which anything personal could be learnt: no records, no reasons,
no parts of requirements. The students of a class are in the order of what is shown of them, which tells nothing of what
is not. Students without a class make a notice of their own.
"""

from collections.abc import Iterator
from typing import Final

from creditlang.diagnostics import Phrase, in_language
from creditlang.plugin import Form
from creditlang.plugin.document import Document, Line, plain
from creditlang.plugin.run_data import Person, ResultRow, RunData, shown
from creditlang.schema import Value, in_words
from creditlang.toolkit.office_sheet import NAME, OFFICE, as_of_text, heading, rows_of, sheet, titled
from creditlang.toolkit.open_amounts import Amount
from creditlang.toolkit.public_masks import HOW_MASKED, masked, public_rows
from creditlang.words import ANSWERS, IN_BRACKETS, STATUSES, STUDENT_NUMBER, said, word

_TITLE: Final = Phrase("Results of the class", "班级结果公示")
_SHORT_TITLE: Final = Phrase("results", "结果公示")
_NO_CLASS: Final = Phrase("without a class", "未分班")
_PEOPLE: Final = Phrase("{count:student}", "{count}人")
_HEADINGS: Final = (Phrase("No.", "序号"), STUDENT_NUMBER, NAME)
_OPEN: Final = Phrase(
    "“open”, and numbers such as “79 … 81”: records are still to be decided or corrected; the result follows then.",
    "“未定”和“79 … 81”这样的数：还有记录等待核定或更正，核定以后再作结论。",
)
_LOOKED_UP: Final = Phrase(
    "Students who object to their result turn to the class teacher or counsellor with their student card while this "
    "notice is displayed, who looks up what became of each record, why and by which article.",
    "本人对结果有异议的，请在公示期内凭学生证向班主任或辅导员提出，由其代查每条记录的处理结果、原因和依据。",
)
_REVIEW: Final = Phrase(
    "Who still objects applies in writing to {office} for a review.", "仍有异议的，向{office}书面申请复核。"
)
_DISPLAYED: Final = Phrase(
    "Displayed from ____________________ to ____________________",
    "公示期：　　　　年　　月　　日至　　　　年　　月　　日",
)
_SIGNED: Final = Phrase("Displayed by (seal): ____________________", "公示单位（盖章）：　　　　　　　　　　")
_FEW: Final = 5
"""Columns of results that a page takes upright."""
_LOW: Final = 30.0
_TALL: Final = 46.0
"""Points of the heading: many columns are narrow, so their names take three lines."""


class ClassNotice(Form):
    """A notice for each class."""

    title = Phrase("Results of a class for public display", "班级结果公示")
    languages = ("en", "zh")

    def documents(self, run: RunData) -> Iterator[Document]:
        """A workbook, a PDF and a web page each."""
        results = {str(row["student_id"]): row for row in run.results["students"]}
        for (college, name), people in run.groups("college", "class").items():
            told = [person for person in people if person["student_id"] in results]
            if told:
                yield self._notice(run, college, name, told, results)

    def _notice(
        self, run: RunData, college: str, name: str, people: list[Person], results: dict[str, ResultRow]
    ) -> Document:
        policy = run.policy
        names = [x for x in results[str(people[0]["student_id"])] if x != "student_id"]
        labels = [policy.requirements[x].label if x in policy.requirements else _account_label(run, x) for x in names]
        wide = len(names) > _FEW
        widths = (6, 13, 12, *([8.5] * len(names) if wide else map(_width, labels)))
        columns = len(widths)
        rows = public_rows(
            (*masked(shown(x["student_id"]), shown(x.get("name"))),
             *(_result(run, name, results[str(x["student_id"])][name]) for name in names))
            for x in people
        )  # fmt: skip
        called, language = name or said(_NO_CLASS, run.language), run.language
        about = (college, called, said(_PEOPLE, language, count=len(people)), as_of_text(run.as_of, language))
        before = titled(said(_TITLE, language), about, columns)
        before.insert(1, plain(policy.title, columns, align="center", height=36))
        head = [heading((*(said(text, language) for text in _HEADINGS), *labels), _TALL if wide else _LOW)]
        pages = sheet(widths, before, head, rows_of(rows), _after(run, columns), wide)
        title = " ".join(filter(None, (college, called, said(_SHORT_TITLE, language))))
        return Document(title, said(_TITLE, language), widths, pages, wide, ("xlsx", "pdf", "html"), language=language)


def _width(label: str) -> float:
    """Of a column, so that its heading stands on one line if it is not too long."""
    return min(max(2 * len(label) + 1.5, 11), 18)


def _account_label(run: RunData, name: str) -> str:
    """What a total is called, with its unit where the name does not end with it already, as 奖励学分 does."""
    account = run.policy.accounts.get(name)
    if account is None:
        return run.policy.facts.get(name, name)
    unit = run.policy.units.get(account.unit, account.unit)
    ends = not unit or account.label.endswith(unit)
    return account.label if ends else account.label + said(IN_BRACKETS, run.language, note=unit)


def _result(run: RunData, name: str, value: Value) -> Value:
    """A cell of the notice: how a requirement stands, an amount, the value of a fact."""
    policy = run.policy
    if name in policy.requirements:
        return word(STATUSES, value, run.language)
    if name in policy.accounts and ": " not in str(value):
        return Amount.shown_of(value)
    answers = {code: in_language(text, run.language) for code, text in ANSWERS.items()}
    return "" if value is None else in_words(value, {**answers, **policy.values})


def _after(run: RunData, columns: int) -> list[Line]:
    """How to object, who says so, and since when."""
    language = run.language
    office = run.policy.issuer or said(OFFICE, language)
    own = [f"{text}{said(IN_BRACKETS, language, note=x)}" if x else text for text, x in run.policy.objections]
    review = own or [said(_REVIEW, language, office=office)]
    texts = [said(text, language) for text in (_OPEN, HOW_MASKED, _LOOKED_UP)]
    return [
        *(plain(text, columns, size=10) for text in (*texts, *review)),
        plain(said(_DISPLAYED, language), columns, size=10, height=24),
        plain(said(_SIGNED, language), columns, align="right", height=24),
    ]
