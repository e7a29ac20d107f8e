"""A database's address taken apart: where it is, who asks, which tables; and the password, kept away from the rest.

    postgresql://reader:secret@db.example.edu.cn:5432/campus?schema=affairs&tables=student,activity&sslmode=require

is scheme, user, password, host, port, database and options, as the database's own programs write it. Characters that
have a meaning here are written `%40` and the like. `schema`, `tables`, `timezone` and `password_env` are understood
for every database, the others by its driver; an option that nobody knows is an error, since a misspelt `sslmode` would
otherwise be silence.

A password comes from the address, from the environment variable that `password_env` names, or from where the driver
itself looks. It is held in `password` alone, which is never shown.
"""

import os
import re
from collections.abc import Collection, Mapping
from typing import Final, NoReturn
from urllib.parse import unquote

from attrs import field, frozen

from creditlang.diagnostics import Phrase, nearest, report
from creditlang.plugin import PluginError
from creditlang.toolkit.addresses import without_password

COMMON_OPTIONS: Final = ("schema", "tables", "timezone", "password_env", "user", "password", "host", "port", "dbname")
CHINA: Final = "Asia/Shanghai"
"""The time zone in which points in time are read, unless the address names another."""

_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[^:\[\]]*)(?::([0-9]*))?")


@frozen
class DatabaseAddress:
    """Where a database is. What is empty is left to the driver's own defaults."""

    shown: str
    """The address without its password."""
    hosts: tuple[str, ...]
    ports: tuple[str, ...]
    user: str
    password: str = field(repr=False)
    database: str
    schema: str
    tables: tuple[str, ...]
    """The tables to read; empty for all whose names the policy knows."""
    timezone: str
    options: Mapping[str, str] = field(repr=False)
    """For the driver."""

    @property
    def name(self) -> str:
        """What messages call the database."""
        return (self.database or self.shown.partition(":")[0]).replace("/", "_")


def malformed(en: str, zh: str) -> NoReturn:
    """Raise `PluginError` CR780."""
    raise PluginError(report("CR780", None, reason=Phrase(en, zh)))


def parse_address(scheme: str, where: str, known: Collection[str]) -> DatabaseAddress:
    """Take an address apart. `known` are the driver's options. Raises `PluginError` CR780."""
    if not where.startswith("//"):
        malformed("two slashes belong after the colon", "冒号后面要有两条斜线")
    head, _, query = where[2:].partition("?")
    authority, _, path = head.partition("/")
    if "@" in path or "@" in query:
        malformed(
            "write special characters in it as %40 for @, %2F for / and %3F for ?",
            "其中的特殊字符要写成 %40（@）、%2F（/）、%3F（?）",
        )
    if "%00" in where:
        malformed("%00 is no text", "%00 不是文字")
    if "/" in path:
        malformed("nothing can follow the name of the database but options after a ?", "数据库名后面只能用 ? 接选项")
    person, _, place = authority.rpartition("@")
    user, _, password = person.partition(":")
    options = _options(query, known)
    hosts, ports = _hosts(place)
    return DatabaseAddress(
        shown=without_password(f"{scheme}:{where}"),
        hosts=hosts or _listed(options.pop("host", "")),
        ports=ports or _listed(options.pop("port", "")),
        user=unquote(user) or unquote(options.pop("user", "")),
        password=_password(unquote(password), options),
        database=unquote(path) or unquote(options.pop("dbname", "")),
        schema=unquote(options.pop("schema", "")),
        tables=_listed(options.pop("tables", "")),
        timezone=unquote(options.pop("timezone", CHINA)),
        options={name: unquote(value) for name, value in options.items() if name not in COMMON_OPTIONS},
    )


def _options(query: str, known: Collection[str]) -> dict[str, str]:
    """The options after the question mark, still encoded."""
    options: dict[str, str] = {}
    for pair in filter(None, query.split("&")):
        name, equals, value = pair.partition("=")
        name = unquote(name)
        if name in options or not equals:
            malformed(f"the option {name:.40} is given twice or without a value", f"选项 {name:.40} 重复，或没有值")
        if name not in COMMON_OPTIONS and name not in known:
            close = nearest(name, [*COMMON_OPTIONS, *known]) or ""
            meant = Phrase(f"; did you mean {close}?", f"，是不是 {close}？") if close else Phrase("", "")
            malformed(f"there is no option {name:.40}{meant}", f"没有选项 {name:.40}{meant.zh}")
        options[name] = value
    return options


def _hosts(place: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Hosts and ports: `db`, `db:5432`, `[::1]:5432`, several with commas between."""
    if not place:
        return (), ()
    found = []
    for part in place.split(","):
        match = _HOST.fullmatch(part)
        if match is None:
            malformed(
                "host and port are written host:5432, [::1]:5432 for an address of version 6",
                "主机和端口写成 host:5432，IPv6 地址写成 [::1]:5432",
            )
        found.append((unquote(match[1]).strip("[]"), match[2] or ""))
    hosts, ports = zip(*found, strict=True)
    return hosts if any(hosts) else (), ports if any(ports) else ()


def _listed(value: str) -> tuple[str, ...]:
    return tuple(unquote(part) for part in value.split(",") if part)


def _password(given: str, options: Mapping[str, str]) -> str:
    """The password that the address has, or leads to."""
    variable = unquote(options.get("password_env", ""))
    if not variable:
        return given or unquote(options.get("password", ""))
    found = os.environ.get(variable)
    if found is None:
        malformed(
            f"the environment variable {variable:.60} that should hold the password is not set",
            f"应当存放密码的环境变量 {variable:.60} 没有设置",
        )
    return found
