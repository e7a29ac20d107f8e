"""What the generators of samples have in common: students made one after the other, and the command line.

A roster lists the students of a sample: class, name, what else a sample wants to know, and last the story. A larger
sample goes through the roster again and again, with other names. Each student has a random generator of its own, so
that a larger sample begins with the smaller one.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

from attrs import frozen

from samples.sample_book import Book, Sheet

SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛范彭"
GIVEN: Final = "子雨欣晨浩文博思涵宇航嘉怡俊杰雅静梓轩诗琪明志强丽娜晓东慧敏佳若曦婷天佑雪莹家豪逸凡一鸣可心安宁远"
STORIES_EVERY: Final = 5
"""In every fifth round of a roster its stories come again; in the others all students are ordinary."""


class BasicLife:
    """A student, and the means to make records of what the student does."""

    def __init__(self, book: Book, number: str, chance: Random) -> None:
        """`chance` belongs to this student alone: no student's records depend on another's."""
        self.book, self.number, self.chance = book, number, chance
        self.proofs = 0

    def odds(self, percent: int) -> bool:
        """Whether something happens that happens so often in a hundred times."""
        return self.chance.randrange(100) < percent

    def proof(self) -> str:
        """A new number of a proof."""
        self.proofs += 1
        return f"Z{self.number}-{self.proofs:02}"


@frozen
class Member:
    """A student to be made: the line of the roster and the round, and how many seats of each class are taken."""

    roster_line: tuple[str, ...]
    position: int
    round: int
    name: str
    story: str
    chance: Random
    seats: dict[str, int]

    @property
    def class_key(self) -> str:
        """The key of the student's class."""
        return self.roster_line[0]

    def seat(self, places: int) -> tuple[int, int]:
        """The parallel class and the place in it, both from 0, of the next student of the class."""
        taken = self.seats.get(self.class_key, 0)
        self.seats[self.class_key] = taken + 1
        return divmod(taken, places)


@frozen
class Sample:
    """A sample: its files, its students, and how one of them is made."""

    sheets: Mapping[str, Sheet]
    roster: Sequence[tuple[str, ...]]
    seed: int
    add_student: Callable[[Book, Member], None]
    never_ordinary: tuple[str, ...] = ()

    def make(self, folder: Path, students: int, seed: int | None = None) -> Book:
        """Write the sample; the book returned knows how many rows each file has."""
        seats: dict[str, int] = {}
        with Book(folder, self.sheets) as book:
            for index in range(students):
                round_, position = divmod(index, len(self.roster))
                line = self.roster[position]
                name, story = line[1], line[-1]
                chance = Random(f"{self.seed if seed is None else seed}/{index}")
                if round_:
                    name = "".join([chance.choice(SURNAMES), *_given(chance)])
                    story = story if round_ % STORIES_EVERY == 0 or story in self.never_ordinary else "ordinary"
                self.add_student(book, Member(line, position, round_, name, story, chance, seats))
                book.turn_page()
        return book

    def main(self, whose: str) -> None:
        """Read the arguments, write the files, say how many rows each has."""
        parser = argparse.ArgumentParser(description=f"Make sample data for {whose}.")
        parser.add_argument("outdir", type=Path)
        parser.add_argument("--students", type=int, default=len(self.roster))
        parser.add_argument("--seed", type=int, default=self.seed)
        arguments = parser.parse_args()
        book = self.make(arguments.outdir, arguments.students, arguments.seed)
        for kind, sheet in self.sheets.items():
            print(f"{sheet.name}.csv  {book.written[kind]:,}")


def class_title(name: str, parallel: int) -> str:
    """The name of a parallel class."""
    return name.replace("班", f"-{parallel}班") if parallel else name


def story_in(casts: Sequence[Any], name: str) -> Callable[[Any], None]:
    """The function that lives a story."""
    return next(story for cast in casts if (story := getattr(cast, name, None)))  # type: ignore[no-any-return]


def roster(text: str) -> tuple[tuple[str, ...], ...]:
    """The lines of a roster, split at blanks."""
    return tuple(tuple(line.split()) for line in text.strip().splitlines())


def _given(chance: Random) -> list[str]:
    return [chance.choice(GIVEN) for _ in range(chance.choice((1, 2, 2)))]
