"""Generated code gives what the interpreter gives: every attribute of every result, and every table."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import attr
import pytest

from creditlang.cohort import Cohort, Settings, run_cohort
from creditlang.compiled import CompiledEngine
from creditlang.compiled.decided_records import DecidedRecords
from creditlang.compiled.policy_at_hand import PENDING
from creditlang.compiled.source_text import SourceText
from creditlang.core.operators import Policy
from creditlang.data.dataset import Dataset
from creditlang.data.reader import DataReader
from creditlang.diagnostics import Phrase
from creditlang.driver import compile_source, find_policy, read_source
from creditlang.interpreter import Interpreter, StudentData
from creditlang.interpreter.evaluate import Evaluation
from creditlang.ledger import Entry, StudentResult
from creditlang.one_student import Engine, OneStudent, as_read
from creditlang.plugin import PluginManager
from creditlang.resources import policy_names, sample_path
from creditlang.schema import RawRow, RawTable
from creditlang.source import SourceFile


def policy_of(name: str) -> Policy:
    source = read_source(find_policy(name) or pytest.fail(name))
    assert isinstance(source, SourceFile)
    return compile_source(source, check=False, extensions=PluginManager().extensions).policy


def with_sample(name: str, use: Callable[[Any], Any]) -> Any:
    with PluginManager().opened([f"sample:{name}"]) as sources:
        return use(lambda: (table for source in sources for table in source.tables()))


def sample(policy: Policy, name: str) -> Dataset:
    found: Dataset = with_sample(name, lambda tables: DataReader(policy, ()).read(tables()))
    return found


def plain(result: StudentResult) -> dict[str, Any]:
    """Everything that a result says, in both languages."""

    def both(of: Any, field: Any, value: Any) -> Any:
        if isinstance(value, set):
            return sorted(value)
        return (value, value.zh) if isinstance(value, Phrase) else value

    return attr.asdict(result, retain_collection_types=False, value_serializer=both)


@pytest.mark.parametrize("name", [name for name in policy_names() if sample_path(name)])
def test_every_student_of_a_sample_has_the_results_of_the_interpreter(name: str) -> None:
    policy = policy_of(name)
    students = [as_read(student) for student in sample(policy, name).students.values()]
    interpreter = Interpreter(policy)
    if interpreter.together:
        interpreter.among(lambda: students)
    engine = CompiledEngine(interpreter)
    covered = 0
    for student in students:
        if (worked := engine.work_out(student)) is not None:
            covered += 1
            result, expected = worked.result(), interpreter.evaluate(student)
            assert plain(result) == plain(expected), student.identifier
            assert list(result.records) == list(expected.records)
        if (worked := engine.work_out(student, noted=False)) is not None:
            wholes, requirements = worked.totals()
            expected = interpreter.evaluate(student)
            lines = [line for line in expected.accounts if not line.period]
            assert {line.account: wholes[line.account] for line in lines} == {x.account: x.amount for x in lines}
            assert requirements == expected.requirements
    assert covered + engine.handed_over.total() >= len(students) or engine.lacks


@pytest.mark.parametrize("name", ["hengyang", "volunteer_hours", "zonghe_ceping"])
def test_every_table_is_that_of_the_interpreter(name: str) -> None:
    policy = policy_of(name)

    def run(engine: Engine) -> Cohort:
        settings = Settings(as_of=date(2026, 7, 1), engine=engine, language="en")
        cohort: Cohort = with_sample(name, lambda tables: run_cohort(policy, tables(), settings, list, {}))
        return cohort

    one, other = run("reference").results.tables, run("compiled").results.tables
    manifests = [dict(tables.pop("manifest")) for tables in (one, other)]
    assert one == other
    engines = [manifest.pop("engine") for manifest in manifests]
    assert manifests[0] == manifests[1]
    assert engines[0].endswith(" reference")
    assert " compiled" in engines[1]


def test_code_is_generated_where_it_is_asked_for_or_pays() -> None:
    policy = policy_of("volunteer_hours")
    students = [as_read(student) for student in sample(policy, "volunteer_hours").students.values()]
    few, many = OneStudent(policy), OneStudent(policy, engine="compiled")
    assert few.worked_out_by() == "reference"
    for student in students:
        assert plain(few.result(student)) == plain(many.result(student))
    assert few.worked_out_by().startswith("compiled")
    assert OneStudent(policy, expected=400).columns() is None
    assert OneStudent(policy, expected=4000).columns() is not None
    told = many.worked_out_by()
    assert told == "compiled; 2 of 30 by reference (a record is still open: 2)"
    assert told.zh == "compiled；30人中2人用reference（有记录待定：2）"


OPEN_IN_ONE_ACCOUNT = """
unit credit
scale level: two > one
calendar
    semester 2024-2025-1 from 2024-09-02 teaching until 2025-01-17
record act
    item : item
    on : date
    level : level
    hours : number
    note : text, optional
    amount_decided : number, optional
    checked : yes or no, required when used
category plain in credit from act
    item talk
        per event by level
            one 1
            two 2
        times hours
    item unchecked
        only events where checked
        per event by level
            one 1
            two 2
category judged in credit from act
    item essay
        1 to 3 as decided in amount_decided
require all
    plain at least 2
    judged at least 2
"""


def acts(*rows: tuple[str, ...]) -> RawTable:
    header = ("record_id", "student_id", "item", "on", "level", "hours", "note", "amount_decided", "checked")
    return RawTable("act", "act", header, [RawRow(n, tuple(row)) for n, row in enumerate(rows, 2)])


def engine_and_student(text: str, table: RawTable) -> tuple[CompiledEngine, StudentData]:
    policy = compile_source(SourceFile("p.credit", text), check=False).policy
    people = RawTable("student", "student", ("student_id",), [RawRow(2, ("s1",))])
    (student,) = DataReader(policy).read([people, table]).students.values()
    return CompiledEngine(Interpreter(policy)), as_read(student)


def test_only_what_is_open_is_left_to_the_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    table = acts(
        ("r1", "s1", "talk", "2024-10-01", "one", "2", "", "", "yes"),
        ("r2", "s1", "essay", "2024-10-02", "one", "2", "", "", "yes"),
        ("r3", "s1", "essay", "2024-10-03", "one", "2", "", "2", "yes"),
    )
    engine, student = engine_and_student(OPEN_IN_ONE_ACCOUNT, table)
    expected = plain(engine.at_hand.interpreter.evaluate(student))
    done: list[str] = []
    item = Evaluation.item

    def noted(evaluation: Evaluation, name: str, entries: list[Entry]) -> list[Entry]:
        done.append(name)
        return item(evaluation, name, entries)

    monkeypatch.setattr(Evaluation, "item", noted)
    worked = engine.work_out(student)
    assert worked is not None
    assert plain(worked.result()) == expected
    assert done == ["essay"]
    assert dict(engine.handed_over) == {PENDING: 1}


def test_what_first_lines_make_of_a_record_is_worked_out_once_for_what_they_read() -> None:
    table = acts(
        ("r1", "s1", "talk", "2024-10-01", "one", "2", "a", "", "yes"),
        ("r2", "s1", "talk", "2024-10-02", "one", "2", "b", "", "yes"),
        ("r3", "s1", "talk", "2024-10-03", "two", "2", "b", "", "yes"),
        ("r4", "s1", "unchecked", "2024-10-03", "two", "2", "b", "", "no"),
        ("r5", "s1", "unchecked", "2024-10-04", "two", "2", "b", "", ""),
        ("r6", "s1", "unchecked", "2024-10-04", "two", "2", "b", "", "yes"),
    )
    engine, student = engine_and_student(OPEN_IN_ONE_ACCOUNT, table)
    expected = plain(engine.at_hand.interpreter.evaluate(student))
    for _ in range(2):
        worked = engine.work_out(student)
        assert worked is not None
        assert plain(worked.result()) == expected
    kept = [x for x in vars(engine)["_programs"][True].namespace.values() if isinstance(x, DecidedRecords)]
    sizes = {x.rule: len(x) for x in kept}
    assert sizes["talk"] == 2
    assert sizes["unchecked"] == 2, "what is invalid is found so each time"
    assert "essay" not in sizes, "a rule is written when its first record comes"


def test_what_follows_the_queue_of_moves_is_worked_out_by_generated_code(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = policy_of("hengyang")
    engine = CompiledEngine(Interpreter(policy))
    done: list[str] = []
    work_out = Evaluation.work_out

    def noted(evaluation: Evaluation, kind: str, name: str, result: StudentResult) -> None:
        done.append(kind)
        work_out(evaluation, kind, name, result)

    asking = [
        x for x in sample(policy, "hengyang").students.values() if any(r.kind == "offset_request" for r in x.records)
    ]
    monkeypatch.setattr(Evaluation, "work_out", noted)
    settled = 0
    for student in map(as_read, asking):
        done.clear()
        worked = engine.work_out(student)
        assert worked is not None
        if all(isinstance(line.amount, Decimal) for line in worked.result().accounts):
            settled += bool(done)
            assert done in (["moves"], []), student.identifier  # nothing where the request is not read
    assert settled


def test_nothing_that_an_author_writes_becomes_code() -> None:
    source = SourceText()
    source.function("f", "w", [f"return {source.value('); import os  #')}"])
    assert "import" not in "\n".join(source.lines)
    f = next(value for name, value in source.compiled().items() if name.startswith("f"))
    assert f(None) == "); import os  #"
