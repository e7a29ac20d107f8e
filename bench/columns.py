"""What each stage of a run in columns takes, over the sample of the Hengyang regulation, made larger.

    python -m bench.columns [--students N] [--settled]

Prints microseconds of CPU for each record: reading, coding, the engine alone with filling its tables, the students whom
it leaves to be worked out alone, with generating code for them, rows of results; and how many students these are. With
`--settled` only students go in of whom a first run left none.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from creditlang.api import load
from creditlang.cohort import Evaluation, Settings, fewer_collections
from creditlang.columnar import ColumnarEngine
from creditlang.columnar.chunk_tables import ChunkTables
from creditlang.compiled import CompiledEngine  # noqa: F401 (what loading code takes, bench.startup tells)
from creditlang.data.coded.coded_dataset import CodedDataset
from creditlang.data.dataset import Dataset
from creditlang.interpreter import Interpreter
from creditlang.one_student import as_read
from creditlang.plan import lower
from creditlang.plugin import PluginManager
from samples.hengyang.__main__ import make

DAY = date(2027, 10, 31)


class Stages:
    """What stages took, in seconds of CPU."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Note what is done inside."""
        since = process_time()
        yield
        self.spent[name] = self.spent.get(name, 0) + process_time() - since


def measured(folder: Path, settled: bool) -> float:
    """Work out a cohort and print what its stages took; million records a second of the engine and those left alone."""
    policy, stages = load("hengyang").core, Stages()
    engine = ColumnarEngine(lower(policy), Interpreter(policy, DAY))
    with PluginManager().opened([str(folder)]) as sources, stages.timed("reading"):
        tables = (table for source in sources for table in source.tables())
        evaluation = Evaluation.begin(policy, tables, Settings(DAY), lambda: ())
    dataset = evaluation.dataset
    if settled:
        left = {name for chunk in engine.chunks(CodedDataset.of(policy, dataset)) for name in _alone(chunk)}
        kept = {name: x for name, x in dataset.students.items() if name not in left}
        dataset = Dataset(kept, sheets=dataset.sheets)
    with stages.timed("coding"):
        coded = CodedDataset.of(policy, dataset)
    with stages.timed("engine"), fewer_collections():
        chunks = list(engine.chunks(coded))
    alone = [name for chunk in chunks for name in _alone(chunk)]
    with stages.timed("alone"), fewer_collections():
        for name in alone:
            evaluation.one_student.result(as_read(dataset.students[name]))
    with stages.timed("tables"):
        tables = ChunkTables(chunks[0].students.known.cohort, evaluation.results)
        for chunk in chunks:
            tables.add(chunk)
    records = sum(map(len, coded.kinds.values()))
    print(f"{len(coded.students)} students, {len(alone)} left to be worked out alone; {records} records")
    for name, seconds in stages.spent.items():
        print(f"{name:8} {seconds / records * 1e6:7.2f} µs a record, {records / seconds / 1e6:7.3f} M a CPU second")
    return records / (stages.spent["engine"] + stages.spent["alone"]) / 1e6


def _alone(chunk: object) -> list[str]:
    students = chunk.students  # type: ignore[attr-defined]
    names = students.known.cohort.students[students.first : students.first + students.size]
    odd = students.odd[students.first : students.first + students.size]
    left = odd & ~chunk.outside  # type: ignore[attr-defined]
    return [name for name, is_left in zip(names, left.tolist(), strict=True) if is_left]


def main() -> None:
    """Make a cohort and measure it."""
    parser = argparse.ArgumentParser(prog="python -m bench.columns", description=__doc__)
    parser.add_argument("--students", type=int, default=2000)
    parser.add_argument("--settled", action="store_true")
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        make(Path(folder), arguments.students)
        measured(Path(folder), arguments.settled)


if __name__ == "__main__":
    main()
