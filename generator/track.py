"""What is reckoned once and read by many pages.

A result kept by `memo` must not be changed by whoever reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, TypeVar

S = TypeVar("S")
P = ParamSpec("P")
R = TypeVar("R")


def memo(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """A method whose result is kept with its object, once for each set of (hashable) positional arguments."""
    name = method.__qualname__

    def kept(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        memos: dict[Any, Any] = self.__dict__.setdefault("_memos", {})
        key = (name, args)
        if key not in memos:
            memos[key] = method(self, *args, **kwargs)
        found: R = memos[key]
        return found

    update_wrapper(kept, method)
    return kept
