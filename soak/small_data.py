"""A small part of the sample of the volunteer hours, as tables, and written as every kind of source."""

import csv
import io
import json
import sqlite3
from functools import cache
from pathlib import Path

import creditlang
from creditlang.resources import sample_path

Tables = dict[str, list[list[str]]]
"""Rows of text by table, the heading first."""
PEOPLE = 6
DAY = "2025-08-31"


@cache
def policy() -> creditlang.Policy:
    """The policy of the data."""
    return creditlang.load("volunteer_hours", plugins=False)


@cache
def small() -> Tables:
    """A few people of the sample, with their records."""
    folder = sample_path("volunteer_hours")
    assert folder is not None
    read = {
        path.stem: list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")))) for path in folder.glob("*.csv")
    }
    place = read["学生"][0].index("学号")
    chosen = {row[place] for row in read["学生"][1 : 1 + PEOPLE]}
    return {
        name: [rows[0], *(row for row in rows[1:] if row[rows[0].index("学号")] in chosen)]
        for name, rows in read.items()
    }


def as_csv(tables: Tables, folder: Path) -> Path:
    """A folder with a file for each table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        (folder / f"{name}.csv").write_bytes(out.getvalue().encode("utf-8", "surrogatepass"))
    return folder


def as_json(tables: Tables, folder: Path) -> Path:
    """One document."""
    found = {name: [dict(zip(rows[0], row, strict=False)) for row in rows[1:]] for name, rows in tables.items() if rows}
    path = folder / "data.json"
    path.write_text(json.dumps(found, ensure_ascii=True), encoding="utf-8")
    return path


def as_workbook(tables: Tables, folder: Path) -> Path:
    """One workbook, a sheet for each table."""
    import xlsxwriter

    path = folder / "data.xlsx"
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        for name, rows in tables.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    sheet.write_string(number, column, cell.encode("utf-8", "replace").decode())
    return path


def as_database(tables: Tables, folder: Path) -> Path:
    """One SQLite file."""
    path = folder / "data.db"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        for name, rows in tables.items():
            heads = [
                f"column {number}" if head in rows[0][:number] or not head else head
                for number, head in enumerate(rows[0])
            ]
            columns = ", ".join('"' + head.replace('"', '""').replace("\x00", "") + '" text' for head in heads)
            database.execute(f'create table "{name}" ({columns})')
            marks = ", ".join("?" for _ in heads)
            texts = [[cell.encode("utf-8", "replace").decode() for cell in row] for row in rows[1:]]
            fitting = [(row + [""] * len(heads))[: len(heads)] for row in texts]
            database.executemany(f'insert into "{name}" values ({marks})', fitting)
    database.close()
    return path


WRITERS = {"csv": as_csv, "json": as_json, "workbook": as_workbook, "database": as_database}
