"""A case in a file that can be read, mended after and run again: the policy, the data and what differed."""

import csv
import io
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from tests.differential.people import World

_FENCE = re.compile(r"^```(credit|csv) ?(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_AS_OF = re.compile(r"^As of (\d{4}-\d\d-\d\d)\.$", re.MULTILINE)


def written(title: str, policy: str, world: World, differences: Iterable[str]) -> str:
    """The text of a case."""
    tables = []
    for name, lines in world.rows.items():
        out = io.StringIO()
        writer = csv.DictWriter(
            out,
            list(dict.fromkeys(x for line in lines for x in line)) or ["student_id"],
            restval="",
            lineterminator="\n",
        )
        writer.writeheader()
        writer.writerows(lines)
        tables.append(f"```csv {name}\n{out.getvalue()}```\n")
    as_of = f"As of {world.as_of}.\n\n" if world.as_of else ""
    told = "".join(f"{line}\n" for line in differences)
    return f"# {title}\n\n{as_of}```credit\n{policy}```\n\n{chr(10).join(tables)}\n```text\n{told}```\n"


def read_case(path: Path) -> tuple[str, World]:
    """The policy's text, and the data, of a written case."""
    text = path.read_text(encoding="utf-8")
    policy, rows = "", {}
    for sort, name, body in _FENCE.findall(text):
        if sort == "credit":
            policy = body
        else:
            rows[name] = list(csv.DictReader(io.StringIO(body)))
    rows.setdefault("student", [])
    said = _AS_OF.search(text)
    return policy, World(rows, date.fromisoformat(said[1]) if said else None)
