"""A comparison of two versions over all students: what was collected, as tables and as text."""

from attrs import define

from creditlang.comparison.collected_changes import CollectedChanges
from creditlang.comparison.comparison_tables import tables_of
from creditlang.comparison.comparison_text import MOST_ROWS, comparison_text
from creditlang.diagnostics import Language
from creditlang.given_arguments import look_at
from creditlang.toolkit.result_table import ResultTable


@define(eq=False)
class Comparison(CollectedChanges):
    """Call `add` for each student, then read `numbers`, `tables` and `text`."""

    @property
    def tables(self) -> dict[str, ResultTable]:
        """The tables of the comparison by name, the largest changes first; data frames take them as they are."""
        return self.tables_in("en")

    def tables_in(self, language: Language) -> dict[str, ResultTable]:
        """The same with headings for people who read this language."""
        look_at(language=language)
        return tables_of(self, language)

    def text(self, language: Language = "en", most: int = MOST_ROWS) -> str:
        """The comparison as lines for a terminal; at most `most` rows of each table."""
        look_at(language=language, most=most)
        return comparison_text(self, language, most)

    def __str__(self) -> str:
        return self.text()
