"""Templates compiled to lean code: the same pages as Jinja makes by itself, for half of the work.

No template of ours knows of the context it runs in or turns escaping off, so what Jinja asks again at every call, word
and import is settled here once: a call is a plain call, text that is put out is escaped and not wrapped, macros of
another file are made once for all pages. Knows no record and no page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping
from hashlib import blake2b
from keyword import iskeyword
from typing import Any

import markupsafe
from jinja2 import Environment, FileSystemBytecodeCache, Template, nodes
from jinja2.compiler import CodeGenerator, Frame, MacroRef
from jinja2.ext import Extension
from jinja2.runtime import Macro
from markupsafe import Markup, escape

_escape: Callable[[str], str] = getattr(markupsafe, "_escape_inner", escape)  # in C, without an object around it
_ABSENT: Any = object()
_OF_DICT = frozenset(dir(dict))  # what a template may call on a mapping: items, values


class Tight(Extension):
    """Drops line breaks and indents between tags when a template is compiled, so that no page pays for them.

    A blank that must stay is written as a blank on one line. A fixed word, ``{{ w["page.home"] }}``, is written in at
    the same moment.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002 - as Jinja calls it
        """Keep the number of lines, so that an error names the right one."""
        words: Any = self.environment.globals.get("w", {})
        fixed = re.compile(r"""\{\{ w\[(["'])([\w.-]+)\1\] \}\}""")
        source = fixed.sub(lambda found: str(escape(words[found[2]])) if found[2] in words else found[0], source)
        return re.sub(
            r"\{#.*?#\}|(?<=>)[ \t]*\n\s*(?=<|\{%)",
            lambda found: found[0] if found[0].startswith("{#") else "{#" + "\n" * found[0].count("\n") + "#}",
            source,
            flags=re.S,
        )


def say(value: Any) -> str:
    """A value as it stands on a page: escaped, unless it is markup."""
    kind = type(value)
    if kind is str:
        return _escape(value)
    return value if kind is Markup else escape(value)


class LeanMacro(Macro):
    """A macro; one that is given all that it asks for, in order, is called at once."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._plain = not (self.catch_kwargs or self.catch_varargs or self.caller)

    def __call__(self, *args: Any, **kwargs: Any) -> str:
        if self._plain and not kwargs and len(args) == self._argument_count:
            return str.__new__(Markup, self._func(*args))
        return super().__call__(*args, **kwargs)


class _Lean(CodeGenerator):
    """Writes the code of one template."""

    def write_commons(self) -> None:
        super().write_commons()
        self.writeline("say = environment.say")
        self.writeline("fetch = environment.getattr")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("say(")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        self.write("fetch(")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r})")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        if forward_caller or node.dyn_args or node.dyn_kwargs or any(iskeyword(each.key) for each in node.kwargs):
            super().visit_Call(node, frame, forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for each in (*node.args, *node.kwargs):
            self.visit(each, frame)
            self.write(", ")
        self.write(")")

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:
        self.write("environment.")  # in front of the name of the class
        super().macro_def(macro_ref, frame)

    def _import_common(self, node: nodes.Import | nodes.FromImport, frame: Frame) -> None:
        if node.with_context:
            super()._import_common(node, frame)
            return
        self.write("environment.macros(")
        self.visit(node.template, frame)
        self.write(")")


class KeptCode(FileSystemBytecodeCache):
    """Compiled templates in a folder of the user's own, which Jinja makes and looks after.

    ``salt`` stands for all that the code is made from besides the template: whoever makes it, and the fixed words.
    """

    def __init__(self, salt: str) -> None:
        super().__init__(pattern="kezhu-%s.cache")
        self._salt = salt

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """One for each template, maker and set of words."""
        return blake2b(f"{self._salt} {name} {filename}".encode(), digest_size=16).hexdigest()


def kept_code(salt: str) -> KeptCode | None:
    """Where compiled templates are kept; ``None`` where no folder is safe."""
    try:
        return KeptCode(salt)
    except (RuntimeError, OSError):
        return None


class LeanEnvironment(Environment):
    """An environment whose templates are found once and share its globals; none of them is given globals of its own."""

    code_generator_class = _Lean
    Macro = LeanMacro
    say = staticmethod(say)

    def __init__(self, **options: Any) -> None:
        self._found: dict[str, Template] = {}
        super().__init__(**options)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """What every template knows; a plain mapping, since a chain of them is slow."""
        return super().make_globals(d) if d else self.globals

    def get_template(
        self, name: Any, parent: str | None = None, globals: MutableMapping[str, Any] | None = None
    ) -> Template:
        """The template of that name, loaded once."""
        if globals or type(name) is not str:
            return super().get_template(name, parent, globals)
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = super().get_template(name, parent)
        return found

    def macros(self, name: str) -> Any:
        """The macros of a template, made once for all pages."""
        return self.get_template(name).module

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A value by its name, of whatever kind the thing is."""
        if type(obj) is dict and attribute not in _OF_DICT:
            found = obj.get(attribute, _ABSENT)
            if found is not _ABSENT:
                return found
        try:
            return getattr(obj, attribute)
        except AttributeError:
            return super().getattr(obj, attribute)
