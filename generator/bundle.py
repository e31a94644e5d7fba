"""Pagefind's bundle: its programs from its binary, its index written by us in its format, for slow lines.

What Pagefind writes is made for pages of prose: a random number of seven digits for each page, and for each word the
places where it stands. We ask only which documents hold a code. So the index is written here: documents are numbered in
their order, places are left out, and files are smaller, of which a first search fetches a third. That also takes a
twelfth of the processor's time and no memory to speak of: Pagefind needs 8 µs for each word of each page.

The format is that of the pinned version. In every process that makes a bundle the binary indexes some invented pages
(`shape`): unless each byte is understood and we write each word as it does, there is no bundle. Another format is an
error, never a guess.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import re
import select
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from math import isqrt
from operator import sub
from pathlib import PurePosixPath
from threading import Thread
from typing import Any

import pagefind_bin

from generator.model import KezhuError

SIGNATURE = b"pagefind_dcd"
PATIENCE = 120  # seconds without any answer after which Pagefind is taken to hang
CHUNK = 500  # an index file has a multiple of so many bytes, so that little is cut anew when little changes
LEAST = 2_500  # bytes of an index file before it is compressed, unless one word alone has more
TABLED = 5  # bytes that a file costs in the table, packed, by those that a byte of five files costs
PER_WORD, PER_POSTING = 20, 6  # bytes of a word, and of each document that has it
PACKING = 7  # of gzip: 9 takes twice the time for a hundredth fewer bytes
PAGE = '<!doctype html><html lang="{}"><body data-pagefind-body>{}</body></html>'
Blocks = Iterable[tuple[str, Iterable[str]]]
"""A document's words: (mark, codes) pairs."""


# ── The binary ───────────────────────────────────────────────────────────────────────────────────────────────────────


def run_pagefind(pages: Iterable[tuple[str, str]], binary: str | None = None) -> dict[str, bytes]:
    """Give pages (address, HTML) to Pagefind one after the other and take the bundle from its answer, sorted by name.

    Its service is used because a folder would be walked in the order of the file system, on which the numbers of the
    pages and so the bytes depend. The bundle does not go through the disk either: the service says that it has written
    before it has, and has been seen to leave cut files. Requests are sent without waiting for each answer.
    """
    try:
        service = subprocess.Popen(
            [binary or str(pagefind_bin.get_executable()), "--service"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        raise KezhuError(f"the search index cannot be made, Pagefind does not run: {error}") from error
    try:
        found = _converse(service, pages)
    finally:
        service.kill()
        service.wait()
        for pipe in (service.stdin, service.stdout):
            with suppress(OSError):  # what could not be sent any more
                pipe.close()  # type: ignore[union-attr]  # a pipe, as asked for above
    return dict(sorted(found.items()))


def _converse(service: subprocess.Popen[bytes], pages: Iterable[tuple[str, str]]) -> dict[str, bytes]:
    """Send every request from a thread, since both pipes fill; the last answer holds the files."""
    answers = _answers(service)
    _send(service, {"type": "NewIndex", "config": None})
    number = next(answers)["index_id"]

    def send() -> None:
        for url, html in pages:
            _send(
                service, {"type": "AddFile", "index_id": number, "url": url, "file_contents": html, "file_path": None}
            )
        _send(service, {"type": "GetFiles", "index_id": number})

    sender = Thread(target=send, daemon=True)
    sender.start()
    for answer in answers:
        if answer["type"] == "GetFiles":
            sender.join()
            return {file["path"]: base64.b64decode(file["content"]) for file in answer["files"]}
    raise AssertionError("answers end with an error")


def _send(service: subprocess.Popen[bytes], payload: Mapping[str, object]) -> None:
    assert service.stdin is not None
    # a service that is gone, its pipe closed, is noticed by its answers, which end
    with suppress(OSError, ValueError):
        service.stdin.write(base64.b64encode(json.dumps({"message_id": 0, "payload": payload}).encode()) + b",")
        service.stdin.flush()


def _answers(service: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
    """The payloads of the answers: JSON in base64, a comma after each."""
    assert service.stdout is not None
    rest = bytearray()
    while chunk := _read(service.stdout.fileno()):
        *whole, last = chunk.split(b",")
        for part in whole:
            try:
                payload = json.loads(base64.b64decode(bytes(rest) + part))["payload"]
            except (ValueError, KeyError, TypeError) as error:
                raise KezhuError("the search index cannot be made, Pagefind's answer cannot be read") from error
            rest.clear()
            if payload["type"] == "Error":
                raise KezhuError(f"the search index cannot be made, Pagefind says: {payload.get('message')}")
            yield payload
        rest += last
    try:
        status: object = service.wait(PATIENCE)
    except subprocess.TimeoutExpired:  # it has closed its end and stays
        status = "nothing"
    raise KezhuError(f"the search index cannot be made, Pagefind ended with {status} before it was done")


def _read(pipe: int) -> bytes:
    if not select.select([pipe], [], [], PATIENCE)[0]:
        raise KezhuError(f"the search index cannot be made, Pagefind has not answered for {PATIENCE} seconds")
    return os.read(pipe, 1 << 20)


# ── Whole or not ─────────────────────────────────────────────────────────────────────────────────────────────────────


def verify_bundle(files: Mapping[str, bytes], urls: Iterable[str]) -> dict[int, str]:
    """Check that a bundle is whole and holds exactly these pages; give each page's number in it.

    Pagefind has been seen to leave cut files behind without a word, so every packed file is unpacked (its checksum
    shows a cut), and every name that the entry and the meta file hold must be there.
    """
    unpacked = {name: _unpack(name, content) for name, content in files.items() if _packed(name)}
    for name in ("pagefind.js", "pagefind-entry.json", "wasm.unknown.pagefind"):
        if not files.get(name):
            raise KezhuError(f"the search bundle has no {name}")
    try:
        (entry,) = json.loads(files["pagefind-entry.json"])["languages"].values()
        meta, count = f"pagefind.{entry['hash']}.pf_meta", entry["page_count"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KezhuError("the search bundle's entry cannot be read", "pagefind-entry.json") from error
    if meta not in unpacked:
        raise KezhuError("the search bundle lacks the meta file that its entry names", meta)
    named = {word.decode() for word in re.findall(rb"x-[a-z]+_[0-9a-f]{7,}", unpacked[meta])}
    held = {PurePosixPath(name).stem for name in files if name.startswith(("index/", "fragment/"))}
    if named != held:
        odd = ", ".join(sorted(named ^ held)[:3])
        raise KezhuError(f"the search bundle and its meta file name different parts: {odd}", meta)
    found = {
        int(PurePosixPath(name).stem.rpartition("_")[2], 16): json.loads(content)["url"]
        for name, content in unpacked.items()
        if name.startswith("fragment/")
    }
    wanted = set(urls)
    if set(found.values()) != wanted or count != len(wanted):
        raise KezhuError(f"the search bundle holds {len(found)} of {len(wanted)} pages and its entry says {count}")
    return found


def _packed(name: str) -> bool:
    return name.endswith((".pf_meta", ".pf_index", ".pf_fragment", ".pagefind"))


def _unpack(name: str, content: bytes) -> bytes:
    try:
        unpacked = gzip.decompress(content)
    except (OSError, EOFError, ValueError) as error:
        raise KezhuError(f"a file of the search bundle is not whole: {error}", name) from error
    if not unpacked.startswith(SIGNATURE):
        raise KezhuError("a file of the search bundle is not Pagefind's", name)
    return unpacked[len(SIGNATURE) :]


# ── The index, for slow lines ────────────────────────────────────────────────────────────────────────────────────────

# CBOR, as far as an index file has it: words of plain letters, each with its documents, each with its places.
UNSIGNED = rb"(?:[\x00-\x17]|\x18.|\x19..|\x1a....)"
SIGNED = rb"(?:[\x00-\x17\x20-\x37]|[\x18\x38].|[\x19\x39]..|[\x1a\x3a]....)"
POSTING = re.compile(rb"\x83(" + UNSIGNED + rb")[\x80-\x97]" + SIGNED + rb"*\x80", re.DOTALL)
POSTINGS = re.compile(rb"(?:\x83" + UNSIGNED + rb"[\x80-\x97]" + SIGNED + rb"*+\x80)*+", re.DOTALL)
PACKED = b"\x83\\1\x81\x01\x80"
PROOF = 300  # invented pages: enough for numbers of one, two and three bytes


@dataclass(frozen=True)
class Shape:
    """What the binary gives once and for all: its programs, its entry, and what a meta file holds beside the tables."""

    programs: Mapping[str, bytes]
    entry: Mapping[str, Any]
    version: bytes
    rest: bytes


def make_bundle(
    documents: Iterable[Blocks], language: str, extra: Mapping[str, object] | None = None
) -> dict[str, bytes]:
    """The files that the browser needs; document n of the order in which they come has the number n.

    A document is (mark, codes) pairs: each word is a code with its mark behind it, and no word comes twice.
    ``language`` is a tag for private use, so that Pagefind neither stems nor segments; ``extra`` is what our own
    script wants to read in the entry.

    Raises:
        KezhuError: the binary is missing or fails, or it writes another format than we do.
    """
    like = shape(str(pagefind_bin.get_executable()), language)
    count, size_of_all, words = _words_of(documents)
    index: dict[str, bytes] = {}
    table, starts, before = [], [], b""
    for first, last, size, content in _cut(words, chunk_of(size_of_all)):
        body = gzip.compress(SIGNATURE + b"\x81" + _head(4, size) + content, PACKING, mtime=0)
        name = f"{language}_{hashlib.sha256(body).hexdigest()[:7]}"
        index[f"index/{name}.pf_index"] = body
        starts += [_divider(before, first).decode(), name]
        before = last
        table.append(b"\x83" + b"".join(_string(each) for each in (first, last, name.encode())))
    # with the last digit first, sixteen neighbours differ in one place only, which packs to half
    numbers = b"".join(b"\x82" + _string((b"%05x" % number)[::-1]) + b"\x01" for number in range(count))
    head = b"".join((SIGNATURE, b"\x86", _string(like.version), _head(4, count), numbers))
    packed = gzip.compress(b"".join((head, _head(4, len(table)), *table, like.rest)), 9, mtime=0)
    digest = f"{language}_{hashlib.sha256(packed).hexdigest()[:12]}"
    own = {**like.entry["languages"][language], "hash": digest, "page_count": count}
    entry = {**like.entry, **(extra or {}), "languages": {language: own}, "index": starts}
    return {
        "pagefind-entry.json": json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode(),
        f"pagefind.{digest}.pf_meta": packed,
        **like.programs,
        **index,
    }


@cache
def shape(binary: str, language: str) -> Shape:
    """Let the binary index invented pages, prove its answer whole, and prove that we write the same words."""
    made = invented()
    pages = [
        (f"/{number}.html", PAGE.format(language, " ".join(code + mark for mark, codes in page for code in codes)))
        for number, page in enumerate(made)
    ]
    files = run_pagefind(pages, binary)
    verify_bundle(files, [url for url, _ in pages])
    entry = json.loads(files["pagefind-entry.json"])
    meta = _unpack("pf_meta", files[f"pagefind.{entry['languages'][language]['hash']}.pf_meta"])
    version, numbers, chunks, at = _tables(meta)
    theirs = [word for _, _, name in chunks for word in _index_words(files[f"index/{name}.pf_index"], name)]
    if len(numbers) != PROOF or theirs != list(_words_of(made)[2]):
        raise KezhuError("the search index cannot be made, Pagefind writes another format")
    programs = {name: files[name] for name in ("pagefind.js", "wasm.unknown.pagefind")}
    return Shape(programs, entry, version, meta[at:])


def invented() -> list[list[tuple[str, list[str]]]]:
    """Pages with a word of every page, one of every seventh, one of the first and the last, and one of their own."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [
        [("x", ["all", f"often{letters[n % 7]}", f"once{letters[n // 26]}{letters[n % 26]}"])]
        + ([("t", ["ends"])] if n in (0, PROOF - 1) else [])
        for n in range(PROOF)
    ]


def _words_of(documents: Iterable[Blocks]) -> tuple[int, int, Iterator[tuple[bytes, bytes]]]:
    """How many documents, about how many bytes all words have in index files, and every word in the order of its
    bytes, with those that it has there."""
    found: dict[str, dict[str, list[int]]] = {}
    number = -1
    for number, blocks in enumerate(documents):
        for mark, codes in blocks:
            held = found.get(mark)
            if held is None:
                held = found[mark] = defaultdict(list)
            for code in codes:
                held[code].append(number)
    count = number + 1
    size = sum(PER_WORD * len(codes) + PER_POSTING * sum(map(len, codes.values())) for codes in found.values())
    postings = [b"\x83" + _head(0, step) + b"\x81\x01\x80" for step in range(count)]
    alone = [b"\x81%b\x80" % each for each in postings]  # most words stand in one document

    def words() -> Iterator[tuple[bytes, bytes]]:
        every = {code + mark: held for mark, codes in found.items() for code, held in codes.items()}
        begun = [b"\x83" + _head(3, size) for size in range(max(map(len, every), default=0) + 1)]
        posting = postings.__getitem__
        for word in sorted(every):
            held, name = every[word], word.encode()
            if len(held) == 1:
                yield name, begun[len(name)] + name + alone[held[0]]
            else:
                steps = b"".join(map(posting, map(sub, held, [0, *held])))
                yield name, b"%b%b%b%b\x80" % (begun[len(name)], name, _head(4, len(held)), steps)

    return count, size, words()


def chunk_of(size: int) -> int:
    """How many bytes an index file has, of so many in all.

    Every first search fetches the table of all files, and a search five files or so: what both weigh together is least
    where they weigh the same, so the files grow with the square root of all.
    """
    return max(LEAST, CHUNK * round(isqrt(TABLED * size) / CHUNK))


def _cut(words: Iterable[tuple[bytes, bytes]], most: int) -> Iterator[tuple[bytes, bytes, int, bytes]]:
    """Groups of words with at ``most`` so many bytes: the first, the last, how many, and their bytes. The marks of a
    code stay together."""
    group: list[tuple[bytes, bytes]] = []
    size = 0
    for word, content in words:
        if group and size + len(content) > most and word[:-1] != group[-1][0][:-1]:
            yield group[0][0], group[-1][0], len(group), b"".join(each for _, each in group)
            group, size = [], 0
        group.append((word, content))
        size += len(content)
    if group:
        yield group[0][0], group[-1][0], len(group), b"".join(each for _, each in group)


def _divider(before: bytes, first: bytes) -> bytes:
    """The shortest beginning of a file's first word that stands behind the last word of the file before."""
    return next(first[:size] for size in range(len(first) + 1) if first[:size] > before or size == len(first))


def _index_words(content: bytes, name: str) -> Iterator[tuple[bytes, bytes]]:
    """The words of an index file, each with its bytes without the places in the documents."""
    data = _unpack(name, content)
    try:
        if data[0] != 0x81:
            raise ValueError("not one list")
        count, at = _read_head(data, 1, 4)
        for _ in range(count):
            if data[at] != 0x83:
                raise ValueError("not a word")
            size, start = _read_head(data, at + 1, 3)
            word = data[start : start + size]
            total, start = _read_head(data, start + size, 4)
            found = POSTINGS.match(data, start)
            postings, changed = POSTING.subn(PACKED, found[0] if found else b"")
            at = start + len(found[0] if found else b"")
            if changed != total or data[at] != 0x80:
                raise ValueError("not its documents")
            at += 1
            yield word, b"\x83" + _string(word) + _head(4, total) + postings + b"\x80"
        if at != len(data):
            raise ValueError("more than the words")
    except (ValueError, IndexError) as error:
        raise KezhuError(f"the search index cannot be packed, Pagefind writes another format: {error}", name) from error


def _tables(meta: bytes) -> tuple[bytes, list[bytes], list[tuple[bytes, bytes, str]], int]:
    """The version, the pages, the index files (first and last word, name) of a meta file, and where the rest begins."""
    try:
        if meta[0] != 0x86:
            raise ValueError("not six parts")
        size, at = _read_head(meta, 1, 3)
        version, at = meta[at : at + size], at + size
        count, at = _read_head(meta, at, 4)
        pages = []
        for _ in range(count):
            size, at = _read_head(meta, at + 1, 3)
            pages.append(meta[at : at + size])
            _, at = _read_head(meta, at + size, 0)
        count, at = _read_head(meta, at, 4)
        chunks = []
        for _ in range(count):
            at += 1
            row = []
            for _ in range(3):
                size, at = _read_head(meta, at, 3)
                row.append(meta[at : at + size])
                at += size
            chunks.append((row[0], row[1], row[2].decode()))
    except (ValueError, IndexError) as error:
        raise KezhuError(f"the search index cannot be packed, Pagefind writes another format: {error}") from error
    return version, pages, chunks, at


def _read_head(data: bytes, at: int, kind: int) -> tuple[int, int]:
    """The number behind a head of this kind, and where it ends."""
    if data[at] >> 5 != kind:
        raise ValueError(f"not a {kind} at {at}")
    short = data[at] & 31
    if short < 24:
        return short, at + 1
    size = 1 << (short - 24)
    if size > 8:
        raise ValueError(f"no length at {at}")
    return int.from_bytes(data[at + 1 : at + 1 + size], "big"), at + 1 + size


def _head(kind: int, number: int) -> bytes:
    if number < 24:
        return bytes([kind << 5 | number])
    size = 1 if number < 1 << 8 else 2 if number < 1 << 16 else 4
    return bytes([kind << 5 | 24 + size.bit_length() - 1]) + number.to_bytes(size, "big")


def _string(text: bytes) -> bytes:
    return _head(3, len(text)) + text
