"""What plans ask of records, and how each record stands by it on a given day.

A duty is data (`plans` reads it); a check is one of the few general ways to ask: count, one per place, what is known of
a term, every half-year, by a day of the year, how long a notice hung, in which order, what is filled in, who was
reached. What nobody has written down is unknown and never held against anybody. Pure: records and a day go in,
standings come out, for the check and for pages alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from generator.duties.cases import STATES as STATES
from generator.duties.cases import AnyRecord, Case, Finding, World, key_of, type_name
from generator.duties.cases import Condition as Condition
from generator.duties.cases import Need as Need
from generator.duties.cases import Source as Source
from generator.duties.cases import Standing as Standing
from generator.duties.cases import Where as Where
from generator.duties.cases import below as below
from generator.duties.cases import fields_of as fields_of
from generator.duties.checks import Check as Check
from generator.duties.checks import Count as Count
from generator.duties.checks import Has as Has
from generator.duties.checks import Lasts as Lasts
from generator.duties.checks import OnePer as OnePer
from generator.duties.checks import Order as Order
from generator.duties.checks import Reach as Reach
from generator.duties.checks import Recurring as Recurring
from generator.duties.checks import TermIs as TermIs
from generator.duties.checks import label_of as label_of
from generator.model import EMPTY, Duty, Exemption, Plan, Vocabulary

# ── All of them ──────────────────────────────────────────────────────────────────────────────────────────────────────


def all_duties(plans: Mapping[str, Plan]) -> Iterator[Duty]:
    """Every duty in the order of plans and then of their files."""
    return (duty for plan in plans.values() for duty in plan.duties)


def needs(plans: Mapping[str, Plan], *, relational: bool = True) -> dict[str, Need]:
    """What of which types has to be at hand to judge all duties; of a type not named here no plan speaks."""
    found: dict[str, list[tuple[frozenset[str], Where]]] = {}
    for duty in all_duties(plans):
        if duty.check.relational and not relational:
            continue
        others = {*duty.given, duty.ended, duty.within.name if duty.within else ""} - {""}
        own = duty.check.fields() | fields_of(duty.where) | others
        found.setdefault(duty.type, []).append((own, duty.where))
        if duty.within:
            found.setdefault(duty.holder.partition("/")[0], []).append((frozenset({duty.within.name}), ()))
        for source in duty.check.sources():
            found.setdefault(source.type, []).append((duty.check.look_at(source), source.where))
    return {
        name: Need(frozenset().union(*(fields for fields, _ in pairs)), tuple(dict.fromkeys(w for _, w in pairs)))
        for name, pairs in found.items()
    }


def assess(
    plans: Mapping[str, Plan],
    records: Iterable[AnyRecord],
    today: date,
    exemptions: Iterable[Exemption] = (),
    vocabularies: Mapping[str, Vocabulary] = EMPTY,
    *,
    relational: bool = True,
) -> dict[str, list[Standing]]:
    """How every record stands by every duty that asks something of it, by its key, in the order of the plans.

    ``records`` are all of them or at least those that `needs` names. Without ``relational`` duties that look at other
    records are left out: a part of the catalogue does not tell what the whole holds.
    """
    by_type: dict[str, list[AnyRecord]] = {}
    for record in records:
        by_type.setdefault(type_name(record), []).append(record)
    world = World(today, by_type, vocabularies)
    excused = {(e.duty, e.record): e for e in exemptions if e.holds(today.isoformat())}
    found: dict[str, list[Standing]] = {}
    for duty in all_duties(plans):
        if duty.check.relational and not relational:
            continue
        for record in world.asked_of(duty):
            key = key_of(record)
            case = Case(record.values, key, record.id, duty, world)
            standing = sum_up(duty, key, list(duty.check.judge(case)))
            exemption = excused.get((duty.id, key))
            if exemption is not None and standing.state != "met":
                standing = replace(standing, state="excepted", exemption=exemption)
            found.setdefault(key, []).append(standing)
    return found


def sum_up(duty: Duty, key: str, findings: list[Finding]) -> Standing:
    """The worst that was seen; unknown where nothing was."""
    findings.sort(key=lambda finding: STATES.index(finding.state))
    if not findings:
        return Standing(duty, key, "unknown")
    first = findings[0]
    evidence = tuple(dict.fromkeys(k for finding in findings for k in finding.evidence))
    return Standing(duty, key, first.state, first.found, first.wanted, first.until, evidence, tuple(findings))
