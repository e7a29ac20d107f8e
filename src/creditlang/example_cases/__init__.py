"""What stands in the examples of a policy: their students and records, read and not yet worked out."""

from creditlang.example_cases.bad_example import BadExample, unknown
from creditlang.example_cases.case_records import bad_examples, records_of, student_of, told, written_values
from creditlang.example_cases.example_case import ExampleCase, cases_of, program_kind

__all__ = [
    "BadExample", "ExampleCase", "bad_examples", "cases_of", "program_kind", "records_of", "student_of", "told",
    "unknown", "written_values",
]  # fmt: skip
