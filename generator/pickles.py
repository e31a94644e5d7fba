"""Shared results on their way to the next build: plain values, with records, terms and types named instead of held;
and what these names mean: the catalogue without its records.

Reading makes no object but those of this package's own data classes and a few plain ones, and calls nothing else: what
somebody has put in the place of our file can be wrong, but it cannot run.
"""

from __future__ import annotations

import io
import pickle
import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import cache
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


def dump_frame(catalogue: Catalogue) -> bytes | None:
    """A catalogue without its records as bytes; ``None`` where it holds what cannot be written down."""
    frame = replace(catalogue, records={}, by_type={}, backlinks={}, by_term={}, below_term={})
    return _dump(frame, lambda _: None)


def load_frame(data: bytes) -> Catalogue:
    """That catalogue again; raises one of `ERRORS` for what is not ours."""
    found = _Reader(io.BytesIO(data), _no_thing).load()
    if type(found) is not Catalogue:
        raise pickle.UnpicklingError(type(found))
    return found


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
        return _dump(value, self.name)

    def loads(self, data: bytes) -> Any:
        """The value again; raises `pickle.UnpicklingError` or `KeyError` for what is not ours."""
        return _Reader(io.BytesIO(data), self.thing).load()

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


def _no_thing(name: tuple[str, ...]) -> Any:
    raise pickle.UnpicklingError(name)


def _dump(value: Any, name: Callable[[Any], tuple[str, ...] | None]) -> bytes | None:
    target = io.BytesIO()
    try:
        _Writer(target, name).dump(value)
    except ERRORS:
        return None
    return target.getvalue()


class _Writer(pickle.Pickler):
    def __init__(self, target: io.BytesIO, name: Callable[[Any], tuple[str, ...] | None]) -> None:
        super().__init__(target, protocol=5)
        self._name = name

    def reducer_override(self, obj: Any) -> Any:
        """Things of the catalogue by name; a view of a mapping as the mapping; only classes that the reader knows.

        Not asked for texts, numbers, lists and mappings, as a ``persistent_id`` would be.
        """
        if (name := self._name(obj)) is not None:
            return named, name
        kind: Any = type(obj)
        if kind is MappingProxyType:
            return dict, (dict(obj),)
        if obj is named or isinstance(obj, type):
            return NotImplemented
        if not _is_known(kind):
            raise TypeError(f"{kind} is not kept")
        given = _given(kind)
        return NotImplemented if given is None else (kind, tuple([getattr(obj, each) for each in given]))


class _Reader(pickle.Unpickler):
    def __init__(self, source: io.BytesIO, thing: Callable[[tuple[str, ...]], Any]) -> None:
        super().__init__(source)
        self._thing = lambda *parts: thing(parts)

    def find_class(self, module: str, name: str) -> Any:
        """A class that holds data, or the look into the catalogue; `pickle.UnpicklingError` for any other name."""
        if (module, name) == (named.__module__, named.__name__):
            return self._thing
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


@cache
def _given(kind: type) -> tuple[str, ...] | None:
    """The fields of a data class that is made from all of them and no more, in their order.

    Called with them it is made in half the time that its state takes to be put back.
    """
    if not is_dataclass(kind) or hasattr(kind, "__post_init__"):
        return None
    found = fields(kind)
    return tuple(each.name for each in found) if all(each.init and not each.kw_only for each in found) else None
