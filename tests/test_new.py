"""`kezhu new`: a file that explains itself, and questions that a secretary can answer."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from generator.checkup import check_catalogue
from generator.cli import main
from generator.commands.new import Desk
from generator.fmt import format_yaml
from generator.load import Project, load_project
from generator.model import RecordType, Value
from generator.newrecord import Explainer, Interview, blank
from generator.source import read_yaml
from generator.words import Words

HERE = Path(__file__).parent
SHIPPED = load_project(HERE.parent)
SMALL = load_project(HERE / "sites" / "small")
TYPES = [(project, kind) for project in (SHIPPED, SMALL) for kind in project.types.values()]


def make_blank(project: Project, kind: RecordType, lang: str = "zh", record_id: str = "xin-de") -> str:
    return blank(kind, Explainer(project.types, project.vocabularies, Words(lang)), record_id)


# ── The file ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("project", "kind"), TYPES, ids=lambda found: getattr(found, "name", ""))
def test_the_blank_explains_every_field_and_says_nothing(project: Project, kind: RecordType, lang: str) -> None:
    text = make_blank(project, kind, lang)
    values, _ = read_yaml(text)
    required = [spec.name for spec in kind.fields if spec.required]
    assert list(values) == required
    assert all(value in (None, [], [None], {}) or not flat(value) for value in values.values())
    for spec in kind.fields:
        assert re.search(rf"^#?{spec.name}:", text, re.M)
        assert spec.title(lang) in text
        assert " ".join(spec.description(lang).split()) in text
    assert format_yaml(text, kind) == text


@pytest.mark.parametrize(("project", "kind"), TYPES, ids=lambda found: getattr(found, "name", ""))
def test_without_its_marks_every_key_can_be_used(project: Project, kind: RecordType) -> None:
    text = re.sub(r"^#(?! )|^#(?=  )", "", make_blank(project, kind), flags=re.M)
    values, _ = read_yaml(text)
    assert list(values) == [spec.name for spec in kind.fields]
    assert format_yaml(text, kind) == text


def flat(value: Value) -> list[Value]:
    """The texts of a value."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in flat(inner)]
    return [text for inner in value for text in flat(inner)] if isinstance(value, list) else [value] if value else []


def test_short_vocabularies_are_listed_and_long_ones_shown_by_three() -> None:
    text = make_blank(SHIPPED, next(kind for kind in SHIPPED.types.values() if "region" in kind.by_name))
    assert "110101 北京市东城区、110102 北京市西城区" in text or "110101 东城区" in text
    assert "guide/fields.html#vocabulary-region" in text
    assert len(max(text.splitlines(), key=len)) < 400


def test_the_blank_lacks_only_what_is_required_and_filled_in_it_passes(small: Path) -> None:
    path = small / "catalogue" / "service" / "xin-de.yml"
    assert main(["new", "service", "--root", str(small), "--id", "xin-de", "--lang", "zh"]) == 0
    problems = check_catalogue(small).problems
    assert {problem.rule for problem in problems} == {"required"}
    path.write_text(path.read_text("utf-8").replace("\ntitle:\n", "\ntitle: 示例：新的服务\n"), "utf-8")
    assert check_catalogue(small).problems == ()


def test_a_file_that_is_there_is_left_alone(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = small / "wo.yml"
    out.write_text("我的\n", "utf-8")
    assert main(["new", "服务", "--root", str(small), "-o", str(out), "--lang", "zh"]) == 2
    assert out.read_text("utf-8") == "我的\n"
    assert "没有动它" in capsys.readouterr().err
    assert main(["new", "service", "--root", str(small), "-o", str(small / "no" / "no" / "x.yml"), "--lang", "zh"]) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["servic"], "service"), (["service", "--id", "A b"], "a-b"), (["service", "--id", "youcha-peixun"], "已经有了")],
)
def test_a_wrong_call_is_explained(
    small: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", *arguments, "--root", str(small), "--lang", "zh", "-o", "-"]) == 2
    assert said in capsys.readouterr().err


# ── The questions ────────────────────────────────────────────────────────────────────────────────────────────────────


class Talk:
    """A person who gives prepared answers, by what was asked last."""

    def __init__(self, root: Path, answers: list[str], lang: str = "zh") -> None:
        self.heard: list[str] = []
        self.answers = iter(answers)
        self.project = load_project(root)
        words = Words(lang)
        kind = self.project.types["service"]
        desk = Desk(root, self.project, kind, words)
        explainer = Explainer(self.project.types, self.project.vocabularies, words)
        self.interview = Interview(kind, explainer, desk, self.ask, self.heard.append)

    def ask(self, prompt: str) -> str:
        self.heard.append(prompt)
        answer = next(self.answers)
        self.heard.append(answer)
        return answer

    @property
    def text(self) -> str:
        return "\n".join(self.heard)


def run(root: Path, *answers: str, record_id: str = "xin-de", lang: str = "zh") -> Talk:
    talk = Talk(root, list(answers), lang)
    talk.interview.run(record_id)
    return talk


def at(name: str, *answers: str) -> list[str]:
    """Answers: the title, Enter up to a field, what is said there, and enough."""
    optional = [spec for spec in SMALL.types["service"].fields if not spec.required]
    before = next(i for i, spec in enumerate(optional) if spec.name == name)
    return ["示例：新的服务", *[""] * before, *answers, "."]


def test_required_fields_are_insisted_on(small: Path) -> None:
    talk = run(small, "", "示例", "示例：新的服务", ".")
    assert talk.interview.values == {"title": "示例：新的服务"}
    assert "这一样必须写" in talk.text
    assert "太短" in talk.text


def test_a_question_mark_explains(small: Path) -> None:
    assert "照这样写" not in (text := run(small, *at("code", "？", "")).text)
    assert "例如：示科〔2022〕1号" in text
    assert "guide/fields.html#service-code" in text


def test_the_id_is_asked_for_and_judged(small: Path) -> None:
    talk = Talk(small, ["示例：新的服务", "", "A b", "youcha-peixun", "xin-de", "."])
    assert talk.interview.run() == "xin-de"
    assert "就像：youcha-peixun" in talk.text
    assert "可以改成 a-b" in talk.text
    assert "已经有了，在 catalogue/service/youcha-peixun.yml" in talk.text


@pytest.mark.parametrize(
    ("name", "answers", "value"),
    [
        ("region", ["甲县、990122"], ["990121", "990122"]),
        ("industry", ["油茶"], ["youcha"]),
        ("hosts", ["示例学会"], ["shili-xuehui"]),
        ("serves", ["示例学会#peixun"], ["shili-xuehui#peixun"]),
        ("phones", ["12316；010-12345678"], ["12316", "010-12345678"]),
        ("since", ["2022年"], "2022"),
        ("verified_on", ["2023年1月5日"], "2023-01-05"),
        ("free", ["是"], "true"),
        ("body", ["## 一", "", "- 二", "", ""], "## 一\n\n- 二\n"),
        ("body", ["一段", "", ""], "一段"),
        ("steps", ["讲课", "2022", "甲县", "下地", "", "", ""], None),
    ],
)
def test_answers_become_what_a_record_holds(small: Path, name: str, answers: list[str], value: Value) -> None:
    if name == "steps":
        value = [{"what": "讲课", "year": "2022", "place": "990121"}, {"what": "下地"}]
    assert run(small, *at(name, *answers)).interview.values[name] == value


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [
        ("region", "丁县", "不在词表"),
        ("hosts", "示例学", "是不是：shili-xuehui 示例学会"),
        ("hosts", "没有这个单位啊", "要写目录里已有的"),
        ("hosts", "shili-xuehui#peixun", "“机构”里没有"),
        ("serves", "shili-xuehui#meiyou", "shili-xuehui#peixun"),
        ("level", "村", "县、市、省"),
        ("since", "前年", "要一个整数"),
        ("verified_on", "2022-02-30", "日期"),
        ("summary", "丢了\ufffd字", "再写一遍"),
    ],
)
def test_a_wrong_answer_is_asked_again(small: Path, name: str, wrong: str, said: str) -> None:
    talk = run(small, *at(name, wrong, ""))
    assert name not in talk.interview.values
    assert said in talk.text


def test_a_wrong_answer_within_a_group_is_asked_again(small: Path) -> None:
    talk = run(small, *at("steps", "讲课", "前年", "2022", "", ""))
    assert talk.interview.values["steps"] == [{"what": "讲课", "year": "2022"}]


def test_it_speaks_english(small: Path) -> None:
    text = run(small, *at("hosts", "?", "nobody", ""), lang="en").text
    assert "That is all that is required." in text
    assert not re.search("[\u4e00-\u9fff]", re.sub("示例：新的服务|shili-xuehui.*", "", text))


# ── On a terminal ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def terminal(small: Path) -> Iterator[Callable[..., tuple[int, str]]]:
    """Runs ``kezhu new service`` on a terminal of its own: keys go in, exit code and screen come out."""

    def on_terminal(keys: list[str], *, stop: bool = False) -> tuple[int, str]:
        command = [sys.executable, "-m", "generator", "new", "service", "--root", str(small), "--lang", "zh"]
        pid, master = pty.fork()
        if pid == 0:
            os.chdir(HERE.parent)
            os.execve(sys.executable, command, {**os.environ, "PYTHONUTF8": "1", "TERM": "dumb"})
        screen = ""
        for key in keys:
            screen += wait_for(master, "> ")
            os.write(master, f"{key}\n".encode())
        if stop:
            screen += wait_for(master, "> ")
            os.write(master, b"\x03")
        screen += rest(master, again=b"\x03" if stop else b"")
        _, status = os.waitpid(pid, 0)
        os.close(master)
        return os.waitstatus_to_exitcode(status), screen

    before = signal.signal(signal.SIGALRM, lambda *_: pytest.fail("the terminal stands still"))
    signal.alarm(60)
    yield on_terminal
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def wait_for(master: int, mark: str) -> str:
    """What the screen shows up to a prompt."""
    data = b""
    while not data.decode("utf-8", "ignore").endswith(mark):
        data += os.read(master, 4096)
    return data.decode("utf-8", "replace")


def rest(master: int, again: bytes = b"") -> str:
    """What the screen shows until the program ends. A key that came before the prompt was ready is pressed again."""
    data = b""
    try:
        while True:
            if again and not select.select([master], [], [], 3)[0]:
                os.write(master, again)
            elif block := os.read(master, 4096):
                data += block
            else:
                break
    except OSError:  # how Linux says that the other end is closed
        pass
    return data.decode("utf-8", "replace")


def test_on_a_terminal_it_asks_and_saves(small: Path, terminal: Callable[..., tuple[int, str]]) -> None:
    code, screen = terminal(["示例：新的服务", "xin-de", "一句话", "甲县", ".", ""])
    assert code == 0, screen
    assert "kezhu check" in screen
    text = (small / "catalogue/service/xin-de.yml").read_text("utf-8")
    assert text == 'title: 示例：新的服务\nsummary: 一句话\nregion: ["990121"]\n'
    assert check_catalogue(small).problems == ()


def test_nothing_is_saved_without_consent(small: Path, terminal: Callable[..., tuple[int, str]]) -> None:
    code, screen = terminal(["示例：新的服务", "xin-de", ".", "n"])
    assert code == 0
    assert "没有存" in screen
    assert not (small / "catalogue/service/xin-de.yml").exists()


def test_ctrl_c_saves_nothing_and_says_so(small: Path, terminal: Callable[..., tuple[int, str]]) -> None:
    before = sorted(small.rglob("*"))
    code, screen = terminal(["示例：新的服务", "xin-de"], stop=True)
    assert code == 130
    assert "不写了。什么也没有存。" in screen
    assert sorted(small.rglob("*")) == before
