# SPDX-License-Identifier: Apache-2.0
from . import format as format  # noqa: A004 - a module's name
from .compaction import finish as finish
from .compaction import repair as repair
from .cutting import part_of as part_of
from .heading import Heading as Heading
from .heading import read_heading as read_heading
from .model import Motion as Motion
from .model import Session as Session
from .model import Stream as Stream
from .reading import open_session as open_session
from .verification import verify as verify
from .writing import Logged as Logged
from .writing import write_imported as write_imported
from .writing import write_load as write_load
from .writing import write_logged as write_logged
