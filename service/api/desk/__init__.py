"""What the alert desk asks from programs: reach, suggestions of ground, channels, batches.

The desk sees counts, hidden where they are small. Why one person was told, and which neighborhoods
there are, is nobody's business here (DOMAIN rule 19): `porchlight alert explain` is for whoever
runs the machine.
"""

from service.api.desk import batches, channels, correct, reach, suggestions, waves
from service.api.desk.blueprint import desk_api

__all__ = ["batches", "channels", "correct", "desk_api", "reach", "suggestions", "waves"]
