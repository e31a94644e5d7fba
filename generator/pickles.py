"""Shared results on their way to the next build: plain values, with records, terms and types named instead of held.

Reading makes no object but those of this package's own data classes and a few plain ones, and calls nothing else: what
somebody has put in the place of our file can be wrong, but it cannot run.
"""

from __future__ import annotations

import io
import pickle
import sys
from dataclasses import is_dataclass
from types import MappingProxyType
from typing import Any

from generator.model import Catalogue, Duty, FieldSpec, Plan, Portal, Record, RecordType, Term, Vocabulary

PLAIN = {
    "builtins": {"set", "frozenset", "dict", "list", "tuple", "range"},
    "collections": {"Counter", "OrderedDict", "deque"},
    "datetime": {"date"},
    "decimal": {"Decimal"},
    "markupsafe": {"Markup"},
}
ERRORS = (pickle.PickleError, TypeError, AttributeError, RecursionError, ValueError)
"""What a value that cannot be written raises."""


class Pickles:
    """Writes and reads values that speak of the things in a catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.fields: list[FieldSpec] = []
        for record_type in catalogue.types.values():
            self._add(record_type.fields)
        self.numbers = {id(spec): number for number, spec in enumerate(self.fields)}
        self.duties = {duty.id: duty for plan in catalogue.plans.values() for duty in plan.duties}

    def _add(self, specs: tuple[FieldSpec, ...]) -> None:
        for spec in specs:
            self.fields.append(spec)
            self._add(spec.fields)

    def dumps(self, value: Any) -> bytes | None:
        """A value as bytes; ``None`` where it holds what cannot be written down."""
        target = io.BytesIO()
        try:
            _Writer(target, self).dump(value)
        except ERRORS:
            return None
        return target.getvalue()

    def loads(self, data: bytes) -> Any:
        """The value again; raises `pickle.UnpicklingError` or `KeyError` for what is not ours."""
        return _Reader(io.BytesIO(data), self).load()

    def name(self, value: Any) -> tuple[str, ...] | None:
        """How a thing of the catalogue is named; ``None`` for any other value."""
        kind = type(value)
        if kind is Record:
            return ("r", value.key)
        if kind is Term:
            return ("t", value.vocabulary, value.id)
        if kind is FieldSpec:
            number = self.numbers.get(id(value))
            return None if number is None else ("f", str(number))
        if kind is RecordType:
            return ("T", value.name)
        if kind is Vocabulary:
            return ("v", value.name)
        if kind is Duty:
            return ("d", value.id)
        if kind is Plan:
            return ("p", value.id)
        if kind is Portal or kind is Catalogue:
            return (kind.__name__,)
        return None

    def thing(self, name: tuple[str, ...]) -> Any:
        """The thing of that name; raises `KeyError`."""
        catalogue = self.catalogue
        match name:
            case ("r", key):
                return catalogue.records[key]
            case ("t", vocabulary, term):
                return catalogue.vocabularies[vocabulary][term]
            case ("f", number):
                return self.fields[int(number)]
            case ("T", name_):
                return catalogue.types[name_]
            case ("v", name_):
                return catalogue.vocabularies[name_]
            case ("d", duty):
                return self.duties[duty]
            case ("p", plan):
                return catalogue.plans[plan]
            case ("Portal",):
                return catalogue.portal
            case ("Catalogue",):
                return catalogue
        raise KeyError(name)


def named(*name: str) -> Any:
    """Stands in what is written for the reader's own look into its catalogue."""
    raise pickle.UnpicklingError(name)


class _Writer(pickle.Pickler):
    def __init__(self, target: io.BytesIO, names: Pickles) -> None:
        super().__init__(target, protocol=5)
        self._names = names

    def reducer_override(self, obj: Any) -> Any:
        """Things of the catalogue by name; a view of a mapping as the mapping; only classes that the reader knows.

        Not asked for texts, numbers, lists and mappings, as a ``persistent_id`` would be.
        """
        if (name := self._names.name(obj)) is not None:
            return named, name
        if type(obj) is MappingProxyType:
            return dict, (dict(obj),)
        if obj is named or isinstance(obj, type):
            return NotImplemented
        if not _is_known(type(obj)):
            raise TypeError(f"{type(obj)} is not kept")
        return NotImplemented


class _Reader(pickle.Unpickler):
    def __init__(self, source: io.BytesIO, names: Pickles) -> None:
        super().__init__(source)
        self._names = names

    def find_class(self, module: str, name: str) -> Any:
        """A class that holds data, or the look into the catalogue; `pickle.UnpicklingError` for any other name."""
        if (module, name) == (named.__module__, named.__name__):
            return lambda *parts: self._names.thing(parts)
        found: Any = sys.modules.get(module)
        for part in name.split("."):
            found = getattr(found, part, None)
        if not isinstance(found, type) or not _is_known(found):
            raise pickle.UnpicklingError(f"{module}.{name} is no data")
        return found


def _is_known(kind: type) -> bool:
    if kind.__module__.partition(".")[0] == "generator":
        return is_dataclass(kind) or (issubclass(kind, tuple) and hasattr(kind, "_fields"))
    return kind.__name__ in PLAIN.get(kind.__module__, ())
