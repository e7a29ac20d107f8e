"""A server that is asked, attacked and asked again: all are answered, and its memory does not grow."""

import asyncio
import atexit
import contextlib
import random
import socket
from collections import Counter
from functools import cached_property

import httpx
from attrs import define, field

from bench.server import measure, memory, serving, warmed
from soak.part import Part

SECONDS = 20
"""Of one case."""
WORKERS = 2
CONNECTIONS = (1, 4, 16)
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
"""How many times the memory of the first cases the last may have."""


@define
class LoadedServer(Part):
    """One server for all cases."""

    memories: list[int] = field(factory=list, init=False)
    answers: Counter[str] = field(factory=Counter, init=False)
    slowest: float = field(default=0.0, init=False)
    held: list[socket.socket] = field(factory=list)
    """Connections of the rude, which are left open until the next case."""

    @cached_property
    def server(self) -> tuple[str, int, list[bytes]]:
        """Where it is, its process, and questions to it."""
        context = serving(WORKERS)
        url, process = context.__enter__()
        atexit.register(context.__exit__, None, None, None)
        with httpx.Client(base_url=url, transport=httpx.HTTPTransport(retries=9), timeout=60) as client:
            return url, process, warmed(client, WORKERS)

    def case(self, number: int) -> None:
        """So many seconds of questions and of harm; then the server still answers, and is no larger than before."""
        url, process, bodies = self.server
        rng = random.Random(number)
        for one in self.held:
            one.close()
        self.held = [_rude(url, rng.choice(RUDE)) for _ in range(rng.randrange(40))]
        measured = asyncio.run(measure(url, bodies, SECONDS, rng.choice(CONNECTIONS), None))
        self.cases += 1
        self.answers["answered"] += measured.statuses[200]
        self.answers["told that there was no time or room"] += measured.unanswered
        self.answers["hostile, refused"] += sum(count for status, count in measured.harmed.items() if status >= 400)
        self.answers["hostile, answered"] += sum(count for status, count in measured.harmed.items() if 0 < status < 400)
        self.answers["rude"] += len(self.held)
        self.slowest = max(self.slowest, *measured.waits)
        self.memories.append(memory(process))
        if measured.statuses.keys() - IN_ORDER or any(status in {0, 500} for status in measured.harmed):
            self.note(number, str(measured))
        begun, now = self.memories[5:10], self.memories[-5:]
        if len(self.memories) > 20 and min(now) > ALLOWED * max(begun):
            self.note(number, f"{min(now)} MiB, at the beginning {max(begun)}")

    def lines(self) -> list[str]:
        """The figures."""
        told = ", ".join(f"{name} {count}" for name, count in sorted(self.answers.items()))
        parts = [self.memories[at * len(self.memories) // 6 : (at + 1) * len(self.memories) // 6] for at in range(6)]
        held = ", ".join(str(max(part)) for part in parts if part)
        return [
            f"cases of {SECONDS} s: {self.cases}; {told}; the longest wait {self.slowest:.1f} s",
            f"most MiB in each sixth of the time: {held}",
        ]


def _rude(url: str, sent: bytes) -> socket.socket:
    """A connection on which something was sent, and nothing more comes."""
    host, _, port = url.removeprefix("http://").partition(":")
    connection = socket.create_connection((host, int(port)), timeout=10)
    with contextlib.suppress(OSError):  # refused before all was sent
        connection.sendall(sent)
    return connection
