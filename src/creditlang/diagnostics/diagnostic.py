"""What a stage has to say: a code, the values that fill its sentence, and the place.

A diagnostic holds no prose. The sentence, the fix and the severity belong to the code's page; see `catalogue`. Words
that a stage itself supplies, such as the kinds of token it expected, are given as a `Phrase` in both languages.
"""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Literal

from attrs import field, frozen

from creditlang.source import Span

Language = Literal["en", "zh"]


class Severity(Enum):
    """How much a diagnostic weighs: an error stops the run, a warning is a finding, a note only informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Phrase(str):
    """Words in both languages. As a plain string it is the English."""

    zh: str

    def __new__(cls, en: str, zh: str) -> "Phrase":
        """`en` and `zh` say the same."""
        phrase = super().__new__(cls, en)
        phrase.zh = zh
        return phrase

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        return str(self), self.zh


COLON = Phrase(": ", "：")
COMMA = Phrase(", ", "，")
SEVERITY_WORDS: Mapping[str, Phrase] = {
    "error": Phrase("error", "错误"), "warning": Phrase("warning", "警告"), "note": Phrase("note", "提示"),
}  # fmt: skip


def in_language(text: str, language: Language) -> str:
    """`text` itself, or the side of a `Phrase` that is in `language`."""
    return text.zh if language == "zh" and isinstance(text, Phrase) else str(text)


def listed(texts: Iterable[str]) -> Phrase:
    """Texts in a row: ``a, b, c``, in Chinese ``a、b、c``; ``a；b`` where one has a 、 itself."""
    texts = tuple(texts)
    chinese = [in_language(text, "zh") for text in texts]
    return Phrase(", ".join(texts), ("；" if any("、" in text for text in chinese) else "、").join(chinese))


def either(choices: Iterable[str]) -> Phrase:
    """The choices as one phrase: ``a, b or c``, in Chinese ``a、b或c``."""
    phrases = list(choices)
    *first, last = phrases or [""]
    chinese = [in_language(phrase, "zh") for phrase in first]
    if not first:
        return Phrase(str(last), in_language(last, "zh"))
    return Phrase(f"{', '.join(first)} or {last}", f"{'、'.join(chinese)}或{in_language(last, 'zh')}")


@frozen
class Label:
    """A second place that explains the first. A label at the diagnostic's own span puts its words at the caret."""

    span: Span
    text: str | None = None


@frozen
class Place:
    """A place in data: a file or sheet, in it a row as the sheet itself numbers them, and the name of a column."""

    source: str
    row: int | None = None
    column: str | None = None


class Meant(str):
    """A name or a form that was meant; `sure` where nothing else can have been, so that it may be put in its place."""

    sure: bool

    def __new__(cls, text: str, sure: bool) -> "Meant":
        """`text` itself is what was meant."""
        meant = super().__new__(cls, text)
        meant.sure = sure
        return meant


@frozen
class Edit:
    """A text to put in the place of a span."""

    span: Span
    text: str


@frozen
class Diagnostic:
    """One finding. At most one of `span` (in a policy) and `place` (in data) is set. `edits` are there only where it is
    certain what was meant; all together they remedy the finding.
    """

    code: str
    arguments: Mapping[str, str] = field(factory=dict, hash=False)
    span: Span | None = None
    place: Place | None = None
    labels: tuple[Label, ...] = ()
    severity: Severity = Severity.ERROR
    edits: tuple[Edit, ...] = ()

    def __attrs_post_init__(self) -> None:
        if self.span is not None and self.place is not None:
            raise ValueError(f"{self.code} is either in a policy or in data, not in both")
