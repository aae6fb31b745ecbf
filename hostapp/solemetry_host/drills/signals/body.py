# SPDX-License-Identifier: Apache-2.0
"""What signals have to know of a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from solemetry_host.drills.signals.frame import Frame
from solemetry_host.drills.signals.reach import FunctionalBase


@dataclass(frozen=True, eq=False)
class Body:
    """A person, as far as signals are measured against them.

    Attributes
    ----------
    plate_weight_n : float or None
        Of the profile, or as a plate weighed it.
    insole_weight_n : float or None
        As both insoles together felt it: most of a load goes beside their cells.
    age : float or None
        Years, for the model of the functional base.
    bases : mapping of str to FunctionalBase
        Measured ones: of ``left``, ``right`` or ``both`` feet.
    """

    plate_weight_n: float | None = None
    insole_weight_n: float | None = None
    age: float | None = None
    bases: Mapping[str, FunctionalBase] = field(default_factory=dict)

    def base_of(self, frame: Frame) -> FunctionalBase:
        """Return the base of what is stood on: measured, or a model."""
        measured = self.bases.get(frame.feet[0].side if frame.has_outside else "both")
        return measured or FunctionalBase.model(frame, self.age)

    def to_dict(self) -> dict[str, Any]:
        """Fields that `from_dict` reads back."""
        return {
            "plate_weight_n": self.plate_weight_n,
            "insole_weight_n": self.insole_weight_n,
            "age": self.age,
            "bases": {of: base.to_dict() for of, base in self.bases.items()},
        }

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Body:
        """Read what `to_dict` wrote."""
        bases = {of: FunctionalBase.from_dict(base) for of, base in fields["bases"].items()}
        return cls(
            fields["plate_weight_n"], fields["insole_weight_n"], fields["age"], bases
        )
