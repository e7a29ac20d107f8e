"""A school's own form, filled: `fill:TEMPLATE.xlsx=TARGET.xlsx`, or a file for each student:
`fill:TEMPLATE.xlsx=FOLDER`.

The template is looked at before anything runs, and judged as a whole before anything is filled: one that has an unknown
placeholder fills nothing. The target appears whole or not at all; in a folder nothing is replaced that is not ours.
"""

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, TextIO
from zipfile import BadZipFile, ZipFile

from creditlang.diagnostics import Phrase, Place, report, system_reason
from creditlang.plugin import Output, PluginError
from creditlang.plugin.run_data import RunData
from creditlang.schema import Column, Row
from creditlang.toolkit.atomic_files import publish_file
from creditlang.toolkit.staged_folder import StagedFolder
from creditlang_builtin.fill.form_workbook import Template
from creditlang_builtin.fill.placeholders import Words
from creditlang_builtin.forms.file_names import Names
from creditlang_builtin.workbook.results_recount import may_be_replaced

_ADDRESS: Final = re.compile(r"(?P<template>.+?\.xlsx)=(?P<target>.+)", re.IGNORECASE | re.DOTALL)
_LARGEST: Final = 16 * 1024 * 1024
_UNPACKED: Final = 256 * 1024 * 1024


class FillOutput(Output):
    """To a workbook, or to a folder of them."""

    wants_run = True

    def __init__(self, target: str, stream: TextIO) -> None:
        """Read the template. Raises `PluginError`: CR794 no such address, CR790 no screen, CR795 not to be read."""
        super().__init__(target, stream)
        match = _ADDRESS.fullmatch(target)
        if match is None:
            raise PluginError(report("CR790", None, output="fill") if target == "-" else report("CR794", None))
        self._template, self._path = Path(match["template"]), Path(match["target"])
        if match["target"] == "-":
            raise PluginError(report("CR790", None, output="fill"))
        if os.path.realpath(self._template) == os.path.realpath(self._path):
            raise PluginError(report("CR794", None))
        self._single = self._path.suffix.lower() == ".xlsx"
        self._content = template_bytes(self._template)
        self._filled: bytes | None = None
        self._staged = StagedFolder(self._path, ["xlsx"])

    def about(self, run: RunData) -> None:
        """Fill the form. Raises `PluginError` with everything that is wrong in the template."""
        template = Template(self._template.name, self._content, Words(run))
        if problems := list(template.problems(apart=not self._single)):
            raise PluginError(*problems)
        students = template.words.students
        if self._single:
            self._filled = template.fill(students, copied=True)
            return
        names = Names()
        for student in students:
            self._staged.add(f"{names.unused(student)}.xlsx", template.fill([student], copied=False))

    def write(self, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """Nothing: the tables are in the run."""

    def close(self) -> None:
        """Publish."""
        if not self._single:
            self._staged.publish()
            return
        content, self._filled = self._filled, None
        if content is None:
            return
        if not may_be_replaced(self._path):
            raise PluginError(report("CR753", Place(self._path.name)))
        publish_file(self._path, content)

    def discard(self) -> None:
        """Drop what was filled."""
        self._filled = None
        self._staged.discard()


def template_bytes(path: Path) -> bytes:
    """A template's content. Raises `PluginError` CR795."""
    place = Place(path.name)
    try:
        content = path.read_bytes()
        if len(content) > _LARGEST:
            raise PluginError(report("CR795", place, reason=Phrase("it is too large", "文件太大")))
        with ZipFile(path) as package:
            if sum(entry.file_size for entry in package.infolist()) > _UNPACKED:
                raise PluginError(report("CR795", place, reason=Phrase("it is too large", "文件太大")))
        from openpyxl import load_workbook

        load_workbook(path).close()
    except OSError as error:
        raise PluginError(report("CR795", place, reason=system_reason(error))) from error
    except BadZipFile as error:
        raise PluginError(report("CR795", place, reason=_NO_WORKBOOK)) from error
    except PluginError:
        raise
    except Exception as error:
        raise PluginError(report("CR795", place, reason=type(error).__name__)) from error
    return content


_NO_WORKBOOK: Final = Phrase("it is no .xlsx workbook", "它不是 .xlsx 工作簿")
