"""The same thing entered twice: one rule, which compares the names of records and looks at place, kind and crop.

Keeps some ninety bytes of each record, so that tables of any length pass through; reads no file.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from generator.lookalike import skeleton
from generator.model import EMPTY, Problem, RawRecord, RecordType, Several, Value, Vocabulary
from generator.private import masked
from generator.rulebook import CrossCheck, Scene, problem_at, rule

WEAK = re.compile("[的之与和及暨省市县区乡镇村]+")
FILLERS = re.compile("[的之与和及暨]+")
"""Characters that people leave out or put in without meaning another thing; the first, where regions agree."""
BARE = re.compile("[\u4e00-\u9fff]+")  # names that are their own skeleton
BITS = 1 << 23  # of the mark that says "a title like this may have gone by"; one megabyte
HEADS = 4  # places in front of a name that are looked past
COMPARED, IN_ALL = 400, 300_000
"""Earlier records that one is held against, and pairs looked at in one run: a table of one name is no puzzle."""


@rule("quality", "warning")
class NearDuplicateTitle(CrossCheck):
    """两条记录的名称几乎一样，地方和类别也对得上：是不是同一件事录了两遍？
    “几乎一样”是说只差标点、空格、全角半角、长得像的字、前面的省市名，或者“省、市、县、的”这样的字。
    地方不同、类别不同、产业不同的不算；别的字哪怕只差一个，多半真是两件事，也不问。

    Two records of one type bear almost the same title (but for punctuation, width, look-alikes, the province and the
    prefecture in front, or characters such as 省 and 的), and their places and kinds agree: is it one thing entered
    twice? Different places, kinds or crops are different things. Titles that differ in any other single character
    nearly always mean two things (a digit, a crop, a village), so nobody is asked about them.
    """

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.fields = {name: _telling_fields(found) for name, found in scene.types.items()}
        taken = {found.by_name["region"].vocabulary for found in scene.types.values() if "region" in found.by_name}
        self.regions = scene.vocabularies.get(min(taken, default=""))
        self.leading = _leading_names(self.regions)
        # Of each record: its id, the hash of its name, and numbers for its region, kind and crop; some 90 bytes.
        self.ids: list[str] = []
        self.keys = array("q")
        self.facts = array("I")
        self.numbers: dict[Value, int] = {}
        self.places: dict[int, Mapping[str, frozenset[str]]] = {}
        self.left = IN_ALL
        self.marks = bytearray(BITS // 8)
        self.again: dict[int, RawRecord] = {}  # those whose name may have gone by before

    def see(self, record: RawRecord) -> Iterable[Problem]:
        """Remember the record; nothing is said before all have gone by."""
        title = record.values.get("title")
        if isinstance(title, str):
            key = self._key(title, record.type)
            place, bit = (key & (BITS - 1)) >> 3, 1 << (key & 7)
            if self.marks[place] & bit or self.scene.partial:
                self.again[len(self.ids)] = record
            self.marks[place] |= bit
            self._keep(record, key)
        return ()

    def see_all(self, records: Several) -> Iterable[Problem]:
        """Most names are of Chinese characters alone: these are all made bare at once."""
        names = records.column("title")
        if self.scene.partial or not all(isinstance(name, str) for name in names) or not BARE.fullmatch("".join(names)):
            return self.see_each(records)
        type_name = records[0].type
        leading = self.leading if self.fields[type_name][0] else EMPTY
        rests = [self._parted(name, type_name)[1] if name[:2] in leading else name for name in names]
        bare = WEAK.sub("", "\n".join(rests)).split("\n")
        marks, first = self.marks, len(self.ids)
        for i, rest in enumerate(bare):
            key = hash((type_name, rest))
            place, bit = (key & (BITS - 1)) >> 3, 1 << (key & 7)
            if marks[place] & bit:
                self.again[first + i] = records[i]
            marks[place] |= bit
            self.keys.append(key)
        self.ids.extend(records.ids())
        columns = [map(self._number, records.column(name)) for name in self.fields[type_name]]
        self.facts.extend(chain.from_iterable(zip(*columns, strict=True)))
        return ()

    def _keep(self, record: RawRecord, key: int) -> None:
        self.ids.append(record.id)
        self.keys.append(key)
        self.facts.extend(self._number(record.values.get(name)) for name in self.fields[record.type])

    def _number(self, value: Value) -> int:
        """A number for a value that records have in common."""
        if value is None:
            value = ""
        elif value.__class__ is not str:
            value = tuple(map(str, value)) if isinstance(value, list) else str(value)
        numbers = self.numbers
        number = numbers.get(value)
        return numbers.setdefault(value, len(numbers)) if number is None else number

    def _key(self, title: str, type_name: str) -> int:
        """One number for what is left of a name without the province and prefecture in front and weak characters."""
        rest = self._parted(skeleton(title), type_name)[1]
        return hash((type_name, "".join(WEAK.split(rest))))  # twice as fast as putting nothing for each

    def _parted(self, plain: str, type_name: str) -> tuple[frozenset[str], str]:
        """The ids of the last province or prefecture in front of a name, and the rest of the name."""
        found: frozenset[str] = frozenset()
        if not self.fields[type_name][0]:
            return found, plain
        for _ in range(HEADS):
            names = self.leading.get(plain[:2])
            name = next((name for name in names if plain.startswith(name)), "") if names else ""
            if not names or not name or len(plain) < len(name) + 4:
                break
            found, plain = names[name], plain[len(name) :]
        return found, plain

    def finish(self) -> Iterator[Problem]:
        """Each record whose name an earlier one bears, with the first of those that may be the same thing."""
        if self.scene.partial:
            self._ask_the_rest()
        values = list(self.numbers)
        earlier: dict[int, list[int]] = {self.keys[n]: [] for n in self.again}
        for n, key in enumerate(self.keys):
            if key in earlier:
                if n in self.again:
                    yield from self._compare(n, earlier[key], values)
                earlier[key].append(n)

    def _compare(self, n: int, others: Sequence[int], values: Sequence[Value]) -> Iterator[Problem]:
        record = self.again[n]
        for other in others[: max(0, min(COMPARED, self.left))]:
            self.left -= 1
            if self.ids[other] == record.id or not self._agree(n, other, values):
                continue
            title = self.scene.index.titles(record.type).get(self.ids[other], "")
            here, there = self.facts[3 * n], self.facts[3 * other]
            placed = bool(values[here] and values[there])
            if self._alike(record, title, placed=placed, same=here == there):
                params = {"other": f"{record.type}/{self.ids[other]}", "title": masked(title)}
                spec = self.scene.types[record.type].by_name["title"]
                yield problem_at("near-duplicate-title", record, spec, ("title",), **params)
                return

    def _ask_the_rest(self) -> None:
        """Where only some records are checked, put those others in front that have the same name."""
        checked = [record for record in self.again.values() if not self.scene.settled(record)]
        wanted = dict[int, list[RawRecord]]()
        for record in checked:
            wanted.setdefault(self._key(str(record.values["title"]), record.type), []).append(record)
        seen = {(record.type, record.id) for record in checked}
        self.ids, self.keys, self.facts, self.again = [], array("q"), array("I"), {}
        for type_name in sorted({record.type for record in checked}):
            for record_id, title in self.scene.index.titles(type_name).items():
                alike = wanted.get(self._key(title, type_name), ())
                if (type_name, record_id) in seen or not any(
                    self._alike(record, title, placed=True, same=True) for record in alike
                ):
                    continue  # to fetch a record may mean to read a table
                other = self.scene.index.fetch(type_name, record_id)
                if other is not None:
                    self._keep(other, self._key(title, type_name))
        for record in checked:
            self.again[len(self.ids)] = record
            self._keep(record, self._key(str(record.values["title"]), record.type))

    def _agree(self, a: int, b: int, values: Sequence[Value]) -> bool:
        """Whether nothing about two records says that they are different things: neither place, nor kind, nor crop."""
        one, two = self._places(self.facts[3 * a], values), self._places(self.facts[3 * b], values)
        if one and two and not (_any_in(one, two) or _any_in(two, one)):
            return False
        for i in (1, 2):
            one_, two_ = values[self.facts[3 * a + i]], values[self.facts[3 * b + i]]
            if one_ != two_ and one_ and two_ and not set(as_tuple(one_)) & set(as_tuple(two_)):
                return False
        return True

    def _places(self, number: int, values: Sequence[Value]) -> Mapping[str, frozenset[str]]:
        """Each region of a record with all that it lies in, by ids."""
        if number not in self.places:
            terms = [self.regions and self.regions.resolve(str(word)) for word in as_tuple(values[number])]
            self.places[number] = {
                term.id: frozenset(above.id for above in self.regions.lineage(term.id))
                for term in terms
                if term and self.regions
            }
        return self.places[number]

    def _alike(self, record: RawRecord, title: str, *, placed: bool, same: bool) -> bool:
        """Whether two names differ only in what may be left out; without places, the names have to say the same one.

        In the same place a 县 may have become a 区, and a 乡 a 镇.
        """
        one, two = skeleton(str(record.values["title"])), skeleton(title)
        if not placed:
            return FILLERS.sub("", one) == FILLERS.sub("", two)
        (here, one), (there, two) = self._parted(one, record.type), self._parted(two, record.type)
        return (same or _within(one, two) or _within(two, one)) and (
            not here or not there or bool(here & there) or self._starts_with_place(record, one)
        )

    def _starts_with_place(self, record: RawRecord, rest: str) -> bool:
        """Whether a name goes on with a place of its own, so that those in front of it say nothing more."""
        words = record.values.get("region") or []
        terms = [term for word in words if self.regions and (term := self.regions.resolve(str(word)))]
        return any(rest.startswith((term.title, term.short)) for term in terms)


def _telling_fields(record_type: RecordType) -> tuple[str, str, str]:
    """The fields that tell one thing from another: region, the first facet that is a term (its kind), industry."""
    named = [facet.field for facet in record_type.facets if record_type.by_name[facet.field].vocabulary]
    kind = next((name for name in named if name not in {"region", "industry"}), "")
    region, industry = (name if name in record_type.by_name else "" for name in ("region", "industry"))
    return region, kind, industry


def _leading_names(regions: Vocabulary | None) -> dict[str, dict[str, frozenset[str]]]:
    """What stands in front of a name and may be left out, by its first two characters: regions that have parts."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for term in regions or ():
        if regions and regions.children(term.id):
            for word in (term.title, term.short):
                names = found.setdefault(word[:2], {})
                names[word] = names.get(word, frozenset()) | {term.id}
    return {start: dict(sorted(names.items(), key=lambda n: -len(n[0]))) for start, names in found.items()}


def _any_in(words: Mapping[str, frozenset[str]], others: Mapping[str, frozenset[str]]) -> bool:
    return any(word in above for word in words for above in others.values())


def as_tuple(value: Value) -> tuple[str, ...]:
    """The items of a value, whether it is one, many or none."""
    return value if isinstance(value, tuple) else (value,) if value else ()


def _within(short: str, long: str) -> bool:
    """Whether all characters of ``short`` stand in ``long`` in the same order."""
    rest = iter(long)
    return all(char in rest for char in short)
