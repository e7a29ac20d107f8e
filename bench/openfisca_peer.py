"""The regulation of `bench.cohort` written for OpenFisca, by vectors, on whole numbers: run by a Python of its own.

    PYTHON -m bench.openfisca_peer --students 10000

Records are its persons. What is highest of its content, what is capped per semester and item, a semester and a student
are groups of them; whose place in a group is first carries the group's amount to the student.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

import numpy as np

from bench import measured_regulation as m
from bench import peers

PACKAGE = "openfisca-core"
YEAR = "2024"
CARRIED = ("item", "level", "column", "team", "place", "quantity", "other", "record")


def python() -> Path:
    """A Python that has OpenFisca and nothing else; it is made once, in the folder for temporary files."""
    folder = Path(tempfile.gettempdir(), "creditlang-bench-openfisca")
    found = folder / "bin" / "python"
    if not (folder / "made").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([found, "-m", "pip", "install", "-q", PACKAGE], check=True, capture_output=True)
        (folder / "made").touch()
    return found


def system() -> Any:
    """The regulation as OpenFisca has it."""
    from openfisca_core.entities import Entity, GroupEntity
    from openfisca_core.periods import DateUnit
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    record = Entity("record", "records", "", "")
    groups = {
        name: GroupEntity(name, f"{name}_groups", "", "", roles=[{"key": "member", "plural": "members"}])
        for name in ("student", "term", "capped", "highest")
    }
    found = TaxBenefitSystem([record, *groups.values()])

    def variable(name: str, entity: Any, formula: Any = None, of: type = int) -> None:
        inside = {"value_type": of, "entity": entity, "definition_period": DateUnit.YEAR, "label": name}
        found.add_variable(type(name, (Variable,), {**inside, **({"formula": formula} if formula else {})}))

    def points(record: Any, period: Any) -> Any:
        return peers.amounts({name: record(name, period) for name in CARRIED}) * (record("item", period) < 32)

    def counted(record: Any, period: Any) -> Any:
        award = (record("item", period) >= 20) & (record("item", period) < 32)
        best = record.get_rank(record.highest, -record("points", period), condition=award) == 0
        return record("points", period) * (best | ~award)

    def amount(capped: Any, period: Any) -> Any:
        cap = capped.value_nth_person(0, peers.CAPS[capped.members("item", period)])
        return np.minimum(capped.sum(capped.members("counted", period)), cap)

    def carried(record: Any, period: Any) -> Any:
        activity = record("item", period) < 32
        first = record.get_rank(record.capped, record("record", period), condition=activity) == 0
        return record.capped("amount", period) * first

    def deducted(record: Any, period: Any) -> Any:
        return peers.DEDUCTIONS[record("item", period)] * (1 + (record("violation", period) >= 2))

    def violation(record: Any, period: Any) -> Any:
        return record.get_rank(record.term, record("record", period), condition=record("item", period) >= 32)

    def late(term: Any, period: Any) -> Any:
        return term.sum(term.members("deducted", period)) > 15

    def conduct(student: Any, period: Any) -> Any:
        first = student.members("violation", period) == 0
        return 6 - student.sum(first & student.members.term("late", period))

    for name in CARRIED:
        variable(name, record)
    for formula in (points, counted, carried, violation, deducted):
        variable(formula.__name__, record, formula)
    variable("amount", groups["capped"], amount)
    variable("late", groups["term"], late, bool)
    variable("conduct", groups["student"], conduct)
    for number in range(6):
        variable(f"c{number}", groups["student"], _total(number))
    return found


def _total(category: int) -> Any:
    """What a student has in a category."""

    def total(student: Any, period: Any) -> Any:
        own = peers.CATEGORIES[student.members("item", period)] == category
        return student.sum(student.members("carried", period) * own)

    return total


def work_out(found: Any, columns: Any, students: int) -> tuple[float, Any]:
    """CPU seconds from columns in OpenFisca to the totals, and these."""
    from openfisca_core.simulations import SimulationBuilder

    student, semester, item = (columns[name].astype(np.int64) for name in ("student", "semester", "item"))
    term = student * 6 + semester
    capped = term * 40 + item
    keys = {"student": student, "term": term, "capped": capped, "highest": capped * 1000 + columns["content"]}
    builder = SimulationBuilder()
    builder.create_entities(found)
    builder.declare_person_entity("record", columns["record"])
    for name, key in keys.items():
        numbers, own = np.unique(key, return_inverse=True)
        group = builder.declare_entity(name, np.arange(len(numbers)))
        builder.join_with_persons(group, own, np.repeat("member", len(own)))
    simulation = builder.build(found)
    for name in CARRIED:
        simulation.set_input(name, YEAR, columns[name])
    since = time.process_time()
    totals = [simulation.calculate(f"c{number}", YEAR) for number in range(6)]
    conduct = simulation.calculate("conduct", YEAR)
    result = np.zeros((students, 8), np.int64)
    result[:, :6], result[:, 6] = np.stack(totals, 1), conduct
    return time.process_time() - since, peers.graduated(result)


def main() -> None:
    """Measure and print, as `bench.cohort --run` does."""
    from bench.cohort import digest, peak_memory

    parser = argparse.ArgumentParser(description="The regulation of bench.cohort by OpenFisca.")
    parser.add_argument("--students", type=int, default=10_000)
    students = parser.parse_args().students
    found, columns = system(), m.cohort(students)
    spent, result = work_out(found, columns, students)
    told = {"cpu": spent, "records": len(columns["item"]), "found": digest(result), "peak": peak_memory()}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
