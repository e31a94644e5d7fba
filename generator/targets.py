"""How far the plans' targets are: counted from the records, each number with the records behind it.

A type holds targets when its schema says which field holds what (``kezhu: goal:``). What is counted stands in the
target itself, a line for each kind of record; lines add up. Where nothing can be counted that is said, and never shown
as none: nobody having written it down is not nobody having done it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property
from math import ceil
from typing import Any

from markupsafe import Markup

from generator.charts import bar, percent
from generator.markup import num
from generator.model import Catalogue, FieldSpec, Record, RecordType, Term, Value
from generator.picking import YES, Where, as_list, find_path, fits, leaves, read_where, text_of
from generator.sections import Box, Section, Template
from generator.track import memo
from generator.views import PLACE, SOURCE, Views, pager

FOLDER = "progress"
SHOWN = 8  # records behind a number on the target's own page; the rest stand on pages of their own
BOXED = 8  # bars in a box on somebody else's page
ROWS = 30  # bars on a page
LINES = 200  # links on a page
DIGITS = 18  # of a number that may be one
MISSED = 8  # of those not reached yet
Thing = Term | Record
"""What is to be reached one by one: a county, a society."""


@dataclass(frozen=True)
class Among:
    """Of how many something is asked: each of ``all`` is to be reached; of ``unknown`` nobody knows whether it is."""

    all: tuple[Thing, ...]
    reached: tuple[Thing, ...]
    unknown: int = 0

    @cached_property
    def missing(self) -> tuple[Thing, ...]:
        """Those not reached yet, in their order."""
        done = {id(each) for each in self.reached}
        return tuple(each for each in self.all if id(each) not in done)


@dataclass(frozen=True)
class Count:
    """One line of what is counted, counted. ``wrong`` says why it cannot be: the type or the path that is not there."""

    type: RecordType | None
    where: Where = field(default_factory=dict)
    more: Where = field(default_factory=dict)  # what each of them is to have, too
    sum: str = ""
    number: Decimal = Decimal(0)
    records: tuple[Record, ...] = ()
    looked: int = 0  # records that could be counted
    silent: int = 0  # records that fit and do not say the number, or the year
    among: Among | None = None
    years: Mapping[str, Decimal] = field(default_factory=dict)
    wrong: str = ""


@dataclass(frozen=True)
class Progress:
    """A target and how far it is. ``number`` is ``None`` when there is nothing that could be counted."""

    record: Record
    goal: Decimal | None
    unit: str
    every: bool
    due: str
    yearly: bool
    counts: tuple[Count, ...]
    number: Decimal | None
    years: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def records(self) -> tuple[Record, ...]:
        """Every record behind the number, once."""
        return tuple({r.key: r for count in self.counts for r in count.records}.values())

    @property
    def year(self) -> str:
        """The latest year of which anything is known, of what is asked each year."""
        return max(self.years, default="")


# ── Counting ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def assess(record: Record, catalogue: Catalogue) -> Progress:
    """Count what a target says is to be counted. What it says wrongly is kept as such; nothing is raised."""
    parts = record.type.target

    def part(name: str) -> Value:
        return record.values.get(parts.get(name, ""))

    yearly = is_yes(part("yearly"))
    seen: set[str] = set()
    among = {"among": found} if (found := part("among")) else {}
    lines = [{**line, **among} for line in as_list(part("counts")) if isinstance(line, Mapping)]
    here = tuple(term.id for term in record.term(PLACE))
    counts = tuple(count_line(line, catalogue, yearly, seen, here) for line in lines)
    good = [count for count in counts if not count.wrong]
    goal = number_in(part("value"))
    every = is_yes(part("every")) or any(count.among for count in good)
    if goal is None and every and (whole := [count.among for count in good if count.among is not None]):
        goal = Decimal(sum(len(among.all) for among in whole))
    years: dict[str, Decimal] = {}
    for count in good:
        for year, found in count.years.items():
            years[year] = years.get(year, Decimal(0)) + found
    years = dict(sorted(years.items()))
    number: Decimal | None = sum((count.number for count in good), Decimal(0))
    if not any(count.looked for count in good):
        number = None
    elif yearly and years:
        number = years[max(years)]
    return Progress(
        record,
        goal,
        str(part("unit") or ""),
        every,
        str(part("due") or ""),
        yearly,
        counts,
        number,
        years if yearly else {},
    )


def count_line(
    line: Mapping[str, Value], catalogue: Catalogue, yearly: bool, seen: set[str], here: tuple[str, ...] = ()
) -> Count:
    """One line of what is counted; a record that an earlier line has counted (``seen``) is not counted again.

    A target of a place (``here``) counts what is there, unless the line names another place itself.
    """
    record_type = catalogue.types.get(str(line.get("type") or ""))
    if record_type is None:
        return Count(None, wrong=str(line.get("type") or "type"))
    each = is_yes(line.get("each"))
    where: dict[str, tuple[str, ...]] = read_where(line.get("where"))
    more: dict[str, tuple[str, ...]] = {}
    for name, value, into in (("field", "value", where), ("and_field", "and_value", more if each else where)):
        if line.get(name):
            into[str(line[name])] = (*into.get(str(line[name]), ()), *map(str, as_list(line.get(value))))
    if here and PLACE in record_type.by_name and PLACE not in where:
        where[PLACE] = here
    total, dated = str(line.get("sum") or ""), str(line.get("date") or "")
    for path in filter(None, (*where, *more, total, dated)):
        if not find_path(path, record_type, catalogue.types):
            return Count(record_type, where, more, total, wrong=path)
    found = [r for r in catalogue.by_type.get(record_type.name, ()) if fits(r, where, catalogue)]
    if more and each:
        done = tuple(record for record in found if fits(record, more, catalogue))
        among = Among(tuple(found), done)
        return Count(record_type, where, more, "", Decimal(len(done)), done, len(found), among=among)
    if line.get("among"):
        return count_among(line, record_type, where, found, catalogue, here)
    return add_up(record_type, where, total, dated if yearly else "", yearly, found, catalogue, seen)


def add_up(
    record_type: RecordType,
    where: Where,
    total: str,
    dated: str,
    yearly: bool,
    found: Sequence[Record],
    catalogue: Catalogue,
    seen: set[str],
) -> Count:
    """How many records there are, or the sum of what they say; by year where that is asked."""
    dated = dated or (own_date(record_type) if yearly else "")
    number, silent = Decimal(0), 0
    kept: list[Record] = []
    years: dict[str, Decimal] = {}
    for record in found:
        if not total and record.key in seen:
            continue
        values = [number_in(leaf.value) for leaf in leaves(record, total, catalogue)] if total else [Decimal(1)]
        numbers = [value for value in values if value is not None]
        year = max((str(leaf.value)[:4] for leaf in leaves(record, dated, catalogue)), default="") if yearly else "-"
        if not numbers or not year:
            silent += 1
            continue
        if not total:
            seen.add(record.key)
        kept.append(record)
        number += sum(numbers)
        if yearly:
            years[year] = years.get(year, Decimal(0)) + sum(numbers)
    return Count(record_type, where, {}, total, number, tuple(kept), len(kept), silent, years=years)


def count_among(
    line: Mapping[str, Value],
    record_type: RecordType,
    where: Where,
    found: Sequence[Record],
    catalogue: Catalogue,
    here: tuple[str, ...] = (),
) -> Count:
    """Which of those that are all to be reached are named by any of the records found; those ``here`` if it says."""
    wanted = [each for each in as_list(line["among"]) if isinstance(each, Mapping)]
    names = {str(each.get("vocabulary") or "") for each in wanted} - {""}
    types = {str(each.get("type") or "") for each in wanted} - {""}
    if len(names) + len(types) != 1:
        return Count(record_type, where, wrong="among")
    reached: dict[str, None] = {}
    behind: dict[str, Record] = {}
    everything: list[Thing] = []
    unknown = 0
    if names:
        [name] = names
        vocabulary = catalogue.vocabularies.get(name)
        if vocabulary is None:
            return Count(record_type, where, wrong=name)
        place = record_type.by_name.get(PLACE)
        if here and place is not None and place.vocabulary == name:
            wanted = [*wanted, {"within": list(here)}]
        for term in vocabulary:
            answers = [asks_term(each, term, catalogue) for each in wanted]
            if all(answer is True for answer in answers):
                everything.append(term)
            elif False not in answers:
                unknown += 1
        ids = {term.id for term in everything if isinstance(term, Term)}
        for record in found:
            named = {t.id for terms in record.terms.values() for t in terms if t.vocabulary == name}
            at = {above.id for each in named for above in vocabulary.lineage(each)} & ids
            reached.update(dict.fromkeys(sorted(at)))
            if at:
                behind[record.key] = record
    else:
        [name] = types
        if name not in catalogue.types:
            return Count(record_type, where, wrong=name)
        conditions = {str(each.get("field") or ""): tuple(map(str, as_list(each.get("is")))) for each in wanted}
        conditions.pop("", None)
        if here and PLACE in catalogue.types[name].by_name:
            conditions.setdefault(PLACE, here)
        for path in conditions:
            if not find_path(path, catalogue.types[name], catalogue.types):
                return Count(record_type, where, wrong=path)
        everything = [r for r in catalogue.by_type.get(name, ()) if fits(r, conditions, catalogue)]
        ids = {each.id for each in everything}
        for record in found:
            at = {target.id for target in named_records(record, record_type.fields, name, catalogue)} & ids
            reached.update(dict.fromkeys(sorted(at)))
            if at:
                behind[record.key] = record
    done = tuple(each for each in everything if each.id in reached)
    among = Among(tuple(everything), done, unknown)
    return Count(record_type, where, {}, "", Decimal(len(done)), tuple(behind.values()), len(found), among=among)


def asks_term(asked: Mapping[str, Value], term: Term, catalogue: Catalogue) -> bool | None:
    """Whether a term is one of those meant; ``None`` when nobody has said.

    ``attribute`` alone asks that it is given; with ``is`` an empty one is unknown. ``within`` is a term above it.
    """
    vocabulary = catalogue.vocabularies[term.vocabulary]
    if within := tuple(map(str, as_list(asked.get("within")))):
        above = {each.id for each in vocabulary.lineage(term.id)}
        if not any(found.id in above for word in within if (found := vocabulary.resolve(word))):
            return False
    attribute, wanted = str(asked.get("attribute") or ""), tuple(map(str, as_list(asked.get("is"))))
    if not attribute:
        return True
    given = term.get(attribute)
    if not wanted:
        return bool(given)
    return given in wanted if given else None


def named_records(record: Record, fields: Iterable[FieldSpec], name: str, catalogue: Catalogue) -> Iterator[Record]:
    """The records of a type that a record names anywhere."""
    for spec in fields:
        if spec.kind == "reference" and spec.reference == name:
            yield from (target for target, _ in catalogue.targets(record, spec))
        for inner in spec.fields:
            if inner.reference == name:
                for leaf in leaves(record, f"{spec.name}.{inner.name}", catalogue):
                    target = catalogue.records.get(f"{name}/{str(leaf.value).partition('#')[0]}")
                    if target is not None:
                        yield target


def own_date(record_type: RecordType) -> str:
    """The first field that dates the thing itself, not its source."""
    kinds = (spec.name for spec in record_type.fields if spec.kind == "date" and spec.name not in SOURCE)
    return next(kinds, next((s.name for s in record_type.fields if s.descriptor.get("type") == "year"), ""))


def number_in(value: Value) -> Decimal | None:
    """The number that a text is, commas apart; ``None`` for “about 100” and all that is no number."""
    try:
        found = Decimal(str(value).replace(",", "").strip())
    except InvalidOperation:
        return None
    sane = found.is_finite() and abs(found.adjusted()) <= DIGITS and len(found.as_tuple().digits) <= DIGITS
    return found if sane else None


def is_yes(value: Value) -> bool:
    """Whether a boolean is true."""
    return str(value or "").lower() in YES


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Targets(Section):
    """Progress of every target: a page of bars, a box on each target's page and on what sets it, the records behind."""

    name = FOLDER

    def __init__(self, views: Views, today: date) -> None:
        super().__init__(views, today)
        self.catalogue = views.catalogue
        self.types = tuple(t for t in self.catalogue.types.values() if t.target)
        of = ((t, t.target.get("of", "")) for t in self.types)
        self._setting = {t.by_name[name].reference for t, name in of if name in t.by_name}

    @memo
    def progress(self, key: str) -> Progress:
        """One target, counted."""
        return assess(self.catalogue.records[key], self.catalogue)

    @memo
    def keys(self) -> tuple[str, ...]:
        """Every target."""
        return tuple(record.key for t in self.types for record in self.catalogue.by_type.get(t.name, ()))

    @memo
    def behind(self, key: str) -> int:
        """How many records stand behind a target's number."""
        return len(self.progress(key).records)

    @property
    def entry(self) -> tuple[str, str]:
        return (self.views.words("page.goal.title"), f"{FOLDER}/index.html") if self.types else ("", "")

    def paths(self) -> Iterator[str]:
        if not self.types:
            return
        for n in range(1, self._pages + 1):
            yield self._index(n)
        for key in self.keys():
            if (total := self.behind(key)) > SHOWN:
                yield from (behind(key, n) for n in range(1, ceil(total / LINES) + 1))

    @property
    def _pages(self) -> int:
        return max(1, ceil(len(self.keys()) / ROWS))

    def _index(self, n: int) -> str:
        return f"{FOLDER}/{'index' if n == 1 else n}.html"

    def page(self, path: str) -> Template:
        name = path.removeprefix(f"{FOLDER}/").removesuffix(".html")
        if "/" not in name:
            n = 1 if name == "index" else int(name)
            return Template("site/goals.html", self._bars(n))
        key, _, last = name.rpartition("/")
        key, n = (f"{key}/{last}", 1) if f"{key}/{last}" in self.keys() else (key, int(last))
        progress = self.progress(key)
        return Template("site/goal.html", {**self._behind(progress, n)})

    def _bars(self, n: int) -> dict[str, Any]:
        """One page of bars, by what sets the targets."""
        ordered = [self.progress(key) for _, keys in self._grouped() for key in keys]
        shown = {progress.record.key for progress in ordered[(n - 1) * ROWS : n * ROWS]}
        groups = []
        for source, keys in self._grouped():
            here = [self._row(self.progress(key)) for key in keys if key in shown]
            if here:
                groups.append((source, here))
        return {
            "type": self.types[0],
            "groups": groups,
            "total": len(ordered),
            "counted": sum(progress.number is not None for progress in ordered),
            "pager": pager(n, self._pages, self._index),
        }

    @memo
    def _grouped(self) -> list[tuple[Record | None, list[str]]]:
        """The targets by the record that sets them."""
        found: dict[str, tuple[Record | None, list[str]]] = {}
        for record in (record for t in self.types for record in self.catalogue.by_type.get(t.name, ())):
            source = self._source(record)
            by = source["record"] if source else None
            found.setdefault(by.key if by else "", (by, []))[1].append(record.key)
        return [found[key] for key in sorted(found, key=lambda key: (key == "", key))]

    @memo
    def set_by(self, key: str) -> Sequence[str]:
        """The targets that a record sets."""
        return next((keys for source, keys in self._grouped() if source is not None and source.key == key), ())

    def _source(self, record: Record) -> dict[str, Any] | None:
        """The record that sets a target, and which part of it."""
        spec = record.type.by_name.get(record.type.target.get("of", ""))
        return self.views.find_target(spec, record.get(spec.name)) if spec and spec.kind == "reference" else None

    # ── What is said of a target ──

    def _row(self, progress: Progress) -> dict[str, Any]:
        """A target in a row of bars."""
        return {
            "record": progress.record,
            "bar": self._bar(progress, f"b-{progress.record.type.name}-{progress.record.id}"),
            "number": self._number(progress),
            "state": self._state(progress),
            "due": progress.due,
            "year": progress.year,
        }

    def _bar(self, progress: Progress, key: str) -> Markup | None:
        """The bar; none where there is no number, or none to hold it against."""
        if progress.number is None or not progress.goal:
            return None
        return bar(progress.number, progress.goal, progress.record.title, self._said(progress), key)

    def _number(self, progress: Progress) -> str:
        """37 / 100 项; what nobody knows is said."""
        words = self.views.words
        if progress.number is None:
            if progress.goal is None:
                return self._none(progress)
            asked = words("page.goal.wanted", goal=plain(progress.goal), unit=progress.unit).strip()
            return words("page.list.and").join((asked, self._none(progress)))
        goal = plain(progress.goal) if progress.goal is not None else words("page.goal.open")
        return words("page.goal.of", number=plain(progress.number), goal=goal, unit=progress.unit).strip()

    def _none(self, progress: Progress) -> str:
        """Why there is no number."""
        return self.views.words("page.goal.none" if progress.counts else "page.goal.uncounted")

    def _state(self, progress: Progress) -> str:
        """Per cent, or that it is reached; nothing where there is nothing to say."""
        if progress.number is None or not progress.goal:
            return ""
        if progress.number >= progress.goal:
            return self.views.words("page.goal.reached")
        return self.views.words("page.goal.percent", n=percent(progress.number, progress.goal))

    def _said(self, progress: Progress) -> str:
        """The bar in words."""
        sentence = self.views.words("page.list.comma").join(
            filter(None, (self._number(progress), self._state(progress)))
        )
        return f"{progress.year} {sentence}" if progress.year else sentence

    def _line(self, count: Count) -> dict[str, Any]:
        """One line of what is counted, in words, with the records behind it."""
        among = count.among
        return {
            "type": count.type,
            "wrong": count.wrong,
            "says": [*self._conditions(count.type, count.where), *self._conditions(count.type, count.more)],
            "sum": self._label(count.type, count.sum),
            "number": plain(count.number),
            "looked": count.looked,
            "unit": count.type.unit(self.views.lang) if count.type and not count.sum and not among else "",
            "silent": count.silent,
            "all": len(among.all) if among else 0,
            "unknown": among.unknown if among else 0,
            "missing": [self._thing(each) for each in among.missing[:MISSED]] if among else [],
            "missed": max(0, len(among.missing) - MISSED) if among else 0,
        }

    def _thing(self, thing: Thing) -> tuple[str, str]:
        """What is to be reached, as a title and an address."""
        if isinstance(thing, Record):
            return thing.title, thing.url
        paged = self.catalogue.vocabularies[thing.vocabulary].pages
        return self.views.full_name(thing), f"{thing.vocabulary}/{thing.id}.html" if paged else ""

    def _label(self, record_type: RecordType | None, path: str) -> str:
        """The last field of a path, as people call it."""
        found = find_path(path, record_type, self.catalogue.types) if record_type and path else ()
        return found[-1].title(self.views.lang) if found else path

    def _conditions(self, record_type: RecordType | None, where: Where) -> list[str]:
        """The conditions in words, one each."""
        words, said = self.views.words, []
        yes_no = (words("page.yes"), words("page.no"))
        for path, wanted in where.items():
            found = find_path(path, record_type, self.catalogue.types) if record_type else ()
            said_of = [
                text_of(found[-1], each, self.catalogue, self.views.lang, yes_no) if found else each for each in wanted
            ]
            key = "page.goal.is" if wanted else "page.goal.given"
            value = words("page.list.comma").join(said_of)
            said.append(words(key, field=self._label(record_type, path), value=value))
        return said

    def record_boxes(self, record: Record) -> Iterator[Box]:
        """On a target: how far it is, from what. On what sets targets: their bars."""
        if record.type in self.types:
            yield Box("box/target.html", self._whole(self.progress(record.key)), "goal stat table")
        elif record.type.name in self._setting and (keys := self.set_by(record.key)):
            yield self._box([self._row(self.progress(key)) for key in keys[:BOXED]], len(keys), 2)

    def list_boxes(self, record_type: RecordType) -> Iterator[Box]:
        """Above a list of targets: how far they are."""
        if record_type in self.types:
            keys = [record.key for record in self.catalogue.by_type.get(record_type.name, ())]
            if keys:
                yield self._box([self._row(self.progress(key)) for key in keys[: 2 * BOXED]], len(keys), 2)

    def _box(self, rows: Sequence[Mapping[str, Any]], total: int, level: int) -> Box:
        values = {"rows": rows, "total": total, "level": level, "url": self._index(1), "more": total - len(rows)}
        return Box("box/targets.html", values, "goal table")

    def _whole(self, progress: Progress) -> dict[str, Any]:
        """Everything that a target's own page says of its progress."""
        scale = max([*progress.years.values(), progress.goal or Decimal(0)], default=Decimal(0))
        years = [
            {
                "year": year,
                "number": plain(found),
                "bar": bar(found, progress.goal, year, self._year(progress, found), f"y{year}", scale),
                "state": self._reached(progress, found),
            }
            for year, found in sorted(progress.years.items(), reverse=True)
        ]
        records = progress.records
        return {
            "bar": None if progress.years else self._bar(progress, "goal"),
            "number": None if progress.number is None else plain(progress.number),
            "goal": None if progress.goal is None else plain(progress.goal),
            "unit": progress.unit,
            "state": self._state(progress),
            "said": self._number(progress),
            "none": self._none(progress),
            "year": progress.year,
            "years": years,
            "every": progress.every,
            "yearly": progress.yearly,
            "due": progress.due,
            "past": bool(progress.due) and progress.due < self.today.isoformat()[: len(progress.due)],
            "lines": [self._line(count) for count in progress.counts],
            "records": records[:SHOWN],
            "hidden": max(0, len(records) - SHOWN),
            "url": behind(progress.record.key, 1),
            "source": self._source(progress.record),
        }

    def _year(self, progress: Progress, found: Decimal) -> str:
        words = self.views.words
        goal = plain(progress.goal) if progress.goal is not None else words("page.goal.open")
        return words("page.goal.of", number=plain(found), goal=goal, unit=progress.unit).strip()

    def _reached(self, progress: Progress, found: Decimal) -> str:
        if not progress.goal:
            return ""
        words = self.views.words
        if found >= progress.goal:
            return words("page.goal.reached")
        return words("page.goal.percent", n=percent(found, progress.goal))

    def _behind(self, progress: Progress, n: int) -> dict[str, Any]:
        """One page of the records behind a number."""
        records = progress.records
        return {
            "record": progress.record,
            "said": self._said(progress),
            "records": records[(n - 1) * LINES : n * LINES],
            "total": len(records),
            "pager": pager(n, ceil(len(records) / LINES), lambda m: behind(progress.record.key, m)),
        }


def behind(key: str, n: int) -> str:
    """The address of a page of the records behind a number."""
    return f"{FOLDER}/{key}{'' if n == 1 else f'/{n}'}.html"


def plain(number: Decimal) -> str:
    """A number as people read it: 1,500, 12.5."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    whole, dot, rest = text.partition(".")
    return f"{num(whole)}{dot}{rest}"
