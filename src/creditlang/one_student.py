"""One student worked out: the one way to it for a run over many, the session, the library and examples.

What a policy means is the interpreter's affair; generated code gives the same for most students in a fraction of the
time. Here stands what holds whoever asks: which of the two works a student out, which named values can be set, and that
a student of whom an attribute could not be read meets no requirement and fails none.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal

from creditlang.core.dependencies import references_of
from creditlang.core.expressions import Read
from creditlang.core.operators import RANK_WORDS, Policy
from creditlang.core.period_uses import ends_today
from creditlang.data.dataset import Student
from creditlang.diagnostics import Diagnostic, Phrase, in_language, listed, nearest, report
from creditlang.interpreter import Answers, Interpreter, StudentData
from creditlang.interpreter.calendar_days import SchoolCalendar
from creditlang.ledger import GroupLine, Record, StudentResult
from creditlang.toolkit.extras import has, need

if TYPE_CHECKING:
    from creditlang.columnar import ColumnarEngine
    from creditlang.compiled import CompiledEngine

__all__ = [
    "Answers",
    "Engine",
    "OneStudent",
    "SchoolCalendar",
    "StudentData",
    "StudentsOfPolicy",
    "as_read",
    "day_not_said",
    "period_on",
    "together_names",
    "unknown_values",
    "wrong_place",
]


Engine = Literal["auto", "reference", "compiled", "columnar"]
"""What works students out: the interpreter, which defines the meaning; code generated from the policy, which hands whom
it does not cover to the interpreter; or columns of many students at once, which leave whom they do not cover to that
code. All give the same, to the last byte; `auto` takes the one that is fastest for as many students.
"""
_MOST_KEPT: Final = 8
_WORTH_CODE: Final = 20
"""As many students cost the interpreter about as much as it takes to generate code: measured 5 to 20."""
_WORTH_COLUMNS: Final = 500
"""From as many on columns are faster than code, where few are worked out alone; it takes time to fill their tables."""


class OneStudent:
    """Works out the students of a policy, each by itself, as of a day and with named values as written or set."""

    def __init__(
        self, policy: Policy, as_of: date | None = None, overrides: Mapping[str, Any] | None = None,
        ranks: Mapping[str, Any] | None = None, engine: Engine = "auto", expected: int = 0,
    ) -> None:  # fmt: skip
        """`overrides` are typed values by the names of what they stand for; ask `unknown_values` before. `ranks` are
        said to be what they are, in place of what would come out among others: `class_rank`, `class_rank.ranked`.
        `expected` is how many students will be asked for, as far as that is known.

        Raises `PluginError` CR787 where columns are wanted and Arrow is not installed.
        """
        if engine == "columnar":
            need("fast")
        elif engine == "auto" and expected >= _WORTH_COLUMNS and has("fast"):
            engine = "columnar"
        self._interpreter = Interpreter(policy, as_of, overrides, ranks)
        self._engine, self._expected, self._day_said = engine, expected, as_of is not None
        self._compiled: CompiledEngine | None = None
        self._worked_out = self._in_columns = 0
        self._left: Counter[Phrase] = Counter()
        self._columnar: ColumnarEngine | None = None
        self.as_of = self._interpreter.as_of
        """Without a day of its own, the last of the calendar."""

    def among(self, students: Callable[[], Iterable[StudentData]]) -> "OneStudent":
        """Let each student be one of these, who may be gone through several times. Without it, ranks are open."""
        if self._interpreter.together:
            self._interpreter.among(students)
        return self

    def groups(self) -> Iterable[GroupLine]:
        """What has come out for groups of the students."""
        return self._interpreter.standings.lines() if self._interpreter.standings is not None else ()

    def findings(self) -> Iterable[Diagnostic]:
        """What is worth saying of what the students are together, and of the day that was taken as nobody said one."""
        yield from self._interpreter.findings()
        if not self._day_said and self.as_of is not None and _asks_for_day(self._interpreter.policy):
            yield report("CR617", None, day=self.as_of.isoformat())

    def result(self, student: StudentData) -> StudentResult:
        """All results of a student."""
        worked = compiled.work_out(student) if (compiled := self._code()) is not None else None
        if worked is not None:
            found = worked.result()
            worked.close()
        else:
            found = self._interpreter.evaluate(student)
        self._worked_out += 1
        return _open_if_unreadable(student, found)

    def _code(self) -> "CompiledEngine | None":
        """The code generated for the policy, if it is to be used."""
        worth = self._engine == "auto" and max(self._expected, self._worked_out) >= _WORTH_CODE
        if self._compiled is None and (worth or self._engine in ("compiled", "columnar")):
            from creditlang.compiled import CompiledEngine

            self._compiled = CompiledEngine(self._interpreter)
        return self._compiled

    def columns(self) -> "ColumnarEngine | None":
        """What works many students out at once, if that is wanted and covers the policy."""
        if self._engine == "columnar" and self._columnar is None:
            from creditlang.columnar import ColumnarEngine
            from creditlang.plan import lower

            self._columnar = ColumnarEngine(lower(self._interpreter.policy), self._interpreter)
        return self._columnar if self._columnar is not None and not self._columnar.lacks else None

    def note_in_columns(self, students: int, left: Iterable[tuple[Phrase, int]] = ()) -> None:
        """Note that so many students have been worked out in columns, and what has left how many to be done alone."""
        self._in_columns += students
        for why, count in left:
            self._left[why] += count

    def worked_out_by(self) -> Phrase:
        """What has worked the students out, and how many it has left to others, and why."""
        alone = self._worked_out_alone()
        if self._columnar is None:
            return alone
        if self._columnar.lacks:
            why = listed(self._columnar.lacks)
            return Phrase(f"{alone}; not in columns ({why})", f"{alone.zh}；不能按列计算（{why.zh}）")
        if not self._worked_out:
            return Phrase("columnar", "columnar")
        count, of = self._worked_out, self._worked_out + self._in_columns
        left = +self._left
        en, zh = (f" ({_counted(left)})", f"（{_counted(left).zh}）") if left else ("", "")
        return Phrase(
            f"columnar; {count} of {of} alone{en}, by {alone}", f"columnar；{of}人中{count}人单独计算{zh}，用{alone.zh}"
        )

    def _worked_out_alone(self) -> Phrase:
        compiled = self._compiled
        if compiled is None or compiled.lacks:
            return _by_reference(compiled.lacks if compiled is not None else ())
        left = compiled.handed_over
        if not left:
            return Phrase("compiled", "compiled")
        why, count, of = _counted(left), left.total(), self._worked_out
        return Phrase(
            f"compiled; {count} of {of} by reference ({why})", f"compiled；{of}人中{count}人用reference（{why.zh}）"
        )

    def answers(self, student: StudentData, records_only: bool = False) -> Answers:
        """A student of whom more may be asked; with `records_only` nothing is worked out."""
        answers = self._interpreter.ask(student, records_only)
        _open_if_unreadable(student, answers.result)
        return answers


class StudentsOfPolicy:
    """What works out the students of a policy, kept for each day and named values that were asked for last."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._kept: dict[tuple[Any, ...], OneStudent] = {}

    def at(self, as_of: date | None, overrides: Mapping[str, Any], ranks: Mapping[str, Any]) -> OneStudent:
        """As of a day and with named values as `OneStudent` takes them, each student alone."""
        key = as_of, tuple(sorted(overrides.items())), tuple(sorted(ranks.items()))
        found = self._kept.get(key)
        if found is None:
            found = OneStudent(self._policy, as_of, overrides, ranks)
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = found
        return found


def _counted(left: Mapping[Phrase, int]) -> Phrase:
    """How many there are of each."""
    en = ", ".join(f"{why}: {count}" for why, count in sorted(left.items()))
    return Phrase(en, "，".join(f"{in_language(why, 'zh')}：{count}" for why, count in sorted(left.items())))


def _by_reference(lacks: Iterable[str]) -> Phrase:
    reasons = list(lacks)
    if not reasons:
        return Phrase("reference", "reference")
    zh = "、".join(in_language(why, "zh") for why in reasons)
    return Phrase(f"reference ({', '.join(reasons)})", f"reference（{zh}）")


def as_read(student: Student, records: Iterable[Record] | None = None) -> StudentData:
    """A student as read, with the records read for them or, if given, others."""
    own = tuple(student.records if records is None else records)
    return StudentData(student.identifier, student.attributes, own, student.problem is not None)


def together_names(policy: Policy) -> Mapping[str, str]:
    """What is known only among all students, by everything that it may be called: ranks, how many are ranked and are in
    the group, what is decided for groups. They can be set for a student who is alone.
    """
    found: dict[str, str] = {}
    for fact in policy.facts.values():
        parts = RANK_WORDS if fact.rank is not None else {}
        for text in (fact.name, *fact.labels) if fact.among_others else ():
            found.setdefault(text, fact.name)
            for word, part in parts.items():
                found.setdefault(f"{text}.{word}", f"{fact.name}.{part}")
    return found


def wrong_place(policy: Policy, given: Mapping[str, Any]) -> tuple[str, Phrase] | None:
    """The first of the places and counts that are said to come out which cannot be so, and what it has to be."""
    for name, value in given.items():
        ranking, _, part = name.partition(".")
        fact = policy.facts.get(ranking)
        if fact is None or not (part or fact.rank is not None):
            continue
        if value != int(value) or value < 1:
            return name, Phrase("a whole number from 1 on", "从1起的整数")
        fewer = (ranking, f"{ranking}.ranked", f"{ranking}.all")
        least = max((given[x] for x in fewer[: fewer.index(name)] if x in given), default=value)
        if value < least:
            return name, Phrase(f"{least:f} or more", f"{least:f}或更大的数")
    return None


def period_on(policy: Policy, kind: str, day: date) -> str | None:
    """What the built-in period of a kind is called that holds a day; None for a day outside the calendar."""
    return SchoolCalendar(policy.calendar).key_of_day(kind, day)


def unknown_values(policy: Policy, names: Iterable[str]) -> list[Diagnostic]:
    """Of the named values that are to be set, those that the policy does not have."""
    gone = [name for name in names if name not in policy.settings]
    return [report("CR401", None, name=name, nearest=nearest(name, policy.settings) or "") for name in gone]


def day_not_said(policy: Policy, as_of: date | None, records: Iterable[Record]) -> Diagnostic | None:
    """What is wrong where a policy asks for the as-of day, nobody has said it, and no calendar has a last day.

    It is never taken from the data: one date mistyped would make everybody's run out. The newest one is only named.
    """
    if as_of is not None or policy.calendar.semesters or not _asks_for_day(policy):
        return None
    newest = max((record.on for record in records if record.on is not None), default=None)
    return report("CR613", None, newest=newest.isoformat() if newest else "2025-01-31")


def _asks_for_day(policy: Policy) -> bool:
    return bool(
        policy.periods
        or any(x.what == "as of" for x in references_of(policy, Read))
        or ends_today(policy)
        or any(kind.clean for kind in policy.kinds.values())
    )


def _open_if_unreadable(student: StudentData, result: StudentResult) -> StudentResult:
    if student.unreadable:
        result.requirements = {name: "open" for name in result.requirements}
    return result
