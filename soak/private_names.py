"""Names in data that cannot be read: they stand in no message, manifest, result table or public notice."""

import json
import random
import shutil
import tempfile
from collections import Counter
from functools import cached_property
from pathlib import Path

from attrs import define, field

from creditlang.resources import bundled_policies
from creditlang.server.answered import answered
from creditlang.server.known_policies import KnownPolicies
from soak.forked_runs import ended, started
from soak.mutated_data import change
from soak.part import Part
from soak.small_data import DAY, Tables, as_csv, small

NAMES = (
    "张 三", "欧阳 慕白", "欧阳慕白", "王\u3000小明", "阿依古丽·买买提", "Ada Lovelace", "Jean-Luc O'Neill",
    "𠮷田 太郎", "单", "Zoë K.", "李\u00a0四", "司马相如", "Nguyễn Văn A", "  赵六  ",
)  # fmt: skip
STRUCTURES = ("", "0", "??", "2024-13-40", '"', "\x00", "=1+1", "x" * 40000)


@define
class PrivateNames(Part):
    """One set of data, with the names in it, through a run with a notice and through the server."""

    told: Counter[str] = field(factory=Counter, init=False)

    @cached_property
    def known(self) -> KnownPolicies:
        """What the server knows."""
        return KnownPolicies(bundled_policies())

    def case(self, number: int) -> None:
        """A run and a question."""
        rng = random.Random(number)
        tables = {name: [list(row) for row in rows] for name, rows in small().items()}
        place = tables["学生"][0].index("姓名")
        names = rng.sample(NAMES, len(NAMES))
        for row, name in zip(tables["学生"][1:], names, strict=False):
            row[place] = name
        given = [row[place] for row in tables["学生"][1:]]
        for _ in range(rng.choice((0, 1, 2))):
            change(rng, {x: rows for x, rows in tables.items() if x != "学生"})
        if rng.random() < 0.5:
            rows = tables["学生"]
            column = rng.choice([x for x in range(len(rows[0])) if x != place])
            rng.choice(rows)[column] = rng.choice(STRUCTURES)
        folder = Path(tempfile.mkdtemp(prefix="soak-"))
        try:
            self._run(number, tables, given, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        self._ask(number, rng, given)

    def _run(self, number: int, tables: Tables, names: list[str], folder: Path) -> None:
        """The command, all that it prints, and all that it writes but the forms of an office."""
        data, said = as_csv(tables, folder / "data"), folder / "said.txt"
        arguments = ["run", "volunteer_hours", "--data", str(data), "--as-of", DAY, "--out", str(folder / "results")]
        ended(started([*arguments, "--out", f"forms:{folder / 'wall'}#class-notice"], said))
        self.cases += 1
        self._look(number, "what was printed", said.read_bytes().decode("utf-8", "replace"), names)
        for path in (*folder.glob("results/*"), *folder.glob("wall/**/*.html")):
            self.told[path.suffix] += 1
            self._look(number, path.name, path.read_bytes().decode("utf-8", "replace"), names)
        for path in folder.rglob("*"):
            self._look(number, "the name of a file", path.name, names)

    def _ask(self, number: int, rng: random.Random, names: list[str]) -> None:
        """A question to the server that it cannot answer."""
        student = {"student_id": "20200101", "姓名": names[0], "入学日期": rng.choice(STRUCTURES), "学院": names[-1]}
        question = {
            "policy": "volunteer_hours",
            "student": student,
            "records": {rng.choice(("x", "志愿服务时长")): [{"时长": "??"}]},
        }
        body = json.dumps(question).encode()
        cut = body[: rng.randrange(len(body))] if rng.random() < 0.3 else body
        for name in ("evaluate", "why", "what-if", "run"):
            answer = answered(name, cut, self.known, rng.choice(("en", "zh")))
            self.cases += 1
            if answer.status >= 500:
                self.note(number, f"{name}: {answer.status}", "question.json", cut)
            if answer.status != 200:
                self.told[f"answered {answer.status}"] += 1
                self._look(
                    number, f"the answer of {name}", json.dumps(json.loads(answer.body), ensure_ascii=False), names
                )

    def _look(self, number: int, where: str, text: str, names: list[str]) -> None:
        """Note each name that stands there, whole or without its blanks."""
        bare = "".join(text.split())
        for name in names:
            whole = "".join(name.split())
            if len(whole) > 1 and (name.strip() in text or whole in bare):
                self.note(number, f"{where} shows “{name}”", "shown.txt", text)

    def lines(self) -> list[str]:
        """The figures."""
        told = ", ".join(f"{name}: {count}" for name, count in sorted(self.told.items()))
        return [f"runs and questions: {self.cases}; files and answers looked through: {told}"]
