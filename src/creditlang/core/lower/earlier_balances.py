"""Balances at other times: before the record at hand, as of a day, in a window, in the worst of all windows.

A balance before the record, or as of a day, is what a run shows whose data end there. A window adds up what this run
has booked in it, or that earlier run if one is named beside it.
"""

from collections.abc import Sequence
from typing import Final

from creditlang.core import expressions as e
from creditlang.core.lower.line_places import CONTAINERS
from creditlang.core.lower.query_forms import QueryForms
from creditlang.core.lower.surroundings import NOTHING, Context, Typed
from creditlang.diagnostics import Phrase
from creditlang.resolve import AccountSymbol
from creditlang.syntax import tree as t
from creditlang.types import DATE, Type

_SCOPES: Final = (t.BeforeThis, t.AsOfDay, t.LastWindow, t.AnyWindow, t.Since, t.SamePeriod, t.Ever)
_UPPER: Final = {"<": ">", "<=": ">="}
"""The comparisons with an upper bound, each with its mirror image."""


class EarlierBalances:
    """Elaborates balances at other times than at hand."""

    def __init__(self, queries: QueryForms) -> None:
        """`queries` read the scopes, which are those of queries too."""
        self.queries, self.scope, self.program = queries, queries.scope, queries.program

    def is_one(self, node: t.ValueAt) -> bool:
        """Whether a value is one of an account at such a time."""
        return all(isinstance(scope, _SCOPES) for scope in node.scopes)

    def value(self, node: t.ValueAt, context: Context, bound: str = "") -> Typed:
        """A balance at another time. Compared, it stands on the left of the comparison `bound`."""
        account = self.program.account(node.name.text)
        own = self.scope.field_of(context.kind, node.name.text)
        if account is None and own is not None and own.type == DATE and isinstance(node.scopes[0], t.LastWindow):
            length, day = node.scopes[0].length.span.text, node.name.text
            meant = Phrase(f"{length} after {day} > as of", f"{day} 起 {length} 晚于 截至")
            self.scope.report("CR011", node.span, found=node.span.text, nearest=meant)
            return NOTHING
        if account is None:
            self.scope.unknown(
                "account", node.name, [text for space, text in self.program.labels if space == "account"]
            )
            return NOTHING
        if context.searches:
            self.scope.report("CR103", node.span, container=Phrase("the condition of a query", "查询的条件"))
            return NOTHING
        if not self.fits(node, account, bound, context):
            return NOTHING
        parts = tuple(self.queries.extents(node.scopes, context, of_account=True))
        if len(parts) < len(node.scopes):
            return NOTHING
        self.scope.reads.add(("account", account.name))
        at = parts[0] if len(parts) == 1 else e.AllOf(parts)
        return e.Value("account", account.name, at), Type("number", account.unit, 2)

    def fits(self, node: t.ValueAt, account: AccountSymbol, bound: str, context: Context) -> bool:
        """Whether an account has a balance at such a time; one that has none is reported."""
        sorts = [type(scope) for scope in node.scopes]
        balance = all(sort in (t.BeforeThis, t.AsOfDay) for sort in sorts)
        if not isinstance(account.node, t.Category) or (isinstance(account.node, t.Score) and not balance):
            found = Phrase("a credit, a plain account or a score", "学分项、普通账户或评分")
            expected = Phrase("a category or a score", "类别或评分") if balance else CONTAINERS["category"]
            self.scope.report("CR201", node.name.span, found=found, expected=expected)
            return False
        about_record = context.kind is not None or bool(context.kinds)
        together = len(sorts) > 1 and (
            t.AnyWindow in sorts or t.Ever in sorts or {t.BeforeThis, t.AsOfDay} <= set(sorts)
        )
        window = next((scope for scope in node.scopes if isinstance(scope, t.AnyWindow)), None)
        if together or (window is not None and about_record):
            where = Phrase("a line about one record", "针对单条记录的行")
            if together:
                where = Phrase("a value with another scope", "已写明另一时段的值")
            self.scope.report("CR103", (window or node.scopes[-1]).span, container=where)
            return False
        if t.BeforeThis in sorts and not about_record:
            self.scope.report("CR103", node.span, container=Phrase("a line that is about no record", "不针对记录的行"))
            return False
        if t.BeforeThis in sorts and not context.sequential and self.is_own(account, context):
            line = Phrase("a line that is done to all entries at once", "对各条记录一并进行的行")
            instead = Phrase("write `one by one` above it", "请在它上面写“逐条”")
            self.scope.report("CR111", node.span, part=node.span.text, line=line, instead=instead)
            return False
        if window is not None and bound not in ((">", ">=") if window.some else ("<", "<=")):
            self.refuse_window(node, window)
            return False
        return True

    def refuse_window(self, node: t.ValueAt, window: t.AnyWindow) -> None:
        """Say which bound stands with a window that may be any."""
        written, unit = node.name.text, window.length.span.text
        upper = Phrase(f"`{written} in any {unit} below …`", f"“任意{unit} 的 {written} 低于 …”")
        lower = Phrase(f"`{written} in some {unit} at least …`", f"“某个连续{unit}内 的 {written} 不低于 …”")
        self.scope.report("CR215", node.span, written=node.span.text, upper=upper, lower=lower)

    def is_own(self, account: AccountSymbol, context: Context) -> bool:
        """Whether an account is filled together with the one in whose body a line stands."""
        own = self.program.accounts[context.body] if context.body else None
        return own is not None and self.outermost(own) == self.outermost(account)

    def outermost(self, account: AccountSymbol) -> str:
        """The account around an account that lies in none."""
        while account.parent:
            account = self.program.accounts[account.parent]
        return account.name

    def compared(self, sides: Sequence[t.Expression], operator: str, context: Context) -> dict[int, Typed]:
        """The sides of a comparison, by their place, that are balances in any window."""
        mirrored = {**_UPPER, **{two: one for one, two in _UPPER.items()}}
        return {
            place: self.value(side, context, operator if place == 0 else mirrored.get(operator, operator))
            for place, side in enumerate(sides)
            if isinstance(side, t.ValueAt) and any(isinstance(scope, t.AnyWindow) for scope in side.scopes)
        }
