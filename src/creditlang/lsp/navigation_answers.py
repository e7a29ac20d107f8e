"""Where a name is declared and used, what a file declares, and a name given another form."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from creditlang.diagnostics import Edit, Language
from creditlang.driver import Compiled, used_files
from creditlang.ide.declarations import Declaration, declarations, declared_by_key
from creditlang.ide.hover import names_in
from creditlang.ide.occurrences import Occurrence, occurrence_at
from creditlang.ide.renaming import Refused, places_of, renamed
from creditlang.lsp.open_policies import OpenPolicy
from creditlang.lsp.policy_server import PolicyServer
from creditlang.resources import is_bundled
from creditlang.source import Span
from creditlang.words import SORTS, first_fit, word

_SYMBOLS: Final[Mapping[str, types.SymbolKind]] = {
    "policy": types.SymbolKind.File, "example": types.SymbolKind.Event, "unit": types.SymbolKind.Constant,
    "let": types.SymbolKind.Constant, "enumeration": types.SymbolKind.Enum, "value": types.SymbolKind.EnumMember,
    "kind": types.SymbolKind.Struct, "field": types.SymbolKind.Field, "attribute": types.SymbolKind.Field,
    "part": types.SymbolKind.Field, "account": types.SymbolKind.Class, "item": types.SymbolKind.Function,
    "fact": types.SymbolKind.Property, "require": types.SymbolKind.Interface, "table": types.SymbolKind.Array,
    "adjust": types.SymbolKind.Method,
}  # fmt: skip


def _name_at(server: PolicyServer, policy: OpenPolicy, position: types.Position) -> Occurrence | None:
    at = server.positions(policy.source).offset(position)
    return occurrence_at(names_in(policy.compiled, policy.source, policy.names), at)


def definition(server: PolicyServer, params: types.DefinitionParams) -> types.Location | None:
    """Where a name is declared; of the text after ``use``, the file."""
    policy, positions = server.asked(params.text_document)
    at = positions.offset(params.position)
    for span, path in used_files(policy.source):
        if span.start <= at <= span.end and (used := server.policies.source_at(path)) is not None:
            return server.location(Span(used, 0, 0))
    found = _name_at(server, policy, params.position)
    declared = declared_by_key(policy.compiled)
    declaration = declared.get((found.entry.name, found.entry.sort, found.entry.of)) if found else None
    return server.location(declaration.place) if declaration is not None else None


def references(server: PolicyServer, params: types.ReferenceParams) -> list[types.Location] | None:
    """Where a name is used, in the policy, the files that it uses and those of its examples."""
    places: dict[tuple[Path | None, int], tuple[Span, bool]] = {}
    for policy in server.policies.whole(params.text_document.uri):
        if (found := _name_at(server, policy, params.position)) is not None:
            named = places_of(policy.compiled, policy.names, found)
            places |= {(span.source.path, span.start): (span, declares) for span, declares in named}
    if not places:
        return None
    with_own = params.context.include_declaration
    located = [server.location(span) for span, declares in places.values() if with_own or not declares]
    return [location for location in located if location is not None]


def prepare_rename(server: PolicyServer, params: types.PrepareRenameParams) -> types.Range | None:
    """The name that would be renamed; None where none stands."""
    policy, positions = server.asked(params.text_document)
    found = _name_at(server, policy, params.position)
    return positions.range(found.start, found.end) if found is not None else None


def rename(server: PolicyServer, params: types.RenameParams) -> types.WorkspaceEdit | None:
    """A name given another form in all files of the policy; refused where that would not compile."""
    uri = params.text_document.uri
    edits: dict[tuple[Path | None, int], Edit] = {}
    for number, policy in enumerate(server.policies.whole(uri)):
        if (found := _name_at(server, policy, params.position)) is None:
            return None

        def compile_again(texts: Mapping[Path | None, str], number: int = number) -> Compiled:
            return server.policies.whole(uri, texts)[number].compiled

        own = [source for source in policy.compiled.sources if source.path is None or not is_bundled(source.path)]
        old = policy.source.text[found.start : found.end]
        try:
            changes = renamed(
                policy.compiled, policy.names, found, old=old, new=params.new_name, own=own,
                compile_again=compile_again, language=server.language_of(policy.compiled),
            )  # fmt: skip
        except Refused as reason:
            raise JsonRpcInvalidParams(message=str(reason)) from None
        edits |= {(each.span.source.path, each.span.start): each for each in changes}
    return server.workspace_edit(edits.values())


def symbols(server: PolicyServer, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
    """What a file declares, each with what is declared inside."""
    policy, _ = server.asked(params.text_document)
    language = server.language_of(policy.compiled)
    return _symbols(server, declarations(policy.compiled, policy.source), language)


def _symbols(server: PolicyServer, found: Sequence[Declaration], language: Language) -> list[types.DocumentSymbol]:
    return [
        types.DocumentSymbol(
            name=first_fit(each.name, each.labels, language) or each.name,
            kind=_SYMBOLS.get(each.sort, types.SymbolKind.Variable),
            range=server.range_of(_whole(each)), selection_range=server.range_of(each.place),
            detail=word(SORTS, each.sort, language) if each.sort in SORTS else None,
            children=_symbols(server, each.inside, language),
        )
        for each in found
    ]  # fmt: skip


def _whole(declaration: Declaration) -> Span:
    return declaration.node.span.to(declaration.place)
