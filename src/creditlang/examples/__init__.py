"""The examples that stand in a policy: run, judged, and measured for what they cover."""

from creditlang.examples.coverage import Coverage, measure
from creditlang.examples.example_settings import settings_of
from creditlang.examples.judge import BadExample
from creditlang.examples.outcome_documents import Tested, outcomes_to_json, outcomes_to_junit
from creditlang.examples.run_examples import (
    Outcome,
    WorkedExample,
    bad_examples,
    examples_to_work_out,
    program_kind,
    run_examples,
    written_values,
)

__all__ = [
    "BadExample", "Coverage", "Outcome", "Tested", "WorkedExample", "bad_examples", "examples_to_work_out", "measure",
    "outcomes_to_json", "outcomes_to_junit", "program_kind", "run_examples", "settings_of", "written_values",
]  # fmt: skip
