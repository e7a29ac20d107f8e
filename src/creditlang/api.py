"""The library for programs: load a policy, evaluate a student, ask why, ask what if, run a cohort.

    policy = creditlang.load("hengyang")
    result = policy.evaluate(student, {"activity": [{"item": "lecture", "on": "2024-10-08", "level": "school"}]})
    result.account("moral"); result.requirement("graduation").short; print(result.why("moral"))

    cohort = policy.run(tables={"student": students, "activity": activities})   # data frames
    cohort.tables["accounts"].to_polars()

A policy is immutable and may be shared between threads and pickled. Amounts are decimals, or intervals where a decision
is missing. Dates may be dates or text. A float, as JSON has them, is a number by its shortest decimal text, if that
fits the decimals of its field; whatever is not understood is refused with a `DataError`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from creditlang.cohort import Cohort, Settings, asked_rows, result_tables, run_cohort
from creditlang.cohort_in_parts import NotInParts, run_in_parts
from creditlang.comparison import Comparison, Differences, Side, compare_cohorts, differences, one_reading
from creditlang.core import operators as o
from creditlang.data.given_rows import unknown_name
from creditlang.data.sheets.program_tables import FramesSource, no_tables
from creditlang.diagnostics import Diagnostic, Language, Phrase, Place, report, system_reason
from creditlang.driver import compile_source, decode, find_policy, read_source
from creditlang.errors import DataError, PolicyError
from creditlang.explain import Explanation
from creditlang.given_arguments import (
    asked_tables,
    check_period,
    declared_name,
    dropped_ids,
    fields_of,
    given_day,
    kinds_with_records,
    look_at,
    opened_mappings,
    rows_by_kind,
    settings_by_name,
    student_as_given,
    typed_settings,
    wrong_argument,
)
from creditlang.html_views import policy_view, result_view
from creditlang.ledger import PartLine, StudentResult
from creditlang.one_student import Engine, StudentData, StudentsOfPolicy, as_read, day_not_said
from creditlang.plugin import PluginManager, Source
from creditlang.record_lines import RecordLine, record_lines
from creditlang.results import Results
from creditlang.schema import RawTable
from creditlang.toolkit.result_table import ResultTable
from creditlang.values import Interval, amount_text

Amount = Decimal | Interval


def load(policy: str | Path, *, plugins: bool = True) -> "Policy":
    """A policy from a path, a text (of several lines) or the name of a bundled one.

    Functions and calendars that it names come from the installed plugins, unless `plugins` is False. Raises
    `PolicyError` with everything that is wrong; warnings do not count.
    """
    look_at(policy=policy, plugins=plugins)
    if isinstance(policy, str) and "\n" in policy:
        source = decode(policy.encode("utf-8", "surrogatepass"), "policy")
    else:
        path = find_policy(str(policy))
        if path is None:
            raise PolicyError([report("CR644", Place(str(policy)))])
        try:
            source = read_source(path)
        except OSError as error:
            raise PolicyError([report("CR620", Place(path.name), reason=system_reason(error))]) from None
    if isinstance(source, Diagnostic):
        raise PolicyError([source])
    compiled = compile_source(
        source, extensions=lambda: PluginManager(no_plugins=not plugins).extensions(), plugin_checks=False
    )
    if compiled.errors:
        raise PolicyError(compiled.errors)
    return Policy(compiled.policy)


def loaded(policy: "Policy | str | Path") -> "Policy":
    """A policy that may have been loaded before."""
    return policy if isinstance(policy, Policy) else load(policy)


@frozen
class Policy:
    """A compiled policy."""

    core: o.Policy
    _students: StudentsOfPolicy = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_students", StudentsOfPolicy(self.core))

    def __repr__(self) -> str:
        return f"<Policy {self.core.identifier}: {len(self.core.rules)} rules>"

    def _repr_html_(self) -> str:
        """Its title and accounts, for notebooks."""
        return policy_view(self.core)

    def __reduce__(self) -> tuple[Any, ...]:
        """By its core; code that was generated for it is generated again."""
        return Policy, (self.core,)

    def evaluate(
        self,
        student: Mapping[str, object] | Any,
        records: Mapping[str, Any],
        *,
        as_of: date | str | None = None,
        set: Mapping[str, Any] | None = None,
    ) -> "Result":
        """The results of one student.

        `student` and each record are mappings, or attrs objects, of names or labels to values; `records` lists them by
        kind. `set` gives named values, and what is known only among others, such as `class_rank` and
        `class_rank.ranked`: without it ranks are open. Raises `DataError` when the student's own attributes cannot be
        read, and for fields and kinds that there are not; a record with a bad value is only invalid.
        """
        look_at(records=records, as_of=as_of, set=set)
        given = list(rows_by_kind(self.core, records))
        return _evaluate(self, fields_of(student, "student"), given, as_of, settings_by_name(self.core, set))

    def run(  # noqa: PLR0913 - all but the first have names
        self,
        data: str | Path | Sequence[str | Path] = (),
        *,
        tables: Mapping[str, Any] | None = None,
        mapping: str | Path | Sequence[str | Path] = (),
        as_of: date | str | None = None,
        set: Mapping[str, Any] | None = None,
        language: Language = "en",
        engine: Engine = "auto",
        results: str | Sequence[str] = (),
        at_once: int = 0,
    ) -> Cohort:
        """The results of all students of a source, or of tables at hand, or both.

        `data` is a folder, a file, `sample:NAME` or `scheme:where`, or several. `tables` gives tables by the names or
        labels of their kinds, `{"student": students, "activity": activities}`: data frames of polars or pandas, pyarrow
        tables, whatever has `__arrow_c_stream__`. `mapping` says how to read sheets with other headings: files, or
        names of bundled ones. `engine` says what works the students out; all give the same. `results` names the result
        tables to make, `["students", "accounts"]`, if not all: the fewer, the sooner; the manifest is always made, and
        all is counted whatever is made. With `at_once`, about so many rows are worked out at a time, so that memory
        does not grow with the data; the rows of a table then come from disk, as often as they are gone through. Raises
        `DataError` when a mapping or a table cannot be used, and CR865 where there can be no parts.
        """
        look_at(at_once=at_once)
        made = asked_tables(results)
        settings = evolve(self._settings(mapping, as_of, set, language, engine), tables=made)
        with ExitStack() as stack:
            sources = self._opened(stack, data, tables)
            work_out = partial(run_in_parts, at_once=at_once) if at_once else run_cohort
            try:
                cohort = work_out(self.core, _tables(sources), settings, lambda: _problems(sources), {})
            except NotInParts as error:
                raise DataError([report("CR865", None, reason=error.reason)]) from None
            cohort.results.rows["manifest"] += [*cohort.parts_rows, *asked_rows(made)]
            cohort.results.rows["manifest"] += [("data_hash", source.fingerprint()) for source in sources]
            return cohort

    def _opened(
        self, stack: ExitStack, data: str | Path | Sequence[str | Path], tables: Mapping[str, Any] | None
    ) -> list[Source]:
        """The sources of data and tables, closed with the stack."""
        look_at(data=data, tables=tables)
        if not data and not tables:
            expected = Phrase("a folder or file, unless tables are given", "文件夹或文件（没有给 tables 时）")
            raise wrong_argument("data", expected, data, '"students/"')
        if found := no_tables(tables or {}):
            raise DataError(found)
        addresses = [str(address) for address in ([data] if isinstance(data, str | Path) else data)]
        sources = stack.enter_context(PluginManager().opened(addresses))
        return [*sources, FramesSource(tables)] if tables else sources

    def _settings(
        self, mapping: str | Path | Sequence[str | Path], as_of: date | str | None, set: Mapping[str, Any] | None,
        language: Language, engine: Engine,
    ) -> Settings:  # fmt: skip
        look_at(mapping=mapping, as_of=as_of, set=set, language=language, engine=engine)
        mappings = opened_mappings(self.core, [mapping] if isinstance(mapping, (str, Path)) else mapping)
        overrides = typed_settings(self.core, settings_by_name(self.core, set, alone=False))
        return Settings(given_day(as_of), overrides, frozenset(), language, mappings, engine)


def compare(  # noqa: PLR0913 - all but three have names
    old: "Policy | str | Path",
    new: "Policy | str | Path",
    data: str | Path | Sequence[str | Path] = (),
    *,
    tables: Mapping[str, Any] | None = None,
    mapping: str | Path | Sequence[str | Path] = (),
    as_of: date | str | None = None,
    set_old: Mapping[str, Any] | None = None,
    set_new: Mapping[str, Any] | None = None,
    engine: Engine = "auto",
) -> Comparison:
    """Who gains and who loses when `new` takes the place of `old`, over all students, and which rules do it.

    The policies are as `load` takes them, and may be one policy with other named values, `set_old` and `set_new`.
    `data`, `tables`, `mapping` and `engine` are those of `Policy.run`. Raises `DataError` also when the data change
    between the reading for one side and that for the other.
    """
    policies = [loaded(x) for x in (old, new)]
    with ExitStack() as stack:
        sides, sources = [], []
        for policy, own in zip(policies, (set_old, set_new), strict=True):
            opened = policy._opened(stack, data, tables)
            settings = policy._settings(mapping, as_of, own, "en", engine)
            sides.append(Side(policy.core, settings, partial(_tables, opened), partial(_problems, opened)))
            sources.append(opened)
        comparison = compare_cohorts(sides[0], sides[1]).comparison
        hashes = [[source.fingerprint() for source in opened] for opened in sources]
        if not one_reading(*sides) and hashes[0] != hashes[1]:
            raise DataError([report("CR696", None)])
    comparison.manifest += [("data_hash", value) for value in hashes[0]]
    return comparison


def _tables(sources: Iterable[Source]) -> Iterator[RawTable]:
    return (table for source in sources for table in source.tables())


def _problems(sources: Iterable[Source]) -> list[Diagnostic]:
    return [found for source in sources for found in source.problems]


def _evaluate(
    policy: Policy,
    student: Mapping[str, object],
    given: Sequence[tuple[Any, Mapping[str, object]]],
    as_of: date | str | None,
    overrides: Mapping[str, Any],
) -> "Result":
    who, identifiers, wrong = student_as_given(policy.core, student, given)
    typed, day = typed_settings(policy.core, overrides), given_day(as_of)
    ranks = {name: value for name, value in typed.items() if name not in policy.core.settings}
    named = {name: value for name, value in typed.items() if name in policy.core.settings}
    if unsaid := day_not_said(policy.core, day, who.records):
        raise DataError([unsaid])
    result = policy._students.at(day, named, ranks).result(read := as_read(who))
    return Result(
        policy, result, dict(student), tuple(given), as_of=day, overrides=typed, read=read, identifiers=identifiers,
        findings=(*wrong, *result.problems),
    )  # fmt: skip


@frozen
class Requirement:
    """A requirement of one student: its status and its parts."""

    status: str
    parts: tuple[PartLine, ...]

    @property
    def short(self) -> dict[str, Amount | None]:
        """What is missing, by part; parts that are met, or do not apply, are left out."""
        return {part.part: part.short for part in self.parts if part.status in ("unmet", "open")}


@frozen
class Result:
    """The results of one student."""

    policy: Policy
    ledger: StudentResult
    student: Mapping[str, object]
    given: tuple[tuple[str, Mapping[str, object]], ...]
    """The records as they were given, with their kinds."""
    as_of: date | None
    overrides: Mapping[str, Any]
    read: StudentData
    """The student as read."""
    identifiers: tuple[str, ...]
    """Of the records, in their order; those without an id of their own have one made."""
    findings: tuple[Diagnostic, ...]
    """What is wrong with the records, and what is worth knowing of the results."""

    def __repr__(self) -> str:
        statuses = ", ".join(f"{name} {status}" for name, status in self.ledger.requirements.items())
        return f"<Result of {self.ledger.student} by {self.policy.core.identifier}{f': {statuses}' * bool(statuses)}>"

    def _repr_html_(self) -> str:
        """Accounts and requirements, for notebooks."""
        return result_view(self.policy.core, self.ledger)

    @property
    def records(self) -> tuple[RecordLine, ...]:
        """What became of each record: its disposition, the reason, and the amount that counts."""
        return tuple(record_lines(self.ledger))

    @property
    def tables(self) -> dict[str, ResultTable]:
        """The result tables by name, as those of a cohort; the manifest is empty."""
        results = Results(self.policy.core, "en")
        results.add(self.ledger)
        for found in self.findings:
            results.issue(found, self.ledger.student)
        results.finish([])
        return result_tables(results)

    def account(self, name: str, period: str = "") -> Amount | None:
        """The balance of an account, by name or label: in a period, or over the whole time."""
        accounts = self.policy.core.accounts
        wanted = declared_name("account", name, accounts)
        check_period(self.policy.core, self.ledger, period)
        found = [line.amount for line in self.ledger.accounts if line.account == wanted and line.period == period]
        return found[0] if found else None

    def fact(self, name: str, period: str = "") -> object:
        """The value of a fact: in a period, or once for the student."""
        wanted = declared_name("fact", name, self.policy.core.facts)
        check_period(self.policy.core, self.ledger, period)
        found = [line.value for line in self.ledger.facts if line.fact == wanted and line.period == period]
        return found[0] if found else None

    def requirement(self, name: str) -> Requirement:
        """A requirement, by name or label."""
        declared = self.policy.core.requirements
        wanted = declared_name("require", name, declared)
        parts = tuple(part for part in self.ledger.parts if part.requirement == wanted)
        return Requirement(self.ledger.requirements.get(wanted, "open"), parts)

    def why(self, topic: str | None = None, language: Language = "en") -> str:
        """The answer in words: records, steps and articles."""
        look_at(topic=topic, language=language)
        explanation = Explanation(self.policy.core, self.ledger, language)
        if topic is not None and self.ledger.applies and not explanation.knows(topic):
            raise DataError([unknown_name("name", topic, explanation.topics(), None)])
        return explanation.answer(topic)

    def what_if(
        self,
        *,
        add: Iterable[tuple[str, Mapping[str, object]]] = (),
        drop: Iterable[str] = (),
        set: Mapping[str, Any] | None = None,
    ) -> "Change":
        """The same student with records added, as (kind, record), or dropped by id, or named values set."""
        look_at(add=add, drop=drop, set=set)
        gone = dropped_ids(drop, self.identifiers)
        kept = [row for row, own in zip(self.given, self.identifiers, strict=True) if own not in gone]
        overrides = {**self.overrides, **settings_by_name(self.policy.core, set)}
        add = list(kinds_with_records(self.policy.core, add))
        return Change(self, _evaluate(self.policy, self.student, [*kept, *add], self.as_of, overrides))


@frozen
class Change:
    """Two results of one student, before and after."""

    before: Result
    after: Result

    @property
    def differences(self) -> Differences:
        """All that differs, and which rules did it."""
        one, two = self.before, self.after
        policies = one.policy.core, two.policy.core
        return differences(one.ledger, two.ledger, *policies, one.overrides, two.overrides)

    @property
    def accounts(self) -> dict[tuple[str, str], tuple[object, object]]:
        """The balances that differ, by account and period: before and after."""
        return {(x.name, x.period): (x.before, x.after) for x in self.differences.accounts}

    @property
    def requirements(self) -> dict[str, tuple[str, str]]:
        """The requirements whose status differs: before and after."""
        return {x.name: (str(x.before), str(x.after)) for x in self.differences.requirements}

    def __str__(self) -> str:
        lines = [
            f"{account} {period}: {amount_text(before)} → {amount_text(after)}".replace(" :", ":")
            for (account, period), (before, after) in self.accounts.items()
        ]
        lines += [f"{name}: {before} → {after}" for name, (before, after) in self.requirements.items()]
        return "\n".join(lines)
