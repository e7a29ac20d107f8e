"""``creditlang need``: what is short of a requirement, and what would fill it."""

import sys
from datetime import date

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import argument, option, reader_language


@bilingual_help.command("need")
@argument("policy")
@argument("requirement", required=False)
@common.data_options
@option("--student", "student", required=True, metavar="ID")
@option("--by", metavar="DATE")
@option("--without", multiple=True, metavar="ITEM")
@common.language_option
def command(
    policy: str, requirement: str | None, request: common.DataRequest, student: str, by: str | None,
    without: tuple[str, ...],
) -> None:  # fmt: skip
    """What a student still needs for a requirement, and the fewest records that would do."""
    from creditlang.data.reader import DataReader
    from creditlang.need import NeedQuestion, NeedText, need_question
    from creditlang.one_student import as_read

    manager = common.plugin_manager(request)
    core = common.sound_policy(policy, manager=manager).policy
    settings = common.run_settings(core, request, [student])
    reader = DataReader(core, settings.mappings)
    with common.opened(manager, request.data) as sources, common.progress(core.identifier) as told:
        dataset = reader.read(common.tables_of(sources, told))
    common.some_students([student], dataset.students)
    who = as_read(dataset.students[student])
    today = settings.as_of or date.today()
    question = need_question(core, who, requirement, today, common.as_of_date(by), without)
    if not isinstance(question, NeedQuestion):
        common.show([question])
        sys.exit(common.USAGE)
    text = NeedText(core, reader_language())
    with common.progress(core.identifier) as told:
        for need in question.answers(who, settings.overrides, told):
            common.echo("\n".join(text.lines(need)))
    sys.exit(common.CLEAN)
