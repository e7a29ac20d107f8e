"""Comparisons worked out by hand: who gains, who loses, and by which rule, for each way in which a policy changes."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars
import pytest

import creditlang
from creditlang.comparison import Comparison, Differences
from creditlang.data.reader import reads_alike

POLICY = """
calendar
    semester 2024-2025-1 from 2024-09-02 teaching until 2025-01-17
    semester 2024-2025-2 from 2025-02-19 teaching until 2025-07-04
    ends 2025-08-31
unit credit
unit point
let pass_mark "及格分" = 60
let prize_credit "获奖学分" = 1 credit
student
    cohort : whole number
record activity
    item : item
    on   : date
    decided : number, optional
record violation
    item : item
    on   : date
record request
    semester : semester
    source   : account
    credits  : number, at least 0
    filed_on : date, optional
category sport "体育类" in credit from activity [Article 3]
    item run "跑步" [Article 3(1)] : 0.2 per event
    item swim "游泳" [Article 3(2)] : 0.4 per event
    cap 1 per semester [Article 4]
category arts "艺术类" in credit from activity
    item prize "获奖" [Article 5] : prize_credit per event
    item show "演出" [Article 6] : 0 to 2 as decided in decided
score conduct "操行分" per semester in point
    starts at 100
    category faults from violation
        item late [Article 7] : deduct 20 per event
fact good per semester [Article 8]
    yes when conduct at least pass_mark
    no otherwise
credit conduct_credit "操行学分" per semester in credit [Article 9]
    1 when good
    0 otherwise
offset conduct_credit per semester up to 1 [Article 10]
    from arts, on request request
    at 2 for 1
    rounded down to 0.01
    in order of filed_on
require graduation "毕业" [Article 11]
    "体育" : sport at least 1
    "操行" : total conduct_credit at least 2
"""
STUDENTS = [{"student_id": name, "cohort": 2024} for name in ("s1", "s2", "s3")]


def _runs(student: str, count: int, item: str = "run") -> list[dict[str, str]]:
    return [
        {"record_id": f"{student}-{item}{n}", "student_id": student, "item": item, "on": f"2024-10-{n + 1:02}"}
        for n in range(count)
    ]


ACTIVITIES = [*_runs("s1", 6), *_runs("s2", 5), *_runs("s3", 2, "swim"), *_runs("s3", 1, "prize")]
VIOLATIONS = [{"record_id": f"v{n}", "student_id": "s3", "item": "late", "on": f"2024-11-0{n + 1}"} for n in range(2)]
REQUESTS = [
    {"record_id": "r1", "student_id": "s3", "semester": "2024-2025-1", "source": "arts", "credits": 1,
     "filed_on": "2025-03-01"}
]  # fmt: skip


def _frames() -> dict[str, polars.DataFrame]:
    rows: dict[str, list[dict[str, Any]]] = {
        "student": STUDENTS, "activity": [{"decided": "", **row} for row in ACTIVITIES], "violation": VIOLATIONS,
        "request": REQUESTS,
    }  # fmt: skip
    return {name: polars.DataFrame(some) for name, some in rows.items()}


def compared(*edits: tuple[str, str], **options: Any) -> Comparison:
    """The policy compared with an edit of itself, or with other named values."""
    text = POLICY
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return creditlang.compare(POLICY, text, tables=_frames(), **options)


def rows(comparison: Comparison, table: str, *columns: str) -> list[tuple[object, ...]]:
    """Some columns of a table."""
    found = comparison.tables[table]
    places = [[column.name for column in found.columns].index(name) for name in columns]
    return [tuple(row[place] for place in places) for row in found.rows]


def changes(comparison: Comparison) -> list[tuple[object, ...]]:
    """The totals that differ."""
    every = rows(comparison, "changes", "sort", "student_id", "name", "before", "after", "difference", "rules")
    return [row[1:] for row in every if row[0] == "total"]


def number(text: str) -> Decimal:
    return Decimal(text)


def test_nothing_differs() -> None:
    comparison = compared()
    numbers = comparison.numbers
    assert (numbers.compared, numbers.changed) == (3, 0)
    assert {name: len(table) for name, table in comparison.tables.items() if name != "manifest"} == {
        "changes": 0, "crossings": 0, "rules": 0, "totals": 0, "dispositions": 0
    }  # fmt: skip
    assert "Nothing differs." in comparison.text()
    assert "没有任何变化。" in comparison.text("zh")


def test_a_lower_limit() -> None:
    """跑步每次0.2，上限1：s1六次、s2五次都是1；上限0.6时都是0.6，各少0.4。s3游泳两次0.8，少0.2。"""
    comparison = compared(("cap 1 per semester", "cap 0.6 per semester"))
    assert changes(comparison) == [
        ("s1", "sport", number("1"), number("0.6"), number("-0.4"), "run"),
        ("s2", "sport", number("1"), number("0.6"), number("-0.4"), "run"),
        ("s3", "sport", number("0.8"), number("0.6"), number("-0.2"), "swim"),
    ]
    names = ("sort", "rule", "account", "students", "lost", "sum", "largest", "line", "article")
    by_rule, line = rows(comparison, "rules", *names), "cap 0.6 per semester"
    assert by_rule[0] == ("rule", "run", "sport", 2, 2, number("-0.8"), number("-0.4"), line, "Article 4")
    assert by_rule[1][:7] == ("rule", "swim", "sport", 1, 1, number("-0.2"), number("-0.2"))
    assert rows(comparison, "totals", "account", "students", "gained", "lost", "sum") == [
        ("sport", 3, 0, 3, number("-1"))
    ]


def test_a_requirement_is_crossed_by_the_rule() -> None:
    """s1、s2原来都毕业；上限0.6后体育不足1。s3体育0.8，原来就没有达到，不算。"""
    comparison = compared(("cap 1 per semester", "cap 0.6 per semester"))
    assert comparison.crossed == {("graduation", "met", "unmet"): 2}
    names = ("student_id", "part", "before", "after", "have_before", "have_after", "rules")
    assert rows(comparison, "crossings", *names) == [
        ("s1", "", "met", "unmet", None, None, "run"),
        ("s1", "体育", "met", "unmet", number("1"), number("0.6"), "run"),
        ("s2", "", "met", "unmet", None, None, "run"),
        ("s2", "体育", "met", "unmet", number("1"), number("0.6"), "run"),
    ]
    assert [row for row in rows(comparison, "rules", "rule", "crossings") if row[1]] == [("run", 2)]
    assert (comparison.numbers.changed, comparison.numbers.lost) == (3, 3)


def test_a_minimum_raised_is_its_own_cause_and_changes_only_who_crosses() -> None:
    """体育至少1.2：s1、s2不再达到。s3的状态不变，不算有变化。"""
    comparison = compared(("sport at least 1", "sport at least 1.2"))
    assert comparison.numbers.changed == 2
    assert changes(comparison) == []
    assert rows(comparison, "crossings", "student_id", "part", "needed_before", "needed_after", "rules") == [
        ("s1", "", None, None, "part graduation: 体育 needed"),
        ("s1", "体育", number("1"), number("1.2"), "part graduation: 体育 needed"),
        ("s2", "", None, None, "part graduation: 体育 needed"),
        ("s2", "体育", number("1"), number("1.2"), "part graduation: 体育 needed"),
    ]
    (rule,) = rows(comparison, "rules", "sort", "rule", "gained", "lost", "sum", "largest", "crossings", "article")
    assert rule == ("part", "graduation: 体育", 0, 2, None, number("0.2"), 2, "Article 11")
    assert "毕业：体育（需要）" in comparison.text("zh")
    assert "graduation: sport at least 1.2 (what is asked)" in comparison.text()


def test_a_minimum_lowered_lets_students_gain() -> None:
    comparison = compared(("sport at least 1", "sport at least 0.5"), ("at least 2\n", "at least 1\n"))
    assert comparison.crossed == {("graduation", "unmet", "met"): 1}
    assert comparison.numbers.gained == 1
    assert rows(comparison, "rules", "rule", "gained", "lost") == [("graduation: 体育", 1, 0)]


def test_a_credit_that_follows_from_facts_and_a_named_value() -> None:
    """s3扣40分，操行60分，刚好及格；及格分70后该学期没有学分。扣分没有变，是及格分变了。"""
    comparison = compared(set_new={"pass_mark": 70})
    (credit,) = [row for row in changes(comparison) if row[1] == "conduct_credit"]
    assert credit[:4] == ("s3", "conduct_credit", number("2"), number("1.5"))
    assert credit[5] == "value pass_mark; conduct_credit", "and the offset that made up for half of it"
    assert ("及格分" in comparison.text("zh"), "pass_mark" in comparison.text()) == (True, True)
    facts = [row for row in rows(comparison, "changes", "sort", "name", "before", "after", "rules") if row[0] == "fact"]
    assert facts == [("fact", "good", "yes", "no", "value pass_mark")]


def test_a_deduction_raised_reaches_the_credit_through_the_score() -> None:
    """每次扣30分：s3操行40分，该学期没有学分，抵扣又补回一部分。原因是迟到这条规则。"""
    comparison = compared(("deduct 20 per event", "deduct 30 per event"))
    (credit,) = [row for row in changes(comparison) if row[1] == "conduct_credit"]
    assert credit[:4] == ("s3", "conduct_credit", number("2"), number("1.5"))
    assert str(credit[5]).split("; ")[0] == "late"


def test_an_offset_takes_from_another_account() -> None:
    """s3获奖1学分，申请扣1；2抵1得0.5。该学期已有1学分，按上限1不能再抵；操行不及格时才抵。"""
    comparison = compared(("deduct 20 per event", "deduct 30 per event"))
    (arts,) = [row for row in changes(comparison) if row[1] == "arts"]
    assert arts == ("s3", "arts", number("1"), number("0"), number("-1"), "conduct_credit")


def test_a_named_value_in_a_rule() -> None:
    """获奖学分1改为1.5。"""
    comparison = compared(set_old={"获奖学分": 1}, set_new={"prize_credit": Decimal("1.5")})
    assert changes(comparison) == [("s3", "arts", number("1"), number("1.5"), number("0.5"), "prize")]
    assert comparison.numbers.gained == 1


def test_a_rule_added_and_a_rule_removed() -> None:
    """去掉游泳：s3少0.8；两条记录无对应规则。"""
    removed = compared(('    item swim "游泳" [Article 3(2)] : 0.4 per event\n', ""))
    assert changes(removed) == [("s3", "sport", number("0.8"), number("0"), number("-0.8"), "swim")]
    fates = rows(removed, "dispositions", "record_id", "rule", "before", "after", "counted_before", "counted_after")
    assert sorted(map(str, fates)) == sorted(
        map(str, [
            ("s3-swim0", "swim", "counted", "", number("0.4"), None),
            ("s3-swim1", "swim", "counted", "", number("0.4"), None),
            ("s3-swim0", "", "", "unmatched", None, None),
            ("s3-swim1", "", "", "unmatched", None, None),
        ])
    )  # fmt: skip
    added = creditlang.compare(
        POLICY.replace('    item swim "游泳" [Article 3(2)] : 0.4 per event\n', ""), POLICY, tables=_frames()
    )
    assert changes(added) == [("s3", "sport", number("0"), number("0.8"), number("0.8"), "swim")]


def test_a_label_renamed_changes_nothing() -> None:
    assert compared(('category sport "体育类"', 'category sport "体育与健康"')).numbers.changed == 0


def test_open_amounts_are_ranges_of_change() -> None:
    """演出未定，0至2；上限改为1以后是0至1。"""
    frames = _frames()
    show = polars.DataFrame([{"record_id": "x", "student_id": "s2", "item": "show", "on": "2024-10-09", "decided": ""}])
    frames["activity"] = polars.concat([frames["activity"].select(show.columns), show])
    text = POLICY.replace("0 to 2 as decided", "1 to 2 as decided")
    comparison = creditlang.compare(POLICY, text, tables=frames)
    assert changes(comparison) == [("s2", "arts", "0 … 2", "1 … 2", "-1 … 2", "show")]
    assert rows(comparison, "changes", "sort", "way") == [("total", "more"), ("account", "more")]
    assert rows(comparison, "totals", "open", "sum") == [(1, "-1 … 2")]
    frame = comparison.tables["changes"].to_polars()
    assert (frame["before_low"][0], frame["before_high"][0], frame["before"][0]) == (0, 2, None)


def test_students_of_whom_only_one_version_speaks() -> None:
    text = f'policy "p"\n    applies to student where cohort >= 2025\n{POLICY}'
    for policies, expected in (((POLICY, text), (0, 3, 0)), ((text, POLICY), (0, 0, 3)), ((text, text), (0, 0, 0))):
        comparison = creditlang.compare(*policies, tables=_frames())
        numbers = comparison.numbers
        assert (numbers.compared, numbers.only_old, numbers.only_new) == expected
        scope = [row for row in rows(comparison, "changes", "sort", "student_id", "before", "after")]
        assert len(scope) == expected[1] + expected[2]
    assert "3 only in the old version" in creditlang.compare(POLICY, text, tables=_frames()).text()


def test_results_may_be_added_one_by_one() -> None:
    """As the session does, which evaluates students itself."""
    policy = creditlang.load(POLICY)
    one = policy.evaluate({"student_id": "s1", "cohort": 2024}, {"activity": _runs("s1", 3)})
    two = policy.evaluate({"student_id": "s1", "cohort": 2024}, {"activity": _runs("s1", 5)})
    comparison = Comparison(policy.core, policy.core)
    comparison.add(one.ledger, two.ledger)
    comparison.add(None, two.ledger)
    comparison.add(one.ledger, None)
    comparison.add(None, None)
    assert changes(comparison) == [("s1", "sport", number("0.6"), number("1"), number("0.4"), "run")]
    numbers = comparison.numbers
    assert (numbers.compared, numbers.only_old, numbers.only_new, numbers.gained) == (1, 1, 1, 1)
    assert comparison.crossed == {("graduation", "unmet", "met"): 1}
    assert "… 0 more" not in comparison.text()


def test_what_if_tells_the_rules() -> None:
    policy = creditlang.load(POLICY)
    result = policy.evaluate({"student_id": "s1", "cohort": 2024}, {"activity": _runs("s1", 3)})
    change = result.what_if(add=[("activity", row) for row in _runs("s1", 1, "prize")])
    assert isinstance(change.differences, Differences)
    assert change.accounts == {("arts", "2024-2025-1"): (None, number("1")), ("arts", ""): (number("0"), number("1"))}
    assert [rule.name for rule in change.differences.because["account", "arts"]] == ["prize"]
    stricter = result.what_if(set={"pass_mark": 101})
    assert stricter.requirements == {}
    assert [cause.name for cause in stricter.differences.because["account", "conduct_credit"]] == ["pass_mark"]


def test_the_manifest_and_the_equations() -> None:
    comparison = compared(("cap 1 per semester", "cap 0.6 per semester"))
    manifest = dict(comparison.manifest)
    assert manifest["tables"] == "comparison 1"
    assert manifest["old_policy_hash"] != manifest["new_policy_hash"]
    assert len(manifest["data_hash"]) == 64
    assert manifest["old_equation"] == comparison.equations[0]
    assert comparison.equations[0].startswith("read 17 = counted 15 + reduced 2")
    assert comparison.reliable


def test_unknown_named_values_are_refused() -> None:
    with pytest.raises(creditlang.DataError) as failure:
        compared(set_new={"pass_marks": 70})
    assert [x.code for x in failure.value.diagnostics] == ["CR734"]


def test_data_that_change_in_between_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each policy reads for itself; what was read must be the same."""
    from creditlang.comparison import cohorts

    (tmp_path / "student.csv").write_text("student_id,cohort\ns1,2024\n", encoding="utf-8")
    begin = cohorts.Evaluation.begin

    def meanwhile(*arguments: Any) -> Any:
        found = begin(*arguments)
        (tmp_path / "student.csv").write_text("student_id,cohort\ns2,2024\n", encoding="utf-8")
        return found

    monkeypatch.setattr(cohorts.Evaluation, "begin", staticmethod(meanwhile))
    with pytest.raises(creditlang.DataError) as failure:
        creditlang.compare(
            POLICY, POLICY.replace("item : item", "item : item\n    place : text, optional", 1), str(tmp_path)
        )
    assert [x.code for x in failure.value.diagnostics] == ["CR696"]


@pytest.mark.parametrize("most", [0, 1, 10])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_text_says_how_many_more_there_are(language: Any, most: int) -> None:
    text = compared(("cap 1 per semester", "cap 0.6 per semester")).text(language, most)
    more = {"en": f"… {3 - most} more", "zh": f"……另有{3 - most}行"}[language]
    assert (more in text) == (most < 3)
    assert all(line == line.rstrip() for line in text.splitlines())


def test_reading_asks_a_policy_only_for_what_is_compared_before_the_data_are_shared() -> None:
    """`reads_alike` would be wrong if a module of `data` came to ask a policy for something else."""
    from creditlang.data import reader

    files = Path(reader.__file__).parent.glob("*.py")
    asked = {name for path in files for name in re.findall(r"\bpolicy\.([a-z_]+)", path.read_text(encoding="utf-8"))}
    assert asked - {"fingerprint"} == {
        "attributes", "calendar", "given_kind_by_word", "given_kinds", "identifier", "kinds", "person", "rules",
        "scales", "sign_of", "student_labels", "treats",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "alike"),
    [
        ("cap 1 per semester", "cap 2 per semester", True),
        ("sport at least 1", "sport at least 2", True),
        ("    on   : date\n    decided", "    on   : date\n    place : text, optional\n    decided", False),
        ('item swim "游泳"', 'item swim "泳"', False),
        ("item swim", "item dive", False),
        ("teaching until 2025-07-04", "teaching until 2025-07-05", False),
        ("    cohort : whole number", "    cohort : whole number, optional", False),
    ],
)
def test_data_are_shared_only_by_policies_that_read_alike(old: str, new: str, alike: bool) -> None:
    assert old in POLICY
    one, two = (creditlang.load(text).core for text in (POLICY, POLICY.replace(old, new)))
    assert reads_alike(one, two) == reads_alike(two, one) == alike
