"""Records that fall on a group, as on those who live in a room: whose they are while records or groups are tried.

What was read has been given to its students. What is tried may move it: a record speaks of another room, or of another
day; a student lived elsewhere. Then every record of a group is looked at again, also those that fell on others.
"""

from collections.abc import Iterable, Mapping

from attrs import frozen

from creditlang.core import operators as o
from creditlang.data.dataset import Dataset
from creditlang.ledger import Record, group_on

Key = tuple[str, str]
"""The kind and number of a record."""


@frozen(eq=False)
class Groups:
    """The records that fall on groups, each once, by the group that they speak of."""

    policy: o.Policy
    records: Mapping[Key, Record]
    of: Mapping[object, tuple[Key, ...]]

    @staticmethod
    def read(policy: o.Policy, dataset: Dataset) -> "Groups":
        """Those of a dataset; records that nobody has are left out, for nobody can speak of them."""
        records: dict[Key, Record] = {}
        of: dict[object, list[Key]] = {}
        for student in dataset.students.values():
            for record in student.records:
                key = (record.kind, record.identifier)
                if key not in records and record.problem is None and (group := spoken_of(policy, record)) is not None:
                    records[key] = record
                    of.setdefault(group, []).append(key)
        return Groups(policy, records, {group: tuple(keys) for group, keys in of.items()})

    def concern(self, kinds: Iterable[str]) -> bool:
        """Whether records of some kinds say who is in which group, or fall on one."""
        memberships = {(name, kind.membership) for name, kind in self.policy.kinds.items() if kind.membership}
        return not {name for pair in memberships for name in pair}.isdisjoint(kinds)

    def others(self, own: Iterable[Record], tried: Iterable[Record], keys: Iterable[Key], student: str) -> list[Record]:
        """Records of others that may fall on a student: of the groups that he is in while something is tried, or named.

        `own` are the student's records as read, `tried` those with what is tried; `keys` are changed for everybody.
        """
        fields = {kind.membership: kind.group for kind in self.policy.kinds.values() if kind.membership}
        groups = {record.values.get(fields[record.kind] or "") for record in tried if record.kind in fields}
        wanted = {key for group in groups for key in self.of.get(group, ())} | {key for key in keys}
        found = [self.records[key] for key in sorted(wanted & self.records.keys() - set(map(_key, own)))]
        copies = [record.copy() for record in found]
        for copy in copies:
            copy.student = student
        return copies


def _key(record: Record) -> Key:
    return record.kind, record.identifier


def spoken_of(policy: o.Policy, record: Record) -> object:
    """The group on which a record falls, whoever it names; None if it falls on its student."""
    kind = policy.kinds[record.kind]
    rule = policy.rules.get(str(record.values.get(kind.item_field or "")))
    if kind.membership is None or (record.named and not (rule is not None and rule.falls_on_group)):
        return None
    return record.values.get(kind.group or "")


def group_of(policy: o.Policy, record: Record, records: Iterable[Record]) -> object:
    """The group in which a student with these records is when a record falls on it."""
    kind = policy.kinds[record.kind]
    members = [other for other in records if other.kind == kind.membership and other.problem is None]
    return group_on(members, kind.group or "", record.on)


def falling(policy: o.Policy, records: Iterable[Record]) -> tuple[Record, ...]:
    """Of the records of a student, and of groups that may be his, those that are his."""
    records = tuple(records)
    return tuple(
        record
        for record in records
        if (group := spoken_of(policy, record)) is None or group_of(policy, record, records) == group
    )
