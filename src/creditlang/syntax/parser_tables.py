"""The parser's tables as data, `grammar/parser_tables.json`, so that no process has to work them out anew.

Lark numbers states and rules differently in every process. Here rules are sorted, and states are numbered in the order
in which they are reached from the beginnings along sorted symbols: one grammar gives one text. A row of a state is
`symbol action …`, numbers all; an action of 0 or more is the state to go to, -1 - n is a reduction by rule n.

The tables hold for one grammar and one version of Lark, whose insides they fill: for another there are none.
"""

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, cast

from lark import Lark, Tree, __version__
from lark.common import LexerConf, ParserConf
from lark.grammar import NonTerminal, Rule, RuleOptions, Terminal
from lark.parse_tree_builder import ParseTreeBuilder
from lark.parser_frontends import ParsingFrontend
from lark.parsers.lalr_analysis import IntParseTable, Reduce, Shift
from lark.parsers.lalr_parser import LALR_Parser, _Parser

from creditlang.syntax.lexer import PolicyLexer


def tables_of(grammar_text: str, lark: Lark) -> str:
    """The text of the tables that `lark` made from `grammar_text`."""
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
        "made_for": _key(grammar_text),
        "start": {name: number[table.start_states[name]] for name in beginnings},
        "end": {name: number[table.end_states[name]] for name in beginnings},
        "symbols": symbols,
        "rules": [_as_list(rule) for rule in rules],
        "states": rows,
    }
    return json.dumps(document, indent=0, separators=(",", ":")) + "\n"


def _key(grammar_text: str) -> str:
    return f"lark {__version__}, grammar {sha256(grammar_text.encode()).hexdigest()}"


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


class _States(dict[int, dict[str, Any]]):
    """The rows by state, each read when the parser first comes there: a short policy needs few of them."""

    def __init__(self, rows: list[str], symbols: list[str], rules: list[Rule]) -> None:
        self.rows, self.symbols = rows, symbols
        self.reductions = [(Reduce, rule) for rule in rules]

    def __missing__(self, state: int) -> dict[str, Any]:
        numbers = [int(number) for number in self.rows[state].split()]
        row = self[state] = {
            self.symbols[symbol]: (Shift, action) if action >= 0 else self.reductions[-1 - action]
            for symbol, action in zip(numbers[::2], numbers[1::2], strict=True)
        }
        return row


def parser_from(tables: str, grammar_text: str, transformer: Any) -> ParsingFrontend | None:
    """The parser that these tables describe; None if they were made for another grammar or another Lark."""
    document = json.loads(tables)
    if document["made_for"] != _key(grammar_text):
        return None
    rules = [
        Rule(NonTerminal(origin), [_symbol(name) for name in expansion], 0, alias, RuleOptions(expand1=expand1))
        for origin, expansion, alias, expand1 in document["rules"]
    ]
    callbacks = cast(Any, ParseTreeBuilder)(rules, Tree).create_callback(transformer)
    configuration = ParserConf(rules, callbacks, list(document["start"]))
    states = _States(document["states"], document["symbols"], rules)
    parser: Any = LALR_Parser.__new__(LALR_Parser)
    parser.parser_conf = configuration
    parser._parse_table = cast(Any, IntParseTable)(states, document["start"], document["end"])
    parser.parser = _Parser(parser._parse_table, callbacks)
    lexer = LexerConf([], re)
    lexer.lexer_type = PolicyLexer
    return ParsingFrontend(lexer, configuration, None, parser=parser)


def _symbol(name: str) -> Terminal | NonTerminal:
    # The grammar only declares terminals, so those that leave no child are those whose names begin with `_`.
    return Terminal(name, filter_out=name.startswith("_")) if name.isupper() else NonTerminal(name)
