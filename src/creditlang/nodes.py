"""What the classes of the tree and of the core share: how they are made, compared, pickled and shown."""

from collections.abc import Callable
from threading import RLock
from typing import Any, ClassVar, TypeVar, cast, dataclass_transform

from attrs import evolve, field, frozen

from creditlang.frozen_mapping import freezing

N = TypeVar("N", bound=type)
_FINISHING = RLock()


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def node(kind: N) -> N:
    """A frozen attrs class that is compared, shown and pickled as `Written` says. Its mappings cannot be changed.

    attrs works out how it is made with the first instance, or when somebody asks for its fields: for two hundred
    classes that would take longer than to check a short policy, which has a few of them.
    """
    own = kind.__annotations__
    body = {
        name: part for name, part in vars(kind).items() if name not in own and name not in ("__dict__", "__weakref__")
    }
    late: Any = type(kind.__name__, kind.__bases__, {**body, "__slots__": tuple(own)})

    def first(self: Any, *arguments: Any, **named: Any) -> None:
        finish()
        self.__init__(*arguments, **named)

    def finish() -> Any:
        with _FINISHING:
            if vars(late)["__init__"] is first:
                made = frozen(kind, init=True, eq=False, repr=False, field_transformer=freezing)
                for name in ("__attrs_attrs__", "__match_args__", "__setattr__", "__delattr__", "__init__"):
                    setattr(late, name, getattr(made, name))
        return late.__attrs_attrs__

    late.__init__, late.__attrs_attrs__ = first, _Fields(finish)
    return cast(N, late)


class _Fields:
    """The fields of a class that is not finished, for whoever asks."""

    def __init__(self, finish: Callable[[], Any]) -> None:
        self.finish = finish

    def __get__(self, instance: object, kind: type) -> Any:
        return self.finish()


class Written:
    """Equal when of one class with equal parts, leaving out those with `eq=False`.

    What a node is hashed to is kept with it: conditions and expressions are looked up again and again.
    """

    __slots__ = ("__weakref__", "_hash", "_inside")
    __attrs_attrs__: ClassVar[Any]
    _hash: int
    _inside: tuple["Written", ...]
    """For `core.parts`: what a node has inside it, once somebody has asked."""

    def _parts(self) -> list[object]:
        kind = type(self)
        if kind not in _COMPARED:
            _COMPARED[kind] = tuple(part.name for part in self.__attrs_attrs__ if part.eq)
        return [getattr(self, name) for name in _COMPARED[kind]]

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, Written) and type(self) is type(other) and self._parts() == other._parts()

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            object.__setattr__(self, "_hash", found := hash((type(self), *self._parts())))
            return found

    def __getstate__(self) -> dict[str, object]:
        return {part.name: getattr(self, part.name) for part in self.__attrs_attrs__}

    def __setstate__(self, parts: dict[str, object]) -> None:
        for part in self.__attrs_attrs__:
            object.__setattr__(self, part.name, parts[part.name])

    def __repr__(self) -> str:
        parts = self._parts()
        told = (f"{name}={part!r}" for name, part in zip(_COMPARED[type(self)], parts, strict=True))
        return f"{type(self).__name__}({', '.join(told)})"


_COMPARED: dict[type, tuple[str, ...]] = {}
"""The names of the parts of each class that say whether two nodes are equal."""


W = TypeVar("W", bound=Written)


def changed(node: W, **parts: object) -> W:
    """The same node with other parts."""
    return cast(W, evolve(cast(Any, node), **parts))
