"""What Lark makes of the grammar: the tables of `grammar/parser_tables.json`, and a parser of its own beside ours.

Lark numbers states and rules differently in every process. In the tables rules are sorted, and states are numbered in
the order in which they are reached from the beginnings along sorted symbols: one grammar gives one text. Nothing here
is imported while the tables are those of the grammar.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar

from lark import Lark, Transformer
from lark.grammar import Rule
from lark.lexer import Lexer
from lark.parsers.lalr_analysis import Shift

from creditlang.syntax.from_lark import TreeBuilder
from creditlang.syntax.generated import grammar_file, made_from
from creditlang.syntax.lexer import Lexing


class _Lexer(Lexer):
    """Our lexer, as Lark calls it; its input is a `Prepared` source."""

    __future_interface__: ClassVar[int] = 2

    def __init__(self, configuration: Any) -> None:
        """Lark hands its configuration, of which nothing is needed."""

    def lex(self, lexer_state: Any, parser_state: Any) -> Iterator[Any]:
        """The tokens of the prepared source, each decided in the state that the parser then has."""
        return Lexing(lexer_state.text, parser_state.parse_conf.states, parser_state.state_stack).tokens()


@cache
def grammar(strict: bool = False, build: bool = True) -> Lark:
    """Lark's parser, made from the grammar in a second, once; without `build` it gives Lark's own trees."""
    text = grammar_file("creditlang.lark")
    # Lark calls the methods of any class of whose fathers is its Transformer.
    transformer: Any = type("Builder", (TreeBuilder, Transformer), {})() if build else None
    return Lark(
        text, parser="lalr", lexer=_Lexer, strict=strict, maybe_placeholders=False, transformer=transformer,
        start=["start", *re.findall(r"^typed_\w+", text, re.MULTILINE)],
    )  # fmt: skip


def made() -> str:
    """The text of the tables, made anew."""
    lark = grammar(build=False)
    table = lark.parser.parser._parse_table
    rules = sorted(lark.rules, key=lambda rule: json.dumps(_as_list(rule)))
    symbols = sorted({str(symbol) for row in table.states.values() for symbol in row})
    beginnings = sorted(table.start_states)
    order = list(_reached([table.start_states[name] for name in beginnings], table.states))
    number = {state: place for place, state in enumerate(order)}
    symbol_number, rule_number = ({thing: n for n, thing in enumerate(things)} for things in (symbols, rules))
    rows = [
        " ".join(
            f"{symbol_number[str(symbol)]} {number[target] if action is Shift else -1 - rule_number[target]}"
            for symbol, (action, target) in sorted(table.states[state].items())
        )
        for state in order
    ]
    document = {
        "grammar": made_from(grammar_file("creditlang.lark")),
        "start": {name: number[table.start_states[name]] for name in beginnings},
        "end": {name: number[table.end_states[name]] for name in beginnings},
        "symbols": symbols,
        "rules": [_as_list(rule) for rule in rules],
        "states": rows,
        "keywords_file": made_from(keywords_text := grammar_file("keywords.toml")),
        "keywords": tomllib.loads(keywords_text),
    }
    return json.dumps(document, ensure_ascii=False, indent=0, separators=(",", ":")) + "\n"


def _as_list(rule: Rule) -> list[Any]:
    return [str(rule.origin.name), [str(x.name) for x in rule.expansion], rule.alias, rule.options.expand1]


def _reached(beginnings: list[Any], states: Any) -> Iterator[Any]:
    queue = dict.fromkeys(beginnings)
    done = 0
    while done < len(queue):
        for state in list(queue)[done:]:
            yield state
            done += 1
            for _, (action, target) in sorted(states[state].items()):
                if action is Shift:
                    queue.setdefault(target)
