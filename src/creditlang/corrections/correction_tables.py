"""Corrections as a table and in lines: for each student what was, what is, and why."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from creditlang.core import operators as o
from creditlang.corrections.changed_data import Piece
from creditlang.corrections.worked_out_causes import Cause, Correction, Corrections
from creditlang.diagnostics import Language, Phrase, in_language
from creditlang.diagnostics.diagnostic import COLON
from creditlang.results import amount_value, fact_value, headed
from creditlang.schema import CORRECTION_TABLES, Column, Row, Value
from creditlang.values import Interval, amount_text, subtract
from creditlang.words import (
    ANSWERS,
    CORRECTION_CAUSES,
    CORRECTION_COLUMNS,
    IN_BRACKETS,
    NOTHING,
    STATUSES,
    TOGETHER_WITH,
    label,
    said,
    unit_label,
    word,
)

_NOBODY: Final = Phrase("No result differs.", "没有结果发生变化。")
_STUDENTS: Final = Phrase("{count:student} whose results differ", "结果有变化的学生：{count}人")
_IDLE: Final = Phrase(
    "{count:student} whose data differ and whose results do not", "数据有变化而结果不变的学生：{count}人"
)


def correction_columns(language: Language) -> tuple[Column, ...]:
    """The columns of the table, with headings and the words for codes in a language."""
    words = {
        "cause": {code: in_language(text, language) for code, text in CORRECTION_CAUSES.items()},
    }
    words["before"] = words["after"] = {code: in_language(text, language) for code, text in STATUSES.items()}
    columns = CORRECTION_TABLES["corrections"]
    return tuple(headed(x, CORRECTION_COLUMNS, language, words.get(x.name)) for x in columns)


def correction_rows(found: Corrections, language: Language) -> Iterator[Row]:
    """A row for each result that is another one and each cause of it."""
    policy = found.sides[1].policy
    for change in found.changes:
        sort, name, period = change.result
        declared = _declared(found, change)
        unit = declared.unit or ""
        values = [_value(sort, value) for value in (change.before, change.after)]
        difference = _difference(change)
        for cause in change.causes:
            piece = cause.piece
            yield (
                change.student, sort, name, period, *values, amount_value(difference), unit, piece.sort, piece.kind,
                piece.record.strip(), cause_text(policy, cause, language), amount_value(cause.share),
                None if cause.group is None else cause.group + 1, declared.article,
            )  # fmt: skip


def correction_text(found: Corrections, language: Language) -> str:
    """The same in lines, for people."""
    return "\n".join(_lines(found, language))


def _lines(found: Corrections, language: Language) -> Iterator[str]:
    policy, people = found.sides[1].policy, 0
    for student, changes in groupby(found.changes, key=lambda change: change.student):
        people += 1
        yield student
        for change in changes:
            declared, period = _declared(found, change), change.result[2]
            unit = unit_label(declared.unit, policy.unit_labels, language, change.after)
            was, now = (_shown(change, value, language) for value in (change.before, change.after))
            called = f"{label(declared, language)} {period}".strip()
            yield f"  {called}{in_language(COLON, language)}{was} → {now} {unit}".rstrip()
            for _, group in groupby(change.causes, key=lambda cause: cause.group if cause.group is not None else cause):
                causes = list(group)
                shared = causes[0].share if len(causes) < len(change.causes) else None
                note = "" if shared is None else said(IN_BRACKETS, language, note=f"{shared:+f}")
                for place, cause in enumerate(causes, start=1):
                    told = cause_text(policy, cause, language) + note * (place == len(causes))
                    yield f"    {said(TOGETHER_WITH, language, told=told) if place > 1 else told}"
    if people:
        yield ""
    yield said(_STUDENTS, language, count=people) if people else in_language(_NOBODY, language)
    if found.without_effect:
        yield said(_IDLE, language, count=len(found.without_effect))


def cause_text(policy: o.Policy, cause: Cause, language: Language) -> str:
    """What made a result another one, in words: the record, what happened to it, how it differs."""
    return piece_text(policy, cause.piece, language)


def piece_text(policy: o.Policy, piece: Piece, language: Language) -> str:
    """The same of a difference."""
    happened = "" if piece.sort == "decided" else word(CORRECTION_CAUSES, piece.sort, language)
    told = in_language(piece.told, language)
    if piece.kind and piece.kind in policy.kinds:
        record = f"{label(policy.kinds[piece.kind], language)} {piece.record.strip()}"
        return in_language(COLON, language).join(filter(None, (record, happened, told)))
    return in_language(COLON, language).join(filter(None, (happened, told)))


def _declared(found: Corrections, change: Correction) -> o.Account | o.Decide:
    """What the policy says of the thing that is another one; the later policy, where it has it."""
    sort, name, _ = change.result
    for side in reversed(found.sides):
        policy = side.policy
        things: dict[str, Mapping[str, o.Account | o.Decide]] = {
            "require": policy.requirements, "account": policy.accounts, "fact": policy.facts,
        }  # fmt: skip
        if name in things[sort]:
            return things[sort][name]
    raise AssertionError(f"{name} is in neither policy")


def _difference(change: Correction) -> Decimal | Interval | None:
    pair = [Decimal(0) if x is None else x for x in (change.before, change.after)]
    if change.result[0] == "require" or not all(isinstance(x, Decimal | Interval) for x in pair):
        return None
    return subtract(pair[1], pair[0])


def _value(sort: str, value: object) -> Value:
    if sort == "account":
        return amount_value(Decimal(0) if value is None else value)
    return fact_value(value)


def _shown(change: Correction, value: Any, language: Language) -> str:
    """A result as people read it."""
    sort = change.result[0]
    if sort == "require":
        return word(STATUSES, value, language) if value is not None else in_language(NOTHING, language)
    if sort == "account" or isinstance(value, Decimal | Interval):
        return amount_text(Decimal(0) if value is None else value)
    return word(ANSWERS, fact_value(value), language) if value is not None else in_language(NOTHING, language)
