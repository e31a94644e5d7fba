"""The index that is written here is the one that Pagefind would have written, without the places in the pages."""

import gzip
import json
import random

import pytest
from test_search import as_pages, small_catalogue

from generator import bundle
from generator.bundle import PAGE, make_bundle, run_pagefind
from generator.documents import EVERY, documents
from generator.model import KezhuError
from generator.search import in_order, index

TAG = "x-zh"


def words_in(files):
    """Every word of a bundle with its bytes, whose last parts would be the places."""
    names = [name for name in files if name.startswith("index/")]
    return {word: content for name in names for word, content in bundle._index_words(files[name], name)}


def made_pages(count, seed=1):
    """Documents of invented codes: some frequent, some rare, so that numbers of every size occur."""
    chance = random.Random(seed)
    codes = ["".join(chance.choices("abcdefghij", k=chance.choice((4, 8)))) for _ in range(400)]
    return [
        [("t", dict.fromkeys(chance.choices(codes[:40], k=3))), ("x", dict.fromkeys(chance.choices(codes, k=12)))]
        for _ in range(count)
    ]


def fed(pages):
    """The same as HTML."""
    for number, blocks in enumerate(pages):
        words = (code + mark for mark, codes in blocks for code in codes)
        yield f"/{number}.html", PAGE.format(TAG, " ".join(words))


@pytest.fixture(scope="module")
def found():
    return in_order(documents(small_catalogue(), "zh"))


# ── The same as Pagefind's ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", [1, 30, 700])
def test_every_word_is_written_as_pagefind_writes_it(count):
    pages = made_pages(count)
    theirs = words_in(run_pagefind(fed(pages)))
    assert words_in(make_bundle(pages, TAG)) == theirs
    assert len(theirs) > 10


def test_real_documents_too(found):
    theirs = words_in(run_pagefind(as_pages(found)))
    ours = make_bundle(([("", (EVERY,)), *each.blocks] for each in found), TAG)
    assert words_in(ours) == theirs


def test_the_entry_and_the_meta_file_tell_what_is_there():
    files = make_bundle(made_pages(700), TAG, {"parts": [1]})
    entry = json.loads(files["pagefind-entry.json"])
    (own,) = entry["languages"].values()
    assert own["page_count"] == 700
    assert entry["parts"] == [1]
    meta = bundle._unpack("meta", files[f"pagefind.{own['hash']}.pf_meta"])
    _, numbers, chunks, _ = bundle._tables(meta)
    assert len(numbers) == len(set(numbers)) == 700
    assert {f"index/{name}.pf_index" for _, _, name in chunks} == {name for name in files if name.startswith("index/")}
    for first, last, name in chunks:
        words = [word for word, _ in bundle._index_words(files[f"index/{name}.pf_index"], name)]
        assert (first, last) == (words[0], words[-1])
        assert words == sorted(words)


def test_the_marks_of_a_code_stay_in_one_file(monkeypatch):
    monkeypatch.setattr(bundle, "chunk_of", lambda _: 60)
    files = make_bundle(made_pages(200), TAG)
    names = [name for name in files if name.startswith("index/")]
    assert len(names) > 100
    codes = [{word[:-1] for word, _ in bundle._index_words(files[name], name)} for name in names]
    assert sum(map(len, codes)) == len(set().union(*codes))


def test_files_grow_with_the_root_of_all_and_not_with_every_change():
    assert bundle.chunk_of(7_200_000) == 2 * bundle.chunk_of(1_800_000)
    assert bundle.chunk_of(1_800_000) == bundle.chunk_of(1_801_000)
    assert bundle.chunk_of(1_000) == bundle.LEAST


def test_what_divides_two_files_is_short_and_stands_between_their_words():
    entry = json.loads(make_bundle(made_pages(700), TAG)["pagefind-entry.json"])["index"]
    assert bundle._divider(b"abcd", b"abxyz") == b"abx"
    assert bundle._divider(b"ab", b"abc") == b"abc"
    assert bundle._divider(b"", b"abc") == b"a"
    assert entry[::2] == sorted(entry[::2])


def test_the_same_documents_give_the_same_bytes():
    assert make_bundle(made_pages(50), TAG) == make_bundle(made_pages(50), TAG)


# ── Anything else is an error ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def changed(monkeypatch):
    """Let the binary answer otherwise than the pinned version does."""
    files = run_pagefind(fed(bundle.invented()))
    bundle.shape.cache_clear()

    def change(how, kind):
        name = next(name for name in files if kind in name)
        body = gzip.compress(bundle.SIGNATURE + how(bundle._unpack(name, files[name])))
        monkeypatch.setattr(bundle, "run_pagefind", lambda *_: {**files, name: body})

    yield change
    bundle.shape.cache_clear()


@pytest.mark.parametrize(
    "how",
    [
        lambda data: data[:1] + b"\x00" + data[2:],
        lambda data: data[:-1],
        lambda data: data + b"\x80",
        lambda data: data.replace(b"often", b"older"),
    ],
    ids=["another head", "cut", "longer", "other words"],
)
def test_another_format_is_an_error_and_never_a_guess(changed, how):
    changed(how, ".pf_index")
    with pytest.raises(KezhuError, match="another format"):
        make_bundle(made_pages(3), TAG)


def test_a_meta_file_of_another_format_is_an_error(changed):
    changed(lambda data: b"\x87" + data[1:], ".pf_meta")
    with pytest.raises(KezhuError, match="another format"):
        make_bundle(made_pages(3), TAG)


@pytest.mark.parametrize(
    ("script", "said"), [("exec sleep 60", "has not answered"), ("exec sleep 60 >/dev/null", "before it was done")]
)
def test_a_binary_that_hangs_is_given_up(found, tmp_path, monkeypatch, script, said):
    binary = tmp_path / "pagefind"
    binary.write_text(f"#!/bin/sh\n{script}\n")
    binary.chmod(0o755)
    monkeypatch.setattr("pagefind_bin.get_executable", lambda: binary)
    monkeypatch.setattr(bundle, "PATIENCE", 0.3)
    with pytest.raises(KezhuError, match=said):
        index(found, language="zh")
