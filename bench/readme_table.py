"""The table of a measurement in `bench/README.md`, which its command replaces by the one it has just measured."""

import re
from pathlib import Path

README = Path(__file__).parent / "README.md"


def write_table(name: str, table: str) -> None:
    """Put lines of Markdown between `<!-- name -->` and `<!-- end of name -->`."""
    text = README.read_text(encoding="utf-8")
    place = re.compile(rf"(?<=<!-- {name} -->\n).*?(?=<!-- end of {name} -->)", re.DOTALL)
    README.write_text(place.sub(lambda _: f"\n{table}\n\n", text), encoding="utf-8")
