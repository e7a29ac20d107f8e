"""From the text of a mapping file to a mapping, checked against a policy: strict, with the place of what is wrong.

Every key is one that is known here, every kind of record and every field is one of the policy, by name or label. What
is wrong is collected: CR676 where the file does not say what it may say, CR677 where the policy has no such thing,
CR686 where it cannot be read at all, CR687 where it is for another policy. With any of these there is no mapping.
"""

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path as FilePath
from typing import Any, Final, cast, get_args

from creditlang.core import operators as o
from creditlang.data.cells import DATE_ORDERS, MOST_DIGITS, CellError, spelled
from creditlang.data.columns import Columns
from creditlang.data.dataset import people_tables
from creditlang.data.mappings.mapping import Gather, MappingFile, Only, Origin, Part, RecordRule, TableRule, Taken, Term
from creditlang.data.mappings.toml_places import Path, Places
from creditlang.data.sheets.column_layout import Layouts
from creditlang.data.sheets.sheet_heading import plain_heading
from creditlang.diagnostics import Diagnostic, Phrase, either, listed, nearest, report, system_reason
from creditlang.resources import mapping_names, mapping_path
from creditlang.source import SourceFile
from creditlang.words import NOT_A_FILE, NOT_UTF_8, SORTS, TOO_DEEP, TRUE_OR_FALSE

LONGEST: Final = 256 * 1024
"""Bytes of a mapping file."""

_FILE_KEYS: Final = ("title", "policy", "dates", "table")
_RECORD_KEYS: Final = ("kind", "columns", "constants", "values", "rows", "when")
_TABLE_KEYS: Final = (*_RECORD_KEYS[:-1], "name", "title", "headings", "without", "ignore", "record", "gather")
_GATHER_KEYS: Final = ("share", "counted", "day", "number")
_MOST_STARS: Final = 2
_PARTS: Final[tuple[str, ...]] = get_args(Part)
_BARE: Final = re.compile(r"(?:^|[{,])\s*+[^\x00-\x7f\"'\s][^\x00-\x7f\"']*+\s*=")
_HOLDER: Final = re.compile(r"\{([^{}]*)\}")

A_TEXT: Final = Phrase("a text in quotes", "引号里的文字")
TEXTS: Final = Phrase("a text, or a list of texts", "一段文字，或者文字的列表")
A_TABLE: Final = Phrase("a table of names and values", "名称与值的对照")
TABLES: Final = Phrase("tables that begin with [[…]]", "以 [[…]] 开头的表")
KNOWN_BY: Final = Phrase("name, title or headings, to know its sheets by", "用来认表的 name、title 或 headings")
IN_GATHER: Final = Phrase(
    "one kind of record; share, counted, day in gather", "一种记录，gather 里有 share、counted、day"
)
A_NUMBER: Final = Phrase("a whole number above 0", "大于0的整数")


def placeholders(pattern: str) -> list[str]:
    """The fields that a pattern takes out of a name or title."""
    return [name.strip() for name in _HOLDER.findall(pattern)]


def bundled_for(policy: o.Policy) -> tuple[str, ...]:
    """The names of the bundled mappings that are meant for a policy."""
    return tuple(name for name in mapping_names() if policy.identifier in _meant(name))


@cache
def _meant(name: str) -> tuple[str, ...]:
    """The policies that a bundled mapping is meant for."""
    path = mapping_path(name)
    given = tomllib.loads(path.read_text("utf-8")).get("policy", []) if path is not None else []
    return (given,) if isinstance(given, str) else tuple(given)


def open_mapping(name: str, policy: o.Policy) -> MappingFile | list[Diagnostic]:
    """The mapping in a file, or the bundled one of this name; or what is wrong with it."""
    path = FilePath(name)
    bundled = mapping_path(name)
    if bundled is not None and not path.is_file():
        return read_mapping(bundled.read_bytes(), name, policy)
    try:
        if path.exists() and not path.is_file():
            return [report("CR686", None, name=name, reason=NOT_A_FILE)]
        with path.open("rb") as file:
            return read_mapping(file.read(LONGEST + 1), path.name, policy)
    except (FileNotFoundError, ValueError):
        names = listed(bundled_for(policy))
        reason = Phrase("there is no such file", "没有这个文件")
        if names:
            english, chinese = f"; bundled for this policy: {names}", f"；内置的、适用于这份办法的有：{names.zh}"
            reason = Phrase(reason + english, reason.zh + chinese)
        return [report("CR686", None, name=name, reason=reason)]
    except OSError as error:
        return [report("CR686", None, name=path.name, reason=system_reason(error))]


def read_mapping(content: bytes, name: str, policy: o.Policy) -> MappingFile | list[Diagnostic]:
    """The mapping in a file, or what is wrong with it."""
    if len(content) > LONGEST:
        return [report("CR686", None, name=name, reason=Phrase("it is too long", "文件太长"))]
    try:
        text = SourceFile.from_bytes(name, content)
    except UnicodeDecodeError:
        return [report("CR686", None, name=name, reason=NOT_UTF_8)]
    places = Places(text)
    try:
        tree = tomllib.loads(text.text)
    except tomllib.TOMLDecodeError as error:
        where = places.of_error(str(error))
        reason = Phrase(f"it is not TOML: {error}", f"不是合格的 TOML：{error}")
        if _BARE.search(text.line_text(text.line_number(where.start))):
            reason = Phrase('names in Chinese stand in quotes, “"学号" = …”', '中文的名称要加英文引号，写成 "学号" = …')
        return [report("CR686", where, name=name, reason=reason)]
    except RecursionError:
        return [report("CR686", None, name=name, reason=TOO_DEEP)]
    reader = _Reader(policy, places)
    rules = reader.file(tree)
    if reader.problems:
        return [found for at, found in enumerate(reader.problems) if found not in reader.problems[:at]]
    return MappingFile(name, tree.get("title", name), sha256(content).hexdigest(), rules, reader.date_order)


class _Reader:
    """Goes through the tree of one file; what is wrong is in `problems`."""

    def __init__(self, policy: o.Policy, places: Places) -> None:
        self.policy = policy
        self.places = places
        self.problems: list[Diagnostic] = []
        self.date_order = ""
        self.layouts = Layouts(policy, Columns(policy))
        self.kinds = dict.fromkeys(people_tables(policy), "")
        for name, kind in policy.given_kinds.items():
            self.kinds.update({text: name for text in (name, *kind.labels)})

    # ---- what is wrong
    def not_understood(self, path: Path, expected: str) -> None:
        found = next((key for key in reversed(path) if isinstance(key, str)), "")
        self.problems.append(report("CR676", self.places.span(path), found=found, expected=expected, nearest=""))

    def only(self, tree: Mapping[str, Any], path: Path, keys: Collection[str]) -> None:
        """No key but these."""
        for key in tree:
            if key not in keys:
                close = nearest(key, keys) or ""
                where = self.places.span((*path, key))
                self.problems.append(report("CR676", where, found=key, expected=either(keys), nearest=close))

    def unknown(self, path: Path, sort: Phrase, name: str, known: Collection[str]) -> None:
        where = self.places.span(path)
        self.problems.append(report("CR677", where, sort=sort, name=name, nearest=nearest(name, known) or ""))

    # ---- plain values
    def texts(self, tree: Mapping[str, Any], key: str, path: Path, empty: bool = False) -> tuple[str, ...]:
        """One text or several; whether one may be `empty`."""
        return self.texts_of(tree.get(key, []), (*path, key), empty)

    def texts_of(self, given: Any, path: Path, empty: bool = False) -> tuple[str, ...]:
        """The same, of a value at hand."""
        found = [given] if isinstance(given, str) else given
        if not isinstance(found, list) or not all(isinstance(text, str) and (empty or text.strip()) for text in found):
            self.not_understood(path, TEXTS)
            return ()
        return tuple(text.strip() for text in found)

    def flag(self, tree: Mapping[str, Any], key: str, path: Path) -> bool:
        """True or false, which is what it is if it is not there."""
        given = tree.get(key, False)
        if not isinstance(given, bool):
            self.not_understood((*path, key), TRUE_OR_FALSE)
        return given is True

    def table(self, tree: Mapping[str, Any], key: str, path: Path) -> Mapping[str, Any]:
        """A table, empty if there is none."""
        given = tree.get(key, {})
        if not isinstance(given, dict):
            self.not_understood((*path, key), A_TABLE)
            return {}
        return given

    def tables(self, tree: Mapping[str, Any], key: str, path: Path) -> list[Mapping[str, Any]]:
        """The tables of `[[…]]`."""
        given = tree.get(key, [])
        if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
            self.not_understood((*path, key), TABLES)
            return []
        return given

    # ---- the file
    def file(self, tree: Mapping[str, Any]) -> tuple[TableRule, ...]:
        """All rules."""
        self.only(tree, (), _FILE_KEYS)
        if not isinstance(tree.get("title", ""), str):
            self.not_understood(("title",), A_TEXT)
        meant = self.texts(tree, "policy", ())
        if meant and self.policy.identifier not in meant:
            where = self.places.span(("policy",))
            self.problems.append(report(
                "CR687", where, policy=self.policy.identifier, meant=", ".join(meant),
                bundled=listed(bundled_for(self.policy)),
            ))  # fmt: skip
            return ()
        self.date_order = tree.get("dates", "")
        if self.date_order not in ("", *DATE_ORDERS):
            self.not_understood(("dates",), either(DATE_ORDERS))
        tables = self.tables(tree, "table", ())
        if not tables and not {"table", "dates"}.intersection(tree):
            self.not_understood((), Phrase("dates, or at least one [[table]]", "dates，或者至少一个 [[table]]"))
        return tuple(self.rule(table, ("table", number), number + 1) for number, table in enumerate(tables))

    def rule(self, tree: Mapping[str, Any], path: Path, number: int) -> TableRule:
        """One `[[table]]`."""
        self.only(tree, path, _TABLE_KEYS)
        names, titles = self.texts(tree, "name", path), self.texts(tree, "title", path)
        headings = self.headings(tree, path)
        if not (names or titles or headings):
            self.not_understood(path, KNOWN_BY)
        for key, patterns in (("name", names), ("title", titles)):
            if any(pattern.count("*") > _MOST_STARS for pattern in patterns):
                self.not_understood((*path, key), Phrase("at most two *", "最多两个 *"))
        gather = self.gather(tree, path)
        captured = {name for pattern in (*names, *titles) for name in placeholders(pattern)}
        if gather is not None:
            captured -= {name for text in (*gather.counted, *gather.day) for name in placeholders(text)}
        return TableRule(
            number=number, names=names, titles=titles, headings=headings, without=self.texts(tree, "without", path),
            ignore=frozenset(self.texts(tree, "ignore", path)), rows=self.rows(tree, path),
            records=self.records(tree, path, captured), gather=gather, date_order=self.date_order,
        )  # fmt: skip

    def rows(self, tree: Mapping[str, Any], path: Path) -> tuple[Only, ...]:
        """Which rows are read."""
        found = []
        for number, given in enumerate(self.tables(tree, "rows", path)):
            at = (*path, "rows", number)
            self.only(given, at, ("column", "texts", "optional"))
            column, texts = self.texts(given, "column", at), self.texts(given, "texts", at, empty=True)
            if column and texts:
                found.append(Only(column, texts, self.flag(given, "optional", at)))
            else:
                self.not_understood(at, Phrase("both column and texts", "column 和 texts 两项"))
        return tuple(found)

    def headings(self, tree: Mapping[str, Any], path: Path) -> tuple[tuple[str, ...], ...]:
        """Headings that must be there; a list among them holds several names of one."""
        given = tree.get("headings", [])
        if not isinstance(given, list):
            self.not_understood((*path, "headings"), TEXTS)
            return ()
        return tuple(filter(None, (self.texts_of(one, (*path, "headings")) for one in given)))

    # ---- records
    def records(self, tree: Mapping[str, Any], path: Path, captured: Collection[str]) -> tuple[RecordRule, ...]:
        """The records of a row: what stands in the table itself holds for each `[[table.record]]`."""
        parts = self.tables(tree, "record", path) or [{}]
        alone = "record" not in tree
        found = []
        for number, part in enumerate(parts):
            where = path if alone else (*path, "record", number)
            if not alone:
                self.only(part, where, _RECORD_KEYS)
            kind = self.kind(part, where) if "kind" in part else self.kind(tree, path)
            if kind is not None:
                found.append(self.record(tree, path, part, where, kind, captured))
        return tuple(found)

    def kind(self, tree: Mapping[str, Any], path: Path) -> str | None:
        """The kind of record, `""` for students."""
        given = tree.get("kind")
        if not isinstance(given, str):
            self.not_understood((*path, "kind"), Phrase("kind, the name of a kind of record", "kind，即记录种类的名称"))
            return None
        if given not in self.kinds:
            self.unknown((*path, "kind"), Phrase("kind of record", "记录"), given, list(self.kinds))
            return None
        return self.kinds[given]

    def record(
        self, tree: Mapping[str, Any], path: Path, part: Mapping[str, Any], where: Path, kind: str,
        captured: Collection[str],
    ) -> RecordRule:  # fmt: skip
        """One record: the fields of the table, then its own, which take their place."""
        columns: dict[str, Origin] = {}
        constants: dict[str, str] = {}
        values: dict[str, Mapping[str, str]] = {}
        for given, at, own in ((tree, path, False), (part, where, True)):
            columns |= self.fields(given, "columns", at, kind, self.origin, own)
            constants |= self.fields(given, "constants", at, kind, self.text, own)
            values |= self.fields(given, "values", at, kind, self.translation, own)
        fields = {text: self.field(text, kind, (*path, "name"), own=False) for text in captured}
        taken = {text: name for text, name in fields.items() if name is not None}
        rows = () if where == path else self.rows(part, where)
        return RecordRule(
            kind=kind, columns=columns, constants=constants, values=values, captured=taken,
            when=self.texts(part, "when", where), rows=rows,
        )  # fmt: skip

    def fields(
        self, tree: Mapping[str, Any], key: str, path: Path, kind: str, read: Callable[[Any, Path], Any], own: bool
    ) -> dict[str, Any]:
        """A table with a value for each field, under the fields' own names."""
        found: dict[str, Any] = {}
        for text, given in self.table(tree, key, path).items():
            at = (*path, key, text)
            name, value = self.field(text, kind, at, own), read(given, at)
            if name in found:
                self.not_understood(at, Phrase("each field once", "每个字段只写一次"))
            if name is not None and value is not None:
                found[name] = value
        return found

    def field(self, text: str, kind: str, path: Path, own: bool) -> str | None:
        """A field of a kind, a number, or an attribute of students, by name or label, as headings are read."""
        people = () if own else self.layouts.of_people(kind)
        readers = (*self.layouts.readers(kind), *people)
        known = {text: reader.column.name for reader in reversed(readers) for text in reader.texts}
        known |= {text: name for name, texts in self.layouts.builtin(kind).items() for text in (name, *texts)}
        if (found := spelled(known, plain_heading)(text)) is not None:
            return found
        about = next((name for name, known in self.kinds.items() if known == kind), kind)
        sort = Phrase(f"field of “{about}”", f"“{about}”的字段")
        self.unknown(path, sort, text, [*self.layouts.names(kind)])
        return None

    def text(self, given: Any, path: Path) -> str | None:
        """A constant: a text, or a number or date as TOML has them."""
        if isinstance(given, bool):
            return "yes" if given else "no"
        if isinstance(given, (dict, list, float)):
            self.not_understood(path, A_TEXT)
            return None
        return str(given)

    def translation(self, given: Any, path: Path) -> Mapping[str, str] | None:
        """What texts of a column stand for."""
        if not isinstance(given, dict):
            self.not_understood(path, A_TABLE)
            return None
        found = {text: self.text(value, (*path, text)) for text, value in given.items()}
        return {text: value for text, value in found.items() if value is not None}

    def origin(self, given: Any, path: Path) -> Origin | None:
        """Where a field comes from: a heading, several, or `{ column, part }`, or `{ year, term }`."""
        if not isinstance(given, dict):
            headings = self.texts_of(given, path)
            if given == []:
                self.not_understood(path, TEXTS)
            return Taken(headings) if headings else None
        if "year" in given or "term" in given:
            self.only(given, path, ("year", "term"))
            year, term = self.texts(given, "year", path), self.texts(given, "term", path)
            if not (year and term):
                self.not_understood(path, Phrase("both year and term", "year 和 term 两项"))
            return Term(year, term) if year and term else None
        self.only(given, path, ("column", "part", "mark", "above", "decimals"))
        headings, part = self.texts(given, "column", path), given.get("part", "all")
        mark, decimals = given.get("mark", ""), given.get("decimals")
        if part not in _PARTS:
            self.not_understood((*path, "part"), either(_PARTS))
        elif not headings:
            self.not_understood(path, Phrase("column, with a heading", "column，即表头"))
        elif not isinstance(mark, str) or bool(mark) != (part in ("before", "after")):
            self.not_understood(path, Phrase("a mark with before and after", "before、after 要写 mark，即分隔的符号"))
        elif decimals is not None and (type(decimals) is not int or not 0 <= decimals <= MOST_DIGITS):
            self.not_understood((*path, "decimals"), Phrase("a number of decimals", "小数的位数"))
        else:
            return Taken(headings, cast(Part, part), mark, self.flag(given, "above", path), decimals)
        return None

    # ---- gathering
    def gather(self, tree: Mapping[str, Any], path: Path) -> Gather | None:
        """Rows that become one record a semester."""
        if "gather" not in tree:
            return None
        at = (*path, "gather")
        given = self.table(tree, "gather", path)
        self.only(given, at, _GATHER_KEYS)
        kind = self.kind(tree, path)
        share = given.get("share")
        name = self.field(share, kind, (*at, "share"), own=True) if kind and isinstance(share, str) else None
        counted, day = self.texts(given, "counted", at), self.texts(given, "day", at)
        if kind == "" or "record" in tree or name is None or not (counted and day):
            self.not_understood(at, IN_GATHER)
            return None
        if not self.policy.calendar.semesters:
            self.not_understood(at, Phrase("a policy with a calendar", "使用校历的办法"))
        return Gather(name, counted, day, self.numbers(self.table(given, "number", at), (*at, "number")))

    def numbers(self, given: Mapping[str, Any], path: Path) -> Mapping[str, int]:
        """How many there were, by semester."""
        found: dict[str, int] = {}
        for text, count in given.items():
            try:
                semester = self.layouts.columns.semester(text)
            except CellError:
                names = [semester.name for semester in self.policy.calendar.semesters]
                self.unknown((*path, text), SORTS["semester"], text, names)
                continue
            if not isinstance(count, int) or isinstance(count, bool) or count < 1:
                self.not_understood((*path, text), A_NUMBER)
            else:
                found[semester] = count
        return found
