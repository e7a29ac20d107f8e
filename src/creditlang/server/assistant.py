"""The checker as tools for a language model, in the Model Context Protocol, over standard input and output.

A model drafts a policy from a printed regulation; what makes that safe is that each draft is checked, its examples run
and its readings told. The tools are questions of the server, with the same types and findings as data. They have the
bundled policies and the files of one folder, read anew each time; nothing is written and nothing goes to a network.
"""

import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import anyio
import anyio.to_thread
import msgspec
from mcp import types
from mcp.server.lowlevel.server import Server
from mcp.server.stdio import stdio_server

from creditlang.diagnostics import Language, Phrase, listed, report
from creditlang.resources import bundled_policies, card_paths
from creditlang.server.answered import Answer, answered, refusal
from creditlang.server.known_policies import KnownPolicies
from creditlang.server.questions import QUESTIONS

TOOLS: Final = ("check", "test", "why", "need", "readings", "schema", "fmt", "explain")
_INSTRUCTIONS: Final = """\
creditlang is a language for credit and conduct regulations: one line for each sentence, citing its article. Read the
resource creditlang://card before you write a policy; creditlang://card.zh is the same for the Chinese dialect.
Write a reading for whatever the regulation leaves open, and examples for each article. Then check, test, and check
again until nothing is found; show the readings to a person, who has to approve them. A policy is a name or
{"text": …}."""


def served(folder: Path) -> dict[str, Path]:
    """The policies by name: the bundled ones, and the files of a folder and below it, by their path without ending."""
    return {**bundled_policies(), **dict(_files(folder.resolve()))}


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*.credit")):
        if ".examples" not in path.name and path.is_file() and path.resolve().is_relative_to(folder):
            yield path.relative_to(folder).with_suffix("").as_posix(), path


def assistant(folder: Path, language: Language) -> Server[Any]:
    """The server of the tools; `folder` is the only one that they read."""

    async def called(_: object, params: types.CallToolRequestParams) -> types.CallToolResult:
        status, found = await anyio.to_thread.run_sync(_answer, folder, language, params)
        text = types.TextContent(type="text", text=found.decode())
        return types.CallToolResult(content=[text], structured_content=json.loads(found), is_error=status != 200)

    return Server(
        "creditlang", version=version("creditlang"), instructions=_INSTRUCTIONS,
        on_list_tools=_tools, on_call_tool=called, on_list_resources=_resources, on_read_resource=_resource,
    )  # fmt: skip


def serve_assistant(folder: Path, language: Language) -> None:
    """Answer on standard input and output until the input ends."""
    server = assistant(folder, language)

    async def run() -> None:
        async with stdio_server() as (questions, answers):
            await server.run(questions, answers, server.create_initialization_options())

    anyio.run(run)


def _answer(folder: Path, language: Language, params: types.CallToolRequestParams) -> Answer:
    if params.name not in TOOLS:
        known = listed(TOOLS)
        reason = Phrase(f"there is no tool of this name; there are: {known}", f"没有这个工具；有：{known.zh}")
        return refusal(400, language, report("CR821", None, place=params.name, reason=reason))
    body = json.dumps(params.arguments or {}).encode()
    return answered(params.name, body, KnownPolicies(served(folder)), language)


async def _tools(*_: object) -> types.ListToolsResult:
    return types.ListToolsResult(
        tools=[
            types.Tool(
                name=name,
                description=QUESTIONS[name].about,
                input_schema=msgspec.json.schema(QUESTIONS[name].question) | {"type": "object"},
                annotations=types.ToolAnnotations(read_only_hint=True, open_world_hint=False),
            )
            for name in TOOLS
        ]
    )


async def _resources(*_: object) -> types.ListResourcesResult:
    return types.ListResourcesResult(
        resources=[types.Resource(uri=uri, name=path.name, mime_type="text/markdown") for uri, path in _cards().items()]
    )


async def _resource(_: object, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
    """A card. Raises `KeyError` for another address, which the protocol tells the client."""
    path = _cards()[str(params.uri)]
    text = types.TextResourceContents(uri=params.uri, mime_type="text/markdown", text=path.read_text("utf-8"))
    return types.ReadResourceResult(contents=[text])


def _cards() -> dict[str, Path]:
    """The page that teaches the language, in both dialects, by address."""
    return {f"creditlang://{path.stem}": path for path in card_paths()}
