"""What offices really send as columns and databases, made when asked."""

import io
import sqlite3
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow
from pyarrow import feather, parquet
from tests.corpus.office_texts import HEAD, ROW, lines


def table(**columns: Any) -> Any:
    """Records as columns, some of another type."""
    plain: dict[str, Any] = {name: [text] for name, text in zip(HEAD, ROW, strict=True)}
    return pyarrow.table({**plain, **columns})


def moment(hour: int, *kind: str) -> Any:
    """A moment of the day of the record."""
    return pyarrow.array([datetime(2024, 10, 8, hour)], pyarrow.timestamp(*kind))


def _parquet(content: Any, **options: Any) -> bytes:
    out = io.BytesIO()
    parquet.write_table(content, out, **options)
    return out.getvalue()


def _feather(content: Any) -> bytes:
    out = io.BytesIO()
    feather.write_feather(content, out, compression="uncompressed")
    return out.getvalue()


PARQUET: dict[str, Callable[[], bytes]] = {
    "sound": lambda: _parquet(table()),
    "a day as a day": lambda: _parquet(table(on=[date(2024, 10, 8)])),
    "a moment with a zone": lambda: _parquet(table(on=moment(20, "us", "UTC"))),
    "a moment without one": lambda: _parquet(table(on=moment(20, "ns"))),
    "a moment at midnight": lambda: _parquet(table(on=moment(0, "s"))),
    "a decimal": lambda: _parquet(table(size=[Decimal("2.50")])),
    "a decimal of many digits": lambda: _parquet(table(size=[Decimal("1." + "1" * 30)])),
    "a double": lambda: _parquet(table(size=[0.1])),
    "not a number": lambda: _parquet(table(size=[float("nan")])),
    "infinity": lambda: _parquet(table(size=[float("inf")])),
    "a person as a whole number": lambda: _parquet(table(student_id=[1])),
    "a person as a double": lambda: _parquet(table(student_id=[1.0])),
    "nothing for a person": lambda: _parquet(table(student_id=pyarrow.array([None], pyarrow.string()))),
    "a list in a cell": lambda: _parquet(table(size=[[2]])),
    "a structure in a cell": lambda: _parquet(table(size=[{"a": 2}])),
    "bytes in a cell": lambda: _parquet(table(item=[b"hike"])),
    "dictionaries": lambda: _parquet(table(item=pyarrow.array(["hike"]).dictionary_encode())),
    "a column twice": lambda: _parquet(pyarrow.table([["1"], ["1"]], names=["student_id", "student_id"])),
    "no rows": lambda: _parquet(table().slice(0, 0)),
    "no columns": lambda: _parquet(pyarrow.table({})),
    "a time of day": lambda: _parquet(table(on=pyarrow.array([3600], pyarrow.time32("s")))),
    "a length of time": lambda: _parquet(table(size=pyarrow.array([2], pyarrow.duration("s")))),
    "cut off": lambda: _parquet(table())[:-9],
    "its end only": lambda: _parquet(table())[-40:],
    "CSV by another name": lambda: lines(HEAD, ROW),
    "a length that lies": lambda: _parquet(table())[:-8] + b"\xff\xff\xff\x7fPAR1",
    "empty": lambda: b"",
}  # fmt: skip
ARROW: dict[str, Callable[[], bytes]] = {
    "sound": lambda: _feather(table()),
    "cut off": lambda: _feather(table())[:-20],
    "Parquet by another name": lambda: _parquet(table()),
    "empty": lambda: b"",
}


def statements(*texts: str) -> Callable[[Path], None]:
    """A database with a list of students and what these make."""

    def write(path: Path) -> None:
        connection = sqlite3.connect(path)
        for text in ("create table student (student_id text)", "insert into student values ('1')", *texts):
            connection.execute(text)
        connection.commit()
        connection.close()

    return write


_ACT = 'create table act (student_id text, record_id text, item text, "on" text, size)'
_ONE = "insert into act values ('1', 'a', 'hike', '2024-10-08', 2)"


def _left_open(path: Path) -> None:
    """A log of writes that nobody has taken over into the file."""
    other = path.with_suffix(".other")
    connection = sqlite3.connect(other)
    connection.execute("pragma journal_mode=wal")
    for text in ("create table student (student_id text)", "insert into student values ('1')", _ACT):
        connection.execute(text)
    connection.commit()
    connection.execute("pragma wal_checkpoint(truncate)")
    connection.execute(_ONE)
    connection.commit()
    for ending in ("", "-wal", "-shm"):
        Path(f"{path}{ending}").write_bytes(Path(f"{other}{ending}").read_bytes())
    connection.close()


def _log_lost(path: Path) -> None:
    _left_open(path)
    for ending in ("-wal", "-shm"):
        Path(f"{path}{ending}").unlink()


def _journal(path: Path) -> None:
    statements(_ACT, _ONE)(path)
    Path(f"{path}-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"\x00" * 504)


def _called(name: str) -> Callable[[Path], None]:
    return statements(_ACT.replace("table act", f'table "{name}"'), _ONE.replace("into act", f'into "{name}"'))


DATABASE: dict[str, Callable[[Path], None]] = {
    "a log that was not taken over": _left_open,
    "a log that was left behind": _log_lost,
    "a journal of a run that broke off": _journal,
    "a table in capitals": _called("ACT"),
    "a table with a blank": _called("act "),
    "a table with a schema in its name": _called("main.act"),
    "columns in capitals": statements(_ACT.upper(), _ONE),
    "a generated column": statements(
        _ACT.replace("size)", "size as (2))"), "insert into act values ('1', 'a', 'hike', '2024-10-08')"),
    "a virtual table": statements("create virtual table act using fts5(student_id, record_id, item, size)"),
    "a trigger": statements(_ACT, _ONE, "create trigger t after insert on act begin delete from act; end"),
    "a view over itself": statements("create view act as select * from act"),
    "a view that never ends": statements(
        "create view act as with recursive n(x) as (select 1 union all select x + 1 from n where x < 100000)"
        " select '1' student_id, x record_id, 'hike' item, '2024-10-08' \"on\", 1 size from n limit 9"),
    "a day as a Julian number": statements(_ACT, _ONE.replace("'2024-10-08'", "2460591.5")),
    "a day as seconds": statements(_ACT, _ONE.replace("'2024-10-08'", "1728345600")),
    "a day as milliseconds": statements(_ACT, _ONE.replace("'2024-10-08'", "1728345600000")),
    "a text with a NUL": statements(_ACT, _ONE.replace("'a'", "'a' || char(0) || 'b'")),
    "a text of a megabyte": statements(_ACT, _ONE.replace("'a'", "printf('%.*c', 1000000, 'x')")),
    "a whole number of 64 bits": statements(_ACT, _ONE.replace("2)", "9223372036854775807)")),
    "minus nought": statements(_ACT, _ONE.replace("2)", "-0.0)")),
    "a very small number": statements(_ACT, _ONE.replace("2)", "1e-300)")),
    "no columns that are known": statements("create table act (x)", "insert into act values (1)"),
    "two tables of one kind": statements(_ACT, _ONE, _ACT.replace("table act", 'table "记录 act"')),
    "a table without a row": statements(_ACT),
    "strict types": statements(_ACT.replace("size)", "size real) strict"), _ONE),
    "without row numbers": statements(_ACT.replace("size)", "size, primary key (record_id)) without rowid"), _ONE),
}  # fmt: skip
