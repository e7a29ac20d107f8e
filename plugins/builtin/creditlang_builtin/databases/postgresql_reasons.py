"""What PostgreSQL's errors mean, in words that may be shown.

An error of the server has a code, and becomes a phrase by that; the server's own words are left out, since they may
quote a row. When nobody could log in there is no code, only words, in the language of the server; they speak of hosts
and users. Of these the known ones become phrases, and others are shown as they are, without the password.
"""

import re
from typing import Final

from creditlang.diagnostics import Phrase

LOST: Final = Phrase("the connection was lost", "连接中断")

_STATES: Final = {
    "22021": Phrase("it holds text that is not in the encoding of the database", "其中有的文字不是数据库的编码"),
    "22023": Phrase("the server does not know the time zone", "服务器不认识这个时区"),
    "25006": Phrase("the database takes no changes: it is read-only", "数据库是只读的，不接受修改"),
    "2BP01": Phrase("views or other objects depend on the old table", "有视图或其他对象依赖旧表"),
    "3F000": Phrase("there is no such schema", "没有这个模式（schema）"),
    "40P01": Phrase("somebody else holds a lock on it", "它被其他会话锁定"),
    "42501": Phrase("you have no right to do that", "您没有这项权限"),
    "42P01": Phrase("it is not there any more", "它已经不在了"),
    "53100": Phrase("the server's disk is full", "服务器磁盘已满"),
    "55P03": Phrase("somebody else holds a lock on it", "它被其他会话锁定"),
    "57014": Phrase("the server's time limit was reached", "超过了服务器的时间限制"),
}
_CLASSES: Final = {
    "08": LOST,
    "22": Phrase("the database cannot work out a value in it", "数据库算不出其中的某个值"),
    "53": Phrase("the server lacks memory or connections", "服务器内存或连接数不足"),
    "57": Phrase("the server ended the connection", "服务器断开了连接"),
}

_WRONG_PERSON: Final = Phrase("wrong user or password", "用户名或密码不对")
_OTHER_SERVER: Final = Phrase("what answers there is no PostgreSQL server", "那里应答的不是 PostgreSQL 服务器")
_LOGIN: Final = {
    r"no password supplied": Phrase("it wants a password, and none was given", "需要密码，但没有给出"),
    r"authentication failed|认证失败|验证失败": _WRONG_PERSON,
    r"(?:role|角色).*(?:does not exist|不存在)": _WRONG_PERSON,
    r"(?:database|数据库).*(?:does not exist|不存在)": Phrase(
        "there is no such database on this server", "服务器上没有这个数据库"
    ),
    r"permission denied for database|访问数据库.*权限": Phrase(
        "you may not connect to this database", "您没有连接这个数据库的权限"
    ),
    r"pg_hba\.conf": Phrase(
        "the server does not admit you from this machine in this way", "服务器不接受从这台机器以这种方式登录"
    ),
    r"could not translate host name": Phrase("no server of this name is known", "找不到这个名称的服务器"),
    r"negotiation|unexpected response": _OTHER_SERVER,
    r"certificate|root\.crt": Phrase(
        "the server's certificate cannot be trusted, or is missing", "服务器证书缺失或不可信"
    ),
    r"SSL": Phrase("the server does not do the TLS that was asked for", "服务器不支持所要求的 TLS 加密"),
    r"too many|remaining connection slots|过多": Phrase("the server has no connection left", "服务器的连接数已满"),
    r"starting up|shutting down|recovery mode|正在启动|正在关闭": Phrase(
        "the server is starting or stopping", "服务器正在启动或关闭"
    ),
    r"refused|timeout|timed out|No route|unreachable|No such file": Phrase(
        "no server answers there", "那里没有服务器应答"
    ),
}


def login_reason(said: str, password: str) -> Phrase:
    """Why nobody could log in, from what was said."""
    for pattern, phrase in _LOGIN.items():
        if re.search(pattern, said):
            return phrase
    plain = " ".join((said.replace(password, "***") if password else said).split())
    return Phrase(plain, plain)


def server_reason(error: Exception) -> Phrase:
    """What went wrong, by the code of the server's message; without one nobody answered any more."""
    state = getattr(error, "sqlstate", None) or "08"
    known = _STATES.get(state) or _CLASSES.get(state[:2])
    return known or Phrase(f"error {state} of the server", f"服务器错误 {state}")
