"""What people read stands in one place: only `words` asks which language somebody reads, and nothing is said twice.

The sources are read as syntax trees, as in `test_tidy`.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("src/creditlang", "plugins/builtin", "plugins/regulation-forms", "repl")
LANGUAGES = {"en", "zh"}

SWITCHES: dict[str, str] = {
    "src/creditlang/words.py": "the room itself",
    "src/creditlang/diagnostics/": "the ground below it: phrases, and the pages in both languages",
    "src/creditlang/syntax/keywords.py": "the two dialects of the language, not what somebody reads",
    "src/creditlang/syntax/keyword_help.py": "the same",
    "src/creditlang/ide/completion.py": "the same: the dialect that is being typed",
    "src/creditlang/format/": "the same: the dialect that a text is said in",
    "src/creditlang/cli/bilingual_help.py": "help pages, chosen before anything else is loaded",
    "src/creditlang/server/application.py": "what the headers of a request ask for",
    "repl/creditlang_repl/completer.py": "the dialect that is being typed",
    "repl/creditlang_repl/saving.py": "the dialect in which an example is written",
}
"""Where a language is asked for or looked up outside the room, with the reason."""


@cache
def trees() -> dict[str, ast.Module]:
    """Every module of the product, by its path."""
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in sorted(paths)}


def constants(nodes: Iterable[ast.expr | None]) -> set[object]:
    return {node.value for node in nodes if isinstance(node, ast.Constant)}


def asks(node: ast.AST) -> bool:
    """Whether a language is compared with one, or something stands by language."""
    match node:
        case ast.Compare(left=left, comparators=others):
            return bool(LANGUAGES & constants([left, *others]))
        case ast.Dict(keys=keys):
            return constants(keys) == LANGUAGES
        case ast.MatchValue(value=value):
            return bool(LANGUAGES & constants([value]))
    return False


def phrases(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The words that stand in both languages as they are, without a value in them."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name("Phrase"), args=[ast.Constant(str(english)), ast.Constant(str(chinese))]):
                yield english, chinese


def test_one_room_asks_which_language_somebody_reads() -> None:
    found = {
        f"{name}:{getattr(node, 'lineno', 0)}"
        for name, tree in trees().items()
        if not name.startswith(tuple(SWITCHES))
        for node in ast.walk(tree)
        if asks(node)
    }
    assert not found, "let words.said, words.word or words.label choose"


def test_no_phrase_stands_in_two_modules() -> None:
    where: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name, tree in trees().items():
        for phrase in phrases(tree):
            if any(phrase):
                where[phrase].add(name)
    assert not {phrase: names for phrase, names in where.items() if len(names) > 1}


def test_the_words_for_codes_stand_in_one_table() -> None:
    """What a code is called is written once: no other module of the library pairs the same code with Chinese."""
    from creditlang import words

    tables = (words.STATUSES, words.DISPOSITIONS, words.PERIODS, words.TYPES, words.COLUMNS, words.TABLES)
    known = {(code, text.zh) for table in tables for code, text in table.items()}
    found = {
        f"{name}:{key.lineno}: {key.value}"
        for name, tree in trees().items()
        if name != "src/creditlang/words.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(value, ast.Constant) and (key.value, value.value) in known
    }
    assert not found
