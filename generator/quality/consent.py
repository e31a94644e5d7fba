"""What is said of a person needs the person's consent: its day and its scope, written down beside it.

A type says which of its fields are guarded and which object holds the consent (``kezhu: consent:`` of its schema).
"""

from __future__ import annotations

from collections.abc import Iterable

from generator.model import Problem, RawRecord, Several
from generator.rulebook import CrossCheck, Scene, problem_at, rule


@rule("across")
class Consent(CrossCheck):
    """写了姓名或联系方式，却没有写本人是哪天同意的、同意公开什么（或者那一天还没到）。没有同意，只写职务和单位。

    A name or a contact is given without the day of the person's consent and its scope, or the day is still to come.
    Without consent a role and an organisation are all that may be said.
    """

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.today = scene.today.isoformat()

    def concerns(self, type_name: str) -> bool:
        """Only types that guard something."""
        return bool(self.scene.types[type_name].guards)

    def see_all(self, records: Several) -> Iterable[Problem]:
        """Where nobody has filled a guarded field, nobody is asked."""
        guards = self.scene.types[records[0].type].guards
        filled = {i for name in guards for i, value in enumerate(records.column(name)) if value}
        return self.see_each(records[i] for i in sorted(filled))

    def see(self, record: RawRecord) -> Iterable[Problem]:
        """Whether what is guarded may be seen."""
        kind = self.scene.types[record.type]
        hidden = kind.withheld(record.values)
        given = record.values.get(kind.consent)
        day = given.get("given_on", "") if isinstance(given, dict) else ""
        if not hidden and day <= self.today:
            return ()
        hidden = hidden or tuple(name for name in kind.guards if record.values.get(name))
        if not hidden:
            return ()
        names = [kind.by_name[name] for name in hidden]
        at, by = hidden[0], kind.by_name[kind.consent]
        return (problem_at("consent", record, kind.by_name[at], (at,), names=names, by=by),)
