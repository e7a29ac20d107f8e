"""A policy in several files: each answer of the server reaches all of them, behind characters of two units too."""

import asyncio
from pathlib import Path
from typing import NamedTuple

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pytest_lsp import LanguageClient
from tests.lsp.conftest import Told
from tests.lsp.test_offers import EVERYWHERE
from tests.lsp.test_while_typing import document, hovered, place_of

PARTS = """\
# 𠮷𠮷 what both policies use
scale level "𠮷级别": national "国家级𠮷" > school "校级𠮷"
category sport "𠮷体育" in credit from talk
    item run "𠮷跑步"
        0.2 per event when level is 国家级𠮷
        0.1 per event otherwise
        at most 3 events per semester
"""
POLICY = """\
use "./lists/parts"
use "common/calendar"
unit credit "𠮷学分"
record talk "𠮷讲座"
    item  : item
    on    : date
    level : level
require done "𠮷毕业"
    sport at least 0.2
"""
EXAMPLES = """\
example "𠮷 one run"
    talk "𠮷跑步", level school, on 2024-10-08, as 甲
    expect sport = 0.1
example "𠮷 at the top" [第一条]
    talk run, level "国家级𠮷", on 2024-10-08
    expect sport = 0.2
"""


class Files(NamedTuple):
    """A policy, the part that it uses, and its examples."""

    policy: Path
    parts: Path
    examples: Path


@pytest.fixture
async def files(client: LanguageClient, told: Told, tmp_path: Path) -> Files:
    """Saved; the part alone is open."""
    (tmp_path / "lists").mkdir()
    found = Files(tmp_path / "whole.credit", tmp_path / "lists" / "parts.credit", tmp_path / "whole.examples.credit")
    for path, text in zip(found, (POLICY, PARTS, EXAMPLES), strict=True):
        path.write_text(text, encoding="utf-8")
    assert await told(found.parts, PARTS) == []
    return found


async def edited(client: LanguageClient, path: Path, at: types.Position, new: str) -> dict[str, set[str]]:
    """What a name given another form changes: the texts of each file that it stands in."""
    edit = await client.text_document_rename_async(types.RenameParams(document(path), at, new))
    assert edit is not None and edit.changes is not None
    told: dict[str, set[str]] = {}
    for uri, edits in edit.changes.items():
        file = Path(uri.removeprefix("file://"))
        units = file.read_text(encoding="utf-8").split("\n")
        for each in edits:
            line = units[each.range.start.line].encode("utf-16-le")
            text = line[2 * each.range.start.character : 2 * each.range.end.character].decode("utf-16-le")
            told.setdefault(file.name, set()).add(f"{each.range.start.line + 1} {text}")
    return told


async def test_a_part_knows_the_policy_that_uses_it(client: LanguageClient, files: Files) -> None:
    """Its names are explained, completed and found there, and what it uses of the policy is known."""
    assert "whole.credit, line 3" in await hovered(client, files.parts, PARTS, "credit from")
    assert "parts.credit, line 2" in await hovered(client, files.parts, PARTS, "国家级𠮷\n")
    asked = types.DefinitionParams(document(files.parts), place_of(PARTS, "talk"))
    found = await client.text_document_definition_async(asked)
    assert isinstance(found, types.Location)
    assert (found.uri, found.range.start) == (files.policy.as_uri(), place_of(POLICY, "talk"))
    offered = await client.text_document_completion_async(
        types.CompletionParams(document(files.parts), place_of(PARTS, "国家级𠮷\n"))
    )
    assert isinstance(offered, types.CompletionList) and "national" in {each.label for each in offered.items}


async def test_references_and_names_reach_every_file(client: LanguageClient, files: Files) -> None:
    """From the part to the policies that use it and their examples, by name and by label."""
    asked = types.ReferenceParams(types.ReferenceContext(True), document(files.parts), place_of(PARTS, "sport"))
    found = await client.text_document_references_async(asked)
    assert found is not None
    assert sorted({Path(each.uri).name for each in found}) == ["parts.credit", "whole.credit", "whole.examples.credit"]
    assert await edited(client, files.parts, place_of(PARTS, "sport"), "体育𠮷") == {
        "parts.credit": {"3 sport"}, "whole.credit": {"9 sport"}, "whole.examples.credit": {"3 sport", "6 sport"},
    }  # fmt: skip
    assert await edited(client, files.parts, place_of(PARTS, "国家级𠮷\n"), "全国𠮷") == {
        "parts.credit": {"2 国家级𠮷", "5 国家级𠮷"}, "whole.examples.credit": {"5 国家级𠮷"},
    }  # fmt: skip
    with pytest.raises(JsonRpcException, match="words"):
        await edited(client, files.parts, place_of(PARTS, "sport"), "two words")


async def test_a_part_of_two_policies(client: LanguageClient, told: Told, files: Files) -> None:
    """A name given another form changes both, and none if one of them could not bear it."""
    other = files.policy.with_name("other.credit")
    arts = "category arts in credit from talk\n    item play : 1 per event\n"
    other.write_text(POLICY + arts, encoding="utf-8")
    changed = await edited(client, files.parts, place_of(PARTS, "sport"), "体育𠮷")
    assert (changed["whole.credit"], changed["other.credit"]) == ({"9 sport"}, {"9 sport"})
    assert changed["parts.credit"] == {"3 sport"}
    with pytest.raises(JsonRpcException, match="arts"):
        await edited(client, files.parts, place_of(PARTS, "sport"), "arts")


async def until(client: LanguageClient, path: Path, codes: list[str]) -> None:
    """Wait until these are the findings in a file."""
    for _ in range(200):
        if [each.code for each in client.diagnostics.get(path.as_uri(), ())] == codes:
            return
        await asyncio.sleep(0.1)
    pytest.fail(f"{path.name}: {client.diagnostics.get(path.as_uri())}")


async def test_what_hangs_on_a_part_is_told(client: LanguageClient, told: Told, files: Files) -> None:
    """Errors in a part that is not open are told there, as it was saved last; they go when the part is mended."""
    assert await told(files.policy, POLICY) == []
    await told(files.parts, PARTS.replace("sport", "sports"))
    await until(client, files.policy, ["CR101"])
    client.text_document_did_close(types.DidCloseTextDocumentParams(document(files.parts)))
    await until(client, files.policy, [])
    for text, codes in ((PARTS.replace("0.1 per", "0.1 pr"), ["CR011"]), (PARTS, [])):
        files.parts.write_text(text, encoding="utf-8")
        changed = types.FileEvent(files.parts.as_uri(), types.FileChangeType.Changed)
        client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([changed]))
        await until(client, files.parts, codes)


async def test_each_file_has_its_own_outline_layout_colours_and_hints(
    client: LanguageClient, told: Told, files: Files
) -> None:
    """The part and the examples are laid out, coloured, outlined and run as what they are."""
    assert await told(files.examples, EXAMPLES) == []
    outline = await client.text_document_document_symbol_async(types.DocumentSymbolParams(document(files.parts)))
    assert [each.name for each in outline or ()] == ["level", "sport"]
    assert outline is not None and outline[1].selection_range.start == place_of(PARTS, "sport")
    options = types.FormattingOptions(4, True)
    for path, text in ((files.parts, PARTS), (files.examples, EXAMPLES)):
        edits = await client.text_document_formatting_async(types.DocumentFormattingParams(document(path), options))
        assert edits is not None and all("𠮷" in edit.new_text for edit in edits), text
        tokens = await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(document(path)))
        assert tokens is not None and len(tokens.data) > 50
    hints = await client.text_document_inlay_hint_async(types.InlayHintParams(document(files.parts), EVERYWHERE))
    assert [hint.label for hint in hints or ()] == ["at most 0.6 credit per semester"]
    lenses = await client.text_document_code_lens_async(types.CodeLensParams(document(files.examples)))
    assert lenses is not None and len(lenses) == 2
    for lens in lenses:
        assert lens.command is not None
        arriving = asyncio.ensure_future(client.wait_for_notification(types.WINDOW_SHOW_MESSAGE))
        asked = types.ExecuteCommandParams(lens.command.command, lens.command.arguments)
        await client.workspace_execute_command_async(asked)
        shown = await asyncio.wait_for(arriving, 60)
        assert shown.type == types.MessageType.Info and "𠮷" in shown.message


async def test_a_finding_in_a_part_is_mended_there(client: LanguageClient, told: Told, files: Files) -> None:
    """A code action reaches behind characters of two units, in the file where the finding is."""
    wrong = PARTS.replace("is 国家级𠮷", "is 国家级𠮷 or levl is school")
    assert "CR101" in [each.code for each in await told(files.parts, wrong)]
    at = place_of(wrong, "levl")
    context = types.CodeActionContext([])
    asked = types.CodeActionParams(document(files.parts), types.Range(at, at), context)
    actions = await client.text_document_code_action_async(asked)
    assert actions and isinstance(actions[0], types.CodeAction) and actions[0].edit is not None
    assert actions[0].edit.changes is not None
    (edit,) = actions[0].edit.changes[files.parts.as_uri()]
    assert (edit.new_text, edit.range.start) == ("level", at)


async def test_the_file_behind_a_use_is_opened(client: LanguageClient, told: Told, files: Files) -> None:
    """The definition of the text after `use` is the file itself."""
    assert await told(files.policy, POLICY) == []
    for text, name in (("./lists", "parts.credit"), ("common/cal", "calendar.credit")):
        asked = types.DefinitionParams(document(files.policy), place_of(POLICY, text))
        found = await client.text_document_definition_async(asked)
        assert isinstance(found, types.Location) and found.uri.endswith(name)
