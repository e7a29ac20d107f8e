"""Columns give what the interpreter gives: every row of every table, whoever they leave to be worked out alone."""

import random
import re
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from creditlang.cohort import Cohort, Settings, run_cohort
from creditlang.columnar import columnar_engine
from creditlang.columnar.line_tables import MOST
from creditlang.columnar.postings import _summed
from creditlang.core.operators import Policy
from creditlang.driver import compile_source, find_policy, read_source
from creditlang.one_student import Engine
from creditlang.plugin import PluginManager
from creditlang.resources import policy_names, sample_path
from creditlang.schema import RawRow, RawTable
from creditlang.source import SourceFile

DAY = date(2027, 10, 31)


def policy_of(source: SourceFile | object) -> Policy:
    assert isinstance(source, SourceFile)
    compiled = compile_source(source, check=False, extensions=PluginManager().extensions)
    assert not compiled.errors, compiled.errors
    return compiled.policy


def by_sample(policy: Policy, name: str, engine: Engine) -> Cohort:
    with PluginManager().opened([f"sample:{name}"]) as sources:
        tables = (table for source in sources for table in source.tables())
        return run_cohort(policy, tables, Settings(DAY, language="zh", engine=engine), lambda: (), {})


def engine_of(cohort: Cohort) -> str:
    return str(dict(cohort.results.tables["manifest"])["engine"])


def assert_same(one: Cohort, two: Cohort) -> None:
    """Every row but that of the engine, amounts by how they are written too."""
    for name, rows in one.results.tables.items():
        mine, other = ([repr(row) for row in x if row[0] != "engine"] for x in (rows, two.results.tables[name]))
        assert mine == other, name
    assert one.results.equation == two.results.equation
    assert one.results.requirement_counts == two.results.requirement_counts
    assert one.results.undetermined == two.results.undetermined


@pytest.mark.parametrize("name", [name for name in policy_names() if sample_path(name)])
def test_a_sample_has_the_tables_of_the_interpreter(name: str) -> None:
    policy = policy_of(read_source(find_policy(name) or pytest.fail(name)))
    assert_same(by_sample(policy, name, "reference"), by_sample(policy, name, "columnar"))


def test_settled_students_of_a_regulation_are_worked_out_in_columns() -> None:
    policy = policy_of(read_source(find_policy("hengyang") or pytest.fail("hengyang")))
    found = re.search(r"(\d+)人中(\d+)人单独计算", engine_of(by_sample(policy, "hengyang", "columnar")))
    assert found is not None and int(found[2]) <= 12


WIDE = """
policy "wide"
unit credit
unit point
scale level: national > school > college
student
    house : text
record enrolment marks enrolment
    semester : semester
record activity
    item  : item
    on    : date
    level : level
    hours : number, optional
    team  : text, optional
    size  : number, required when used
    first : yes or no
    void when hours is present and hours > 90, "too long"
record violation
    item : item
    on   : date
calendar
    semester 2024-2025-1 from 2024-09-02 teaching until 2025-01-17
    semester 2024-2025-2 from 2025-02-17 teaching until 2025-06-30
    ends 2025-08-31
category work in credit from activity
    item talk
        void when not first, "only the first"
        1 when level is national
        0.5 otherwise
        cap 2 per semester
    item contest
        per event by level
            national  3
            school    2
            college   1
        times 0.5 when hours is missing
        from the 2nd event per semester unless size > 5: times 2
        highest once per semester and team
    item service
        only events where hours is present, "hours are missing"
        0.1 per hours
        rounded down to 0.5
        cap 3 in total
    item lecture
        0.2 per week with at least 2 events
    cap 6 per academic year
score conduct per semester in point from violation
    starts at 100
    at least 0
    item late : deduct 5 per event
    item fraud : deduct 20 per event
    from the 3rd event per semester over all: times 2
credit clean per semester in credit
    1 when conduct >= 85
    0 otherwise
fact good per semester
    yes when conduct >= 90 and work >= 1
    no otherwise
require graduation
    work at least 4
    total clean at least 2
    work + total clean at least 7
require steady
    clean at least 1 in each semester
    "Two of three" : at least 2 of these:
        work at least 3
        conduct at least 90 in each semester
        count(activity ever where level is national and first) at least 2
    when house is "A": work at least 0.5
"""


def people(count: int, seed: int) -> list[RawTable]:
    """Records with ties, limits that are just reached, and now and then one that is wrong or late."""
    rng, activities, violations = random.Random(seed), [], []
    for number in range(1, count * 14):
        student = f"s{rng.randrange(count):03}"
        day = date.fromordinal(date(2024, 9, 2).toordinal() + 7 * rng.randrange(40) + rng.randrange(3)).isoformat()
        if rng.random() < 0.01:
            day = rng.choice(["2030-01-01", "2020-01-01", "yesterday"])
        if rng.random() < 0.25:
            violations.append((f"v{number}", student, rng.choice(["late", "fraud"]), day))
            continue
        item = rng.choice(["talk", "contest", "service", "lecture", "lecture", "unknown"])
        hours = rng.choice(["3", "4.5", "20"] if item == "service" else ["", "1", "4.5", "7", "95"])
        level = rng.choice(["national", "school", "college"])
        cells = (level, hours, rng.choice(["", "a", "b"]), rng.choice(["yes", "no"]), rng.choice(["1"] * 19 + [""]))
        activities.append((f"a{number}", student, item, day, *cells))
    enrolments = [
        (f"s{at:03}", name)
        for at in range(count)
        for name in ("2024-2025-1", "2024-2025-2")
        if at % 9 or name[-1] == "1"
    ]
    kinds = {
        "student": ("student_id house", [(f"s{at:03}", "AB"[at % 2]) for at in range(count)]),
        "enrolment": ("student_id semester", enrolments),
        "activity": ("record_id student_id item on level hours team first size", activities),
        "violation": ("record_id student_id item on", violations),
    }  # fmt: skip
    return [
        RawTable(name, f"{name}.csv", tuple(head.split()), [RawRow(at + 2, row) for at, row in enumerate(rows)])
        for name, (head, rows) in kinds.items()
    ]


@pytest.mark.parametrize(("seed", "together"), [(0, 16384), (1, 16384), (2, 16384), (3, 60), (4, 9)])
def test_limits_groups_gathering_and_decisions(seed: int, together: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most students are settled, and everybody has the same rows, in one chunk or in several."""
    monkeypatch.setattr(columnar_engine, "_CHUNK", together)
    policy = policy_of(SourceFile("wide.credit", WIDE))
    one, two = (
        run_cohort(policy, people(150, seed), Settings(DAY, language="en", engine=engine), lambda: (), {})
        for engine in ("reference", "columnar")
    )
    assert_same(one, two)
    alone = re.search(r"(\d+) of 150 alone", engine_of(two))
    assert alone is not None and int(alone[1]) < 80, engine_of(two)
    assert {"CR605", "CR659", "CR662"} <= {str(row[1]) for row in two.results.tables["issues"]}


UNRATED = """
unit credit
scale role: helper > lead
student
table twofold (role)
    lead  2
record act
    item  : item
    on    : date
    hours : number, optional
    size  : whole number, optional
    role  : role, required when used
category work in credit from act
    category inner
        item talk
            1 when size >= 1
            times twofold[role]
            plus hours
            otherwise invalid "no hours"
        item walk
            2 per hours
            otherwise invalid "no hours"
            times size
            otherwise void "no size"
    times hours
    otherwise void "no hours"
calendar
    semester 2024-2025-1 from 2024-09-02 teaching until 2025-01-17
    ends 2025-08-31
"""


def test_what_is_said_of_records_stands_in_the_order_of_lines() -> None:
    """What is wrong by record, then what no line speaks of by line; of settled students as of others."""
    policy, rng = policy_of(SourceFile("unrated.credit", UNRATED)), random.Random(5)
    rows = [
        (f"r{at}", f"s{rng.randrange(9)}", rng.choice(["talk", "walk"]), f"2025-01-{rng.randrange(1, 29):02}",
         rng.choice(["", "2"]), rng.choice(["", "1", "3"]), rng.choice(["", "helper", "lead"]))
        for at in range(200)
    ]  # fmt: skip
    tables = [
        RawTable("student", "s.csv", ("student_id",), [RawRow(at + 2, (f"s{at}",)) for at in range(9)]),
        RawTable(
            "act", "a.csv", ("record_id", "student_id", "item", "on", "hours", "size", "role"),
            [RawRow(at + 2, row) for at, row in enumerate(rows)],
        ),
    ]  # fmt: skip
    one, two = (run_cohort(policy, tables, Settings(DAY, engine=x), lambda: (), {}) for x in ("reference", "columnar"))
    assert_same(one, two)
    assert engine_of(two).endswith(" columnar") and len(two.results.tables["issues"]) > 60


def test_chosen_students_only() -> None:
    policy = policy_of(SourceFile("wide.credit", WIDE))
    one, two = (
        run_cohort(
            policy, people(40, 7), Settings(DAY, students=frozenset({"s003", "s017"}), engine=engine), lambda: (), {}
        )
        for engine in ("reference", "columnar")
    )
    assert_same(one, two)
    assert {row[0] for row in two.results.tables["students"]} == {"s003", "s017"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0.1 per hours", "99999999999 per hours"),
        ("work at least 4", "work at least 4.00000000001"),
        ("yes when conduct >= 90 and work >= 1", "yes when conduct >= 90 and work * 0.00000000001 >= work - 1"),
        ("work + total clean at least 7", "work + total clean at least 7.00000000001"),
    ],
)
def test_a_number_too_large_for_whole_numbers_is_worked_out_alone(one: str, other: str) -> None:
    """Amounts of twelve digits, and amounts that get as many by the decimals of what they are compared with."""
    assert one in WIDE
    text = WIDE.replace("0.1 per hours", "99999999 per hours").replace("cap 3 in total", "cap 999999999 in total")
    policy = policy_of(SourceFile("wide.credit", text.replace("cap 6 per academic year", "").replace(one, other)))
    assert_same(*(
        run_cohort(policy, people(30, 1), Settings(DAY, engine=engine), lambda: (), {})
        for engine in ("reference", "columnar")
    ))  # fmt: skip


def test_sums_beyond_what_a_float_holds_are_exact() -> None:
    """Sums over a chunk may be larger than those of a student; these are exact, whatever the others have."""
    known = SimpleNamespace(texts=SimpleNamespace(texts=["", "2024-2025-1"]))
    owners = np.repeat(np.arange(8), 1 << 19)
    amounts = np.full(len(owners), MOST)
    amounts[0] -= 1
    found = _summed(owners, np.ones(len(owners), np.int32), amounts, SimpleNamespace(size=8, known=known))  # type: ignore[arg-type]
    assert found.whole.tolist() == [(MOST << 19) - 1, *[MOST << 19] * 7]


ASKING = """
policy "asking"
unit credit
student
    house : text, optional
record enrolment marks enrolment
    semester : semester
    final    : yes or no, default no
record course
    item     : item
    semester : semester
    name     : text, optional
    score    : number, optional
    passed   : yes or no
record stay
    on      : date
    leader  : yes or no
    score   : number
calendar
    semester 2024-2025-1 from 2024-09-02 teaching until 2025-01-17
    semester 2024-2025-2 from 2025-02-17 teaching until 2025-06-30
    ends 2025-08-31
category work in credit from course
    item lesson
        1 when passed
        0 otherwise
account bank in credit
credit brought per semester in credit
    work
    above 2 goes to bank
fact semesters
    count(enrolment)
fact in_last per semester
    yes when any(enrolment where final)
    no otherwise
fact never_passed
    count(course where not passed and not any(course where same name and passed))
fact twice
    count(course where passed and any(course where same name and passed))
fact leads
    yes when leader of latest stay
    no otherwise
fact began
    yes when first(leader of stay)
    no otherwise
fact tidy per semester
    yes when average(score of stay) >= 80
    no otherwise
fact good_row
    in a row(stay where score >= 80)
require lives per semester
    average(score of stay) at least 60
require graduation
    total brought at least 2
    total bank at least 0
    good_row at least 2
    never_passed at most 1
"""


def lodgers(count: int, seed: int) -> list[RawTable]:
    """Courses that are taken again, some without a name; some have no stay, or one whose score is just enough."""
    rng, courses, stays, enrolments = random.Random(seed), [], [], []
    for at in range(count):
        for semester in ("2024-2025-1", "2024-2025-2")[: 1 + rng.randrange(2)]:
            enrolments.append((f"s{at:03}", semester, rng.choice(["yes", "no", ""])))
        for _ in range(rng.randrange(7)):
            cells = (
                rng.choice(["2024-2025-1", "2024-2025-2"]),
                rng.choice(["", "a", "b", "c"]),
                rng.choice(["yes", "no"]),
            )
            courses.append((f"c{len(courses)}", f"s{at:03}", "lesson", *cells))
        for _ in range(rng.randrange(4)):
            day = date.fromordinal(date(2024, 9, 2).toordinal() + rng.randrange(300)).isoformat()
            cells = day, rng.choice(["yes", "no"]), rng.choice(["79", "80", "81", "60", "59.5"])
            stays.append((f"t{len(stays)}", f"s{at:03}", *cells))
    kinds = {
        "student": ("student_id house", [(f"s{at:03}", "A") for at in range(count)]),
        "enrolment": ("student_id semester final", enrolments),
        "course": ("record_id student_id item semester name passed", courses),
        "stay": ("record_id student_id on leader score", stays),
    }  # fmt: skip
    return [
        RawTable(name, f"{name}.csv", tuple(head.split()), [RawRow(at + 2, row) for at, row in enumerate(rows)])
        for name, (head, rows) in kinds.items()
    ]


@pytest.mark.parametrize("seed", range(2))
def test_questions_about_students(seed: int) -> None:
    """Some are answered in columns, some asked of the interpreter; few are left aside for them."""
    policy = policy_of(SourceFile("asking.credit", ASKING))
    one, two = (
        run_cohort(policy, lodgers(120, seed), Settings(DAY, language="en", engine=engine), lambda: (), {})
        for engine in ("reference", "columnar")
    )
    assert_same(one, two)
    alone = re.search(r"(\d+) of 120 alone", engine_of(two))
    assert alone is not None and int(alone[1]) < 100, engine_of(two)
