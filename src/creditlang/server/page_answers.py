"""What the page asks beside the rest: its words, one student beside what they were before, many students as a table."""

from creditlang.diagnostics import Language
from creditlang.page.in_words import PeopleTable, StudentAsWritten, StudentOverview
from creditlang.page.page_words import page_words
from creditlang.page.people import people_table, person_as_written
from creditlang.page.student_overview import student_overview
from creditlang.server import questions as q
from creditlang.server.known_policies import KnownPolicies
from creditlang.server.student_answers import cohort_of, dataset_of, result_of


def words(question: q.Words, known: KnownPolicies, language: Language) -> dict[str, str]:
    """Everything that people read on the page."""
    own = language if question.policy is None else known.policy(question.policy).language(language)
    return page_words(own)


def overview(question: q.StudentBeside, known: KnownPolicies, language: Language) -> StudentOverview:
    """One student in words, beside what they were before, where that is told."""
    now = result_of(question.now, known.policy(question.now.policy))
    was = question.before
    before = result_of(was, known.policy(was.policy)) if was is not None else None
    return student_overview(now, before, language)


def people(question: q.Run, known: KnownPolicies, language: Language) -> PeopleTable:
    """The students of some data in words."""
    return people_table(cohort_of(question, known, language), known.policy(question.policy).language(language))


def person(question: q.StudentOfData, known: KnownPolicies, language: Language) -> StudentAsWritten:
    """One student of some data, as a form takes them. Raises `DataError` CR904 for a number that nobody has."""
    policy = known.policy(question.policy)
    dataset = dataset_of(question.data, policy.policy.core)
    return person_as_written(policy.policy.core, dataset, question.student, policy.language(language))
