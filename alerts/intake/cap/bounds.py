"""Is there more in the alerts of a document than any real one holds?

Counted before anything is read, so that no document costs more than a second: a few bytes can ask
for a thousand circles. Each number is well above what the samples at hand reach.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.intake.cap.xml import Node
from alerts.problem import Problem, error

MAX_INFOS = 100  # in an alert: one a language and event; the most seen are 7
MAX_ALL_INFOS = 5_000  # in a document: a national feed has hundreds
MAX_AREAS = 10_000  # in a document; a Canadian alert has a hundred
MAX_SHAPES = 3_000  # in a document; a circle takes 0.2 ms to read
MAX_COORDINATES = 2_000_000  # characters in all shapes: about 100,000 points
MAX_CODES = 200_000  # characters in all geocodes: several times all counties of the United States
MAX_REFERENCES = 1_000  # in an alert; updates of many days have dozens
MAX_REPAIRS = 50  # in a document; a ring that crosses itself a lot takes 8 ms to repair


@dataclass(kw_only=True, slots=True)
class Effort:
    """What may still be spent on a document."""

    repairs_left: int = MAX_REPAIRS

    def may_repair(self) -> bool:
        """Take one repair, if there is one left."""
        self.repairs_left -= 1
        return self.repairs_left >= 0


def too_much(alerts: Sequence[Node]) -> Problem | None:
    """Return `too_large`, `too_many_shapes` or `too_many_geocodes`, None if all is in bounds."""
    shapes = [text for alert in alerts for text in alert.texts("polygon", "circle")]
    if len(shapes) > MAX_SHAPES or sum(map(len, shapes)) > MAX_COORDINATES:
        message = f"More than {MAX_SHAPES} shapes or {MAX_COORDINATES} characters of coordinates: "
        return error("too_many_shapes", "", message + "send an outline of the area.")
    infos = [alert.count("info") for alert in alerts]
    if max(infos, default=0) > MAX_INFOS or sum(infos) > MAX_ALL_INFOS:
        message = f"More than {MAX_INFOS} info blocks in an alert: send an alert for each event."
        return error("too_large", "", message)
    if sum(alert.count("area") for alert in alerts) > MAX_AREAS:
        message = f"More than {MAX_AREAS} areas: send fewer alerts at once."
        return error("too_large", "", message)
    if sum(len(text) for alert in alerts for text in alert.texts("geocode")) > MAX_CODES:
        message = f"More than {MAX_CODES} characters of geocodes: send an outline of the area."
        return error("too_many_geocodes", "", message)
    return None
