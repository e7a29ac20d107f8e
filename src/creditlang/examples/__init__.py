"""The examples that stand in a policy: run, judged, and measured for what they cover."""

from creditlang.examples.coverage import Coverage, measure
from creditlang.examples.example_settings import settings_of
from creditlang.examples.outcome_documents import Tested, outcomes_to_json, outcomes_to_junit
from creditlang.examples.run_examples import Outcome, WorkedExample, examples_to_work_out, run_examples

__all__ = [
    "Coverage", "Outcome", "Tested", "WorkedExample", "examples_to_work_out", "measure", "outcomes_to_json",
    "outcomes_to_junit", "run_examples", "settings_of",
]  # fmt: skip
