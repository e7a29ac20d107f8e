"""``creditlang demo``: the main job on bundled sample data."""

import sys
from typing import TYPE_CHECKING

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import reader_language, said

if TYPE_CHECKING:
    from creditlang.ledger import StudentResult

_POLICY = "hengyang"
_FIRST_LINES = 24


@bilingual_help.command("demo")
@common.language_option
def command() -> None:
    """See a regulation at work on sample data: the results, one answer to "why?", and what to try next."""
    from creditlang.cli.run import summary, work_out
    from creditlang.explain import Explanation

    compiled = common.sound_policy(_POLICY)
    manager = common.plugin_manager(common.DataRequest((), no_plugins=True))
    kept: list[StudentResult] = []
    cohort = work_out(compiled.policy, manager, common.DataRequest((f"sample:{_POLICY}",)), keep=kept.append)
    common.echo(f"{compiled.policy.issuer} {compiled.policy.title}\n")
    cohort.dataset.problems.clear()
    summary(cohort, err=False)
    student = next((result for result in kept if "unmet" in result.requirements.values()), kept[0])
    common.echo(f"\n$ creditlang why {_POLICY} --data sample:{_POLICY} --student {student.student}")
    lines = Explanation(compiled.policy, student, reader_language()).answer().splitlines()
    common.echo("\n".join(lines[:_FIRST_LINES]) + ("\n…" if len(lines) > _FIRST_LINES else ""))
    topic, folder = said("conduct", "文明素质"), said("templates/", "模板/")
    common.echo(
        f"\n{said('Try next:', '接下来可以试试：')}\n"
        f"  creditlang why {_POLICY} {topic} --data sample:{_POLICY} --student {student.student}\n"
        f"  creditlang readings {_POLICY}\n  creditlang test {_POLICY}\n"
        f"  creditlang schema {_POLICY} --out {folder}"
    )
    sys.exit(common.CLEAN if cohort.balanced else common.UNDETERMINED)
