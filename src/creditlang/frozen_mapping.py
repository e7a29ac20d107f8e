"""Mappings that nobody can change, for what is shared: a compiled policy, what plugins add to the language.

A dictionary underneath, so that looking up costs no more; it can be pickled and copied, which a `MappingProxyType`
cannot.
"""

from collections.abc import Mapping
from typing import Any, Generic, NoReturn, TypeVar, get_args, get_origin

import attrs

Key = TypeVar("Key")
Value = TypeVar("Value")


class FrozenMapping(dict[Key, Value], Generic[Key, Value]):
    """A mapping as it was made. Whatever would change it raises `TypeError`."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("this mapping cannot be changed")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        """By what is in it."""
        return type(self), (dict(self),)


def freezing(_: type, fields: list["attrs.Attribute[Any]"]) -> list["attrs.Attribute[Any]"]:
    """A `field_transformer` of attrs classes: whatever mapping a field is given, the instance has one of its own."""
    return [each.evolve(converter=_frozen) if _is_mapping(each.type) else each for each in fields]


def _is_mapping(declared: object) -> bool:
    return get_origin(declared) is Mapping or any(get_origin(option) is Mapping for option in get_args(declared))


def _frozen(given: Mapping[Key, Value] | None) -> Mapping[Key, Value] | None:
    return given if given is None or isinstance(given, FrozenMapping) else FrozenMapping(given)
