"""Make sample data for the Hengyang regulation: a folder of CSV files, always the same for the same arguments.

    python bench/make_hengyang_sample.py OUTDIR [--students N] [--seed S]

Without `--students`, the students of `stdlib_policies/hengyang/sample/`. With more, those come first; the others
are ordinary students of the same classes, and in every fifth round the stories come again. Each student has a random
generator of its own, so that a larger sample begins with the smaller one.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Final

from hengyang_sample import cast_conduct, cast_credits, cast_data
from hengyang_sample.life import Life
from hengyang_sample.ordinary import ordinary
from hengyang_sample.sheets import SHEETS
from hengyang_sample.words import CLASSES, GIVEN, ROSTER, SURNAMES
from sample_book import Book

SEED: Final = 20240605
STORIES_EVERY: Final = 5
SEATS: Final = 40

_CASTS: Final = (cast_credits, cast_conduct, cast_data)


def story_of(name: str) -> Callable[[Life], None]:
    """The function that lives a story."""
    if name == "ordinary":
        return ordinary
    return next(story for cast in _CASTS if (story := getattr(cast, name, None)))  # type: ignore[no-any-return]


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
                story = story if round_ % STORIES_EVERY == 0 or story == "earlier" else "ordinary"
            add_student(book, key, name, story, chance, seats)
            book.turn_page()
    return book


def add_student(book: Book, key: str, name: str, story: str, chance: Random, seats: dict[str, int]) -> None:
    """A student, the semesters of the student, and all that happened in them."""
    school_class = CLASSES[key]
    seat = seats[key] = seats.get(key, 0) + 1
    group, place = divmod(seat - 1, SEATS)
    college, first = school_class.number[:2], int(school_class.number[2:])
    number = f"{school_class.cohort}{college}{first + 10 * group:02}{place + 1:02}"
    title = school_class.name if not group else school_class.name.replace("班", f"-{group}班")
    cells: dict[str, Any] = {
        "name": name,
        "college": school_class.college,
        "class": title,
        "programme": school_class.programme,
        "cohort": school_class.cohort,
        "major_group": school_class.major_group,
        "programme_credits": "" if story == "without_credits" else school_class.credits,
    }
    book.add("student", number, **cells)
    life = Life(book, number, school_class, chance)
    story_of(story)(life)
    life.enrols()


def main() -> None:
    """Read the arguments, write the files, say how many rows each has."""
    parser = argparse.ArgumentParser(description="Make sample data for the Hengyang regulation.")
    parser.add_argument("outdir", type=Path)
    parser.add_argument("--students", type=int, default=len(ROSTER))
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    book = make(arguments.outdir, arguments.students, arguments.seed)
    for kind, sheet in SHEETS.items():
        print(f"{sheet.name}.csv  {book.written[kind]:,}")


if __name__ == "__main__":
    main()
