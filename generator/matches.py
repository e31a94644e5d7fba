"""Pages of the matching: who answers a need and why, whom an offer could help, and which needs nobody answers.

Every sentence is a key of the message catalogue with what the records say; a reason is never made up here.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from generator.match import Answer, Match, Matcher, Reason
from generator.matching import read_matching
from generator.model import FieldSpec, Record, RecordType, Term, Vocabulary
from generator.sections import Box, Section, Template
from generator.views import PLACE, Views

SHOWN = 3  # reasons beside an offer
COUNTS = {"reach": 3, "at": 2, "near": 2}  # offers shown of each sort; nobody need look further when somebody can come
REACH = 4  # offers shown on the page of a place
ASKING = 8  # needs shown on an offer's page
COLUMNS = ("asked", "key", "place", "industry", "could")
START = "match/index.html"
TABLE = "match/gaps.csv"


class Matches(Section):
    """Boxes on the pages of needs and of offers, the page of unmet needs, and the same as a table."""

    name = "match"

    def __init__(self, views: Views, today: date) -> None:
        super().__init__(views, today)
        settings = views.portal.get("matching")
        self.matcher: Matcher | None = None
        if settings:
            catalogue = views.catalogue
            self.matcher = Matcher(catalogue, *read_matching(settings, catalogue.types, catalogue.vocabularies), today)
            _ = self.answers  # before the workers start, so that they share it

    @property
    def entry(self) -> tuple[str, str]:
        """In the foot of every page, where there is anything that can be matched."""
        return (self.views.words("match.title"), START) if self.matcher and self.answers else ("", "")

    @cached_property
    def answers(self) -> Mapping[str, tuple[Record, Answer]]:
        """Every need that looks for somebody, by key, with its answer."""
        if self.matcher is None:
            return {}
        return {need.key: (need, self.matcher.answer(need)) for need in self.matcher.needs()}

    @cached_property
    def _asked(self) -> Mapping[str, list[tuple[Record, Match]]]:
        """For the key of each offer the needs that it answers, the best first."""
        found: dict[str, list[tuple[Record, Match]]] = defaultdict(list)
        for need, answer in self.answers.values():
            for match in (*answer.reach, *answer.at):
                found[match.record.key].append((need, match))
        return {key: sorted(rows, key=lambda row: (-row[1].points, row[0].key)) for key, rows in found.items()}

    # ── Boxes ──

    def record_boxes(self, record: Record) -> Iterable[Box]:
        """Who answers a need; whom an offer could help."""
        if record.key in self.answers:
            _, answer = self.answers[record.key]
            counts = {name: count for name, count in COUNTS.items() if not (answer.met and name == "near")}
            groups = {name: [self._shown(m) for m in getattr(answer, name)[:count]] for name, count in counts.items()}
            yield Box("box/match.html", {"groups": groups, "met": answer.met, "start": START}, "match")
        elif rows := self._asked.get(record.key):
            needs = [{**self._shown(match), "record": need} for need, match in rows[:ASKING]]
            yield Box("box/asked.html", {"needs": needs, "hidden": len(rows) - len(needs), "start": START}, "match")

    def term_boxes(self, vocabulary: Vocabulary, term: Term) -> Iterable[Box]:
        """On the page of a place: who can come here, its needs that nobody answers, and crops that nobody serves."""
        if self.matcher is None or vocabulary.name != PLACE or vocabulary.children(term.id):
            return
        offers = self.matcher.reaching(term.id)
        shown = [
            {"record": offer.record, "good": [self.say(relation.reason)], "bad": []}
            for offer, relation in offers[:REACH]
        ]
        here = self.views.catalogue.at_term(vocabulary.name, term.id)
        unmet = [record for record in here if record.key in self.answers and not self.answers[record.key][1].met]
        crops = self._unserved(here, [offer.record for offer, _ in offers])
        values = {"offers": shown, "hidden": len(offers) - len(shown), "unmet": unmet, "crops": crops, "start": START}
        yield Box("box/reach.html", {**values, "term": term}, "match")

    def _unserved(self, here: Sequence[Record], offers: Sequence[Record]) -> list[tuple[Term, int]]:
        """The crops that records of a place name most often and that no offer that reaches it names; two at most."""
        counts: dict[str, int] = defaultdict(int)
        terms = {term.id: term for record in here for term in record.term("industry")}
        for record in here:
            for term in record.term("industry"):
                counts[term.id] += 1
        served = {term.id for offer in offers for term in offer.term("industry")}
        for crop in list(counts):
            line = self.views.catalogue.vocabularies[terms[crop].vocabulary].lineage(crop)
            if served & {above.id for above in line}:
                del counts[crop]
        ordered = sorted(counts, key=lambda crop: (-counts[crop], terms[crop].line))
        return [(terms[crop], counts[crop]) for crop in ordered[:2]]

    def _shown(self, match: Match) -> dict[str, Any]:
        """A match for a template: the record, what speaks for it and what against."""
        good = [self.say(reason) for reason in match.reasons if reason.good][:SHOWN]
        bad = [self.say(reason) for reason in match.reasons if not reason.good][:1]
        return {"record": match.record, "good": good, "bad": bad}

    def say(self, reason: Reason) -> str:
        """A reason in words."""
        comma = self.views.words("page.list.comma")

        def word(value: Any) -> str:
            if isinstance(value, Term):
                return value.label(self.views.lang)
            if isinstance(value, RecordType | FieldSpec):
                return value.title(self.views.lang)
            return comma.join(map(word, value)) if isinstance(value, tuple) else str(value)

        return self.views.words(f"match.{reason.key}", **{name: word(value) for name, value in reason.params.items()})

    # ── Pages ──

    def paths(self) -> Iterator[str]:
        """The page of all needs that look for somebody, and the unmet ones as a table."""
        if self.matcher is not None and self.answers:
            yield START
            yield TABLE

    def page(self, path: str) -> Template | bytes:
        """Needs by whether anybody can come; unmet ones by industry and place with who could help."""
        rows = [(need, answer) for need, answer in self.answers.values()]
        unmet = [(need, answer) for need, answer in rows if not answer.met]
        if path == TABLE:
            return self._table(unmet)
        return Template(
            "site/match.html",
            {
                "met": [
                    {"record": need, "best": self._shown(next(match for match in found.reach if match.close))}
                    for need, found in rows
                    if found.met
                ],
                "unmet": [self._gap(need, answer) for need, answer in unmet],
                "gaps": self._by_term([need for need, _ in unmet]),
                "table": TABLE,
                "total": len(rows),
            },
        )

    def _gap(self, need: Record, answer: Answer) -> dict[str, Any]:
        """An unmet need and who could help after all: the nearest offers, and what can be seen or copied."""
        could = [self._shown(match) for match in (*answer.near, *answer.at, *answer.reach)][:3]
        return {"record": need, "could": could}

    def _by_term(self, needs: Iterable[Record]) -> list[dict[str, Any]]:
        """How many unmet needs there are at each industry and in each topmost place."""
        counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for need in needs:
            for name in ("industry", PLACE):
                for key in dict.fromkeys(self._counted_at(name, term) for term in need.term(name)):
                    counts[key[0]][key[1]] += 1
        found = []
        for vocabulary, by_term in counts.items():
            terms = self.views.catalogue.vocabularies[vocabulary]
            ordered = sorted(by_term.items(), key=lambda pair: (-pair[1], terms[pair[0]].line))
            found.append({"vocabulary": terms, "terms": [(terms[term], n) for term, n in ordered]})
        return found

    def _counted_at(self, name: str, term: Term) -> tuple[str, str]:
        """A place counts for its province, a crop for itself: vocabulary and id."""
        line = self.views.catalogue.vocabularies[term.vocabulary].lineage(term.id)
        return term.vocabulary, (line[0] if name == PLACE else term).id

    def _table(self, unmet: Iterable[tuple[Record, Answer]]) -> bytes:
        """The unmet needs for the federation: need, place, industry, who could help and why not yet."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([self.views.words(f"match.column.{name}") for name in COLUMNS])
        comma = self.views.words("page.list.comma")
        for need, answer in unmet:
            crops = comma.join(term.label(self.views.lang) for term in need.term("industry"))
            could = [
                f"{match.record.title}：{self._shown(match)['bad'][0]}"
                for match in answer.near
                if self._shown(match)["bad"]
            ]
            writer.writerow([need.title, need.key, self.views.place(need), crops, "；".join(could)])
        return b"\xef\xbb\xbf" + out.getvalue().encode()
