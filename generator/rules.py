"""Runs the rules of the book over checked records as they go by, and holds the rules across records.

A rule is asked of each record and forgets it, or keeps the little that it needs: tables of any length pass through.
No files, no templates, no type names.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import re2

from generator.model import FieldSpec, Problem, RawRecord, Several, iter_references, iter_texts, referring
from generator.nearest import nearest
from generator.rulebook import RULES, CrossCheck, Scene, problem_at, rule


class Runner:
    """One run of all rules."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        checks = [(found.check, found.texts) for found in RULES.values() if found.check is not None]
        self.seers = [make_seer(check, scene) for check, _ in checks if inspect.isclass(check)]
        self.singles = [check for check, texts in checks if not texts and not inspect.isclass(check)]
        self.by_text = [(re2.compile(texts), check) for check, texts in checks if texts]
        self.any_text = re2.compile(watched())

    def see(self, records: Several, texts: Sequence[str], problems: list[Problem]) -> None:
        """Ask every rule of each record, all of one type; ``texts`` holds the words of each, to be searched at once, or
        nothing where it is known that no rule would find what it looks for."""
        seers = [seer for seer in self.seers if records and seer.concerns(records[0].type)]
        for seer in seers:
            problems.extend(seer.see_all(records))
        for record in records if self.singles else ():
            for check in self.singles:
                problems.extend(check(record, self.scene))
        if texts and self.any_text.search("\n".join(texts)) is not None:
            for i, text in enumerate(texts):
                if self.any_text.search(text) is not None:
                    self._read(records[i], problems)

    def _read(self, record: RawRecord, problems: list[Problem]) -> None:
        for spec, at, text in iter_texts(record.values, self.scene.types[record.type].fields):
            for pattern, check in self.by_text:
                if pattern.search(text) is not None:
                    problems.extend(check(record, spec, at, text, self.scene))

    def finish(self) -> list[Problem]:
        """What can only be said at the end."""
        return [problem for seer in self.seers for problem in seer.finish()]


def watched() -> str:
    """A pattern of all that the rules of texts look for, for re2."""
    return "|".join(f"(?:{found.texts})" for found in RULES.values() if found.texts) or r"[^\s\S]"


def make_seer(check: Callable[..., Any], scene: Scene) -> CrossCheck:
    """A fresh run of a rule that is a class."""
    seer: CrossCheck = check(scene)
    return seer


# ── Across records ───────────────────────────────────────────────────────────────────────────────────────────────────


@rule("across")
class DuplicateId(CrossCheck):
    """同一类记录里，一个编号只能用一次：编号就是网页的地址。

    Two records of one type must not bear the same id, because they would share one address.
    """

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.seen: dict[str, set[str]] = {}

    def see_all(self, records: Several) -> Iterable[Problem]:
        """Most ids are new: these are noted without much ado."""
        seen, ids = self.seen.setdefault(records[0].type, set()), set(records.ids())
        if self.scene.partial or len(ids) < len(records) or not seen.isdisjoint(ids):
            return self.see_each(records)
        seen |= ids
        return ()

    def see(self, record: RawRecord) -> Iterator[Problem]:
        """The second bearer is told where the first one stands; the index knows."""
        seen = self.seen.setdefault(record.type, set())
        if record.id and (record.id in seen or self.scene.partial):
            line = record.locator.locate(()).line
            places = self.scene.index.places(record.type, record.id)
            others = [place for place in places if place.path != record.path or place.line < line]
            if others:
                params = {"value": record.id, "path": others[0].path, "first": others[0].line}
                yield problem_at("duplicate-id", record, None, ("id",), **params)
        seen.add(record.id)


@rule("across")
class UnknownReference(CrossCheck):
    """记录里提到的另一条记录必须在目录里，要写它的编号。

    A record that is named by another one must exist, and is named by its id.
    """

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.fields = {name: referring(found.fields) for name, found in scene.types.items()}
        self.by_title: Callable[[str], Mapping[str, str]] = cache(self._by_title)

    def concerns(self, type_name: str) -> bool:
        """Types that have such a field."""
        return bool(self.fields[type_name])

    def see_all(self, records: Several) -> Iterator[Problem]:
        """Where every reference is one word on the top level, all of a field are looked up at once."""
        fields = self.fields[records[0].type]
        for spec in fields:
            if not spec.reference or spec.many:
                break
            words = set(records.column(spec.name)) - {None}
            if not words <= self.scene.index.ids(spec.reference):
                break
        else:
            return
        yield from self.see_each(records)

    def see(self, record: RawRecord) -> Iterator[Problem]:
        """Every reference whose target is not there."""
        for spec, at, word in iter_references(record.values, self.fields[record.type]):
            name, hash_sign, _ = word.partition("#")
            if name not in self.scene.index.ids(spec.reference) or (hash_sign and not spec.part):
                target = self.scene.types[spec.reference]
                near = self._suggest(spec.reference, name)
                yield problem_at("unknown-reference", record, spec, at, value=word, type=target, suggestions=near)

    def _by_title(self, type_name: str) -> Mapping[str, str]:
        return {title: record_id for record_id, title in self.scene.index.titles(type_name).items()}

    def _suggest(self, type_name: str, word: str) -> list[str]:
        """A title written instead of an id, else the ids and titles that look most like the word."""
        by_title = self.by_title(type_name)
        ids = self.scene.index.ids(type_name)
        near = [by_title[word]] if word in by_title else nearest(word, sorted(ids), 2)
        near = near or [by_title[title] for title in nearest(word, by_title, 2)]
        titles = self.scene.index.titles(type_name)
        return [f"{record_id} {titles.get(record_id, '')}".strip() for record_id in near]


@rule("across")
class UnknownPart(CrossCheck):
    """“编号#条目”里的条目，必须是那条记录里写着的一条。

    A reference to a part of a record, such as ``p1#train``, must name an item that the record has.
    """

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.fields = {
            name: tuple(spec for spec in referring(found.fields) if spec.part or spec.fields)
            for name, found in scene.types.items()
        }
        self.parts: Callable[[str, str, str], list[str]] = cache(self._parts)

    def concerns(self, type_name: str) -> bool:
        """Types that have such a field."""
        return bool(self.fields[type_name])

    def see(self, record: RawRecord) -> Iterator[Problem]:
        """Every reference that names a part which is not there, or none where one is needed."""
        for spec, at, word in iter_references(record.values, self.fields[record.type]):
            name, _, part = word.partition("#")
            if not (part or spec.part) or name not in self.scene.index.ids(spec.reference):
                continue
            known = self.parts(spec.reference, name, spec.part) if spec.part else []
            if part not in known:
                near = [f"{name}#{p}" for p in nearest(part, known, 1, 40) or known[:3]]
                yield problem_at("unknown-part", record, spec, at, value=word, name=name, suggestions=near)

    def _parts(self, type_name: str, record_id: str, field: str) -> list[str]:
        """The ids of the items that a reference with parts may point to."""
        target = self.scene.index.fetch(type_name, record_id)
        items = (target.values.get(field) if target else None) or []
        return [str(item.get("id", "")) for item in items if isinstance(item, dict)]


@rule("across")
class Unique(CrossCheck):
    """有的字段规定不能重复，比如机构代码；两条记录写了同样的内容，其中一条多半写错了。

    A field that must differ from record to record, such as a code, holds the same text twice.
    """

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.fields = {
            name: [f for f in found.fields if (f.descriptor.get("constraints") or {}).get("unique") == "true"]
            for name, found in scene.types.items()
        }
        self.seen: dict[tuple[str, str], dict[str, RawRecord]] = {}

    def concerns(self, type_name: str) -> bool:
        """Types that have such a field."""
        return bool(self.fields[type_name])

    def see(self, record: RawRecord) -> Iterator[Problem]:
        """The second bearer of a value is told who the first one is."""
        for spec in self.fields[record.type]:
            value = record.values.get(spec.name)
            if not isinstance(value, str):
                continue
            first = self.seen.setdefault((record.type, spec.name), {}).setdefault(value, record)
            other = ""
            if first is not record:
                other = f"{first.path}:{first.locator.locate((spec.name,)).line}"
            elif self.scene.partial:
                other = self._elsewhere(record, spec, value)
            if other:
                yield problem_at("unique", record, spec, (spec.name,), value=value, other=other)

    def _elsewhere(self, record: RawRecord, spec: FieldSpec, value: str) -> str:
        for other, text, place in self.scene.index.scan(record.type, spec.name):
            if text == value and other != record.id:
                return f"{place.path}:{place.line}"
        return ""
