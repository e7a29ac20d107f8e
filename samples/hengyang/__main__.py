"""Make sample data for the Hengyang regulation: a folder of CSV files, always the same for the same arguments.

    python -m samples.hengyang OUTDIR [--students N] [--seed S]

Without `--students`, the students of `stdlib_policies/hengyang/sample/`. With more, those come first; the others
are ordinary students of the same classes, and in every fifth round the stories come again.
"""

from typing import Any, Final

from samples.hengyang import cast_conduct, cast_credits, cast_data, ordinary
from samples.hengyang.life import Life
from samples.hengyang.sheets import SHEETS
from samples.hengyang.words import CLASSES, ROSTER
from samples.sample_book import Book
from samples.sample_life import Member, Sample, class_title, story_in

SEED: Final = 20240605
SEATS: Final = 40

_CASTS: Final = (ordinary, cast_credits, cast_conduct, cast_data)


def add_student(book: Book, member: Member) -> None:
    """A student, the semesters of the student, and all that happened in them."""
    school_class = CLASSES[member.class_key]
    parallel, place = member.seat(SEATS)
    college, first = school_class.number[:2], int(school_class.number[2:])
    number = f"{school_class.cohort}{college}{first + 10 * parallel:02}{place + 1:02}"
    cells: dict[str, Any] = {
        "name": member.name,
        "college": school_class.college,
        "class": class_title(school_class.name, parallel),
        "programme": school_class.programme,
        "cohort": school_class.cohort,
        "major_group": school_class.major_group,
        "programme_credits": "" if member.story == "without_credits" else school_class.credits,
    }
    book.add("student", number, **cells)
    life = Life(book, number, school_class, member.chance)
    story_in(_CASTS, member.story)(life)
    life.enrols()


SAMPLE: Final = Sample(SHEETS, ROSTER, SEED, add_student, never_ordinary=("earlier",))
make: Final = SAMPLE.make

if __name__ == "__main__":
    SAMPLE.main("the Hengyang regulation")
