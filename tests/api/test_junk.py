"""What programs give by mistake: whatever stands in the place of an argument, alone or with others, is taken or refused
with one of the library's errors, which says what is wrong and can be sent on; nothing comes out of the inside.
"""

import inspect
import pickle
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import polars
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

import creditlang

POLICY: Final = """
unit point
choice side "a side": red "Red side" | blue
choice mood_value: good "Good mood" | low
student
    side : side
    born : date, optional
    size : number, default 1
record talk "讲座"
    item : item
    on   : date
    long : yes or no, default no
category moral in point from talk [Article 1]
    item lecture "a lecture" : rate per event
    cap most in total
let rate = 1 point [Article 2]
let most = 5 point [Article 2]
let bonus = no [Article 2]
let since = 2024-09-01 [Article 2]
let motto = "onward" [Article 2]
ranking place of moral per side [Article 3]
fact mood "the mood" per side [Article 3]
    first that applies
    good when total(moral of student) > 3
    low  otherwise
fact ahead [Article 3]
    yes when (bonus or since < 2024-10-01) and motto = "onward" and mood = good and place = 1
    no otherwise
require pass [Article 4]
    moral at least 3
"""
STUDENT: Final[dict[str, Any]] = {"student_id": "1", "side": "red"}
TALK: Final[dict[str, Any]] = {"record_id": "A", "item": "lecture", "on": "2024-10-08"}
TABLES: Final = {
    "student": polars.DataFrame([STUDENT]),
    "talk": polars.DataFrame([{"student_id": "1", **TALK}]),
}
ERRORS: Final = (creditlang.DataError, creditlang.PolicyError, creditlang.PluginError)


class Odd:
    """Something of which nobody knows anything."""


def _endless() -> Iterator[Any]:
    yield from (TALK, Odd(), None)


SIMPLE: Final[list[Any]] = [
    None, True, 0, -1, 2024, 10**40, 1.5, float("nan"), float("inf"), -0.0, 1e300, Decimal("NaN"),
    Decimal("sNaN"), Decimal("1E+999999"), 1j, b"x", b"\xff", bytearray(b"x"), date(2024, 10, 8), date.min,
    datetime(2024, 10, 8, tzinfo=UTC), datetime.max, time(12), Path("."), Path("/nonexistent"), Odd, ...,
    "", " ", ".", "..", "/", "/dev/null", "~", "\0", "a\0b\n", "\ud800", "\ud800\n", "talk", "讲座", "lecture",
    "moral", "pass", "A", "2024-2025-1", "csv:", "csv:/", "sample:", "nothing:at all", "x" * 5000, "hengyang",
    "student_id", "record_id", "blue", "yes", "2024-10-08", "zh", "a\nb", "-", "\u202e", "{}", range(3),
]  # fmt: skip
ATOMS: Final = some.one_of(
    some.sampled_from(SIMPLE), some.text(max_size=6), some.integers(), some.floats(), some.decimals(), some.dates()
)
KEYS: Final = some.one_of(
    some.sampled_from(
        ["student_id", "record_id", "item", "on", "side", "born", "size", "long", "talk", "讲座", "rate", "most",
         "mood", "motto", "since", "bonus", "place", "place.ranked", "student", "学号", 1, None, ("talk",), "tolk"]
    ),
    some.text(max_size=3),
)  # fmt: skip
JUNK: Final = some.recursive(
    some.one_of(ATOMS, some.builds(Odd), some.builds(_endless), some.just(TALK), some.just(TABLES["talk"])),
    lambda inner: some.one_of(
        some.lists(inner, max_size=3), some.dictionaries(KEYS, inner, max_size=3),
        some.sets(some.text(max_size=2)), some.tuples(some.sampled_from(["talk", "讲座", "tolk", 1]), inner),
    ),
    max_leaves=8,
)  # fmt: skip

policy = creditlang.load(POLICY)
result = policy.evaluate(STUDENT, {"talk": [TALK]})
comparison = creditlang.compare(policy, policy, tables=TABLES, set_new={"rate": 2})

CALLS: Final[dict[str, tuple[Callable[..., Any], dict[str, Any]]]] = {
    "load": (creditlang.load, {"policy": POLICY}),
    "compare": (creditlang.compare, {"old": policy, "new": policy, "tables": TABLES}),
    "Policy.evaluate": (policy.evaluate, {"student": STUDENT, "records": {"talk": [TALK]}}),
    "Policy.run": (policy.run, {"tables": TABLES}),
    "Result.account": (result.account, {"name": "moral"}),
    "Result.fact": (result.fact, {"name": "ahead"}),
    "Result.requirement": (result.requirement, {"name": "pass"}),
    "Result.why": (result.why, {}),
    "Result.what_if": (result.what_if, {}),
    "PolicySet.in_force": (creditlang.PolicySet([policy]).in_force, {"day": "2024-10-08"}),
    "PolicySet": (creditlang.PolicySet, {"policies": [policy]}),
    "generate_types": (creditlang.generate_types, {"policy": policy}),
    "input_schema": (creditlang.input_schema, {"policy": policy}),
    "result_schema": (creditlang.result_schema, {"policy": policy}),
    "arrow_schemas": (creditlang.arrow_schemas, {"policy": policy}),
    "Comparison.tables_in": (comparison.tables_in, {"language": "en"}),
    "Comparison.text": (comparison.text, {}),
}
PARAMETERS: Final = [(name, each) for name, (call, _) in CALLS.items() for each in inspect.signature(call).parameters]


def test_every_public_function_is_tried() -> None:
    public = set()
    for name in creditlang.__all__:
        thing = getattr(creditlang, name)
        if inspect.isclass(thing):
            public |= {f"{name}.{own}" for own, x in vars(thing).items() if inspect.isfunction(x) and own[0] != "_"}
        elif callable(thing):
            public.add(name)
    assert public | {"PolicySet"} == set(CALLS)


def outcome(called: str, junk: dict[str, Any]) -> Exception | None:
    """What is raised where arguments are junk: one of the library's errors, whole and picklable, or nothing."""
    call, good = CALLS[called]
    try:
        repr(call(**{**good, **junk}))
    except ERRORS as error:
        assert str(error).strip(), error.diagnostics
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error) and str(again) == str(error)
        assert again.diagnostics and [x.code for x in again.diagnostics] == [x.code for x in error.diagnostics]
        assert all(found.code in str(error) for found in error.diagnostics)
        return error
    return None


TRIED: Final = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS)
def test_junk_alone(name: str, parameter: str) -> None:
    @TRIED
    @given(JUNK)
    def tried(junk: Any) -> None:
        outcome(name, {parameter: junk})

    for junk in SIMPLE:
        outcome(name, {parameter: junk})
    tried()


@pytest.mark.parametrize("name", CALLS)
def test_junk_together(name: str) -> None:
    parameters = inspect.signature(CALLS[name][0]).parameters

    @TRIED
    @given(some.fixed_dictionaries({}, optional=dict.fromkeys(parameters, JUNK)))
    def tried(junk: dict[str, Any]) -> None:
        outcome(name, junk)

    tried()
