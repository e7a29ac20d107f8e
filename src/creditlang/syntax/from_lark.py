"""The arrow from the parser to the tree: one small function for each rule of the grammar.

The functions run while the text is parsed, bottom up, so no walk is needed and no intermediate tree is kept. Lines,
expressions and examples have files of their own beside this one; this one has names, data and declarations.
"""

from creditlang.diagnostics import Phrase, report
from creditlang.syntax import tree as t
from creditlang.syntax.children import (
    Children,
    Handed,
    count_of,
    date_of,
    declared,
    first_of,
    handed,
    has,
    identifier,
    identifiers,
    is_token,
    nodes,
    number_of,
    period_of,
    periods_of,
    place_of,
    positive_of,
    refuse_second,
    span_of,
    string_of,
    tokens,
    two_readings,
    without_meaning,
)
from creditlang.syntax.from_lark_examples import ExampleBuilder
from creditlang.syntax.from_lark_expressions import ExpressionBuilder
from creditlang.syntax.from_lark_lines import LineBuilder, decision_lines, rule_lines, score_lines
from creditlang.syntax.from_lark_periods import PeriodBuilder
from creditlang.syntax.lexer import LexicalError, PlacedToken
from creditlang.types import type_word


class TreeBuilder(ExpressionBuilder, LineBuilder, PeriodBuilder, ExampleBuilder):
    """The functions that the parser calls, named after the rules of the grammar."""

    def start(self, children: Children) -> t.Module:
        return t.Module(tuple(nodes(children, t.Line)))

    # ---- names
    def labels(self, children: Children) -> Handed:
        return Handed("labels", tuple(string_of(child) for child in children))

    def cites(self, children: Children) -> Handed:
        return Handed("cites", tuple(t.Citation(string_of(child).strip(), span=place_of(child)) for child in children))

    def names(self, children: Children) -> Handed:
        return Handed("names", identifiers(children))

    def policy(self, children: Children) -> t.Policy:
        since, until, cites = handed(children, "effective", (None, None, ()))
        applies, to, cited = handed(children, "applies", (None, None, ()))
        return t.Policy(
            identifier=string_of(tokens(children, "STRING")[0]), title=handed(children, "title"),
            issuer=handed(children, "issuer"), since=since, until=until, applies=applies, applies_to=to,
            readings=tuple(nodes(children, t.Reading)), objections=tuple(nodes(children, t.Objections)),
            cites=(*cites, *cited), span=span_of(children),
        )  # fmt: skip

    def title(self, children: Children) -> Handed:
        return Handed("title", string_of(children[1]), span_of(children[:2]))

    def issuer(self, children: Children) -> Handed:
        return Handed("issuer", string_of(children[1]), span_of(children[:2]))

    def objections(self, children: Children) -> t.Objections:
        texts = (string_of(children[1]), *handed(children, "labels", ()))
        return t.Objections(texts, cites=handed(children, "cites", ()), span=span_of(children))

    def effective(self, children: Children) -> Handed:
        dates = {children[i - 1].type: date_of(child) for i, child in enumerate(children) if is_token(child, "DATE")}
        value = (dates.get("FROM"), dates.get("UNTIL"), handed(children, "cites"))
        return Handed("effective", value, place_of(children[0]))

    def applies(self, children: Children) -> Handed:
        condition, names = first_of(children, t.Expression), identifiers(children)
        value = (condition, names[0] if names else None, handed(children, "cites"))
        return Handed("applies", value, place_of(children[0]))

    def use(self, children: Children) -> t.Use:
        return t.Use(string_of(children[1]), span=span_of(children))

    def unit(self, children: Children) -> t.Unit:
        return t.Unit(**declared(children))

    def value(self, children: Children) -> t.Value:
        return t.Value(identifier(children[0]), handed(children, "labels", ()), span=span_of(children))

    def scale(self, children: Children) -> t.Enumeration:
        return t.Enumeration(**declared(children), values=tuple(nodes(children, t.Value)), ordered=True)

    def choice(self, children: Children) -> t.Enumeration:
        return t.Enumeration(**declared(children), values=tuple(nodes(children, t.Value)))

    def let(self, children: Children) -> t.Let:
        first = t.DatedValue(first_of(children, t.Expression), None, span=span_of(children))
        values = (first, *nodes(children, t.DatedValue))
        return t.Let(
            **declared(children), values=values, printed=tuple(nodes(children, t.AlsoPrinted)),
            references=tuple(nodes(children, t.Reference)), readings=tuple(nodes(children, t.Reading)),
        )  # fmt: skip

    def also_printed(self, children: Children) -> t.AlsoPrinted:
        return t.AlsoPrinted(children[1], cites=handed(children, "cites", ()), span=span_of(children))

    def dated_value(self, children: Children) -> t.DatedValue:
        return t.DatedValue(
            children[0],
            date_of(tokens(children, "DATE")[0]),
            cites=handed(children, "cites", ()),
            span=span_of(children),
        )

    def reading(self, children: Children) -> t.Reading:
        return t.Reading(
            string_of(children[1]), handed(children, "names", ()), cites=handed(children, "cites", ()),
            span=span_of(children),
        )  # fmt: skip

    def reference(self, children: Children) -> t.Reference:
        cites = self.cites(tokens(children, "CITATION")).value
        return t.Reference(identifier(children[1]), cites=cites, span=span_of(children))

    def reason(self, children: Children) -> Handed:
        return Handed("reason", string_of(children[1]), place_of(children[1]))

    # ---- data
    def student(self, children: Children) -> t.Student:
        names = identifiers(children)
        return t.Student(
            word=names[0] if names else None, labels=handed(children, "labels", ()),
            numbers=handed(children, "numbers", ()),
            fields=tuple(nodes(children, t.Field)), readings=tuple(nodes(children, t.Reading)), span=span_of(children),
        )  # fmt: skip

    def identified(self, children: Children) -> Handed:
        return Handed("numbers", tuple(string_of(token) for token in tokens(children, "STRING")), span_of(children))

    def record(self, children: Children) -> t.Record:
        lines = rule_lines(child for child in nodes(children, t.Line) if not isinstance(child, t.Field))
        group, membership = handed(children, "group", (None, None))
        return t.Record(
            **declared(children), group=group, membership=membership,
            enrolment=has(children, "MARKS_ENROLMENT"),
            fields=tuple(nodes(children, t.Field)), lines=lines,
        )  # fmt: skip

    def record_for(self, children: Children) -> Handed:
        return Handed("group", (identifier(children[1]), handed(children, "latest")))

    def of_latest(self, children: Children) -> Handed:
        return Handed("latest", identifier(children[1]))

    def field(self, children: Children) -> t.Field:
        given = declared(children)
        kind = handed(children, "type")
        decimals = next((part for part in nodes(children, Handed) if part.what == "decimals"), None)
        if decimals and isinstance(kind, t.Identifier) and kind.text == "whole number":
            whole, number = (
                Phrase("a column of whole numbers", "整数列"),
                Phrase("write `number` as its type", "类型请写“数字”"),
            )
            raise without_meaning(decimals.span, whole, number)
        choices = kind if isinstance(kind, tuple) else ()
        return t.Field(
            **given, type=None if choices else kind, choices=choices, optional=handed(children, "optional", False),
            if_used=handed(children, "if_used", False), default=handed(children, "default"),
            minimum=handed(children, "minimum"), maximum=handed(children, "maximum"),
            decimals=handed(children, "decimals"), parts=handed(children, "parts", ()),
        )  # fmt: skip

    def parts(self, children: Children) -> Handed:
        return Handed("parts", tuple(nodes(children, t.FieldPart)), span_of(children))

    def field_part(self, children: Children) -> t.FieldPart:
        kind = handed(children, "type")
        if isinstance(kind, tuple) or kind.text not in ("text", "whole number"):
            place = kind.span if isinstance(kind, t.Identifier) else span_of(children)
            wanted = Phrase("`text` or `whole number`", "“文本”或“整数”")
            raise LexicalError(report("CR110", place, value=place.text, expected=wanted))
        return t.FieldPart(identifier(children[0]), handed(children, "labels", ()), kind, span=span_of(children))

    def type(self, children: Children) -> Handed:
        child = children[0]
        if isinstance(child, Handed):
            return Handed("type", child.value)
        names = {"WHOLE_NUMBER": "whole number", "YES_OR_NO": "yes or no"}
        return Handed("type", t.Identifier(names.get(child.type) or type_word(str(child)), span=place_of(child)))

    def inline_choice(self, children: Children) -> Handed:
        values = tuple(nodes(children, t.Value))
        if len(values) == 1 and not values[0].labels:
            return Handed("choices", values[0].name)
        return Handed("choices", values)

    def optional(self, children: Children) -> Handed:
        return Handed("optional", True, span_of(children))

    def if_used(self, children: Children) -> Handed:
        return Handed("if_used", True, span_of(children))

    def default(self, children: Children) -> Handed:
        return Handed("default", self.make_literal(children[1]), span_of(children))

    def minimum(self, children: Children) -> Handed:
        return Handed("minimum", number_of(children[1]), span_of(children))

    def maximum(self, children: Children) -> Handed:
        return Handed("maximum", number_of(children[1]), span_of(children))

    def decimals(self, children: Children) -> Handed:
        return Handed("decimals", count_of(children[0], 0, 6), span_of(children))

    def make_literal(self, token: PlacedToken) -> t.Expression:
        span = place_of(token)
        match token.type:
            case "NUMBER":
                return t.Number(number_of(token), span=span)
            case "YES" | "NO":
                return t.YesNo(token.type == "YES", span=span)
            case "STRING":
                return t.Text(string_of(token), span=span)
            case _:
                return t.Name(str(token), span=span)

    # ---- categories, scores, items
    def in_unit(self, children: Children) -> Handed:
        return Handed("unit", identifier(children[1]))

    def of_kind(self, children: Children) -> Handed:
        return Handed("kind", identifier(children[1]))

    def of_record(self, children: Children) -> Handed:
        return Handed("kind", identifier(children[1]))

    def per_period(self, children: Children) -> Handed:
        return Handed("period", period_of(children[1]), span_of(children))

    def per_groups(self, children: Children) -> Handed:
        periods, names = periods_of(children), identifiers(children)
        refuse_second(*(period.span for period in periods))
        return Handed("groups", (periods[0] if periods else None, names), span_of(children))

    def body(self, children: Children) -> Handed:
        return Handed("body", tuple(nodes(children, t.Line)))

    def category(self, children: Children) -> t.Category:
        return t.Category(
            **declared(children), lines=rule_lines(handed(children, "body")), unit=handed(children, "unit"),
            kind=handed(children, "kind"),
            period=handed(children, "period"),
        )  # fmt: skip

    def score(self, children: Children) -> t.Score:
        return t.Score(
            **declared(children), lines=score_lines(handed(children, "body")), unit=handed(children, "unit"),
            kind=handed(children, "kind"), period=handed(children, "period"),
        )  # fmt: skip

    def item(self, children: Children) -> t.Item:
        return t.Item(
            **declared(children), lines=rule_lines(handed(children, "body")), kind=handed(children, "kind"),
            where=handed(children, "where"),
        )  # fmt: skip

    def adjust(self, children: Children) -> t.Adjust:
        return t.Adjust(**declared(children), lines=rule_lines(handed(children, "body")))

    def fact(self, children: Children) -> t.Fact:
        (period, groups), kind = handed(children, "groups", (None, ())), handed(children, "kind")
        if (period or groups) and kind:
            place = next(child.span for child in children if isinstance(child, Handed) and child.what == "groups")
            instead = Phrase("leave the period out: each record has a value", "请不写时段：每条记录各有一个值")
            raise without_meaning(place, Phrase("a fact of records", "记录的事实"), instead)
        return t.Fact(
            **declared(children), lines=decision_lines(handed(children, "body")), period=period, groups=groups,
            kind=kind, unit=handed(children, "unit"),
        )  # fmt: skip

    def credit(self, children: Children) -> t.Credit:
        return t.Credit(
            **declared(children), lines=decision_lines(handed(children, "body")), period=handed(children, "period"),
            unit=handed(children, "unit"),
        )  # fmt: skip

    def account(self, children: Children) -> t.Account:
        return t.Account(**declared(children), unit=handed(children, "unit"))

    # ---- moves and requirements
    def up_to(self, children: Children) -> Handed:
        return Handed("limit", children[1])

    def from_line(self, children: Children) -> Handed:
        *sources, request = identifiers(children)
        return Handed("from", (tuple(sources), request, handed(children, "cites")), span_of(children[:-1]))

    def at_line(self, children: Children) -> Handed:
        return Handed("ratios", tuple(nodes(children, t.Ratio)), place_of(children[0]))

    def ratio(self, children: Children) -> t.Ratio:
        taken, given = (positive_of(token) for token in tokens(children, "NUMBER"))
        return t.Ratio(taken, given, handed(children, "when"), handed(children, "cites", ()), span=span_of(children))

    def offset(self, children: Children) -> t.Offset:
        given = declared(children)
        sources, request, cites = handed(children, "from", ((), None, ()))
        for part, line in (("from", _OFFSET_FROM), ("ratios", _OFFSET_AT)):
            if handed(children, part) is None:
                raise LexicalError(report("CR108", given["name"].span, what=line))
        given["cites"] += cites
        return t.Offset(
            **given, period=period_of(tokens(children, "PERIOD")[0]), limit=handed(children, "limit"), sources=sources,
            request=request, ratios=handed(children, "ratios", ()), lines=tuple(nodes(children, t.Line)),
        )  # fmt: skip

    def require(self, children: Children) -> t.Require:
        parts = tuple(nodes(children, (t.Part, t.EnoughParts)))
        return t.Require(
            **declared(children), period=handed(children, "period"), parts=parts,
            readings=tuple(nodes(children, t.Reading)),
        )  # fmt: skip

    def require_part(self, children: Children) -> t.Part:
        condition, in_each = first_of(children, t.Expression), handed(children, "in_each")
        if in_each is not None and isinstance(condition, (t.Logical, t.Not)) and not has(children, "COLON"):
            form = Phrase(f"`in each {in_each.span.text}: …` in front", f"“每{in_each.span.text}：……”，写在前面")
            raise two_readings([condition, in_each], form)
        return t.Part(
            handed(children, "label"), condition, handed(children, "when"), in_each,
            cites=handed(children, "cites", ()), span=span_of(children),
        )  # fmt: skip

    def in_each(self, children: Children) -> Handed:
        return Handed("in_each", period_of(children[1]), span_of(children))

    def n_of(self, children: Children) -> t.EnoughParts:
        count, parts = count_of(tokens(children, "NUMBER")[0]), tuple(nodes(children, t.Part))
        return t.EnoughParts(
            handed(children, "label"), count, parts, cites=handed(children, "cites", ()), span=span_of(children)
        )

    def unique_declared(self, children: Children) -> t.Line:
        line: t.Line = children[0]
        return line

    def part_label(self, children: Children) -> Handed:
        return Handed("label", string_of(children[0]))

    def treat(self, children: Children) -> t.Treat:
        code = children[1]
        text = string_of(code) if code.type == "STRING" else str(code)
        item = identifier(tokens(children, "NAME")[-1])
        return t.Treat(
            text, item, handed(children, "decider"), cites=handed(children, "cites", ()), span=span_of(children)
        )

    def decided_by(self, children: Children) -> Handed:
        return Handed("decider", string_of(children[-1]))

    def article(self, children: Children) -> Handed:
        token = children[0]
        text = string_of(token) if token.type == "STRING" else str(token)
        return Handed("article", t.Identifier(text, span=place_of(token)))

    def show(self, children: Children) -> t.Show:
        return t.Show(handed(children, "names"), span=span_of(children))

    def article_range(self, children: Children) -> t.Articles:
        return self._articles(children, counted=True)

    def article_list(self, children: Children) -> t.Articles:
        return self._articles(children, counted=False)

    def _articles(self, children: Children, counted: bool) -> t.Articles:
        without = tuple(nodes(children, t.WithoutRule))
        return t.Articles(_article_names(children), counted, without, span=span_of(children))

    def without_rule(self, children: Children) -> t.WithoutRule:
        return t.WithoutRule(_article_names(children), string_of(children[-1]), span=span_of(children))


"""What is meant by `lowest first` after a tie and a comma: the ranking itself, or the tie."""
_OFFSET_FROM = Phrase("line `from …, on request …` under this offset", "“自……，依申请……”这样的行")
_OFFSET_AT = Phrase("line `at … for …` under this offset", "“按……抵……”这样的行")


def _article_names(children: Children) -> tuple[t.Identifier, ...]:
    parts = nodes(children, Handed)
    return tuple(part.value for part in parts if part.what == "article")
