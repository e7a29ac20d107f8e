"""The grammar of cells: what is read, what is refused, and under which code."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditlang.data import cells
from creditlang.data.cells import (
    CellError,
    day_text,
    divided,
    parse_date,
    parse_number,
    parse_semester,
    parse_text,
    parse_yes_no,
    quote,
    semester_text,
    strip_cell,
)
from creditlang.diagnostics import Place, message

FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def refused(parse: Callable[..., Any], *arguments: Any) -> str:
    with pytest.raises(CellError) as caught:
        parse(*arguments)
    said = message(caught.value.diagnostic(Place("activity.csv", 17, "学分")))
    assert "{" not in said
    assert str(caught.value) == caught.value.code
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "decimals", "wanted"),
    [
        ("0", 0, "0"),
        ("1.5", 2, "1.50"),
        ("1.500000000000000000", 1, "1.5"),
        ("１．５", 1, "1.5"),
        ("－２", 0, "-2"),
        ("＋2", 0, "2"),
        ("-0", 2, "0.00"),
        ("-0.00", 1, "0.0"),
        ("007", 0, "7"),
        (" 3\u3000", 0, "3"),
        ("\ufeff3", 0, "3"),
        ("999999999999", 0, "999999999999"),
        ("0.999999999999", 12, "0.999999999999"),
        ("000000000000000000001", 0, "1"),
    ],
)
def test_numbers(text: str, decimals: int, wanted: str) -> None:
    assert str(parse_number(text, decimals)) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1e5",
        "1E+3000000",
        "1_0",
        "NaN",
        "Infinity",
        "-inf",
        "1,000",
        "1，000",
        "١٢",
        "१",
        "一",
        "1.",
        ".5",
        "1.2.3",
        "--1",
        "1-",
        "1 0",
        "0x10",
        "½",
        "²",
        "1%",
        "¥1",
        "1\n2",
        "1/2",
        "-",
    ],
)
def test_what_is_no_number(text: str) -> None:
    assert refused(parse_number, text, 2) == "CR600"


def test_numbers_are_never_rounded() -> None:
    assert refused(parse_number, "0.255", 2) == "CR601"
    assert refused(parse_number, "1000000000000", 0) == "CR602"
    assert refused(parse_number, "1.000000000001", 12) == "CR602"
    assert refused(parse_number, "9" * 100_000, 0) == "CR602"


def test_whole_numbers() -> None:
    assert [parse_number(text, 0) for text in ("3", "３", "3.0", "-2", "0")] == [3, 3, 3, -2, 0]
    assert refused(parse_number, "2.5", 0) == "CR603"
    assert refused(parse_number, "x", 0) == "CR600"


@given(units=st.integers(-(10**12) + 1, 10**12 - 1), decimals=st.integers(0, 6), wide=st.booleans())
def test_every_amount_comes_back(units: int, decimals: int, wide: bool) -> None:
    amount = Decimal(f"{units}E-{decimals}")
    text = format(amount, "f")
    found = parse_number(text.translate(FULL_WIDTH) if wide else text, decimals)
    assert (found, found.as_tuple().exponent) == (amount, -decimals)


@given(
    text=st.text(max_size=8) | st.text(st.sampled_from("0123456789+-.eE_ ,．１"), max_size=8),
    decimals=st.integers(0, 3),
)
def test_numbers_are_those_of_a_plain_pattern(text: str, decimals: int) -> None:
    plain = strip_cell(text).translate({wide: narrow for narrow, wide in FULL_WIDTH.items()})
    wanted = re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", plain.replace("\u3000", " "))
    try:
        found = parse_number(text, decimals)
    except CellError as error:
        assert error.code in ("CR601", "CR602", "CR603") if wanted else error.code == "CR600"
    else:
        assert wanted
        assert found == Decimal(plain)


@pytest.mark.parametrize(
    "text",
    [
        "2024-10-08",
        "2024-10-8",
        "2024/10/8",
        "2024.10.8",
        "2024年10月8日",
        "20241008",
        "２０２４－１０－０８",
        " 2024-10-08 ",
        "２０２４年１０月８日",
        "2024-10-08T00:00:00",
        "2024-10-08 00:00",
        "2024/10/8 0:00",
        "2024/10/8 0:00:00",
    ],
)
def test_dates(text: str) -> None:
    assert parse_date(text) == date(2024, 10, 8)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "CR605"),
        ("10/8/2024", "CR616"),
        ("24-10-08", "CR605"),
        ("10月8日", "CR605"),
        ("2024-10", "CR605"),
        ("2024-10/08", "CR605"),
        ("2024 10 08", "CR605"),
        ("2024-10-08-09", "CR605"),
        ("45573", "CR605"),
        ("２０２４年十月八日", "CR605"),
        ("٢٠٢٤-١٠-٠٨", "CR605"),
        ("2024-10-08T00:00:00Z", "CR605"),
        ("2024-10-08 23:40", "CR606"),
        ("2024-10-08T00:00:01", "CR606"),
        ("20241008 00:00", "CR606"),
        ("2024-02-30", "CR604"),
        ("2023-02-29", "CR604"),
        ("20241301", "CR604"),
        ("2024-00-10", "CR604"),
        ("1899-12-31", "CR604"),
        ("2101-01-01", "CR604"),
        ("0000-01-01", "CR604"),
    ],
)
def test_what_is_no_date(text: str, code: str) -> None:
    assert refused(parse_date, text) == code


@given(
    day=st.dates(date(1900, 1, 1), date(2100, 12, 31)), form=st.sampled_from(["{}-{}-{}", "{}/{}/{}", "{}年{}月{}日"])
)
def test_every_day_comes_back(day: date, form: str) -> None:
    assert parse_date(form.format(day.year, day.month, day.day)) == day
    assert parse_date(day.strftime("%Y%m%d")) == day
    assert parse_date(day.isoformat()) == day


@pytest.mark.parametrize("text", ["是", "有", "真", "yes", "YES", "True", "y", "Ｙ", "1", "１", "√", " 是 "])
def test_yes(text: str) -> None:
    assert parse_yes_no(text) is True


@pytest.mark.parametrize("text", ["否", "无", "假", "no", "No", "FALSE", "n", "0", "０", "×"])
def test_no(text: str) -> None:
    assert parse_yes_no(text) is False


@pytest.mark.parametrize("text", ["", "不是", "已", "2", "x", "ok", "是否", "1.0", "on"])
def test_neither_yes_nor_no(text: str) -> None:
    assert refused(parse_yes_no, text) == "CR607"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2024-2025-1", "2024-2025-1"),
        ("2024-2025-2", "2024-2025-2"),
        ("2024-2025-3", "2024-2025-1"),
        ("2024-2025-12", "2024-2025-2"),
        ("２０２４－２０２５－１", "2024-2025-1"),
        ("2024-2025学年第一学期", "2024-2025-1"),
        ("2024-2025学年第二学期", "2024-2025-2"),
        ("2024-2025学年第1学期", "2024-2025-1"),
        ("2024-2025学年 第２学期", "2024-2025-2"),
        ("2024-2025第二学期", "2024-2025-2"),
        (" 2024-2025-1\u3000", "2024-2025-1"),
    ],
)
def test_semesters(text: str, wanted: str) -> None:
    assert parse_semester(text) == wanted
    assert parse_semester(wanted) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-1",
        "2024-2026-1",
        "2024-2024-1",
        "2025-2024-1",
        "2024-2025-4",
        "2024-2025-0",
        "2024-2025-11",
        "24-25-1",
        "2024-2025",
        "2024-2025学年第三学期",
        "大一上",
        "2024-2025-第一学期",
        "1800-1801-1",
        "2100-2101-1",
    ],
)
def test_what_is_no_semester(text: str) -> None:
    assert refused(parse_semester, text) == "CR608"


@pytest.mark.parametrize(
    "text", ["张伟", "吕\U00020bb7", "é", "e\u0301", "豈", "\ue000", "阿依古丽·买买提", "a\u200db", "１．５"]
)
def test_texts_are_never_normalised(text: str) -> None:
    assert parse_text(f"\ufeff \t{text}\u3000\n") == text


@pytest.mark.parametrize("character", list("\n\r\t\0\x1b\x7f\x85\u200b\u200e\u2028\u202e\u2066\ufeff\ud800"))
def test_invisible_characters_are_refused(character: str) -> None:
    assert refused(parse_text, f"a{character}b") == "CR609"


def test_a_text_has_a_limit() -> None:
    assert parse_text("学" * 4_000) == "学" * 4_000
    assert refused(parse_text, "学" * 4_001) == "CR610"


def test_no_message_quotes_a_text() -> None:
    for text in ("张伟\u200b", "张伟" * 4_000):
        with pytest.raises(CellError) as caught:
            parse_text(text)
        assert "张" not in message(caught.value.diagnostic(Place("s.csv", 2, "姓名"))).replace("姓名", "")


def test_what_is_quoted_is_short_and_harmless() -> None:
    assert quote("\x1b[31m" + "9" * 100) == "[31m" + "9" * 15 + "…"
    assert len(quote("9" * 100)) == cells.LONGEST_QUOTE
    assert quote("1,000") == "1,000"


@given(text=st.text(max_size=12))
def test_a_text_is_stripped_or_refused(text: str) -> None:
    try:
        found = parse_text(text)
    except CellError as error:
        assert error.code == "CR609"
    else:
        assert found == strip_cell(text)
        assert found in text
        assert not any(unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs") for character in found)


@given(text=st.text(max_size=12))
def test_every_cell_is_read_or_refused_with_a_code(text: str) -> None:
    for parse in (parse_date, parse_yes_no, parse_semester, parse_text):
        try:
            parse(text)
        except CellError as error:
            assert re.fullmatch(r"CR6[01][0-9]", error.code)


@pytest.mark.parametrize("text", ["2024年10月8号", "2024 年 10 月 8 日", "２０２４年１０月８日"])
def test_days_as_people_write_them(text: str) -> None:
    assert parse_date(text) == date(2024, 10, 8)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2024-2025学年度第一学期", "2024-2025-1"),
        ("2024—2025学年第2学期", "2024-2025-2"),
        ("2024–2025学年上学期", "2024-2025-1"),
        ("2024-2025学年 下学期", "2024-2025-2"),
    ],
)
def test_semesters_as_people_write_them(text: str, wanted: str) -> None:
    assert parse_semester(text) == wanted


@pytest.mark.parametrize("text", ["2024-2025上学期", "2024-2025学年秋", "上学期", "2024学年上学期"])
def test_semesters_that_could_be_another(text: str) -> None:
    assert refused(parse_semester, text) == "CR608"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2024-03-05 10:23:11", "2024-03-05"),
        ("2024-03-05T10:23:11.5", "2024-03-05"),
        ("2024/3/5 9:05", "2024/3/5"),
        ("2024年3月5日 09:05", "2024年3月5日"),
        ("2024-03-05", "2024-03-05"),
        ("三月 10:23", "三月"),
        ("", ""),
    ],
)
def test_the_day_of_a_time(text: str, wanted: str) -> None:
    assert day_text(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("20240101张三", ("20240101", "张三")),
        ("张三20240101", ("20240101", "张三")),
        ("B20240101 张三", ("B20240101", "张三")),
        ("张 三", ("", "张 三")),
        ("85", ("85", "")),
        ("85.5", ("85.5", "")),
        ("８５", ("85", "")),
        ("良好", ("", "良好")),
        ("A+", ("", "A+")),
        ("", ("", "")),
    ],
)
def test_numbers_and_words_of_a_cell(text: str, wanted: tuple[str, str]) -> None:
    assert divided(text) == wanted


@pytest.mark.parametrize("text", ["3班12号", "张三20240101李", "1张2", "a" * 201, "张" + " " * 30_000 + "3张"])
def test_cells_with_more_than_a_number_and_words(text: str) -> None:
    assert refused(divided, text) == "CR688"


@pytest.mark.parametrize(
    ("year", "term", "wanted"),
    [
        ("2023", "3", "2023-2024-1"),
        ("2023-2024", "12", "2023-2024-2"),
        ("2023-2024学年", "第二学期", "2023-2024-2"),
        ("2023学年", "一", "2023-2024-1"),
    ],
)
def test_year_and_term(year: str, term: str, wanted: str) -> None:
    assert parse_semester(semester_text(year, term)) == wanted


@pytest.mark.parametrize(("year", "term"), [("2023", "16"), ("23", "1"), ("", "1"), ("2023", ""), ("2023-2024-1", "1")])
def test_what_is_no_year_and_term(year: str, term: str) -> None:
    assert refused(semester_text, year, term) == "CR608"
