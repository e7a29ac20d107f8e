"""``creditlang need``: what is short of a requirement, and what would fill it."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import argument, option, reader_language, said

if TYPE_CHECKING:
    from creditlang.cohort import Settings
    from creditlang.core.operators import Policy
    from creditlang.data.dataset import Dataset
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
    from creditlang.need import horizon
    from creditlang.one_student import as_read

    manager = common.plugin_manager(request)
    core = common.sound_policy(policy, manager=manager).policy
    settings = common.run_settings(core, request, [student])
    declared = {text: name for name, x in core.requirements.items() for text in (name, *x.labels)}
    if not declared:
        common.fail(common.USAGE, said("The policy has no requirements.", "本办法没有写要求。"))
    wanted = [_known(requirement, declared)] if requirement is not None else list(core.requirements)
    items = {text: name for name, x in core.given_kinds.items() for text in (name, *x.labels)}
    items |= {text: name for name, x in core.rules.items() for text in (name, *x.labels)}
    barred = [_known(item, items) for item in without]
    dataset = _read(core, manager, request, settings)
    common.some_students([student], dataset.students)
    who = as_read(dataset.students[student])
    today = settings.as_of or date.today()
    until = common.as_of_date(by) or horizon(core, who, today)
    if until <= today:
        late = said(
            f"{until} is not after {today}: say --by or --as-of.", f"{until}不在{today}之后：请写 --by 或 --as-of。"
        )
        common.fail(common.USAGE, late)
    for text in _answer(core, who, wanted, today, until, settings, barred):
        common.echo(text)
    sys.exit(common.CLEAN)


def needs_of(
    core: "Policy", manager: "PluginManager", request: common.DataRequest, today: date,
    standings: Mapping[str, Mapping[str, str]],
) -> dict[str, list[str]]:  # fmt: skip
    """What students still need for the requirements that they do not meet, by student number; nothing for whom no time
    is left. The data are read again, since a run lets the records go.
    """
    from creditlang.need import horizon
    from creditlang.one_student import as_read

    settings = common.run_settings(core, request, list(standings))
    dataset = _read(core, manager, request, settings)
    found = {}
    for student, standing in standings.items():
        who = as_read(dataset.students[student])
        wanted = [name for name in core.requirements if standing.get(name, "met") != "met"]
        if (until := horizon(core, who, today)) > today:
            found[student] = list(_answer(core, who, wanted, today, until, settings))
    return found


def _read(core: "Policy", manager: "PluginManager", request: common.DataRequest, settings: "Settings") -> "Dataset":
    from creditlang.data.reader import DataReader

    reader = DataReader(core, settings.mappings)
    with common.opened(manager, request.data) as sources, common.progress(core.identifier) as told:
        return reader.read(common.tables_of(sources, told))


def _answer(
    core: "Policy", who: "StudentData", wanted: Sequence[str], today: date, until: date, settings: "Settings",
    barred: Sequence[str] = (),
) -> Iterator[str]:  # fmt: skip
    """The answer for one student, requirement by requirement."""
    from creditlang.need import NeedText, needed

    text = NeedText(core, reader_language())
    for name in wanted:
        with common.progress(name) as told:
            need = needed(core, who, name, today, until, settings.overrides, barred, told)
        yield from text.lines(need)


def _known(text: str, names: Mapping[str, str]) -> str:
    """What a text is the name or label of; the program ends if there is no such thing."""
    from creditlang.diagnostics import nearest

    if text not in names:
        close = nearest(text, names)
        hint = said(f" Did you mean “{close}”?", f"是不是“{close}”？") if close else ""
        common.fail(common.USAGE, said(f"There is nothing called “{text}”.{hint}", f"没有“{text}”。{hint}"))
    return names[text]
