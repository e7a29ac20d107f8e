"""Balances as they were before the record at hand."""

from creditlang.core import expressions as e
from creditlang.core.lower.scope import Scope
from creditlang.core.lower.surroundings import NOTHING, Context, Typed
from creditlang.diagnostics import Phrase
from creditlang.resolve import AccountSymbol
from creditlang.syntax import tree as t
from creditlang.types import Type


def balance_before(scope: Scope, node: t.ValueAt, context: Context) -> Typed:
    """`demerits before this`: what a run shows whose data stop just before the record.

    In the body of the account itself, or of one around it, only what is done entry by entry has a balance before.
    """
    program = scope.program
    account = program.account(node.name.text)
    if account is None:
        scope.unknown("account", node.name)
        return NOTHING
    if (context.kind is None and not context.kinds) or context.searches:
        scope.report("CR103", node.span, container=Phrase("a line that is about no record", "不针对记录的行"))
        return NOTHING
    if not isinstance(account.node, t.Category):
        found = Phrase("a credit or a plain account", "学分项或普通账户")
        scope.report("CR201", node.name.span, found=found, expected=Phrase("a category or a score", "类别或评分"))
        return NOTHING
    body = program.accounts[context.body] if context.body else None
    if body is not None and not context.sequential and _outermost(scope, body) == _outermost(scope, account):
        line = Phrase("a line that is done to all entries at once", "对各条记录一并进行的行")
        instead = Phrase("write `one by one` above it", "请在它上面写“逐条”")
        scope.report("CR111", node.span, part=node.span.text, line=line, instead=instead)
        return NOTHING
    scope.reads.add(("account", account.name))
    return e.Value("account", account.name, e.BeforeThis()), Type("number", account.unit, 2)


def _outermost(scope: Scope, account: AccountSymbol) -> str:
    while account.parent:
        account = scope.program.accounts[account.parent]
    return account.name
