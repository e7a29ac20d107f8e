"""The examples that stand in a policy: run, judged, and measured for what they cover."""

from creditlang.examples.coverage import Coverage, measure
from creditlang.examples.run import Outcome, run_examples

__all__ = ["Coverage", "Outcome", "measure", "run_examples"]
