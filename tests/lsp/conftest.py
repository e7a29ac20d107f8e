"""A language server under a real client, over standard input and output."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

POLICY = """\
unit credit "学分"
scale level "级别": national "国家级𠮷" > school "校级"
calendar
    semester 2024-2025-1 "秋季学期" from 2024-09-01 teaching until 2025-01-10
    semester 2024-2025-2 "春季学期" from 2025-02-10 teaching until 2025-07-01
    ends 2025-08-01
student
    cohort "年级" : whole number
record talk "讲座"
    on    "日期"   : date
    level "级别"   : level
    hours "小时数" : number
category moral "德育类" in credit from talk [第二条]
    cap 1 per semester
    item lecture "学术讲座" [第二条]
        0.2 per event when level is school and hours more than 1 and cohort at least 2020
        0.5 per event when level is 国家级𠮷
    item reading "读书会"
        0.1 per event
        at most 3 events per semester
require graduation "毕业"
    moral at least 1
"""
EXAMPLES = """\
every example
    student cohort 2024

example "one talk"
    talk level school, on 2024-10-08, hours 2
    expect moral = 0.3

example "too much"
    talk level school, on 2024-10-08, hours 2
    expect moral = 9
"""


@pytest_lsp.fixture(
    config=ClientServerConfig(server_command=[sys.executable, "-m", "creditlang", "lsp", "--lang", "en"]),
    scope="module",
)
async def client(lsp_client: LanguageClient):
    """A client whose server has been greeted; at the end it says goodbye."""
    await lsp_client.initialize_session(
        types.InitializeParams(capabilities=client_capabilities("visual-studio-code"), workspace_folders=[])
    )
    yield
    await lsp_client.shutdown_session()


Told = Callable[..., Awaitable[list[types.Diagnostic]]]


@pytest.fixture
def told(client: LanguageClient) -> Told:
    """Give the server a text of a file, and wait for what it finds in that version."""
    versions: dict[str, int] = {}

    async def tell(path: Path, text: str) -> list[types.Diagnostic]:
        uri = path.as_uri()
        versions[uri] = versions.get(uri, 0) + 1
        if versions[uri] == 1:
            document = types.TextDocumentItem(uri, "creditlang", 1, text)
            client.text_document_did_open(types.DidOpenTextDocumentParams(document))
        else:
            document = types.VersionedTextDocumentIdentifier(versions[uri], uri)
            change = types.TextDocumentContentChangeWholeDocument(text)
            client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))
        while True:
            arriving = client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
            arrived = await asyncio.wait_for(arriving, 60)
            if (arrived.uri, arrived.version) == (uri, versions[uri]):
                return list(arrived.diagnostics)

    return tell
