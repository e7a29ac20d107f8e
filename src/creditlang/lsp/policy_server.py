"""Answers to an editor, one handler for each question, each a few lines over what `ide` says.

Handlers run one after another. Findings are told once typing has paused; those of a text that has changed since are
thrown away. Nothing is printed, for what is printed would break the protocol.
"""

import asyncio
import os
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any, Final

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from creditlang.diagnostics import Diagnostic, Language, Phrase, Severity, fix, in_language, message
from creditlang.diagnostics.person_words import spoken
from creditlang.driver import Compiled
from creditlang.extensions import Extensions
from creditlang.ide import HighlightClass, complete, highlight, hover
from creditlang.lsp.open_policies import OpenPolicies, OpenPolicy
from creditlang.lsp.positions import Positions, range_of
from creditlang.source import SourceFile
from creditlang.words import said

PAUSE: Final = 0.05
"""Seconds without a key after which the findings are told."""

_SEVERITIES: Final = {
    Severity.ERROR: types.DiagnosticSeverity.Error, Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.NOTE: types.DiagnosticSeverity.Information,
}  # fmt: skip
_FIX: Final = Phrase("{message}\nfix: {fix}", "{message}\n建议：{fix}")
_COMPLETIONS: Final[Mapping[str, types.CompletionItemKind]] = {
    "keyword": types.CompletionItemKind.Keyword, "unit": types.CompletionItemKind.Unit,
    "field": types.CompletionItemKind.Field, "attribute": types.CompletionItemKind.Field,
    "kind": types.CompletionItemKind.Struct, "account": types.CompletionItemKind.Class,
    "item": types.CompletionItemKind.Function, "enumeration": types.CompletionItemKind.Enum,
    "value": types.CompletionItemKind.EnumMember, "let": types.CompletionItemKind.Constant,
    "article": types.CompletionItemKind.Reference,
}  # fmt: skip
TOKENS: Final[Mapping[HighlightClass, str]] = {
    "keyword": "keyword", "name": "variable", "item": "function", "account": "class", "kind": "struct",
    "field": "property", "value": "enumMember", "setting": "parameter", "fact": "method", "number": "number",
    "date": "number", "text": "string", "citation": "decorator", "comment": "comment", "operator": "operator",
}  # fmt: skip
"""The editor's sort of each piece; what is wrong has a finding instead."""
_SORTS_OF_TOKENS: Final = tuple(dict.fromkeys(TOKENS.values()))


class PolicyServer(LanguageServer):
    """The server: the texts that are open, and the language of the reader."""

    def __init__(self, language: Language, extensions: Callable[[], Extensions]) -> None:
        """No text is open; `extensions` gives what plugins add to the language."""
        # Texts come whole: what is a line to the editor's differences need not be one here.
        super().__init__("creditlang", version("creditlang"), types.TextDocumentSyncKind.Full)
        self.language = language
        self.policies = OpenPolicies(extensions)
        self.waiting: dict[str, asyncio.Task[None]] = {}

    def language_of(self, compiled: Compiled) -> Language:
        """The language of the reader, in which people are called what the policy calls them."""
        return spoken(self.language, compiled.policy.person)

    def positions(self, source: SourceFile) -> Positions:
        """The places of a text as this editor counts them."""
        return Positions(source, self.workspace.position_codec)

    def asked(self, document: types.TextDocumentIdentifier) -> tuple[OpenPolicy, Positions]:
        """An open text, compiled, and its places."""
        policy = self.policies.at(document.uri)
        return policy, self.positions(policy.source)

    def changed(self, uri: str, text: str, pause: float) -> None:
        """Take a text, and tell of it and of what hangs on it once nothing has come for so many seconds."""
        for each in self.policies.put(uri, text):
            if each in self.waiting:
                self.waiting[each].cancel()
            self.waiting[each] = asyncio.get_running_loop().create_task(self.tell(each, pause))

    async def tell(self, uri: str, pause: float) -> None:
        """Tell of the findings in a text after a pause."""
        await asyncio.sleep(pause)
        policy = self.policies.at(uri)
        found = [
            self.finding(each, policy) for each in policy.compiled.diagnostics
            if each.span is None or each.span.source is policy.source
        ]  # fmt: skip
        document = self.workspace.text_documents.get(uri)
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri, found, document.version if document else None)
        )

    def finding(self, found: Diagnostic, policy: OpenPolicy) -> types.Diagnostic:
        """A finding as the editor shows it."""
        language, codec = self.language_of(policy.compiled), self.workspace.position_codec
        text, remedy = message(found, language), fix(found, language)
        related = [
            types.DiagnosticRelatedInformation(
                types.Location(address, range_of(label.span, codec)), in_language(label.text or text, language)
            )
            for label in found.labels
            if (address := self.policies.address(label.span.source)) is not None
        ]
        return types.Diagnostic(
            range=range_of(found.span, codec) if found.span else self.positions(policy.source).range(0, 0),
            message=said(_FIX, language, message=text, fix=remedy) if remedy else text,
            severity=_SEVERITIES[found.severity], code=found.code, source="creditlang",
            related_information=related or None,
        )  # fmt: skip


# ---- texts
async def _opened(server: PolicyServer, params: types.DidOpenTextDocumentParams) -> None:
    server.changed(params.text_document.uri, params.text_document.text, 0)


async def _changed(server: PolicyServer, params: types.DidChangeTextDocumentParams) -> None:
    uri = params.text_document.uri
    server.changed(uri, server.workspace.get_text_document(uri).source, PAUSE)


async def _closed(server: PolicyServer, params: types.DidCloseTextDocumentParams) -> None:
    uri = params.text_document.uri
    if uri in server.waiting:
        server.waiting.pop(uri).cancel()
    server.policies.close(uri)
    server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))


# ---- questions
def _completion(server: PolicyServer, params: types.CompletionParams) -> types.CompletionList:
    policy, positions = server.asked(params.text_document)
    text, at = policy.source.text, positions.offset(params.position)
    names = server.policies.names(params.text_document.uri)
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


def _hover(server: PolicyServer, params: types.HoverParams) -> types.Hover | None:
    policy, positions = server.asked(params.text_document)
    at, language = positions.offset(params.position), server.language_of(policy.compiled)
    found = hover(policy.compiled, policy.source, policy.names, at, language)
    if found is None:
        return None
    told = types.MarkupContent(types.MarkupKind.PlainText, found.text)
    return types.Hover(told, positions.range(found.start, found.end))


def _semantic_tokens(server: PolicyServer, params: types.SemanticTokensParams) -> types.SemanticTokens:
    policy, positions = server.asked(params.text_document)
    numbers: list[int] = []
    line = column = 0
    for piece in highlight(policy.source.text, "policy", policy.names):
        if piece.kind in TOKENS:
            first, last = positions.position(piece.start), positions.position(piece.end)
            ahead = first.character - (column if first.line == line else 0)
            sort = _SORTS_OF_TOKENS.index(TOKENS[piece.kind])
            numbers += (first.line - line, ahead, last.character - first.character, sort, 0)
            line, column = first.line, first.character
    return types.SemanticTokens(numbers)


_HANDLERS: Final[Mapping[str, tuple[Callable[..., Any], object]]] = {
    types.TEXT_DOCUMENT_DID_OPEN: (_opened, None),
    types.TEXT_DOCUMENT_DID_CHANGE: (_changed, None),
    types.TEXT_DOCUMENT_DID_CLOSE: (_closed, None),
    types.TEXT_DOCUMENT_COMPLETION: (_completion, types.CompletionOptions(trigger_characters=[":", "[", "【", "“"])),
    types.TEXT_DOCUMENT_HOVER: (_hover, None),
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL: (_semantic_tokens, types.SemanticTokensLegend(_SORTS_OF_TOKENS, [])),
}


def serve(language: Language, extensions: Callable[[], Extensions]) -> None:
    """Answer an editor on standard input and output until it says goodbye."""
    server = PolicyServer(language, extensions)
    for name, (handler, options) in _HANDLERS.items():
        server.feature(name, options)(handler)
    # The protocol has streams of its own, which it closes in the end.
    with open(os.dup(0), "rb") as questions, open(os.dup(1), "wb") as answers:
        server.start_io(questions, answers)
