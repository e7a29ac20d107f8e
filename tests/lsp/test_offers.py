"""What an editor offers: the one layout, mended findings, examples that are run, and what an item gives at most."""

import asyncio
from pathlib import Path

from lsprotocol import types
from pytest_lsp import LanguageClient
from tests.lsp.conftest import EXAMPLES, POLICY, Told
from tests.lsp.test_while_typing import document, place_of

from creditlang.format import formatted
from creditlang.source import SourceFile

EVERYWHERE = types.Range(types.Position(0, 0), types.Position(999, 0))


async def test_formatting(client: LanguageClient, told: Told, tmp_path: Path) -> None:
    """The one layout, as `fmt` has it; nothing of a text that cannot be read."""
    path = tmp_path / "laid.credit"
    await told(path, POLICY)
    options = types.FormattingOptions(4, True)
    edits = await client.text_document_formatting_async(types.DocumentFormattingParams(document(path), options))
    wanted = formatted(SourceFile("laid.credit", POLICY))
    assert edits is not None and [edit.new_text for edit in edits] == [wanted]
    await told(path, wanted)
    assert not await client.text_document_formatting_async(types.DocumentFormattingParams(document(path), options))
    await told(path, POLICY + "nonsense nonsense")
    assert not await client.text_document_formatting_async(types.DocumentFormattingParams(document(path), options))


async def test_code_actions(client: LanguageClient, told: Told, tmp_path: Path) -> None:
    """A finding for which it is certain what was meant can be mended."""
    path = tmp_path / "mended.credit"
    wrong = POLICY.replace("category moral", "categroy moral")
    assert await told(path, wrong) != []
    at = place_of(wrong, "categroy")
    asked = types.CodeActionParams(document(path), types.Range(at, at), types.CodeActionContext([]))
    actions = await client.text_document_code_action_async(asked)
    assert actions
    (action,) = actions
    assert isinstance(action, types.CodeAction) and action.edit is not None and action.edit.changes is not None
    (edit,) = action.edit.changes[path.as_uri()]
    assert (edit.new_text, edit.range.start) == ("category", at)


async def test_inlay_hints(client: LanguageClient, told: Told, tmp_path: Path) -> None:
    """So many events of so much each semester, beside the name of the item; nothing where no limit of its own is."""
    path = tmp_path / "hinted.credit"
    await told(path, POLICY)
    hints = await client.text_document_inlay_hint_async(types.InlayHintParams(document(path), EVERYWHERE))
    assert hints is not None
    assert [(hint.label, hint.position) for hint in hints] == [
        ("at most 0.3 credit per semester", place_of(POLICY, 'item reading "读书会"', len('item reading "读书会"')))
    ]


async def test_examples_are_run(client: LanguageClient, told: Told, tmp_path: Path) -> None:
    """Each example has its lens; what came of it is shown."""
    policy, examples = tmp_path / "run.credit", tmp_path / "run.examples.credit"
    policy.write_text(POLICY, encoding="utf-8")
    await told(examples, EXAMPLES)
    lenses = await client.text_document_code_lens_async(types.CodeLensParams(document(examples)))
    assert lenses is not None
    assert [lens.range.start for lens in lenses] == [
        place_of(EXAMPLES, 'example "'),
        place_of(EXAMPLES, 'example "too'),
    ]
    shown = []
    for lens in lenses:
        assert lens.command is not None
        arriving = asyncio.ensure_future(client.wait_for_notification(types.WINDOW_SHOW_MESSAGE))
        asked = types.ExecuteCommandParams(lens.command.command, lens.command.arguments)
        await client.workspace_execute_command_async(asked)
        shown.append(await asyncio.wait_for(arriving, 60))
    assert (shown[0].type, shown[0].message) == (types.MessageType.Info, "“one talk” holds.")
    assert shown[1].type == types.MessageType.Error
    assert shown[1].message.startswith("“too much” does not hold: ")
