"""What database servers answer when they do not answer, in words for people: what several of them say."""

from typing import Final

from creditlang.diagnostics import Phrase

WRONG_PERSON: Final = Phrase("wrong user or password", "用户名或密码不对")
LOST: Final = Phrase("the connection was lost", "连接中断")
NO_CONNECTION_LEFT: Final = Phrase("the server has no connection left", "服务器的连接数已满")
NO_SUCH_DATABASE: Final = Phrase("there is no such database on this server", "服务器上没有这个数据库")
NO_RIGHT: Final = Phrase("you have no right to read it", "您没有读取权限")
GONE: Final = Phrase("it is not there any more", "它已经不在了")
LOCKED: Final = Phrase("somebody else holds a lock on it", "它被其他会话锁定")
NO_TIME_ZONE: Final = Phrase("the server does not know the time zone", "服务器不认识这个时区")
OUT_OF_TIME: Final = Phrase("the server's time limit was reached", "超过了服务器的时间限制")
NO_ANSWER: Final = Phrase("no server answers there", "那里没有服务器应答")
NO_TLS: Final = Phrase("the server does not do the TLS that was asked for", "服务器不支持所要求的 TLS 加密")
NOT_TRUSTED: Final = Phrase("the server's certificate cannot be trusted, or is missing", "服务器证书缺失或不可信")
NO_SUCH_SERVER: Final = Phrase("no server of this name is known", "找不到这个名称的服务器")


def server_error(number: object) -> Phrase:
    """An error that is known by its number only."""
    return Phrase(f"error {number} of the server", f"服务器错误 {number}")
