"""The regulation of `bench.cohort` written again, by hand, for what else could work it out: each from columns of small
integers to totals by category, credits of conduct, and who graduates, as integers. Each is an independent computation.
"""

import ctypes
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from bench import measured_regulation as m

Columns = Mapping[str, "np.ndarray[Any, Any]"]
Found = "np.ndarray[Any, Any]"
"""For each student six totals in thousandths, credits of conduct, and 1 for a graduate."""

RATES = np.array([[[m.rate(item, level, x) for x in range(3)] for level in range(5)] for item in range(40)], np.int64)
SHARES = np.array([[*row, *[0] * (6 - len(row))] for row in m.SHARES], np.int64)
CAPS = np.array([*m.CAPS, *[m.UNLIMITED] * 8], np.int64)
CATEGORIES = np.array([*m.CATEGORIES, *[0] * 8], np.int64)
SHARED, HALVED = np.array(m.SHARED), np.array(m.HALVED)
DEDUCTIONS = np.array([0] * 32 + list(m.DEDUCTIONS), np.int64)


def plain_python(columns: Columns, students: int) -> Found:
    """Loops over whole numbers."""
    rates, shares, caps = RATES.tolist(), SHARES.tolist(), CAPS.tolist()
    found = np.zeros((students, 8), np.int64)
    sums: dict[tuple[int, int, int], int] = defaultdict(int)
    best: dict[tuple[int, int, int, int], int] = {}
    violations: dict[tuple[int, int], list[int]] = defaultdict(list)
    names = ("student", "semester", "item", "level", "column", "team", "place", "quantity", "other", "content")
    for student, semester, item, level, column, team, place, quantity, other, content in zip(
        *(columns[name].tolist() for name in names), strict=True
    ):
        if item >= 32:
            violations[student, semester].append(m.DEDUCTIONS[item - 32])
            continue
        amount = rates[item][level][column] * quantity
        if m.SHARED[item]:
            amount = amount * shares[team - 1][place] // 10
        if m.HALVED[item] and other:
            amount //= 2
        if item < 20:
            sums[student, semester, item] += amount
        elif amount > best.get(key := (student, semester, item, content), -1):
            best[key] = amount
    for (student, semester, item, _), amount in best.items():
        sums[student, semester, item] += amount
    for (student, _, item), amount in sums.items():
        found[student, m.CATEGORIES[item]] += min(amount, caps[item])
    found[:, 6] = 6
    for (student, _), points in violations.items():
        found[student, 6] -= 100 - sum(x * (2 if place >= 2 else 1) for place, x in enumerate(points)) < 85
    return graduated(found)


def graduated(found: Any) -> Any:
    """Fill in who graduates."""
    enough = (found[:, :6] >= np.array(m.MINIMA)).all(axis=1) & (found[:, :6].sum(axis=1) >= m.TOTAL)
    found[:, 7] = enough & (found[:, 6] >= m.CREDITS_OF_CONDUCT)
    return found


def amounts(columns: Columns) -> Any:
    """What each record is worth by itself, in thousandths; for those who have no tables of their own."""
    item = columns["item"]
    found = RATES[item, columns["level"], columns["column"]] * columns["quantity"]
    found = np.where(SHARED[item], found * SHARES[columns["team"] - 1, columns["place"]] // 10, found)
    return np.where(HALVED[item] & (columns["other"] == 1), found // 2, found)


def polars(columns: Columns, students: int) -> Found:
    """Polars, lazily, on integers; amounts of records by numpy."""
    import polars as pl

    frame = pl.LazyFrame({name: columns[name] for name in ("student", "semester", "item", "content")}).with_columns(
        pl.Series("amount", amounts(columns)), pl.Series("points", DEDUCTIONS[columns["item"]])
    )
    by = ["student", "semester", "item"]
    usual = frame.filter(pl.col("item") < 20).group_by(by).agg(pl.col("amount").sum())
    best = frame.filter(pl.col("item").is_between(20, 31)).group_by([*by, "content"]).agg(pl.col("amount").max())
    best = best.group_by(by).agg(pl.col("amount").sum())
    items = pl.LazyFrame({"item": np.arange(40, dtype=np.int32), "cap": CAPS, "category": CATEGORIES})
    totals = pl.concat([usual, best]).join(items, on="item").group_by("student", "category")
    totals = totals.agg(pl.min_horizontal("amount", "cap").sum())
    late = pl.int_range(pl.len()).over("student", "semester") >= 2
    conduct = frame.filter(pl.col("item") >= 32).with_columns(pl.col("points") * pl.when(late).then(2).otherwise(1))
    conduct = conduct.group_by("student", "semester").agg(pl.col("points").sum()).filter(pl.col("points") > 15)
    one, two = pl.collect_all([totals, conduct.group_by("student").agg(pl.len())])
    return _gathered(students, one.to_numpy(), two.to_numpy())


def duckdb(columns: Columns | Path, students: int) -> Found:
    """DuckDB, on integers, at hand or in a file, and one thread; amounts of records by joins with small tables."""
    with _connected(columns) as connection:
        totals = connection.sql(_TOTALS).fetchnumpy()
        late = connection.sql(_LATE).fetchnumpy()
    return _gathered(students, np.stack(list(totals.values()), 1), np.stack(list(late.values()), 1))


def duckdb_with_reasons(columns: Columns, students: int) -> Found:
    """The same by windows: what each record counts, and why, handed over as Arrow columns; and the totals of these."""
    with _connected(columns) as connection:
        connection.sql(_RECORDS)
        told = connection.sql("select record, counted, reason from told").to_arrow_table()
        assert told.num_rows == len(columns["item"]), "every record"
        totals = connection.sql(_OF_RECORDS).fetchnumpy()
        late = connection.sql(_LATE).fetchnumpy()
    return _gathered(students, np.stack(list(totals.values()), 1), np.stack(list(late.values()), 1))


@contextmanager
def _connected(columns: Columns | Path) -> Iterator[Any]:
    """DuckDB with the records and the regulation's numbers as tables."""
    import duckdb
    import pyarrow as pa

    with duckdb.connect(config={"threads": 1}) as connection:
        keys = np.indices(RATES.shape).reshape(3, -1)
        sizes = np.indices(SHARES.shape).reshape(2, -1)
        items = {"item": np.arange(40), "cap": CAPS, "category": CATEGORIES, "points": DEDUCTIONS,
                 "shared": SHARED, "halved": HALVED}  # fmt: skip
        known = {
            "records": connection.read_parquet(str(columns)) if isinstance(columns, Path) else pa.table(dict(columns)),
            "items": pa.table(items),
            "rates": pa.table({"item": keys[0], "level": keys[1], "column": keys[2], "rate": RATES.ravel()}),
            "shares": pa.table({"team": sizes[0] + 1, "place": sizes[1], "share": SHARES.ravel()}),
        }  # fmt: skip
        for name, table in known.items():
            connection.register(name, table)
        yield connection


_TOTALS = """
with worth as (
    select student, semester, r.item, content, cap, category,
        rate * quantity * (case when shared then share else 10 end) // 10
        // (case when halved and other = 1 then 2 else 1 end) as amount
    from records r join items using (item) join rates using (item, level, "column") join shares using (team, place)
    where r.item < 32
), counted as (
    select student, semester, item, cap, category, sum(amount) as amount from worth where item < 20 group by all
    union all
    select student, semester, item, cap, category, sum(amount) from (
        select student, semester, item, content, cap, category, max(amount) as amount
        from worth where item >= 20 group by all
    ) group by all
)
select student, category, sum(least(amount, cap))::bigint as amount from counted group by all
"""
_LATE = """
with counted as (
    select student, semester, points * (case when row_number() over
        (partition by student, semester order by day, record) > 2 then 2 else 1 end) as points
    from records join items using (item) where item >= 32
)
select student, count(*) as late from
    (select student, semester from counted group by all having sum(points) > 15) group by student
"""


_RECORDS = """
create temp table told as
with worth as (
    select student, semester, r.item, content, day, record, cap, category, points,
        rate * quantity * (case when shared then share else 10 end) // 10
        // (case when halved and other = 1 then 2 else 1 end) as amount
    from records r join items using (item) join rates using (item, level, "column") join shares using (team, place)
), best as (
    select *, r.item < 20 or (r.item < 32 and row_number() over
        (partition by student, semester, item, content order by amount desc, day, record) = 1) as kept,
        row_number() over (partition by student, semester, item >= 32 order by day, record) > 2 as doubled
    from worth r
), running as (
    select *, sum(case when kept then amount else 0 end) over
        (partition by student, semester, item order by day, record rows unbounded preceding) as so_far
    from best
)
select student, record, category, case when item >= 32 then -points * (case when doubled then 2 else 1 end)
        when not kept then 0 else least(so_far, cap) - least(so_far - amount, cap) end as counted,
    case when item >= 32 then (case when doubled then 'from the third on, twice' else 'deducted' end)
        when not kept then 'not the highest of its content'
        when so_far > cap then 'over the limit of a semester' else 'counted' end as reason,
    item >= 32 as deducted
from running
"""
_OF_RECORDS = """
select student, category, sum(counted)::bigint as amount from told where not deducted group by all
"""


def _gathered(students: int, totals: Any, late: Any) -> Any:
    found = np.zeros((students, 8), np.int64)
    found[totals[:, 0].astype(int), totals[:, 1].astype(int)] = totals[:, 2]
    found[:, 6] = 6
    found[late[:, 0].astype(int), 6] -= late[:, 1].astype(int)
    return graduated(found)


def c_kernel(columns: Columns, students: int) -> Found:
    """C written for this regulation, one pass over records in order of students."""
    library = _built()
    found = np.zeros((students, 8), np.int64)
    tables = [np.ascontiguousarray(x, np.int64) for x in (RATES, SHARES, CAPS, CATEGORIES, SHARED, HALVED, DEDUCTIONS)]
    names = ("student", "semester", "item", "level", "column", "team", "place", "quantity", "other", "content")
    arrays = [*(columns[name] for name in names), *tables, found]
    library.work_out(ctypes.c_long(len(columns["item"])), *(ctypes.c_void_p(x.ctypes.data) for x in arrays))
    return graduated(found)


def _built() -> ctypes.CDLL:
    if not _LIBRARY:
        with tempfile.TemporaryDirectory() as folder:
            source, made = Path(folder, "kernel.c"), Path(folder, "kernel.so")
            source.write_text(_KERNEL, encoding="utf-8")
            subprocess.run(["cc", "-O3", "-march=native", "-shared", "-fPIC", "-o", made, source], check=True)
            _LIBRARY.append(ctypes.CDLL(str(made)))
    return _LIBRARY[0]


_LIBRARY: list[ctypes.CDLL] = []
_KERNEL = r"""
#include <string.h>
typedef long long wide;
void work_out(long count, const int *student, const int *semester, const int *item, const int *level, const int *column,
    const int *team, const int *place, const int *quantity, const int *other, const int *content, const wide *rates,
    const wide *shares, const wide *caps, const wide *categories, const wide *shared, const wide *halved,
    const wide *deductions, wide *found)
{
    static wide sums[32], best[12][3];
    long at = 0;
    while (at < count) {
        int who = student[at];
        wide *own = found + 8 * (long)who;
        own[6] += 6;
        while (at < count && student[at] == who) {
            int term = semester[at], violations = 0;
            wide points = 0;
            memset(sums, 0, sizeof sums);
            memset(best, 0, sizeof best);
            for (; at < count && student[at] == who && semester[at] == term; at++) {
                int i = item[at];
                if (i >= 32) { points += deductions[i] * (++violations > 2 ? 2 : 1); continue; }
                wide amount = rates[(i * 5 + level[at]) * 3 + column[at]] * quantity[at];
                if (shared[i]) amount = amount * shares[(team[at] - 1) * 6 + place[at]] / 10;
                if (halved[i] && other[at]) amount /= 2;
                if (i < 20) sums[i] += amount;
                else if (amount > best[i - 20][content[at]]) best[i - 20][content[at]] = amount;
            }
            for (int i = 20; i < 32; i++) sums[i] = best[i - 20][0] + best[i - 20][1] + best[i - 20][2];
            for (int i = 0; i < 32; i++) own[categories[i]] += sums[i] < caps[i] ? sums[i] : caps[i];
            own[6] -= 100 - points < 85;
        }
    }
}
"""


def available() -> dict[str, Callable[[Columns, int], Any]]:
    """What can be run here."""
    from importlib.util import find_spec

    found: dict[str, Callable[[Columns, int], Any]] = {"plain Python, whole numbers": plain_python}
    if find_spec("polars"):
        found["Polars, integer codes"] = polars
    if find_spec("duckdb"):
        found["DuckDB, integer codes"] = duckdb
        found["DuckDB, with reasons"] = duckdb_with_reasons
    if shutil.which("cc"):
        found["C for this regulation"] = c_kernel
    return found
