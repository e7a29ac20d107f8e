"""The library for programs: load a policy, evaluate a student, ask why, ask what if, run a cohort.

    policy = creditlang.load("hengyang")
    result = policy.evaluate(student, {"activity": [{"item": "lecture", "on": "2024-10-08", "level": "school"}]})
    result.account("moral"); result.requirement("graduation").short; print(result.why("moral"))

    cohort = policy.run(tables={"student": students, "activity": activities})   # data frames
    cohort.tables["accounts"].to_polars()

A policy is immutable and may be shared between threads and pickled. Amounts are decimals, or intervals where a decision
is missing. Dates may be dates or text; floats are refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
from attrs import frozen

from creditlang.cohort import Cohort, Settings, run_cohort
from creditlang.core import operators as o
from creditlang.data.frames import FramesSource, no_tables
from creditlang.data.mapping import MappingFile
from creditlang.data.mapping_file import open_mapping
from creditlang.data.reader import DataReader
from creditlang.diagnostics import Diagnostic, Language, Place, report
from creditlang.driver import compile_source, find_policy, read_source
from creditlang.errors import DataError, PolicyError
from creditlang.explain import Explanation, amount_text
from creditlang.interpreter import Interpreter, StudentData
from creditlang.interpreter.values import Interval
from creditlang.ledger import PartLine, Record, StudentResult
from creditlang.plugin import PluginManager
from creditlang.source import SourceFile

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
        kind. Raises `DataError` when the student's own attributes cannot be read; a bad record is only invalid.
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
    ) -> Cohort:
        """The results of all students of a source, or of tables at hand, or both.

        `data` is a folder, a file, `sample:NAME` or `scheme:where`, or several. `tables` gives tables by the names or
        labels of their kinds, `{"student": students, "activity": activities}`: data frames of polars or pandas, pyarrow
        tables, whatever has `__arrow_c_stream__`. `mapping` says how to read sheets with other headings: files, or
        names of bundled ones. Raises `DataError` when a mapping or a table cannot be used.
        """
        if not data and not tables:
            raise TypeError("run() needs data or tables")
        mappings = _mappings(self.core, [mapping] if isinstance(mapping, (str, Path)) else mapping)
        if found := no_tables(tables or {}):
            raise DataError(found)
        manager = PluginManager()
        sources = [manager.source(address) for address in ([data] if isinstance(data, str) else data)]
        if tables:
            sources.append(FramesSource(tables))
        settings = Settings(as_of, dict(set or {}), frozenset(), language, mappings)
        try:
            read = (table for source in sources for table in source.tables())
            cohort = run_cohort(
                self.core, read, settings, lambda: [found for source in sources for found in source.problems], {}
            )
            cohort.results.tables["manifest"] += [("data_hash", source.fingerprint()) for source in sources]
            return cohort
        finally:
            for source in sources:
                source.close()


def _mappings(policy: o.Policy, names: Iterable[str | Path]) -> tuple[MappingFile, ...]:
    found = []
    for name in names:
        mapping = open_mapping(str(name), policy)
        if isinstance(mapping, list):
            raise DataError(mapping)
        found.append(mapping)
    return tuple(found)


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
    overrides = {policy.core.setting_labels.get(name, name): value for name, value in overrides.items()}
    for name in overrides:
        if name not in policy.core.settings:
            raise DataError([report("CR401", None, name=name, nearest="")])
    records: list[Record] = []
    for row, (kind, record) in enumerate(given, start=1):
        known = reader.names.kinds.get(kind)
        if known is None:
            raise DataError([report("CR651", Place(kind), name=kind, rows=1, nearest="")])
        records.append(reader.record_from(known, record, who.identifier, Place(kind, row)))
    interpreter = Interpreter(policy.core, as_of, overrides)
    result = interpreter.evaluate(StudentData(who.identifier, who.attributes, tuple(records)))
    return Result(policy, result, dict(student), tuple(given), as_of, dict(overrides))


@frozen
class Requirement:
    """A requirement of one student: its status and its parts."""

    status: str
    parts: tuple[PartLine, ...]

    @property
    def short(self) -> dict[str, object]:
        """What is missing, by part; parts that are met are left out."""
        return {part.part: part.short for part in self.parts if part.status != "met"}


@frozen
class Result:
    """The results of one student."""

    policy: Policy
    ledger: StudentResult
    student: Mapping[str, object]
    records: tuple[tuple[str, Mapping[str, object]], ...]
    as_of: date | None
    overrides: Mapping[str, Any]

    def account(self, name: str, period: str = "") -> Amount | None:
        """The balance of an account, by name or label: in a period, or over the whole time."""
        accounts = self.policy.core.accounts
        wanted = next((key for key, account in accounts.items() if name in (key, *account.labels)), name)
        found = [line.amount for line in self.ledger.accounts if line.account == wanted and line.period == period]
        return found[0] if found else None  # type: ignore[return-value]

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
    def accounts(self) -> dict[tuple[str, str], tuple[object, object]]:
        """The balances that differ, by account and period: before and after."""
        one = {(line.account, line.period): line.amount for line in self.before.ledger.accounts}
        two = {(line.account, line.period): line.amount for line in self.after.ledger.accounts}
        return {key: (one.get(key), two.get(key)) for key in {**one, **two} if one.get(key) != two.get(key)}

    @property
    def requirements(self) -> dict[str, tuple[str, str]]:
        """The requirements whose status differs: before and after."""
        one, two = self.before.ledger.requirements, self.after.ledger.requirements
        return {name: (one[name], two[name]) for name in one if one[name] != two[name]}

    def __str__(self) -> str:
        lines = [
            f"{account} {period}: {amount_text(before)} → {amount_text(after)}".replace(" :", ":")
            for (account, period), (before, after) in self.accounts.items()
        ]
        lines += [f"{name}: {before} → {after}" for name, (before, after) in self.requirements.items()]
        return "\n".join(lines)
