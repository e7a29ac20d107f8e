"""Which sorts of names can stand at a place: from the tokens before it on its line, and the headings above it.

The grammar says that a name can stand there; what it may be a name of is told by the word before it. What is not told
by any word is an expression, where everything may stand that has a value.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from attrs import field, frozen

from creditlang.ide.vocabulary import PERSON, Sort, Vocabulary
from creditlang.ide.walk import Beginning, Step
from creditlang.types import Type

Wanted = tuple[tuple[Sort, str], ...]
"""Sorts of names, each with the kind, scale or choice that they are of (empty: of any)."""

_AFTER: Mapping[str, tuple[Sort, ...]] = {
    "IN_UNIT": ("unit",), "NUMBER": ("unit",), "SHARED_BY": ("adjust",), "APPLY": ("adjust",), "SET": ("let", "fact"),
    "OVER": ("item", "account"), "GOES_TO": ("account",), "TOTAL": ("account", "fact"),
    "HIGHEST_OF": ("account", "fact"), "LOWEST_OF": ("account", "fact"), "ON_REQUEST": ("kind",),
    "IS_USED_IN": ("account",), "OF_LATEST": ("kind",), "PREVIOUS": ("period",), "PREVIOUS_OF": ("period",),
    "IN_EACH": ("period",), "IN_THE_SAME": ("period",), "START_OF": ("period",), "END_OF": ("period",),
    "BEGUN": ("period",), "COUNTED": ("kind",), "EVEN_VOID": ("kind",), "OTHER": ("kind",),
    "WITHOUT": ("kind", "account"), "AVERAGE_OF": ("account", "fact"), "DISPOSITION": (), "DOT": ("field",),
    "EXPECT": ("account", "require", "fact", "item"), "AS": ("item",), "SHOW": ("require", "account", "fact"),
    # A declaration gives a new name, or is to stand for one that is there already.
    "ITEM": ("item",), "CATEGORY": ("account",), "SCORE": ("account",), "CREDIT": ("account",), "LET": ("let",),
    "FACT": ("fact",), "REQUIRE": ("require",), "TABLE": ("table",), "ADJUST": ("adjust",), "RECORD": ("kind",),
    "RANKING": (), "DECLARE_PERIOD": (), "PERSON": (), "UNIT": (), "SCALE": (), "CHOICE": (), "ACCOUNT": (),
    "OFFSET": ("account",),
}  # fmt: skip
_FIELD_AFTER = ("AS_DECIDED_IN", "IN_ORDER_OF", "UNIQUE", "PER", "SAME", "BY", "TAKE_FROM", "POSTS_TO")
_ALSO: Mapping[str, tuple[Sort, ...]] = {
    "TAKE_FROM": ("account",),
    "POSTS_TO": ("account",),
    "PER": ("period",),
    "BY": ("fact",),
}
_HELD_PER = ("CATEGORY", "SCORE", "CREDIT", "REQUIRE")
"""What is kept per period, and per nothing else."""
_OF_RECORDS = ("COUNT", "ANY", "EVERY", "IN_A_ROW")
_OF_VALUES = ("TOTAL", "AVERAGE", "HIGHEST", "LOWEST", "FIRST", "LATEST")
"""Functions of queries: before their bracket."""
_COMPARED = ("EQUAL", "NOT_EQUAL", "IS", "IS_NOT", "LESS", "MORE", "AT_LEAST", "AT_MOST", "TO")
_HEADINGS = (
    "EXAMPLES", "ITEM", "CATEGORY", "SCORE", "FACT", "RECORD", "OFFSET", "ADJUST", "EXAMPLE", "EVERY_EXAMPLE",
    "STUDENT", "REQUIRE",
)  # fmt: skip
_VALUED: tuple[Sort, ...] = ("account", "fact", "require", "let", "attribute", "table")
_EXAMPLES = ("EXAMPLE", "EVERY_EXAMPLE")

Token = tuple[str, str]
"""A terminal and its text."""


@frozen
class Place:
    """What stands before a place: the tokens of its line and of the headings of the blocks around it, inner last."""

    beginning: Beginning
    line: Sequence[Token]
    headings: Sequence[Sequence[Token]] = field(factory=tuple)
    columns: Sequence[Token] = ()
    """The first line of the block, which heads its columns if it is a table."""
    kind: str | None = None
    """The kind of record spoken of, where the text does not say; empty: the student's attributes."""

    @property
    def is_record(self) -> bool:
        """Whether the line is a record or a student as examples write them."""
        if self.beginning == "record":
            return True
        inside = bool(self.headings) and self.headings[-1][0][0] in _EXAMPLES
        return inside and (not self.line or self.line[0][0] in ("NAME", "STUDENT"))


def with_places(
    steps: Iterable[Step], text: str, beginning: Beginning, kind: str | None = None
) -> Iterator[tuple[Step, Place]]:
    """Each token, and what stands before it."""
    line: list[Token] = []
    ended: list[Token] = []
    headings: list[tuple[Token, ...]] = []
    columns: list[tuple[Token, ...]] = [()]
    sure = True
    end = 0
    for step in steps:
        if not sure and "\n" in text[end : step.start]:  # the line that could not be read has no end of its own
            line, sure = [], True
        if beginning == "policy" and step.end > step.start and text[step.start - 1 : step.start] in ("", "\n"):
            headings.clear()
            del columns[1:]
        yield step, Place(beginning, tuple(line), tuple(headings), columns[-1], kind)
        if step.kind == "_NL":
            columns[-1] = columns[-1] or tuple(line)
            line, ended = [], line
        elif step.kind == "_INDENT":
            headings.append(tuple(ended or [("", "")]))
            columns.append(())
        elif step.kind == "_DEDENT":
            del headings[-1:]
            del columns[max(1, len(columns) - 1) :]
        else:
            line.append((step.kind, text[step.start : step.end]))
        sure, end = sure and step.sure and not step.wrong, step.end


def wanted(place: Place, vocabulary: Vocabulary) -> Wanted:
    """What a name at this place may stand for, the likeliest first; empty where nothing is known."""
    if place.beginning == "setting" and not place.line:
        return (("let", ""),)
    if place.beginning == "records" and not place.line:
        return (("kind", ""),)
    if place.beginning == "value":
        return _in_value(place, vocabulary)
    if place.is_record:
        return _in_record(place.line, vocabulary)
    if place.line and place.line[0][0] == "EXAMPLES" and (given := _given_to_all(place.line)):
        return _in_record(given, vocabulary)
    if place.headings and (columns := _columns(place.headings[-1])):
        kind = kind_at(place, vocabulary)
        return tuple(wanted for column in columns for wanted in _values(column, kind, vocabulary))
    if place.headings and place.headings[-1][0][0] == "EXAMPLES":
        kind = kind_at(place, vocabulary)
        if not place.columns:
            return (("field", kind),)
        column = len([token for token in place.line if token[0] != "SLASH"])
        return _values(place.columns[column][1], kind, vocabulary) if column < len(place.columns) else ()
    if place.headings and place.headings[-1][0][0] == "FACT" and (not place.line or place.line[-1][0] == "COLON"):
        result = vocabulary.value_types.get(vocabulary.canonical(place.headings[-1][1][1], "fact"))
        return (*_of_type(result, ""), *in_expression(place, vocabulary))
    if not place.line:
        return in_expression(place, vocabulary) if place.headings or place.beginning == "expression" else ()
    return _in_line(place, vocabulary)


def _columns(heading: Sequence[Token]) -> list[str]:
    """What the rows below a heading are looked up by: `table x (a, b)`, `per event by a and b`."""
    opening = "LPAR" if heading[0][0] == "TABLE" else "BY"
    kinds = [kind for kind, _ in heading]
    if opening not in kinds:
        return []
    return [text for kind, text in heading[kinds.index(opening) :] if kind == "NAME"]


def _in_line(place: Place, vocabulary: Vocabulary) -> Wanted:
    line = place.line
    last, kind = line[-1][0], kind_at(place, vocabulary)
    if last == "COLON" and line[0][0] == "NAME" and place.headings:
        return (("type", ""), ("enumeration", ""))
    if last == "COMMA" and (opened := _list_before(line)):
        last = opened
    if last == "FROM" and line[0][0] in ("ITEM", "CATEGORY", "SCORE"):
        return (("kind", ""),)
    if last == "FROM" and line[0][0] == "FROM":
        return (("account", ""),)
    if (function := _opened_query(line)) in _OF_RECORDS:
        return (("kind", ""), ("period", ""))
    if function:
        return (("field", ""), ("fact", ""), ("kind", ""), ("period", ""))  # in Chinese the kind may come first
    if last == "OF" and any(kind in _OF_VALUES for kind, _ in line):
        owner = vocabulary.canonical(line[-2][1], "kind")
        if owner:
            return (*_fields_of(owner, vocabulary), ("fact", ""), ("account", ""))
        return (("kind", ""), ("period", ""))
    if last == "OF" and line[0][0] == "FACT":
        return (("kind", ""),)
    if last == "PER" and line[0][0] in _HELD_PER:
        return (("period", ""),)
    if last == "PER" and line[0][0] in ("FACT", "RANKING"):
        return (("attribute", ""), ("period", ""))
    if last == "OF" and line[0][0] == "EXAMPLES":
        return (("kind", ""),)
    if last == "DEFAULT":
        return _values(line[0][1], kind, vocabulary)
    if last == "NUMBER" and len(line) > 1 and line[-2][0] in ("PER_FULL", "EACH_PER_FULL"):
        return (("field", kind), ("unit", ""))
    if line[0][0] == "TABLE":
        return (("attribute", ""), ("field", ""), ("fact", ""), ("enumeration", ""), ("type", ""))
    if last in _FIELD_AFTER and line[0][0] != "RANKING":
        return (("field", kind), *((sort, "") for sort in _ALSO.get(last, ())))
    if last in _AFTER:
        return tuple((sort, "") for sort in _AFTER[last])
    if (last in _COMPARED and (compared := _compared(line[:-1]))) or (
        last in ("LPAR", "COMMA") and (compared := _compared_before(line))
    ):
        return (*_values(compared, kind, vocabulary), *in_expression(place, vocabulary))
    if last == "NAME":
        return ()
    return in_expression(place, vocabulary)


def in_expression(place: Place, vocabulary: Vocabulary) -> Wanted:
    """Everything that has a value: fields only where a record is spoken of, and last where it is not said of which."""
    kind = kind_at(place, vocabulary)
    valued: Wanted = (("part", PERSON), *((sort, "") for sort in _VALUED))
    if not (kind or place.beginning == "line" or place.headings):
        return valued
    fields: Wanted = (("field", kind), ("part", kind))
    if not kind:
        return (*valued, *fields, ("given", ""))
    of_latest: Wanted = () if _open_query(place.line) else (("field", ""),)
    return (*fields, *valued, ("given", ""), *of_latest)


def _given_to_all(line: Sequence[Token]) -> Sequence[Token]:
    """The record that the heading of a table of examples begins for all of its rows."""
    of = next((place for place, (kind, _) in enumerate(line) if kind == "OF"), len(line))
    return [*line[of + 1 : of + 2], *line[of + 3 :]]


def _in_record(line: Sequence[Token], vocabulary: Vocabulary) -> Wanted:
    """A kind, its items, its fields, then the values of the field."""
    if not line:
        return (("kind", ""),)
    kind = vocabulary.canonical(line[0][1], "kind")
    student = line[0][0] == "STUDENT" or (kind != "" and kind == vocabulary.person)
    kind = "" if student else kind
    fields = _fields_of(vocabulary.person if student else kind, vocabulary)
    if line[-1][0] == "COMMA" or (student and len(line) == 1):
        return fields
    if len(line) == 1:
        items: Wanted = (("item", kind),) if ("item", kind) in vocabulary.by_sort else ()
        return (*items, *fields)
    if line[-1][0] == "NAME" and line[-2][0] in ("COMMA", "STUDENT", "NAME"):
        return _values(line[-1][1], kind, vocabulary)
    return ()


def _fields_of(kind: str, vocabulary: Vocabulary) -> Wanted:
    return (("attribute", ""),) if kind == vocabulary.person else (("field", kind),)


def _in_value(place: Place, vocabulary: Vocabulary) -> Wanted:
    """A field, or an attribute, and then what it may be."""
    if not place.line:
        return (("attribute", ""),) if place.kind == "" else (("field", place.kind or ""),)
    if place.line[-1][0] in _COMPARED:
        return _values(place.line[0][1], place.kind or "", vocabulary)
    return ()


def type_of(name: str, kind: str, vocabulary: Vocabulary) -> Type | None:
    """The type of a field of a kind, of an attribute, a fact or a named value, or of a field of any kind."""
    symbol = vocabulary.find(name, "field", kind) if kind else None
    symbol = symbol or vocabulary.find(name, "attribute")
    if symbol is None and (valued := vocabulary.find(name, "fact") or vocabulary.find(name, "let")):
        return vocabulary.value_types.get(valued.name)
    symbol = symbol or vocabulary.find(name, "field")
    return vocabulary.types.get((symbol.of, symbol.name)) if symbol else None


def _values(name: str, kind: str, vocabulary: Vocabulary) -> Wanted:
    """What a field, an attribute or a requirement may be."""
    if not kind and vocabulary.find(name, "require"):
        return (("status", ""),)
    found = type_of(name, kind, vocabulary)
    if found is None and vocabulary.find(name, "require"):
        return (("status", ""),)
    return _of_type(found, kind)


def _of_type(found: Type | None, kind: str) -> Wanted:
    """What something of a type may be, where that has names."""
    if found is None:
        return ()
    if found.enumeration:
        return (("value", found.enumeration),)
    if found.name == "item":
        return (("item", kind),)
    if found.name == "account":
        return (("account", ""),)
    return (("semester", ""),) if found.name == "semester" else ()


def kind_at(place: Place, vocabulary: Vocabulary) -> str:
    """The kind of record that is spoken of; empty where none is."""
    line = place.line
    if counted := _counted_kind(line, vocabulary):
        return counted
    if place.beginning == "records" and line:
        return vocabulary.canonical(line[0][1], "kind")
    for heading in (line, *reversed(place.headings)):
        if heading and heading[0][0] in _HEADINGS and (found := _kind_of_heading(heading, vocabulary)) is not None:
            return found
    if place.kind is not None:
        return place.kind
    return vocabulary.only_kind if place.beginning == "line" or place.headings else ""


def _counted_kind(line: Sequence[Token], vocabulary: Vocabulary) -> str:
    """The kind of record in a query that is still open: `count(kind where …`, `total(field of kind where …`."""
    named = (vocabulary.canonical(text, "kind") for kind, text in line[_open_query(line) :] if kind == "NAME")
    return next(filter(None, named), "") if _open_query(line) else ""


def _open_query(line: Sequence[Token]) -> int:
    """Where the innermost query that is still open has its bracket; 0 if none is open."""
    closed = 0
    for at in range(len(line) - 1, 0, -1):
        closed += {"RPAR": 1, "LPAR": -1}.get(line[at][0], 0)
        if closed < 0 and line[at - 1][0] in _OF_RECORDS + _OF_VALUES:
            return at
        closed = max(closed, 0)
    return 0


def _kind_of_heading(heading: Sequence[Token], vocabulary: Vocabulary) -> str | None:
    """The kind of record that a heading speaks of; empty if of none, None if that is told further out."""
    word, name = heading[0][0], heading[1][1] if len(heading) > 1 else ""
    if word == "RECORD":
        return name
    if word in ("REQUIRE", *_EXAMPLES):
        return ""
    if word == "OFFSET":
        return vocabulary.offset_kinds.get(name)
    joint = {"FACT": "OF", "EXAMPLES": "OF"}.get(word, "FROM")
    for (before, _), (kind, text) in pairwise(heading):
        if before == joint and kind == "NAME":
            return vocabulary.canonical(text, "kind")
    if word == "ITEM":
        item = vocabulary.find(name, "item")
        return item.of if item else None
    account = vocabulary.canonical(name, "account")
    return vocabulary.account_kinds.get(account) if account else None


def _opened_query(line: Sequence[Token]) -> str:
    """The function of a query of which at most the time has been said: `count(`, `total(ever of`; else empty."""
    opening = _open_query(line)
    inside = [kind for kind, _ in line[opening + 1 :]]
    timed = not inside or ("NAME" not in inside and inside[-1] in ("OF", "DURATION", "PERIOD", "EVER", "BEFORE_THIS"))
    return line[opening - 1][0] if opening and timed else ""


def _list_before(line: Sequence[Token]) -> str:
    """The word that opened a list of names, if the comma at the end of the line goes on with one; else empty."""
    for kind, _ in reversed(line):
        if kind not in ("NAME", "COMMA"):
            return kind if kind in ("OVER", "FROM", "SHOW") else ""
    return ""


def _compared(line: Sequence[Token]) -> str:
    """The name that is compared with what comes next: what is expected, or the last, or of which the latest is."""
    if len(line) > 1 and line[0][0] == "EXPECT":
        return line[1][1]
    if len(line) > 2 and line[-2][0] == "OF_LATEST":
        return line[-3][1]
    return line[-1][1] if line and line[-1][0] == "NAME" else ""


def _compared_before(line: Sequence[Token]) -> str:
    """The name before `in (…`, while its values are being listed."""
    for number in range(len(line) - 1, 1, -1):
        if line[number][0] == "RPAR":
            return ""
        if line[number][0] == "LPAR":
            return _compared(line[: number - 1]) if line[number - 1][0] == "IN" else ""
    return ""
