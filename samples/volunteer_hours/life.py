"""One student's life as a volunteer: what the platform and the school's organisations note of it."""

from datetime import date, timedelta
from random import Random
from typing import Any, Final

from samples.sample_book import Book, Row
from samples.sample_life import BasicLife
from samples.volunteer_hours.words import ACTIVITIES, Class

UNTIL: Final = date(2023, 6, 20)
"""No ordinary record is later."""

HOURS: Final = ("1", "1.5", "2", "2", "2.5", "3", "3", "4", "6", "8")
ORGANISATION: Final = "青年志愿者协会"


class Life(BasicLife):
    """A student, and the means to make records of what the student does."""

    def __init__(self, book: Book, number: str, school_class: Class, chance: Random) -> None:
        """`chance` belongs to this student alone: no student's records depend on another's."""
        super().__init__(book, number, chance)
        self.school_class = school_class
        self.first = school_class.entered_on + timedelta(14)

    # ---- the profile
    def profile(self, on: date, joined: object = True, school: object = True, number: object = True) -> Row:
        """What the student's profile says from a day on."""
        name = f"{self.school_class.college}{ORGANISATION}" if joined is True else ""
        cells: dict[str, Any] = {"organisation": name, "joined": joined, "school_right": school, "number_right": number}
        return self.book.add("profile", self.number, on, on=on, **cells)

    def registered(self) -> None:
        """A profile that is right from the first days on."""
        self.profile(self.school_class.entered_on + timedelta(self.chance.randrange(3, 12)))

    # ---- hours
    def recorded(self, item: str, on: date, hours: object, **cells: Any) -> Row:
        """A row of hours."""
        return self.book.add("service", self.number, on, **{"item": item, "on": on, "hours": hours, **cells})

    def signed_in(self, on: date, hours: object = "", activity: str = "", **cells: Any) -> Row:
        """Hours from signing in and out on the platform."""
        title = self.chance.choice(ACTIVITIES)
        activity = activity or f"HD{on:%Y%m%d}-{ACTIVITIES.index(title) + 1:02}"
        hours = hours or self.chance.choice(HOURS)
        return self.recorded("信用时长", on, hours, **{"activity": activity, "content": title, **cells})

    def backfilled(
        self, ended: date, filed: date | None, hours: str, normal: str | None, worked: str | None, **cells: Any
    ) -> Row:
        """Hours of an activity of the platform, added because signing in was forgotten."""
        on = cells.pop("on", None) or (filed or ended) + timedelta(1)
        activity = cells.pop("activity", None) or f"HD{ended:%Y%m%d}-20"
        return self.recorded(
            "关联签到活动", on, hours,
            **{
                "activity": activity, "ended_on": ended, "filed_on": filed, "normal_hours": normal,
                "worked_hours": worked, "content": "忘记签到", **cells,
            },
        )  # fmt: skip

    def guaranteed(self, on: date, hours: str, content: str, **cells: Any) -> Row:
        """Hours for which the organisers of an activity outside the platform stand."""
        cells.setdefault("evidence", self.proof())
        return self.recorded("上传担保书", on, hours, content=content, **cells)

    def signs_in(self, times: int, since: date | None = None, until: date = UNTIL) -> None:
        """Ordinary afternoons, each on a day of its own."""
        since = since or self.first
        days = range((until - since).days)
        for offset in sorted(self.chance.sample(days, min(times, len(days)))):
            self.signed_in(since + timedelta(offset))
