"""How long parsing and checking the Hengyang regulation takes, against Lark's bare LALR parser on the same text.

    python -m bench.parse_and_check [--runs N]

The two are timed in turn in one process, so that the ratio does not depend on the machine's mood; medians are printed.
Building the parser and reading the grammar are left out on both sides.
"""

import argparse
from collections.abc import Callable
from statistics import median
from time import perf_counter

from creditlang.check import check_policy
from creditlang.core import compile_program
from creditlang.driver import compile_source, find_policy, load_modules, read_source
from creditlang.plugin import Extensions
from creditlang.resolve import resolve
from creditlang.source import SourceFile
from creditlang.syntax.lark_grammar import grammar
from creditlang.syntax.lexer import prepare

POLICY = "hengyang"
FEWEST = 15


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def stages(source: SourceFile) -> dict[str, float]:
    """Seconds for each stage, parsing first."""
    marks = [perf_counter()]
    loaded = load_modules(source)
    modules, sources = loaded.modules, loaded.sources
    marks.append(perf_counter())
    program, _ = resolve(modules)
    marks.append(perf_counter())
    policy, compilation = compile_program(program, [source.text for source in sources])
    marks.append(perf_counter())
    check_policy(policy, compilation, modules, Extensions())
    marks.append(perf_counter())
    names = ("parse", "resolve", "core", "check")
    return {name: end - start for name, start, end in zip(names, marks, marks[1:], strict=False)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Parse and check the Hengyang regulation, against bare parsing.")
    parser.add_argument("--runs", type=int, default=25, help=f"at least {FEWEST}")
    runs = max(FEWEST, parser.parse_args().runs)
    path = find_policy(POLICY)
    assert path is not None
    source = read_source(path)
    assert isinstance(source, SourceFile)
    sources = compile_source(source).sources
    bare_parser = grammar(build=False)

    def bare() -> None:
        for each in sources:
            bare_parser.parse(prepare(each), start="start")

    bare()
    pairs = [(timed(lambda: compile_source(source)), timed(bare)) for _ in range(runs)]
    parts = [stages(source) for _ in range(runs)]
    lines = sum(each.text.count("\n") for each in sources)
    whole, least = median(one for one, _ in pairs), median(two for _, two in pairs)
    print(f"{POLICY}: {len(sources)} files, {lines} lines; medians of {runs} runs")
    print(f"parse and check  {whole * 1000:8.1f} ms")
    for name in parts[0]:
        print(f"  {name:<14} {median(part[name] for part in parts) * 1000:8.1f} ms")
    print(f"bare parsing     {least * 1000:8.1f} ms  {lines / least:,.0f} lines a second")
    print(f"ratio            {median(one / two for one, two in pairs):8.2f}")


if __name__ == "__main__":
    main()
