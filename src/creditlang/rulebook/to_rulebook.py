"""The arrow from a compiled policy to the book about it.

Everything that a policy declares stands at the first of its articles; at the others it is named. The clauses follow the
file of clauses; what the policy cites beyond it stands after the clause that it is nearest to, without a text.
"""

import re
from collections.abc import Iterator
from typing import Final

from attrs import evolve, field, frozen

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.articles import value
from creditlang.core.dependencies import references
from creditlang.diagnostics import Diagnostic, Language, message
from creditlang.driver import Compiled
from creditlang.example_cases import bad_examples
from creditlang.plugin.rulebook_data import (
    AccountNode,
    Approval,
    Clause,
    Elsewhere,
    Flow,
    FoundInCheck,
    NamedValue,
    Rulebook,
    RuleInWords,
)
from creditlang.rule_words import DeclarationWords
from creditlang.rulebook.clause_file import ClauseText, ClauseTexts, key_of
from creditlang.rulebook.worked_examples import WorkedExamples
from creditlang.words import SEVERITIES, unit_label, word


def rulebook_of(compiled: Compiled, clauses: ClauseTexts | None, clause_file: str, language: Language) -> Rulebook:
    """The book about a sound policy, in a language. `clauses` is None where there is no file of them, `clause_file` its
    name.
    """
    policy, program = compiled.policy, compiled.compilation.program
    words = DeclarationWords.of(policy, program, language)
    examples = WorkedExamples(compiled, language, words.words)
    rules = [_with_examples(rule, policy, examples) for rule in words.all()]
    readings = tuple(
        Approval(number, reading.text, reading.article, reading.place)
        for number, reading in enumerate(policy.readings, 1)
    )
    found = [*compiled.diagnostics, *(bad_examples(policy, program) if program.examples else ())]
    return Rulebook(
        identifier=policy.identifier,
        title=policy.title or policy.identifier,
        issuer=policy.issuer,
        in_force=_in_force(words),
        fingerprint=policy.fingerprint,
        language=language,
        clauses=tuple(Articles(policy, clauses, rules, readings).clauses()),
        clause_file=clause_file,
        has_clause_file=clauses is not None,
        readings=readings,
        named_values=tuple(
            NamedValue(*words.setting(name), "；".join(policy.article_of.get(name, ()))) for name in policy.settings
        ),
        findings=tuple(_finding(x, language) for x in found),
        accounts=tuple(_accounts(words)),
        flows=tuple(dict.fromkeys(_flows(words))),
        data=tuple(_data(words)),
    )


def _with_examples(rule: RuleInWords, policy: o.Policy, examples: WorkedExamples) -> RuleInWords:
    if rule.name in policy.rules and rule.sort == examples.words.say("item", "项目"):
        return evolve(rule, examples=tuple(examples.of_rule(policy.rules[rule.name])))
    if rule.name in (*policy.accounts, *policy.facts, *policy.requirements):
        return evolve(rule, examples=tuple(examples.of_declared(rule.name, rule.article)))
    return rule


def _in_force(words: DeclarationWords) -> str:
    policy = words.policy
    if policy.since and policy.until:
        return words.say(
            "in force from {since} to {until}", "自{since}起施行，至{until}止", since=policy.since, until=policy.until
        )
    return words.say("in force from {since} on", "自{since}起施行", since=policy.since) if policy.since else ""


def _finding(found: Diagnostic, language: Language) -> FoundInCheck:
    span = found.span
    place = f"{span.source.name}:{span.source.line_number(span.start)}" if span is not None else ""
    return FoundInCheck(word(SEVERITIES, found.severity.value, language), found.code, message(found, language), place)


def _data(words: DeclarationWords) -> Iterator[RuleInWords]:
    """The columns of the data, in the order of the policy."""
    policy = words.policy
    if policy.attributes:
        yield words.columns("", words.say("Students", "学生"), "", policy.attributes)
    for kind in policy.given_kinds.values():
        article = "；".join(dict.fromkeys(words.articles.get(kind.name, ())[:1]))
        yield words.columns(kind.name, words.words.called(kind), article, kind.columns)


# ---- clause by clause
@frozen(eq=False, repr=False)
class Articles:
    """The clauses of a policy, each with what stands at it."""

    policy: o.Policy
    texts: ClauseTexts | None
    rules: list[RuleInWords]
    readings: tuple[Approval, ...]
    at: dict[str, list[RuleInWords]] = field(factory=dict)
    elsewhere: dict[str, dict[str, dict[str, str]]] = field(factory=dict)
    named: dict[str, str] = field(factory=dict)
    """A citation as the policy writes it, by how it is compared."""
    known: dict[str, ClauseText] = field(init=False)

    @known.default
    def _known(self) -> dict[str, ClauseText]:
        clauses = self.texts.clauses if self.texts is not None else ()
        return {key_of(clause.citation): clause for clause in clauses}

    def clauses(self) -> Iterator[Clause]:
        """All of them, in order."""
        self.place()
        texts = self.known
        order = [key for key in texts if key]
        for key in sorted(self.named, key=_counted):
            if key not in texts or not key:
                order.insert(_after(key, order), key)
        if "" in texts:
            yield Clause(texts[""].heading, "", True, texts[""].text)
        for key in order:
            text = texts.get(key) if key else None
            yield Clause(
                heading=text.heading if text else "",
                citation=text.citation if text else self.named[key],
                known=text is not None,
                text=text.text if text else (),
                rules=tuple(self.at.get(key, ())),
                elsewhere=tuple(Elsewhere(*pair) for pair in self.elsewhere.get(key, {}).items()),
                readings=tuple(reading for reading in self.readings if key in self.keys(reading.article)[:1]),
                why=next((why for cite, why in self.policy.without_rule.items() if key_of(cite) == key), ""),
            )

    def place(self) -> None:
        """Put everything at its articles."""
        for article in self.policy.articles:
            self.named.setdefault(key_of(article), article)
        for rule in self.rules:
            first, *others = self.keys(rule.article) or [""]
            self.note(rule.article)
            self.at.setdefault(first, []).append(rule)
            for key in others:
                self.elsewhere.setdefault(key, {}).setdefault("", {})[rule.name] = rule.label
            for sentence in rule.sentences:
                self.note(sentence.article)
                for key in self.keys(sentence.article):
                    if key not in (first, *others):
                        self.elsewhere.setdefault(key, {}).setdefault(sentence.text, {})[rule.name] = rule.label
        for reading in self.readings:
            self.note(reading.article)
        if "" in self.at:
            self.named[""] = ""

    def note(self, article: str) -> None:
        """Remember the citations of something."""
        for cite in filter(None, article.split("；")):
            self.named.setdefault(self.clause_of(cite), cite)

    def keys(self, article: str) -> list[str]:
        """The clauses of something, each once."""
        return list(dict.fromkeys(self.clause_of(cite) for cite in article.split("；") if cite))

    def clause_of(self, cite: str) -> str:
        """The clause that a citation is of: 第八条(四)5借阅 is a part of 第八条(四)5, where only that has a text."""
        key = key_of(cite)
        for length in range(len(key), 0, -1):
            if key[:length] in self.known and not _GOES_ON.match(key, length):
                return key[:length]
        return key


_GOES_ON: Final = re.compile(r"[\d.]|\([一二三四五六七八九十\d]+\)")
"""With what a citation goes on that is of another clause."""
_NUMBER: Final = re.compile(r"([零一二三四五六七八九十百]+|\d+)")


def _counted(key: str) -> tuple[tuple[int, str | int], ...]:
    """Articles in the order of their numbers; what has none comes last."""
    parts = (part for part in _NUMBER.split(key) if part)
    return tuple((0, value(part)) if _NUMBER.fullmatch(part) else (1, part) for part in parts) if key else ((2, ""),)


def _after(key: str, order: list[str]) -> int:
    """Where a citation stands that has no text: by its number among those that begin like it, else at the end.

    What begins like it ends where no number is cut: Rule 10 does not begin like Rule 1.
    """
    cut = {place for number in _NUMBER.finditer(key) for place in range(number.start() + 1, number.end())}
    for length in (place for place in range(len(key) - 1, 0, -1) if place not in cut):
        alike = [place for place, other in enumerate(order) if other.startswith(key[:length])]
        if alike:
            before = [place for place in alike if _counted(order[place]) < _counted(key)]
            return before[-1] + 1 if before else alike[0]
    return len(order)


# ---- how amounts flow
def _accounts(words: DeclarationWords) -> Iterator[AccountNode]:
    policy = words.policy
    for account in policy.accounts.values():
        unit = unit_label(account.unit, policy.unit_labels, words.words.language)
        yield AccountNode(account.name, words.words.called(account), unit, account.parent or "", len(account.items))


def _flows(words: DeclarationWords) -> Iterator[Flow]:
    """What goes from one account to another: moved, what is above a limit, and credits that are worked out."""
    policy = words.policy
    for move in policy.moves:
        told = words.say("offset", "抵扣")
        yield from (Flow(source, move.target, "moved", told) for source in move.sources)
    for account in policy.accounts.values():
        for limit, target, _ in account.diverts:
            shown = words.words.value(limit)
            yield Flow(account.name, target, "over", words.say("above {n}", "超过{n}的部分", n=shown))
        if account.decide is not None and account.sort == "credit":
            for source in _behind(policy, account.decide, set()):
                if source != account.name:
                    yield Flow(source, account.name, "made", words.say("worked out", "折算"))
        for operators in (account.operators, *(policy.rules[rule].operators for rule in account.items)):
            moves = [x for x in operators if isinstance(x, o.Move)]
            for source in (source for move in moves for source in move.sources):
                yield Flow(source, account.name, "moved", words.say("taken", "转出"))


def _behind(policy: o.Policy, part: object, seen: set[str]) -> Iterator[str]:
    """The accounts that a value is worked out from, through facts."""
    for x in references(part, e.Value):
        if x.sort == "account":
            yield x.name
        elif x.sort == "fact" and x.name not in seen and x.name in policy.facts:
            seen.add(x.name)
            yield from _behind(policy, policy.facts[x.name], seen)
