"""``creditlang serve``: the server, for other programs and for the page in a browser."""

import os
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import click

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import option, said


@bilingual_help.command("serve")
@option("--policy", "policies", multiple=True, metavar="POLICY")
@option("--host", default="127.0.0.1", show_default=True, metavar="NAME")
@option("--port", type=click.IntRange(1, 65_535), default=8765, show_default=True, metavar="N")
@option("--token", envvar="CREDITLANG_TOKEN", metavar="TEXT")
@option("--workers", type=click.IntRange(1, 64), default=None, metavar="N")
@option("--seconds", type=click.FloatRange(0.1, 3600), default=60, show_default=True, metavar="N")
@option("--memory", type=click.IntRange(256), default=1536, show_default=True, metavar="N")
@option("--megabytes", type=click.IntRange(1, 1024), default=16, show_default=True, metavar="N")
@option("--plugin", "plugins", multiple=True, metavar="NAME")
@common.language_option
def command(
    policies: tuple[str, ...], host: str, port: int, token: str | None, plugins: tuple[str, ...], **limits: Any
) -> None:
    """Answer questions about policies over HTTP, and serve the page in which to ask them."""
    from creditlang.toolkit.extras import need

    need("server")
    if not _is_loopback(host) and not token:
        common.fail(common.USAGE, said(
            f"{host} can be reached from other machines: give a --token, which requests will have to carry.",
            f"其他计算机能够访问 {host}：请用 --token 设定令牌，请求必须带上它。",
        ))  # fmt: skip
    from creditlang.server.application import ServerSettings, serve
    from creditlang.server.worker import WorkerSettings

    worker = WorkerSettings(
        _served(policies), [Path(x).stem for x in policies], plugins, limits["memory"], limits["megabytes"]
    )
    settings = ServerSettings(
        workers=limits["workers"] or max(2, os.cpu_count() or 1),
        seconds=limits["seconds"],
        megabytes=limits["megabytes"],
        token=token,
        hosts={"localhost", "127.0.0.1", "::1", host},
        worker=worker,
    )
    common.echo(said(f"The page is at http://{host}:{port}/", f"页面地址：http://{host}:{port}/"), err=True)
    serve(settings, host, port)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _served(policies: tuple[str, ...]) -> dict[str, Path]:
    """The policies to be served, by name: those that are named, which must be sound, then the bundled ones."""
    from creditlang.resources import bundled_policies, is_bundled

    served: dict[str, Path] = {}
    for policy in policies:
        path = common.find(policy).resolve()
        if not is_bundled(path):
            common.sound_policy(policy)
        served[path.stem] = path
    return {**served, **{name: path for name, path in bundled_policies().items() if name not in served}}
