"""What a notebook shows of a policy, of a student's results and of a cohort's: a heading and a few tables."""

from typing import Final

from creditlang.core.operators import Policy
from creditlang.diagnostics import Language, Phrase
from creditlang.ledger import StudentResult
from creditlang.results import Results
from creditlang.schema import Column
from creditlang.toolkit.html_table import html_table, html_text
from creditlang.words import COLUMNS, label, said, speaks_chinese, unit_label, word

_POLICY: Final = Phrase("{title}: {rules:rule}", "{title}：{rules}条规则")
_RESULT: Final = Phrase("{student}: {title}", "{student}：{title}")
_COHORT: Final = Phrase("{title}: {students:student}", "{title}：{students}名学生")
_OF_ACCOUNTS: Final = ("account", "amount", "unit")
_OF_PARTS: Final = ("requirement", "part", "needed", "have", "short", "status")


def policy_view(policy: Policy) -> str:
    """The title of a policy, and its accounts with the articles they stand on."""
    language = _language(policy)
    rules = {account: sum(rule.account == account for rule in policy.rules.values()) for account in policy.accounts}
    rows = [
        (label(each, language), unit_label(each.unit, policy.unit_labels, language), str(rules[name]), each.article)
        for name, each in policy.accounts.items()
    ]
    names = ("account", "unit", "rule", "article")
    columns = [Column(name, label=word(COLUMNS, name, language)) for name in names]
    title = said(_POLICY, language, title=policy.title or policy.identifier, rules=len(policy.rules))
    return f"<p>{html_text(title)}</p>{html_table(columns, rows, language)}"


def result_view(policy: Policy, result: StudentResult) -> str:
    """What a student has in each account over the whole time, and where each requirement stands."""
    language = _language(policy)
    results = Results(policy, language)
    results.add(result)
    title = said(_RESULT, language, student=result.student, title=policy.title or policy.identifier)
    tables = []
    for name, shown in (("accounts", _OF_ACCOUNTS), ("requirements", _OF_PARTS)):
        columns = [column for column in results.columns(name) if column.name in shown]
        at = {column.name: place for place, column in enumerate(results.columns(name))}
        rows = [[row[at[x.name]] for x in columns] for row in results.rows[name] if not row[at["period"]]]
        tables += [html_table(columns, rows, language)] if rows else []
    return f"<p>{html_text(title)}</p>" + "".join(tables)


def cohort_view(results: Results) -> str:
    """What the students of a cohort have come to, the first of them one by one; without them, the first table."""
    policy, language, name = results.policy, results.language, results.wanted[0]
    title, rows = policy.title or policy.identifier, results.tables[name]
    if name == "students":
        title = said(_COHORT, language, title=title, students=len(rows))
    return f"<p>{html_text(title)}</p>{html_table(results.columns(name), rows, language)}"


def _language(policy: Policy) -> Language:
    labels = (text for account in policy.accounts.values() for text in account.labels)
    return "zh" if speaks_chinese(policy.title or "".join(labels)) else "en"
