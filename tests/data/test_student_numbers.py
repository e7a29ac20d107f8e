"""Numbers of students are text, and what a spreadsheet has made of them is none."""

import pytest

from creditlang.data.cells import CellError, parse_identifier


@pytest.mark.parametrize("text", ["2024010101", " 2024010101 ", "21E0101", "2024.01.001", "A-17", "2e5"])
def test_numbers_of_students(text: str) -> None:
    assert parse_identifier(text) == text.strip()


@pytest.mark.parametrize(
    ("text", "code"),
    [("2.02401E+11", "CR692"), ("2e+11", "CR692"), ("2024010101.0", "CR692"), ("2024\u200b0101", "CR609")],
)
def test_what_is_no_number_of_a_student(text: str, code: str) -> None:
    with pytest.raises(CellError) as raised:
        parse_identifier(text)
    assert raised.value.code == code
