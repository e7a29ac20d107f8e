"""What a policy and everything in it is called, for plugins: the arrow from the core to `PolicyWords`."""

from collections.abc import Iterable, Mapping

from creditlang.core.operators import Account, Column, Policy
from creditlang.policy_words import (
    AccountWords,
    FieldWords,
    ItemWords,
    KindWords,
    PolicyWords,
    RequirementWords,
)
from creditlang.resolve import Program


def policy_words(policy: Policy, program: Program) -> PolicyWords:
    """What a policy and everything in it is called."""
    return PolicyWords(
        identifier=policy.identifier,
        title=policy.title or policy.identifier,
        issuer=policy.issuer,
        student=_fields(policy.attributes),
        kinds={
            name: KindWords(name, _label(kind.labels, name), _fields(kind.columns))
            for name, kind in policy.kinds.items()
        },
        accounts={name: _account(account) for name, account in policy.accounts.items()},
        items={
            name: ItemWords(name, _label(rule.labels, name), rule.account, rule.kind, rule.article)
            for name, rule in policy.rules.items()
        },
        requirements={
            name: RequirementWords(
                name,
                _label(x.labels, name),
                tuple(part.label for part in x.parts),
                frozenset(part.label for part in x.parts if part.needed is not None and not part.at_least),
            )
            for name, x in policy.requirements.items()
        },
        facts={name: _label(fact.labels, name) for name, fact in policy.facts.items()},
        units={name: policy.unit_labels.get(name, name) for name in program.units},
        values={
            value: _label(labels, value)
            for enumeration in program.enumerations.values()
            for value, labels in enumeration.values.items()
        },
    )


def _label(labels: tuple[str, ...], name: str) -> str:
    return labels[0] if labels else name


def _account(account: Account) -> AccountWords:
    return AccountWords(
        name=account.name, label=_label(account.labels, account.name), sort=account.sort, parent=account.parent or "",
        unit=account.unit or "", period=account.period or "", article=account.article,
    )  # fmt: skip


def _fields(columns: Iterable[Column]) -> tuple[FieldWords, ...]:
    return tuple(
        FieldWords(column.name, _label(column.labels, column.name), column.type.name, _value_labels(column))
        for column in columns
    )


def _value_labels(column: Column) -> Mapping[str, str]:
    """The first label of each value of a column, where it has one."""
    found: dict[str, str] = {}
    for text, value in (column.values or {}).items():
        if found.get(value, value) == value:
            found[value] = text
    return found
