"""What PostgreSQL's errors mean, in words that may be shown.

An error of the server has a code, and becomes a phrase by that; the server's own words are left out, since they may
quote a row. When nobody could log in there is no code, only words, in the language of the server; they speak of hosts
and users. Of these the known ones become phrases, and others are shown as they are, without the password.
"""

import re
from typing import Final

from creditlang.diagnostics import Phrase
from creditlang_builtin.databases import server_reasons as reasons

_STATES: Final = {
    "22021": Phrase("it holds text that is not in the encoding of the database", "其中有的文字不是数据库的编码"),
    "22023": reasons.NO_TIME_ZONE,
    "25006": Phrase("the database takes no changes: it is read-only", "数据库是只读的，不接受修改"),
    "2BP01": Phrase("views or other objects depend on the old table", "有视图或其他对象依赖旧表"),
    "3F000": Phrase("there is no such schema", "没有这个模式（schema）"), "40P01": reasons.LOCKED,
    "42501": Phrase("you have no right to do that", "您没有这项权限"), "42P01": reasons.GONE,
    "53100": Phrase("the server's disk is full", "服务器磁盘已满"), "55P03": reasons.LOCKED,
    "57014": reasons.OUT_OF_TIME,
}  # fmt: skip
_CLASSES: Final = {
    "08": reasons.LOST,
    "22": Phrase("the database cannot work out a value in it", "数据库算不出其中的某个值"),
    "53": Phrase("the server lacks memory or connections", "服务器内存或连接数不足"),
    "57": Phrase("the server ended the connection", "服务器断开了连接"),
}

_OTHER_SERVER: Final = Phrase("what answers there is no PostgreSQL server", "那里应答的不是 PostgreSQL 服务器")
_LOGIN: Final = {
    r"no password supplied": Phrase("it wants a password, and none was given", "需要密码，但没有给出"),
    r"authentication failed|认证失败|验证失败": reasons.WRONG_PERSON,
    r"(?:role|角色).*(?:does not exist|不存在)": reasons.WRONG_PERSON,
    r"(?:database|数据库).*(?:does not exist|不存在)": reasons.NO_SUCH_DATABASE,
    r"permission denied for database|访问数据库.*权限": Phrase(
        "you may not connect to this database", "您没有连接这个数据库的权限"
    ),
    r"pg_hba\.conf": Phrase(
        "the server does not admit you from this machine in this way", "服务器不接受从这台机器以这种方式登录"
    ),
    r"could not translate host name": reasons.NO_SUCH_SERVER,
    r"negotiation|unexpected response": _OTHER_SERVER,
    r"certificate|root\.crt": reasons.NOT_TRUSTED,
    r"SSL": reasons.NO_TLS,
    r"too many|remaining connection slots|过多": reasons.NO_CONNECTION_LEFT,
    r"starting up|shutting down|recovery mode|正在启动|正在关闭": Phrase(
        "the server is starting or stopping", "服务器正在启动或关闭"
    ),
    r"closed the connection|reset by peer|terminated abnormally|连接.*(?:关闭|中断)": reasons.LOST,
    r"refused|timeout|timed out|No route|unreachable|No such file": reasons.NO_ANSWER,
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
    return known or reasons.server_error(state)
