"""Every name that a policy declares can be given another form, in all its files, and its old one again."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from tests.ide.conftest import POLICY

from creditlang.diagnostics import applied_edits
from creditlang.driver import Compiled, compile_source, example_files, find_policy, read_source
from creditlang.ide import vocabulary
from creditlang.ide.declarations import Key, declarations, flat
from creditlang.ide.hover import names_in
from creditlang.ide.most_amounts import most_amounts
from creditlang.ide.renaming import renamed
from creditlang.source import SourceFile


@pytest.mark.parametrize("name", ["house_points", "jifen_luohu"])
def test_names_change_and_change_back(name: str) -> None:
    """The same text comes out, and nothing is refused on the way."""
    path = find_policy(name)
    assert path is not None
    saved = [read_source(each) for each in (path, *example_files(path))]
    sources = [each for each in saved if isinstance(each, SourceFile)]

    def compiled_with(texts: Mapping[Path | None, str]) -> Compiled:
        policy, *examples = (SourceFile(x.name, texts.get(x.path, x.text), x.path) for x in sources)
        return compile_source(policy, False, examples)

    def once(before: Mapping[Path | None, str], old: str, new: str, key: Key) -> dict[Path | None, str]:
        compiled = compiled_with(before)
        own = [source for source in compiled.sources if source.path in [each.path for each in sources]]
        names = vocabulary(compiled)
        found = next(
            each for source in own for each in names_in(compiled, source, names)
            if source.text[each.start : each.end] == old and (each.entry.sort, each.entry.of) == key[1:]
        )  # fmt: skip
        edits = renamed(
            compiled, names, found, old=old, new=new, own=own, compile_again=compiled_with, language="en"
        )  # fmt: skip
        return {x.path: applied_edits(x.text, [edit for edit in edits if edit.span.source is x]) for x in own}

    first = compiled_with({})
    texts = {source.path: source.text for source in sources}
    declared = flat(declarations(first, first.sources[-len(sources)]))
    keys = [
        each.key for each in declared if each.sort in ("account", "item", "kind", "fact", "require", "let", "field")
    ]
    assert keys
    for key in keys:
        new = f"{key[0]}x" if key[0].isascii() else f"{key[0]}改"
        changed = once(texts, key[0], new, key)
        assert changed != texts
        assert once(changed, new, key[0], (new, *key[1:])) == texts


def test_most_amounts() -> None:
    """The least of the limits of an item; none by a field, after a factor, or of what takes away."""
    text = POLICY.replace(
        '    item labour "劳动（校内、校外）" : 0.1 per event\n',
        "    item several : 0.1 per event, at most 3 events per month, cap 0.2 per month\n"
        "    item by_level : 0.1 per event, cap 5 per level\n"
        "    item doubled : 0.1 per event, cap 5 per month, times 2\n"
        "    item taken : deduct 0.1 per event, cap 5 per month\n",
    )
    source = SourceFile("policy", text)
    compiled = compile_source(source, False)
    assert not compiled.errors
    (found,) = most_amounts(compiled, source)
    assert text[: found.at].endswith("cap 0.2 per month") and text[found.at] == "\n"
    assert (found.amount, found.period) == (Decimal("0.2"), "month")
