"""Titles and summaries that tell nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from generator.lookalike import PLAIN, skeleton
from generator.model import Problem, RawRecord, RecordType, Several
from generator.quality.common import field_at, shown, words_of
from generator.rulebook import CrossCheck, Scene, problem_at, rule

GENERIC = (
    "科技小院|示范基地|示范园|示范区|示范点|示范户|基地|园区|产业园|培训班|培训会|培训|讲座|活动|服务团|服务|项目|案例|需求"
    "|通知|公告|专家组|专家库|团队|学会|协会|科协|合作社|农业|农村|农民|农技|科技|技术|科普|种植|养殖|乡村振兴|指导|推广|下乡"
    "|名称|标题|测试|其他"
)
_GENERIC = re.compile(f"(?:{GENERIC})+[一二三四五六七八九十0-9]*")
_GENERIC_LINE = re.compile(f"^{_GENERIC.pattern}$", re.M)
LONGEST = 24  # characters; no category has a longer name


@rule("quality", "warning")
class TitleOnlyCategory(CrossCheck):
    """名称只写了一个类别，比如“科技小院”“培训”，或者只写了一个地名、一种作物：读的人不知道是哪一个，列表里也分不开。

    A title that is only a category, such as 培训 or the name of the type, or only a place or a crop: readers cannot
    tell which one is meant, nor tell it from others in a list.
    """

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        types = {skeleton(title) for found in scene.types.values() for title in found.titles.values()}
        self.names = {name: types.union(*self._terms(found)) for name, found in scene.types.items()}

    def _terms(self, record_type: RecordType) -> list[Iterable[str]]:
        """What the terms are called that the type's fields take."""
        taken = {spec.vocabulary for spec in record_type.fields if spec.vocabulary}
        return [self.scene.vocabularies[name].by_name for name in sorted(taken)]

    def see_all(self, records: Several) -> Iterable[Problem]:
        """Names of Chinese characters alone are looked up as they are; the others are looked at one by one."""
        titles, names = words_of(records, "title"), self.names[records[0].type]
        likely = {title for title in set(titles) if title in names or not PLAIN.fullmatch(title)}
        likely.update(_GENERIC_LINE.findall("\n".join(titles)))
        return self.see_each(records[i] for i, title in enumerate(titles) if title in likely)

    def see(self, record: RawRecord) -> Iterable[Problem]:
        """Whether the whole title is a name of many things."""
        title = record.values.get("title")
        if not isinstance(title, str) or len(title) > LONGEST:
            return ()
        plain = skeleton(title)
        names = self.names[record.type]
        if plain not in names and title not in names and not _GENERIC.fullmatch(plain):
            return ()
        spec, at = field_at(self.scene, record, "title")
        return (problem_at("title-only-category", record, spec, at, value=shown(title)),)


FILLERS = "的了在是为与和及等这那一个本某有由对被把"


@rule("quality", "warning")
class SummaryRepeatsTitle(CrossCheck):
    """“一句话”把名称又说了一遍，没有多说什么。列表里名称下面就是这一句，读的人会以为没有内容。

    A summary that says the title again and nothing more. It stands below the title in every list.
    """

    def concerns(self, type_name: str) -> bool:
        """Only types that have a summary."""
        return "summary" in self.scene.types[type_name].by_name

    def see_all(self, records: Several) -> Iterable[Problem]:
        """Long summaries say more than the title."""
        pairs = zip(words_of(records, "summary"), words_of(records, "title"), strict=True)
        short = [i for i, (said, title) in enumerate(pairs) if len(said) <= len(title) * 1.3 + 4]
        return self.see_each(map(records.__getitem__, short))

    def see(self, record: RawRecord) -> Iterable[Problem]:
        """Whether the summary has a character that the title has not."""
        summary, title = record.values.get("summary"), record.values.get("title")
        if not (isinstance(summary, str) and isinstance(title, str)) or len(summary) > len(title) * 1.3 + 4:
            return ()
        said, known = skeleton(summary), skeleton(title)
        new = Counter(said) - Counter(known) - Counter(dict.fromkeys(FILLERS, len(said)))
        if not said or new.total() > len(said) // 12:
            return ()
        spec, at = field_at(self.scene, record, "summary")
        return (problem_at("summary-repeats-title", record, spec, at, value=shown(summary)),)
