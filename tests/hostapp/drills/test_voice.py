# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import subprocess
import sys
import threading
import time
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solemetry.errors import DeviceError
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.running.view import Said
from solemetry_host.drills.showing.ear import DrillEar
from solemetry_host.drills.showing.feedback import Shown
from solemetry_host.live.ear import Ear
from solemetry_host.live.latency import Latencies
from solemetry_host.sound.sides import Answer, check_sides
from solemetry_host.sound.synth import LOUDEST, RATE_HZ, SPOKEN_LATE_S, Synth
from solemetry_host.sound.tone import SILENCE, Tone
from solemetry_host.sound.voice import Speech, Voice, find_voice

# ---- the computer's own voice ------------------------------------------------------------------


def heard(text: str) -> np.ndarray:
    voice = find_voice()
    if voice is None:
        pytest.skip("this computer has no voice")
    return voice.speak(text)


def test_a_cue_is_spoken_as_long_as_the_voice_says_it(tmp_path: Path) -> None:
    """The length is that of the file that the program writes when it is asked by hand."""
    samples = heard("Eyes closed.")
    wav = tmp_path / "eyes.wav"
    subprocess.run(["espeak-ng", "-v", "en", "-s", "150", "-w", wav, "Eyes closed."], check=True)
    with wave.open(str(wav)) as file:
        seconds = file.getnframes() / file.getframerate()
    assert len(samples) / RATE_HZ == pytest.approx(seconds, abs=0.02)
    assert np.abs(samples).max() == pytest.approx(LOUDEST, rel=1e-5)


def test_it_is_speech_and_no_noise() -> None:
    samples = heard("Eyes open, foot down.")
    power = np.abs(np.fft.rfft(samples)) ** 2
    hz = np.fft.rfftfreq(len(samples), 1 / RATE_HZ)
    assert power[(hz > 80) & (hz < 5000)].sum() > 0.95 * power.sum()


@pytest.mark.parametrize("text", ["-v de", "; rm -rf /", "$(reboot)", "Füße \u2013 heel"])
def test_whatever_a_coach_writes_is_read_and_not_run(text: str) -> None:
    assert len(heard(text)) > 0.1 * RATE_HZ


# ---- other systems, and none -------------------------------------------------------------------

SPEAKS = """#!{python}
import os, sys, wave
path = os.environ["SOLEMETRY_WAV"]
assert {mark!r} in sys.argv[1:], sys.argv
with wave.open(path, "wb") as file:
    file.setnchannels(1), file.setsampwidth(2), file.setframerate(22050)
    file.writeframes(b"\\x00\\x10" * (100 * len(sys.stdin.read())))
"""


@pytest.mark.parametrize(
    ("platform", "program", "mark"),
    [("darwin", "say", "--data-format=LEI16@22050"), ("win32", "powershell", "-NoProfile")],
)
def test_mac_and_windows_speak_by_their_own_program(
    platform: str, program: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / program
    fake.write_text(SPEAKS.format(python=sys.executable, mark=mark))
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    voice = find_voice(platform)
    assert voice is not None
    assert voice.name == program
    assert len(voice.speak("ten chars.")) / RATE_HZ == pytest.approx(1000 / 22050, abs=1e-4)


def test_a_computer_without_a_voice_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert {find_voice(platform) for platform in ("linux", "darwin", "win32")} == {None}


@pytest.mark.parametrize("script", ["exit 3", "true", "echo nonsense > $SOLEMETRY_WAV"])
def test_a_voice_that_fails_says_so_and_the_cues_go_on_as_text(script: str) -> None:
    voice = Voice("mute", lambda wav: ["/bin/sh", "-c", script])
    with pytest.raises(DeviceError, match=r"voice \(mute\) did not speak") as raised:
        voice.speak("hello")
    assert raised.value.remedy == "Cues are shown as text."
    said: list[np.ndarray] = []
    speech = Speech(said.append, voice)
    speech.say("one")
    speech.say("two")
    speech.close()
    assert said == []


# ---- one after the other -----------------------------------------------------------------------


def a_voice(seconds: float = 0.0) -> tuple[Voice, list[str]]:
    asked: list[str] = []

    class Known(Voice):
        def speak(self, text: str) -> np.ndarray:
            asked.append(text)
            time.sleep(seconds)
            return np.full(len(text), 0.1, np.float32)

    return Known("known", lambda _: []), asked


def test_what_was_prepared_is_not_made_again() -> None:
    voice, asked = a_voice()
    said: list[int] = []
    both = threading.Event()

    def say(samples: np.ndarray) -> None:
        said.append(len(samples))
        if len(said) == 3:
            both.set()

    speech = Speech(say, voice)
    speech.prepare(["Shorten.", "Release."])
    for text in ("Shorten.", "", "Release.", "Shorten."):
        speech.say(text)
    assert both.wait(30)
    speech.close()
    assert said == [len("Shorten."), len("Release."), len("Shorten.")]
    assert sorted(asked) == ["Release.", "Shorten."]


def test_saying_goes_before_preparing() -> None:
    voice, asked = a_voice(0.05)
    speech = Speech(lambda _: None, voice)
    speech.prepare(f"later {n}" for n in range(100))
    speech.say("now")
    speech.close()
    assert "now" in asked[:2]
    assert len(asked) < 5


def test_asking_a_slow_voice_does_not_hold_anything_up() -> None:
    voice, asked = a_voice()
    let_go = threading.Event()

    class Slow(Voice):
        def speak(self, text: str) -> np.ndarray:
            let_go.wait(30)
            return voice.speak(text)

    speech = Speech(lambda _: None, Slow("slow", lambda _: []))
    speech.say("a slow cue")
    assert asked == []
    let_go.set()
    speech.close()


# ---- in the sound ------------------------------------------------------------------------------

clips = st.lists(st.integers(1, 900), max_size=5)
cuts = st.lists(st.integers(0, 700), min_size=1, max_size=12)


@given(clips, cuts)
def test_clips_follow_one_another_whole_however_the_sound_is_cut(
    lengths: list[int], pieces: list[int]
) -> None:
    rng = np.random.default_rng(1)
    said = [rng.uniform(-LOUDEST, LOUDEST, n).astype(np.float32) for n in lengths]
    synth = Synth()
    for clip in said:
        synth.say(clip)
    rendered = np.concatenate([synth.render(SILENCE, frames) for frames in (*pieces, 5000)])
    whole = np.concatenate([*said, np.zeros(len(rendered))])[: len(rendered)]
    np.testing.assert_array_equal(rendered, np.column_stack((whole, whole)).astype(np.float32))


@given(st.floats(-1, 1), st.floats(0, 1))
def test_a_voice_over_the_loudest_tone_does_not_clip(pan: float, level: float) -> None:
    synth = Synth()
    synth.say(np.full(4800, LOUDEST, np.float32))
    assert np.abs(synth.render(Tone(440, level, pan), 4800)).max() <= 1


def test_what_would_come_too_late_is_left_out() -> None:
    synth = Synth()
    long, late = (np.full(n, 0.2, np.float32) for n in (int(RATE_HZ * (SPOKEN_LATE_S + 1)), 480))
    synth.say(long)
    synth.say(late)
    rendered = synth.render(SILENCE, len(long) + 960)
    assert np.count_nonzero(rendered[:, 0]) == len(long)
    synth.say(late)
    assert np.count_nonzero(synth.render(SILENCE, 960)[:, 0]) == len(late)


# ---- with a drill ------------------------------------------------------------------------------


class Remembering:
    """A speaker that keeps what it was told."""

    name, underruns = "nowhere", 0

    def __init__(self) -> None:
        self.tones: list[Tone] = []
        self.said: list[int] = []
        self.closed = False

    def play(self, tone: Tone) -> None:
        self.tones.append(tone)

    def say(self, samples: np.ndarray) -> None:
        self.said.append(len(samples))

    def close(self) -> None:
        self.closed = True


CUED = Drill.model_validate(
    {
        "schema": 1, "id": "cued", "kind": "drill", "family": "balance", "sides": "none",
        "text": {"en": {"title": "Cued"}}, "dose": {"basis": "default"},
        "phase": [{"id": "closed", "do": "hold", "hold_s": 9.0, "max_s": 30.0,
                   "say": "Eyes closed.", "say_end": "Eyes open."}],
        "safety": {"stop_if": ["pain"]}, "source": [{"key": "default", "says": "for a test"}],
    }
)  # fmt: skip


def test_each_cue_of_a_drill_is_said_once_and_its_tone_is_played() -> None:
    voice, asked = a_voice()
    speaker = Remembering()
    ear = DrillEar(CUED, Ear(Latencies(), lambda _: speaker), voice)
    silent = Shown("Cued", "", "phase", "", (), "", "", (), without=False)
    tone, cues = Tone(440.0, 0.5, 0.2), (Said(1, "Eyes closed."), Said(2, "Eyes open."))
    for said in ((), cues[:1], cues[:1], cues, cues):
        ear.hear(replace(silent, said=said, tone=tone if said else SILENCE), 0)
    ear.hear(replace(silent, said=cues, result="9.4 seconds.", tone=tone), 0)
    deadline_s = time.monotonic() + 30
    while len(speaker.said) < 3 and time.monotonic() < deadline_s:
        time.sleep(0.01)
    ear.close()
    assert speaker.said == [*(len(cue.text) for cue in cues), len("9.4 seconds.")]
    assert sorted(asked) == ["9.4 seconds.", "Eyes closed.", "Eyes open."]
    assert speaker.tones == [SILENCE, *5 * [tone]]
    assert speaker.closed


# ---- left and right ----------------------------------------------------------------------------


class Headphones:
    """Answers as somebody does who wears them, plugged in as they are."""

    name, underruns = "headphones", 0

    def __init__(self, gains: list[list[float]]) -> None:
        self._gains, self._synth, self._heard = np.array(gains), Synth(), np.zeros(2)

    def play(self, tone: Tone) -> None:
        if tone.level:
            self._synth.render(tone, RATE_HZ)
            self._heard = np.abs(self._synth.render(tone, RATE_HZ)).max(axis=0) @ self._gains

    def say(self, samples: np.ndarray) -> None: ...
    def close(self) -> None: ...

    def answer(self) -> Answer:
        left, right = self._heard > 0.01
        if left and right:
            return "both"
        return "left" if left else "right" if right else "nothing"


@pytest.mark.parametrize(
    ("gains", "well", "words"),
    [
        ([[1, 0], [0, 1]], True, "heard where they are"),
        ([[0, 1], [1, 0]], False, "swapped"),
        ([[0.5, 0.5], [0.5, 0.5]], False, "told apart"),
        ([[0, 0], [0, 0]], False, "Nothing is heard"),
        ([[0, 0], [0, 1]], False, "left side is silent"),
        ([[1, 0], [0, 0]], False, "right side is silent"),
    ],
)
def test_the_check_of_the_sides_finds_how_headphones_are_plugged_in(
    gains: list[list[float]], well: bool, words: str
) -> None:
    worn = Headphones(gains)
    found = check_sides(worn, worn.answer, wait=lambda _: None)
    assert found.well is well
    assert words in found.words


def test_the_command_plays_and_asks_and_says_whose_voice_it_is(tmp_path: Path) -> None:
    (tmp_path / "asound.conf").write_text(
        'pcm.!default { type file slave.pcm "nobody" file "/dev/null" format "raw" }\n'
        "ctl.!default { type null }\npcm.nobody { type null }\n"
    )
    environment = {"PATH": "/usr/bin:/bin", "ALSA_CONFIG_PATH": str(tmp_path / "asound.conf"),
                   "HOME": str(tmp_path)}  # fmt: skip
    for answers, code, words in (
        ("left\nright\n", 0, "where they are"), ("right\nleft\n", 1, "swapped")
    ):
        done = subprocess.run(
            [sys.executable, "-m", "solemetry_host", "drill", "sound-check"], input=answers,
            env=environment, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert words in done.stdout
        assert "Cues are spoken by espeak-ng." in done.stdout
