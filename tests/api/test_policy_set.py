"""Versions of a regulation: which one holds for whom on which day, and that gaps and overlaps are refused."""

import pickle
from datetime import date
from typing import Any

import pytest
from attrs import frozen

import creditlang

FIRST = ("effective from 2020-09-01 until 2022-08-31", "")
SECOND = ("effective from 2022-09-01", "applies to student where cohort < 2024")
THIRD = ("effective from 2024-09-01", "applies to student where cohort >= 2024 and not visiting")


def version(name: str, effective: str, applies: str = "") -> creditlang.Policy:
    lines = [f'policy "{name}"', *(f"    {line}" for line in (effective, applies) if line)]
    student = ["student", '    cohort "年级" : whole number', "    visiting : yes or no, default no"]
    return creditlang.load("\n".join([*lines, *student, ""]))


@pytest.fixture(scope="module")
def versions() -> creditlang.PolicySet:
    return creditlang.PolicySet([version("third", *THIRD), version("first", *FIRST), version("second", *SECOND)])


@frozen
class Student:
    """A student as a program has one."""

    student_id: str
    cohort: int
    visiting: bool = False


@pytest.mark.parametrize(
    ("day", "student", "expected"),
    [
        ("2020-09-01", None, "first"),
        (date(2022, 8, 31), {"cohort": 2019}, "first"),
        ("2022-09-01", {"cohort": 2021}, "second"),
        ("2030-01-01", {"年级": "2021"}, "second"),
        ("2024-09-01", {"cohort": 2024}, "third"),
        ("2024-09-01", Student("7", 2025), "third"),
    ],
)
def test_the_version_of_a_day_and_a_student(
    versions: creditlang.PolicySet, day: Any, student: Any, expected: str
) -> None:
    assert versions.in_force(day, student).core.identifier == expected
    assert pickle.loads(pickle.dumps(versions)).in_force(day, student).core.identifier == expected
    assert repr(versions) == "<PolicySet first, second, third>"


@pytest.mark.parametrize(
    ("day", "student", "code"),
    [
        ("2019-01-01", None, "CR737"),
        ("2023-01-01", {"cohort": 2024}, "CR737"),
        ("2024-10-01", {"cohort": 2024, "visiting": True}, "CR737"),
        ("2024-10-01", None, "CR654"),
        ("2024-10-01", {"visiting": True}, "CR654"),
        ("2024-10-01", {"cohort": "soon"}, "CR600"),
        ("2024-10-01", {"cohrt": 2024}, "CR734"),
        (None, None, "CR735"),
        ("soon", None, "CR605"),
    ],
)
def test_what_is_not_sure_is_refused(versions: creditlang.PolicySet, day: Any, student: Any, code: str) -> None:
    with pytest.raises(creditlang.DataError, match=code):
        versions.in_force(day, student)


def test_two_versions_for_one_student_are_refused(versions: creditlang.PolicySet) -> None:
    twice = creditlang.PolicySet([*versions.policies, version("other", "effective from 2025-09-01", THIRD[1])])
    assert twice.in_force("2025-08-31", {"cohort": 2024}).core.identifier == "third"
    with pytest.raises(creditlang.DataError, match=r"CR738.*third.*other"):
        twice.in_force("2025-09-01", {"cohort": 2024})


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ([FIRST, ("effective from 2022-09-02",)], "CR737"),
        ([FIRST, ("effective from 2022-08-31",)], "CR738"),
        ([("",), ("effective from 2022-08-31",)], "CR738"),
    ],
)
def test_gaps_and_overlaps_are_found_at_once(given: list[tuple[str, ...]], code: str) -> None:
    with pytest.raises(creditlang.PolicyError, match=code):
        creditlang.PolicySet(version(f"v{number}", *each) for number, each in enumerate(given))


def test_bundled_policies_are_versions_too() -> None:
    versions = creditlang.PolicySet(["hengyang"])
    assert versions.in_force("2024-09-01", {"cohort": 2024}).core.issuer == "衡阳科技职业学院"
    with pytest.raises(creditlang.DataError, match="CR737"):
        versions.in_force("2024-09-01", {"cohort": 2023})
