"""Workbooks and tables that people send in, to records of the catalogue: read, judged like everything else, put away.

A conductor: the judging is `check`'s and `rules`', the writing `shelf`'s. What stands in the file stays the text that
was written; a blank cell says nothing. Nothing is written before everything is known.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path

from generator import check, load, records, report, rules, shelf
from generator import planrules as planrules  # asks what the plans ask
from generator import quality as quality  # rules of its own
from generator import ruletexts as ruletexts  # puts the rules without a function into the book
from generator.csvfile import CsvSheet
from generator.forms import Form, Without
from generator.model import KezhuError, Problem, RawRecord, RecordType, Refusal, Several, Value, iter_references
from generator.rulebook import RULES, Place, Scene, problem_at
from generator.tables import LOOK_FOR_HEADINGS, Rows, Sheet, known_headings, plain_heading
from generator.words import Words
from generator.workbook import OLE, read_workbook
from generator.workbook import Sheet as WorkbookSheet

WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".et", ".ods", ".wps"})
UNREAD = frozenset({"cell-count", "no-heading"})  # rules that keep a row from being read, and no other
ZIP = b"PK\x03\x04"
SLUG = re.compile(r"(?=[0-9-]*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*")
YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")


@dataclass(frozen=True)
class Options:
    """How a file is to be taken in."""

    type: str
    sheet: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)  # heading -> field; to "" leaves the column out
    form: str = ""  # yaml or csv; csv where the table is there
    accept_clean: bool = False  # write what is good and leave the rest
    number: bool = False  # rows without an id get the one that is proposed
    update: bool = False  # replace what differs
    today: date | None = None


@dataclass(frozen=True)
class Difference:
    """One field that the catalogue has otherwise; says so in a language, as titles do."""

    spec: object
    old: str
    new: str

    def title(self, lang: str) -> str:
        """名称（原来是“甲”，这里是“乙”）."""
        words = Words(lang)
        label = self.spec.title(lang) if hasattr(self.spec, "title") else str(self.spec)
        return words("import.difference", label=label, old=short(self.old, words), new=short(self.new, words))


@dataclass(frozen=True)
class Imported:
    """What a file holds and what is to be written. ``plan`` is empty when something has to be mended first."""

    problems: tuple[Problem, ...]
    plan: shelf.Plan = field(default_factory=dict)
    new: int = 0
    updated: int = 0
    same: int = 0
    wrong: int = 0
    examples: int = 0

    @property
    def failed(self) -> bool:
        """Whether anything has to be mended."""
        return any(problem.severity == "error" for problem in self.problems)


@dataclass
class Entry:
    """One row as a record, with what is wrong with it."""

    line: int
    record: RawRecord
    text: str
    problems: list[Problem]
    proposed: bool = False  # the row itself has no id
    old: RawRecord | None = None

    @property
    def good(self) -> bool:
        """Whether it may be written."""
        return not any(problem.severity == "error" for problem in self.problems)


def import_file(root: Path, file: Path, options: Options) -> Imported:
    """Read and judge a file, and work out what is to be written; raises `KezhuError` for a wrong call."""
    project = load.load_project(root)
    record_type = project.types[options.type]
    mapping = checked_mapping(options.mapping, record_type)
    if not file.is_file():
        raise KezhuError("there is no such file", file)
    base = records.Records(root, project.types)
    try:
        sheet, others = open_file(file, record_type, options.sheet, mapping)
    except Refusal as refusal:
        return Imported((refusal.problem(file.as_posix()),))
    kept = {heading: name for heading, name in mapping.items() if name}
    dropped = frozenset(plain_heading(heading) for heading, name in mapping.items() if not name)
    form = Form(
        Without(sheet, dropped),
        record_type,
        file.as_posix(),
        kept,
        needs_id=False,
        vocabularies=project.vocabularies,
        ids=base.ids,
        by_title=cache(lambda name: only_bearers(base.titles(name))),
    )
    imported = Intake(project, base, form, sheet, options).take_in()
    if others:
        params = {"name": getattr(sheet, "name", ""), "others": others}
        left = Problem("import-other-sheets", file.as_posix(), severity="warning", params=params)
        return replace(imported, problems=(left, *imported.problems))
    return imported


def only_bearers(titles: Mapping[str, str]) -> dict[str, str]:
    """The id of each title that one record bears."""
    often = Counter(titles.values())
    return {title: record_id for record_id, title in titles.items() if often[title] == 1}


def checked_mapping(mapping: Mapping[str, str], record_type: RecordType) -> dict[str, str]:
    """Headings mapped to fields by name; a field may be called by its title. Raises `KezhuError` for no field."""
    known = known_headings(record_type, {})
    found = {}
    for heading, name in mapping.items():
        word = plain_heading(name)
        if word and word not in known:
            raise KezhuError(f"--map {heading}={name}: {record_type.name} has no field {name}")
        spec = known.get(word)
        found[heading] = (spec.name if spec else "id") if word else ""
    return found


# ── Opening ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def open_file(file: Path, record_type: RecordType, name: str, mapping: Mapping[str, str]) -> tuple[Sheet, list[str]]:
    """The sheet that holds the records, whatever the file's name says it is, and the names of others that may as well.

    Raises `Refusal`.
    """
    with file.open("rb") as opened:
        head = opened.read(512)
    suffix = file.suffix.lower()
    if suffix in {".xlsx", ".xlsm"} or head.startswith((OLE, ZIP)):
        return choose(read_workbook(file), record_type, name, mapping)
    if suffix in WORKBOOKS and head.lstrip().startswith(b"<"):  # a web page that calls itself a workbook
        raise Refusal("workbook-broken")
    return CsvSheet(file), []


def choose(
    sheets: Sequence[WorkbookSheet], record_type: RecordType, name: str, mapping: Mapping[str, str]
) -> tuple[Sheet, list[str]]:
    """The sheet called ``name``, else like the type, else the first that has its headings, else the first.

    Where none was named, the other sheets that have its headings are told.
    """
    known = {*known_headings(record_type, {}), *(plain_heading(heading) for heading in mapping)}

    def headed(sheet: WorkbookSheet) -> bool:
        top = [cells for _, cells in sheet.rows[:LOOK_FOR_HEADINGS]]
        return any(sum(plain_heading(cell) in known for cell in cells) > 1 for cells in top)

    filled = [sheet for sheet in sheets if sheet.rows]
    wanted = {name} if name else {record_type.name, *record_type.titles.values()}
    called = [sheet for sheet in sheets if sheet.name.strip() in wanted]
    if name and not called:
        raise Refusal("no-such-sheet", params={"name": name, "known": [sheet.name for sheet in sheets]})
    alike = [sheet for sheet in filled if headed(sheet)]
    found = [*called, *alike, *filled]
    if not found:
        raise Refusal("empty-file")
    return found[0], [] if name else [sheet.name for sheet in alike if sheet is not found[0]]


# ── Judging ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class WithNew:
    """The catalogue's index with the records that are coming in, so that they may name each other."""

    def __init__(self, base: records.Records, entries: Sequence[Entry]) -> None:
        self.base = base
        self.new: dict[str, dict[str, RawRecord]] = {}
        for entry in entries:
            self.new.setdefault(entry.record.type, {}).setdefault(entry.record.id, entry.record)

    def ids(self, type_name: str) -> frozenset[str]:
        """Of both."""
        return self.base.ids(type_name) | self.new.get(type_name, {}).keys()

    def titles(self, type_name: str) -> Mapping[str, str]:
        """Of both."""
        new = {key: str(record.values.get("title", "")) for key, record in self.new.get(type_name, {}).items()}
        return {**self.base.titles(type_name), **new}

    def places(self, type_name: str, record_id: str) -> Sequence[Place]:
        """None: whether an id is taken is asked apart, with what differs."""
        del type_name, record_id
        return ()

    def scan(self, type_name: str, name: str) -> Sequence[tuple[str, str, Place]]:
        """Of the catalogue: those that come in are all seen by the rules themselves."""
        new = self.new.get(type_name, {})
        return [found for found in self.base.scan(type_name, name) if found[0] not in new]

    def fetch(self, type_name: str, record_id: str) -> RawRecord | None:
        """Of those that come in, else of the catalogue."""
        return self.new.get(type_name, {}).get(record_id) or self.base.fetch(type_name, record_id)


class Intake:
    """One file on its way into the catalogue."""

    def __init__(
        self, project: load.Project, base: records.Records, form: Form, sheet: Sheet, options: Options
    ) -> None:
        self.project = project
        self.base = base
        self.form = form
        self.type = form.type
        self.options = options
        self.today = options.today or date.today()
        self.checker = check.Checker(project.types, project.vocabularies)
        self.sheet = sheet
        self.taken: set[str] = set()  # ids that have been proposed

    def take_in(self) -> Imported:
        """Everything in its order: rows, flaws of the file, what there is already, rules, and where to write."""
        problems: list[Problem] = []
        entries = list(self._entries(problems))
        problems = [*self._table_problems(), *problems]
        self._compare(entries)
        waiting = [entry for entry in entries if not self._is_same(entry)]
        self._ask_rules(entries, waiting, problems)
        if self.options.accept_clean:
            self._leave_out(waiting)
        same = [entry for entry in entries if entry.good and self._is_same(entry)]
        good = [entry for entry in waiting if entry.good]
        unread = sum(problem.rule in UNREAD for problem in problems)
        whole = all(problem.severity != "error" or problem.rule in UNREAD for problem in problems)
        result = Imported(
            tuple(report.order([*problems, *(problem for entry in entries for problem in entry.problems)])),
            new=sum(entry.old is None for entry in good),
            updated=sum(entry.old is not None for entry in good),
            same=len(same),
            wrong=sum(not entry.good for entry in entries) + unread,
            examples=len(self.form.examples),
        )
        if not result.failed or (self.options.accept_clean and whole):
            return replace(result, plan=self._plan(good))
        return result

    def _table_problems(self) -> Iterator[Problem]:
        """What is wrong with the table as a whole; our own form has words above its headings."""
        if isinstance(self.sheet, CsvSheet):
            yield from self.sheet.problems(self.form.path)
        flaws = {id(problem) for found in self.form.flaws.values() for problem in found}
        for problem in self.form.problems:
            if id(problem) not in flaws and (problem.rule != "title-row" or not self.form.examples):
                yield problem

    def _entries(self, problems: list[Problem]) -> Iterator[Entry]:
        """Every row, judged by itself; what the table lacks altogether is added to ``problems``."""
        for rows in self.form.batches():
            index = self.form.headings.by_name.get("id", -1)
            for number, cells in zip(rows.numbers, rows.cells, strict=True):
                found: list[Problem] = []
                proposed = "" if index >= 0 and cells[index] else self._propose(cells)
                if proposed and index >= 0:
                    cells[index] = proposed
                [record] = self.checker.check_rows(Rows(self.form, [number], [cells]), found)
                if proposed:
                    record = renamed(record, proposed)
                    found = [problem for problem in found if problem.field != "id"]
                    found += [] if self.options.number else [self._no_id(record, proposed)]
                problems += [problem for problem in found if problem.rule == "missing-column"]
                found = [problem for problem in found if problem.rule != "missing-column"]
                found = self._with_flaws(number, found)
                yield Entry(number, record, "\n".join(cells), found, proposed=bool(proposed))

    def _with_flaws(self, number: int, found: list[Problem]) -> list[Problem]:
        """What is wrong with the cells as they stand in the workbook, instead of what follows from it."""
        flaws = self.form.flaws.get(number, [])
        names = {flaw.field for flaw in flaws}
        return [problem for problem in found if problem.field.partition(".")[0] not in names] + flaws

    def _no_id(self, record: RawRecord, proposed: str) -> Problem:
        place = record.locator.locate(("id",))
        params = {"proposed": proposed, "line": place.line}
        key = f"{record.type}/{proposed}"
        return Problem("import-no-id", record.path, place.line, place.column, "id", "error", params, place.cell, key)

    def _propose(self, cells: Sequence[str]) -> str:
        """An id for a row that has none: its title where that is plain Latin, else the type, the year and a number."""
        columns = self.form.headings.columns
        by_name = self.form.headings.by_name
        title = cells[by_name["title"]] if "title" in by_name else ""
        slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:64].strip("-") if title.isascii() else ""
        used = self.base.ids(self.type.name) | self.taken
        if not SLUG.fullmatch(slug) or slug in used:
            dates = [cells[column.index] for column in columns if column.spec and column.spec.kind == "date"]
            year = next((found[0] for text in dates if (found := YEAR.search(text))), str(self.today.year))
            n = 1
            while (slug := f"{self.type.name.replace('_', '-')}-{year}-{n:02}") in used:
                n += 1
        self.taken.add(slug)
        return slug

    # ── What the catalogue has ───────────────────────────────────────────────────────────────────────────────────────

    def _compare(self, entries: Sequence[Entry]) -> None:
        """Find the records whose ids are taken, and say what differs."""
        known = self.base.ids(self.type.name)
        titles = self._titles() if any(entry.proposed for entry in entries) else {}
        alike = {key for e in entries if e.proposed for key in titles.get(e.record.values.get("title"), ())}
        wanted = {entry.record.id for entry in entries if entry.record.id in known}
        there = self._existing(wanted | alike) if wanted | alike else {}
        for entry in entries:
            if entry.proposed:
                self._recognise(entry, [there[key] for key in titles.get(entry.record.values.get("title"), ())])
            if entry.record.id not in wanted or not entry.good:
                continue
            old = there.get(entry.record.id)
            if old is None:  # a file of that name that cannot be read
                raise KezhuError(
                    "is there already and cannot be read; mend it first", f"{self.type.name}/{entry.record.id}"
                )
            entry.old = old
            differences = list(self._differences(entry.record, old))
            if self.options.update and not old.path.endswith(".xlsx"):
                values = {**old.values, **entry.record.values}
                entry.record = RawRecord(old.type, old.id, values, entry.record.path, entry.record.locator)
            elif differences:
                place = entry.record.locator.locate(("id",))
                params = {"value": entry.record.id, "path": old.path, "differences": differences}
                key = f"{self.type.name}/{entry.record.id}"
                entry.problems.append(
                    Problem(
                        "import-exists",
                        entry.record.path,
                        place.line,
                        place.column,
                        "id",
                        params=params,
                        cell=place.cell,
                        record=key,
                    )
                )

    def _titles(self) -> dict[Value, list[str]]:
        """The ids of the catalogue by title."""
        found: dict[Value, list[str]] = {}
        for record_id, title in self.base.titles(self.type.name).items():
            found.setdefault(title, []).append(record_id)
        return found

    def _recognise(self, entry: Entry, alike: Sequence[RawRecord]) -> None:
        """A row without an id that is there already, word for word, came in once before."""
        for old in alike:
            if not any(True for _ in self._differences(entry.record, old)):
                entry.record, entry.old = renamed(entry.record, old.id), old
                entry.problems = [problem for problem in entry.problems if problem.rule != "import-no-id"]
                return

    def _existing(self, wanted: set[str]) -> dict[str, RawRecord]:
        """The records of the catalogue that bear these ids, as they are read, with terms as ids."""
        name = self.type.name
        only = frozenset(f"catalogue/{name}{suffix}" for suffix in ("", ".csv", ".xlsx"))
        found: dict[str, RawRecord] = {}
        for batch in records.Records(self.base.root, self.project.types, only).batches():
            for record in self._records(batch):
                if record.id in wanted:
                    found.setdefault(record.id, self.checker.by_type[name].check(record, []))
        return found

    def _records(self, batch: records.Batch) -> Iterator[RawRecord]:
        if batch.rows is None:
            yield from batch.records
        else:
            yield from (batch.rows.record(i, []) for i in range(len(batch.rows.cells)))

    def _differences(self, record: RawRecord, old: RawRecord) -> Iterator[Difference]:
        for name, value in record.values.items():
            if (before := old.values.get(name)) != value:
                spec = self.type.by_name[name]
                yield Difference(spec, shelf.cell_of(before, spec), shelf.cell_of(value, spec))

    def _is_same(self, entry: Entry) -> bool:
        return entry.old is not None and not any(True for _ in self._differences(entry.record, entry.old))

    # ── Rules and writing ────────────────────────────────────────────────────────────────────────────────────────────

    def _ask_rules(self, everything: Sequence[Entry], entries: Sequence[Entry], problems: list[Problem]) -> None:
        """What the rules across records say, each at its record. What a wrong row bears may still be named."""
        scene = Scene(
            self.project.types,
            self.project.vocabularies,
            self.today,
            WithNew(self.base, everything),
            partial=True,
            plans=self.project.plans,
            exemptions=self.project.exemptions,
        )
        runner = rules.Runner(scene)
        by_key: dict[str, Entry] = {}
        for entry in entries:
            runner.see(Several([entry.record]), [entry.text], entry.problems)
            by_key[f"{entry.record.type}/{entry.record.id}"] = entry
        for problem in runner.finish():
            home = by_key.get(problem.record)
            (home.problems if home else problems).append(problem)
        for entry in entries:  # who has an error to mend is not given advice
            if not entry.good:
                entry.problems = [
                    p for p in entry.problems if p.severity == "error" or RULES[p.rule].stage != "quality"
                ]

    def _leave_out(self, entries: Sequence[Entry]) -> None:
        """A record that names one which stays out has to stay out as well."""
        there, left = self.base.ids(self.type.name), -1
        while left != (left := sum(not entry.good for entry in entries)):
            good = {entry.record.id for entry in entries if entry.good} | there
            for entry in entries:
                for spec, at, word in iter_references(entry.record.values, self.type.fields):
                    if entry.good and spec.reference == self.type.name and word.partition("#")[0] not in good:
                        params = {"value": word, "type": self.type, "suggestions": []}
                        entry.problems.append(problem_at("unknown-reference", entry.record, spec, at, **params))

    def _plan(self, entries: Sequence[Entry]) -> dict[Path, bytes]:
        """Every file that changes: a record that is there already stays where it is."""
        root = self.base.root
        table = root / "catalogue" / f"{self.type.name}.csv"
        form = self.options.form or ("csv" if table.exists() else "yaml")
        rows: list[RawRecord] = []
        files: list[RawRecord] = []
        for entry in entries:
            in_table = entry.old.path.endswith(".csv") if entry.old is not None else form == "csv"
            (rows if in_table else files).append(entry.record)
        where = table.relative_to(root).as_posix()
        return {**shelf.plan_files(root, self.type, files), **shelf.plan_table(table, where, self.type, rows)}


def renamed(record: RawRecord, record_id: str) -> RawRecord:
    """A record under another id."""
    return RawRecord(record.type, record_id, record.values, record.path, record.locator)


def short(text: str, words: Words) -> str:
    """A value as a message repeats it."""
    text = " ".join(text.split())
    return words("import.nothing") if not text else text if len(text) <= 40 else f"{text[:40]}…"
