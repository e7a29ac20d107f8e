"""What a policy does over sample data, worked out when it is first asked for and again when something has changed.

The data are those of the folder `sample` beside the policy, or those that the server was started with.
"""

import asyncio
from pathlib import Path

from creditlang.errors import DataError
from creditlang.ide.sample_limits import SampleLimits
from creditlang.lsp.open_policies import OpenPolicy
from creditlang.plugin import PluginError

PATIENCE = 2.0
"""Seconds that an answer waits for a run; one that takes longer goes on, and is there the next time."""


class SampleRuns:
    """The last run of each policy."""

    def __init__(self, address: str | None) -> None:
        """None has been run; `address` gives the data where the editor says which."""
        self.address = address
        self.runs: dict[tuple[Path | None, str], tuple[object, asyncio.Future[SampleLimits | None]]] = {}

    async def limits(self, policy: OpenPolicy) -> SampleLimits | None:
        """Where the limits of a policy bind in its sample; None without one, with errors, or where that takes long."""
        path = policy.compiled.sources[-1].path if policy.compiled.sources else None
        address = self.address or (str(beside) if path and (beside := path.parent / "sample").is_dir() else None)
        if address is None or policy.compiled.errors:
            return None
        state = tuple(source.text for source in policy.compiled.sources), _saved(Path(address))
        known = self.runs.get((path, address))
        if known is None or known[0] != state:
            running = asyncio.get_running_loop().run_in_executor(None, _limits, policy, address)
            known = self.runs[path, address] = state, running
        done, _ = await asyncio.wait([known[1]], timeout=PATIENCE)
        return known[1].result() if done else None


def _limits(policy: OpenPolicy, address: str) -> SampleLimits | None:
    """None where the data cannot be read: the run itself tells why."""
    try:
        return SampleLimits.of(policy.compiled.policy, address)
    except (DataError, PluginError):
        return None


def _saved(path: Path) -> float:
    """When data were last saved; 0 for those that are no file."""
    files = list(path.iterdir()) if path.is_dir() else [path]
    return max((each.stat().st_mtime for each in files if each.exists()), default=0.0)
