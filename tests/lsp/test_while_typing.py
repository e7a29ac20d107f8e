"""What an editor is told while somebody types: findings, completions, colours, and what a word means."""

from pathlib import Path

from lsprotocol import types
from pytest_lsp import LanguageClient
from tests.lsp.conftest import EXAMPLES, POLICY, Told

from creditlang.lsp.typing_answers import SORTS_OF_TOKENS


def document(path: Path) -> types.TextDocumentIdentifier:
    """A file as questions name it."""
    return types.TextDocumentIdentifier(path.as_uri())


def place_of(text: str, found: str, at: int = 0) -> types.Position:
    """Where `found` begins in a text, and `at` code points on, as an editor counts."""
    offset = text.index(found) + at
    line = text.count("\n", 0, offset)
    before = text[text.rfind("\n", 0, offset) + 1 : offset]
    return types.Position(line, len(before.encode("utf-16-le")) // 2)


async def hovered(client: LanguageClient, path: Path, text: str, found: str, at: int = 0) -> str:
    """What is told of a word in a file."""
    hover = await client.text_document_hover_async(types.HoverParams(document(path), place_of(text, found, at)))
    assert hover is not None and isinstance(hover.contents, types.MarkupContent)
    return hover.contents.value


async def test_findings_come_and_go(client: LanguageClient, told: Told, tmp_path: Path) -> None:
    """A name that is not known is found, also behind a rare character of two units, and gone once it is mended."""
    path = tmp_path / "small.credit"
    assert await told(path, POLICY) == []
    wrong = POLICY.replace("when level is 国家级𠮷", "when level is 国家级𠮷 or cohrt at least 3")
    (found,) = await told(path, wrong)
    assert (found.code, found.severity) == ("CR101", types.DiagnosticSeverity.Error)
    assert found.range == types.Range(place_of(wrong, "cohrt"), place_of(wrong, "cohrt", 5))
    assert "“cohort”" in found.message
    assert await told(path, POLICY) == []


async def test_only_the_last_of_many_keys_is_answered(client: LanguageClient, told: Told, tmp_path: Path) -> None:
    """Versions that were typed over are never told."""
    path = tmp_path / "fast.credit"
    assert await told(path, POLICY) == []
    seen: list[int | None] = []
    for version in (2, 3, 4):
        changed = types.VersionedTextDocumentIdentifier(version, path.as_uri())
        whole = types.TextDocumentContentChangeWholeDocument(POLICY + "nonsense" * version)
        client.text_document_did_change(types.DidChangeTextDocumentParams(changed, [whole]))
    while 4 not in seen:
        arrived = await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        seen.append(arrived.version)
    assert seen == [4]


async def test_examples_speak_of_the_policy_beside(client: LanguageClient, told: Told, tmp_path: Path) -> None:
    """A file of examples knows the names of the policy, as it is open and not as it was saved."""
    policy, examples = tmp_path / "beside.credit", tmp_path / "beside.examples.credit"
    policy.write_text(POLICY, encoding="utf-8")
    assert await told(examples, EXAMPLES) == []
    assert "beside.credit, line 13" in await hovered(client, examples, EXAMPLES, "moral")
    await told(policy, "# another line\n" + POLICY)
    assert "beside.credit, line 14" in await hovered(client, examples, EXAMPLES, "moral")


async def test_completion(client: LanguageClient, told: Told, tmp_path: Path) -> None:
    """Keywords and names where they can stand, from what was typed, while the line cannot be read yet."""
    path = tmp_path / "completed.credit"
    await told(path, POLICY)
    typed = POLICY.replace(
        "0.5 per event when level is 国家级𠮷", "0.5 per event when level is 国家级𠮷 or level is sch"
    )
    await told(path, typed)
    at = place_of(typed, "sch\n", 3)
    found = await client.text_document_completion_async(types.CompletionParams(document(path), at))
    assert isinstance(found, types.CompletionList)
    assert found.items[0].label == "school"
    assert found.items[0].text_edit == types.TextEdit(types.Range(place_of(typed, "sch\n"), at), "school")
    begun = POLICY + "requ"
    await told(path, begun)
    found = await client.text_document_completion_async(
        types.CompletionParams(document(path), place_of(begun, "requ", 4))
    )
    assert isinstance(found, types.CompletionList)
    assert "require" in [item.label for item in found.items]


async def test_hover(client: LanguageClient, told: Told, tmp_path: Path) -> None:
    """A keyword is explained; of a name it is told what it is and where it is declared."""
    path = tmp_path / "hovered.credit"
    await told(path, POLICY)

    assert "cap" in await hovered(client, path, POLICY, "cap 1")
    assert "account “moral”" in await hovered(client, path, POLICY, "moral at least")
    assert "hovered.credit, line 13 [第二条]" in await hovered(client, path, POLICY, "moral at least")
    assert "number" in await hovered(client, path, POLICY, "hours ")
    assert "scale or choice" in await hovered(client, path, POLICY, ": level\n", 3)


async def test_colours(client: LanguageClient, told: Told, tmp_path: Path) -> None:
    """The pieces in order, each where the editor counts it to be."""
    path = tmp_path / "coloured.credit"
    await told(path, POLICY)
    tokens = await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(document(path)))
    assert tokens is not None
    line = column = 0
    pieces: list[tuple[str, int]] = []
    lines = POLICY.split("\n")
    for start in range(0, len(tokens.data), 5):
        down, ahead, length, sort, _ = tokens.data[start : start + 5]
        line, column = line + down, ahead + (column if not down else 0)
        units = lines[line].encode("utf-16-le")[2 * column : 2 * (column + length)]
        pieces.append((units.decode("utf-16-le"), sort))
    coloured: dict[str, set[str]] = {}
    for text, sort in pieces:
        coloured.setdefault(SORTS_OF_TOKENS[sort], set()).add(text)
    told_apart = {text: sort for sort, texts in coloured.items() for text in texts}
    wanted = {
        "keyword": ("unit", "scale", "semester", "category", "cap", "item", "when", "at least", "per event", "events"),
        "class": ("moral",), "function": ("lecture", "reading"), "struct": ("talk",), "method": ("graduation",),
        "property": ("on", "hours", "cohort"), "enumMember": ("national", "school", "国家级𠮷"),
        "number": ("0.2", "2020", "2024-09-01", "2024-2025-1"), "string": ('"国家级𠮷"', '"学术讲座"'),
        "decorator": ("[第二条]",),
    }  # fmt: skip
    assert {text: told_apart.get(text) for texts in wanted.values() for text in texts} == {
        text: sort for sort, texts in wanted.items() for text in texts
    }
    assert pieces[0][0] == "unit" and pieces[-1][0] == "1"


async def test_hover_tells_what_a_rule_says_and_whom_its_limits_cut(
    client: LanguageClient, told: Told, tmp_path: Path
) -> None:
    """In words, with the article; and in the folder of data beside the policy, as the policy stands in the editor."""
    path, sample = tmp_path / "hovered.credit", tmp_path / "sample"
    sample.mkdir()
    (sample / "student.csv").write_text("student_id,cohort\n1,2024\n2,2024\n", encoding="utf-8")
    talks = "".join(f"{1 + (day > 6)},{day},2024-10-{day:02},national,3\n" for day in range(1, 8))
    (sample / "talk.csv").write_text(f"student_id,record_id,on,level,hours\n{talks}", encoding="utf-8")
    policy = POLICY.replace(
        'item lecture "学术讲座" [第二条]\n', 'item lecture "学术讲座" [第二条]\n        cap 0.5 per semester\n'
    )
    policy = policy.replace(
        '    item reading "读书会"\n        0.1 per event\n        at most 3 events per semester\n', ""
    )
    assert await told(path, policy) == []
    said = await hovered(client, path, policy, "lecture")
    assert "• Gives 0.5 credits per event" in said or "gives 0.5 credits" in said, said
    assert "• At most 0.5 credits per semester" in said
    assert "In the sample of 2 students:\n• “cap 0.5 per semester” cuts 5 records of 1 student, 2.5 in all" in said
    assert "• “cap 1 per semester” cuts nothing" in await hovered(client, path, policy, "moral at least")
    await told(path, policy.replace("cap 0.5", "cap 4"))
    assert "“cap 4 per semester” cuts nothing" in await hovered(client, path, policy, "lecture")
