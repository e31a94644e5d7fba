"""MkDocs, and the only place that knows it: makes the guides, and makes ``mkdocs build`` and ``mkdocs serve`` work.

Two plugins. `KezhuPlugin` is what ``mkdocs.yml`` names: MkDocs drives, and the whole portal is built by the same code
as with ``kezhu build``. `GuidesPlugin` works inside that build, in a process of its own (``python -m generator.plugin
FOLDER``, started by `guides`): it renders the prepared pages with Material, in the portal's own face.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import yaml
from jinja2 import TemplateError
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import MkDocsException, PluginError
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files

from generator.model import KezhuError
from generator.words import Words

if TYPE_CHECKING:
    from mkdocs.livereload import LiveReloadServer

WATCHED = ("catalogue", "templates", "site_overrides")
PARTS = ("base", "chips", "table")
"""The parts of ``design.css`` that the guides use."""

DEFAULTS: dict[str, Any] = {
    "theme": {"name": "material", "font": False},
    "markdown_extensions": ["admonition", "attr_list", "md_in_html", "tables"],
}
"""For a portal with guides and without a ``mkdocs.yml``."""

CHINESE = r"[\u3000-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’…—]"
TOGGLES = re.compile(r'\s*(?:<input class="md-toggle"[^>]*>|<label class="md-overlay"[^>]*></label>)')
BROKEN_LINE = re.compile(rf"(?<={CHINESE})\n(?={CHINESE})")
"""A line break in the source, which a browser would show as a blank between two Chinese letters."""

BROKEN = re.compile(r"Doc file '(?P<file>[^']+)' contains an? (?:\w+ )*link '(?P<link>[^']*)'")
UNLISTED = re.compile(r"A reference to '(?P<link>[^']+)' is included in the 'nav'")


class KezhuPlugin(BasePlugin):  # type: ignore[type-arg,no-untyped-call]  # MkDocs ships no types
    """Builds the portal when MkDocs is told to build or to serve; named ``kezhu`` in ``mkdocs.yml``."""

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Send MkDocs to a scratch folder: it empties its output folder, and the portal's is kept."""
        self.out = Path(config.site_dir)
        self.root = Path(config.config_file_path).resolve().parent
        config.site_dir = mkdtemp(prefix="kezhu-mkdocs-")
        config.nav = None
        config.theme.static_templates.clear()
        return config

    def on_files(self, _files: Files, **_kwargs: Any) -> Files:
        """Leave MkDocs nothing to render: the portal's build makes the guides too, and says what is wrong with them."""
        return Files([])

    def on_post_build(self, config: MkDocsConfig) -> None:
        """Bring the portal up to date; problems in the content stop the build as they stop ``kezhu build``."""
        shutil.rmtree(config.site_dir, ignore_errors=True)
        # Not imported at the top: the process that makes the guides is started by this very build and never needs it.
        portal = import_module("generator.build")
        report = import_module("generator.report")
        try:
            built = portal.build(self.root, self.out)
        except KezhuError as error:
            raise PluginError(str(error)) from error
        if built.checkup.failed:
            words = Words(built.checkup.project.portal.language)
            raise PluginError(report.as_text(built.checkup.problems, words))

    def on_serve(self, server: LiveReloadServer, **_kwargs: Any) -> LiveReloadServer:
        """Build again when a record, a template or a style changes."""
        for name in WATCHED:
            if (self.root / name).is_dir():
                server.watch(str(self.root / name))
        return server


class GuidesPlugin(BasePlugin):  # type: ignore[type-arg,no-untyped-call]  # MkDocs ships no types
    """Gives Material the portal's face, and leaves out every file that no guide uses."""

    def __init__(self, face: dict[str, Any], overrides: Sequence[Path]) -> None:
        self.face, self.overrides = face, overrides

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Set what a guide must have whatever ``mkdocs.yml`` says: no web font, no page that is not ours."""
        theme = config.theme
        theme.dirs[:0] = [str(folder) for folder in self.overrides if str(folder) not in theme.dirs]
        theme.static_templates.clear()  # 404, sitemap: the rest of the site has its own
        theme["font"] = False
        config.extra["face"] = self.face
        config.extra_css.append("assets/guide.css")
        return config

    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Keep the pages, their pictures and Material's one style sheet; add ours, made from the shared tokens."""
        for file in list(files):
            if not (file.is_documentation_page() or is_of_pages(file, config) or is_main_style(file)):
                files.remove(file)
        files.append(File.generated(config, "assets/guide.css", content=make_style(self.overrides)))
        return files

    def on_page_content(self, html: str, **_kwargs: Any) -> str:
        """Join broken lines of Chinese; what is preformatted stays."""
        pieces = re.split(r"(<pre\b.*?</pre>)", html, flags=re.S)
        return "".join(piece if i % 2 else BROKEN_LINE.sub("", piece) for i, piece in enumerate(pieces))

    def on_post_page(self, output: str, **_kwargs: Any) -> str:
        """Leave out the switches of the drawer and the search, which the guides do without and HTML does not allow."""
        return TOGGLES.sub("", output)


def is_of_pages(file: File, config: MkDocsConfig) -> bool:
    """Whether a file came from the guides' own folder."""
    return file.src_dir is not None and Path(file.src_dir) == Path(config.docs_dir)


def is_main_style(file: File) -> bool:
    """Whether a file is the style sheet without which Material does not work."""
    return re.fullmatch(r"assets/stylesheets/main\.\w+\.min\.css", file.src_uri) is not None


def make_style(overrides: Sequence[Path]) -> str:
    """The tokens and parts of the public pages, then the few rules that fit Material to them."""
    chunks = re.split(r"/\* @part ([\w-]+)[^*]*\*/", find(overrides, "assets/design.css").read_text(encoding="utf-8"))
    parts = dict(zip(chunks[1::2], chunks[2::2], strict=True))
    own = find(overrides, "assets/guide.css").read_text(encoding="utf-8")
    return "\n".join([*(parts[name].strip() for name in PARTS if name in parts), own])


def find(folders: Sequence[Path], name: str) -> Path:
    """The first folder's file of that name."""
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    raise KezhuError("this file of the product is missing", f"site_overrides/{name}")


# ── The process that makes the guides ────────────────────────────────────────────────────────────────────────────────


class WarningList(logging.Handler):
    """Keeps what MkDocs warns of, as plain values."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[dict[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Take a warning apart into file and link where it is about a link."""
        message = record.getMessage()
        if found := BROKEN.search(message):
            self.found.append({**found.groupdict(), "message": message})
        elif found := UNLISTED.search(message):
            self.found.append({**found.groupdict(), "file": "", "message": message})
        else:
            self.found.append({"message": message})


def render(root: Path, work: Path, face: dict[str, Any], language: str) -> None:
    """Render ``work/docs`` into ``work/site``; the root's ``mkdocs.yml`` says the order of the pages."""
    shipped = Path(__file__).parent / "site_overrides"
    product = shipped if shipped.is_dir() else Path(__file__).parent.parent / "site_overrides"
    overrides = list(dict.fromkeys(path.resolve() for path in (root / "site_overrides", product) if path.is_dir()))
    own = root / "mkdocs.yml"
    if not own.is_file():
        own = work / "mkdocs.yml"
        theme = {**DEFAULTS["theme"], "language": language}
        own.write_text(yaml.safe_dump({**DEFAULTS, "site_name": face["name"], "theme": theme}), encoding="utf-8")
    every_link = {"not_found": "warn", "absolute_links": "warn", "unrecognized_links": "warn", "anchors": "warn"}
    config = load_config(
        str(own),
        docs_dir=str(work / "docs"),
        site_dir=str(work / "site"),
        site_name=face["name"],
        site_url="",
        use_directory_urls=False,
        plugins=[],
        validation={"nav": {"omitted_files": "info", "not_found": "warn"}, "links": every_link},
    )
    config.plugins["kezhu-guides"] = GuidesPlugin(face, overrides)
    build(config)


def main(folder: str) -> int:
    """Do the job in ``FOLDER/job.json`` and write what went wrong, if anything, to ``FOLDER/report.json``."""
    work = Path(folder)
    job = json.loads((work / "job.json").read_text(encoding="utf-8"))
    warnings = WarningList()
    logging.getLogger("mkdocs").addHandler(warnings)
    try:
        render(Path(job["root"]), work, job["face"], job["language"])
    except (MkDocsException, TemplateError, yaml.YAMLError, KezhuError, OSError) as error:
        warnings.found.append({"message": " ".join(str(error).split()) or type(error).__name__})
    finally:
        logging.getLogger("mkdocs").removeHandler(warnings)
    (work / "report.json").write_text(json.dumps(warnings.found, ensure_ascii=False), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
