"""What a feed and the desk are told of an area's reach: counts, hidden where they are small."""

from typing import Annotated, cast

from flask import current_app
from pydantic import Field, StringConstraints

from alerts.audience.hidden import Hidden, HiddenCounty, hidden
from alerts.audience.reach import Reach
from alerts.places import PlaceBook
from alerts.store.subscribers import Channel
from service.asked_before import AskedBefore
from service.county_names import county_name
from service.http import ApiModel, runtime

# Below ten a count is hidden (DOMAIN rule 19).
Count = int | Annotated[str, StringConstraints(pattern="^<10$")]

DESK = "desk"  # as one: what two people of it were shown can't be laid side by side


class DeviceFigure(ApiModel):
    """Devices of one channel and language."""

    channel: Channel
    language: str
    devices: int = Field(description="Rounded down to tens")


class CountyFigure(ApiModel):
    """People of one county."""

    county: str | None = Field(description="FIPS code; null: in no county that is known")
    name: str | None = Field(description='"Marquette County, MI"')
    subscribers: int = Field(description="Rounded down to tens")


class AreaReach(ApiModel):
    """What an area touches; each count is hidden below ten."""

    neighborhoods: Count
    subscribers: Count
    devices: Count
    devices_by: list[DeviceFigure] = Field(description="Those of twenty or more alone")
    in_quiet_hours: Count = Field(
        description="People for whom a push would wait now; rounded down to tens"
    )
    already_told: Count | None = Field(
        description="People who know of the case, or are about to; rounded down to tens. "
        "null: no alert was named, or the case has none."
    )
    counties: list[CountyFigure] = Field(description="Those of twenty people or more alone")


def figures_shown(reach: Reach, asker: str, *, knows_told: bool) -> AreaReach:
    """Return what `asker` may see of the figures.

    Parameters
    ----------
    asker: who sees it, as one in what they may lay side by side.
    knows_told: an alert was asked about.
    """
    r = runtime()
    totals = _asked_before().totals(asker, reach.figures, r.clock())
    shown = hidden(reach.figures, totals)
    return AreaReach(
        neighborhoods=shown.neighborhoods,
        subscribers=shown.subscribers,
        devices=shown.devices,
        devices_by=_devices(shown),
        in_quiet_hours=shown.in_quiet_hours,
        already_told=shown.already_told if knows_told else None,
        counties=[_county(row, r.places) for row in shown.counties],
    )


def _devices(shown: Hidden) -> list[DeviceFigure]:
    return [
        DeviceFigure(channel=Channel(row.channel), language=row.language, devices=row.devices)
        for row in shown.devices_by
    ]


def _county(row: HiddenCounty, places: PlaceBook) -> CountyFigure:
    name = county_name(places, row.county)
    return CountyFigure(county=row.county, name=name, subscribers=row.subscribers)


def _asked_before() -> AskedBefore:
    kept = current_app.extensions.get("porchlight.asked_before")
    if kept is None:
        kept = current_app.extensions.setdefault("porchlight.asked_before", AskedBefore())
    return cast("AskedBefore", kept)
