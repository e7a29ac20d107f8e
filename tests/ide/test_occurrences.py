"""Each name of the bundled policies stands for something, and each declaration is found where it is."""

import pytest

from creditlang.driver import compile_source, find_policy, read_source
from creditlang.ide import vocabulary
from creditlang.ide.declarations import declarations, flat
from creditlang.ide.hover import names_in
from creditlang.resources import policy_names
from creditlang.source import SourceFile


@pytest.mark.parametrize("name", policy_names())
def test_declarations_are_names_in_the_text(name: str) -> None:
    """What a policy and its files declare is met where it is declared, and its labels beside it."""
    path = find_policy(name)
    assert path is not None
    source = read_source(path)
    assert isinstance(source, SourceFile)
    compiled = compile_source(source, check=False)
    names = vocabulary(compiled)
    for file in compiled.sources:
        met = (each for each in names_in(compiled, file, names) if each.declares)
        found = {(each.start, each.entry.name, each.entry.sort, each.entry.of) for each in met}
        for each in flat(declarations(compiled, file)):
            if each.sort not in ("policy", "example"):
                quoted = file.text[each.place.start] in '"“＂'
                assert (each.place.start + quoted, *each.key) in found, each.key
