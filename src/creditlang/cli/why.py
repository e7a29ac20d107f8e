"""``creditlang why``: the answer for one student."""

import sys
from typing import TYPE_CHECKING

import click

from creditlang.cli import common

if TYPE_CHECKING:
    from creditlang.diagnostics import Language
    from creditlang.ledger import StudentResult


@click.command("why")
@click.argument("policy")
@click.argument("topic", required=False)
@common.data_options
@click.option("--student", "student", required=True, metavar="ID", help="The student's number.")
@common.language_option
def command(policy: str, topic: str | None, request: common.DataRequest, student: str, language: "Language") -> None:
    """Why did this student get this? With the records, the steps and the articles.

    TOPIC is an account, an item, a requirement, a fact or a record, by name or label; without one, everything is told.

    \b
      creditlang why hengyang --data sample:hengyang --student 2024010101
      creditlang why hengyang 德育类 --data sample:hengyang --student 2024010101
      creditlang why hengyang A000123 --data sample:hengyang --student 2024010101
    """
    from creditlang.cli.run import work_out
    from creditlang.diagnostics import nearest
    from creditlang.explain import Explanation

    manager = common.plugin_manager(language, request)
    compiled = common.sound_policy(policy, language, manager=manager)
    kept: list[StudentResult] = []
    work_out(compiled.policy, manager, request, language, [student], keep=kept.append)
    if not kept:
        texts = {"en": f"There is no student {student} in the data.", "zh": f"数据里没有学生{student}。"}
        common.fail(common.USAGE, texts[language])
    explanation = Explanation(compiled.policy, kept[0], language)
    if topic is not None and not explanation.knows(topic):
        close = nearest(topic, explanation.topics())
        texts = {
            "en": f"There is nothing called “{topic}”." + (f" Did you mean “{close}”?" if close else ""),
            "zh": f"没有“{topic}”。" + (f"是不是“{close}”？" if close else ""),
        }
        common.fail(common.USAGE, texts[language])
    click.echo(explanation.answer(topic))
    sys.exit(common.CLEAN)
