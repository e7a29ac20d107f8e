"""The tools for language models, as a client of the protocol sees them: the command, started by the SDK's client."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from mcp import Client, MCPError, StdioServerParameters

from creditlang.server.assistant import TOOLS, served

SOUND = (
    "unit point\nrecord activity\n    item : item\n    on : date\ncategory fun in point\n    item hike : 2 per event\n"
)
EXAMPLE = 'example "a hike"\n    activity hike, on 2025-03-01\n    expect fun = 3\n'


@asynccontextmanager
async def connected(parent: Path) -> AsyncIterator[Client]:
    """A client of the command, which has one folder."""
    folder = parent / "policies"
    (folder / "clubs").mkdir(parents=True)
    (folder / "clubs" / "hikes.credit").write_text(SOUND, "utf-8")
    (folder.parent / "secret.credit").write_text(SOUND, "utf-8")
    (folder / "link.credit").symlink_to(folder.parent / "secret.credit")
    words = ["-m", "creditlang", "mcp", "--folder", str(folder), "--lang", "en"]
    async with Client(StdioServerParameters(command=sys.executable, args=words)) as client:
        yield client


async def codes(client: Client, tool: str, **arguments: object) -> list[str]:
    """The codes of what a tool finds, and that it says whether it could answer."""
    found = await client.call_tool(tool, arguments)
    return [each["code"] for each in found.structured_content["diagnostics"]]


async def test_a_draft_is_checked_and_tested(tmp_path: Path) -> None:
    async with connected(tmp_path) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == set(TOOLS)
        draft = {"text": SOUND.replace("in point", "in pont")}
        assert await codes(client, "check", policy=draft) == ["CR101"]
        assert await codes(client, "check", policy={"text": SOUND}) == []
        tested = await client.call_tool("test", {"policy": {"text": SOUND + EXAMPLE}})
        (example,) = tested.structured_content["policies"][0]["examples"]
        assert not tested.is_error and not example["passed"] and example["failures"][0]["code"] == "CR801"
        laid = await client.call_tool("fmt", {"policy": {"text": SOUND}, "language": "zh"})
        assert laid.structured_content["text"].startswith("计量单位 point\n")
        records = {"activity": [{"item": "hike", "on": "2025-03-01"}]}
        why = await client.call_tool(
            "why", {"policy": "clubs/hikes", "student": {"student_id": "s1"}, "records": records, "topic": "fun"}
        )
        assert why.structured_content["text"].startswith("fun 2")
        assert "readings" in (await client.call_tool("readings", {"policy": "shangrao"})).structured_content
        sheets = (await client.call_tool("schema", {"policy": "clubs/hikes"})).structured_content["sheets"]
        assert [sheet["name"] for sheet in sheets] == ["student", "activity"]


async def test_what_is_outside_the_folder_is_not_there(tmp_path: Path) -> None:
    async with connected(tmp_path) as client:
        for name in ("secret", "../secret", "link", "/etc/passwd"):
            assert await codes(client, "check", policy=name) == ["CR831"]
        assert await codes(client, "check", policy={"text": 'use "./clubs/hikes"\n' + SOUND}) == ["CR104"]
        assert await codes(client, "run", policy="hengyang") == ["CR821"]
        assert await codes(client, "check", policy=["hengyang"]) == ["CR821"]
        assert await codes(client, "explain", code="CR999") == ["CR821"]


async def test_the_cards_can_be_read(tmp_path: Path) -> None:
    async with connected(tmp_path) as client:
        uris = [resource.uri for resource in (await client.list_resources()).resources]
        assert uris == ["creditlang://card", "creditlang://card.zh"]
        for uri in uris:
            (page,) = (await client.read_resource(uri)).contents
            assert "```credit" in page.text
        with pytest.raises(MCPError):
            await client.read_resource("creditlang://other")


def test_examples_are_no_policies_of_their_own(tmp_path: Path) -> None:
    for name in ("a.credit", "a.examples.credit", "b.txt"):
        (tmp_path / name).write_text("", "utf-8")
    assert set(served(tmp_path)) - set(served(tmp_path / "none")) == {"a"}
