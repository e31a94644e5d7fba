"""Where a fact comes from, and when somebody last asked: sources and dates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from generator.model import Problem, RawRecord, Several, Value
from generator.quality.common import field_at
from generator.rulebook import CrossCheck, Scene, problem_at, rule

SOURCES = ("source_publisher", "source_title")


@rule("quality", "warning")
class MissingSource(CrossCheck):
    """没有写出处：谁发布的、标题是什么，两样都空着（只有网址也不够，网页没了就无处可查）。每一件事都要能查到来处。

    Neither the publisher nor the title of the source is given; an address alone is not enough, since pages vanish.
    Every fact carries its source.
    """

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.fields = {
            name: [found.by_name[f] for f in SOURCES if f in found.by_name] for name, found in scene.types.items()
        }

    def concerns(self, type_name: str) -> bool:
        """Only types that have a field for a source."""
        return bool(self.fields[type_name])

    def see_all(self, records: Several) -> Iterable[Problem]:
        """Those that lack every name of a source are looked at."""
        columns = [records.column(spec.name) for spec in self.fields[records[0].type]]
        lacking = (i for i, values in enumerate(zip(*columns, strict=True)) if not any(values))
        return self.see_each(map(records.__getitem__, lacking))

    def see(self, record: RawRecord) -> Iterable[Problem]:
        """Whether any of the source's names is there."""
        fields = self.fields[record.type]
        for spec in fields:
            if spec.name in record.values:
                return ()
        return (problem_at("missing-source", record, fields[0], (fields[0].name,), names=fields),)


GRACE = timedelta(days=1)  # it is tomorrow already east of here
YEAR = re.compile("[0-9]{4}(?:$|-)")


@rule("quality", "error")
class FutureDate(CrossCheck):
    """核实日期写到了今天以后。核实过的事才能写核实日期，多半是年份写错了。

    The day of verification lies in the future. Nothing can have been verified tomorrow; mostly the year is wrong.
    """

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.limit = (scene.today + GRACE).isoformat()

    def see_all(self, records: Several) -> Iterable[Problem]:
        """Only late dates are looked at."""
        return self.see_each(late(records, "verified_on", self.limit[:4]))

    def see(self, record: RawRecord) -> Iterable[Problem]:
        """Whether the day is still to come."""
        value = record.values.get("verified_on")
        if not value or _day(value) is None or value <= self.limit:
            return ()
        return (in_future("future-date", record, self.scene, "verified_on"),)


@rule("quality", "warning")
class FutureSourceDate(CrossCheck):
    """出处的日期在今天以后。除了提前印好的期刊，没有哪份文件是明天发布的，多半是年份写错了。

    The source is dated after today. But for a journal printed ahead, the year is probably wrong.
    """

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.limit = (scene.today + GRACE).isoformat()

    def see_all(self, records: Several) -> Iterable[Problem]:
        """Only late dates are looked at."""
        return self.see_each(late(records, "source_date", self.limit[:4]))

    def see(self, record: RawRecord) -> Iterable[Problem]:
        """Whether the day, month or year is still to come."""
        value = record.values.get("source_date")
        if not isinstance(value, str) or value <= self.limit or value == self.limit[: len(value)]:
            return ()
        return (in_future("future-source-date", record, self.scene, "source_date"),) if YEAR.match(value) else ()


def late(records: Several, name: str, year: str) -> Iterator[RawRecord]:
    """Those whose date may lie behind the start of a year, as texts go."""
    dates = records.column(name)
    days = {day for day in set(map(str, filter(None, dates))) if day > year}
    return (records[i] for i, day in enumerate(dates) if day and str(day) in days) if days else iter(())


def in_future(rule_id: str, record: RawRecord, scene: Scene, name: str) -> Problem:
    """A date that is still to come."""
    spec, at = field_at(scene, record, name)
    return problem_at(rule_id, record, spec, at, value=record.values[name], today=scene.today.isoformat())


@rule("quality", "warning")
class VerifiedLongAgo(CrossCheck):
    """上一次核实离今天太久，超过了这一类记录规定的天数（schema 里的 verify_within）。电话、人和地点都会变。

    Verified longer ago than the type allows (``kezhu: verify_within``, in days). Telephones, people and places change.
    """

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.limits = {name: found.verify_within for name, found in scene.types.items() if found.verify_within}

    def concerns(self, type_name: str) -> bool:
        """Only types that set a limit."""
        return type_name in self.limits

    def see(self, record: RawRecord) -> Iterator[Problem]:
        """How many days have gone by."""
        limit, day = self.limits[record.type], _day(record.values.get("verified_on"))
        if day and (days := (self.scene.today - day).days) > limit:
            spec, at = field_at(self.scene, record, "verified_on")
            yield problem_at("verified-long-ago", record, spec, at, value=day.isoformat(), days=days, limit=limit)


def _day(value: Value) -> date | None:
    """A whole date as written, or ``None``; whether it may be written so is asked elsewhere."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None
