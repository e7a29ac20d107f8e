"""The policies that people wrote: the bundled ones, and the examples of tests, pages of findings and documents."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.differential.drafts import compiled

from creditlang.core.operators import Policy
from creditlang.resources import bundled_policies

_ROOT = Path(__file__).parent.parent.parent
_FENCE = re.compile(r"^```credit([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PAGES = ("tests/language/*.md", "tests/diagnostics/*.md", "tests/differential/cases/*.md", "docs/*.md")


def texts_at_hand() -> Iterator[str]:
    """Their texts, after what the pages that they stand on have in common."""
    yield from (path.read_text(encoding="utf-8") for path in bundled_policies().values())
    for pattern in _PAGES:
        for page in sorted(_ROOT.glob(pattern)):
            fences = _FENCE.findall(page.read_text(encoding="utf-8"))
            shared = "".join(text for told, text in fences if "shared" in told)
            yield from (shared + text for told, text in fences if "shared" not in told)


@cache
def policies_at_hand() -> tuple[tuple[str, Policy], ...]:
    """Those that have no errors, each once, with their texts."""
    found = ((text, compiled(text, check=False)) for text in dict.fromkeys(texts_at_hand()))
    return tuple((text, policy) for text, policy in found if policy is not None and policy.rules)
