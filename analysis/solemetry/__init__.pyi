# SPDX-License-Identifier: Apache-2.0
from . import analysis as analysis
from . import calibrating as calibrating
from . import cohort as cohort
from . import cop as cop
from . import exporting as exporting
from . import figures as figures
from . import foot as foot
from . import gait as gait
from . import importers as importers
from . import imu as imu
from . import layouts as layouts
from . import loading as loading
from . import pronation as pronation
from . import report as report
from . import resampling as resampling
from . import session as session
from . import signal as signal
from . import sway as sway
from . import sync as sync
from .calibration import Calibration as Calibration
from .device import DeviceDescription as DeviceDescription
from .device import SensorLayout as SensorLayout
from .errors import SolemetryError as SolemetryError
from .exporting import export as export
from .importers import open as open  # noqa: A004 - `sm.open`

__version__: str
