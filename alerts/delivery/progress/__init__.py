"""How far is a wave: who was sent to, who waits and for what, who failed and why, who saw it?

`count` reads batches, `counts` are the figures, `progress` puts waves that tell the same together,
`confirmed` says which share of phones confirms what was sent. Figures here are exact: the desk's
API hides the small ones.
"""

from alerts.delivery.progress.confirmed import confirmed_shares
from alerts.delivery.progress.count import Counting
from alerts.delivery.progress.counts import Counts, Wait
from alerts.delivery.progress.progress import Progress, progress_of, something_is_to_come

__all__ = [
    "Counting",
    "Counts",
    "Progress",
    "Wait",
    "confirmed_shares",
    "progress_of",
    "something_is_to_come",
]
