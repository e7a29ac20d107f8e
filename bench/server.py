"""How many questions about one student a server answers, and how long each waits, with hostile ones among them.

    python -m bench.server [--seconds N] [--rate N] [--workers N]

Starts `creditlang serve` and asks it, in turn, about the students of the sample of the Hengyang regulation: as fast as
so many connections go, then at a rate that leaves the machine some rest. Meanwhile one connection sends what should do
harm: deep nesting, doubled names, numbers without end, bodies that are too large, policies that are large and wrong, a
rulebook that outlasts its time. Told are the rates, the waits, questions without an answer, and the memory of the
server and its workers before and after. Client and server share the machine.
"""

import argparse
import asyncio
import json
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from os import sysconf
from pathlib import Path
from time import perf_counter

import httpx
from attrs import define, field

SMALL, LARGE = 30, 60
JSON = {"content-type": "application/json"}


def questions(client: httpx.Client) -> list[bytes]:
    """A question for each student of the sample with so many records."""
    tables = client.post("/api/sample", json={"policy": "hengyang"}).json()["tables"]
    students = tables.pop("student")
    found = []
    for student in students:
        own = {kind: [row for row in rows if row["学号"] == student["学号"]] for kind, rows in tables.items()}
        if SMALL <= sum(map(len, own.values())) <= LARGE:
            question = {"policy": "hengyang", "student": student, "records": own}
            found.append(json.dumps(question, ensure_ascii=False).encode())
    return found


def hostile() -> Iterator[tuple[str, bytes]]:
    """What should do harm, again and again."""
    wrong = json.dumps({"policy": {"text": "category a in b\n    item c : d per event when e\n" * 3000}}).encode()
    return cycle(
        [
            ("evaluate", b"[" * 200_000),
            ("evaluate", b'{"policy": "hengyang", "policy": "hengyang"}'),
            ("evaluate", b'{"policy": "hengyang", "student": {"student_id": 1e999999}}'),
            ("check", b" " * 17 * 2**20),
            ("check", wrong),
            ("evaluate", b'{"policy": "hengyang", "student": {"student_id": "' + b"x" * 200_000 + b'"}}'),
            ("rulebook", b'{"policy": "shangrao"}'),
        ]
    )


@define
class Measured:
    """Questions over so many seconds: how long each waited, and the statuses of the answers; 0 is none."""

    seconds: float
    waits: list[float] = field(factory=list)
    statuses: Counter[int] = field(factory=Counter)
    harmed: Counter[int] = field(factory=Counter)
    """Those of hostile questions."""

    @property
    def unanswered(self) -> int:
        """Questions without the answer that was asked for."""
        return self.statuses.total() - self.statuses[200]

    def __str__(self) -> str:
        waits = sorted(self.waits)
        told = ", ".join(f"{share}% {1000 * waits[int(len(waits) * share / 100)]:.0f} ms" for share in (50, 95, 99))
        hostile = dict(sorted(self.harmed.items()))
        return f"{len(waits) / self.seconds:.0f} a second: {told}; {self.unanswered} not answered; hostile {hostile}"


async def ask(client: httpx.AsyncClient, body: bytes, counted: Callable[[], Measured]) -> None:
    """One question; it is counted where `counted` says once it is answered."""
    start = perf_counter()
    try:
        answer = await client.post("/api/evaluate", content=body, headers=JSON)
    except httpx.TransportError:  # one that was idle may be closed as it is used again: whoever asks opens another
        answer = await client.post("/api/evaluate", content=body, headers=JSON)
    measured = counted()
    measured.waits.append(perf_counter() - start)
    measured.statuses[answer.status_code] += 1


async def harm(client: httpx.AsyncClient, counted: Callable[[], Measured | None]) -> None:
    """Hostile questions, as long as there is where to count them."""
    for question, body in hostile():
        try:
            answer = await client.post(f"/api/{question}", content=body, headers=JSON)
            status = answer.status_code
        except httpx.TransportError:
            status = 0
        if (measured := counted()) is None:
            return
        measured.harmed[status] += 1
        await asyncio.sleep(0.1)


async def measure(url: str, bodies: list[bytes], seconds: float, connections: int, rate: float | None) -> Measured:
    """So many seconds of questions, at a rate or as fast as they go."""
    measured = Measured(seconds)
    turn = cycle(bodies)
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        until = perf_counter() + seconds

        async def as_fast_as_it_goes() -> None:
            while perf_counter() < until:
                await ask(client, next(turn), lambda: measured)

        async def at_a_rate(each: float) -> None:
            tasks, due = [], perf_counter()
            while due < until:
                await asyncio.sleep(max(0, due - perf_counter()))
                tasks.append(asyncio.create_task(ask(client, next(turn), lambda: measured)))
                due += each
            await asyncio.gather(*tasks)

        asked = [at_a_rate(1 / rate)] if rate else [as_fast_as_it_goes() for _ in range(connections)]
        await asyncio.gather(harm(client, lambda: measured if perf_counter() < until else None), *asked)
    return measured


def processes(process: int) -> list[int]:
    """A process and those below it."""
    tasks = Path(f"/proc/{process}/task").iterdir()
    children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return [process, *(each for child in children for each in processes(child))]


def memory(process: int) -> int:
    """MiB of a process and those below it."""
    return sum(int(Path(f"/proc/{each}/statm").read_text().split()[1]) for each in processes(process)) // 256


def processor(process: int) -> float:
    """Seconds of CPU that a process and those below it have taken."""
    stats = (Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split() for each in processes(process))
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / sysconf("SC_CLK_TCK")


def alone(client: httpx.Client, bodies: list[bytes], process: int) -> str:
    """What a question costs the server where nothing else is asked."""
    before, times = processor(process), 10
    for body in bodies * times:
        assert client.post("/api/evaluate", content=body, headers=JSON).status_code == 200
    return f"{1000 * (processor(process) - before) / (times * len(bodies)):.1f} ms of CPU a question"


@contextmanager
def serving(workers: int) -> Iterator[tuple[str, int]]:
    """A server of its own: where it is, and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["serve", "--policy", "hengyang", "--port", port, "--workers", workers, "--seconds", 5]
    command = [sys.executable, "-m", "creditlang", *map(str, words)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait()


def warmed(client: httpx.Client, workers: int) -> list[bytes]:
    """The questions, each asked until every worker has generated code for the policy."""
    bodies = questions(client)
    for body in bodies * workers * 2:
        client.post("/api/evaluate", content=body, headers=JSON)
    return bodies


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How long questions to the server wait.")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rate", type=float, default=40)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    with serving(arguments.workers) as (url, process):
        with httpx.Client(base_url=url, transport=httpx.HTTPTransport(retries=9), timeout=60) as client:
            bodies = warmed(client, arguments.workers)
            print(alone(client, bodies, process))
        print(f"{len(bodies)} students, {arguments.workers} workers, {memory(process)} MiB before")
        for connections, rate in ((4, None), (16, None), (0, arguments.rate)):
            told = asyncio.run(measure(url, bodies, arguments.seconds, connections, rate))
            asked = f"{rate:g} a second" if rate else f"{connections} connections"
            print(f"{asked}: {told}; {memory(process)} MiB")


if __name__ == "__main__":
    main()
