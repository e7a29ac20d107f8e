"""``creditlang need``: what is short of a requirement, and what would fill it."""

import sys
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from attrs import evolve

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import argument, option, reader_language

if TYPE_CHECKING:
    from creditlang.cohort import Settings
    from creditlang.core.operators import Policy
    from creditlang.data.dataset import Dataset
    from creditlang.need import NeedQuestion
    from creditlang.one_student import StudentData
    from creditlang.plugin import PluginManager


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
    from creditlang.need import NeedQuestion, need_question
    from creditlang.one_student import as_read

    manager = common.plugin_manager(request)
    core = common.sound_policy(policy, manager=manager).policy
    settings = common.run_settings(core, request, [student])
    dataset = _read(core, manager, request, settings)
    common.some_students([student], dataset.students)
    who = as_read(dataset.students[student])
    question = need_question(
        core, who, requirement, settings.as_of or date.today(), common.as_of_date(by), without
    )  # fmt: skip
    if not isinstance(question, NeedQuestion):
        common.show([question])
        sys.exit(common.USAGE)
    for text in _answer(question, who, settings):
        common.echo(text)
    sys.exit(common.CLEAN)


def needs_of(
    core: "Policy", manager: "PluginManager", request: common.DataRequest, today: date,
    standings: Mapping[str, Mapping[str, str]],
) -> dict[str, list[str]]:  # fmt: skip
    """What students still need for the requirements that they do not meet, by student number; nothing for whom no time
    is left. The data are read again, since a run lets the records go.
    """
    from creditlang.need import NeedQuestion, need_question
    from creditlang.one_student import as_read

    settings = common.run_settings(core, request, list(standings))
    dataset = _read(core, manager, request, settings)
    found = {}
    for student, standing in standings.items():
        who = as_read(dataset.students[student])
        question = need_question(core, who, None, today, None)
        if isinstance(question, NeedQuestion):
            wanted = tuple(name for name in question.requirements if standing.get(name, "met") != "met")
            found[student] = list(_answer(evolve(question, requirements=wanted), who, settings))
    return found


def _read(core: "Policy", manager: "PluginManager", request: common.DataRequest, settings: "Settings") -> "Dataset":
    from creditlang.data.reader import DataReader

    reader = DataReader(core, settings.mappings)
    with common.opened(manager, request.data) as sources, common.progress(core.identifier) as told:
        return reader.read(common.tables_of(sources, told))


def _answer(question: "NeedQuestion", who: "StudentData", settings: "Settings") -> Iterator[str]:
    """The answer for one student, requirement by requirement."""
    from creditlang.need import NeedText

    text = NeedText(question.policy, reader_language())
    with common.progress(question.policy.identifier) as told:
        for need in question.answers(who, settings.overrides, told):
            yield from text.lines(need)
