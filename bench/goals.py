"""What has been set as a goal for cohorts, beside what is reached: every line from one run, in turns with its peers.

    python -m bench.goals [--students 10000 100000] [--turns 3] [--large 0] [--only NAME …] [--write]

Each line is measured in processes of their own, and appears as soon as it is there, also in README.md with `--write`:
a time limit cuts no finished line. Columns alone stand beside DuckDB, OpenFisca and C over the same records, with the
same totals or not at all; then files to tables, a run in parts, one student, the sample of the Hengyang regulation made
larger, and large policies. Seconds are those of CPU. `--large` is the number of students of the run in parts.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from bench import cohort, columns, from_files, large_policy, openfisca_peer
from bench.bar_chart import write_chart
from bench.readme_table import write_table
from samples.hengyang.__main__ import make

HENGYANG = 2000
"""Students of the larger sample."""
TRIED = "what if set pass_mark = 80"
NUMPY, OPENFISCA = f"{cohort.ALONE}, numpy", "OpenFisca"
OTHERS = {
    "DuckDB, integer codes": ("times tuned DuckDB, which gives totals only", 8.0, True),
    "DuckDB, with reasons": ("times DuckDB’s windows with reasons", 9.0, True),
    OPENFISCA: ("times OpenFisca", 20.0, True),
    "C for this regulation": ("the time of C, times", 2.2, False),
}

Line = tuple[str, str, str, bool]
"""The figure, what is wanted, what is found, whether that is reached."""


def _run(*words: object, python: object = sys.executable, good: tuple[int, ...] = (0,)) -> str:
    """What a command of Python prints."""
    command = [str(word) for word in (python, *words)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, encoding="utf-8")
    if done.returncode not in good:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    return done.stdout


def contestant(name: str, students: int) -> dict[str, Any]:
    """Columns alone, or another tool."""
    if name == OPENFISCA:
        told = _run("-m", "bench.openfisca_peer", "--students", students, python=openfisca_peer.python())
    else:
        without = ["--without", "numba"] if name == NUMPY else []
        told = _run("-m", "bench.cohort", "--run", name.removesuffix(", numpy"), "--students", students, *without)
    found: dict[str, Any] = json.loads(told)
    return found


def engines(given: argparse.Namespace) -> Iterator[Line]:
    """Columns alone beside other tools."""
    names, spent = (cohort.ALONE, NUMPY, *OTHERS), {}
    for students in given.students:
        runs: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
        for _ in range(given.turns):
            for name in names:
                runs[name].append(contestant(name, students))
        assert len({each["found"] for own in runs.values() for each in own}) == 1, "other results"
        cpu = {name: median(x["cpu"] for x in own) for name, own in runs.items()}
        own, records = cpu[cohort.ALONE], runs[cohort.ALONE][0]["records"]
        if given.write:
            rates = {name: records / seconds / 1e6 for name, seconds in cpu.items()}
            write_chart("engines.svg", f"{students:,} students, million records per CPU second", rates)
        spent[students] = own / records
        for name, (told, wanted, more) in OTHERS.items():
            ratio = cpu[name] / own if more else own / cpu[name]
            rates = f"{records / own / 1e6:.2f} against {records / cpu[name] / 1e6:.2f} M records"
            reached = ratio >= wanted if more else ratio <= wanted
            yield f"{students:,} students: {told}", f"{wanted:g}", f"{ratio:.2f} ({rates})", reached
        plain = cpu["DuckDB, integer codes"] / cpu[NUMPY]
        yield f"{students:,} students: times tuned DuckDB, without machine code", "2", f"{plain:.2f}", plain >= 2
    if len(given.students) > 1:
        ratio = spent[max(given.students)] / spent[min(given.students)]
        yield "a record with the most students beside the fewest", "1.15", f"{ratio:.2f}", ratio <= 1.15


def files(given: argparse.Namespace) -> Iterator[Line]:
    """From files to all tables as Parquet, in million records a second."""
    students = min(given.students)
    with TemporaryDirectory() as folder:
        from_files.make(Path(folder), students)
        digests = set()
        for way_in, wanted in (("csv", 0.4), ("parquet", 0.7), ("csv, kept", 2.0)):
            for _ in range(1 + (way_in == "csv, kept")):  # the first run makes the copy
                found = json.loads(_run("-m", "bench.from_files", "--run", way_in, "parquet", folder))
            digests.add(found["digest"])
            assert len(digests) == 1, "other tables"
            rate = found["records"] / found["stages"][-1] / 1e6
            told = f"{rate:.2f}, at most {found['peak']:,.0f} MiB"
            yield f"{students:,} students, from {way_in} to all tables, M records", f"{wanted:g}", told, rate >= wanted


def parts(given: argparse.Namespace) -> Iterator[Line]:
    """A run in parts, from Parquet to all tables as Parquet."""
    if given.large:
        found = json.loads(_run("-m", "bench.in_parts", "--students", given.large, "--json"))
        rate, gib = found["records"] / found["cpu"] / 1e6, found["peak"] / 1024
        said = f"{given.large:,} students, {found['records']:,} rows, Parquet to all tables in parts"
        yield f"{said}: GiB of memory", "3", f"{gib:.2f}", gib <= 3
        told = f"{found['wall']:.0f}, {found['cpu']:.0f} of CPU: {rate:.2f} M records a second"
        yield f"{said}: seconds", "60 for 40 M", told, found["wall"] <= 60 * found["records"] / 40e6


def totals(given: argparse.Namespace) -> Iterator[Line]:
    """A run that ends with the table of students, beside DuckDB from integers in Parquet to the same totals."""
    if given.large:
        found = json.loads(_run("-m", "bench.in_parts", "--students", given.large, "--tables", "students", "--json"))
        own, other, gib = found["cpu"], found["duckdb"]["cpu"], found["peak"] / 1024
        said = f"{given.large:,} students, {found['records']:,} rows, Parquet to `students`"
        times = f"{own / other:.2f} ({own:.1f} against {other:.1f} s of CPU)"
        yield f"{said}: the time of DuckDB, times", "0.25", times, own <= other / 4
        yield f"{said}: GiB of memory", "3", f"{gib:.2f}", gib <= 3


def one_student(given: argparse.Namespace) -> Iterator[Line]:
    """One student at hand, by generated code."""
    for policy, who, wanted in (("measured", "of 40 records", 60), ("hengyang", "of Hengyang", 80)):
        printed = _run("-m", "bench.one_student", "--policy", policy, "--times", 50).splitlines()
        told = [line.rsplit(maxsplit=2) for line in printed]
        micros = {words[0].strip(): float(words[1]) for words in told if words[-1] == "µs"}
        totals, steps, entries = (
            micros[f"generated code, {x}"] for x in ("totals", "steps noted", "entries of the ledger")
        )
        yield f"one student {who}: totals, µs", f"{wanted}", f"{totals:.0f}", totals <= wanted
        yield "the same: what steps add", "15 %", f"{100 * (steps / totals - 1):.0f} %", steps <= 1.15 * totals
        yield "the same: with entries of the ledger, µs", "250", f"{entries:.0f}", entries <= 250


def hengyang(folder: str) -> float:
    """Million records a second of a whole run, from files to tables."""
    import creditlang as library

    policy, since = library.load("hengyang"), process_time()
    found = policy.run(folder, as_of=columns.DAY, engine="columnar")
    return found.read / (process_time() - since) / 1e6


def what_if(folder: str) -> float:
    """Seconds for each 400,000 records."""
    from creditlang.plugin import PluginManager
    from creditlang_repl.session import Session

    session = Session("en", PluginManager(no_plugins=True))
    for typed in ("load hengyang", f"data {folder}"):
        assert not session.answer(typed).failed
    since = process_time()
    assert not session.answer(TRIED).failed
    return (process_time() - since) / session.conversation.view().known().rows * 400_000


ALONE: dict[str, Callable[[str], float]] = {
    "settled": lambda folder: columns.measured(Path(folder), settled=True),
    "mix": lambda folder: columns.measured(Path(folder), settled=False),
    "run": hengyang,
    "what if": what_if,
}
"""What is measured in a process of its own, over a folder."""


def regulation(given: argparse.Namespace) -> Iterator[Line]:
    """The sample of the Hengyang regulation, made larger."""
    said = f"{HENGYANG:,} students of Hengyang"
    wanted = {
        "settled": (f"{said}, settled, engine alone, M records", 12.0, True),
        "mix": (f"{said}, as they are, engines alone, M records", 2.0, True),
        "run": (f"{said}, as they are, whole run, M records", 2.0, True),
        "what if": (f"{said}, `{TRIED}`, s for 400,000 records", 2.0, False),
    }
    with TemporaryDirectory() as folder:
        make(Path(folder), HENGYANG)
        for name, (told, goal, more) in wanted.items():
            found = float(_run("-m", "bench.goals", "--run", name, folder).splitlines()[-1])
            yield told, f"{goal:g}", f"{found:.3g}", found >= goal if more else found <= goal


def small(given: argparse.Namespace) -> Iterator[Line]:
    """A run over the sample of a regulation, by what is chosen for it and by the interpreter, in turns."""
    spent: dict[str, list[float]] = {"auto": [], "reference": []}
    for _ in range(given.turns):
        for engine, each in spent.items():
            before = os.times()
            words = ("run", "hengyang", "--data", "sample:hengyang", "--engine", engine, "--format", "csv")
            _run("-m", "creditlang", *words, good=(0, 3))
            after = os.times()
            each.append(sum(after[2:4]) - sum(before[2:4]))
    auto, reference = (median(each) for each in spent.values())
    yield "`creditlang run` on 2,213 records, beside the interpreter", "1", f"{auto / reference:.2f}", auto <= reference


def rules(given: argparse.Namespace) -> Iterator[Line]:
    """A policy of 10,000 rules over several files."""
    cpu, _, lines = large_policy.checked(10_000)
    yield f"10,000 rules, {lines:,} lines, checked, s", "15", f"{cpu:.1f}", cpu <= 15


GROUPS: dict[str, Callable[[argparse.Namespace], Iterator[Line]]] = {
    x.__name__: x for x in (engines, files, parts, totals, one_student, regulation, small, rules)
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Goals for cohorts, and what is reached.")
    parser.add_argument("--students", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--large", type=int, default=100_000)
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=list(GROUPS))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        name, folder = arguments.run
        print(ALONE[name](folder))
        return
    with TemporaryDirectory() as compiled:  # as an installed program is, so that no line compiles what the next uses
        os.environ |= {"PYTHONPYCACHEPREFIX": compiled}
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        _run("-m", "compileall", "-q", "src", "plugins", "repl", "bench", good=(0, 1))
        _measure(arguments)


def _measure(arguments: argparse.Namespace) -> None:
    found = ["| figure | goal | found | |", "|---|---|---|---|"]
    for name in arguments.only:
        try:
            for line, wanted, reached, good in GROUPS[name](arguments):
                found.append(f"| {line} | {wanted} | {reached} | {'reached' if good else 'falls short'} |")
                print(found[-1], flush=True)
                if arguments.write:
                    write_table("goals", "\n".join(found))
        except subprocess.CalledProcessError as error:
            found.append(f"| {name} | | could not be measured here | |")
            print(found[-1], error.stderr[-2000:], flush=True)


if __name__ == "__main__":
    main()
