"""Policies in notebooks: `%load_ext creditlang.notebook`, then cells that begin with `%%credit NAME`.

IPython is not imported: it hands itself over, and is asked no more than to take a function.
"""

from typing import Any, Final

from creditlang.api import Policy
from creditlang.diagnostics import Language, Phrase, render
from creditlang.driver import compile_source
from creditlang.examples import run_examples
from creditlang.plugin import PluginManager
from creditlang.source import SourceFile
from creditlang.words import said, speaks_chinese

_EXAMPLES: Final = Phrase("{passed:example} passed, {failed} failed", "通过{passed}例，未通过{failed}例")


def load_ipython_extension(shell: Any) -> None:
    """Called by `%load_ext creditlang.notebook`."""

    def credit(line: str, cell: str) -> Policy | None:
        """Compile a cell and run its examples; the policy is called as the line says, or `policy`."""
        name = line.strip() or "policy"
        policy = compiled_cell(name, cell)
        if policy is not None:
            shell.push({name: policy})
        return policy

    shell.register_magic_function(credit, "cell", "credit")


def compiled_cell(name: str, cell: str) -> Policy | None:
    """The policy of a cell; None if it has errors. What is found, and how its examples go, is printed."""
    language: Language = "zh" if speaks_chinese(cell) else "en"
    compiled = compile_source(SourceFile(name, cell), extensions=PluginManager().extensions)
    for found in compiled.diagnostics:
        print(render(found, language))
    if compiled.errors:
        return None
    outcomes = list(run_examples(compiled.policy, compiled.compilation.program))
    for failure in (failure for outcome in outcomes for failure in outcome.failures):
        print(render(failure, language))
    if outcomes:
        failed = sum(bool(outcome.failures) for outcome in outcomes)
        print(said(_EXAMPLES, language, passed=len(outcomes) - failed, failed=str(failed)))
    return Policy(compiled.policy)
