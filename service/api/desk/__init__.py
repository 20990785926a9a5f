"""What the alert desk asks from programs: reach before sending, suggestions of ground.

The desk sees counts, hidden where they are small. Why one person was told, and which neighborhoods
there are, is nobody's business here (DOMAIN rule 19): `porchlight alert explain` is for whoever
runs the machine.
"""

from service.api.desk import reach, suggestions
from service.api.desk.blueprint import desk_api

__all__ = ["desk_api", "reach", "suggestions"]
