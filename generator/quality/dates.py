"""Dates that nobody means: years so early or so late that no deadline is reckoned from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from generator.model import FieldSpec, Problem, RawRecord, Several, Value, iter_texts
from generator.rulebook import CrossCheck, Scene, problem_at, rule
from generator.spans import EARLIEST, LATEST, WRITTEN

TOLD = frozenset({"verified_on", "source_date"})  # of what is still to come in these other rules speak


@rule("quality", "warning")
class UnmeantYear(CrossCheck):
    """日期的年份在 1000 年以前，或者在 2999 年以后。多半是打错了，或者拿 9999 当“长期”；这样的年份不拿来推算期限。

    A date lies before the year 1000 or after 2999. Most likely it is a slip, or 9999 stands for “for ever”; no
    deadline is reckoned from such a year.
    """

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.fields = {name: [*filter(_holds_dates, found.fields)] for name, found in scene.types.items()}

    def concerns(self, type_name: str) -> bool:
        """Only types with dates."""
        return bool(self.fields[type_name])

    def see_all(self, records: Several) -> Iterable[Problem]:
        """Only records that hold such a year are looked at."""
        found = {i for spec in self.fields[records[0].type] for i in _among(records.column(spec.name), spec)}
        return self.see_each(records[i] for i in sorted(found))

    def see(self, record: RawRecord) -> Iterator[Problem]:
        """Each such year with its place."""
        for spec, at, text in iter_texts(record.values, self.fields[record.type]):
            late = text > str(LATEST)
            if _is_date(spec) and _unmeant(text) and not (late and spec.name in TOLD):
                params = {"value": text, "year": text[:4], "earliest": EARLIEST, "latest": LATEST}
                yield problem_at("unmeant-year", record, spec, at, **params)


def _is_date(spec: FieldSpec) -> bool:
    """Whether it holds days, months or years."""
    item = (spec.descriptor.get("arrayItem") or {}) if spec.many else spec.descriptor
    return spec.kind == "date" or item.get("type") == "year"


def _holds_dates(spec: FieldSpec) -> bool:
    """The same of a field, or of any field of its objects."""
    return _is_date(spec) or any(map(_holds_dates, spec.fields))


def _among(column: Sequence[Value], spec: FieldSpec) -> Iterator[int]:
    """Which values of a column hold such a year. Dates repeat themselves, so each is asked once."""
    strange = {text for text in {value for value in column if isinstance(value, str)} if _unmeant(text)}
    for i, value in enumerate(column):
        if isinstance(value, str):
            if value in strange:
                yield i
        elif value and any(_unmeant(text) for _, _, text in iter_texts({spec.name: value}, (spec,))):
            yield i


def _unmeant(text: str) -> bool:
    """Whether a date, written as it should be, lies in a year that nobody means."""
    found = WRITTEN.fullmatch(text)
    return found is not None and not EARLIEST <= int(found[1]) <= LATEST
