# SPDX-License-Identifier: Apache-2.0
"""Where a slow movement, or a breath, should be now."""

from __future__ import annotations


def pacer(tempo_s: tuple[float, ...], do: str, elapsed_s: float) -> float:
    """Where a slow movement should be: 0 at its beginning, 1 at its end.

    Parameters
    ----------
    tempo_s : tuple of float
        Seconds out, of the pause there, and back.
    do : str
        What the phase does: ``go`` is out, ``hold`` the pause, ``back`` back, and anything else
        stays at the beginning; ``""``: all three, over and over, as breath does.
    elapsed_s : float
        Since the phase began.
    """
    out_s, pause_s, back_s = tempo_s
    if not do:
        in_turn_s = elapsed_s % sum(tempo_s)
        if in_turn_s < out_s + pause_s:
            return pacer(tempo_s, "go", in_turn_s)
        return pacer(tempo_s, "back", in_turn_s - out_s - pause_s)
    match do:
        case "go":
            return min(elapsed_s / out_s, 1.0) if out_s else 1.0
        case "hold":
            return 1.0
        case "back":
            return max(1.0 - elapsed_s / back_s, 0.0) if back_s else 0.0
        case _:
            return 0.0
