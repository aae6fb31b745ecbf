# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solemetry_host.sound.speaker import NullSpeaker
from solemetry_host.sound.synth import LOUDEST, RATE_HZ, Synth
from solemetry_host.sound.tone import FULL_RADIUS_MM, MIDDLE_HZ, SILENT_RADIUS_MM, Tone, tone_of_cop

HERE = np.zeros(2)


# ---- what a tone says -----------------------------------------------------------------------


@pytest.mark.parametrize("angle", np.linspace(0, 2 * np.pi, 9))
def test_near_its_place_nothing_sounds(angle: float) -> None:
    place = np.array((30.0, -20.0))
    near = 14.9 * np.array((np.cos(angle), np.sin(angle)))
    assert tone_of_cop(place + near, place).level == 0
    assert tone_of_cop(np.full(2, np.nan), HERE).level == 0


def test_sides_are_heard_at_their_side_and_forward_is_higher() -> None:
    assert tone_of_cop(np.array((40.0, 0.0)), HERE).pan == pytest.approx(40 / FULL_RADIUS_MM)
    assert tone_of_cop(np.array((-400.0, 0.0)), HERE).pan == -1
    assert tone_of_cop(np.array((0.0, 60.0)), HERE).frequency_hz == pytest.approx(2 * MIDDLE_HZ)
    assert tone_of_cop(np.array((0.0, -600.0)), HERE).frequency_hz == pytest.approx(MIDDLE_HZ / 2)


def test_it_sets_in_softly_and_grows_with_the_distance() -> None:
    levels = [tone_of_cop(np.array((0.0, mm)), HERE).level for mm in np.linspace(15, 80, 200)]
    assert levels[0] == 0
    assert np.diff(levels).min() >= 0
    assert np.diff(levels).max() < 0.02
    assert levels[-1] == 1
    beyond = SILENT_RADIUS_MM + 0.5
    assert 0 < tone_of_cop(np.array((beyond, 0.0)), HERE).level < 0.02


# ---- how it is made ---------------------------------------------------------------------------


def settled(tone: Tone, frames: int = RATE_HZ) -> np.ndarray:
    synth = Synth()
    synth.render(tone, RATE_HZ)
    return synth.render(tone, frames).astype(float)


def test_the_spectrum_has_its_peak_at_the_tones_frequency() -> None:
    wave = settled(Tone(441.0, 1.0, 0.0))[:, 0]
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave))))
    assert np.argmax(spectrum) == 441
    # Softer than a bare triangle: what is above the third overtone is inaudible.
    assert spectrum[441 * 3 + 50 :].max() < 1e-3 * spectrum.max()


@given(st.floats(-1, 1), st.floats(0, 1))
def test_power_is_the_same_wherever_it_is_panned(pan: float, level: float) -> None:
    panned, middle = (settled(Tone(440.0, level, p), 4800) for p in (pan, 0.0))
    assert (panned**2).sum() == pytest.approx((middle**2).sum(), rel=1e-3, abs=1e-9)
    assert np.abs(panned).max() <= LOUDEST
    assert np.allclose(panned[:, 0] * np.sin((pan + 1) * np.pi / 4),
                       panned[:, 1] * np.cos((pan + 1) * np.pi / 4), atol=1e-6)


tones = st.builds(Tone, st.floats(165, 660), st.floats(0, 1), st.floats(-1, 1))


@given(st.lists(st.tuples(tones, st.integers(1, 400)), min_size=1, max_size=20))
def test_whatever_the_tones_nothing_clicks(changes: list[tuple[Tone, int]]) -> None:
    synth = Synth()
    wave = np.concatenate([synth.render(tone, frames) for tone, frames in changes])
    # The steepest that three partials of 660 Hz at full level and the glide can be.
    steepest = LOUDEST * (2 * np.pi * 660 / RATE_HZ * (1 + 2 * 0.25 + 3 * 0.08) / 1.33 + 3 / 960)
    assert np.abs(np.diff(wave, axis=0, prepend=0)).max() <= steepest * 1.01


@given(tones, tones, st.lists(st.integers(0, 600), min_size=1, max_size=12))
def test_the_samples_do_not_depend_on_how_they_are_asked_for(
    before: Tone, after: Tone, cuts: list[int]
) -> None:
    whole, cut = Synth(), Synth()
    whole.render(before, 100)
    cut.render(before, 100)
    expected = whole.render(after, sum(cuts))
    got = np.concatenate([cut.render(after, frames) for frames in cuts])
    np.testing.assert_allclose(got, expected, atol=1e-5)


def test_a_tenth_of_a_second_of_sound_takes_a_fraction_of_that() -> None:
    synth, began = Synth(), time.thread_time()
    for _ in range(200):
        synth.render(Tone(500, 1, 0), 256)
    assert time.thread_time() - began < 0.5 * 200 * 256 / RATE_HZ


# ---- where it is played -----------------------------------------------------------------------


def test_without_sound_it_plays_to_nobody_at_the_same_pace() -> None:
    delays: list[float] = []
    began = time.monotonic()
    speaker = NullSpeaker(delays.append)
    speaker.play(Tone(440, 1, 0))
    time.sleep(0.5)
    speaker.close()
    took_s = time.monotonic() - began
    assert len(delays) == pytest.approx(took_s * RATE_HZ / 256, rel=0.25)
    assert max(delays) < 0.01


PLAY = """
import sys, time
from solemetry_host.sound.speaker import SystemSpeaker
from solemetry_host.sound.tone import Tone
delays = []
speaker = SystemSpeaker(delays.append)
speaker.play(Tone(440.0, 1.0, -0.5))
time.sleep(0.3)
speaker.close()
print(len(delays), max(delays))
"""


def test_the_systems_sound_plays_what_the_synth_makes(tmp_path: Path) -> None:
    """Into a file, which takes it faster than any ear."""
    pytest.importorskip("sounddevice", exc_type=(ImportError, OSError))
    wav = tmp_path / "played.wav"
    (tmp_path / "asound.conf").write_text(
        f'pcm.!default {{ type file slave.pcm "nobody" file "{wav}" format "wav" }}\n'
        "ctl.!default { type null }\npcm.nobody { type null }\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", PLAY], capture_output=True, text=True, check=False, timeout=60,
        env={"PATH": "/usr/bin:/bin", "ALSA_CONFIG_PATH": str(tmp_path / "asound.conf")},
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) > 10
    heard = np.frombuffer(wav.read_bytes()[44:], "<f4").reshape(-1, 2)[:RATE_HZ].astype(float)
    left, right = np.abs(np.fft.rfft(heard * np.hanning(len(heard))[:, None], axis=0)).T
    assert np.argmax(left) == pytest.approx(440, abs=1)
    assert left.max() / right.max() == pytest.approx(1 / np.tan(np.pi / 8), rel=0.01)


def test_a_machine_without_sound_is_told_so_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "asound.conf").write_text("pcm.!default { type hw card 31 }\n")
    done = subprocess.run(
        [sys.executable, "-c", "from solemetry_host.sound.speaker import open_speaker\n"
         "speaker = open_speaker(); print(speaker.name); speaker.close()"],
        capture_output=True, text=True, check=False, timeout=60,
        env={"PATH": "/usr/bin:/bin", "ALSA_CONFIG_PATH": str(tmp_path / "asound.conf")},
    )
    assert done.stdout == "no output was found\n", done.stderr
