"""How long a “what if?” takes: for one student, and for a cohort.

    python -m bench.session [--students N]

Makes a cohort of N students (the sample of the Hengyang regulation, made larger), opens it in a session, and measures,
from the typed text to the finished answer, a record more, a value set and a step back for students with about 40
records (median and the slowest twentieth), and `what if` over all students, with the peak memory of the process before
and after. For comparison, in the same run: working the student out once.
"""

import argparse
import resource
import sys
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

from creditlang.plugin import PluginManager
from creditlang_repl.session import Session
from samples.hengyang.__main__ import make

ADDED = "add activity lecture, level school, on 2025-03-02, 6 times"
SET = "set pass_mark = 80"
TIMES = 200
RECORDS = range(30, 60)


def answered(session: Session, text: str) -> float:
    """Milliseconds until an input is answered."""
    start = perf_counter()
    reply = session.answer(text)
    taken = perf_counter() - start
    assert not reply.failed, reply.text
    assert reply.text
    return 1000 * taken


def shown(name: str, taken: list[float]) -> None:
    """One line."""
    print(f"{name:46} {median(taken):8.2f} ms   95 % within {quantiles(taken, n=20)[-1]:8.2f} ms")


def one_student(session: Session) -> None:
    """Inputs about students with about 40 records."""
    view = session.conversation.view()
    numbers = [number for number in view.numbers() if len(view.student(number).records) in RECORDS][:TIMES]
    records = sum(len(view.student(number).records) for number in numbers) / len(numbers)
    print(f"{len(numbers)} students with {records:.0f} records on average")
    alone, added, back, set_ = [], [], [], []
    for number in numbers:
        session.answer(f"student {number}")
        start = perf_counter()
        view.worked_out(number)
        alone.append(1000 * (perf_counter() - start))
        added.append(answered(session, ADDED))
        back.append(answered(session, "undo"))
        set_.append(answered(session, SET))
        session.answer("undo")
    shown("worked out once, nothing shown", alone)
    shown(ADDED, added)
    shown("undo", back)
    shown(SET, set_)


def peak() -> float:
    """The most memory so far, in MiB. The system counts in KiB, but in bytes on macOS."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 2**20


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How long a what-if takes, for one student and for a cohort.")
    parser.add_argument("--students", type=int, default=1_000)
    arguments = parser.parse_args()
    session = Session("en", PluginManager(no_plugins=True))
    with TemporaryDirectory() as folder:
        make(Path(folder), arguments.students)
        answered(session, "load hengyang")
        reading = answered(session, f"data {folder}")
    data = session.conversation.view().known()
    print(f"{len(data.dataset.students):,} students, {data.rows:,} records, read in {reading / 1000:.1f} s")
    one_student(session)
    before, told = peak(), []
    start = perf_counter()
    reply = session.answer(f"what if {SET}", lambda done, of: told.append(done))
    assert not reply.failed, reply.text
    seconds = perf_counter() - start
    print(
        f"what if {SET}: {seconds:.1f} s, {2 * data.rows / seconds:,.0f} records a second, progress {len(told)} times, "
        f"peak {before:.0f} MiB before, {peak():.0f} MiB after"
    )


if __name__ == "__main__":
    main()
