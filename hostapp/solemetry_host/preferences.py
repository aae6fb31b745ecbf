# SPDX-License-Identifier: Apache-2.0
"""What the app remembers of the one who uses it, in a small file that can be read and edited."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_config_path
from pydantic import Field

from solemetry.device import SIZES_EU
from solemetry.errors import FileError
from solemetry_host.folders import usual_library
from solemetry_host.people.files import Written, read_toml, write_toml

Colours = Literal["system", "light", "dark"]


class Preferences(Written):
    """What somebody chose, or left as it was.

    Attributes
    ----------
    language : str
        One of `words.LANGUAGES`.
    colours : {"system", "light", "dark"}
    large_text : bool
    sound : bool
    force_unit : {"N", "kg", "%"}
        Of body weight, where it is known.
    insole_size_eu : float, optional
        What size somebody's insoles are made for; without, the one that is drawn.
    library : str
        The folder of people and recordings; empty: the usual one, in the documents.
    devices : tuple of str
        URLs that were connected last.
    person : str
        The pseudonym of who was chosen last.
    page : str
        The page that was open last.
    window : str
        Place and size of the window, as Qt writes them.
    seen_tour : bool
    """

    language: str = "en"
    colours: Colours = "system"
    large_text: bool = False
    sound: bool = True
    force_unit: Literal["N", "kg", "%"] = "N"
    insole_size_eu: float | None = Field(default=None, ge=SIZES_EU[0], le=SIZES_EU[1])
    library: str = ""
    devices: tuple[str, ...] = ()
    person: str = ""
    page: str = ""
    window: str = ""
    seen_tour: bool = False

    @property
    def folder(self) -> Path:
        """The library folder."""
        return Path(self.library) if self.library else usual_library()

    def but(self, **changed: Any) -> Preferences:
        """Return the same with something changed."""
        return type(self).model_validate(self.model_dump(exclude_unset=True) | changed)


def preferences_file() -> Path:
    """Return where they are kept: ``$SOLEMETRY_PREFERENCES``, or the user's settings folder."""
    named = os.environ.get("SOLEMETRY_PREFERENCES")
    return Path(named) if named else user_config_path("solemetry") / "preferences.toml"


def read_preferences(path: Path) -> Preferences:
    """Read them; where there are none yet, as they come.

    Raises
    ------
    FileError
        When the file is there and cannot be read.
    """
    return read_toml(path, Preferences) if path.exists() else Preferences()


def usual_insole_size_eu() -> float | None:
    """Return what size somebody's insoles are made for, where they have said so.

    Raises
    ------
    FileError
        When the preferences cannot be read.
    """
    return read_preferences(preferences_file()).insole_size_eu


def write_preferences(path: Path, preferences: Preferences) -> None:
    """Keep them.

    Raises
    ------
    FileError
        When they cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_toml(path, preferences)
    except OSError as error:
        raise FileError(
            f"{path} cannot be written: {error.strerror}.", "What was chosen is forgotten."
        ) from None
