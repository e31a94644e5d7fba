"""The command ``kezhu``: arguments and exit codes. No business logic.

Exit code 0: fine. 1: problems in the content. 2: a broken project or a wrong call.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from keyword import iskeyword
from pathlib import Path
from typing import NoReturn

from generator import __version__
from generator.model import KezhuError
from generator.words import LANGUAGES, Words

NAMES = ("check", "rules", "new", "fmt", "sheet", "import", "build", "serve", "diff", "search-eval", "match-eval")
COMMANDS = {name: f"generator.commands.{name.replace('-', '_')}{'_' if iskeyword(name) else ''}" for name in NAMES}
"""In the order in which people meet them; a module is imported only when its command is the one that is run."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    gc.set_threshold(50_000, 20, 100)  # records come by the hundred thousand and hold no cycles: a tenth of the time
    try:
        args = parser(Words(default_language()), argv).parse_args(argv)
        words = Words(args.lang or default_language())
        try:
            return int(args.run(args, words))
        except KezhuError as error:
            print(words("cli.broken", error=error), file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            print(words("cli.interrupted"), file=sys.stderr)
            return 130
        except PermissionError as error:
            print(words("cli.permission", path=error.filename), file=sys.stderr)
            return 2
    except BrokenPipeError:  # the reader of our output has gone away, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def leave() -> NoReturn:
    """Run the command of this process, and end the process without taking down what it holds.

    All has been written and closed by then; to free a site's worth of values one by one takes a tenth of a short
    build. Whoever runs a command inside a process of their own calls `main`.
    """
    try:
        code = main()
    except SystemExit as error:  # of the parser of arguments, which has said why
        code = error.code if isinstance(error.code, int) else 2
    with suppress(BrokenPipeError):  # as in `main`
        print(end="", flush=True)  # which also holds where there is no output at all
        print(end="", flush=True, file=sys.stderr)
    os._exit(code)


def default_language() -> str:
    """English where the terminal is set to English, else Chinese: most who run this are at a federation."""
    setting = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "en" if setting.lower().startswith("en") else "zh"


def parser(words: Words, argv: Sequence[str] = ()) -> argparse.ArgumentParser:
    """The grammar of the command line; only the commands that ``argv`` names are loaded and know their arguments."""
    top = argparse.ArgumentParser(prog="kezhu", description=words("cli.help"))
    top.add_argument("--version", action="version", version=f"kezhu {__version__}")
    commands = top.add_subparsers(metavar=words("cli.command"), required=True)
    for name, module in COMMANDS.items():
        one = commands.add_parser(name, help=words(f"cli.help.{name}"), description=words(f"cli.help.{name}"))
        one.add_argument("--root", type=Path, default=Path(), metavar="DIR", help=words("cli.help.root"))
        one.add_argument("--lang", choices=LANGUAGES, help=words("cli.help.lang"))
        if name in argv:
            command = importlib.import_module(module)
            command.add_arguments(one, words)
            one.set_defaults(run=command.run)
    return top
