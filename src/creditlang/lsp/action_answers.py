"""What an editor offers to do: lay a file out, mend what was found, run an example; and what it writes beside items."""

from typing import Final

from lsprotocol import types

from creditlang.diagnostics import Phrase, fix, message
from creditlang.format import Unlike, formatted
from creditlang.ide.example_runs import run_example, written_examples
from creditlang.ide.most_amounts import most_amounts
from creditlang.lsp.policy_server import PolicyServer
from creditlang.syntax import parse
from creditlang.values import written
from creditlang.words import PERIODS, first_fit, said, unit_label, word

RUN_EXAMPLE: Final = "creditlang.runExample"
_RUN: Final = Phrase("Run this example", "运行这个例子")
_HOLDS: Final = Phrase("“{title}” holds.", "“{title}”通过。")
_ALL_HOLD: Final = Phrase("“{title}”: all {rows} rows hold.", "“{title}”：{rows}行全部通过。")
_FAILS: Final = Phrase("“{title}” does not hold: {why}", "“{title}”未通过：{why}")
_UNSOUND: Final = Phrase("The policy has errors, so its examples cannot be run.", "办法有错误，例子无法运行。")
_AT_MOST: Final = Phrase("at most {amount} {unit} per {period}", "每{period}最多{amount}{unit}")


def formatting(server: PolicyServer, params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
    """The file in the one layout; None where it cannot be read."""
    policy, positions = server.asked(params.text_document)
    source, names = policy.source, policy.names.known
    if parse(source, names).diagnostics:
        return None
    try:
        text = formatted(source, names)
    except Unlike:
        return None
    return [types.TextEdit(positions.range(0, len(source.text)), text)] if text != source.text else []


def code_actions(server: PolicyServer, params: types.CodeActionParams) -> list[types.CodeAction]:
    """What mends the findings in a stretch of text, where it is certain what was meant."""
    policy, positions = server.asked(params.text_document)
    language = server.language_of(policy.compiled)
    start, end = positions.offset(params.range.start), positions.offset(params.range.end)
    return [
        types.CodeAction(
            title=fix(each, language) or message(each, language), kind=types.CodeActionKind.QuickFix,
            diagnostics=[server.finding(each, policy)], edit=server.workspace_edit(each.edits), is_preferred=True,
        )
        for each in policy.compiled.diagnostics
        if each.edits and each.span and each.span.source is policy.source
        and each.span.start <= end and start <= each.span.end
    ]  # fmt: skip


def inlay_hints(server: PolicyServer, params: types.InlayHintParams) -> list[types.InlayHint]:
    """What an item can give at most in a period, where its limits say so."""
    policy, positions = server.asked(params.text_document)
    core, language = policy.compiled.policy, server.language_of(policy.compiled)
    start, end = positions.offset(params.range.start), positions.offset(params.range.end)
    hints = []
    for each in most_amounts(policy.compiled, policy.source):
        if start <= each.at <= end:
            kind = core.periods.get(each.period)
            period = first_fit(kind.name, kind.labels, language) if kind else word(PERIODS, each.period, language)
            unit = unit_label(each.unit, core.unit_labels, language)
            label = said(_AT_MOST, language, amount=written(each.amount), unit=unit, period=period)
            hints.append(types.InlayHint(positions.position(each.at), label, padding_left=True))
    return hints


def code_lenses(server: PolicyServer, params: types.CodeLensParams) -> list[types.CodeLens]:
    """Above each example, to run it."""
    policy, positions = server.asked(params.text_document)
    title = said(_RUN, server.language_of(policy.compiled))
    uri = params.text_document.uri
    return [
        types.CodeLens(
            positions.range(each.span.start, each.span.start),
            types.Command(title, RUN_EXAMPLE, arguments=[uri, each.span.start]),
        )
        for each in written_examples(policy.compiled, policy.source)
    ]


def run_example_of(server: PolicyServer, uri: str, start: int) -> None:
    """Run the example that begins at a place of an open file, and show how it went."""
    policy = server.policies.whole(uri)[0]
    language = server.language_of(policy.compiled)
    ran = run_example(policy.compiled, policy.source, start)
    if ran is None:
        told, sort = said(_UNSOUND, language), types.MessageType.Warning
    elif ran.failures:
        why = " ".join(message(each, language) for each in ran.failures)
        told, sort = said(_FAILS, language, title=ran.title, why=why), types.MessageType.Error
    else:
        holds = _ALL_HOLD if ran.cases > 1 else _HOLDS
        told, sort = said(holds, language, title=ran.title, rows=str(ran.cases)), types.MessageType.Info
    server.window_show_message(types.ShowMessageParams(sort, told))
