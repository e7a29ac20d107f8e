"""Faults put into the checker, the interpreter and the engines one by one, by cosmic-ray: do the tests see them?

The tests that run the line are asked first, the quickest before the others, then whole files of tests, because what one
test has compiled the next may find ready. What no test can see stands in `equal_faults.toml`, each with the reason.
"""

import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache, cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any, Final, TextIO

from attrs import define, field

from soak.part import Part

ROOMS = ("core", "check", "interpreter", "compiled", "columnar", "data")
FOLDERS = (
    "language", "interpreter", "compiled", "columnar", "differential", "stages", "diagnostics", "stdlib_policies",
    "gallery", "comparison", "data", "corpus", "plugins", "need", "api", "cli",
)  # fmt: skip
"""The tests that are asked."""
QUICK: Final = 40
"""So many tests are asked at first."""
MOST_SECONDS: Final = 240
"""So much of a processor is spent on tests of whole files."""
_PYTEST: Final = (
    sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=no", "-W", "ignore",
    "-o", "addopts=--import-mode=importlib",
)  # fmt: skip
"""In one process, and without plugins that take long to load."""
_OPERATORS = re.compile(
    r"core/(ReplaceComparisonOperator_((Lt|LtE|Gt|GtE)_(Lt|LtE|Gt|GtE)|Eq_NotEq|NotEq_Eq|Is_IsNot|IsNot_Is|In_NotIn|NotIn_In)"
    r"|ReplaceBinaryOperator_(Add|Sub|Mul|Div|FloorDiv|Mod)_(Add|Sub|Mul|Div)"
    r"|NumberReplacer|AddNot|ReplaceAndWithOr|ReplaceOrWithAnd|ReplaceTrueWithFalse|ReplaceFalseWithTrue"
    r"|ReplaceBreakWithContinue|ReplaceContinueWithBreak|ZeroIterationForLoop|ReplaceUnaryOperator_Delete_Not)$"
)
"""Faults that people make; what only raises an error at once, as asking for the order of two texts, is left out."""
_MACHINE_CODE = ("columnar/kernels.py", "columnar/machine_code.py")
"""Modules of which a changed function does not take the place of another while they are loaded."""
_SAME = re.compile(r"strict=True|lru_cache\(|^@define|^@frozen|^MOST_KEPT|repr=False|kw_only=|if TYPE_CHECKING")
"""Lines on which a fault changes no result: guards, how much is kept, how classes are made."""
EQUAL = Path(__file__).with_name("equal_faults.toml")


@define
class PlantedFaults(Part):
    """One fault after the other, each in a copy of the whole."""

    seen: Counter[str] = field(factory=Counter, init=False)

    @cached_property
    def copy(self) -> Path:
        """A copy of the project, in which faults are planted."""
        root = Path(__file__).parent.parent
        copy = Path(tempfile.mkdtemp(prefix="soak-")) / "project"
        kept = shutil.ignore_patterns(
            ".git", ".venv", "__pycache__", "node_modules", ".mypy_cache", ".ruff_cache", ".hypothesis"
        )
        shutil.copytree(root, copy, ignore=kept)
        subprocess.run([sys.executable, "-m", "compileall", "-q", "src", "plugins", "tests"], cwd=copy, check=False)
        return copy

    @cached_property
    def tests(self) -> tuple[dict[str, float], dict[tuple[str, int], list[str]]]:
        """How long each test takes, and the tests that run each line; kept in the folder for what is found."""
        seconds: dict[str, float] = {}
        by_line: dict[tuple[str, int], list[str]] = defaultdict(list)
        kept = (self.out or self.copy) / "tests_by_line"
        kept.mkdir(parents=True, exist_ok=True)
        for folder in FOLDERS:
            if not (path := kept / f"{folder}.json").exists():
                more = {"ROOMS": " ".join(ROOMS), "TESTS_BY_LINE": str(path.absolute())}
                self._pytest("-p", "soak.tests_by_line", f"tests/{folder}", seconds=3600, **more)
            read = json.loads(path.read_text(encoding="utf-8"))
            seconds |= read["time"]
            for test, modules in read["lines"].items():
                for module, lines in modules.items():
                    for line in lines:
                        by_line[module, line].append(test)
        return seconds, by_line

    def case(self, number: int) -> None:
        """Plant a fault and run tests until one fails; rooms take turns, and their lines are gone through evenly."""
        room, turn = ROOMS[number % len(ROOMS)], number // len(ROOMS)
        places = _places(self.copy / "src/creditlang" / room)
        module, line = places[int(len(places) * ((turn + 0.5) * (5**0.5 - 1) / 2 % 1))]
        text = module.read_text(encoding="utf-8")
        if (planted := _planted(random.Random(number), text, line)) is None:
            return
        operator, changed = planted
        name = module.relative_to(self.copy / "src/creditlang").as_posix()
        pairs = zip(text.split("\n"), changed.split("\n"), strict=True)
        before, after = next((old.strip(), new.strip()) for old, new in pairs if old != new)
        place = f"{name}:{line} {operator}: {before} → {after}"
        self.cases += 1
        if why := _equal().get(name, {}).get(f"{before} → {after}"):
            self.seen[f"{room}, equal"] += 1
            print(f"{number} {place}: equal, {why}", flush=True)
            return
        seen = self._seen(name, line, changed)
        self.seen[room if seen else f"{room}, not seen"] += 1
        print(f"{number} {place}: {seen or 'NOT SEEN'}", flush=True)
        if not seen:
            self.note(number, place)

    def _seen(self, module: str, line: int, changed: str) -> str:
        """The test that sees the fault."""
        seconds, by_line = self.tests
        running = sorted(by_line[module, line], key=seconds.__getitem__)
        files = {x.partition("::")[0] for x in running}
        if not running:  # at the import of the module, or nowhere
            asked = {x for (name, _), tests in by_line.items() if name == module for x in tests}
            running = sorted(asked, key=seconds.__getitem__)
        others = seconds.keys() - set(running)
        rest = sorted((x for x in others if x.partition("::")[0] in files), key=seconds.__getitem__)
        for tests in (running[:QUICK], running[QUICK:], rest):
            ends = accumulate(seconds[x] for x in tests)
            chosen = [test for test, end in zip(tests, ends, strict=True) if end < MOST_SECONDS]
            began = time.monotonic()
            if chosen and (told := self._failing(module, changed, chosen)):
                return f"{told}, {time.monotonic() - began:.0f} s"
        return ""

    def _failing(self, module: str, changed: str, tests: list[str]) -> str:
        """The first of the tests that fails with a changed module."""
        path, most = self.copy / "src/creditlang" / module, 60 + 4 * MOST_SECONDS
        if module not in _MACHINE_CODE:
            asked, answers = self.server
            print(json.dumps([str(path), changed, tests, most]), file=asked, flush=True)
            if (told := str(json.loads(answers.readline()))) != "elsewhere":
                return told
        text, times = path.read_text(encoding="utf-8"), path.stat()
        try:
            path.write_text(changed, encoding="utf-8")
            done = self._pytest("-x", *tests, seconds=most)
        finally:
            path.write_text(text, encoding="utf-8")
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        failed = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
        told = failed[1] if failed else "without end" if done.returncode < 0 else done.stdout.strip()[-100:]
        return told if done.returncode else ""

    @cached_property
    def server(self) -> tuple[TextIO, TextIO]:
        """Where the tests of faults inside of functions are asked, and where the answers come from."""
        (theirs, asked), (answers, other) = os.pipe(), os.pipe()
        command = [*_PYTEST, "-p", "soak.fault_server", *(f"tests/{x}" for x in FOLDERS)]
        subprocess.Popen(
            command, cwd=self.copy, env=self._environment(FAULTS=f"{theirs} {other}"), pass_fds=(theirs, other),
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(theirs)
        os.close(other)
        return os.fdopen(asked, "w"), os.fdopen(answers)

    def _pytest(self, *arguments: str, seconds: float, **more: str) -> subprocess.CompletedProcess[str]:
        """Run tests in a process of their own, with so many seconds of a processor."""
        asked = self.copy / "asked.txt"
        asked.write_text("\n".join(arguments), encoding="utf-8")
        return subprocess.run(
            [*_PYTEST, f"@{asked}"],
            cwd=self.copy, env=self._environment(**more), capture_output=True, text=True, check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 5)),
        )  # fmt: skip

    def _environment(self, **more: str) -> dict[str, str]:
        paths = ("src", "plugins/builtin", "plugins/regulation-forms", "repl", ".")
        return {
            **os.environ, "PYTHONPATH": os.pathsep.join(str(self.copy / x) for x in paths),
            "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **more,
        }  # fmt: skip

    def lines(self) -> list[str]:
        """The figures."""
        shutil.rmtree(self.copy.parent, ignore_errors=True)
        equal, passed = (sum(n for name, n in self.seen.items() if name.endswith(x)) for x in ("equal", "not seen"))
        told = ", ".join(f"{name} {count}" for name, count in sorted(self.seen.items()))
        real = self.cases - equal
        return [f"faults: {real}, seen {real - passed} ({100 * (real - passed) / max(1, real):.0f} %); {told}"]


@cache
def _equal() -> dict[str, dict[str, str]]:
    """By module, the lines before and after a fault that changes nothing, with the reason."""
    return tomllib.loads(EQUAL.read_text(encoding="utf-8"))


@cache
def _places(room: Path) -> list[tuple[Path, int]]:
    """The lines of a room in which there can be a fault."""
    return [(x, line) for x in sorted(room.rglob("*.py")) for line in sorted(_faults(x.read_text(encoding="utf-8")))]


@cache
def _faults(text: str) -> dict[int, list[tuple[str, int]]]:
    """By line, the faults that can be planted: an operator and the number of its place in the text."""
    import parso
    from cosmic_ray.plugins import get_operator, operator_names

    nodes, found, lines = list(_nodes(parso.parse(text))), defaultdict(list), text.split("\n")
    for name in sorted(filter(_OPERATORS.match, operator_names())):
        operator = get_operator(name)()
        starts = (line for node in nodes for (line, _), _ in operator.mutation_positions(node))
        for number, line in enumerate(starts):
            if not _SAME.search(lines[line - 1].strip()):
                found[line].append((name, number))
    return dict(found)


def _planted(rng: random.Random, text: str, line: int) -> tuple[str, str] | None:
    """The name of a fault and the text with it, on a line; None where none of them is Python."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    faults = list(_faults(text)[line])
    rng.shuffle(faults)
    for name, occurrence in faults:
        changed = mutate_code(text, get_operator(name)(), occurrence)
        if changed is not None and changed != text and _compiles(changed):
            return name.partition("/")[2], changed
    return None


def _compiles(text: str) -> bool:
    try:
        compile(text, "planted", "exec")
    except SyntaxError:
        return False
    return True


def _nodes(node: Any) -> Iterator[Any]:
    """Every node of a tree, outermost first, as cosmic-ray goes through them."""
    yield node
    for child in getattr(node, "children", ()):
        yield from _nodes(child)
