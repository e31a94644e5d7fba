"""What a value that is not right was meant to be, and what to say of it: loaded when there is one.

`check` finds it, `repair` proposes; here it is decided what becomes of it. Reads no files, prints nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from generator.cells import INTEGERS, KEPT, LONGEST_ID, CellCheck
from generator.lookalike import corrected
from generator.model import FieldSpec, Path_, Problem, RawRecord, RecordType, Value, Vocabulary
from generator.nearest import SLIP, nearest
from generator.repair import Doubt, Repair, mend
from generator.rulebook import problem_at

COUNTED = {
    "minLength": "too-short",
    "maxLength": "too-long",
    "minimum": "too-small",
    "maximum": "too-large-number",
}
"""Rules of ours by frictionless's name for them."""


class Doubts:
    """The doubtful values of one record type; ``cells`` are the judges of its fields, by `id` of the field."""

    def __init__(
        self, record_type: RecordType, vocabularies: Mapping[str, Vocabulary], cells: Mapping[int, CellCheck]
    ) -> None:
        self.type, self.vocabularies, self.cells = record_type, vocabularies, cells
        self._names: dict[str, dict[str, str]] = {}

    def judge(
        self,
        record: RawRecord,
        spec: FieldSpec,
        value: str,
        at: Path_,
        found: Sequence[tuple[str, str]],
        problems: list[Problem],
    ) -> list[Value]:
        """One value as it is to be read; ``found`` are the rules that it breaks, each with what is said of it."""
        mended = mend(spec, value, self.vocabularies.get(spec.vocabulary))
        if isinstance(mended, Repair) and (kept := self._mended(spec, mended)) is not None:
            shown = "；".join(mended.values)
            problems.append(problem_at(mended.rule, record, spec, at, value=value, fixed=shown))
            return kept
        if isinstance(mended, Doubt):
            problems.append(problem_at(mended.rule, record, spec, at, **{"value": value, **mended.params}))
        elif spec.kind == "term":
            problems.append(self._wrong_term(record, spec, value, at))
        else:
            for rule, limit in found:
                made = (
                    problem_at(limit, record, spec, at, value=value)
                    if rule == "own"
                    else self.constraint(rule, limit, record, spec, at, value)
                )
                problems.append(made)
        return [value]

    def _mended(self, spec: FieldSpec, mended: Repair) -> list[Value] | None:
        """The repaired values, if the judge agrees; a list may not come out of a field that holds one value."""
        if len(mended.values) > 1 and not spec.many:
            return None
        if spec.kind == "term":
            terms = [self.vocabularies[spec.vocabulary].resolve(text) for text in mended.values]
            return [term.id for term in terms if term is not None] if all(terms) else None
        return list(mended.values) if not any(self.cells[id(spec)].rules(text) for text in mended.values) else None

    def _wrong_term(self, record: RawRecord, spec: FieldSpec, value: str, at: Path_) -> Problem:
        vocabulary = self.vocabularies[spec.vocabulary]
        if bearers := vocabulary.by_name.get(value, ()):
            candidates = [f"{term.id} {describe_term(vocabulary, term.id)}" for term in bearers[:6]]
            return problem_at(
                "ambiguous-term", record, spec, at, candidates=candidates, value=value, vocabulary=vocabulary
            )
        near = self.suggest_terms(value, vocabulary)
        return problem_at("unknown-term", record, spec, at, suggestions=near, value=value, vocabulary=vocabulary)

    def suggest_terms(self, value: str, vocabulary: Vocabulary) -> list[str]:
        """Up to three terms that may have been meant, with their names."""
        if len(value) > SLIP:
            return []
        if vocabulary.name not in self._names:
            names = {term.id: term.id for term in vocabulary}
            self._names[vocabulary.name] = {**names, **{word: t[0].id for word, t in vocabulary.by_name.items()}}
        names = self._names[vocabulary.name]
        near = nearest(value, names, 6, 50)
        near += [word for word in names if len(value) > 1 and word != value and (value in word or word in value)][:3]
        ids = list(dict.fromkeys(names[word] for word in near))[:3]
        return [f"{term_id} {describe_term(vocabulary, term_id)}" for term_id in ids]

    def unknown_key(self, record: RawRecord, name: str, by_name: Mapping[str, FieldSpec], at: Path_) -> Problem:
        """A key that the schema does not have; a field's Chinese or English title counts as a slip for its name."""
        titles = {title: spec.name for spec in by_name.values() for title in spec.titles.values()}
        near = [titles[name]] if name in titles else nearest(name, by_name, 1, 70)
        place = record.locator.locate(at, key=True)
        params = {"name": name, "type": self.type, "suggestions": near, "known": list(by_name)}
        return Problem("unknown-key", record.path, place.line, place.column, name, params=params)

    @staticmethod
    def constraint(
        rule: str, note: str, record: RawRecord, spec: FieldSpec, at: Path_, value: Any, *, many: bool = False
    ) -> Problem:
        """What frictionless found, under a rule of ours with the numbers that matter."""
        source = spec.descriptor if many or not spec.many else spec.descriptor.get("arrayItem") or {}
        constraints = source.get("constraints") or {}
        params: dict[str, Any] = {"value": value, "limit": constraints.get(rule, note)}
        if rule == "type":
            ours = "web-address" if spec.kind == "url" else f"want-{spec.kind}"
        elif rule in COUNTED:
            ours = f"{COUNTED[rule]}-list" if many else COUNTED[rule]
            params["found"] = len(value) if rule in INTEGERS else value
        elif rule == "enum":
            ours = "not-in-list"
            params["known"] = list(constraints.get("enum") or [])
            params["suggestions"] = nearest(str(value), params["known"], 1)
        elif rule == "pattern":
            ours = {"phone": "want-phone", "date": "want-date"}.get(spec.kind, "pattern")
            params["suggestions"] = [example] if (example := spec.descriptor.get("example")) else []
        else:
            ours = "constraint"
            params["constraint"] = rule
        return problem_at(ours, record, spec, at, **params)

    @staticmethod
    def bad_id(record: RawRecord) -> Problem:
        """An id is an address; says which of its laws is broken."""
        if not record.id:
            reason = "empty"
        elif len(record.id) > LONGEST_ID:
            reason = "long"
        elif record.id.replace("-", "").isdigit():
            reason = "digits"
        elif record.id in KEPT:
            reason = "kept"
        else:
            reason = "form"
        place = record.locator.locate(("id",))
        params = {"value": record.id, "suggestion": suggest_id(record.id)}
        return Problem(f"bad-id-{reason}", record.path, place.line, place.column, "id", params=params, cell=place.cell)


def suggest_id(text: str) -> str:
    """What the id could be, or ``""`` where nothing of it can be kept."""
    return re.sub(r"[^a-z0-9]+", "-", corrected(text).lower()).strip("-")[:LONGEST_ID].strip("-")


def describe_term(vocabulary: Vocabulary, term_id: str) -> str:
    """A term with what stands above it: 云南省普洱市澜沧县."""
    return "".join(term.title for term in vocabulary.lineage(term_id))
