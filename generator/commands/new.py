"""``kezhu new``: a new record, as an empty file that explains itself or by questions."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from generator import report
from generator.check import TypeChecker
from generator.commands.sheet import find_type, unknown_type
from generator.load import Project, load_project
from generator.model import FieldSpec, Path_, Position, Problem, RawRecord, RecordType, Value
from generator.newrecord import Explainer, Interview, Verdict, blank
from generator.records import Records
from generator.words import Words
from generator.yamlout import dump_record


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Type, id, where to, and whether to ask."""
    parser.add_argument("type", metavar="TYPE", help=words("cli.help.type"))
    parser.add_argument("--id", metavar="ID", default="", help=words("cli.help.new.id"))
    parser.add_argument("-o", "--output", metavar="FILE", help=words("cli.help.new.output"))
    parser.add_argument("--ask", action="store_true", help=words("cli.help.new.ask"))


def run(args: argparse.Namespace, words: Words) -> int:
    """Exit code 2 for a type or an id that cannot be, 130 when the person gave up."""
    project = load_project(args.root)
    record_type = find_type(args.type, project.types)
    if record_type is None:
        print(unknown_type(args.type, project.types, words), file=sys.stderr)
        return 2
    desk = Desk(args.root, project, record_type, words)
    if args.id and (wrong := desk.judge_id(args.id).wrong):
        print("\n".join(wrong), file=sys.stderr)
        return 2
    asks = args.ask or (args.output is None and sys.stdin.isatty() and sys.stdout.isatty())
    explainer = Explainer(project.types, project.vocabularies, words)
    if not asks:
        screen = args.output == "-" or not (args.output or args.id)
        where = None if screen else target(args, desk, args.id)
        return put(where, blank(record_type, explainer, args.id), "new.next-blank", words)
    try:
        return talk(Interview(record_type, explainer, desk, input, print), args, desk, words)
    except (KeyboardInterrupt, EOFError):
        print(f"\n{words('new.interrupted')}", file=sys.stderr)
        return 130


def target(args: argparse.Namespace, desk: Desk, record_id: str) -> Path:
    """The file to be written."""
    return Path(args.output) if args.output else args.root / desk.path(record_id)


def talk(interview: Interview, args: argparse.Namespace, desk: Desk, words: Words) -> int:
    """Ask, show what will be written, and write it."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401, PLC0415 - lets people edit a line; not on Windows
    record_id = interview.run(args.id)
    text = dump_record(interview.values, interview.type)
    if args.output == "-":
        return put(None, text, "", words)
    where = target(args, desk, record_id)
    print(f"\n{text}")
    if input(words("new.ask.save", path=where)).strip().lower() not in {"", "y", "yes", "是"}:
        print(words("new.not-saved"))
        return 0
    return put(where, text, "new.next", words)


def put(where: Path | None, text: str, after: str, words: Words) -> int:
    """Write a new file, or the screen; a file that is there already holds somebody's work."""
    if where is None:
        sys.stdout.write(text)
        return 0
    try:
        if where.parent.parent.is_dir():
            where.parent.mkdir(exist_ok=True)
        with where.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        print(words("new.exists", path=where), file=sys.stderr)
        return 2
    except (FileNotFoundError, NotADirectoryError):
        print(words("new.nowhere", path=where.parent), file=sys.stderr)
        return 2
    print(words("new.written", path=where))
    print(words(after, path=where))
    return 0


class Nowhere:
    """An answer has no place in a file yet."""

    def locate(self, path: Path_, *, key: bool = False) -> Position:  # noqa: ARG002 - the same for every path
        """No place."""
        return Position()


class Desk:
    """Judges answers with the check's own eyes, and looks up the catalogue's records."""

    def __init__(self, root: Path, project: Project, record_type: RecordType, words: Words) -> None:
        self.project = project
        self.type = record_type
        self.words = words
        self.records = Records(root, project.types)
        self.checker = TypeChecker(record_type, project.vocabularies)

    def path(self, record_id: str) -> str:
        """Where a record of that id is kept, from the root."""
        return f"catalogue/{self.type.name}/{record_id}.yml"

    def judge(self, path: Sequence[FieldSpec], value: Value) -> Verdict:
        """Ask the check about this one value; what else the record lacks is not the question."""
        for spec in reversed(path[1:]):
            value = {spec.name: value}
        if len(path) > 1 and path[0].many:
            value = [value]
        checked, problems = self._check("x", {path[0].name: value})
        found = checked.get(path[0].name)
        for spec in path[1:]:
            group = found[0] if isinstance(found, list) and found else found
            found = group.get(spec.name) if isinstance(group, dict) else None
        lacks = {"required", "too-short-list"} if len(path) > 1 else {"required"}
        return self._verdict(found, [problem for problem in problems if problem.rule not in lacks])

    def judge_id(self, record_id: str) -> Verdict:
        """An id: well formed, and not in use."""
        _, problems = self._check(record_id, {})
        verdict = self._verdict(record_id, [problem for problem in problems if problem.field == "id"])
        if not verdict.wrong and (places := self.records.places(self.type.name, record_id)):
            return Verdict(None, [self.words("new.used", id=record_id, path=places[0].path)])
        return verdict

    def _check(self, record_id: str, values: Mapping[str, Value]) -> tuple[Mapping[str, Value], list[Problem]]:
        problems: list[Problem] = []
        record = RawRecord(self.type.name, record_id, values, self.path(record_id), Nowhere())
        return self.checker.check(record, problems).values, problems

    def _verdict(self, value: Value, problems: Sequence[Problem]) -> Verdict:
        said = [(p, report.message(p, self.words), report.hint(p, self.words)) for p in problems]
        wrong = [f"{message}\n  {hint}".rstrip() for p, message, hint in said if p.severity == "error"]
        notes = [f"{message} {hint}".rstrip() for p, message, hint in said if p.severity != "error"]
        return Verdict(value, wrong, notes)

    def titles(self, type_name: str) -> Mapping[str, str]:
        """The title of every record of a type, by id."""
        return {**dict.fromkeys(sorted(self.records.ids(type_name)), ""), **self.records.titles(type_name)}

    def parts(self, type_name: str, record_id: str, field: str) -> Mapping[str, str]:
        """The items of a list field of a record: title by id."""
        record = self.records.fetch(type_name, record_id)
        items = (record.values.get(field) or []) if record else []
        return {str(item.get("id")): str(item.get("title", "")) for item in items if isinstance(item, dict)}
