"""Tables that were not read to their end: what is missing is told, and everybody may be concerned."""

from collections.abc import Iterator

from creditlang import driver
from creditlang.cohort import Settings, run_cohort
from creditlang.diagnostics import Place, report
from creditlang.schema import RawRow, RawTable

POLICY = """
use "common/calendar"
unit credit
record activity
    item : item
    on   : date
category talks in credit [Article 1]
    item lecture [Article 1] : 1 per event
"""


def test_a_table_that_broke_off_after_some_rows_was_not_read() -> None:
    """Its rows are counted; the equation says that there are more, however many there were before."""
    for rows in (0, 1):
        policy = driver.compile_text(POLICY, "talks.credit").policy
        assert policy is not None
        students = RawTable("student", "students.csv", ("student_id",), [RawRow(2, ("1",))])
        given = [RawRow(number, ("1", "lecture", "2024-10-08")) for number in range(2, 2 + rows)]
        lost = report("CR784", Place("office.activity"), reason="the connection was lost", rows=str(rows))

        def tables(given: list[RawRow] = given, students: RawTable = students) -> Iterator[RawTable]:
            yield students
            yield RawTable("activity", "office.activity", ("student_id", "item", "on"), given)

        cohort = run_cohort(policy, tables(), Settings(language="en"), lambda lost=lost: [lost], {})
        assert cohort.results.unread == {"office.activity": None}
        assert "an unknown number in 1 of the sources (office.activity)" in cohort.results.equation_text(cohort.read)
        assert not cohort.reliable
