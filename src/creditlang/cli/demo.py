"""``creditlang demo``: the main job on bundled sample data."""

import sys
from typing import TYPE_CHECKING

import click

from creditlang.cli import common

if TYPE_CHECKING:
    from creditlang.diagnostics import Language
    from creditlang.ledger import StudentResult

_POLICY = "hengyang"
_FIRST_LINES = 24


@click.command("demo")
@common.language_option
def command(language: "Language") -> None:
    """See a regulation at work on sample data: the results, one answer to "why?", and what to try next."""
    from creditlang.cli.run import summary, work_out
    from creditlang.explain import Explanation

    compiled = common.sound_policy(_POLICY, language)
    manager = common.plugin_manager(language, common.DataRequest((), no_plugins=True))
    kept: list[StudentResult] = []
    cohort = work_out(compiled.policy, manager, common.DataRequest((f"sample:{_POLICY}",)), language, keep=kept.append)
    click.echo(f"{compiled.policy.issuer} {compiled.policy.title}\n")
    cohort.dataset.problems.clear()
    summary(cohort, language, err=False)
    student = next((result for result in kept if "unmet" in result.requirements.values()), kept[0])
    click.echo(f"\n$ creditlang why {_POLICY} --data sample:{_POLICY} --student {student.student}")
    lines = Explanation(compiled.policy, student, language).answer().splitlines()
    click.echo("\n".join(lines[:_FIRST_LINES]) + ("\n…" if len(lines) > _FIRST_LINES else ""))
    texts = {
        "en": "\nTry next:\n"
        f"  creditlang why {_POLICY} conduct --data sample:{_POLICY} --student {student.student}\n"
        f"  creditlang readings {_POLICY}\n  creditlang test {_POLICY}\n"
        f"  creditlang schema {_POLICY} --out templates/",
        "zh": "\n接下来可以试试：\n"
        f"  creditlang why {_POLICY} 文明素质 --data sample:{_POLICY} --student {student.student}\n"
        f"  creditlang readings {_POLICY}\n  creditlang test {_POLICY}\n"
        f"  creditlang schema {_POLICY} --out 模板/",
    }
    click.echo(texts[language])
    sys.exit(common.CLEAN if cohort.balanced else common.UNDETERMINED)
