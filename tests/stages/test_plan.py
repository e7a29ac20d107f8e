"""The plan: what each line reads of a record is all that it depends on."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from creditlang.api import load
from creditlang.cohort import Evaluation, Settings
from creditlang.core.operators import Policy, Rule
from creditlang.data.dataset import Dataset
from creditlang.interpreter import Interpreter
from creditlang.interpreter.evaluate import StudentData
from creditlang.plan import Plan, lower
from creditlang.plan.inputs import Input, Reads
from creditlang.plan.lower import PlannedLine
from creditlang.plan.show import plan_lines
from creditlang.plan.tables import Filler, Made
from creditlang.plugin.manager import PluginManager

SAMPLES = {
    "hengyang": (107, 107), "shangrao": (100, 100), "volunteer_hours": (1, 3), "driver_demerits": (1, 8),
    "house_points": (6, 6), "jifen_luohu": (13, 13), "professional_education": (5, 6), "sushe_kaohe": (10, 10),
    "zonghe_ceping": (19, 20),
}  # fmt: skip
"""How many of the rules of each bundled policy are done without handing over, and how many it has."""


@pytest.mark.parametrize("name", SAMPLES)
def test_how_much_is_lowered(name: str) -> None:
    """What a plan hands over is known, and every line of it can be shown."""
    plan = lower(load(name).core)
    assert plan.counts == SAMPLES[name]
    shown = "\n".join(plan_lines(plan))
    assert all(str(why) in shown for body in plan.rules.values() for why in body.handed_over)


def made(policy: Policy, dataset: Dataset, interpreter: Interpreter) -> Iterator[Made]:
    """Every record of a sample, placed, with its person."""
    for student in dataset.students.values():
        answers = interpreter.ask(StudentData(student.identifier, student.attributes, tuple(student.records)), True)
        for records in answers.run.given.values():
            for record in records:
                yield Made(record, student.attributes, record.semester in answers.run.enrolled)


def lines(plan: Plan, kind: str) -> Iterator[tuple[PlannedLine, Rule | None]]:
    """The lines that are done to each record of a kind by itself."""
    bodies: list[tuple[Any, Rule | None]] = [(plan.kinds[kind], None)]
    bodies += [(body, rule) for name, body in plan.rules.items() if (rule := plan.policy.rules[name]).kind == kind]
    bodies += [(found[kind], None) for found in plan.accounts.values() if kind in found]
    return ((line, rule) for body, rule in bodies for line in body.lines if line.how == "each")


def known(reads: Reads, one: Made, filler: Filler) -> tuple[Any, ...]:
    """What a record has for all that a line reads."""

    def of(wanted: Input) -> Any:
        match wanted.what:
            case "field":
                return one.record.values.get(wanted.name)
            case "attribute":
                return one.attributes.get(wanted.name)
        return one.enrolled if wanted.what == "enrolled" else getattr(one.record, wanted.what)

    answers = [filler.value(question, one) for question in reads.answers]
    return (*map(of, reads.inputs), *(x if isinstance(x, bool) else str(getattr(x, "reason", x)) for x in answers))


@pytest.mark.parametrize("name", ["hengyang", "shangrao", "jifen_luohu", "zonghe_ceping", "house_points"])
def test_records_that_agree_have_the_same_cell(name: str) -> None:
    """The reference says the same of any two records with the same inputs, so one of them may stand for both."""
    policy = load(name).core
    with PluginManager().opened([f"sample:{name}"]) as sources:
        tables = [table for source in sources for table in source.tables()]
        dataset = Evaluation.begin(policy, tables, Settings(date(2027, 10, 31)), lambda: ()).dataset
    interpreter = Interpreter(policy, date(2027, 10, 31))
    plan, filler = lower(policy), Filler(interpreter)
    cells: dict[Any, Any] = {}
    for one in made(policy, dataset, interpreter):
        for line, rule in lines(plan, one.record.kind):
            if rule is not None and one.record.values.get(policy.kinds[rule.kind].item_field or "") != rule.name:
                continue
            cell = filler.effect(line.operator, rule, one)
            key = (id(line), *known(line.reads, one, filler))
            assert cells.setdefault(key, cell) == cell, line.operator.text
    assert "amount" in {cell.does for cell in cells.values()}
