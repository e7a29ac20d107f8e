"""Credits, and what is moved between accounts, drafted at random: offsets, conversions, records of clean stretches."""

from tests.differential.drafted_bodies import Bodies
from tests.differential.drafted_expressions import At
from tests.differential.sentences import Line


class Moves(Bodies):
    """Drafts credits and moves."""

    def credit(self) -> list[Line]:
        """A credit, and an offset of it perhaps."""
        name = f"credit_{len(self.names.accounts)}"
        period = self.one("@semester", "@semester", "@semester", self.long_period)
        at = At(None, period, own=name)
        under = self.one(
            lambda: self.cases(at, lambda: self.number(at)),
            lambda: [Line(f"1 WHEN {self.condition(at)}"), Line("0 OTHERWISE")],
            lambda: [Line(f"STEPS_OF {self.balance(at)}: 1 AT 2, THEN 0.5 PER_FULL 1"),
                     *[Line("AT_MOST 3")] * self.maybe(0.5)],
            lambda: [Line(self.balance(at))],
        )  # fmt: skip
        if self.maybe(0.3):
            under.append(Line(f"ABOVE {self.one('1', '2', self.fact_number)} GOES_TO bank"))
        if self.maybe(0.15):
            under.append(Line(f"AT_LEAST_OF {self.one('0', '1', 'limit_of')}"))
        lines = [Line(f"CREDIT {name} PER {period} IN_UNIT credit", under)]
        if self.categories and self.maybe(0.6):
            lines += self.offset(name, period)
        self.names.accounts[name] = period
        return lines

    def offset(self, credit: str, period: str) -> list[Line]:
        """An offset of a credit, on request."""
        at = At(None, period, own=credit)
        sources = self.rng.sample(self.categories, min(2, len(self.categories))) or ["nothing"]
        under = [Line(f"FROM {', '.join(sources)}, ON_REQUEST swap")]
        way = self.one("VOID WHEN", "VOID WHEN", "VOID UNLESS", "INVALID WHEN", "PENDING WHEN", "WARN WHEN")
        reason = self.one("", ', "nothing to offset"', ', "not {credits}"')
        under += [Line(f"{way} {self.condition(at)}{reason}")] if self.maybe(0.5) else []
        ratios = [f"{ratio}{self.when(at, 0.8)}" for ratio in self.rng.sample(("2 FOR 1", "3 FOR 2", "1 FOR 2"), 2)]
        ratios = [*ratios[: self.one(0, 1, 1, 2)], self.one("1 FOR 1", "3 FOR 1")]
        ratios[-1] += " OTHERWISE" if len(ratios) > 1 else ""
        under.append(Line(f"AT {ratios[0]}", [Line(ratio) for ratio in ratios[1:]]))
        under += [Line(self.rounding())] * self.maybe(0.5)
        under += [Line("IN_ORDER_OF filed_on")] * self.maybe(0.6)
        kind = Line("RECORD swap", [Line("term: semester"), Line("source: account"),
                                    Line("credits: number, AT_LEAST 0"),
                                    Line("filed_on: date, OPTIONAL")])  # fmt: skip
        up_to = self.one("", " UP_TO 1", " UP_TO limit_of", f" UP_TO {self.worked_out(at)}")
        return [kind, Line(f"OFFSET {credit} PER {period}{up_to}", under)]

    def conversion(self) -> list[Line]:
        """A category whose entries take from other accounts."""
        name = f"cat_{len(self.names.accounts)}"
        if not self.categories:
            return self.category()
        taken = self.name(self.categories)
        kind = Line("RECORD conversion", [
            Line("item: item"), Line("on: date"), Line("source: account, OPTIONAL"),
            Line("credits: number, AT_LEAST 0"), Line("filed_on: date, OPTIONAL")])  # fmt: skip
        at = At("conversion", own=name)
        take = self.one(
            "TAKE_FROM source WHEN source IS_PRESENT", f"TAKE_FROM {taken}", f"TAKE_FROM {taken}{self.when(at, 1)}"
        )
        before = self.adjustments(at, 1)
        under = [Line("ITEM exchange FROM conversion", [Line("credits PER_EVENT"), *self.fallback()]),
                 *before, Line(take)]  # fmt: skip
        after = self.one([], ["CAP 2 IN_TOTAL"], ["CAP 1 PER @semester"], ["ROUNDED_DOWN_TO 0.5"], ["HALF"],
                         [f"VOID WHEN {self.condition(at)}"], [f"CAP limit_of {self.group()}"])  # fmt: skip
        under += [Line(text) for text in after]
        under += [Line("POSTS_TO into")] * self.maybe(0.3) + [Line("IN_ORDER_OF filed_on")] * self.maybe(0.6)
        self.names.accounts[name] = "@semester"
        return [kind, Line(f"CATEGORY {name} IN_UNIT credit FROM conversion", under)]

    def clean_run(self) -> list[Line]:
        """Records of clean stretches, and a category of them."""
        name = f"cat_{len(self.names.accounts)}"
        what = self.one("act WHERE flag", "act WHERE NOT flag", "act", self.name(self.categories or ["act"]),
                        lambda: f"act WHERE {self.query_condition(At('act', depth=2))}")  # fmt: skip
        start = self.one("hired", "start_day", "2024-09-10", *self.days_told())
        kind = Line(f"RECORD clean: EVERY_FULL {self.length()} WITHOUT {what} FROM {start}")
        body = [Line("ITEM reward FROM clean", [Line("1 PER_EVENT"), *self.adjustments(At("clean"), 1)])]
        if self.maybe(0.3):
            body.append(Line(f"TAKE_FROM {self.name(self.categories)}"))
        self.names.accounts[name] = "@semester"
        return [kind, Line(f"CATEGORY {name} IN_UNIT credit FROM clean", body)]
