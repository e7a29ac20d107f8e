"""What an editor asks while somebody types: completions, colours, what a word means; and that a text has changed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from lsprotocol import types
from pygls.uris import to_fs_path

from creditlang.ide import HighlightClass, complete, highlight, hover
from creditlang.lsp.policy_server import PAUSE, PolicyServer

_COMPLETIONS: Final[Mapping[str, types.CompletionItemKind]] = {
    "keyword": types.CompletionItemKind.Keyword, "unit": types.CompletionItemKind.Unit,
    "field": types.CompletionItemKind.Field, "attribute": types.CompletionItemKind.Field,
    "kind": types.CompletionItemKind.Struct, "account": types.CompletionItemKind.Class,
    "item": types.CompletionItemKind.Function, "enumeration": types.CompletionItemKind.Enum,
    "value": types.CompletionItemKind.EnumMember, "let": types.CompletionItemKind.Constant,
    "article": types.CompletionItemKind.Reference,
}  # fmt: skip
_TOKENS: Final[Mapping[HighlightClass, str]] = {
    "keyword": "keyword", "name": "variable", "item": "function", "account": "class", "kind": "struct",
    "field": "property", "value": "enumMember", "setting": "parameter", "fact": "method", "number": "number",
    "date": "number", "text": "string", "citation": "decorator", "comment": "comment", "operator": "operator",
}  # fmt: skip
"""The editor's sort of each piece; what is wrong has a finding instead."""
SORTS_OF_TOKENS: Final = tuple(dict.fromkeys(_TOKENS.values()))


# ---- texts
async def opened(server: PolicyServer, params: types.DidOpenTextDocumentParams) -> None:
    """Take a text that has been opened."""
    server.changed(params.text_document.uri, params.text_document.text, 0)


async def changed(server: PolicyServer, params: types.DidChangeTextDocumentParams) -> None:
    """Take a text as it is now."""
    uri = params.text_document.uri
    server.changed(uri, server.workspace.get_text_document(uri).source, PAUSE)


async def closed(server: PolicyServer, params: types.DidCloseTextDocumentParams) -> None:
    """Forget a text, and what was found in it."""
    uri = params.text_document.uri
    if uri in server.waiting:
        server.waiting.pop(uri).cancel()
    hanging = server.policies.close(uri)
    for each in (uri, *server.told_beside.pop(uri, ())):
        server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(each, []))
    server.tell_again(hanging, 0)


async def saved(server: PolicyServer, params: types.DidChangeWatchedFilesParams) -> None:
    """Look again at the open texts that read files which something else has saved."""
    paths = [Path(path) for each in params.changes if (path := to_fs_path(each.uri))]
    server.tell_again(dict.fromkeys(uri for path in paths for uri in server.policies.saved_again(path)), PAUSE)


# ---- questions
def completion(server: PolicyServer, params: types.CompletionParams) -> types.CompletionList:
    """What can come next."""
    source, policy, names = server.policies.as_typed(params.text_document.uri)
    positions = server.positions(source)
    text, at = source.text, positions.offset(params.position)
    found = complete(text, at, "policy", names, server.language_of(policy.compiled))
    # What was typed is what it is filtered by: also 德育 typed as `deyu` has been found here.
    items = [
        types.CompletionItem(
            each.text, kind=_COMPLETIONS.get(each.sort, types.CompletionItemKind.Variable), detail=each.about or None,
            sort_text=f"{number:03}", filter_text=text[each.start : at] or None,
            text_edit=types.TextEdit(positions.range(each.start, at), each.text),
        )
        for number, each in enumerate(found)
    ]  # fmt: skip
    return types.CompletionList(is_incomplete=True, items=items)


async def hovered(server: PolicyServer, params: types.HoverParams) -> types.Hover | None:
    """What a word means, and where its limits bind in the sample."""
    policy, positions = server.asked(params.text_document)
    at, language = positions.offset(params.position), server.language_of(policy.compiled)
    sample = await server.samples.limits(policy)
    found = hover(policy.compiled, policy.source, policy.names, at, language, sample)
    if found is None:
        return None
    told = types.MarkupContent(types.MarkupKind.PlainText, found.text)
    return types.Hover(told, positions.range(found.start, found.end))


def semantic_tokens(server: PolicyServer, params: types.SemanticTokensParams) -> types.SemanticTokens:
    """The pieces of a text and their sorts."""
    source, _, names = server.policies.as_typed(params.text_document.uri)
    positions = server.positions(source)
    numbers: list[int] = []
    line = column = 0
    for piece in highlight(source.text, "policy", names):
        if piece.kind in _TOKENS:
            first, last = positions.position(piece.start), positions.position(piece.end)
            ahead = first.character - (column if first.line == line else 0)
            sort = SORTS_OF_TOKENS.index(_TOKENS[piece.kind])
            numbers += (first.line - line, ahead, last.character - first.character, sort, 0)
            line, column = first.line, first.character
    return types.SemanticTokens(numbers)
