"""The functions keep their promises."""

from collections.abc import Mapping, Sequence
from datetime import date

from creditlang_campus import creditlang_functions

from creditlang.plugin import Exact, Function
from creditlang.testing import FunctionContract


class TestFunctions(FunctionContract):
    def functions(self) -> Mapping[str, Function]:
        return creditlang_functions()

    def arguments(self, name: str) -> Sequence[tuple[Exact, ...]]:
        return [(date(2024, 10, 7),), (date(2024, 10, 13),)]
