"""The colours of some lines are those that they have in the whole text."""

import pytest

from creditlang.resources import policy_path
from creditlang.server import questions as q
from creditlang.server.editor_answers import edited
from creditlang.server.known_policies import KnownPolicies


@pytest.mark.parametrize("name", ["hengyang", "volunteer_hours"])
def test_colours_of_some_lines(name: str) -> None:
    path = policy_path(name)
    assert path is not None
    known = KnownPolicies({name: path})
    source = known.policy(name).source
    whole = edited(q.Lines(name), known, "en")["colours"]
    lines = len(source.line_starts)
    for first, last in [(1, 30), (40, 41), (lines // 2, lines // 2 + 80), (lines - 5, None), (lines + 9, lines + 20)]:
        start = source.line_starts[min(first, lines) - 1]
        end = source.line_starts[last] if last is not None and last < lines else len(source.text)
        some = edited(q.Lines(name, first=first, last=last), known, "en")["colours"]
        assert some == [colour for colour in whole if start < colour["end"] and colour["start"] < end], (first, last)
