"""What people are together: their ranks, and what is decided for the groups that they are in.

A rank, and a fact of a group, needs everybody before anybody can read it. So a run goes over the people more than once.
In each pass every person is worked out as far as that goes without what comes later, and leaves a `Candidate` for each
ranking and a `Share` for each fact of a group; then the pass is closed, and the next one reads what has come out. What
is kept of a person is only that: a few numbers for each period, never entries or records.

Where values are open a rank is a range: from those who surely are better to those who may be. One surely is when the
least that they may have is above the most that the other may have, criterion by criterion: the same comparison, of two
tuples, says it for all criteria at once. So two sorted lists for each group answer for all its members.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, Literal

from attrs import define, field, frozen

from creditlang import values as v
from creditlang.core.lower.printed_tables import key_text
from creditlang.ledger import GroupLine, RankLine

Group = tuple[Any, ...]
"""The values by which people are put in groups; empty where everybody is in one."""
Belongs = Group | Literal[v.Open.OPEN]
"""The group of somebody, or that it is open which one it is."""
Measures = tuple[Decimal, ...]
"""What is compared, criterion by criterion, the greater the better."""
Part = tuple[v.Answer | v.Undetermined, Any, Any]
"""Of a query over people: whether it finds somebody, their value, and its weight; or why that cannot be said."""
Key = tuple[str, str]
"""A fact and a period, empty for the whole time."""


@frozen
class Candidate:
    """What one person, or one group, brings to a ranking: the group they are ranked in, and what they have."""

    group: Belongs
    ranked: v.Answer = False
    low: Measures = ()
    """The least of each measure."""
    high: Measures = ()
    """The most of each measure."""
    doubt: bool = False
    """Whether the person could not be worked out, so that it may be anything."""

    @property
    def is_open(self) -> bool:
        """Whether it leaves anything open."""
        return self.group is v.OPEN or self.ranked is v.OPEN or self.low != self.high


@frozen
class Share:
    """What one person brings to a fact of a group: the group, and the part of each query over people in it."""

    group: Belongs
    parts: tuple[Part, ...]


@define(eq=False)
class RankedGroup:
    """One group of a ranking, in a period."""

    people: int = 0
    perhaps: int = 0
    """How many more may belong to it."""
    sure: list[Measures] = field(factory=list)
    """The least that each of those has who surely are ranked here, sorted once all are there."""
    possible: list[Measures] = field(factory=list)
    """The most that each of those has who may be ranked here, sorted too."""

    def add(self, place: Candidate) -> None:
        """Take in somebody who belongs to the group, or may."""
        surely = place.group is not v.OPEN
        self.people += surely
        self.perhaps += not surely
        if place.ranked is not False:
            self.possible.append(place.high)
            if surely and place.ranked is True:
                self.sure.append(place.low)

    @property
    def all(self) -> v.Number:
        """How many belong to the group."""
        return v.interval(Decimal(self.people), Decimal(self.people + self.perhaps))

    @property
    def ranked(self) -> v.Number:
        """How many of them are ranked."""
        return v.interval(Decimal(len(self.sure)), Decimal(len(self.possible)))

    def rank(self, place: Candidate) -> v.Number:
        """The rank of somebody who was taken in."""
        surely = len(self.sure) - bisect_right(self.sure, place.high)
        perhaps = len(self.possible) - bisect_right(self.possible, place.low)
        return v.interval(Decimal(1 + surely), Decimal(1 + perhaps - (place.high > place.low)))


@define(eq=False)
class Standings:
    """What has come out of the passes that are closed, and what the people bring to the one that is not."""

    passes: int = 0
    """How many passes are closed."""
    places: dict[Key, dict[str, Candidate]] = field(factory=dict)
    shares: dict[Key, dict[str, Share]] = field(factory=dict)
    homeless: dict[str, set[str]] = field(factory=dict)
    """By fact: those who have no value in what the groups are made by, and so are in none."""
    of_groups: set[str] = field(factory=set)
    """The rankings that rank groups."""
    groups: dict[Key, dict[Group, RankedGroup]] = field(factory=dict)
    """Of rankings."""
    values: dict[Key, dict[Group, Any]] = field(factory=dict)
    """Of facts of groups."""

    def close_ranking(self, key: Key) -> None:
        """Put in order who has been taken in for a ranking."""
        places = self.places.get(key, {})
        known = {place.group for place in places.values() if not isinstance(place.group, v.Open)}
        groups: dict[Group, RankedGroup] = {group: RankedGroup() for group in sorted(known, key=called)}
        for place in places.values():
            for group in groups if isinstance(place.group, v.Open) else (place.group,):
                groups[group].add(place)
        for standing in groups.values():
            standing.sure.sort()
            standing.possible.sort()
        self.groups[key] = groups

    def members(self, key: Key) -> Mapping[Group, list[Share]]:
        """The shares in each group of a fact; of those of whom it is open which, in every group."""
        shares = self.shares.get(key, {}).values()
        groups: dict[Group, list[Share]] = {
            group: [] for group in sorted({x.group for x in shares if not isinstance(x.group, v.Open)}, key=called)
        }
        for share in shares:
            for group in groups if isinstance(share.group, v.Open) else (share.group,):
                groups[group].append(share)
        return groups

    def of_group(self, key: Key, group: Group) -> Any:
        """What has come out for a group: the value of a fact, or its rank among groups; None if there is none."""
        if key[0] in self.of_groups:
            return self.line(key, called(group)).rank
        return self.values.get(key, {}).get(group)

    def lines(self) -> Iterator[GroupLine]:
        """What has come out for all groups."""
        for key, values in self.values.items():
            yield from (GroupLine(*key, called(group), value) for group, value in values.items())
        for key, groups in self.groups.items():
            if key[0] in self.of_groups:
                told = ((who, self.line(key, who)) for who in self.places[key])
                yield from (GroupLine(*key, who, line.rank, line.ranked, line.all) for who, line in told)
            else:
                yield from (GroupLine(*key, called(group), None, x.ranked, x.all) for group, x in groups.items())

    def line(self, key: Key, who: str) -> RankLine:
        """Where somebody stands in a ranking."""
        place = self.places.get(key, {}).get(who)
        if place is None:
            return RankLine(*key, None, None, None, None)
        groups = self.groups[key]
        if isinstance(place.group, v.Open):
            return open_line(key, place)
        standing = groups[place.group]
        rank = None if place.ranked is False else standing.rank(place)
        return RankLine(*key, place.group, rank, standing.ranked, standing.all, place.ranked is True)


def open_line(key: Key, place: Candidate) -> RankLine:
    """Where somebody stands of whom it is not known with whom they stand."""
    group = None if isinstance(place.group, v.Open) else place.group
    ranked = place.ranked is True
    rank = None if place.ranked is False else v.interval(Decimal(1), v.UNBOUNDED)
    return RankLine(*key, group, rank, v.interval(Decimal(ranked), v.UNBOUNDED), _ANY_SIZE, ranked)


_ANY_SIZE: Final = v.interval(Decimal(1), v.UNBOUNDED)


def unknown(count: int) -> tuple[Measures, Measures]:
    """The least and the most of measures that may be anything."""
    return (-v.UNBOUNDED,) * count, (v.UNBOUNDED,) * count


def called(group: Group) -> str:
    """What a group is called: its values in a row."""
    return " · ".join(map(key_text, group))
