"""What the plans ask of records, asked in the check: one rule runs every duty of ``catalogue/plans``.

A problem bears the duty's own id and gravity and cites plan and clause. Keeps of each record only what some duty looks
at, and of records that no plan speaks of nothing at all. To import the room is to put its rules into the book.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from generator.duties import Need, Standing, all_duties, assess, fields_of, needs
from generator.model import KezhuError, Position, Problem, RawRecord, Sentence, Several
from generator.plans import EXEMPTIONS
from generator.rulebook import CrossCheck, Scene, declare, problem_at, rule

ASKED = frozenset({"broken", "overdue"})
"""The states in which somebody has something to do."""


@rule("plan", "warning")
class PlanDuty(CrossCheck):
    """计划里要求的事。每一条写在 catalogue/plans 里，注明是哪个计划、哪一处要求的；检查结果里用那一条自己的名字。
    没有写下来的事当作不知道，不算没有做到；和时间有关的，按检查那一天算。只检查几个文件时，要看别的记录才知道的不查。

    What a plan of the programme asks. Each duty stands in catalogue/plans with the plan and the clause that ask for
    it, and bears its own name in the report. What nobody has written down is unknown and held against nobody; what
    depends on the time is reckoned for the day of the check. Where only some files are checked, what needs the other
    records is left out.
    """

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.needs = needs(scene.plans, relational=not scene.partial)
        self.about = {duty.type for duty in all_duties(scene.plans)}
        self.kept: list[RawRecord] = []
        held = list(self.look_up_parts())
        self.holders = held if scene.partial else []

    def look_up_parts(self) -> Iterator[RawRecord]:
        """The records of the plans; raises `KezhuError` where one is not there, or lacks an item that a duty names."""
        for plan in self.scene.plans.values():
            held = self.scene.index.fetch(plan.type, plan.id)
            if held is None:
                raise KezhuError(f"there is no record {plan.type}/{plan.id}", plan.path)
            specs = (spec for found in self.scene.types.values() for spec in found.fields)
            fields = {spec.part for spec in specs if spec.part and spec.reference == plan.type}
            parts = {
                item.get("id") for name in fields for item in held.values.get(name) or () if isinstance(item, Mapping)
            }
            for duty in plan.duties:
                if duty.part not in parts:
                    raise KezhuError(f"{duty.id}: {plan.type}/{plan.id} has no item {duty.part}", plan.path)
            yield held

    def concerns(self, type_name: str) -> bool:
        """Types that a plan speaks of."""
        return type_name in self.needs

    def see_all(self, records: Several) -> Iterable[Problem]:
        """Keep what may matter. Columns are asked first, and each combination of values only once."""
        type_name = records[0].type
        need = self.needs[type_name]
        names = sorted({name for where in need.wheres for name in fields_of(where)})
        answers: dict[tuple[Any, ...], bool] = {}
        if all(need.wheres):
            for i, row in enumerate(zip(*(records.column(name) for name in names), strict=True)):
                key = tuple(tuple(value) if isinstance(value, list) else value for value in row)
                if key not in answers:
                    answers[key] = need.wants(dict(zip(names, row, strict=True)))
                if answers[key]:
                    self._keep(records[i], need)
        else:
            for record in records:
                self._keep(record, need)
        return ()

    def _keep(self, record: RawRecord, need: Need) -> None:
        values = {name: value for name in need.fields if (value := record.values.get(name)) is not None}
        locator = record.locator if record.type in self.about else NOWHERE
        self.kept.append(RawRecord(record.type, record.id, values, record.path, locator))

    def finish(self) -> Iterator[Problem]:
        """Judge all of them together."""
        scene = self.scene
        standings = assess(
            scene.plans,
            [*self.holders, *self.kept],
            scene.today,
            scene.exemptions,
            scene.vocabularies,
            relational=not scene.partial,
        )
        told: set[str] = set()
        for record in self.kept:
            key = f"{record.type}/{record.id}"
            if key not in told:
                for standing in standings.get(key, ()):
                    yield from problems_of(standing, record)
            told.add(key)
        if not scene.partial:
            yield from self._unused(standings)

    def _unused(self, standings: Mapping[str, Iterable[Standing]]) -> Iterator[Problem]:
        states = {(s.duty.id, key): s.state for key, found in standings.items() for s in found}
        for exemption in self.scene.exemptions:
            if states.get((exemption.duty, exemption.record), "met") == "met":
                params = {"name": exemption.duty, "record": exemption.record}
                yield Problem("unused-exception", EXEMPTIONS, exemption.line, severity="warning", params=params)


def problems_of(standing: Standing, record: RawRecord) -> Iterator[Problem]:
    """A problem for each single thing that is not as asked."""
    duty = standing.duty
    if standing.state not in ASKED:
        return
    for finding in standing.findings:
        if finding.state in ASKED:
            params = {
                "plan": duty.plan,
                "clause": duty.clause,
                "asked": duty.asked,
                "seen": finding.seen or Sentence("plans.seen.nothing"),
                "advice": duty.advice,
            }
            problem = problem_at("plan-duty", record, None, finding.at, **params)
            yield replace(problem, rule=duty.id, says="plan-duty", severity=duty.severity)


class Nowhere:
    """The locator of a record about which nothing will be said: only those that it speaks of are told."""

    def locate(self, path: tuple[str | int, ...], *, key: bool = False) -> Position:  # noqa: ARG002 - as locators are asked
        """The beginning."""
        return Position()


NOWHERE = Nowhere()

declare(
    "unused-exception",
    "plan",
    "exceptions.csv 里记着一条例外，可是没有这条记录，或者那一条要求不管它，或者它已经做到了。不再需要的例外要删掉。",
    "An exception is recorded for a record that is not there, that the duty does not concern, or that does what is "
    "asked. What is no longer needed should go.",
    "warning",
)
