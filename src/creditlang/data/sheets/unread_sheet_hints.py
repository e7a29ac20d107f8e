"""What to do about a sheet that is not read, as messages end: what it may be called, or what it lacks."""

from collections.abc import Sequence

from creditlang.core import operators as o
from creditlang.data.mappings.mapping import MappingFile
from creditlang.data.mappings.mapping_file import bundled_for
from creditlang.data.mappings.mapping_rule import Misfit
from creditlang.diagnostics import Phrase
from creditlang.words import label

_MOST_RULES = 3


def names_hint(policy: o.Policy, close: str) -> Phrase:
    """What a sheet may be called; and that sheets of other systems are for a mapping."""
    if close:
        return Phrase(f"did you mean “{close}”?", f"是不是“{close}”？")
    person = policy.person
    labels = [person.zh if person else "学生", *map(label, policy.given_kinds.values())]
    names = [person.name if person else "student", *policy.given_kinds]
    english = f"give it one of these names: {', '.join(names)}"
    chinese = f"把名称改为其中之一：{'、'.join(labels)}"
    if bundled := bundled_for(policy):
        english += f"; an export of another system is read with --mapping, such as {', '.join(bundled)}"
        chinese += f"；其他系统的导出要用 --mapping，自带的有 {'、'.join(bundled)}"
    return Phrase(english, chinese)


def rules_hint(misfits: Sequence[tuple[MappingFile, Misfit]]) -> Phrase:
    """What a sheet lacks, by mapping: of its rules, the one that lacks the least."""
    nearest: dict[str, Misfit] = {}
    for mapping, misfit in misfits:
        if misfit.reason and (mapping.title not in nearest or misfit.distance < nearest[mapping.title].distance):
            nearest[mapping.title] = misfit
    shown = list(nearest.items())[:_MOST_RULES]
    return Phrase(
        "; ".join(f"for “{title}” {misfit.reason}" for title, misfit in shown),
        "；".join(f"按“{title}”读，{misfit.reason.zh}" for title, misfit in shown),
    )
