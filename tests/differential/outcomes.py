"""What an engine makes of a policy and its data, and where two of them differ."""

import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from operator import attrgetter
from typing import Any

import attrs
from attrs import evolve, field, frozen
from tests.differential.people import World

from creditlang.cohort import Cohort, Evaluation, Settings, run_cohort
from creditlang.core.operators import Policy
from creditlang.data.dataset import Dataset
from creditlang.data.reader import DataReader
from creditlang.interpreter.standings import Standings
from creditlang.ledger import Entry, Record, StudentResult
from creditlang.one_student import Engine, OneStudent
from creditlang.results import Results
from creditlang.schema import Row

Keep = Callable[[StudentResult], None]

_OF_THE_ENGINE = ("engine",)
"""Lines of the manifest that say which engine it was."""
_NEVER = ("CR664", "CR666")
"""Findings that say that the program itself is wrong: rows unaccounted for, balances that are not their entries."""
MOST_TOLD = 6


@frozen
class Outcome:
    """All result tables and the full result of each student; or what was raised."""

    tables: Mapping[str, list[Row]] = field(factory=dict)
    results: Mapping[str, StudentResult] | None = field(factory=dict)
    """None of an engine that has tables only."""
    raised: str = ""
    engine: str = ""
    """What the manifest says of the engine."""


def outcome(policy: Policy, world: World, engine: Engine = "reference") -> Outcome:
    """Run a policy; an exception is an outcome too, and always a fault."""
    return _outcome(
        engine, lambda keep: run_cohort(policy, world.tables(), _settings(world, engine), tuple, {}, keep=keep)
    )


class ReadOnce:
    """People read once and worked out by one engine after the other, the reference first.

    Whom an engine leaves to another way to be worked out, that way has worked out before: what came of it is taken from
    there, so that an engine costs what itself does. What people are together is the interpreter's for all of them.
    """

    def __init__(self, policy: Policy, world: World) -> None:
        self.policy, self.world = policy, world
        self.known: Mapping[Engine, Mapping[str, StudentResult]] = {}
        self._dataset: Dataset | None = None
        self._standings: Standings | None = None
        self.milliseconds = 0.0
        """Of the processor, for working the people out by the engine that was asked last."""

    def outcome(self, engine: Engine) -> Outcome:
        """The same as `outcome`."""
        found = _outcome(engine, partial(self._cohort, engine))
        if found.results:
            self.known = {**self.known, engine: found.results}
        return found

    def _cohort(self, engine: Engine, keep: Keep | None) -> Cohort:
        settings, dataset, began = _settings(self.world, engine), self._read(), time.process_time()
        if engine == "reference":
            evaluation = Evaluation.over(self.policy, dataset, settings)
            self._standings = evaluation.one_student._interpreter.standings
        else:
            one_student = OneStudent(self.policy, settings.as_of, engine=engine, expected=len(dataset.students))
            one_student._interpreter.standings = self._standings
            reference = self.known.get("reference", {})
            one_student._interpreter.evaluate = lambda student: reference[student.identifier]  # type: ignore[method-assign]
            if engine == "columnar" and (alone := self.known.get("compiled")):
                one_student.result = lambda student: alone[student.identifier]  # type: ignore[method-assign]
            results = Results(self.policy, settings.language, unread=dataset.unread)
            evaluation = Evaluation(self.policy, settings, dataset, results, one_student)
        evaluation.work_out(lambda done, of: None, keep)
        self.milliseconds = 1000 * (time.process_time() - began)
        # what was generated refers to itself, and goes late: not with all results
        vars(evaluation.one_student).pop("result", None)
        vars(evaluation.one_student._interpreter).pop("evaluate", None)
        return evaluation.finish({})

    def _read(self) -> Dataset:
        """The people, to be worked out and let go."""
        read = self._dataset
        if read is None:
            read = self._dataset = DataReader(self.policy).read(self.world.tables())
        students = {name: evolve(x, records=[*x.records], later=[]) for name, x in read.students.items()}
        return evolve(read, students=students, problems=[*read.problems], owners={**read.owners})


def _settings(world: World, engine: Engine) -> Settings:
    return Settings(world.as_of, language="en", engine=engine)


def _outcome(engine: Engine, run: Callable[[Keep | None], Cohort]) -> Outcome:
    results: dict[str, StudentResult] = {}

    def keep(result: StudentResult) -> None:
        results[result.student] = result

    try:
        cohort = run(None if engine == "columnar" else keep)
        tables = {name: list(table) for name, table in cohort.tables.items()}
    except Exception as error:
        trace, inner = error.__traceback__, ""
        while trace is not None:
            inner, trace = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}", trace.tb_next
        return Outcome(raised=f"{type(error).__name__}: {error} at {inner}")
    wrong = [row for row in tables["issues"] if row[1] in _NEVER]
    if wrong:
        return Outcome(raised=f"{wrong[0][1]}: {wrong[0][-1]}")
    told = "; ".join(f"{name} {value}" for name, value in tables["manifest"] if name in _OF_THE_ENGINE)
    tables["manifest"] = [row for row in tables["manifest"] if row[0] not in _OF_THE_ENGINE]
    return Outcome(tables, None if engine == "columnar" else results, engine=told)


def differences(one: Outcome, two: Outcome) -> list[str]:
    """Where two outcomes differ, the first few places; nothing where they are the same to the last byte."""
    return list(islice(_places(one, two), MOST_TOLD))


def _places(one: Outcome, two: Outcome) -> Iterator[str]:
    if one.raised or two.raised:
        if one.raised != two.raised:
            yield f"raised: {one.raised or 'nothing'} ≠ {two.raised or 'nothing'}"
        return
    for name, rows in one.tables.items():
        yield from table_places(name, rows, two.tables[name])
    if one.results is None or two.results is None:
        return
    if one.results.keys() != two.results.keys():
        yield f"students: {sorted(one.results.keys() ^ two.results.keys())}"
    for student, result in one.results.items():
        if student in two.results:
            yield from (f"{student} {place}" for place in result_places(result, two.results[student]))


def table_places(name: str, one: list[Row], two: list[Row]) -> Iterator[str]:
    """Where two tables of results differ; amounts by how they are written, too."""
    if one == two and _beside_texts(one) == _beside_texts(two):
        return
    if len(one) != len(two):
        yield f"{name}: {len(one)} rows ≠ {len(two)} rows"
    yield from (f"{name} {mine}\n{' ' * len(name)} {other}" for mine, other in zip(one, two, strict=False)
                if mine != other or repr(mine) != repr(other))  # fmt: skip


def _beside_texts(rows: list[Row]) -> list[str]:
    """What stands in rows beside texts, as it is written: of texts that are equal that is the same."""
    return [repr(cell) for row in rows for cell in row if not isinstance(cell, str)]


def result_places(one: StudentResult, two: StudentResult) -> Iterator[str]:
    """Where two results of a student differ, attribute by attribute."""
    if _plain_parts(one) == _plain_parts(two) and _same_entries(one.entries, two.entries):
        return
    for part in attrs.fields(StudentResult):
        mine, other = getattr(one, part.name), getattr(two, part.name)
        if part.name == "entries":
            yield from _entry_places(mine, other)
        elif part.name == "periods":
            mine, other = ({kind: x for kind, x in each.items() if x} for each in (mine, other))
        if part.name != "entries" and mine != other:
            yield f"{part.name}: {mine} ≠ {other}"


def _entry_places(one: list[Entry], two: list[Entry]) -> Iterator[str]:
    if len(one) != len(two):
        told = [[(x.record.identifier, x.rule) for x in entries] for entries in (one, two)]
        yield f"entries: {told[0]} ≠ {told[1]}"
        return
    places = [{id(entry): number for number, entry in enumerate(entries)} for entries in (one, two)]
    for mine, other in zip(one, two, strict=True):
        for part in _ENTRY:
            x, y = getattr(mine, part), getattr(other, part)
            if part == "carriers":
                x, y = (
                    tuple(of.get(id(each), -1) for each in carriers)
                    for of, carriers in zip(places, (x, y), strict=True)
                )
            elif part == "record":
                x, y = _record(x), _record(y)
            if x != y:
                yield f"{mine.record.identifier} {mine.rule} {part}: {x} ≠ {y}"


_ENTRY = tuple(part.name for part in attrs.fields(Entry))
_plain_parts = attrgetter(*(x.name for x in attrs.fields(StudentResult) if x.name != "entries"))
_own_parts = attrgetter(*(name for name in _ENTRY if name not in ("carriers", "record")))


def _same_entries(one: list[Entry], two: list[Entry]) -> bool:
    """Whether nothing has to be looked at part by part to say that they are the same."""
    return len(one) == len(two) and all(
        not x.carriers and not y.carriers and _own_parts(x) == _own_parts(y) and _record(x.record) == _record(y.record)
        for x, y in zip(one, two, strict=True)
    )


def _record(record: Record) -> tuple[Any, ...]:
    return (record.kind, record.identifier, record.student, record.on, record.semester, record.problem, record.named,
            record.order, record.values)  # fmt: skip
