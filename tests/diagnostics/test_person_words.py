"""Sentences with another word for people than students, in both languages."""

import pickle
import re

import pytest

from creditlang.diagnostics import Language, codes, message, report
from creditlang.diagnostics.catalogue import page
from creditlang.diagnostics.person_words import PersonWord, of_people, plural, spoken
from creditlang.words import COLUMNS, said, word

DRIVER = PersonWord.of("driver", ("驾驶人",))
APPLICANT = PersonWord.of("申请人", ("applicant",))
MEMBER = PersonWord.of("team_member", ())


@pytest.mark.parametrize(
    ("text", "in_english"),
    [
        ("There is no student “{student}”.", "There is no driver “{student}”."),
        ("{count:student} of them", "{count:driver} of them"),
        ("Write the student number, or `student 1`.", "Write the driver number, or `student 1`."),
        ("a file student.csv with the column student_id", "a file student.csv with the column driver_id"),
        ("Students: the student's", "Drivers: the driver's"),
    ],
)
def test_a_sentence_has_the_word(text: str, in_english: str) -> None:
    assert of_people(text, spoken("en", DRIVER)) == in_english
    assert of_people(text, "en") == text


def test_articles_and_plurals_fit() -> None:
    assert (
        of_people("A student, a student, students", spoken("en", APPLICANT)) == "An applicant, an applicant, applicants"
    )
    assert [plural(one) for one in ("person", "party", "day", "boss", "entry")] == [
        "people", "parties", "days", "bosses", "entries",
    ]  # fmt: skip
    assert said("{count:student}", spoken("en", MEMBER), count=2) == "2 team members"


def test_numbers_are_called_by_it() -> None:
    assert [word(COLUMNS, "student_id", spoken(language, DRIVER)) for language in ("en", "zh")] == [
        "driver_id", "驾驶人编号",
    ]  # fmt: skip
    assert (APPLICANT.number, APPLICANT.number_zh, MEMBER.number) == ("applicant_id", "申请人编号", "team_member_id")


def test_numbers_have_the_name_that_the_policy_gives() -> None:
    driver = PersonWord.of("driver", ("驾驶人",), ("Licence number", "驾驶证号"))
    card = PersonWord.declared((), ("Campus card",))
    assert card is not None and PersonWord.declared((), ()) is None
    assert of_people("Write the student numbers, or a Student ID.", spoken("en", driver)) == (
        "Write the Licence numbers, or a Licence number."
    )
    assert of_people("缺少学号列，学生", spoken("zh", driver)) == "缺少驾驶证号列，驾驶人"
    assert of_people("students, the student number, student_id", spoken("en", card)) == (
        "students, the Campus card, student_id"
    )
    assert of_people("缺少学号列，学生", spoken("zh", card)) == "缺少学号列，学生"


def test_what_fills_a_sentence_is_left_alone() -> None:
    found = report("CR904", None, name="student of 学生")
    assert message(found, spoken("en", DRIVER)) == "There is no driver “student of 学生” in the data."
    assert message(found, spoken("zh", DRIVER)) == "数据里没有驾驶人“student of 学生”。"


def test_the_language_is_the_plain_one_and_can_be_sent() -> None:
    there = pickle.loads(pickle.dumps(spoken("zh", DRIVER)))
    assert there == "zh"
    assert there.person == DRIVER
    assert spoken(there, None) == "zh"
    assert not hasattr(spoken(there, None), "person")


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_sentence_speaks_of_students_beside(code: str, language: Language) -> None:
    """Every sentence and every advice follows the word; what a user types is left as it is typed."""
    for templates in (page(code).sentences, page(code).fixes):
        text = of_people(templates.get(language, ""), spoken(language, DRIVER))
        typed = re.sub(r"`[^`]*`|\{[^}]*\}|\S*[=.:/]\S*", "", text)
        assert not re.search(r"\bstudents?\b|学生|学号", typed, re.IGNORECASE), text
