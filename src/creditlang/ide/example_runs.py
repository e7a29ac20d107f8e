"""The examples of a file, and how one of them goes when it is run."""

from collections.abc import Iterator

from attrs import evolve, frozen

from creditlang.diagnostics import Diagnostic
from creditlang.driver import Compiled
from creditlang.examples import run_examples
from creditlang.source import SourceFile, Span


@frozen
class WrittenExample:
    """An example or a table of them, by its title and its place."""

    title: str
    span: Span


@frozen
class ExampleRun:
    """How an example went: its title, how many cases were run, and what is wrong."""

    title: str
    cases: int
    failures: tuple[Diagnostic, ...]


def written_examples(compiled: Compiled, source: SourceFile) -> Iterator[WrittenExample]:
    """The examples of a file that can be run, in written order."""
    for example in compiled.compilation.program.examples:
        if example.span.source is source:
            yield WrittenExample(example.title or "", example.span)


def run_example(compiled: Compiled, source: SourceFile, start: int) -> ExampleRun | None:
    """Run the example of a file that begins at `start`; None if there is none, or the policy has errors."""
    program = compiled.compilation.program
    found = [x for x in program.examples if x.span.source is source and x.span.start == start]
    if not found or compiled.errors:
        return None
    outcomes = list(run_examples(compiled.policy, evolve(program, examples=found)))
    return ExampleRun(
        found[0].title or "", len(outcomes), tuple(failure for outcome in outcomes for failure in outcome.failures)
    )
