"""Every name in the tables of the plugins that travel in the wheel stands for something that is there."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import pytest

import creditlang_builtin
import creditlang_regulation_forms
from creditlang.plugin import Form, Output, Source

TABLES = [
    (creditlang_builtin, "_SOURCES", Source),
    (creditlang_builtin, "_OUTPUTS", Output),
    (creditlang_builtin, "_FORMS", Form),
    (creditlang_regulation_forms, "_FORMS", Form),
]


@pytest.mark.parametrize(
    ("where", "kind"),
    [
        pytest.param(f"{plugin.__name__}.{where.split()[0]}", kind, id=names)
        for plugin, table, kind in TABLES
        for names, where in getattr(plugin, table).items()
    ],
)
def test_a_name_leads_to_a_class_or_a_function(where: str, kind: type) -> None:
    module, _, name = where.partition(":")
    found = getattr(import_module(module), name)
    assert issubclass(found, kind) if isinstance(found, type) else callable(found)


def test_no_name_stands_twice_in_a_table() -> None:
    for plugin, table, _ in TABLES:
        names = [name for names in getattr(plugin, table) for name in names.split()]
        assert len(names) == len(set(names))


def test_asking_for_the_offers_imports_none_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> Any:
        raise AssertionError(name)

    monkeypatch.setattr("creditlang.toolkit.late_import.import_module", refuse)
    offers: Mapping[str, Callable[..., Any]] = {
        **creditlang_builtin.creditlang_sources(Source),
        **creditlang_regulation_forms.creditlang_forms(),
    }
    with pytest.raises(AssertionError, match="folder_source"):
        offers["csv"]("folder")
