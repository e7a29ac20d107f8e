"""The children that the parser hands to a rule, and how to pick from them.

Children are tokens, nodes and parts handed up, in written order; keywords that carry no meaning are passed over.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import frozen

from creditlang.diagnostics import Label, Phrase, either, report
from creditlang.source import Span
from creditlang.syntax import tree as t
from creditlang.syntax.lexer import LexicalError, PlacedToken, half_width
from creditlang.values import EXACT
from creditlang.words import EXPECTED, PERIODS, code_of

MAXIMUM_EXPRESSION_DEPTH = 200
MOST_DIGITS = 12
MOST = 10_000
_WRITTEN_DATE = re.compile(r"(\d{4})[年/.](\d{1,2})[月/.](\d{1,2})[日号]?")

Children = list[Any]


def words(text: str) -> str:
    return " ".join(text.split())


def refuse(token: PlacedToken, expected: Phrase) -> LexicalError:
    """A token whose value cannot stand where it is."""
    return LexicalError(report("CR110", place_of(token), value=token.text[:40], expected=expected))


def date_of(token: PlacedToken) -> str:
    """A date as year-month-day; one that no calendar has is refused."""
    text = half_width(token.text)
    match = _WRITTEN_DATE.fullmatch(text)
    text = "-".join((match[1], match[2].zfill(2), match[3].zfill(2))) if match else text
    try:
        date.fromisoformat(text)
    except ValueError:
        raise refuse(token, EXPECTED["day"]) from None
    return text


def number_of(token: PlacedToken) -> Decimal:
    """A number of at most twelve digits, as written."""
    text = half_width(token.text).rstrip("%")
    if len(text.replace(".", "").lstrip("-0")) > MOST_DIGITS:
        raise refuse(token, Phrase("a number of at most 12 digits", "不超过12位的数字"))
    return Decimal(text)


def share_of(token: PlacedToken) -> Decimal:
    """A percentage as a number."""
    return EXACT.divide(number_of(token), Decimal(100))


def positive_of(token: PlacedToken) -> Decimal:
    """A number above zero."""
    value = number_of(token)
    if value <= 0:
        raise refuse(token, Phrase("a number above zero", "大于零的数"))
    return value


def count_of(token: PlacedToken, least: int = 1, most: int = MOST) -> int:
    """A whole number between two bounds."""
    value = number_of(token)
    if value != int(value) or not least <= value <= most:
        raise refuse(token, Phrase(f"a whole number from {least} to {most}", f"{least}至{most}的整数"))
    return int(value)


def string_of(token: PlacedToken) -> str:
    return token.text[1:-1]


def period_of(token: PlacedToken) -> t.PeriodName:
    """A built-in period, by its code, also of a word that says its first or last day; or the name of a declared one."""
    text = words(token.text)
    if token.type in ("START_DAY", "END_DAY"):
        text = text.removesuffix("开始之日").removesuffix("结束之日")
    code = "year" if text == "academic year" else code_of(PERIODS, text)
    return t.PeriodName(code or text, token.type in ("PERIOD", "START_DAY", "END_DAY"), span=place_of(token))


_PLACED = (PlacedToken, t.Node)


def span_of(children: list[Any]) -> Span:
    """The span from the first of the children that has a place to the last."""
    for first in children:
        if isinstance(first, _PLACED):
            break
    else:
        raise ValueError("a rule without a place")
    for last in reversed(children):
        if isinstance(last, _PLACED):
            break
    if isinstance(first, PlacedToken):
        source, start = first.source, first.start_pos
    else:
        source, start = first.span.source, first.span.start
    return Span(source, start, last.end_pos if isinstance(last, PlacedToken) else last.span.end)


def covering(children: list[Any]) -> Span:
    """The span over children in any order."""
    places = [place_of(child) for child in children if isinstance(child, _PLACED)]
    return Span(places[0].source, min(place.start for place in places), max(place.end for place in places))


def place_of(child: PlacedToken | t.Node) -> Span:
    if isinstance(child, PlacedToken):
        return Span(child.source, child.start_pos, child.end_pos)
    return child.span


def tokens(children: list[Any], *kinds: str) -> list[PlacedToken]:
    return [child for child in children if isinstance(child, PlacedToken) and child.type in kinds]


def has(children: list[Any], kind: str) -> bool:
    return any(isinstance(child, PlacedToken) and child.type == kind for child in children)


def nodes(children: list[Any], kind: Any) -> list[Any]:
    return [child for child in children if isinstance(child, kind)]


def first_of(children: list[Any], kind: Any) -> Any:
    return next((child for child in children if isinstance(child, kind)), None)


def identifier(token: PlacedToken) -> t.Identifier:
    return t.Identifier(token.text, span=place_of(token))


def different(children: list[Any], kind: str) -> list[PlacedToken]:
    """The tokens of a kind; one that says the same as another is refused."""
    found = tokens(children, kind)
    for token in found:
        refuse_second(*(place_of(other) for other in found if str(other) == token.text))
    return found


def periods_of(children: list[Any]) -> tuple[t.PeriodName, ...]:
    """The built-in periods among the children; one that is said twice is refused."""
    found = tuple(map(period_of, tokens(children, "PERIOD")))
    for period in found:
        refuse_second(*(other.span for other in found if other.text == period.text))
    return found


def identifiers(children: list[Any]) -> tuple[t.Identifier, ...]:
    return tuple(map(identifier, different(children, "NAME")))


def expression_node(kind: Callable[..., t.Expression], children: list[Any], *arguments: Any) -> t.Expression:
    """Build an expression node one deeper than its deepest part; too deep is refused."""
    depth = 1
    for argument in arguments:
        for part in argument if isinstance(argument, tuple) else (argument,):
            if isinstance(part, (t.Expression, t.Length)) and part.depth >= depth:
                depth = part.depth + 1
    span = span_of(children)
    if depth > MAXIMUM_EXPRESSION_DEPTH:
        raise LexicalError(report("CR002", span, limit=MAXIMUM_EXPRESSION_DEPTH))
    return kind(*arguments, span=span, depth=depth)


@frozen
class Handed:
    """A part that a rule hands to the rule above it: what it is, its value, and its place where it may be refused."""

    what: str
    value: Any = None
    span: Span | None = None


def handed(children: list[Any], what: str, missing: Any = None) -> Any:
    """The value of the part that is called `what`; a second one is refused, so that none is passed over."""
    found = [child for child in children if isinstance(child, Handed) and child.what == what]
    if len(found) > 1:
        refuse_second(*(child.span for child in found))
    return found[0].value if found else missing


def refuse_second(*places: Span | None) -> None:
    """Refuse what stands in the second of `places`, where there is one."""
    if len(places) > 1:
        raise LexicalError(report("CR112", places[1], *(Label(place) for place in places[:1] if place)))


def declared(children: list[Any]) -> dict[str, Any]:
    return {
        "name": identifier(tokens(children, "NAME")[0]),
        "labels": handed(children, "labels", ()),
        "cites": handed(children, "cites", ()),
        "span": span_of(children),
    }


def is_token(child: Any, kind: str) -> bool:
    return isinstance(child, PlacedToken) and child.type == kind


def amount_span(children: Children) -> Span:
    """The span of an amount, whose parts were handed up."""
    value, per, _ = handed(children, "amount")
    return covering([*tokens(children, "DEDUCT"), *(part for part in (value, per) if part is not None)])


def without_meaning(part: Span | None, line: Phrase, instead: Phrase) -> LexicalError:
    """A part that the grammar allows and that means nothing in such a line."""
    return LexicalError(
        report("CR111", part, part=part.text.strip('"“”＂') if part else "", line=line, instead=instead)
    )


def two_readings(children: Children, *forms: Phrase) -> LexicalError:
    """What would be read in one way by some and in another by others; each reading has a form of its own."""
    place = covering(children)
    return LexicalError(report("CR114", place, written=place.text, forms=either(forms)))
