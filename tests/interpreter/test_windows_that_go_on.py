"""What is kept of a window that goes on gives the answer that the whole window gives, whatever is open in it."""

import random
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.diagnostics import Phrase
from creditlang.interpreter.looked_groups import Group, Looked, Seen
from creditlang.interpreter.query_answers import _ANSWER, _enough, _extreme
from creditlang.interpreter.student_run import Environment
from creditlang.values import Undetermined

NOWHERE: Any = Environment(None)  # type: ignore[arg-type]


def looked(source: random.Random, number: int) -> Looked:
    """A record that is found or not, surely or not, of which perhaps nothing is said."""
    unsaid = Undetermined("missing", Phrase(f"{number}", f"{number}"), "n")
    holds = source.choice([True] * 6 + [False] * 3 + [v.OPEN] * source.randint(0, 1))
    value: Any = Decimal(source.randint(0, 5))
    if source.random() < 0.1:
        value = v.interval(value, value + source.randint(1, 3))
    odd = source.random()
    seen = Seen(NOWHERE, (date.min, False, f"{number}"), sure=source.random() < 0.9)
    weight = Decimal(source.randint(0, 2)) if odd < 0.9 else v.interval(v.ZERO, Decimal(2))
    return Looked(seen, unsaid if odd < 0.01 else holds, unsaid if 0.01 < odd < 0.03 else value, weight)


def told(answer: Callable[[], Any]) -> Any:
    try:
        return answer()
    except Undetermined as why:
        return why.sort, why.reason


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("function", ["highest", "lowest", "first", "latest", "every", "count"])
def test_fewer_parts_give_the_same_answer(function: Any, seed: int) -> None:
    source = random.Random(seed)
    x = e.Query(function, e.RecordsOf("a"), value=e.Read("field", "n"), distinct=function == "count")
    group = Group([looked(source, number) for number in range(30)], shared=True)
    first = source.choice([0, 0, 5])
    for last in sorted(source.choices(range(first, 31), k=9)):
        found = group.gone_through(first, last, partial(_enough, x))
        whole = group.parts[first:last]
        assert len(found) <= len(whole)
        assert told(lambda: _ANSWER[function](x, found)) == told(lambda: _ANSWER[function](x, whole))  # noqa: B023


@pytest.mark.parametrize("seed", range(60))
def test_averages_by_sums_are_those_of_the_parts(seed: int) -> None:
    source = random.Random(seed)
    group = Group([looked(source, number) for number in range(20)])
    first, last = sorted(source.choices(range(21), k=2))
    own = source.choice([None, *range(first, last)])
    total, weights, rest = group.average(first, last, own)

    def ratios(total: Decimal, weights: Decimal, parts: list[Looked]) -> list[Any]:
        kept = [part for part in parts if part.found is not False]
        if any(isinstance(part.value, Undetermined) for part in kept):
            raise next(part.value for part in kept if isinstance(part.value, Undetermined))
        sure, unsure = ([(x.value, x.weight) for x in kept if (x.found is True) is surely] for surely in (True, False))
        return [_extreme(total, weights, sure, unsure, highest=way) for way in (False, True)]

    whole = [part for place, part in enumerate(group.parts[first:last], first) if place != own]
    found, wanted = (told(lambda: ratios(*given)) for given in ((total, weights, rest), (v.ZERO, v.ZERO, whole)))  # noqa: B023
    if isinstance(wanted, list):
        for (one, by), (two, under) in zip(found, wanted, strict=True):
            assert v.multiply(one, under) == v.multiply(two, by)
            assert bool(by) == bool(under)
    else:
        assert found == wanted
