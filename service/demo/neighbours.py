"""Who lives in the demo: twelve fictional neighbours around Marquette, Michigan.

Nine have drawn a neighborhood that the demo's area touches, three live elsewhere in the Upper
Peninsula and hear nothing. All have a device of the channel `console`, whose address says whose it
is, so that a second start finds them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.store.devices import address_hash
from alerts.store.people import NewNeighborhood, PeopleImport, PushAddress
from alerts.store.subscribers import Channel, Device
from geo.circle import circle_ground
from geo.coordinates import LonLat
from geo.packed import pack

ADDRESSES = "porchlight-demo/"
NIGHT = {
    "start": "22:00:00",
    "end": "07:00:00",
    "time_zone": "America/Detroit",
    "tiers": ["endangered", "missing"],
}


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """Somebody fictional."""

    name: str  # of the neighborhood
    lon: float
    lat: float
    radius_m: float
    language: str = "en"
    sleeps: bool = False
    tester: bool = False


NEIGHBOURS = (
    Neighbour(name="Presque Isle", lon=-87.383, lat=46.588, radius_m=1_200),
    Neighbour(name="Lakeside", lon=-87.384, lat=46.561, radius_m=900),
    Neighbour(name="Third Street", lon=-87.397, lat=46.548, radius_m=700, language="es"),
    Neighbour(name="Campus", lon=-87.405, lat=46.559, radius_m=1_000, tester=True),
    Neighbour(name="South Beach", lon=-87.382, lat=46.527, radius_m=1_100),
    Neighbour(name="Trowbridge Park", lon=-87.437, lat=46.556, radius_m=1_500, sleeps=True),
    Neighbour(name="Harvey", lon=-87.354, lat=46.494, radius_m=2_000, language="es"),
    Neighbour(name="Way to work", lon=-87.470, lat=46.540, radius_m=5_000),
    Neighbour(name="Negaunee", lon=-87.607, lat=46.499, radius_m=4_000),
    Neighbour(name="Ironwood", lon=-90.171, lat=46.455, radius_m=3_000),
    Neighbour(name="Menominee", lon=-87.614, lat=45.108, radius_m=3_000),
    Neighbour(name="Sault Ste. Marie", lon=-84.347, lat=46.490, radius_m=3_000, language="es"),
)


def move_in(session: Session, now: datetime, neighbours: tuple[Neighbour, ...]) -> int:
    """Add the neighbours who aren't there yet; return how many came."""
    fresh = [one for one in neighbours if not _is_there(session, one)]
    if fresh:
        PeopleImport().write(session, [_with_phone(one) for one in fresh], now)
    return len(fresh)


def _is_there(session: Session, neighbour: Neighbour) -> bool:
    hashed = address_hash(Channel.CONSOLE, ADDRESSES + neighbour.name)
    return session.scalar(select(Device.id).where(Device.address_hash == hashed)) is not None


def _with_phone(neighbour: Neighbour) -> NewNeighborhood:
    quiet: dict[str, Any] | None = NIGHT if neighbour.sleeps else None
    home = LonLat(neighbour.lon, neighbour.lat)
    return NewNeighborhood(
        person=neighbour.name,
        packed=pack(circle_ground(home, neighbour.radius_m)),
        name=neighbour.name,
        radius_m=neighbour.radius_m,
        device=PushAddress(
            channel=Channel.CONSOLE,
            address=ADDRESSES + neighbour.name,
            address_kind="console",
            device_key="phone",
        ),
        language=neighbour.language,
        quiet_hours=quiet,
        weekly_cap=None,
        tester=neighbour.tester,
    )
