"""Why the operating system refused something, in both languages."""

import errno
from typing import Final

from creditlang.diagnostics.diagnostic import Phrase

_CHINESE: Final = {
    errno.ENOENT: "文件或文件夹不存在", errno.EACCES: "没有权限", errno.EPERM: "没有权限", errno.EISDIR: "它是文件夹",
    errno.ENOTDIR: "上级不是文件夹", errno.EEXIST: "已经存在", errno.ENOSPC: "磁盘已满", errno.EDQUOT: "超出磁盘配额",
    errno.EROFS: "磁盘只读", errno.EIO: "读写出错", errno.ENAMETOOLONG: "名称太长", errno.EMFILE: "打开的文件太多",
    errno.ENOTEMPTY: "文件夹不是空的", errno.EBUSY: "正被占用", errno.ETXTBSY: "正被占用", errno.ELOOP: "链接循环",
    errno.EFBIG: "文件太大", errno.EINVAL: "系统不接受这样的操作", errno.ETIMEDOUT: "等待超时",
}  # fmt: skip


def system_reason(error: OSError) -> Phrase:
    """The system's own words in English; in Chinese those of the number, where it is a usual one."""
    reason = error.strerror or type(error).__name__
    return Phrase(reason, _CHINESE.get(error.errno or 0, f"系统报告：{reason}"))
