"""Make sample data for the volunteer-hours notice: a folder of CSV files, always the same for the same arguments.

    python bench/make_volunteer_sample.py OUTDIR [--students N] [--seed S]

Without `--students`, the students of `stdlib_policies/volunteer_hours/sample/`. With more, those come first; the
others are ordinary students of the same classes, and in every fifth round the stories come again. Each student has a
random generator of its own, so that a larger sample begins with the smaller one.
"""

import argparse
from pathlib import Path
from random import Random
from typing import Any, Final

from sample_book import Book
from volunteer_sample import cast
from volunteer_sample.life import Life
from volunteer_sample.sheets import SHEETS
from volunteer_sample.words import CLASSES, GIVEN, ROSTER, SURNAMES

SEED: Final = 20220825
STORIES_EVERY: Final = 5
SEATS: Final = 99


def make(folder: Path, students: int, seed: int = SEED) -> Book:
    """Write the sample; the book returned knows how many rows each file has."""
    seats: dict[str, int] = {}
    with Book(folder, SHEETS) as book:
        for index in range(students):
            round_, position = divmod(index, len(ROSTER))
            key, name, story = ROSTER[position]
            chance = Random(f"{seed}/{index}")
            if round_:
                name = chance.choice(SURNAMES) + "".join(chance.choice(GIVEN) for _ in range(chance.choice((1, 2, 2))))
                story = story if round_ % STORIES_EVERY == 0 else "ordinary"
            add_student(book, key, name, story, chance, seats)
            book.turn_page()
    return book


def add_student(book: Book, key: str, name: str, story: str, chance: Random, seats: dict[str, int]) -> None:
    """A student, and all that happened."""
    school_class = CLASSES[key]
    seat = seats[key] = seats.get(key, 0) + 1
    group, place = divmod(seat - 1, SEATS)
    number = f"{school_class.number}{f'{group:02}' if group else ''}{place + 1:02}"
    title = school_class.name if not group else school_class.name.replace("班", f"-{group}班")
    cells: dict[str, Any] = {
        "name": name,
        "college": school_class.college,
        "class": title,
        "entered_on": "" if story == "unknown_entry" else school_class.entered_on,
    }
    book.add("student", number, **cells)
    getattr(cast, story)(Life(book, number, school_class, chance))


def main() -> None:
    """Read the arguments, write the files, say how many rows each has."""
    parser = argparse.ArgumentParser(description="Make sample data for the volunteer-hours notice.")
    parser.add_argument("outdir", type=Path)
    parser.add_argument("--students", type=int, default=len(ROSTER))
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    book = make(arguments.outdir, arguments.students, arguments.seed)
    for kind, sheet in SHEETS.items():
        print(f"{sheet.name}.csv  {book.written[kind]:,}")


if __name__ == "__main__":
    main()
