"""The absences that the house writes down, held as tests. Each test names every place that breaks its rule.

The sources are read as syntax trees, never imported: a rule holds for a broken module too, and a word in a docstring or
a comment is no breach.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "creditlang"
STAGES = ("syntax", "resolve", "check", "core", "interpreter")
CODE_FOLDERS = ("src", "plugins", "repl", "tests", "bench", "samples")

# Files over 400 lines, each with its reason. A file mostly stays under 300; one dispatch per stage may need more.
LONG_FILES: dict[str, str] = {
    "src/creditlang/server/questions.py": "the type of every question and every answer, a few lines each",
    "src/creditlang/syntax/tree.py": "every node of the tree, a few lines each",
    "src/creditlang/core/operators.py": "every operator and what a compiled policy is made of, a few lines each",
    "src/creditlang/core/lower/elaborate.py": "the one dispatch of its stage, over all expressions",
    "src/creditlang/core/lower/program_to_core.py": "one method for each declaration",
    "src/creditlang/rule_words/declaration_words.py": "one method for each declaration",
    "src/creditlang/rule_words/expression_words.py": "one method for each expression: what it is called in a sentence",
    "src/creditlang/columnar/columnar_engine.py": "one method for each node of a policy, over many students",
    "src/creditlang/interpreter/evaluate.py": "one method for each node of a policy: the definition, in one place",
}
LONGEST = 400

# File names that stand twice, each with its reason. A file is named after what it holds, once in the project.
DOUBLE_FILES: dict[str, str] = {
    "__init__.py": "the room itself",
    "explain.py": "a command's file is named after the command",
    "schema.py": "a command's file is named after the command",
    "serve.py": "a command's file is named after the command",
}
# A node of the tree and what it becomes in the core are one thing at two stages, and share a name.
ONE_THING = ("syntax/tree.py", "core/operators.py", "core/expressions.py")

CLOCK_RANDOM_SYSTEM = {
    "os",
    "random",
    "secrets",
    "shutil",
    "socket",
    "subprocess",
    "tempfile",
    "time",
    "urllib",
    "uuid",
}
CLOCK_CALLS = {"datetime.now", "datetime.today", "datetime.utcnow", "date.today", "time.time"}
PATH_READS = {"read_text", "read_bytes"}
PATH_WRITES = {"write_text", "write_bytes", "mkdir", "touch", "unlink"}

# Imports that a circle of modules may lean on, `module -> module`, each with its reason.
CIRCLE_EXCEPTIONS: dict[str, str] = {}

# What nothing of the product names, each with who does.
NAMED_ELSEWHERE: dict[str, str] = {
    **dict.fromkeys(
        ("format_epilog", "format_help_text", "get_command", "get_short_help_str", "write_heading"), "click"
    ),
    **dict.fromkeys(("get_completions", "lex_document"), "prompt_toolkit"),
    "get_tokens_unprocessed": "Pygments",
    **dict.fromkeys(("_repr_html_", "load_ipython_extension"), "notebooks"),
    "lex": "Lark",
    **dict.fromkeys(("check_bytes", "check_text"), "tests of the stages"),
    "OFFERS": "the test that writes a plugin of each sort",
    "DYNAMIC_TABLES": "authors of outputs: it is published with the tables",
}

MOST_IGNORES = 25
MOST_POSITIONAL = 6

Breach = Callable[[ast.AST], str | None]


def relative(path: Path) -> str:
    """The path as a reader of the repository knows it."""
    return path.relative_to(ROOT).as_posix()


def python_files(*folders: Path) -> list[Path]:
    """Every Python file of the folders; `ledger` stands for `ledger.py` as well, and may be missing."""
    found = [path for folder in folders for path in folder.rglob("*.py") if "_bundled" not in path.parts]
    modules = [module for folder in folders if (module := folder.with_suffix(".py")).is_file()]
    return sorted(found + modules)


def product_files() -> list[Path]:
    files = python_files(ROOT / "src", ROOT / "plugins", ROOT / "repl")
    return [path for path in files if "tests" not in path.parts]


@cache
def tree(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def breaches(paths: list[Path], rule: Breach) -> list[str]:
    """Where a rule is broken, as `file:line: what`."""
    return [
        f"{relative(path)}:{getattr(node, 'lineno', 1)}: {what}"
        for path in paths
        for node in ast.walk(tree(path))
        if (what := rule(node)) is not None
    ]


def imported(node: ast.AST) -> Iterator[str]:
    """Top-level names of the modules that an import statement brings in; relative imports stay at home."""
    if isinstance(node, ast.Import):
        yield from (alias.name.split(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        yield node.module.split(".")[0]


def importing(*modules: str) -> Breach:
    """The rule that none of these modules is imported."""
    return lambda node: next((f"imports {name}" for name in imported(node) if name in modules), None)


def calling(*names: str) -> Breach:
    """The rule that none of these names is called as a plain function."""

    def rule(node: ast.AST) -> str | None:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            return f"calls {node.func.id}()"
        return None

    return rule


def calling_method(*methods: str) -> Breach:
    """The rule that no call ends in one of these, `read_text` or, with the name before it, `datetime.now`."""

    def rule(node: ast.AST) -> str | None:
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            return None
        owner = ast.unparse(node.func.value).rpartition(".")[2]
        called = {node.func.attr, f"{owner}.{node.func.attr}"}
        return next((f"calls {name}()" for name in sorted(called.intersection(methods))), None)

    return rule


def test_the_sources_are_found() -> None:
    assert PACKAGE / "__init__.py" in python_files(PACKAGE)


def test_only_the_command_line_knows_click() -> None:
    cli = python_files(PACKAGE / "cli")
    others = [path for path in python_files(PACKAGE) if path not in cli]
    assert breaches(others, importing("click")) == []


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_does_no_io_and_knows_no_clock_and_no_chance(stage: str) -> None:
    files = python_files(PACKAGE / stage)
    # The parser reads its own grammar, once; nothing else in a stage reads a file.
    methods = CLOCK_CALLS | PATH_WRITES | (set() if stage == "syntax" else PATH_READS)
    found = breaches(files, importing(*CLOCK_RANDOM_SYSTEM))
    found += breaches(files, calling("open", "print", "input"))
    found += breaches(files, calling_method(*methods))
    assert found == []


def test_amounts_are_exact() -> None:
    def float_literal(node: ast.AST) -> str | None:
        return f"float {node.value}" if isinstance(node, ast.Constant) and isinstance(node.value, float) else None

    files = python_files(*(PACKAGE / name for name in ("core", "interpreter", "ledger")))
    assert breaches(files, calling("float")) + breaches(files, float_literal) == []


def test_decimals_are_worked_out_in_one_place() -> None:
    """What rounds by the context of whoever calls: tests run where it fails (`hostile_decimals`), if it is reached."""

    def sum_of_decimals(node: ast.AST) -> str | None:
        is_sum = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "sum"
        return "a sum that begins with a number" if is_sum and len([*node.args, *node.keywords]) > 1 else None

    def in_a_context(node: ast.AST) -> str | None:
        known = isinstance(node, ast.Attribute) and ast.unparse(node.value).rpartition(".")[2] in (
            "EXACT",
            "unicodedata",
        )
        rounding = isinstance(node, ast.Attribute) and node.attr in ("normalize", "quantize", "scaleb", "fma", "sqrt")
        return f"uses {node.attr}" if rounding and not known else None

    files = [path for path in product_files() if path != PACKAGE / "values.py"]
    found = breaches(files, calling("localcontext", "getcontext", "setcontext")) + breaches(files, in_a_context)
    assert found + breaches(files, sum_of_decimals) == []


def test_nothing_evaluates_text_or_unpickles() -> None:
    """Generated code is the one thing executed: its text has only names made there, never a word of a policy."""
    files = python_files(ROOT / "src", ROOT / "plugins", ROOT / "repl")
    others = [path for path in files if path != PACKAGE / "compiled" / "source_text.py"]
    found = breaches(others, calling("eval", "exec", "__import__"))
    found += breaches(files, importing("pickle", "marshal", "shelve", "dill", "cloudpickle"))
    assert found == []


def test_every_module_says_what_it_is() -> None:
    assert [relative(path) for path in product_files() if not ast.get_docstring(tree(path))] == []


def test_contract_tests_say_what_they_want() -> None:
    def silent(node: ast.AST) -> str | None:
        return "assert without a sentence" if isinstance(node, ast.Assert) and node.msg is None else None

    files = sorted((PACKAGE / "plugin").glob("contract_tests*.py"))
    assert files and breaches(files, silent) == []


def test_long_files_have_a_reason() -> None:
    files = python_files(*(ROOT / folder for folder in CODE_FOLDERS))
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    long = {name: length for name, length in lengths.items() if length > LONGEST}
    assert {name: length for name, length in long.items() if name not in LONG_FILES} == {}, "split it, or give a reason"
    assert [name for name in LONG_FILES if name not in long] == [], "no longer long: take it off the list"


def product_modules() -> dict[str, Path]:
    """Every module of the product by its dotted name: of `src`, the session and the plugins, tests left out."""
    roots = {path.parent for path in ROOT.glob("plugins/**/creditlang_*/__init__.py")} | {ROOT / "repl/creditlang_repl"}
    files = {root: [path for path in python_files(root) if "tests" not in path.parts] for root in {PACKAGE, *roots}}
    return {
        ".".join(path.relative_to(root.parent).with_suffix("").parts).removesuffix(".__init__"): path
        for root, paths in files.items()
        for path in paths
    }


def modules_imported(path: Path, known: Collection[str]) -> Iterator[str]:
    """The modules that a file brings in, wherever the import stands: in a function or for types only as well."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in known else node.module


def circles(graph: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Modules that import each other, directly or around corners, a list for each such set."""
    reach = {}
    for start in graph:
        seen: set[str] = set()
        ahead = list(graph[start])
        while ahead:
            if (name := ahead.pop()) not in seen:
                seen.add(name)
                ahead.extend(graph.get(name, ()))
        reach[start] = seen
    found = {tuple(sorted(other for other in reach[name] if name in reach.get(other, ()))) for name in graph}
    return sorted(list(circle) for circle in found if circle)


def test_circles_are_found() -> None:
    assert circles({"a": ["b"], "b": ["c"], "c": ["b", "d"], "d": []}) == [["b", "c"]]


def test_no_modules_import_each_other() -> None:
    modules = product_modules()
    assert {"creditlang.driver", "creditlang_builtin", "creditlang_repl.session"} <= modules.keys()
    arrows = {(name, other) for name, path in modules.items() for other in modules_imported(path, modules)}
    listed = {tuple(arrow.split(" -> ")) for arrow in CIRCLE_EXCEPTIONS}
    assert listed <= arrows, "imported no more: take it off the list"
    graph = {name: [b for a, b in arrows - listed if a == name != b and b in modules] for name in modules}
    assert circles(graph) == []


def test_few_types_are_ignored() -> None:
    lines = [line for path in product_modules().values() for line in path.read_text(encoding="utf-8").splitlines()]
    assert sum("type: ignore" in line for line in lines) <= MOST_IGNORES, "say the type instead"


def test_long_constructor_calls_name_their_arguments() -> None:
    """What is made of many values says which is which."""

    def rule(node: ast.AST) -> str | None:
        if not isinstance(node, ast.Call) or len(node.args) <= MOST_POSITIONAL:
            return None
        called = ast.unparse(node.func).rpartition(".")[2].lstrip("_")
        return f"{called} with {len(node.args)} positional arguments" if called[:1].isupper() else None

    assert breaches(list(product_modules().values()), rule) == []


def test_no_two_files_share_a_name() -> None:
    places: dict[str, list[str]] = {}
    for path in product_files():
        places.setdefault(path.name, []).append(relative(path))
    double = {name: found for name, found in places.items() if len(found) > 1}
    assert {name: found for name, found in double.items() if name not in DOUBLE_FILES} == {}, "say what each holds"
    assert [name for name in DOUBLE_FILES if name not in double] == [], "no longer double: take it off the list"


def test_nothing_stands_there_that_nobody_uses() -> None:
    """Functions, methods and constants whose names stand nowhere but where they are made; the parser calls by rule."""
    made: dict[str, list[str]] = {}
    words = Counter(re.findall(r"\w+", (ROOT / "grammar" / "creditlang.lark").read_text(encoding="utf-8")))
    for path in product_files():
        words.update(re.findall(r"\w+", path.read_text(encoding="utf-8")))
        constants = [node.targets[0] if isinstance(node, ast.Assign) else node for node in tree(path).body]
        names = [getattr(node, "target", node) for node in constants]
        found = [node.id for node in names if isinstance(node, ast.Name) and node.id.isupper()]
        found += [node.name for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef) and is_called(node)]
        for name in found:
            made.setdefault(name, []).append(relative(path))
    unused = {name: places for name, places in made.items() if words[name] <= len(places)}
    assert {name: places for name, places in unused.items() if name not in NAMED_ELSEWHERE} == {}, "take it out"
    assert [name for name in NAMED_ELSEWHERE if name not in unused] == [], "no longer so: take it off the list"


def is_called(function: ast.FunctionDef) -> bool:
    """Whether somebody has to name a function for it to run: not one that is registered, tested or a special method."""
    registered = {"validator", "default", "hookimpl", "hookspec", "add"}
    by = {ast.unparse(x.func if isinstance(x, ast.Call) else x).rpartition(".")[2] for x in function.decorator_list}
    return not by & registered and not function.name.startswith(("__", "test_"))


def test_a_public_class_name_stands_for_two_things_at_most() -> None:
    places: dict[str, set[str]] = {}
    for path in product_files():
        where = "tree and core" if relative(path).removeprefix("src/creditlang/") in ONE_THING else relative(path)
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, set()).add(where)
    assert {name: sorted(found) for name, found in places.items() if len(found) > 2} == {}


def markdown_links(text: str) -> Iterator[str]:
    """Targets of the inline links and images in a Markdown text, code left out."""
    prose = re.sub(r"^ *(`{3,}|~{3,}).*?^ *\1`*~*\s*$", "", text, flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", prose)
    yield from (match["target"] for match in re.finditer(r"\]\(<?(?P<target>[^\s()<>]+)>?(?:\s+\"[^\"]*\")?\)", prose))


def test_markdown_links_are_found_outside_code_only() -> None:
    text = 'see [a](docs/a.md#top "title"), ![b](<b.png>), `[c](c)`\n```text\n[d](d)\n```\n[e](https://e.org)\n'
    assert list(markdown_links(text)) == ["docs/a.md#top", "b.png", "https://e.org"]


def test_local_links_in_documents_lead_somewhere() -> None:
    readmes = [
        path for folder in (*CODE_FOLDERS, "grammar", "stdlib_policies") for path in (ROOT / folder).rglob("README*.md")
    ]
    documents = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *readmes})
    broken = []
    for document in documents:
        for link in markdown_links(document.read_text(encoding="utf-8")):
            target = unquote(link.partition("#")[0])
            if target and not re.match(r"[a-z][a-z0-9+.-]*:", target) and not (document.parent / target).exists():
                broken.append(f"{relative(document)}: {link}")
    assert broken == []


def test_the_version_is_said_once() -> None:
    import creditlang

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert creditlang.__version__ == project["version"]


def test_the_arrows_run_one_way() -> None:
    """The import contracts of pyproject.toml, in the test run as well."""
    script = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", script, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
