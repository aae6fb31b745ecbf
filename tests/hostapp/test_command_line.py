# SPDX-License-Identifier: Apache-2.0
"""The whole command line: how every verb ends, what it tells programs, that help comes at once."""

from __future__ import annotations

import io
import json
import os
import runpy
import shutil
import subprocess
import sys
import tempfile
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

import numpy as np
import pytest
from pty_plate import PtyDevice
from virtual_pod import Recorded, VirtualPod
from written_keys import assert_as_written, verbs

import solemetry
from solemetry.cohort import Cohort, Failure
from solemetry.exporting import FORMATS
from solemetry.gait.conventions import CONVENTIONS as OF_GAIT
from solemetry.session import write_load
from solemetry.sway.conventions import CONVENTIONS
from solemetry_host import log
from solemetry_host.cli import main
from solemetry_host.commands.files import To
from solemetry_host.commands.options import Convention, GaitConvention
from solemetry_host.devices.discovery import Findings, Found
from solemetry_host.doctor.checks import Check
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.live.latency import Spread
from solemetry_host.people.folder import Library
from solemetry_host.printing import print_json
from solemetry_host.sound import sides, speaker, voice
from solemetry_host.windows import app as windows
from solemetry_host.windows.frame_pacing import Pacing
from solemetry_host.windows.step_response import StepResponse

ROOT = Path(__file__).resolve().parents[2]

LEFT = "sim:insoles?side=left"

TYPED: dict[str, dict[str, str]] = {
    "demo": {}, "app": {}, "live": {},
    "devices": {"seconds": "0.5"},
    "self-test": {"device": "sim:plate"},
    "side": {"foot": "left", "device": LEFT},
    "record": {"seconds": "0.3"},
    "calibrate plate": {"device": "sim:plate", "mass": "20"},
    "calibrate insole": {"device": LEFT, "plate": "sim:plate"},
    "calibrate check": {"device": "sim:plate", "mass": "20"},
    "calibrate show": {},
    "pod list": {"device": LEFT}, "pod download": {"device": LEFT}, "pod erase": {"device": LEFT},
    "drill list": {}, "drill show": {"drill": "short-foot"}, "drill check": {"file": "SESSION"},
    "drill simulate": {"drill": "short-foot"},
    "drill run": {"drill": "short-foot", "device": "sim:plate", "person": "PERSON"},
    "drill sound-check": {},
    "person add": {}, "person list": {}, "person show": {"person": "PERSON"},
    "person edit": {"person": "PERSON", "changes": "height_cm=170"},
    "person allow": {"person": "PERSON", "to": "Coach", "detail": "raw"},
    "person withdraw": {"person": "PERSON", "to": "Coach"},
    "person export": {"person": "PERSON"}, "person delete": {"person": "PERSON"},
    "person today": {"person": "PERSON"}, "person progress": {"person": "PERSON"},
    "person weekly": {"person": "PERSON"}, "person report": {"person": "PERSON"},
    "analyze": {"file": "SESSION"}, "report": {"file": "SESSION"}, "batch": {"folder": "FOLDER"},
    "import": {"files": "TRIAL"}, "export": {"file": "SESSION", "to": "csv"},
    "verify": {"file": "SESSION"}, "repair": {"file": "SESSION"},
    "doctor": {}, "bench live": {}, "bench screen": {}, "bench frames": {},
}  # fmt: skip
"""Each verb with what has to be typed, by the names of its parameters."""

OPENS_WINDOWS = {"app", "live"}


def test_no_verb_is_forgotten_here() -> None:
    assert sorted(verbs()) == sorted(TYPED)


# ---- what it is tried on -------------------------------------------------------------------


@dataclass
class Ended:
    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Type something, in this process."""
    monkeypatch.setattr(log, "begin", lambda: None)
    monkeypatch.setattr(windows, "has_screen", lambda: False)

    def typed(*arguments: str | Path) -> Ended:
        monkeypatch.setattr(sys, "argv", ["solemetry", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        assert isinstance(left.value.code, int)
        return Ended(left.value.code, *capfd.readouterr())

    return typed


@dataclass
class Place:
    """A folder with something of each kind."""

    folder: Path
    session: Path
    person: str

    def __getitem__(self, name: str) -> str:
        """Stand in for a name of `TYPED`."""
        there = {"SESSION": self.session, "TRIAL": self.folder / "trial.c3d",
                 "FOLDER": self.folder / "some", "PERSON": self.person}  # fmt: skip
        return str(there.get(name, name))

    @property
    def letter(self) -> Path:
        return self.folder / "letter.txt"

    @property
    def damaged(self) -> Path:
        return self.folder / "damaged.h5"

    def content(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("place")
    t_s = np.arange(2000) / 100
    cop_mm = np.column_stack((5 * np.sin(t_s), 8 * np.cos(2 * t_s)))
    session = write_load(folder / "session.h5", t_s, 700 + 0 * t_s, cop_mm, 100.0)
    solemetry.export(solemetry.open(session), "c3d", folder / "trial.c3d")
    (folder / "damaged.h5").write_bytes(np.random.default_rng(1).bytes(5000))
    (folder / "letter.txt").write_text("Dear Sir or Madam\n")
    (folder / "some").mkdir()
    person = Library(folder / "library").add(date(2026, 11, 1), {"name": "Anna"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOLEMETRY_LIBRARY", str(folder / "library"))
        patch.chdir(folder)
        yield Place(folder, session, person.id)


# ---- exit codes ----------------------------------------------------------------------------


def wrong_values(place: Place, verb: str, name: str, kind: Any) -> Iterator[tuple[str, int]]:
    """What a parameter can be given that is wrong, and the exit code of that."""
    missing = str(place.folder / "none.h5")
    if is_checked(kind):
        yield "soon", 2
    elif name in ("file", "files", "column_map", "calibration"):
        yield from ((missing, 1), (str(place.damaged), 1), (str(place.folder), 1))
    elif name in ("out", "table"):
        yield str(place.letter / "in.html"), 1
        if verb not in ("demo", "export", "pod download"):
            yield str(place.folder), 1
    elif name in ("folder", "library"):
        yield str(place.letter), 1
        if verb == "batch":
            yield missing, 1
    elif name in ("device", "plate"):
        gone = f"replay:{missing}"
        yield from (("nonsense", 1), ("sim:nothing", 1), ("serial:/dev/none", 1), (gone, 1))
    elif name in ("person", "drill"):
        yield "nobody", 1


def is_checked(kind: Any) -> bool:
    """Whether the program knows what a value of a kind looks like before it does anything."""
    if get_origin(kind) is not None or get_args(kind):
        return any(is_checked(inner) for inner in get_args(kind))
    checked = (int, float, Enum, datetime)
    return isinstance(kind, type) and kind is not bool and issubclass(kind, checked)


def arguments_of(command: Any, given: Mapping[str, str]) -> list[str]:
    """The words to type, options first."""
    options = [
        word
        for param in command.params
        if param.name in given and param.param_type_name == "option"
        for word in (param.opts[0], given[param.name])
    ]
    return options + [
        given[param.name]
        for param in command.params
        if param.name in given and param.param_type_name == "argument"
    ]


@pytest.mark.parametrize("verb", sorted(TYPED))
def test_what_cannot_be_ends_in_a_sentence_and_the_right_code(
    verb: str, place: Place, run: Run
) -> None:
    command = verbs()[verb]
    kinds = typing.get_type_hints(command.callback)
    least = {name: place[value] for name, value in TYPED[verb].items()}
    before = place.content()
    tried = [(least | {"no": "such"}, ["--no-such-option"], 2)]
    if any(param.required for param in command.params):
        tried.append(({}, [], 2))
    for param in command.params:
        for value, code in wrong_values(place, verb, param.name, kinds.get(param.name)):
            tried.append((least | {param.name: value}, [], code))
    for given, more, code in tried:
        ended = run(*verb.split(), *more, *arguments_of(command, given))
        said = ended.out + ended.err
        assert ended.code == code, (given, said)
        assert "Traceback" not in said
        assert "Something unexpected" not in said, given
        if code == 2:
            assert ended.err.startswith("Usage: solemetry"), given
            assert ended.out == ""
        elif ended.err.startswith("Error: "):
            assert len(ended.err.splitlines()) > 1, f"{given}: no remedy in {ended.err}"
        else:
            assert verb in ("drill check", "verify"), (given, said)
            assert " is not " in ended.out
    assert place.content() == before, "something was written, or lost"


def test_what_is_not_ones_own_is_told(place: Place, run: Run, tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as made:
        there = Path(made)
        session, closed = there / "open.h5", there / "closed.h5"
        for copy in (session, closed):
            shutil.copy(place.session, copy)
        assert run("report", session, "--out", tmp_path / "r.html").code == 0
        assert run("analyze", session).code == 0  # all is loaded now
        session.chmod(0o444)
        closed.chmod(0)
        there.chmod(0o555)
        with somebody_else():
            written = run("report", session, "--out", there / "r.html")
            read = run("analyze", closed)
        there.chmod(0o700)
    assert (written.code, read.code) == (1, 1)
    assert "not yours to write" in written.err
    assert "cannot be read: Permission denied" in read.err


@contextmanager
def somebody_else() -> Iterator[None]:
    """Be nobody in particular for a while where this is root, who may do all."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        yield
        return
    nobody = 65534
    os.setresuid(nobody, nobody, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.mark.parametrize(
    "typed",
    [
        "import TRIAL --out KEPT.h5",
        "export SESSION --to c3d --out KEPT.h5",
        "export SESSION --to csv --out KEPT.h5",
        "export SESSION --to xdf --stream none --out KEPT.h5",
        "report SESSION --out KEPT.h5",
        "report DAMAGED --out KEPT.html",
        "report SESSION --out KEPT.html --table LETTER",
        "batch FOLDER --out KEPT.h5",
        "batch none --out KEPT.parquet",
        "repair DAMAGED",
        "person export nobody --out KEPT.zip",
        "person export PERSON --to Stranger --out KEPT.zip",
        "person report nobody --out KEPT.html",
        "calibrate plate sim:nothing --mass 20 --out KEPT.json",
    ],
)
def test_what_is_there_survives_a_verb_that_fails(
    typed: str, place: Place, run: Run, tmp_path: Path
) -> None:
    kept = tmp_path / f"kept{Path(typed.rpartition('KEPT')[2]).suffix or '.h5'}"
    kept.write_bytes(b"years of work")
    names = {"DAMAGED": str(place.damaged), "LETTER": str(place.letter)}
    words = [str(kept) if word.startswith("KEPT") else names.get(word, place[word])
             for word in typed.split()]  # fmt: skip
    before = place.content()
    ended = run(*words)
    assert ended.code == 1, ended
    assert ended.err.startswith("Error: ")
    assert kept.read_bytes() == b"years of work"
    assert place.content() == before


def test_broken_off_is_130(place: Place, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("solemetry_host.commands.own_process.in_own_process", broken)
    monkeypatch.setattr("solemetry.cohort.analyze_folder", broken)
    assert run("verify", place.session) == Ended(130, "", "Stopped.\n")
    ended = run("batch", place.folder)
    assert ended.code == 130
    assert "it goes on" in ended.err
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    unanswered = run("person", "delete", place.person)
    assert unanswered.code == 2
    assert "nobody answers" in unanswered.err
    assert Library(place.folder / "library").person(place.person).profile.name == "Anna"


# ---- --json --------------------------------------------------------------------------------


def test_every_verb_that_tells_something_tells_it_to_programs_too() -> None:
    for name, command in verbs().items():
        has = any("--json" in param.opts for param in command.params)
        assert has == (name not in OPENS_WINDOWS), name
        assert bool(command.tells) == has, f"{name}: what --json prints is not written down"


@pytest.mark.parametrize(
    "typed",
    [
        "self-test --device sim:plate",
        f"side --device {LEFT} left",
        "record --device sim:plate?speed=4 --seconds 1 --out OUT/r.h5",
        "drill list",
        "drill show short-foot",
        "drill check SESSION",
        "drill simulate short-foot --fault good",
        "person add name=Bert",
        "person list",
        "person show PERSON",
        "person edit PERSON height_cm=171",
        "person allow PERSON Coach summary",
        "person withdraw PERSON Coach",
        "person export PERSON --out OUT/p.zip",
        "person today PERSON",
        "person weekly PERSON --out OUT/w.html",
        "person report PERSON --out OUT/p.html",
        "person delete BERT --yes",
        "analyze SESSION",
        "report SESSION --out OUT/s.html --table OUT/s.csv",
        "import TRIAL --out OUT/i.h5",
        "export SESSION --to csv --out OUT/csv",
        "verify SESSION",
        "repair OUT/left.partial.h5",
    ],
)
def test_json_is_one_document_with_the_keys_that_are_written_down(
    typed: str, place: Place, run: Run, tmp_path: Path
) -> None:
    words = [place[word].replace("OUT", str(tmp_path)) for word in typed.split()]
    if "BERT" in words:
        bert = Library(place.folder / "library").add(date(2026, 11, 1), {"name": "Bert"})
        words[words.index("BERT")] = bert.id
    if typed.startswith("repair"):
        Path(words[1]).write_bytes(place.session.read_bytes())
    ended = run(*words, "--json")
    told = json.loads(ended.out)
    assert ended.code == (1 if "drill check" in typed else 0), ended.err
    verb = max((name for name in TYPED if f"{typed} ".startswith(f"{name} ")), key=len)
    assert_as_written(verb, told)


def test_what_a_pod_keeps_is_told_to_programs(run: Run, tmp_path: Path) -> None:
    pod = VirtualPod([Recorded(60).run(run=4)])
    device = PtyDevice(pod)
    url = f"serial:{device.port}"
    try:
        listed = json.loads(run("pod", "list", "--device", url, "--json").out)
        assert_as_written("pod list", listed)
        fetched = run("pod", "download", "--device", url, "--out", tmp_path, "--json")
        assert json.loads(fetched.out) == {"files": [str(tmp_path / "pod-3-4.h5")]}
        erased = run("pod", "erase", "--device", url, "--yes", "--json")
        assert json.loads(erased.out) == {"erased": 1}
    finally:
        device.cut()


SPREAD = Spread(200, 20.0, 30.0, 33.0, 40.0)


@pytest.mark.parametrize(
    ("verb", "told"),
    [
        ("devices", asdict(Findings((Found("sim:plate", "a plate"),)))),
        ("doctor", [asdict(Check("Python", "ok", "3.11"))]),
        ("bench screen", {"plate": asdict(StepResponse(SPREAD, SPREAD, 0, 60.0))}),
        ("bench frames", {"plate": asdict(Pacing(20.0, 60.0, 17.0, 20.0, 1.0, 2.0, 1200, 0))}),
        ("batch", asdict(Cohort(Path("t"), Path("f"), 1, 1, 0, (Failure("a", "b", "c"),)))),
    ],
)
def test_what_takes_long_to_find_is_written_down_too(verb: str, told: Any) -> None:
    assert_as_written(verb, json.loads(json.dumps(told, default=str)))


def test_what_was_heard_on_which_side_is_told_to_programs(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speaker, "SystemSpeaker", speaker.NullSpeaker)
    monkeypatch.setattr(sides, "SOUNDS_S", 0.0)
    monkeypatch.setattr(voice, "find_voice", lambda: None)
    monkeypatch.setattr("sys.stdin", io.StringIO("right\nleft\n"))
    ended = run("drill", "sound-check", "--json")
    assert ended.code == 1, "sides are swapped"
    assert_as_written("drill sound-check", json.loads(ended.out))


def test_a_number_without_a_value_is_null(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": float("nan"), "b": [np.float64("inf"), 1.5], "c": Path("x"), 3: (True, None)})
    told = json.loads(capsys.readouterr().out)
    assert told == {"a": None, "b": [None, 1.5], "c": "x", "3": [True, None]}


# ---- progress ------------------------------------------------------------------------------


class Terminal(io.StringIO):
    """Somebody who watches."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("analyze SESSION", "Analysing session.h5"),
        ("verify SESSION", "Reading session.h5"),
        ("import TRIAL --out OUT.h5", "Writing"),
        ("export SESSION --to csv --out OUT", "Writing csv"),
        ("drill simulate short-foot --fault good", "Simulating short-foot, level 1"),
        ("record --device sim:plate?speed=4 --seconds 0.5 --out OUT.h5", "of 0 s"),
    ],
)
def test_who_watches_sees_it_go_on_and_nobody_else_does(
    typed: str, shown: str, place: Place, run: Run, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("TERM", "xterm")

    def once(number: int, *more: str) -> tuple[Ended, str]:
        watched = Terminal()
        monkeypatch.setattr(sys, "stderr", watched)
        words = [place[word].replace("OUT", str(tmp_path / str(number))) for word in typed.split()]
        return run(*words, *more), watched.getvalue()

    ended, watched = once(1)
    assert ended.code == 0, watched
    assert shown in watched
    assert "\x1b[" not in ended.out
    assert shown not in ended.out
    ended, watched = once(2, "--json")
    json.loads(ended.out)
    assert watched == ""


# ---- the Tab key ---------------------------------------------------------------------------


Complete = Callable[..., list[str]]


@pytest.fixture
def complete(run: Run, monkeypatch: pytest.MonkeyPatch) -> Complete:
    """What bash is offered behind these words, which it has taken apart at colons."""

    def offered(*words: str) -> list[str]:
        monkeypatch.setenv("_SOLEMETRY_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", "\n".join(("solemetry", *words)))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        ended = run()
        assert ended.code == 0, ended.err
        return ended.out.split()

    return offered


def test_verbs_and_options_are_completed(complete: Complete) -> None:
    assert complete("re") == ["record", "report", "repair"]
    assert complete("pod", "") == ["list", "download", "erase"]
    assert complete("verify", "--") == ["--json", "--help"]


def test_drills_and_people_are_completed(complete: Complete, place: Place) -> None:
    own = place.folder / "library" / "drills"
    own.mkdir()
    (own / "my-own.toml").touch()
    shipped = [drill.id for drill in Shelf(place.folder / "none").drills()]
    assert complete("drill", "run", "") == sorted([*shipped, "my-own"])
    assert place.person in complete("person", "show", "p-")
    assert complete("drill", "run", "short-foot", "--person", place.person[:5]) == [place.person]
    (own / "my-own.toml").unlink()
    own.rmdir()


def test_devices_are_completed_though_bash_takes_them_apart(
    complete: Complete, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    @dataclass
    class Port:
        device: str

    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: [Port("/dev/ttyACM7")])
    everything = complete("record", "--device", "")
    assert {"serial:/dev/ttyACM7", "sim:plate", "ble:left", "replay:", "lsl:"} <= set(everything)
    assert complete("record", "--device", "sim", ":", "pl") == ["plate"]
    assert complete("record", "--device", "sim", ":") == ["plate", "insoles"]
    assert complete("live", "--device", "serial", ":", "/dev") == ["/dev/ttyACM7"]
    typed = str(place.folder / "ses")
    assert complete("live", "--device", "replay", ":", typed) == [str(place.session)]
    assert complete("live", "--device", "replay", ":", "./ses") == ["./session.h5"]
    assert complete("live", "--device", "sim:plate", "--device", "bl") == everything[3:6]


def test_formats_and_conventions_are_completed_and_are_those_there_are(complete: Complete) -> None:
    assert complete("export", "x.h5", "--to", "") == list(FORMATS) == [to.value for to in To]
    assert complete("analyze", "x.h5", "--convention", "") == list(CONVENTIONS)
    assert {one.value for one in Convention} == set(CONVENTIONS)
    assert {one.value for one in GaitConvention} == set(OF_GAIT)
    assert set(complete("analyze", "x.h5", "--gait-convention", "")) == set(OF_GAIT)


@pytest.mark.parametrize(
    ("shell", "kept_in"),
    [("bash", ".bash_completions/solemetry.sh"), ("zsh", ".zfunc/_solemetry"),
     ("fish", ".config/fish/completions/solemetry.fish")],
)  # fmt: skip
def test_completion_is_installed_for_a_shell(
    shell: str, kept_in: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    shown = run("--show-completion", shell)
    assert f"_SOLEMETRY_COMPLETE=complete_{shell}" in shown.out
    assert run("--install-completion", shell).code == 0
    assert (tmp_path / kept_in).read_text().strip() == shown.out.strip()
    if shell == "bash":
        asked = f"source '{tmp_path / kept_in}' && complete -p solemetry"
        done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=False)
        assert "-F _solemetry_completion solemetry" in done.stdout


# ---- help ----------------------------------------------------------------------------------

HEAVY = {
    "numpy", "pandas", "scipy", "h5py", "matplotlib", "rich", "PySide6", "pyqtgraph", "serial",
    "bleak", "pylsl", "sounddevice", "platformdirs", "logging", "json", "pydantic",
}  # fmt: skip


def loaded_by(words: Sequence[str], environment: Mapping[str, str]) -> set[str]:
    """What a command of its own has loaded when it ends."""
    code = (
        "import sys\n"
        "from solemetry_host.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "sys.stderr.write('\\n'.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip
    assert done.stdout
    return set(done.stderr.splitlines())


@pytest.mark.parametrize("words", [["--help"], ["person", "export", "--help"]])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    assert not HEAVY & loaded_by(words, {})


def test_completion_loads_nothing_of_the_work() -> None:
    loaded = loaded_by([], {"_SOLEMETRY_COMPLETE": "complete_bash", "COMP_CWORD": "3",
                            "COMP_WORDS": "solemetry\ndrill\nrun\nshort"})  # fmt: skip
    assert not loaded & (HEAVY | {"solemetry_host.drills"}) - {"platformdirs"}


def test_every_help_has_examples_that_can_be_typed() -> None:
    known = verbs()
    for name, command in known.items():
        assert len(command.examples) == 2, name
        options = {option for param in command.params for option in param.opts}
        for example in command.examples:
            assert example.startswith(f"solemetry {name}"), example
            used = {word for word in example.split() if word.startswith("--")}
            assert used <= options, example


def test_one_thing_has_one_name_and_one_place() -> None:
    """The same option says the same wherever it has no meaning of the verb's own."""
    last = ["--lsl", "--yes", "--json"]
    for name, command in verbs().items():
        options = [param.opts[0] for param in command.params if param.param_type_name == "option"]
        tail = [option for option in options if option in last]
        assert options[len(options) - len(tail) :] == tail == sorted(tail, key=last.index), name
        for param in command.params:
            if param.param_type_name == "argument":
                assert param.help, f"{name}: {param.name} has no help"
            else:
                assert param.help, f"{name}: {param.opts[0]} has no help"


def test_the_version_is_told(run: Run) -> None:
    assert run("--version") == Ended(0, f"solemetry {solemetry.__version__}\n", "")


def test_the_page_of_the_manual_is_what_the_program_says() -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "command_line.py"))
    assert tool["PAGE"].read_text("utf-8") == tool["page"](), (
        "run: .venv/bin/python tools/command_line.py"
    )
