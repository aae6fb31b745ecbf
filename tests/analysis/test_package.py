# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import pytest

import solemetry as sm


def modules_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("statement", ["import solemetry", "import solemetry; solemetry.sway"])
def test_importing_the_package_loads_nothing_heavy(statement):
    assert not modules_after(statement) & {"numpy", "scipy", "pandas", "h5py", "matplotlib"}


def test_the_live_kernels_load_neither_pandas_nor_h5py():
    kernels = "from solemetry.sway import prediction_ellipse, mean_velocity"
    loaded = modules_after(f"{kernels}; import solemetry.foot, solemetry.signal")
    assert not loaded & {"scipy", "pandas", "h5py"}


@pytest.mark.parametrize("name", sorted(set(sm.__all__)))
def test_every_promised_name_is_there(name):
    assert getattr(sm, name) is not None


SUBPACKAGES = [
    "sway", "gait", "loading", "session", "importers", "report", "sync", "pronation", "imu",
    "calibrating", "figures",
]  # fmt: skip


@pytest.mark.parametrize("package", SUBPACKAGES)
def test_every_name_of_a_subpackage_is_there(package):
    package = getattr(sm, package)
    assert all(getattr(package, name) is not None for name in package.__all__)


def test_the_version_is_that_of_the_distribution():
    assert sm.__version__ == version("solemetry")


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nonsense"):
        sm.nonsense  # noqa: B018
