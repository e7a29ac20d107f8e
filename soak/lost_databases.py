"""Databases that go away: the connection is cut after so many bytes, while a run reads data or writes results."""

import atexit
import contextlib
import random
import socket
import struct
import tempfile
import threading
from collections import Counter
from functools import cached_property
from pathlib import Path

from attrs import define, field

from bench.database_servers import MariadbServer, PostgresqlServer, Server
from creditlang.schema import RESULT_TABLES
from soak.forked_runs import ended, started
from soak.part import Part
from soak.small_data import Tables, as_csv, policy, small
from soak.writing_commands import DAYS, whole_files

Contents = dict[str, object]
"""Files of a folder or rows of tables, by name."""


class CutWire:
    """A port that hands bytes on to a server and back, until so many have gone: then both ends are cut."""

    def __init__(self, port: int) -> None:
        """For a server on a port of this machine."""
        self.server = port
        self.left: float = float("inf")
        self.gone = 0
        self.reset = False
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def set(self, after: float, reset: bool = False) -> None:
        """Cut after so many bytes from now, in order or by a reset; nobody gets through from then on."""
        with self._lock:
            self.left, self.gone, self.reset = after, 0, reset

    def _accept(self) -> None:
        while True:
            there, _ = self._listening.accept()
            if self.left <= 0:
                self._cut(there)
                continue
            here = socket.create_connection(("127.0.0.1", self.server))
            for start, end in ((there, here), (here, there)):
                threading.Thread(target=self._hand_on, args=(start, end), daemon=True).start()

    def _hand_on(self, start: socket.socket, end: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := start.recv(1 << 14):
                with self._lock:
                    going = data[: int(min(self.left, len(data)))]
                    self.left -= len(going)
                    self.gone += len(going)
                end.sendall(going)
                if len(going) < len(data):
                    break
        self._cut(start)
        self._cut(end)

    def _cut(self, end: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self.reset:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # Whoever waits for bytes of it holds it open: that one is woken first.
            end.shutdown(socket.SHUT_RD if self.reset else socket.SHUT_RDWR)
            end.close()


_COMPARED = ("students.csv", "accounts.csv", "records.csv", "steps.csv", "manifest.csv")
"""Of the files of a run from a database, those that say what came out; what was wrong on the way may differ."""


@define
class LostDatabases(Part):
    """One run after the other, from either server and into PostgreSQL."""

    told: Counter[str] = field(factory=Counter, init=False)
    open: contextlib.ExitStack = field(factory=contextlib.ExitStack)

    def __attrs_post_init__(self) -> None:
        """Whatever happens, no server stays."""
        atexit.register(self.open.close)

    @cached_property
    def folder(self) -> Path:
        """Where results and messages go."""
        policy()
        return Path(self.open.enter_context(tempfile.TemporaryDirectory(prefix="soak-")))

    @cached_property
    def servers(self) -> dict[str, tuple[Server, CutWire]]:
        """PostgreSQL and MariaDB with the data of `small_data`, each behind a wire."""
        found = {}
        for kind, quote in ((PostgresqlServer, '"'), (MariadbServer, "`")):
            server = self.open.enter_context(kind(tls=False))
            server.execute("CREATE DATABASE office" + (" CHARACTER SET utf8mb4" if quote == "`" else ""))
            server.execute(*_statements(small(), quote), database="office")
            found[kind.__name__.removesuffix("Server")] = (server, CutWire(server.port))
        return found

    @cached_property
    def whole(self) -> dict[str, tuple[list[Contents], int]]:
        """What runs of each day leave in each way when nothing is cut, and the bytes that go over the wire."""
        found = {}
        for way in self.ways:
            wire, left = self.servers[way.split()[1]][1], []
            for day in DAYS:
                wire.set(float("inf"))
                code = ended(started(self.arguments(way, day), self.folder / "said.txt"))
                said = (self.folder / "said.txt").read_text(encoding="utf-8")
                assert code in (0, 1, 3), f"{way}: a run ends with {code}: {said}"
                left.append(self.results(way))
            assert left[0] and left[0] != left[1], f"{way}: no results to tell apart"
            found[way] = (left, wire.gone)
        return found

    ways = ("from Postgresql", "from Mariadb", "into Postgresql")

    def arguments(self, way: str, day: str) -> list[str]:
        """The words of the command."""
        server, wire = self.servers[way.split()[1]]
        address = server.address("office").replace(f":{server.port}/", f":{wire.port}/")
        data, out = (address, str(self.folder / way)) if way.startswith("from") else (str(self.data), address)
        return ["run", "volunteer_hours", "--data", data, "--as-of", day, "--out", out, "--lang", "en"]

    @cached_property
    def data(self) -> Path:
        """The data of runs into a database."""
        return as_csv(small(), self.folder / "data")

    def results(self, way: str) -> Contents:
        """What is there after a run, as its readers see it."""
        if way.startswith("from"):
            return {name: data for name, data in whole_files(self.folder / way).items() if name in _COMPARED}
        server = self.servers["Postgresql"][0]
        asked = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'creditlang'"
        names = sorted(name for (name,) in server.execute(asked, database="office"))
        rows = {name: server.execute(f'SELECT * FROM creditlang."{name}"', database="office") for name in names}
        return {name: sorted(map(repr, found)) for name, found in rows.items()}

    def case(self, number: int) -> None:
        """Cut the wire of a run, and look at what is there."""
        rng = random.Random(number)
        way = self.ways[number % len(self.ways)]
        sets, size = self.whole[way]
        server, wire = self.servers[way.split()[1]]
        after, reset = rng.randrange(size + size // 8), rng.random() < 0.5
        wire.set(float("inf"))
        before = self.results(way)
        wire.set(after, reset)
        code = ended(started(self.arguments(way, rng.choice(DAYS)), self.folder / "said.txt"))
        self.cases += 1
        self.told["cut" if wire.left <= 0 else "done before"] += 1
        said = (self.folder / "said.txt").read_text(encoding="utf-8", errors="replace")
        told = f"{way}, cut after {after} of {size} bytes{' by a reset' * reset}: exit {code}"
        if "Traceback" in said or server.password in said or code not in (0, 1, 3, 4, 5):
            self.note(number, f"{told}: {said.strip()[-200:]}")
        there = self.results(way)
        everybody = "who need a decision: everybody" in said
        whole = there in sets
        if not whole and (code not in (3, 4) or there != before) and not (code == 3 and everybody):
            self.note(number, f"{told}: what is there is of no run: {sorted(there)}")
        if way.startswith("from") and whole == everybody:
            self.note(number, f"{told}: {'all' if whole else 'not all'} is there, which is not what is said")

    def lines(self) -> list[str]:
        """The figures."""
        self.open.close()
        told = ", ".join(f"{name} {count}" for name, count in self.told.items())
        return [f"runs: {self.cases}, {told}; {', '.join(self.ways)}; {len(RESULT_TABLES)} tables"]


def _statements(tables: Tables, quote: str) -> list[str]:
    """SQL that makes the tables. Texts of the sample have neither quotes nor backslashes in them."""
    made = []
    for name, (heads, *rows) in tables.items():
        columns = ", ".join(f"{quote}{head}{quote} varchar(200)" for head in heads)
        made.append(f"CREATE TABLE {quote}{name}{quote} ({columns})")
        for row in rows:
            cells = ", ".join("'" + cell.replace("'", "''") + "'" if cell else "NULL" for cell in row)
            made.append(f"INSERT INTO {quote}{name}{quote} VALUES ({cells})")
    return made
