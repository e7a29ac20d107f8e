"""How long one keystroke takes at the prompt: completions and colours, on the large policies with 10,000 students.

    python -m bench.completion [--students N] [--times K]

Each input is typed character by character; for every character the completions and the colours are worked out as the
prompt does. The session is a stand-in that holds the compiled policy and a list of students, since nothing else is
asked while somebody types. What is made only once, beside the typing, is told apart.
"""

import argparse
from statistics import median
from time import perf_counter

from creditlang.driver import Compiled, compile_source, find_policy, read_source
from creditlang.source import SourceFile
from creditlang_repl.completer import Completer
from creditlang_repl.highlighter import highlight_input
from creditlang_repl.input_parts import whole
from creditlang_repl.session import Session

SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙马朱胡林郭何高罗重单仇", "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚重乐行"
INPUTS = {
    "hengyang": (
        "student 2024000101", "student zhangwei", "学生 重", "why graduation", "why deyu",
        "add activity lecture, level school, on 2025-03-02, 6 times", "增加第二课堂活动学术讲座，级别校级，6次",
        "what if set pass_mark = 80 point", "students where graduation is open and moral at least 1",
        "count activity where level >= national", "在学术科技类项目 辩论：每次0.2", "moral + academic at least 2",
        "in academic item debate\n    0.2 per event when level is school\n    cap 1 per semester\n    ",
    ),
    "shangrao": (
        "student 2024000101", "student liyang", "why ", "drop ", "set ", "show ", "records ",
        "top 10 students by second_classroom where gpa", "二课学分 + 1", "what if item ", "save example \"a\" to x",
    ),
}  # fmt: skip


class Typing(Session):
    """What completion asks of a session."""

    language = "en"
    compiled = None

    def __init__(self, compiled: Compiled, students: int) -> None:
        """Hold a policy and made-up students."""
        self.compiled = compiled
        names = [
            f"{SURNAMES[n % len(SURNAMES)]}{GIVEN[n // 7 % len(GIVEN)]}{GIVEN[n % len(GIVEN)]}" for n in range(students)
        ]
        self.found = tuple((f"2024{number:06}", name) for number, name in enumerate(names))

    def students(self) -> tuple[tuple[str, str], ...]:
        """All of them."""
        return self.found

    def records(self) -> tuple[tuple[str, str], ...]:
        """A few dozen records of one student."""
        return tuple((f"A{number:06}", f"学术讲座 2024-10-{number % 28 + 1:02}") for number in range(60))


def keystrokes(completer: Completer, text: str) -> list[tuple[float, float, str]]:
    """Seconds for completions and for colours after each character, and what was typed by then."""
    found = []
    for end in range(len(text) + 1):
        typed = text[:end]
        start = perf_counter()
        completer.complete(typed, end)
        offered = perf_counter()
        highlight_input(typed, completer.vocabulary)
        whole(typed, completer.vocabulary)
        found.append((offered - start, perf_counter() - offered, typed))
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How long one keystroke takes at the prompt.")
    parser.add_argument("--students", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    for name, inputs in INPUTS.items():
        path = find_policy(name)
        assert path is not None
        source = read_source(path)
        assert isinstance(source, SourceFile)
        compiled = compile_source(source)
        completer = Completer(Typing(compiled, options.students))
        start = perf_counter()
        completer.warm()
        completer.complete("", 0)
        warm = perf_counter() - start
        rules = len(compiled.policy.rules)
        rounds = [[stroke for text in inputs for stroke in keystrokes(completer, text)] for _ in range(options.times)]
        best = [min(strokes, key=lambda stroke: stroke[0] + stroke[1]) for strokes in zip(*rounds, strict=True)]
        slowest = max(best, key=lambda stroke: stroke[0] + stroke[1])
        print(f"{name}: {rules} rules, {len(completer.vocabulary.entries)} names, {options.students:,} students")
        print(f"  made once, beside the typing   {warm * 1000:7.1f} ms")
        print(f"  completions, median            {median(one for one, _, _ in best) * 1000:7.1f} ms")
        print(f"  colours and whether whole      {median(two for _, two, _ in best) * 1000:7.1f} ms")
        both = sorted(one + two for one, two, _ in best)
        print(
            f"  both, 99 of 100 keystrokes     {both[int(len(both) * 0.99)] * 1000:7.1f} ms of {len(both)} keystrokes"
        )
        print(f"  slowest                        {both[-1] * 1000:7.1f} ms  after {slowest[2]!r}")


if __name__ == "__main__":
    main()
