"""Make sample data for the three Shangrao regulations: a folder of CSV files, always the same for the same arguments.

    python -m samples.shangrao OUTDIR [--students N] [--seed S]

Without `--students`, the students of `stdlib_policies/shangrao/sample/`. With more, those come first; the others are
ordinary students of the same classes, and in every fifth round the stories come again.
"""

from typing import Any, Final

from samples.sample_book import Book
from samples.sample_life import Member, Sample, class_title, story_in
from samples.shangrao import cast_classroom, cast_conduct, cast_courses, cast_credits, cast_data, ordinary
from samples.shangrao.life import Life
from samples.shangrao.sheets import SHEETS
from samples.shangrao.words import CLASSES, ROSTER

SEED: Final = 20221129
SEATS: Final = 40
ROOMS: Final = 60
"""Rooms of a floor: a larger sample has more buildings."""

_CASTS: Final = (ordinary, cast_credits, cast_courses, cast_conduct, cast_classroom, cast_data)


def add_student(book: Book, member: Member) -> None:
    """A student, the semesters of the student, and all that happened in them."""
    school_class = CLASSES[member.class_key]
    sex, mark = member.roster_line[2][0], member.roster_line[2][1:]
    parallel, place = member.seat(SEATS)
    number = (
        f"{school_class.cohort}{school_class.number[:2]}{int(school_class.number[2:]) + 10 * parallel:02}{place + 1:02}"
    )
    cells: dict[str, Any] = {
        "name": member.name,
        "college": school_class.college,
        "class": class_title(school_class.name, parallel),
        "cohort": school_class.cohort,
    }
    row = book.add("student", number, **cells)
    building, room = divmod(member.round, ROOMS)
    home = (4 * building + (1 if sex == "男" else 2), 100 * school_class.floor + room + 1)
    life = Life(book, row, school_class, member.chance, member.position, home, heads=bool(mark))
    story_in(_CASTS, member.story)(life)
    life.enrols()


SAMPLE: Final = Sample(SHEETS, ROSTER, SEED, add_student, never_ordinary=("earlier",))
make: Final = SAMPLE.make

if __name__ == "__main__":
    SAMPLE.main("the three Shangrao regulations")
