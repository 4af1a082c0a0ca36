"""The guardian: `python -m config.engines <var> <descriptor of its lock>`, started by a lease."""

import sys
from pathlib import Path

from config.engines import lease
from config.engines.places import Engines

lease.guard(Engines(Path(sys.argv[1])), guard_lock=int(sys.argv[2]))
