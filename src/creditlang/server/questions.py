"""What can be asked, and what is answered, as types: requests are read by them, and the document of the interface is
made of them.

Values of students and records are what JSON has, numbers exact; what they mean, the policy says. Amounts in answers are
text, exact. Places in a text are code points from its beginning.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypedDict

from msgspec import Meta, Struct

from creditlang.need import NeedData
from creditlang.page.in_words import PeopleTable, StudentAsWritten, StudentOverview

Cells = dict[str, Any]
"""The fields of a student or a record, by name or label."""
Row = dict[str, Any]
"""A row of a result table, by column."""


class PolicyText(Struct, frozen=True, forbid_unknown_fields=True):
    """A policy that comes with the question."""

    text: str
    name: str = "policy.credit"
    """What findings call it."""
    files: dict[str, str] = {}
    """The texts of the files beside it that it uses, by name: `use "./rates"` asks for `rates`."""
    examples: dict[str, str] = {}
    """The texts of its files of examples, by name."""


Named = str | PolicyText
"""A policy, by the name under which the server has it, or the text of one."""


# ---- questions
class PolicyQuestion(Struct, frozen=True, forbid_unknown_fields=True):
    """About a policy alone."""

    policy: Named


class Formatted(PolicyQuestion, frozen=True, forbid_unknown_fields=True):
    """The text in the one layout, and in a language, if one is given."""

    language: Literal["en", "zh"] | None = None


class Lines(PolicyQuestion, frozen=True, forbid_unknown_fields=True):
    """About a text in an editor, of which some lines are wanted in colours, from 1 on; without `last`, to the end."""

    first: Annotated[int, Meta(ge=1)] = 1
    last: Annotated[int, Meta(ge=1)] | None = None


class AtPlace(PolicyQuestion, frozen=True, forbid_unknown_fields=True):
    """About a place in a policy's text, in code points from its beginning."""

    at: Annotated[int, Meta(ge=0)]


class Clauses(PolicyQuestion, frozen=True, forbid_unknown_fields=True):
    """The rulebook; `clauses` is the text of the regulation, where the server does not have it."""

    clauses: str | None = None


class StudentQuestion(PolicyQuestion, frozen=True, forbid_unknown_fields=True):
    """About one student with all their records, by kind."""

    student: Cells
    records: dict[str, list[Cells]] = {}
    as_of: str | None = None
    set: Cells = {}


class Why(StudentQuestion, frozen=True, forbid_unknown_fields=True):
    """Why it comes out so; `topic` is an account, an item, a requirement, a fact or a record."""

    topic: str | None = None


class WhatIf(StudentQuestion, frozen=True, forbid_unknown_fields=True):
    """What would be different with records added, by kind, or dropped, by id, and with other named values."""

    add: dict[str, list[Cells]] = {}
    drop: list[str] = []
    change: Cells = {}


class StillNeeded(StudentQuestion, frozen=True, forbid_unknown_fields=True):
    """What is still needed for a requirement, or for each, with records from the day after `as_of` on.

    Without `as_of` that is today; `by` is the end of the student's last semester, if nothing else is said.
    """

    requirement: str | None = None
    by: str | None = None
    without: list[str] = []
    """Items and kinds of records that are not to be made use of."""


class PostedFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of data, such as a workbook; `content` is in base 64."""

    name: str
    content: bytes


class Data(Struct, frozen=True, forbid_unknown_fields=True):
    """The data of many students: rows by kind, files, or the sample of a policy that comes with creditlang."""

    tables: dict[str, list[Cells]] = {}
    files: list[PostedFile] = []
    sample: str | None = None
    mappings: list[str] = []
    """Names of bundled mappings, by which other headings are read."""


class Run(PolicyQuestion, frozen=True, forbid_unknown_fields=True):
    """About many students, or those who are named."""

    data: Data
    as_of: str | None = None
    set: Cells = {}
    students: list[str] = []


class Compared(Struct, frozen=True, forbid_unknown_fields=True):
    """Who gains and who loses when `new` takes the place of `old`; both may be one policy with other values."""

    old: Named
    new: Named
    data: Data
    as_of: str | None = None
    set_old: Cells = {}
    set_new: Cells = {}
    students: list[str] = []
    page: bool = False
    """Whether to draw a page of it, with pictures."""


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """What people read on the page, where people are called what the policy calls them."""

    policy: Named | None = None


class StudentBeside(Struct, frozen=True, forbid_unknown_fields=True):
    """One student as they are now, and as they were before: by another policy, with other records or named values."""

    now: StudentQuestion
    before: StudentQuestion | None = None


class StudentOfData(PolicyQuestion, frozen=True, forbid_unknown_fields=True):
    """One student of some data, by number."""

    data: Data
    student: str


class CodeQuestion(Struct, frozen=True, forbid_unknown_fields=True):
    """What a finding's code means."""

    code: str


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """Asked of the server itself."""


# ---- answers
class Finding(TypedDict):
    """A finding, as `creditlang check --format json` has it."""

    code: str
    name: str
    severity: Literal["error", "warning", "note"]
    message: str
    fix: str | None
    file: str | None
    line: int | None
    column: int | None
    end_line: int | None
    end_column: int | None
    row: int | None
    field: str | None
    labels: list[dict[str, Any]]
    edits: list[dict[str, Any]]


class Findings(TypedDict):
    """What was found; also what a refused request is answered with."""

    version: int
    diagnostics: list[Finding]


class ServedPolicy(TypedDict):
    """A policy that the server has."""

    name: str
    title: str
    sample: bool


class ServedPolicies(TypedDict):
    """The policies that the server has."""

    version: int
    policies: list[ServedPolicy]


class PolicyTexts(TypedDict):
    """The text of a policy that the server has, of the files beside it and of its examples."""

    version: int
    name: str
    text: str
    files: dict[str, str]
    examples: dict[str, str]
    clauses: str | None


class Text(TypedDict):
    """A text to be read."""

    version: int
    text: str


class HtmlPage(TypedDict):
    """A page of HTML that needs nothing else."""

    version: int
    html: str


class ReadingTold(TypedDict):
    """How a policy reads what the regulation leaves unclear."""

    text: str
    article: str
    place: str


class NamedValue(TypedDict):
    """A value with a name, which a question may set; `value` as it is written."""

    name: str
    label: str
    value: str
    articles: list[str]


class Readings(TypedDict):
    """The readings of a policy, and its named values."""

    version: int
    readings: list[ReadingTold]
    settings: list[NamedValue]
    needs_day: bool
    """Whether the day as of which to work out has to be said."""


class Choice(TypedDict):
    """A value that can stand in a column, by the word that people choose, and other words for it."""

    word: str
    others: list[str]


class ColumnOfSheet(TypedDict):
    """A column of a sheet."""

    name: str
    labels: list[str]
    type: str
    type_word: str
    needed: bool
    need_word: str
    default: str
    choices: list[Choice]
    article: str


class SheetNeeded(TypedDict):
    """The sheet of students, the first, or of a kind of record."""

    name: str
    labels: list[str]
    columns: list[ColumnOfSheet]


class BundledMapping(TypedDict):
    """A bundled mapping, by which sheets with other headings are read."""

    name: str
    title: str


class Sheets(TypedDict):
    """The sheets and columns that a policy needs, and the mappings that are meant for it."""

    version: int
    sheets: list[SheetNeeded]
    mappings: list[BundledMapping]


class Colour(TypedDict):
    """A piece of a text, and what it is."""

    start: int
    end: int
    kind: str


class Outlined(TypedDict):
    """What a text declares, by line."""

    name: str
    label: str
    sort: str
    line: int
    articles: list[str]


class Edited(TypedDict):
    """What an editor shows of a text."""

    version: int
    diagnostics: list[Finding]
    colours: list[Colour]
    outline: list[Outlined]


class Completion(TypedDict):
    """A text that may stand from `start` up to the place."""

    text: str
    start: int
    sort: str
    about: str


class Completions(TypedDict):
    """What can come next, best first."""

    version: int
    completions: list[Completion]


class Hovered(TypedDict):
    """What is told of the word at a place; empty where there is none."""

    version: int
    start: int
    end: int
    text: str


class StudentAnswer(TypedDict):
    """A student's results: the result tables as `creditlang run --format json` has them, without those of the run."""

    version: int
    student: str
    tables: dict[str, list[Row]]
    diagnostics: list[Finding]


class WhyAnswer(TypedDict):
    """The answer in words, and what else may be asked for."""

    version: int
    text: str
    topics: list[str]


class WhatIfAnswer(TypedDict):
    """The results before and after, and what differs, as the tables of a comparison have it."""

    version: int
    before: dict[str, list[Row]]
    after: dict[str, list[Row]]
    differences: dict[str, list[Row]]
    text: str
    diagnostics: list[Finding]


class StillNeededAnswer(TypedDict):
    """What is short of each requirement, what would fill it, and records with which it is met."""

    version: int
    needs: list[NeedData]


class RunAnswer(TypedDict):
    """The result tables of many students; `reliable` where every record is accounted for and every student decided."""

    version: int
    reliable: bool
    equation: str
    tables: dict[str, list[Row]]


class ComparedAnswer(TypedDict):
    """The tables of a comparison, the same in words, and as a page of HTML where that was asked for."""

    version: int
    reliable: bool
    tables: dict[str, list[Row]]
    text: str
    html: str


class SampleAnswer(TypedDict):
    """Sample data of a policy: rows by kind, the students' first, cells as they are written."""

    version: int
    tables: dict[str, list[dict[str, str]]]


class Asked(Struct, frozen=True):
    """What a route takes and gives, and what it is for."""

    question: type
    answer: type
    about: str
    quick: bool = False
    """Whether it is about one student: by a policy that is at hand, it does not wait for what may take long."""


QUESTIONS: Final[Mapping[str, Asked]] = {
    "policies": Asked(Nothing, ServedPolicies, "The policies that the server has."),
    "text": Asked(PolicyQuestion, PolicyTexts, "The text of a policy that the server has."),
    "check": Asked(PolicyQuestion, Findings, "Is a policy sound? Nothing is run."),
    "test": Asked(PolicyQuestion, dict[str, Any], "The examples in a policy, and what they cover."),
    "readings": Asked(PolicyQuestion, Readings, "How a policy reads what the regulation leaves unclear."),
    "schema": Asked(PolicyQuestion, Sheets, "The sheets and columns that a policy needs."),
    "fmt": Asked(Formatted, Text, "A policy in the one layout, or in the other language."),
    "rulebook": Asked(Clauses, HtmlPage, "A policy as a book beside its regulation."),
    "edit": Asked(Lines, Edited, "Findings, colours and an outline of a text, for an editor."),
    "complete": Asked(AtPlace, Completions, "What can come next at a place of a text."),
    "hover": Asked(AtPlace, Hovered, "What a word at a place of a text means."),
    "evaluate": Asked(StudentQuestion, StudentAnswer, "The results of one student.", quick=True),
    "why": Asked(Why, WhyAnswer, "Why a student's results come out so.", quick=True),
    "what-if": Asked(WhatIf, WhatIfAnswer, "What would be different for one student.", quick=True),
    "need": Asked(StillNeeded, StillNeededAnswer, "What a student still needs for a requirement, and what would do."),
    "run": Asked(Run, RunAnswer, "The results of many students."),
    "diff": Asked(Compared, ComparedAnswer, "Who gains and who loses between two versions of a policy."),
    "sample": Asked(PolicyQuestion, SampleAnswer, "Sample data of a policy that comes with creditlang."),
    "overview": Asked(StudentBeside, StudentOverview, "One student in words, beside what they were before."),
    "people": Asked(Run, PeopleTable, "Many students in words."),
    "person": Asked(StudentOfData, StudentAsWritten, "One student of some data, as a form takes them."),
    "words": Asked(Words, dict[str, str], "What people read on the page."),
    "explain": Asked(CodeQuestion, Text, "What a finding's code means, with an example."),
}
"""All that can be asked, by the last part of its address."""
