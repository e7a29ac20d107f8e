"""What people read, in both languages: the words that several rooms need, and what a thing is called.

`terms` has one table for each sort of word, by the code that result tables and files have; `label` says what people
call a thing that a policy declares; `said` fills a sentence, with numbers that know their plural. A sentence that only
one module says stands there as a `Phrase`; what is wrong with policy or data stands in the pages of the codes; keywords
stand in `grammar/keywords.toml`. Nowhere else is it asked which language somebody reads.
"""

from creditlang.diagnostics import Language, Phrase, in_language, listed
from creditlang.diagnostics.diagnostic import COLON, COMMA
from creditlang.words.labels import Declared, first_fit, label, unit_label
from creditlang.words.sentences import (
    IN_BRACKETS,
    NONE,
    NOTHING,
    OTHER_BEGINNING,
    OVER,
    SEMICOLON,
    STANDING,
    TOO_DEEP,
    Counted,
    both,
    said,
)
from creditlang.words.terms import (
    ANSWERS,
    COLUMNS,
    COMPARISON_COLUMNS,
    DISPOSITIONS,
    EXPECTED,
    PERIODS,
    SEVERITIES,
    SORTS,
    STATUSES,
    STEPS,
    TABLES,
    TYPES,
    code_of,
    word,
    yes_or_no,
)

__all__ = [
    "ANSWERS",
    "COLON",
    "COLUMNS",
    "COMMA",
    "COMPARISON_COLUMNS",
    "DISPOSITIONS",
    "EXPECTED",
    "IN_BRACKETS",
    "NONE",
    "NOTHING",
    "OTHER_BEGINNING",
    "OVER",
    "PERIODS",
    "SEMICOLON",
    "SEVERITIES",
    "SORTS",
    "STANDING",
    "STATUSES",
    "STEPS",
    "TABLES",
    "TOO_DEEP",
    "TYPES",
    "Counted",
    "Declared",
    "Language",
    "Phrase",
    "both",
    "code_of",
    "first_fit",
    "in_language",
    "label",
    "listed",
    "said",
    "unit_label",
    "word",
    "yes_or_no",
]
