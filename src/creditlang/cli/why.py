"""``creditlang why``: the answer for one student."""

import sys
from typing import TYPE_CHECKING

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import argument, option, reader_language, said

if TYPE_CHECKING:
    from creditlang.ledger import StudentResult


@bilingual_help.command("why")
@argument("policy")
@argument("topic", required=False)
@common.data_options
@option("--student", "student", required=True, metavar="ID")
@common.language_option
def command(policy: str, topic: str | None, request: common.DataRequest, student: str) -> None:
    """Explain how a student's results come about, with the records, the steps and the articles."""
    from creditlang.cli.run import work_out
    from creditlang.diagnostics import nearest
    from creditlang.explain import Explanation

    manager = common.plugin_manager(request)
    compiled = common.sound_policy(policy, manager=manager)
    kept: list[StudentResult] = []
    work_out(compiled.policy, manager, request, [student], keep=kept.append)
    common.some_students([student], [result.student for result in kept])
    explanation = Explanation(compiled.policy, kept[0], reader_language())
    if topic is not None and not explanation.knows(topic):
        close = nearest(topic, explanation.topics())
        hint = said(f" Did you mean “{close}”?", f"是不是“{close}”？") if close else ""
        common.fail(common.USAGE, said(f"There is nothing called “{topic}”.{hint}", f"没有“{topic}”。{hint}"))
    common.echo(explanation.answer(topic))
    sys.exit(common.CLEAN)
