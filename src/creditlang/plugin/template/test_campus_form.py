"""The form keeps its promises."""

from collections.abc import Mapping

from creditlang_campus import creditlang_forms

from creditlang.plugin import Form
from creditlang.testing import FormContract


class TestForm(FormContract):
    def forms(self) -> Mapping[str, Form]:
        return {name: make() for name, make in creditlang_forms().items()}
