"""How long one student takes, of whom the records are at hand: by the interpreter and by generated code.

    python -m bench.one_student [--policy NAME] [--times N]

Takes the students of the sample of a bundled policy, or with `measured` some of the cohort of `bench.cohort`, of whom
everything is settled, with 30 to 60 records if there are any such, and works each out in turn: by the interpreter, and
by generated code, totals only, with every step noted, and with the entries of the ledger made. Each figure is the
median over students of the least time that one took. It is checked that all results are equal, and said how long the
code took to generate and how many students it left.
"""

import argparse
from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter, process_time

import creditlang as library
from bench import cohort
from bench import measured_regulation as regulation
from bench.cohort import students_of
from creditlang.compiled import CompiledEngine
from creditlang.core.operators import Policy
from creditlang.data.reader import DataReader
from creditlang.driver import compile_source, find_policy, read_source
from creditlang.interpreter import Interpreter, StudentData
from creditlang.ledger import StudentResult
from creditlang.one_student import as_read
from creditlang.plugin import PluginManager
from creditlang.source import SourceFile

MEASURED = "measured"
RECORDS = range(30, 61)


def policy_and_students(name: str) -> tuple[Policy, list[StudentData]]:
    """A bundled policy and the students of its sample; or the regulation of `bench.cohort` and some of its students."""
    if name == MEASURED:
        policy = library.load(regulation.policy()).core
        return policy, students_of(policy, cohort.ALONE_STUDENTS)
    path = find_policy(name)
    source = read_source(path) if path is not None else None
    assert isinstance(source, SourceFile), name
    policy = compile_source(source, check=False, extensions=PluginManager().extensions).policy
    with PluginManager().opened([f"sample:{name}"]) as sources:
        dataset = DataReader(policy).read(table for each in sources for table in each.tables())
    return policy, [as_read(student) for student in dataset.students.values()]


def least(work: Callable[[], object], times: int) -> float:
    """The least microseconds that some work took."""
    found = float("inf")
    for _ in range(times):
        start = perf_counter()
        work()
        found = min(found, perf_counter() - start)
    return 1e6 * found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How long one student takes.")
    parser.add_argument("--policy", default="hengyang", help=f"a bundled policy, or {MEASURED}")
    parser.add_argument("--times", type=int, default=200)
    arguments = parser.parse_args()
    policy, students = policy_and_students(arguments.policy)
    interpreter = Interpreter(policy)
    if interpreter.together:
        interpreter.among(lambda: students)
    engine = CompiledEngine(interpreter)
    assert not engine.lacks, engine.lacks
    start = process_time()
    engine.work_out(students[0])
    print(f"{arguments.policy}: code generated in {1000 * (process_time() - start):.0f} ms")
    settled = [student for student in students if engine.work_out(student, noted=False) is not None]
    print(f"{len(settled)} of {len(students)} students settled; the others: {dict(engine.handed_over)}")
    chosen = [student for student in settled if len(student.records) in RECORDS] or settled
    ways: dict[str, tuple[Callable[[StudentData], object], int]] = {
        "interpreter": (interpreter.evaluate, max(1, arguments.times // 20)),
        "generated code, totals": (partial(engine.work_out, noted=False), arguments.times),
        "generated code, steps noted": (engine.work_out, arguments.times),
        "generated code, entries of the ledger": (partial(result_of, engine), arguments.times),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for student in chosen:
        found, expected = result_of(engine, student), interpreter.evaluate(student)
        assert (found.accounts, found.facts, found.records) == (expected.accounts, expected.facts, expected.records)
        assert (found.parts, found.requirements) == (expected.parts, expected.requirements)
        for name, (work, times) in ways.items():
            taken[name].append(least(partial(work, student), times))
    records = sum(len(student.records) for student in chosen) / len(chosen)
    print(f"{len(chosen)} students with {records:.0f} records on average")
    for name, each in taken.items():
        print(f"{name:40} {median(each):8.0f} µs")


def result_of(engine: CompiledEngine, student: StudentData) -> StudentResult:
    """All results of a student who is settled."""
    worked = engine.work_out(student)
    assert worked is not None
    return worked.result()


if __name__ == "__main__":
    main()
