"""Addresses of databases: what they say, what they may not say, and that no password is ever shown."""

import pytest

from creditlang.plugin import PluginError, PluginManager
from creditlang.toolkit.addresses import without_password
from creditlang_builtin.databases.database_address import DatabaseAddress, parse_address
from creditlang_builtin.databases.mysql_connection import mysql_address
from creditlang_builtin.databases.postgresql_connection import postgresql_address

SECRET = "s3cret-Pa55"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://reader:s3cret@db/campus", "postgresql://reader@db/campus"),
        ("postgresql://reader@db:5432/campus?schema=x", "postgresql://reader@db:5432/campus?schema=x"),
        ("postgresql://:s3cret@db/campus", "postgresql://@db/campus"),
        ("mysql://u:a@s3cret@db/campus", "mysql://u@db/campus"),
        ("mysql://u:a/s3cret@db/campus", "mysql://u@db/campus"),
        ("mysql://u:a?s3cret@db/campus?tables=x", "mysql://u@db/campus?tables=x"),
        ("postgresql:///campus?password=s3cret&user=u", "postgresql:///campus?user=u"),
        ("postgresql:///campus?user=u&PassWord=s3cret", "postgresql:///campus?user=u"),
        ("postgresql:///campus?sslpassword=s3cret&sslmode=require", "postgresql:///campus?sslmode=require"),
        ("postgresql:///campus?password_env=NAME", "postgresql:///campus?password_env=NAME"),
        ("campus+x://u:s3cret@h", "campus+x://u@h"),
        ("sample:hengyang", "sample:hengyang"),
        ("data/2024@home", "data/2024@home"),
        ("//share/a:b@c", "//share/a:b@c"),
        ("./a//b:c@d", "./a//b:c@d"),
        ("C:\\data", "C:\\data"),
    ],
)
def test_an_address_without_its_password(address: str, shown: str) -> None:
    assert without_password(address) == shown
    assert "s3cret" not in without_password(address)


def parsed(where: str) -> DatabaseAddress:
    return postgresql_address("postgresql", where)


def test_an_address_is_taken_apart() -> None:
    where = "//read%40er:p%2Fw%3A@db.example:5433/cam%20pus?schema=学工&tables=student,a%2Cb&sslmode=verify-full"
    address = parsed(where)
    assert (address.user, address.password, address.database) == ("read@er", "p/w:", "cam pus")
    assert (address.hosts, address.ports, address.schema) == (("db.example",), ("5433",), "学工")
    assert address.tables == ("student", "a,b")
    assert address.options == {"sslmode": "verify-full"}
    assert address.timezone == "Asia/Shanghai"


def test_several_hosts_sockets_and_addresses_of_version_6() -> None:
    assert parsed("//a:1,b/x").hosts == ("a", "b")
    assert parsed("//a:1,b/x").ports == ("1", "")
    assert (parsed("//[::1]:5433/x").hosts, parsed("//[::1]:5433/x").ports) == (("::1",), ("5433",))
    assert parsed("//%2Fvar%2Frun/x").hosts == ("/var/run",)
    assert parsed("///x?host=/var/run&port=1&user=u").hosts == ("/var/run",)
    assert parsed("//u:p@ss@h/x").password == "p@ss"
    assert parsed("//").database == ""


def test_a_password_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMPUS_PASSWORD", SECRET)
    address = parsed("//reader@db/campus?password_env=CAMPUS_PASSWORD")
    assert address.password == SECRET
    assert SECRET not in repr(address)
    assert "password_env" in address.shown


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ("campus", "two slashes"),
        ("//u:s3cret/x@h/db", "%40"),
        ("//u:s3cret?x@h/db", "%40"),
        ("//h/db/table", "options after a ?"),
        ("//h:x/db", "host:5432"),
        ("//::1/db", "host:5432"),
        ("//h/db?ssl_mode=require", "did you mean sslmode?"),
        ("//h/db?sslmode", "without a value"),
        ("//h/db?sslmode=a&sslmode=b", "twice"),
        ("//h/db?password_env=NO_SUCH_VARIABLE", "NO_SUCH_VARIABLE"),
        ("//h/d%00b", "no text"),
    ],
)
def test_an_address_that_cannot_be_used(where: str, reason: str) -> None:
    with pytest.raises(PluginError) as caught:
        parsed(where)
    (problem,) = caught.value.diagnostics
    assert problem.code == "CR780"
    assert reason in problem.arguments["reason"]
    assert "s3cret" not in str(problem)


@pytest.mark.parametrize(
    "where", ["//h", "//a,b/db", "//h/db?ssl-mode=always", "//h/db?sslmode=require", "//h/db?connect_timeout=x"]
)
def test_an_address_that_mysql_cannot_use(where: str) -> None:
    with pytest.raises(PluginError, match="CR780"):
        mysql_address("mysql", where)


def test_a_source_shows_no_password() -> None:
    source = PluginManager(no_plugins=True).source(f"postgres://reader:{SECRET}@127.0.0.1:1/campus")
    assert source.where == "postgresql://reader@127.0.0.1:1/campus"
    assert SECRET not in repr(vars(source))
    assert SECRET not in repr(parse_address("mysql", f"//u:{SECRET}@h/x", ()))


@pytest.mark.parametrize(
    ("address", "module"), [("postgres://h/x", "adbc_driver_postgresql"), ("mariadb://h/x", "pymysql")]
)
def test_a_driver_that_is_missing_is_named(address: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(PluginError) as caught:
        PluginManager(no_plugins=True).source(address)
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.arguments["package"].replace("-", "_")) == ("CR787", module)
