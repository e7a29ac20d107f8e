"""What all tests share: the `--update` switch, by which tests with written expectations rewrite them; no haste."""

from collections.abc import Iterator
from decimal import Context, DivisionByZero, InvalidOperation, Rounded, localcontext

import pytest
from hypothesis import settings

settings.register_profile("as long as it takes", deadline=None)  # the machine may have other things to do
settings.load_profile("as long as it takes")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update`."""
    parser.addoption("--update", action="store_true", help="rewrite the expectations in Markdown tests")


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether expectations are to be rewritten instead of compared."""
    return bool(request.config.getoption("--update"))


@pytest.fixture(autouse=True)
def hostile_decimals(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test runs where any sum of decimals that goes past `creditlang.values` fails, save one that adds up itself."""
    hostile = Context(prec=1, traps=[Rounded, DivisionByZero, InvalidOperation])
    with localcontext(Context() if request.node.get_closest_marker("adds_up_itself") else hostile):
        yield
