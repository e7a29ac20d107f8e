"""The library for programs: load a policy, evaluate a student, ask why, ask what if, run a cohort.

    policy = creditlang.load("hengyang")
    result = policy.evaluate(student, {"activity": [{"item": "lecture", "on": "2024-10-08", "level": "school"}]})
    result.account("moral"); result.requirement("graduation").short; print(result.why("moral"))

    cohort = policy.run(tables={"student": students, "activity": activities})   # data frames
    cohort.tables["accounts"].to_polars()

A policy is immutable and may be shared between threads and pickled. Amounts are decimals, or intervals where a decision
is missing. Dates may be dates or text; floats, and whatever else is no exact value, are refused.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import attrs
from attrs import field, frozen

from creditlang.cohort import Cohort, Settings, run_cohort
from creditlang.comparison import Comparison, Differences, Side, compare_cohorts, differences, one_reading
from creditlang.core import operators as o
from creditlang.data.cells import CellError, parse_date
from creditlang.data.columns import given_text, setting_value
from creditlang.data.mappings.mapping import MappingFile
from creditlang.data.mappings.mapping_file import open_mapping
from creditlang.data.people.record_owners import Owners
from creditlang.data.reader import DataReader
from creditlang.data.sheets.program_tables import FramesSource, no_tables
from creditlang.data.sheets.unread_sheet_hints import names_hint
from creditlang.diagnostics import Diagnostic, Language, Place, report
from creditlang.driver import compile_source, find_policy, read_source
from creditlang.errors import DataError, PolicyError
from creditlang.explain import Explanation
from creditlang.html_views import policy_view, result_view
from creditlang.ledger import PartLine, Record, StudentResult
from creditlang.one_student import Engine, StudentsOfPolicy, as_read, day_not_said, together_names, unknown_values
from creditlang.plugin import PluginManager, Source
from creditlang.schema import RawTable
from creditlang.source import SourceFile
from creditlang.types import Type
from creditlang.values import Interval, amount_text

Amount = Decimal | Interval


def load(policy: str | Path, *, plugins: bool = True) -> "Policy":
    """A policy from a path, a text (of several lines) or the name of a bundled one.

    Functions and calendars that it names come from the installed plugins, unless `plugins` is False. Raises
    `PolicyError` with everything that is wrong; warnings do not count.
    """
    if isinstance(policy, str) and "\n" in policy:
        source: SourceFile | Diagnostic = SourceFile("policy", policy)
    else:
        path = find_policy(str(policy))
        if path is None:
            raise PolicyError([report("CR104", None, path=str(policy))])
        source = read_source(path)
    if isinstance(source, Diagnostic):
        raise PolicyError([source])
    compiled = compile_source(
        source, extensions=lambda: PluginManager(no_plugins=not plugins).extensions(), plugin_checks=False
    )
    if compiled.errors:
        raise PolicyError(compiled.errors)
    return Policy(compiled.policy)


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
        records: Mapping[str, Iterable[Any]],
        *,
        as_of: date | None = None,
        set: Mapping[str, Any] | None = None,
    ) -> "Result":
        """The results of one student.

        `student` and each record are mappings, or attrs objects, of names or labels to values; `records` lists them by
        kind. `set` gives named values, and what is known only among others, such as `class_rank` and
        `class_rank.ranked`: without it ranks are open. Raises `DataError` when the student's own attributes cannot be
        read; a bad record is only invalid.
        """
        given = [(kind, _mapping(record)) for kind, rows in records.items() for record in rows]
        return _evaluate(self, _mapping(student), given, as_of, dict(set or {}))

    def run(
        self,
        data: str | Sequence[str] = (),
        *,
        tables: Mapping[str, Any] | None = None,
        mapping: str | Path | Sequence[str | Path] = (),
        as_of: date | None = None,
        set: Mapping[str, Any] | None = None,
        language: Language = "en",
        engine: Engine = "auto",
    ) -> Cohort:
        """The results of all students of a source, or of tables at hand, or both.

        `data` is a folder, a file, `sample:NAME` or `scheme:where`, or several. `tables` gives tables by the names or
        labels of their kinds, `{"student": students, "activity": activities}`: data frames of polars or pandas, pyarrow
        tables, whatever has `__arrow_c_stream__`. `mapping` says how to read sheets with other headings: files, or
        names of bundled ones. `engine` says what works the students out; all give the same. Raises `DataError` when a
        mapping or a table cannot be used.
        """
        settings = attrs.evolve(self._settings(mapping, as_of, set, language), engine=engine)
        with ExitStack() as stack:
            sources = self._opened(stack, data, tables)
            cohort = run_cohort(self.core, _tables(sources), settings, lambda: _problems(sources), {})
            cohort.results.rows["manifest"] += [("data_hash", source.fingerprint()) for source in sources]
            return cohort

    def _opened(self, stack: ExitStack, data: str | Sequence[str], tables: Mapping[str, Any] | None) -> list[Source]:
        """The sources of data and tables, closed with the stack."""
        if not data and not tables:
            raise TypeError("data or tables are needed")
        if found := no_tables(tables or {}):
            raise DataError(found)
        sources = stack.enter_context(PluginManager().opened([data] if isinstance(data, str) else data))
        return [*sources, FramesSource(tables)] if tables else sources

    def _settings(
        self, mapping: str | Path | Sequence[str | Path], as_of: date | None, set: Mapping[str, Any] | None,
        language: Language,
    ) -> Settings:  # fmt: skip
        mappings = _mappings(self.core, [mapping] if isinstance(mapping, (str, Path)) else mapping)
        return Settings(_day(as_of), _overrides(self.core, set or {}), frozenset(), language, mappings)


def compare(  # noqa: PLR0913 - all but three have names
    old: "Policy | str | Path",
    new: "Policy | str | Path",
    data: str | Sequence[str] = (),
    *,
    tables: Mapping[str, Any] | None = None,
    mapping: str | Path | Sequence[str | Path] = (),
    as_of: date | None = None,
    set_old: Mapping[str, Any] | None = None,
    set_new: Mapping[str, Any] | None = None,
    engine: Engine = "auto",
) -> Comparison:
    """Who gains and who loses when `new` takes the place of `old`, over all students, and which rules do it.

    The policies are as `load` takes them, and may be one policy with other named values, `set_old` and `set_new`.
    `data`, `tables`, `mapping` and `engine` are those of `Policy.run`. Raises `DataError` also when the data change
    between the reading for one side and that for the other.
    """
    policies = [x if isinstance(x, Policy) else load(x) for x in (old, new)]
    with ExitStack() as stack:
        sides, sources = [], []
        for policy, own in zip(policies, (set_old, set_new), strict=True):
            opened = policy._opened(stack, data, tables)
            settings = attrs.evolve(policy._settings(mapping, as_of, own, "en"), engine=engine)
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


def _mappings(policy: o.Policy, names: Iterable[str | Path]) -> tuple[MappingFile, ...]:
    found = []
    for name in names:
        mapping = open_mapping(str(name), policy)
        if isinstance(mapping, list):
            raise DataError(mapping)
        found.append(mapping)
    return tuple(found)


def _overrides(policy: o.Policy, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values by the names of what they stand for, which may be given by label; numbers become exact amounts.

    Raises `DataError` for a name that there is not, and a value that is not of the type of what it stands for.
    """
    overrides = {policy.setting_labels.get(name, name): value for name, value in given.items()}
    if unknown := unknown_values(policy, overrides):
        raise DataError(unknown)
    try:
        return {name: setting_value(policy.setting_types[name], value) for name, value in overrides.items()}
    except CellError as error:
        raise DataError([error.diagnostic(Place("set"))]) from None


def _ranks(policy: o.Policy, given: Mapping[str, Any]) -> dict[str, Any]:
    """What is said to come out among others, by name; numbers become exact. Raises `DataError`."""
    types = {name: fact.type for name, fact in policy.facts.items()}
    try:
        return {name: setting_value(types.get(name, Type("number")), value) for name, value in given.items()}
    except CellError as error:
        raise DataError([error.diagnostic(Place("set"))]) from None


def _day(given: date | str | None) -> date | None:
    """The day as of which to work out, a date or a text. Raises `DataError`."""
    try:
        return None if given is None else parse_date(given_text(given))
    except CellError as error:
        raise DataError([error.diagnostic(Place("as_of"))]) from None


def _mapping(given: Any) -> dict[str, object]:
    return dict(given) if isinstance(given, Mapping) else attrs.asdict(given, recurse=False)


def _evaluate(
    policy: Policy,
    student: Mapping[str, object],
    given: Sequence[tuple[str, Mapping[str, object]]],
    as_of: date | None,
    overrides: Mapping[str, Any],
) -> "Result":
    reader = DataReader(policy.core)
    who = reader.student_from(student, Place("student"))
    if who.problem is not None:
        raise DataError([who.problem])
    among = together_names(policy.core)
    ranks = _ranks(policy.core, {among[name]: value for name, value in overrides.items() if name in among})
    named = {name: value for name, value in overrides.items() if name not in among}
    overrides, as_of = _overrides(policy.core, named), _day(as_of)
    records: list[Record] = []
    for row, (kind, record) in enumerate(given, start=1):
        known = reader.names.kinds.get(kind)
        if known is None:
            raise DataError([report("CR651", Place(kind), name=kind, rows=1, hint=names_hint(policy.core, ""))])
        records.append(reader.record_from(known, record, who.identifier, Place(kind, row)))
    reader.dataset.students[who.identifier], who.records = who, records
    owners = Owners(policy.core, reader.dataset)
    for one in records:
        declared = policy.core.kinds[one.kind]
        room = one.values.get(declared.group or "")
        if declared.membership and not one.named and owners.group_of(who, declared, one) != room:
            one.problem = one.problem or report("CR658", one.place)
    if unsaid := day_not_said(policy.core, as_of, records):
        raise DataError([unsaid])
    result = policy._students.at(as_of, overrides, ranks).result(as_read(who, records))
    return Result(policy, result, dict(student), tuple(given), as_of, {**overrides, **ranks})


@frozen
class Requirement:
    """A requirement of one student: its status and its parts."""

    status: str
    parts: tuple[PartLine, ...]

    @property
    def short(self) -> dict[str, object]:
        """What is missing, by part; parts that are met, or do not apply, are left out."""
        return {part.part: part.short for part in self.parts if part.status in ("unmet", "open")}


@frozen
class Result:
    """The results of one student."""

    policy: Policy
    ledger: StudentResult
    student: Mapping[str, object]
    records: tuple[tuple[str, Mapping[str, object]], ...]
    as_of: date | None
    overrides: Mapping[str, Any]

    def __repr__(self) -> str:
        statuses = ", ".join(f"{name} {status}" for name, status in self.ledger.requirements.items())
        return f"<Result of {self.ledger.student} by {self.policy.core.identifier}{f': {statuses}' * bool(statuses)}>"

    def _repr_html_(self) -> str:
        """Accounts and requirements, for notebooks."""
        return result_view(self.policy.core, self.ledger)

    def account(self, name: str, period: str = "") -> Amount | None:
        """The balance of an account, by name or label: in a period, or over the whole time."""
        accounts = self.policy.core.accounts
        wanted = next((key for key, account in accounts.items() if name in (key, *account.labels)), name)
        found = [line.amount for line in self.ledger.accounts if line.account == wanted and line.period == period]
        return found[0] if found else None

    def fact(self, name: str, period: str = "") -> object:
        """The value of a fact: in a period, or once for the student."""
        found = [line.value for line in self.ledger.facts if line.fact == name and line.period == period]
        return found[0] if found else None

    def requirement(self, name: str) -> Requirement:
        """A requirement, by name or label."""
        declared = self.policy.core.requirements
        wanted = next((key for key, requirement in declared.items() if name in (key, *requirement.labels)), name)
        parts = tuple(part for part in self.ledger.parts if part.requirement == wanted)
        return Requirement(self.ledger.requirements[wanted], parts)

    def why(self, topic: str | None = None, language: Language = "en") -> str:
        """The answer in words: records, steps and articles."""
        return Explanation(self.policy.core, self.ledger, language).answer(topic)

    def what_if(
        self,
        *,
        add: Iterable[tuple[str, Mapping[str, object]]] = (),
        drop: Iterable[str] = (),
        set: Mapping[str, Any] | None = None,
    ) -> "Change":
        """The same student with records added, as (kind, record), or dropped by id, or named values set."""
        gone = frozenset(drop)
        kept = [(kind, record) for kind, record in self.records if str(record.get("record_id")) not in gone]
        overrides = {**self.overrides, **(set or {})}
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
