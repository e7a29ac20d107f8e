"""Faults put into the checker, the interpreter and the engines one by one, by cosmic-ray: do the tests see them?"""

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from attrs import define, field

from soak.part import Part

TESTS = {
    "core": (
        "language",
        "interpreter",
        "compiled",
        "columnar",
        "stdlib_policies",
        "differential",
        "stages",
        "diagnostics",
    ),
    "check": ("diagnostics", "language", "stages", "stdlib_policies", "gallery", "differential"),
    "interpreter": ("language", "interpreter", "stdlib_policies", "differential", "compiled", "diagnostics", "gallery"),
    "compiled": ("compiled", "differential", "columnar", "stdlib_policies", "gallery"),
    "columnar": ("columnar", "differential", "stdlib_policies", "gallery"),
    "data": ("data", "diagnostics", "plugins", "stdlib_policies", "differential", "cli"),
}
"""The rooms, and the folders of tests that may see a fault there, the likeliest first."""
ROOMS = (*TESTS, "interpreter", "interpreter")
SECONDS = 900
"""For one folder of tests; what takes longer is seen by whoever waits for it."""
_OPERATORS = re.compile(
    r"core/(ReplaceComparisonOperator_(Lt|LtE|Gt|GtE|Eq|NotEq|Is|IsNot|In|NotIn)_"
    r"|ReplaceBinaryOperator_(Add|Sub|Mul|Div|FloorDiv|Mod)_(Add|Sub|Mul|Div)$"
    r"|NumberReplacer|AddNot|ReplaceAndWithOr|ReplaceOrWithAnd|ReplaceTrueWithFalse|ReplaceFalseWithTrue"
    r"|ReplaceBreakWithContinue|ReplaceContinueWithBreak|ZeroIterationForLoop|ReplaceUnaryOperator_Delete_Not)"
)


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
        return copy

    def case(self, number: int) -> None:
        """Plant a fault and run the tests until one fails."""
        rng = random.Random(number)
        room = rng.choice(ROOMS)
        modules = sorted(x for x in (self.copy / "src/creditlang" / room).rglob("*.py") if x.stat().st_size > 600)
        module = rng.choices(modules, [x.stat().st_size for x in modules])[0]
        text = module.read_text(encoding="utf-8")
        if (planted := _planted(rng, text)) is None:
            return
        told, changed = planted
        place = f"{module.relative_to(self.copy / 'src/creditlang')}:{told}"
        try:
            module.write_text(changed, encoding="utf-8")
            seen = self._seen(room)
        finally:
            module.write_text(text, encoding="utf-8")
        self.cases += 1
        self.seen[room if seen else f"{room}, not seen"] += 1
        print(f"{number} {place}: {seen or 'NOT SEEN'}", flush=True)
        if not seen:
            self.note(number, place)

    def _seen(self, room: str) -> str:
        """The folder of tests that sees the fault."""
        paths = os.pathsep.join(
            str(self.copy / x) for x in ("src", "plugins/builtin", "plugins/regulation-forms", "repl", ".")
        )
        environment = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
        for folder in TESTS[room]:
            began = time.monotonic()
            command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", f"tests/{folder}"]
            try:
                done = subprocess.run(
                    command, cwd=self.copy, env=environment, capture_output=True, timeout=SECONDS, check=False
                )
            except subprocess.TimeoutExpired:
                return f"{folder}, without end"
            if done.returncode:
                return f"{folder}, {time.monotonic() - began:.0f} s"
        return ""

    def lines(self) -> list[str]:
        """The figures."""
        shutil.rmtree(self.copy.parent, ignore_errors=True)
        killed = sum(count for name, count in self.seen.items() if "not seen" not in name)
        told = ", ".join(f"{name} {count}" for name, count in sorted(self.seen.items()))
        return [f"faults: {self.cases}, seen {killed} ({100 * killed / max(1, self.cases):.0f} %); {told}"]


def _planted(rng: random.Random, text: str) -> tuple[str, str] | None:
    """The text with one fault, and where; None where nothing fits."""
    import parso
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names

    tree = parso.parse(text)
    places = []
    for name in sorted(operator_names()):
        if _OPERATORS.match(name):
            operator = get_operator(name)()
            positions = [start for node in _nodes(tree) for start, _ in operator.mutation_positions(node)]
            places += [(name, number, line) for number, (line, _) in enumerate(positions)]
    by_line: dict[int, list[tuple[str, int, int]]] = {}
    for place in places:
        by_line.setdefault(place[2], []).append(place)
    if not by_line:
        return None
    name, occurrence, line = rng.choice(by_line[rng.choice(sorted(by_line))])
    changed = mutate_code(text, get_operator(name)(), occurrence)
    if changed is None or changed == text:
        return None
    before, after = text.split("\n")[line - 1].strip(), changed.split("\n")[line - 1].strip()
    return f"{line} {name.partition('/')[2]}: {before} → {after}", changed


def _nodes(node: Any) -> Iterator[Any]:
    """Every node of a tree, outermost first, as cosmic-ray goes through them."""
    yield node
    for child in getattr(node, "children", ()):
        yield from _nodes(child)
