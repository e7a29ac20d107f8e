"""Make sample data for the volunteer-hours notice: a folder of CSV files, always the same for the same arguments.

    python -m samples.volunteer_hours OUTDIR [--students N] [--seed S]

Without `--students`, the students of `stdlib_policies/volunteer_hours/sample/`. With more, those come first; the
others are ordinary students of the same classes, and in every fifth round the stories come again.
"""

from typing import Any, Final

from samples.sample_book import Book
from samples.sample_life import Member, Sample, class_title, story_in
from samples.volunteer_hours import cast
from samples.volunteer_hours.life import Life
from samples.volunteer_hours.sheets import SHEETS
from samples.volunteer_hours.words import CLASSES, ROSTER

SEED: Final = 20220825
SEATS: Final = 99


def add_student(book: Book, member: Member) -> None:
    """A student, and all that happened."""
    school_class = CLASSES[member.class_key]
    parallel, place = member.seat(SEATS)
    number = f"{school_class.number}{f'{parallel:02}' if parallel else ''}{place + 1:02}"
    cells: dict[str, Any] = {
        "name": member.name,
        "college": school_class.college,
        "class": class_title(school_class.name, parallel),
        "entered_on": "" if member.story == "unknown_entry" else school_class.entered_on,
    }
    book.add("student", number, **cells)
    story_in([cast], member.story)(Life(book, number, school_class, member.chance))


SAMPLE: Final = Sample(SHEETS, ROSTER, SEED, add_student)

if __name__ == "__main__":
    SAMPLE.main("the volunteer-hours notice")
