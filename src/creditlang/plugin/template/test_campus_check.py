"""The checks keep their promises."""

from collections.abc import Mapping

from creditlang_campus import creditlang_checks

from creditlang.plugin import Check
from creditlang.testing import CheckContract


class TestChecks(CheckContract):
    def checks(self) -> Mapping[str, Check]:
        return creditlang_checks()
