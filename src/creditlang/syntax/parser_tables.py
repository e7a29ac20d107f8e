"""The parser: an LALR automaton that calls the tree's builder with each rule that it has read.

The tables are data (`generated`), made by Lark from the grammar (`lark_grammar`). A row of a state is `symbol step …`,
numbers all; a step of 0 or more is the state to go to, -1 - n is a reduction by rule n. Rows and rules are read when
the parser first needs them: a short policy needs few.

What a rule hands to its function is what Lark would: tokens whose names begin with `_` are left out, what rules whose
names begin with `_` hand up is put in their place, and of a rule with `?` an only child stands for itself. So does what
a rule with `_` hands up, if all its alternatives hand up one thing. A row of rules in which one child stands for itself
again and again, as a number is a factor, a product, a sum and a condition, is gone up in one step.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any

from creditlang.syntax.lexer import Lexing, PlacedToken, Prepared

END = "$END"
MISSING = -1_000_000


class UnexpectedToken(Exception):
    """A token, or None for the end, that cannot stand where it is, and the terminals that the parser's state has."""

    def __init__(self, token: PlacedToken | None, expected: frozenset[str]) -> None:
        super().__init__(token and token.type)
        self.token = token
        self.expected = expected


class Rows(dict[int, dict[str, int]]):
    """The steps of each state, by symbol."""

    def __init__(self, rows: list[str], symbols: list[str]) -> None:
        self.texts, self.symbols = rows, symbols

    def __missing__(self, state: int) -> dict[str, int]:
        numbers = list(map(int, self.texts[state].split()))
        named = map(self.symbols.__getitem__, numbers[::2])
        row = self[state] = dict(zip(named, numbers[1::2], strict=True))
        return row


Build = Callable[[list[Any]], Any]
Kept = list[tuple[int, bool]]
"""The places of the symbols that a rule hands on, and whether of a symbol what is in it."""
GROWN: Kept = [(0, True)]
"""Of a rule that adds to a list: the list, which nobody else has, and all that follows."""


class Rules(dict[int, tuple[int, str, Kept | None, Build | None]]):
    """The rules by the steps that reduce by them: how many symbols become which; what of them is kept, None for all;
    what is made of that, None for a list.
    """

    def __init__(self, rules: list[Any], builder: object) -> None:
        self.written, self.builder = rules, builder
        self.alternatives: dict[str, list[list[str]]] = {}
        for origin, symbols, alias, _ in rules:
            if origin[0] == "_":
                self.alternatives.setdefault(origin, []).append([] if alias else symbols)
        self.lone: dict[str, bool] = {}

    def is_lone(self, name: str) -> bool:
        """Whether every alternative of a symbol hands up one thing, so that no list is needed."""
        if name not in self.lone:
            self.lone[name] = False  # while it is looked at: a symbol that holds itself is a list
            self.lone[name] = name[0] != "_" or all(
                len(symbols) == 1 and not _is_left_out(symbols[0]) and self.is_lone(symbols[0])
                for symbols in self.alternatives[name]
            )
        return self.lone[name]

    def __missing__(self, step: int) -> tuple[int, str, Kept | None, Build | None]:
        origin, symbols, alias, only_child = self.written[-1 - step]
        only_child = only_child and not alias
        kept = [(n, not self.is_lone(name)) for n, name in enumerate(symbols) if not _is_left_out(name)]
        everything = len(kept) == len(symbols) and not any(inside for _, inside in kept)
        build: Build | None = None
        if everything and len(symbols) == 1 and (only_child or (origin[0] == "_" and self.is_lone(origin))):
            build = alone
        elif origin[0] != "_" or alias:
            build = getattr(self.builder, alias or origin)
            build = _unless_alone(build) if only_child else build
        elif len(kept) == len(symbols) and [inside for _, inside in kept] == [True] + [False] * (len(kept) - 1):
            kept = GROWN
        rule = self[step] = (len(symbols), origin, None if everything else kept, build)
        return rule


def _is_left_out(name: str) -> bool:
    return name[0] == "_" and name.isupper()


def alone(children: list[Any]) -> Any:
    """An only child, which stands for itself."""
    return children[0]


def _unless_alone(build: Build) -> Build:
    return lambda children: children[0] if len(children) == 1 else build(children)


def _picked(children: list[Any], kept: Kept) -> list[Any]:
    picked: list[Any] = []
    for place, inside in kept:
        if not inside:
            picked.append(children[place])
        elif picked:
            picked += children[place]
        else:
            picked = children[place]  # nobody else has it
    return picked


class Climbs(dict[tuple[int, int, str], int]):
    """The state in which the next token is no longer taken as a sign that what was read stands alone: by the state
    below it, the step that says so first, and the token's terminal.
    """

    def __init__(self, rows: Rows, rules: Rules) -> None:
        self.rows, self.rules = rows, rules

    def __missing__(self, key: tuple[int, int, str]) -> int:
        below, step, kind = key
        while step < 0 and step != MISSING and self.rules[step][3] is alone:
            state = self.rows[below][self.rules[step][1]]
            step = self.rows[state].get(kind, MISSING)
        self[key] = state
        return state


class Parser:
    """The parser of one grammar, whose trees `builder` makes: by a method for each rule, or alias of a rule."""

    def __init__(self, tables: Mapping[str, Any], builder: object) -> None:
        self.start: Mapping[str, int] = tables["start"]
        self.end: Mapping[str, int] = tables["end"]
        self.rows = Rows(tables["states"], tables["symbols"])
        self.rules = Rules(tables["rules"], builder)
        self.climbs = Climbs(self.rows, self.rules)

    def parse(
        self, prepared: Prepared, start: str = "start",
        watch: Callable[[Iterator[PlacedToken]], Iterator[PlacedToken]] = iter,
    ) -> Any:  # fmt: skip
        """What the builder makes of a text. Raises `UnexpectedToken`, and what lexer and builder raise.

        `watch` may look at the tokens as they come, also at those that the builder is not given.
        """
        rows, rules, climbs, end = self.rows, self.rules, self.climbs, self.end[start]
        stack, values = [self.start[start]], list[Any]()
        row = rows[stack[0]]
        for token in chain(watch(Lexing(prepared, rows, stack).tokens()), (None,)):
            kind = END if token is None else token.type
            while (step := row.get(kind, MISSING)) < 0:
                if step == MISSING:
                    if token is None and stack[-1] == end:
                        return values[-1]
                    raise UnexpectedToken(token, frozenset(filter(str.isupper, row)))
                size, origin, kept, build = rules[step]
                if build is alone:  # most of them
                    stack[-1] = state = climbs[stack[-2], step, kind]
                    row = rows[state]
                    continue
                if kept is GROWN:
                    rest = len(values) - size + 1
                    values[rest - 1] += values[rest:]
                    del values[rest:], stack[-size:]
                else:
                    children = values[-size:] if size else []
                    if size:
                        del values[-size:], stack[-size:]
                    if kept is not None:
                        children = _picked(children, kept)
                    values.append(children if build is None else build(children))
                row = rows[state := rows[stack[-1]][origin]]
                stack.append(state)
            stack.append(step)
            values.append(token)
            row = rows[step]
        raise AssertionError("the end is never shifted")
