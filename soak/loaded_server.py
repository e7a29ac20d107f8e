"""A server asked and attacked without a pause for all its minutes: all are answered, and its memory does not grow."""

import asyncio
import atexit
import contextlib
import random
import threading
import time
from collections import Counter
from functools import cached_property
from itertools import cycle

import httpx
from attrs import define, field

from bench.server import Measured, ask, harm, memory, serving, warmed
from soak.part import Part

SECONDS = 60
"""From one look at the load to the next; it goes on meanwhile."""
WORKERS = 2
CONNECTIONS = (1, 4, 16)
"""How many ask at once: another number after each look."""
RUDE_AT_ONCE = 40
RUDE = (
    b"POST /api/evaluate HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n{",
    b"POST /api/evaluate HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n{}",
    b"POST /api/evaluate HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n{",
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(5_000)),
    b"GET /../../../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 400,
    b"G",
)
"""What no browser sends: too little, too much, another protocol; or another place."""
IN_ORDER = {200, 429, 503, 504}
"""Answers to a question: one that is worked out, and on a busy machine that there was no time or room for it."""
ALLOWED = 1.15
"""How many times the memory of the first minutes the last may have."""


@define
class LoadedServer(Part):
    """One server, and a load that begins with the first case and ends with the program; a case is a look at it."""

    memories: list[int] = field(factory=list, init=False)
    answers: Counter[str] = field(factory=Counter, init=False)
    slowest: float = field(default=0.0, init=False)

    @cached_property
    def load(self) -> "_Load":
        """The server under load."""
        context = serving(WORKERS)
        url, process = context.__enter__()
        atexit.register(context.__exit__, None, None, None)
        with httpx.Client(base_url=url, transport=httpx.HTTPTransport(retries=9), timeout=60) as client:
            load = _Load(url, process, warmed(client, WORKERS))
        threading.Thread(target=asyncio.run, args=[load.go_on()], daemon=True).start()
        return load

    def case(self, number: int) -> None:
        """What was asked and answered since the last look; the server still answers, and is no larger than before."""
        load = self.load
        load.connections = random.Random(number).choice(CONNECTIONS)
        time.sleep(SECONDS)
        measured, load.measured = load.measured, Measured(SECONDS)
        rude, load.rude = load.rude, 0
        self.cases += 1
        self.answers["answered"] += measured.statuses[200]
        self.answers["told that there was no time or room"] += measured.unanswered
        self.answers["hostile, refused"] += sum(count for status, count in measured.harmed.items() if status >= 400)
        self.answers["hostile, answered"] += sum(count for status, count in measured.harmed.items() if 0 < status < 400)
        self.answers["rude"] += rude
        self.slowest = max(self.slowest, *measured.waits, 0.0)
        self.memories.append(memory(load.process))
        if load.error is not None:
            self.note(number, f"nothing is asked any more: {load.error!r}")
        if not measured.statuses[200]:
            self.note(number, f"no question was answered in {SECONDS} s")
        if measured.statuses.keys() - IN_ORDER or any(status in {0, 500} for status in measured.harmed):
            self.note(number, str(measured))
        begun, now = self.memories[5:10], self.memories[-5:]
        if len(self.memories) > 20 and min(now) > ALLOWED * max(begun):
            self.note(number, f"{min(now)} MiB, at the beginning {max(begun)}")

    def lines(self) -> list[str]:
        """The figures."""
        told = ", ".join(f"{name} {count}" for name, count in sorted(self.answers.items()))
        return [
            f"without a pause {self.cases * SECONDS} s: {told}; the longest wait {self.slowest:.1f} s",
            f"MiB after each {SECONDS} s: {' '.join(map(str, self.memories))}",
        ]


@define
class _Load:
    """Questions, harm and rudeness, each without end; what looks at it takes `measured` and `rude` away."""

    url: str
    process: int
    bodies: list[bytes]
    connections: int = 1
    measured: Measured = field(factory=lambda: Measured(SECONDS))
    rude: int = 0
    error: BaseException | None = None

    async def go_on(self) -> None:
        """All at once, until the program ends."""
        turn = cycle(self.bodies)
        async with httpx.AsyncClient(base_url=self.url, timeout=60) as client:

            async def asking(place: int) -> None:
                while True:
                    if place < self.connections:
                        await ask(client, next(turn), lambda: self.measured)
                    else:
                        await asyncio.sleep(0.1)

            try:
                await asyncio.gather(
                    harm(client, lambda: self.measured),
                    *map(asking, range(max(CONNECTIONS))),
                    *map(self._rude, range(RUDE_AT_ONCE)),
                )
            except BaseException as error:
                self.error = error

    async def _rude(self, place: int) -> None:
        """Connections on which something is sent, and nothing more comes, for some time each."""
        rng = random.Random(place)
        host, _, port = self.url.removeprefix("http://").partition(":")
        while True:
            with contextlib.suppress(OSError, TimeoutError):  # refused before all was sent
                _, writer = await asyncio.open_connection(host, int(port))
                self.rude += 1
                writer.write(rng.choice(RUDE))
                await asyncio.sleep(rng.uniform(1, 60))
                writer.close()
