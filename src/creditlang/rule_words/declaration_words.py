"""What each declaration of a policy says: items, accounts, facts, requirements, offsets, kinds of records, periods."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from attrs import evolve, field, frozen

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.account_trees import within
from creditlang.diagnostics import Language, Phrase
from creditlang.plugin.rulebook_data import Rows, RuleInWords, Sentence
from creditlang.resolve import Program
from creditlang.rule_words.expression_words import ExpressionWords
from creditlang.rule_words.line_words import LineWords, table_rows
from creditlang.values import written
from creditlang.words import HOW_TO_OBJECT, SORTS, TYPES, said, text_for, word

_ACCOUNT_SORTS: Final = {
    "category": Phrase("category", "类别"),
    "score": Phrase("score", "评分"),
    "credit": Phrase("credit", "学分"),
    "account": SORTS["account"],
}
_MODES: Final = {
    "first": Phrase("The first that applies:", "按先后只用最先符合的一项："),
    "all": Phrase("All that apply, added up:", "符合的各项相加："),
}


def _columns(columns: Iterable[o.Column], table: e.Table) -> list[str]:
    """The columns by whose names or labels a table is looked up, if it is by these."""
    names = {form: column.name for column in columns for form in (*column.labels, column.name)}
    return [names[name] for name in table.dimensions] if names.keys() >= set(table.dimensions) else []


@frozen(eq=False, repr=False)
class DeclarationWords:
    """The declarations of one policy in one language."""

    policy: o.Policy
    program: Program
    words: ExpressionWords
    articles: Mapping[str, tuple[str, ...]] = field(factory=dict)

    @classmethod
    def of(cls, policy: o.Policy, program: Program, language: Language) -> "DeclarationWords":
        """For those who read `language`."""
        named = {name: node.labels for name, node in (*program.facts.items(), *program.tables.items())}
        return cls(policy, program, evolve(ExpressionWords.of(policy, language), labels=named), policy.article_of)

    def say(self, english: str, chinese: str, **values: object) -> str:
        """A sentence in the language of the reader."""
        return self.words.say(english, chinese, **values)

    def all(self) -> Iterator[RuleInWords]:
        """Everything that the policy declares beside its data."""
        policy = self.policy
        yield from self.scope()
        yield from map(self.objections, policy.objections)
        yield from (self.period(kind) for kind in policy.periods.values())
        yield from map(self.account, policy.accounts.values())
        yield from map(self.item, policy.rules.values())
        yield from (self.record_fact(name, value) for name, value in policy.record_facts.items())
        yield from (self.fact(fact) for fact in policy.facts.values())
        yield from (self.requirement(x) for x in policy.requirements.values())
        yield from map(self.offset, policy.moves)
        yield from (self.table(table) for table in policy.tables if ":" not in table.name)
        yield from (found for kind in policy.kinds.values() if (found := self.kind(kind)) is not None)
        yield from (self.unique(x) for x in policy.uniques)
        yield from (self.treat(code, *found) for code, found in policy.treats.items())

    def rule(self, name: str, sort: str, label: str, article: str, sentences: Iterable[Sentence]) -> RuleInWords:
        """A declaration; the same said twice in a row is said once."""
        return RuleInWords(name, sort, label, article, tuple(dict.fromkeys(sentences)))

    def cited(self, name: str) -> str:
        """The articles of what is no account, rule, fact of a person or requirement."""
        return "；".join(dict.fromkeys(self.articles.get(name, ())))

    # ---- items and accounts
    def item(self, rule: o.Rule) -> RuleInWords:
        """An item: which records it takes, and what is done to them."""
        words = self.words.about(rule.kind)
        lines = LineWords(words, self.policy.accounts[rule.account].unit, frozenset({rule.name}))
        told = []
        if rule.where not in (None, e.Constant(True)):
            when = words.condition(rule.where)
            told.append(
                Sentence(self.say("Takes the records where {when}", "适用于{when}的记录", when=when), rule.article)
            )
        if rule.falls_on_group:
            text = self.say("Falls on every member of the group that the record names", "由记录所写的整组人员每人承担")
            told.append(Sentence(text, rule.article))
        told += lines.sentences(rule.operators)
        return self.rule(rule.name, self.word("item"), words.called(rule), rule.article, told)

    def word(self, sort: str) -> str:
        """What a sort of declaration is called."""
        return word(SORTS, sort, self.words.language)

    def account(self, account: o.Account) -> RuleInWords:
        """An account: what is in it, and what is done to all of it."""
        words, lines = self.words, self.account_lines(account)
        told = [Sentence(text, account.article) for text in self.contents(account)]
        if account.decide is not None:
            told += self.decided(account.decide, account.unit, account.sort == "score")
        told += lines.sentences(account.operators)
        for limit, target, article in account.diverts:
            over = self.say(
                "What is above {limit} goes to {target}",
                "超过{limit}的部分转入{target}",
                limit=lines.amount(limit),
                target=words.called(self.policy.accounts[target]),
            )
            told.append(Sentence(over, article))
        if account.order_field is not None:
            order = lines.words.field(account.order_field)
            told.append(Sentence(self.say("In the order of {order}", "按{order}先后", order=order), account.article))
        sort = said(_ACCOUNT_SORTS[account.sort], words.language)
        return self.rule(account.name, sort, words.called(account), account.article, told)

    def account_lines(self, account: o.Account) -> LineWords:
        """The lines of an account in words."""
        own = frozenset(
            rule for name in within(self.policy.accounts, account.name) for rule in self.policy.accounts[name].items
        )
        kinds = {self.policy.rules[rule].kind for rule in own}
        words = self.words.about(kinds.pop()) if len(kinds) == 1 else self.words
        return LineWords(words, account.unit, own)

    def some_lines(self, account: o.Account, lines: Iterable[o.Operator]) -> RuleInWords:
        """An account with some of its lines only."""
        told = self.account_lines(account).sentences(lines)
        sort = said(_ACCOUNT_SORTS[account.sort], self.words.language)
        return self.rule(account.name, sort, self.words.called(account), account.article, told)

    def contents(self, account: o.Account) -> Iterator[str]:
        """What an account is made of, in which unit, and per what period it is kept."""
        words = self.words
        parts = [words.called(self.policy.accounts[name]) for name in account.children]
        parts += [words.called(self.policy.rules[name]) for name in account.items]
        if account.period is not None:
            period = words.period(account.period)
            yield self.say("Kept for each {period}", "每{period}分别计算", period=period)
        if parts:
            yield self.say("Made up of {parts}", "由{parts}组成", parts=self.say(", ", "；").join(parts))

    # ---- values by cases
    def decided(self, decide: o.Decide, unit: str | None, starts: bool = False) -> Iterator[Sentence]:
        """The cases of a value, its bounds; or the ranking that makes it."""
        words = self.words
        lines = LineWords(words, unit, frozenset())
        if decide.groups is not None:
            keys = words.listed(self.key(key) for key in decide.groups)
            text = (
                self.say("One value for each {keys}", "每一{keys}一个值", keys=keys)
                if keys
                else self.say("One value for all students", "全体学生一个值")
            )
            yield Sentence(text, decide.article)
        if decide.rank is not None:
            yield from self.ranking(decide.rank, decide.article)
        if len(decide.cases) > 1 and decide.mode in _MODES:
            yield Sentence(said(_MODES[decide.mode], words.language), decide.article)
        for case in decide.cases:
            rows: Rows = ()
            if isinstance(case.value, e.Lookup) and ":" in case.value.table.name:
                rows = table_rows(words, case.value.table, case.value.keys)
            shown = self.shown(case.value, decide, lines)
            text = self.say("Starts at {shown}", "起始为{shown}", shown=shown) if starts else shown
            if case.otherwise:
                text = self.say("Otherwise {shown}", "其他情形为{shown}", shown=shown)
            elif case.condition not in (None, e.Constant(True)):
                when = words.condition(case.condition)
                text = self.say("{shown} if {when}", "{when}的，为{shown}", shown=_large(shown), when=when)
            yield Sentence(_large(text), case.article or decide.article, rows)
        if decide.least is not None:
            yield Sentence(
                self.say("At least {least}", "最低{least}", least=lines.amount(decide.least)), decide.article
            )
        if decide.most is not None:
            yield Sentence(self.say("At most {most}", "最高{most}", most=lines.amount(decide.most)), decide.article)

    def shown(self, value: e.Expression, decide: o.Decide, lines: LineWords) -> str:
        """A value of a fact; one of a list by its label."""
        if isinstance(value, e.Constant) and isinstance(value.value, str):
            labels = self.policy.choices.get(decide.type.enumeration or "", {}).get(value.value, ())
            return self.words.fit(value.value, labels)
        return lines.amount(value)

    def key(self, key: o.Key) -> str:
        """What groups of people are made by."""
        return self.words.value(key.value)

    def ranking(self, rank: o.Rank, article: str) -> Iterator[Sentence]:
        """Who is ranked, within what, by what."""
        words = self.words
        keys = words.listed(map(self.key, rank.keys))
        what = words.listed(map(self.key, rank.groups)) if rank.groups is not None else self.say("students", "学生")
        by = self.say(", then ", "，再按").join(
            self.say(
                "{value}{order}",
                "{value}{order}",
                value=words.value(x.value),
                order=self.say(" (lowest first)", "由低到高") if x.lowest else self.say(" (highest first)", "由高到低"),
            )
            for x in rank.criteria
        )
        within_ = self.say(" within each {keys}", "在同一{keys}内", keys=keys) if keys else ""
        text = self.say(
            "A rank for each of the {what}{within}, by {by}",
            "{what}{within}按{by}排名",
            what=what,
            within=within_,
            by=by,
        )
        yield Sentence(text, article)
        equal = self.say(
            "Those who are equal have the same rank, and the next ones are skipped", "相同的名次并列，其后名次顺延"
        )
        yield Sentence(equal, article)
        if rank.where is not None:
            when = words.condition(rank.where)
            yield Sentence(self.say("Ranked are only those where {when}", "只排{when}的", when=when), article)

    def fact(self, fact: o.Decide) -> RuleInWords:
        """A fact of a person, of each period, or of a group."""
        told = []
        if fact.period is not None:
            period = self.words.period(fact.period)
            told.append(
                Sentence(self.say("Worked out for each {period}", "每{period}分别判定", period=period), fact.article)
            )
        told += self.decided(fact, fact.unit)
        return self.rule(fact.name, self.word("fact"), self.words.called(fact), fact.article, told)

    def record_fact(self, name: str, value: e.Expression) -> RuleInWords:
        """A fact of each record of a kind."""
        node = self.program.facts[name]
        kind = self.program.canonical("kind", node.kind.text) if node.kind is not None else None
        words = self.words.about(kind or "")
        lines = LineWords(words, None, frozenset())
        told = []
        branches: tuple[tuple[e.Expression, e.Expression], ...] = ()
        otherwise: e.Expression | None = value
        if isinstance(value, e.Cases):
            always = [then for when, then in value.branches[:1] if when == e.Constant(True)]
            branches, otherwise = ((), always[0]) if always else (value.branches, value.otherwise)
        for when, then in branches:
            shown, asked = lines.amount(then), words.condition(when)
            told.append(self.say("{shown} if {when}", "{when}的，为{shown}", shown=_large(shown), when=asked))
        if otherwise is not None:
            shown = lines.amount(otherwise)
            told.append(self.say("Otherwise {shown}", "其他情形为{shown}", shown=shown) if branches else shown)
        article = self.cited(name)
        sentences = (Sentence(_large(text), article) for text in told)
        return self.rule(name, self.word("fact"), words.fit(name, node.labels), article, sentences)

    def requirement(self, requirement: o.Decide) -> RuleInWords:
        """A requirement: all its parts have to hold."""
        told = [self.part(case, requirement.article) for case in requirement.cases]
        return self.rule(
            requirement.name, self.word("require"), self.words.called(requirement), requirement.article, told
        )

    def part(self, case: o.Case, article: str) -> Sentence:
        """A part of a requirement; of several of which so many have to hold, all."""
        words = self.words
        if case.of:
            told = self.say("; ", "；").join(self.part(inner, article).text for inner in case.of)
            needed = words.value(case.value)
            text = self.say("At least {n} of: {told}", "以下各项至少符合{n}项：{told}", n=needed, told=told)
        else:
            text = words.condition(case.value)
        if case.each is not None:
            text = self.say("In each {period}: {text}", "每{period}：{text}", period=words.period(case.each), text=text)
        if case.condition is not None:
            when = words.condition(case.condition)
            text = self.say("If {when}: {text}", "{when}的：{text}", when=when, text=text)
        if not case.labelled:
            text = _large(text)
        elif case.label != text:
            text = self.say("{label}: {text}", "{label}：{text}", label=case.label, text=text)
        return Sentence(text, case.article or article)

    # ---- the others
    def offset(self, move: o.Move) -> RuleInWords:
        """An offset."""
        lines = LineWords(self.words.about(move.kind), self.policy.accounts[move.target].unit, frozenset())
        target = self.words.called(self.policy.accounts[move.target])
        called = self.words.fit(target, move.labels)
        return self.rule(
            f"offset-{move.number}", self.say("offset", "抵扣"), called, move.article, lines.sentences((move,))
        )

    def unique(self, limit: o.Limit) -> RuleInWords:
        """What counts once over several items."""
        over = limit.group.over or frozenset(self.policy.rules)
        kinds = {self.policy.rules[rule].kind for rule in over if rule in self.policy.rules}
        lines = LineWords(self.words.about(kinds.pop()) if len(kinds) == 1 else self.words, None, frozenset())
        called = self.say("Not counted twice", "不重复计算")
        return self.rule(
            f"unique-{limit.number}", self.say("rule", "规则"), called, limit.article, lines.sentences((limit,))
        )

    def treat(self, code: str, item: str, decider: str) -> RuleInWords:
        """A code that is not listed, judged like an item that is."""
        label = self.words.called(self.policy.rules[item])
        text = self.say("Judged like {label}", "比照“{label}”认定", label=label)
        if decider:
            text += self.say(", as decided by {decider}", "（{decider}决定）", decider=decider)
        article = self.cited(code)
        return self.rule(f"treat-{code}", self.say("unlisted", "未列项目"), code, article, (Sentence(text, article),))

    def table(self, table: e.Table) -> RuleInWords:
        """A table with a name."""
        labels = self.program.tables[table.name].labels if table.name in self.program.tables else ()
        words = self.words
        keys = [e.Read("attribute", name) for name in _columns(self.policy.attributes, table) or table.dimensions]
        for kind in self.policy.kinds.values():
            if fields := _columns(kind.columns, table):
                words, keys = self.words.about(kind.name), [e.Read("field", name) for name in fields]
                break
        rows = table_rows(words, table, keys)
        article = self.cited(table.name)
        return self.rule(
            table.name, self.word("table"), words.fit(table.name, labels), article, (Sentence("", article, rows),)
        )

    def kind(self, kind: o.RecordKind) -> RuleInWords | None:
        """What is asked of all records of a kind; how records are made that do not come with the data."""
        words = self.words.about(kind.name)
        told = [*LineWords(words, None, frozenset()).sentences(kind.guards)]
        article = self.cited(kind.name)
        if kind.clean is not None:
            told.insert(0, Sentence(self.clean(kind.clean), article))
        return self.rule(kind.name, self.word("kind"), words.called(kind), article, told) if told else None

    def clean(self, stretch: o.CleanStretch) -> str:
        """Of what a record is made."""
        words = self.words
        if stretch.kind is not None:
            breach = self.say("record “{kind}”", "“{kind}”记录", kind=words.called(self.policy.kinds[stretch.kind]))
            words = words.about(stretch.kind)
        else:
            account = self.policy.accounts[stretch.account or ""]
            breach = self.say("amount in {account}", "计入{account}的记录", account=words.called(account))
        if stretch.where is not None:
            when = words.condition(stretch.where)
            breach = self.say("{breach} where {when}", "{when}的{breach}", breach=breach, when=when)
        return self.say(
            "One record for each {length} from {start} on without a {breach}; each one starts the count afresh",
            "自{start}起每满{length}没有{breach}的，生成一条记录；每有一条，从次日起重新计算",
            length=self.words.length(stretch.count, stretch.unit),
            start=self.words.value(stretch.start),
            breach=breach,
        )

    def period(self, kind: o.PeriodKind) -> RuleInWords:
        """A kind of period that the policy declares."""
        words = self.words
        anchor = words.value(kind.anchor)
        text = (
            self.say(
                "Each {own}, from the one that holds {anchor} on",
                "自{anchor}所在的{own}起，每{own}一个",
                own=words.period(kind.own),
                anchor=anchor,
            )
            if kind.own is not None
            else self.say(
                "{length} each, from {anchor} on",
                "自{anchor}起，每{length}一个",
                length=words.length(kind.count, kind.unit),
                anchor=anchor,
            )
        )
        if kind.until is not None:
            text += self.say(", until {until}", "，至{until}止", until=words.value(kind.until))
        return self.rule(
            kind.name, self.word("period"), words.called(kind), kind.article, (Sentence(_large(text), kind.article),)
        )

    def scope(self) -> Iterator[RuleInWords]:
        """To whom the policy applies."""
        policy = self.policy
        if policy.applies is None:
            return
        when = self.words.condition(policy.applies)
        text = self.say("The policy applies to students where {when}", "本办法适用于{when}的学生", when=when)
        article = self.cited(policy.identifier)
        yield self.rule(
            "applies",
            self.say("scope", "适用范围"),
            self.say("Who it applies to", "适用对象"),
            article,
            (Sentence(text, article),),
        )

    def objections(self, objections: o.Objections) -> RuleInWords:
        """How to object to a result."""
        told = Sentence(text_for(objections.texts, self.words.language), objections.article)
        sort, heading = self.say("objections", "异议办理"), said(HOW_TO_OBJECT, self.words.language)
        return self.rule("objections", sort, heading, objections.article, (told,))

    def setting(self, name: str) -> tuple[str, str]:
        """A named value: what it is called, and what it is, with the days from which it is so."""
        labels = [text for text, named in self.policy.setting_labels.items() if named == name]
        unit = self.policy.setting_types[name].unit if name in self.policy.setting_types else None
        told = []
        for dated in self.policy.settings[name]:
            value = dated.value
            known = value.value if isinstance(value, e.Constant) else None
            shown = (
                self.words.unit(known, unit)
                if isinstance(known, Decimal)
                else self.words.constant(known, e.Read("setting", name))
                if isinstance(known, (str, bool, date))
                else self.words.value(value)
            )
            told.append(
                self.say("{shown} from {day} on", "自{day}起{shown}", shown=shown, day=dated.since)
                if dated.since
                else shown
            )
        return self.words.fit(name, labels), self.say("; ", "；").join(told)

    def columns(self, name: str, label: str, article: str, columns: Iterable[o.Column]) -> RuleInWords:
        """The columns of a kind of record, or of people: what stands in each, and what an empty cell is."""
        words = self.words.about(name)
        rows = [(self.say("Column", "栏目"), self.say("Holds", "内容"), self.say("If left empty", "未填时"))]
        for column in columns:
            held = word(TYPES, column.type.name, words.language)
            values = self.policy.choices.get(column.type.enumeration or "", {})
            if values:
                shown = words.listed((words.fit(value, labels) for value, labels in values.items()), Phrase(", ", "、"))
                held = f"{held}{self.say(': ', '：')}{shown}"
            for bound, phrase in (
                (column.minimum, Phrase(", at least {n}", "，不小于{n}")),
                (column.maximum, Phrase(", at most {n}", "，不大于{n}")),
            ):
                held += said(phrase, words.language, n=written(bound)) if bound is not None else ""
            rows.append((words.called(column), held, self.empty(words, column)))
        return self.rule(name, self.word("kind"), label, article, (Sentence("", article, tuple(rows)),))

    def empty(self, words: ExpressionWords, column: o.Column) -> str:
        """What an empty cell of a column means."""
        if column.default is not None:
            return self.say(
                "counts as {value}", "按{value}", value=words.constant(column.default, e.Read("field", column.name))
            )
        if column.if_used:
            return self.say("invalid where it is needed", "用到时该条记录无效")
        return self.say("may be empty", "可以不填") if column.optional else self.say("invalid", "该条记录无效")


def _large(text: str) -> str:
    return text[:1].upper() + text[1:]
