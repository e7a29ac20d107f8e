"""What a long run has counted, as plain data: written by each of its processes, and added up."""

from collections import Counter
from typing import Any

import attrs


def figures(counted: Any) -> dict[str, Any]:
    """What stands in the fields that are not given when an object is made."""
    return {part.name: _plain(getattr(counted, part.name)) for part in attrs.fields(type(counted)) if not part.init}


def add_figures(counted: Any, more: dict[str, Any]) -> None:
    """Add what another has counted: amounts together, of durations the longest, of lists and sets all."""
    for name, figure in more.items():
        own = getattr(counted, name)
        match own:
            case Counter():
                own.update({tuple(key.split("\t")) if "\t" in key else key: count for key, count in figure.items()})
            case set():
                own.update(figure)
            case list():
                own.extend(figure)
            case int():
                setattr(counted, name, own + figure)
            case float():
                setattr(counted, name, max(own, figure))
            case _:
                add_figures(own, figure)


def _plain(value: Any) -> Any:
    match value:
        case Counter():
            return {"\t".join(key) if isinstance(key, tuple) else key: count for key, count in value.items()}
        case set():
            return sorted(value)
        case list() | int() | float():
            return value
    return figures(value)
