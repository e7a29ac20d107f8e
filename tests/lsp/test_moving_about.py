"""Where names are declared and used, what a file declares, and names given another form."""

from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pytest_lsp import LanguageClient
from tests.lsp.conftest import EXAMPLES, POLICY, Told
from tests.lsp.test_while_typing import document, place_of


@pytest.fixture
async def files(client: LanguageClient, told: Told, tmp_path: Path) -> tuple[Path, Path]:
    """The policy and its examples, both open and both saved."""
    policy, examples = tmp_path / "small.credit", tmp_path / "small.examples.credit"
    for path, text in ((policy, POLICY), (examples, EXAMPLES)):
        path.write_text(text, encoding="utf-8")
        assert await told(path, text) == []
    return policy, examples


async def test_definition(client: LanguageClient, files: tuple[Path, Path]) -> None:
    """From an example to the policy, by name and by label."""
    policy, examples = files
    asked = types.DefinitionParams(document(examples), place_of(EXAMPLES, "moral"))
    found = await client.text_document_definition_async(asked)
    assert isinstance(found, types.Location)
    assert (found.uri, found.range.start) == (policy.as_uri(), place_of(POLICY, "moral"))
    asked = types.DefinitionParams(document(policy), place_of(POLICY, "when level is 国家级𠮷", len("when level is ")))
    found = await client.text_document_definition_async(asked)
    assert isinstance(found, types.Location)
    assert found.range.start == place_of(POLICY, "national")


async def test_references(client: LanguageClient, files: tuple[Path, Path]) -> None:
    """In the policy and in its examples, with the declaration or without."""
    policy, examples = files
    for with_own, wanted in ((True, 3), (False, 1)):
        context = types.ReferenceContext(with_own)
        asked = types.ReferenceParams(context, document(examples), place_of(EXAMPLES, "moral"))
        found = await client.text_document_references_async(asked)
        assert found is not None
        assert len([each for each in found if each.uri == policy.as_uri()]) == wanted
        assert len([each for each in found if each.uri == examples.as_uri()]) == 2


async def test_rename(client: LanguageClient, files: tuple[Path, Path]) -> None:
    """A field in all files; a label where it stands for its value, behind a rare character too."""
    policy, examples = files
    asked = types.RenameParams(document(policy), place_of(POLICY, "hours more"), "length")
    edit = await client.text_document_rename_async(asked)
    assert edit is not None and edit.changes is not None
    assert {uri: len(edits) for uri, edits in edit.changes.items()} == {policy.as_uri(): 2, examples.as_uri(): 2}
    asked = types.RenameParams(document(policy), place_of(POLICY, "国家级𠮷"), "全国𠮷")
    edit = await client.text_document_rename_async(asked)
    assert edit is not None and edit.changes is not None
    at = place_of(POLICY, "when level is 国家级𠮷", len("when level is "))
    (quoted, used) = edit.changes[policy.as_uri()]
    assert (quoted.range.start, used.range) == (
        place_of(POLICY, "国家级𠮷"), types.Range(at, types.Position(at.line, at.character + 5))
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "new", "why"),
    [
        ("hours more", "level", "already taken"),
        ("hours more", "two words", "two|words"),
        ("hours more", "9", "do not understand"),
        ("semester 2024-2025-1", "x", None),
    ],
)
async def test_rename_refused(
    client: LanguageClient, files: tuple[Path, Path], found: str, new: str, why: str | None
) -> None:
    """What is a name already, or would not compile; and a keyword is no name at all."""
    asked = types.RenameParams(document(files[0]), place_of(POLICY, found), new)
    if why is None:
        assert await client.text_document_rename_async(asked) is None
        return
    with pytest.raises(JsonRpcException, match=why):
        await client.text_document_rename_async(asked)


async def test_outline(client: LanguageClient, files: tuple[Path, Path]) -> None:
    """Categories with their items, records with their fields; examples by their titles."""
    policy, examples = files
    found = await client.text_document_document_symbol_async(types.DocumentSymbolParams(document(policy)))
    assert found is not None
    names = {each.name: [inside.name for inside in each.children or ()] for each in found}  # type: ignore[union-attr]
    assert names["moral"] == ["lecture", "reading"]
    assert names["talk"] == ["on", "level", "hours"]
    assert names["level"] == ["national", "school"]
    found = await client.text_document_document_symbol_async(types.DocumentSymbolParams(document(examples)))
    assert [each.name for each in found or ()] == ["one talk", "too much"]
