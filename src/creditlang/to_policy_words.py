"""What a policy and everything in it is called, for plugins: the arrow from the core to `PolicyWords`."""

from collections.abc import Iterable, Mapping

from creditlang.core.operators import Account, Column, Policy
from creditlang.diagnostics import Language
from creditlang.diagnostics.person_words import spoken
from creditlang.policy_words import AccountWords, FieldWords, ItemWords, KindWords, PolicyWords, RequirementWords
from creditlang.resolve import Program
from creditlang.words import first_fit, label, text_for, unit_label


def policy_words(policy: Policy, program: Program, language: Language = "zh") -> PolicyWords:
    """What a policy and everything in it is called by those who read `language`."""
    language = spoken(language, policy.person)

    def fields(columns: Iterable[Column]) -> tuple[FieldWords, ...]:
        return tuple(FieldWords(x.name, label(x, language), x.type.name, _value_labels(x, language)) for x in columns)

    def account(x: Account) -> AccountWords:
        return AccountWords(
            name=x.name, label=label(x, language), sort=x.sort, parent=x.parent or "", unit=x.unit or "",
            period=x.period or "", article=x.article,
        )  # fmt: skip

    return PolicyWords(
        identifier=policy.identifier,
        title=policy.title or policy.identifier,
        issuer=policy.issuer,
        student=fields(policy.attributes),
        kinds={
            name: KindWords(name, label(kind, language), fields(kind.columns)) for name, kind in policy.kinds.items()
        },
        accounts={name: account(x) for name, x in policy.accounts.items()},
        items={
            name: ItemWords(name, label(rule, language), rule.account, rule.kind, rule.article)
            for name, rule in policy.rules.items()
        },
        requirements={
            name: RequirementWords(
                name,
                label(x, language),
                tuple(part.label for part in x.cases),
                frozenset(part.label for part in x.cases if part.needed is not None and not part.at_least),
            )
            for name, x in policy.requirements.items()
        },
        facts={name: label(fact, language) for name, fact in policy.facts.items()},
        units={name: unit_label(name, policy.unit_labels, language) for name in program.units},
        values={
            value: first_fit(value, labels, language)
            for values in policy.choices.values()
            for value, labels in values.items()
        },
        language=language,
        objections=tuple((text_for(x.texts, language), x.article) for x in policy.objections),
    )


def _value_labels(column: Column, language: Language) -> Mapping[str, str]:
    """What each value of a column is called, where it has a label."""
    labels: dict[str, list[str]] = {}
    for text, value in (column.values or {}).items():
        labels.setdefault(value, []).append(text)
    return {value: first_fit(value, texts, language) for value, texts in labels.items()}
