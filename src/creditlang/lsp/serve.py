"""Each question of the protocol and what answers it.

Handlers run one after another. Nothing is printed, for what is printed would break the protocol.
"""

import gc
import os
from collections.abc import Callable, Mapping
from typing import Any, Final

from lsprotocol import types

from creditlang.diagnostics import Language
from creditlang.extensions import Extensions
from creditlang.lsp import action_answers, navigation_answers, typing_answers
from creditlang.lsp.policy_server import PolicyServer

_ANSWERS: Final[Mapping[str, tuple[Callable[..., Any], object]]] = {
    types.TEXT_DOCUMENT_DID_OPEN: (typing_answers.opened, None),
    types.TEXT_DOCUMENT_DID_CHANGE: (typing_answers.changed, None),
    types.TEXT_DOCUMENT_DID_CLOSE: (typing_answers.closed, None),
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: (typing_answers.saved, None),
    types.TEXT_DOCUMENT_COMPLETION: (
        typing_answers.completion, types.CompletionOptions(trigger_characters=[":", "[", "【", "“"])
    ),
    types.TEXT_DOCUMENT_HOVER: (typing_answers.hovered, None),
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL: (
        typing_answers.semantic_tokens, types.SemanticTokensLegend(typing_answers.SORTS_OF_TOKENS, [])
    ),
    types.TEXT_DOCUMENT_DEFINITION: (navigation_answers.definition, None),
    types.TEXT_DOCUMENT_REFERENCES: (navigation_answers.references, None),
    types.TEXT_DOCUMENT_PREPARE_RENAME: (navigation_answers.prepare_rename, None),
    types.TEXT_DOCUMENT_RENAME: (navigation_answers.rename, types.RenameOptions(prepare_provider=True)),
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: (navigation_answers.symbols, None),
    types.TEXT_DOCUMENT_FORMATTING: (action_answers.formatting, None),
    types.TEXT_DOCUMENT_CODE_ACTION: (
        action_answers.code_actions, types.CodeActionOptions([types.CodeActionKind.QuickFix])
    ),
    types.TEXT_DOCUMENT_INLAY_HINT: (action_answers.inlay_hints, None),
    types.TEXT_DOCUMENT_CODE_LENS: (action_answers.code_lenses, None),
}  # fmt: skip


def serve(language: Language, extensions: Callable[[], Extensions], sample: str | None = None) -> None:
    """Answer an editor on standard input and output until it says goodbye; `sample` says where sample data are."""
    server = PolicyServer(language, extensions, sample)
    for name, (answer, options) in _ANSWERS.items():
        server.feature(name, options)(answer)
    server.command(action_answers.RUN_EXAMPLE)(action_answers.run_example_of)
    gc.disable()  # while somebody waits for an answer; the server collects when nobody does
    # The protocol has streams of its own, which it closes in the end.
    with open(os.dup(0), "rb") as questions, open(os.dup(1), "wb") as answers:
        server.start_io(questions, answers)
