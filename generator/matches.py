"""Pages of the matching: who answers a need and why, whom an offer could help, and which needs nobody answers.

Every sentence is a key of the message catalogue with what the records say; a reason is never made up here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any

from generator.gaps import START, Gaps
from generator.match import Found, Match, Matcher
from generator.matching import read_matching
from generator.model import FieldSpec, Record, RecordType, Term, Vocabulary
from generator.relations import Reason
from generator.sections import Box, Section, Template
from generator.track import memo
from generator.views import PLACE, Views

SHOWN = 3  # reasons beside an offer
LATER = 2  # reasons beside those that do not come first
BEST = 4  # offers shown with a need
REACH = 4  # offers shown on the page of a place
ASKING = 8  # needs shown on an offer's page


class Matches(Section):
    """Boxes on the pages of needs, of offers and of places; the pages of all needs are `gaps`."""

    name = "match"

    def __init__(self, views: Views, today: date) -> None:
        super().__init__(views, today)
        settings = views.portal.get("matching")
        self.matcher: Matcher | None = None
        self.gaps: Gaps | None = None
        if settings:
            catalogue = views.catalogue
            self.matcher = Matcher(catalogue, *read_matching(settings, catalogue.types, catalogue.vocabularies), today)
            self.gaps = Gaps(views, self.matcher, self._shown)

    @property
    def entry(self) -> tuple[str, str]:
        """In the foot of every page, where there is anything that can be matched."""
        return (self.views.words("match.title"), START) if self._asked_for() else ("", "")

    @memo
    def _asked_for(self) -> bool:
        return self.matcher is not None and bool(self.matcher.needs())

    def found(self) -> Iterator[tuple[Record, Found]]:
        """Every need that looks for somebody, with who answers it."""
        if self.matcher is not None:
            for key in self.matcher.needs():
                yield self.views.catalogue.records[key], self.matcher.found(key)

    def prepare(self) -> None:
        """Who answers every need: the page of an offer asks it of all."""
        for _ in self.found():
            pass

    # ── Boxes ──

    def record_boxes(self, record: Record) -> Iterable[Box]:
        """Who answers a need; whom an offer could help."""
        matcher = self.matcher
        side = matcher.side(record) if matcher is not None else None
        if matcher is None or side is None:
            return
        if side.side == "asks":
            found = matcher.found(record.key)
            yield Box(
                "box/match.html",
                {"groups": self._groups(matcher, record, found), "met": bool(found.met), "start": START},
                "match",
            )
        elif side.reach and (rows := matcher.asking(record.key)):  # what can only be seen or copied stands there
            needs = [self.views.catalogue.records[key] for key, _ in rows[:ASKING]]
            shown = [{**self._shown(matcher.match(need, record.key)), "record": need} for need in needs]
            yield Box("box/asked.html", {"needs": shown, "hidden": len(rows) - len(shown), "start": START}, "match")

    def _groups(self, matcher: Matcher, need: Record, found: Found) -> dict[str, list[dict[str, Any]]]:
        """The best offers by whether they come, can be seen, or are just out of reach; the group of the best first."""
        sorts = {key: name for name in ("reach", "at", "near") for key, _ in getattr(found, name)}
        keys = [key for key, _ in found.ranked[:BEST]]
        if not found.met and found.near and not any(sorts[key] == "near" for key in keys):  # why not, at least once
            keys.append(found.near[0][0])
        groups: dict[str, list[dict[str, Any]]] = {}
        for number, (key, match) in enumerate(zip(keys, matcher.matches(need, keys), strict=True)):
            groups.setdefault(sorts[key], []).append(self._shown(match, LATER if number else SHOWN))
        return groups

    def term_boxes(self, vocabulary: Vocabulary, term: Term) -> Iterable[Box]:
        """On the page of a place: who can come here, its needs that nobody answers, and crops that nobody serves."""
        matcher = self.matcher
        if matcher is None or vocabulary.name != PLACE or vocabulary.children(term.id):
            return
        records = self.views.catalogue.records
        around = matcher.around(term.id)
        shown = [
            {"record": records[key], "good": [self.say(matcher.reaches(term.id, key).reason)], "bad": []}
            for key in around.first[:REACH]
        ]
        here = self.views.catalogue.at_term(vocabulary.name, term.id)
        needs = [record for record in here if matcher.asks(record)]
        unmet = [need for need in needs if not matcher.found(need.key).met]
        crops = self._unserved(here, set(around.crops))
        values = {"offers": shown, "hidden": around.total - len(shown), "unmet": unmet, "crops": crops, "start": START}
        yield Box("box/reach.html", {**values, "term": term}, "match")

    def _unserved(self, here: Sequence[Record], served: set[str]) -> list[tuple[Term, int]]:
        """The crops that records of a place name most often and that no offer that reaches it names; two at most."""
        named = [term for record in here for term in record.term("industry")]
        terms, counts = {term.id: term for term in named}, Counter(term.id for term in named)
        for crop, term in terms.items():
            line = self.views.catalogue.vocabularies[term.vocabulary].lineage(crop)
            if any(above.id in served for above in line):
                del counts[crop]
        ordered = sorted(counts, key=lambda crop: (-counts[crop], terms[crop].line))
        return [(terms[crop], counts[crop]) for crop in ordered[:2]]

    def _shown(self, match: Match, count: int = SHOWN) -> dict[str, Any]:
        """A match for a template: the record, the weightiest that speaks for it, and what speaks against it most."""
        good = [self.say(reason) for reason in islice((each for each in match.reasons if each.good), count)]
        bad = [self.say(reason) for reason in islice((each for each in match.reasons if not each.good), 1)]
        return {"record": match.record, "good": good, "bad": bad}

    def say(self, reason: Reason) -> str:
        """A reason in words."""
        return self.views.words(f"match.{reason.key}", **{name: self._word(it) for name, it in reason.params.items()})

    def _word(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, Term):
            return value.label(self.views.lang)
        if isinstance(value, RecordType | FieldSpec):
            return value.title(self.views.lang)
        comma = self.views.words("page.list.comma")
        return comma.join(map(self._word, value)) if isinstance(value, tuple) else str(value)

    # ── Pages ──

    def paths(self) -> Iterator[str]:
        """The pages of all needs that look for somebody, and the unmet ones as a table."""
        return self.gaps.paths() if self.gaps is not None and self._asked_for() else iter(())

    def page(self, path: str) -> Template | bytes:
        """Needs by whether anybody can come; unmet ones by industry and place with who could help."""
        if self.gaps is None:
            raise KeyError(path)
        return self.gaps.page(path)
