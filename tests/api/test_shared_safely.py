"""What programs share between threads and processes: policies that nobody can change, errors that can be sent on."""

import copy
import pickle
from collections.abc import Iterator, MutableMapping, MutableSequence, MutableSet
from typing import Any

import attrs
import pytest

import creditlang
from creditlang.diagnostics import Place, report
from creditlang.errors import DataError, PluginError, PolicyError
from creditlang.extensions import Extensions
from creditlang.frozen_mapping import FrozenMapping
from creditlang.plugin import PluginManager
from creditlang.resources import policy_names

WRONG = "category academic in credit\n    item lecture: 0.2 per evnt\n"


def changeable(thing: Any, path: str, seen: set[int]) -> Iterator[str]:
    """The paths to everything inside that could be changed."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, FrozenMapping):
        for key, value in thing.items():
            yield from changeable(value, f"{path}[{key!r}]", seen)
    elif isinstance(thing, (MutableMapping, MutableSequence, MutableSet)):
        yield path
    elif isinstance(thing, (tuple, frozenset)):
        for value in thing:
            yield from changeable(value, f"{path}[…]", seen)
    elif attrs.has(type(thing)):
        for each in attrs.fields(type(thing)):
            if each.eq or each.repr:  # places in the text hold the source, which keeps the beginnings of its lines
                yield from changeable(getattr(thing, each.name), f"{path}.{each.name}", seen)


@pytest.mark.parametrize("name", policy_names())
def test_nothing_in_a_policy_can_be_changed(name: str) -> None:
    assert list(changeable(creditlang.load(name).core, "core", set())) == []


def test_what_plugins_add_cannot_be_changed() -> None:
    assert list(changeable(PluginManager().extensions(), "extensions", set())) == []
    assert list(changeable(Extensions(), "extensions", set())) == []


def test_every_way_to_change_a_mapping_is_refused() -> None:
    mapping = FrozenMapping({"a": 1})
    for name, arguments in {
        "__setitem__": ("a", 2), "__delitem__": ("a",), "__ior__": ({"b": 2},), "clear": (), "pop": ("a",),
        "popitem": (), "setdefault": ("b", 2), "update": ({"b": 2},),
    }.items():  # fmt: skip
        with pytest.raises(TypeError, match="cannot be changed"):
            getattr(mapping, name)(*arguments)
    assert mapping == {"a": 1}


def test_a_mapping_does_not_change_with_what_it_was_made_of() -> None:
    given = {"a": report("CR401", None, name="x")}
    extensions = Extensions(owners={"a": "b"})
    assert pickle.loads(pickle.dumps(extensions)) == copy.deepcopy(extensions) == extensions
    frozen = FrozenMapping(given)
    given.clear()
    assert list(frozen) == ["a"]


def policy_error() -> PolicyError:
    with pytest.raises(PolicyError) as failed:
        creditlang.load(WRONG)
    return failed.value


@pytest.mark.parametrize(
    "error",
    [
        policy_error(),
        DataError([report("CR620", Place("a.csv", 3), reason="it is gone")]),
        PluginError(report("CR707", None, name="x"), report("CR709", None, scheme="csv")),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_can_be_sent_to_another_process(error: PolicyError | DataError | PluginError) -> None:
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(again) is type(error)
        assert str(again) == str(error) != ""
        assert [found.code for found in again.diagnostics] == [found.code for found in error.diagnostics]
        assert [found.arguments for found in again.diagnostics] == [found.arguments for found in error.diagnostics]
