"""The commands of ``kezhu``, one module each, imported only when its command is run: a check need not load Jinja.

A module has ``add_arguments(parser, words)`` and ``run(args, words)``, which returns the exit code. Its one-line help
is ``cli.help.<command>``. No business logic lives here.
"""
