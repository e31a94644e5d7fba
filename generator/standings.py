"""How a record stands by the plans, on its own page: every duty with plan, clause, state, evidence and exceptions.

On the page of the plan's own record: what it asks, and how many records do it. No page of its own. States are those of
the day the build takes for today, and pages show dates, never how long something is overdue.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from generator.duties import STATES, Standing, all_duties, assess, needs
from generator.model import Duty, Plan, Record, Sentence, Term
from generator.sections import Box, Section
from generator.spans import Span
from generator.track import memo
from generator.views import Views

SHOWN = ("broken", "overdue", "open", "excepted")
"""The states that have a line of their own, what is to be done first. What is unknown is named in one line. What is
done is a link to what shows it, or is named in one line where the record itself does."""
LOOKS = {"broken": "open", "overdue": "open", "met": "good", "open": "wait", "excepted": "took", "unknown": "wait"}
"""The look of a state's tag. The words tell it, the colour only helps."""
EVIDENCE = 3  # links beside a duty; the last ones
TOLD = ("overdue", "open")  # states that tell the last time by its date
GAPS = 4  # earlier rounds of which nothing is written down; the latest


class Standings(Section):
    """Boxes on the pages of records that a plan asks something of, and of the plans themselves."""

    def __init__(self, views: Views, today: date) -> None:
        super().__init__(views, today)
        catalogue = views.catalogue
        self.plans = catalogue.plans
        self._asked_types = frozenset(duty.type for duty in all_duties(self.plans))
        self._looked_at = [name for name in catalogue.types if name in needs(self.plans)]

    @property
    @memo
    def standings(self) -> Mapping[str, list[Standing]]:
        """How every record stands, by key."""
        catalogue = self.views.catalogue
        records = (record for name in self._looked_at for record in catalogue.by_type.get(name, ()))
        return assess(self.plans, records, self.today, catalogue.exemptions, catalogue.vocabularies)

    @memo
    def of(self, key: str) -> list[Standing]:
        """How one record stands."""
        return self.standings.get(key, [])

    @property
    @memo
    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """How many records stand how, by duty."""
        found: dict[str, Counter[str]] = {}
        for standing in (standing for several in self.standings.values() for standing in several):
            found.setdefault(standing.duty.id, Counter())[standing.state] += 1
        return found

    def record_boxes(self, record: Record) -> Iterable[Box]:
        """What plans ask of the record; what it asks itself, where it is a plan."""
        if record.type.name in self._asked_types and (found := self.of(record.key)):
            asked = [self._plan(plan, found) for plan in self.plans.values()]
            yield Box("box/plans.html", {"plans": [each for each in asked if each]})
        plan = self.plans.get(record.id)
        if plan is not None and plan.type == record.type.name:
            yield Box("box/plan.html", {"duties": [self._counted(duty) for duty in plan.duties]})

    # ── What plans ask of a record ──

    def _plan(self, plan: Plan, found: Iterable[Standing]) -> dict[str, Any] | None:
        own = [standing for standing in found if standing.duty.holder == f"{plan.type}/{plan.id}"]
        if not own:
            return None
        own.sort(key=lambda standing: SHOWN.index(standing.state) if standing.state in SHOWN else len(SHOWN))
        return {
            "name": plan.name.title(self.views.lang),
            "url": self.views.catalogue.records[f"{plan.type}/{plan.id}"].url,
            "rows": [self._row(standing) for standing in own if standing.state in SHOWN or _late(standing)],
            "shown": [self._met(standing) for standing in own if _done(standing) and self._evidence(standing)],
            "met": [self._asked(standing.duty) for standing in own if _done(standing) and not self._evidence(standing)],
            "unknown": [self._asked(standing.duty) for standing in own if standing.state == "unknown"],
        }

    def _row(self, standing: Standing) -> dict[str, Any]:
        seen = dict.fromkeys(
            self.say(finding.seen)
            for finding in standing.findings
            if finding.seen is not None and finding.state == standing.findings[0].state
        )
        return {
            **self._asked(standing.duty),
            "state": self.views.words(f"plans.state.{standing.state}"),
            "look": LOOKS[standing.state],
            "seen": list(seen),
            "missed": [written(span) for span in standing.missed[-GAPS:]],
            "evidence": self._evidence(standing),
            "exemption": standing.exemption,
        }

    def _met(self, standing: Standing) -> dict[str, str]:
        """What is done, and the last of the records that show it."""
        return {**self._asked(standing.duty), "url": self._evidence(standing)[-1].url}

    def _evidence(self, standing: Standing) -> list[Record]:
        """What shows it; where the last time is told by its date, nothing."""
        keys = () if standing.state in TOLD else standing.evidence[-EVIDENCE:]
        return [record for key in keys if (record := self.views.catalogue.records.get(key))]

    def _asked(self, duty: Duty) -> dict[str, str]:
        lang = self.views.lang
        return {"asked": duty.asked.title(lang), "clause": duty.clause.title(lang)}

    # ── What a plan asks ──

    def _counted(self, duty: Duty) -> dict[str, Any]:
        counts = self.counts.get(duty.id, Counter())
        return {
            **self._asked(duty),
            "id": duty.id,
            "type": self.views.catalogue.types[duty.type],
            "counts": [(self.views.words(f"plans.state.{state}"), counts[state]) for state in STATES if counts[state]],
        }

    # ── Words ──

    def say(self, sentence: Sentence) -> str:
        """A sentence in the language of the page."""
        filled = {name: self._word(value) for name, value in sentence.params.items()}
        return self.views.words(sentence.key, **filled)

    def _word(self, value: Any) -> str:
        if isinstance(value, tuple | list):
            return self.views.words("page.list.comma").join(map(self._word, value))
        if isinstance(value, Term):
            return value.label(self.views.lang)
        if not isinstance(value, str) and callable(title := getattr(value, "title", None)):
            return str(title(self.views.lang))
        return str(value)


def _done(standing: Standing) -> bool:
    """Whether there is no more to say than that it is done."""
    return standing.state == "met" and not standing.missed


def _late(standing: Standing) -> bool:
    """Whether it is done by now, and was not in earlier rounds."""
    return standing.state == "met" and bool(standing.missed)


def written(span: Span) -> str:
    """A round as its first and last month: ``2025-07 – 2025-12``."""
    first, last = span.first.isoformat()[:7], span.last.isoformat()[:7]
    return first if first == last else f"{first} – {last}"
