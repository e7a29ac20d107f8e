"""A list of the students of each class."""

from collections.abc import Iterator

from creditlang.diagnostics import Phrase
from creditlang.plugin import Form, Forms, RunData, hookimpl
from creditlang.plugin.document import Document, listing
from creditlang.plugin.run_data import shown

creditlang_hook_version = 1


class ClassList(Form):
    """Number and name of everybody in a class."""

    title = Phrase("List of the class", "班级名单")

    def documents(self, run: RunData) -> Iterator[Document]:
        """One for each class."""
        for (school_class,), people in run.groups("class").items():
            rows = [(shown(person["student_id"]), shown(person.get("name"))) for person in people]
            pages = listing(("序号", "学号", "姓名"), rows, per_page=20)
            yield Document(f"班级名单 {school_class}".strip(), school_class, (6, 20, 16), pages)


@hookimpl
def creditlang_forms() -> Forms:
    """`--out forms:FOLDER#campus`."""
    return {"campus": ClassList}
