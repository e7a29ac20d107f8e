"""What the classes of the tree and of the core share: how they are compared and shown."""

from typing import Any, ClassVar, TypeVar, cast, dataclass_transform

from attrs import evolve, field, frozen

from creditlang.frozen_mapping import freezing

N = TypeVar("N", bound=type)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def node(kind: N) -> N:
    """A frozen attrs class that is compared and shown as `Written` says: methods of its own for each of two hundred
    classes would take longer to make than a short policy takes to check. Its mappings cannot be changed.
    """
    return frozen(kind, eq=False, repr=False, field_transformer=freezing)


class Written:
    """Equal when of one class with equal parts, leaving out those with `eq=False`."""

    __slots__ = ()
    __attrs_attrs__: ClassVar[Any]

    def _parts(self) -> list[tuple[str, object]]:
        return [(part.name, getattr(self, part.name)) for part in self.__attrs_attrs__ if part.eq]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Written) and type(self) is type(other) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash((type(self), *self._parts()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={part!r}' for name, part in self._parts())})"


W = TypeVar("W", bound=Written)


def changed(node: W, **parts: object) -> W:
    """The same node with other parts."""
    return cast(W, evolve(cast(Any, node), **parts))
