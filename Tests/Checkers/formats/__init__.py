"""What each system's import takes, as judges of a folder of files. Written from the vendors' pages, not from the
product.

A judge raises AssertionError at the first thing that the system would refuse or misread.
"""

from collections.abc import Callable
from pathlib import Path

from formats import digital_id, entra, feeds, finance, hr, lms

Judge = Callable[[Path], None]

# By system and profile. A feed is judged alike whoever it is for.
JUDGES: dict[tuple[str, str], Judge] = (
    entra.JUDGES | hr.JUDGES | finance.JUDGES | lms.JUDGES | digital_id.JUDGES | feeds.JUDGES
)
