"""What does one line of a GeoJSON Lines file say? A neighborhood, whose it is, how they're reached.

A line is a Feature: a Polygon, a MultiPolygon, or a Point with `properties.radius_m` (metres);
`properties.device` says how its owner is reached. Lines with the same `properties.subscriber`, or
without one the same device, are one person.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, ValidationError

from alerts.audience.kept_ground import Limits, Resolution, keep, read_ground
from alerts.audience.quiet import QuietHours
from alerts.delivery.channels.webpush.endpoint import read_endpoint
from alerts.delivery.channels.webpush.keys import BadKey, join_keys
from alerts.delivery.wording.messages import nearest_language
from alerts.outbound.errors import OutboundRefused
from alerts.store.people import NewNeighborhood, PushAddress
from alerts.store.subscribers import Channel
from geo.cells import pack_cells
from geo.errors import GeoError
from geo.packed import pack
from service.cli.plain_lines import PlainLine, plain_lines

LONGEST_NAME = 60  # characters; `neighborhood.name`
MARKS = b"\x1e\xef\xbb\xbf \t\r\n"  # record separator (RFC 8142), byte order mark, space

Address = Annotated[str, Field(min_length=1, max_length=2048, pattern=r"^[\x21-\x7e]+$")]


class RefusedLine(BaseModel):
    """A line that wasn't imported."""

    model_config = ConfigDict(frozen=True)

    line: int  # the first is 1
    where: str  # JSON pointer
    message: str


class LineRefused(Exception):
    """The line can't be imported: `where` is a JSON pointer, the message a sentence."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(message)
        self.where = where


ReadLine = tuple[int, NewNeighborhood | RefusedLine]  # with its number


class KeysOfLine(BaseModel):
    """The keys of a Web Push subscription (RFC 8291), in base64url."""

    model_config = ConfigDict(extra="ignore")

    p256dh: str
    auth: str


class DeviceOfLine(BaseModel):
    """How a device is reached: `fcm` by `token` or `fid`; `console` by any `address`, or none.

    `webpush` by `endpoint` and `keys`; its host is looked up when it is pushed to.
    """

    model_config = ConfigDict(extra="ignore")

    channel: Literal["fcm", "webpush", "console"]
    id: str | None = Field(None, min_length=1, max_length=80)
    token: Address | None = None
    fid: Address | None = None
    endpoint: Address | None = None
    keys: KeysOfLine | None = None
    address: Address | None = None


class PropertiesOfLine(BaseModel):
    """What a line says beside its ground; other members are ignored (RFC 7946 section 6.1)."""

    model_config = ConfigDict(extra="ignore")

    device: DeviceOfLine | None = None
    subscriber: StrictStr | StrictInt | None = None
    name: str = Field("", max_length=LONGEST_NAME)
    language: str = Field("en", max_length=35)
    quiet_hours: QuietHours | None = None
    weekly_cap: Annotated[int, Field(ge=0, le=1000)] | None = None
    tester: StrictBool = False
    radius_m: float | None = None
    h3_resolution: Resolution | None = None


def read_line(line: bytes, alone: str, limits: Limits) -> NewNeighborhood:
    """Read one line.

    Parameters
    ----------
    alone: a name no other line has, for what the file doesn't name.

    Raises
    ------
    LineRefused: it isn't JSON, or a property is missing or can't be used.
    GeoError: it draws no ground, or more than `limits` allow.
    """
    feature = _json(line)
    ground = read_ground(feature, limits)
    said = _properties(feature.get("properties"))
    kept = keep(ground, said.h3_resolution, limits)
    new = _neighborhood(said, alone, pack(kept.shape), kept.radius_m)
    if kept.cells is None:
        return new
    return replace(new, cell_resolution=kept.resolution, cells=pack_cells(kept.cells))


def _neighborhood(
    said: PropertiesOfLine, alone: str, packed: bytes, radius_m: float | None
) -> NewNeighborhood:
    device = _device(said, alone)
    return NewNeighborhood(
        person=_person(said, device),
        packed=packed,
        name=said.name.strip(),
        radius_m=radius_m,
        device=device,
        language=nearest_language(said.language),
        quiet_hours=said.quiet_hours.model_dump(mode="json") if said.quiet_hours else None,
        weekly_cap=said.weekly_cap,
        tester=said.tester,
    )


def read_lines(run: str, first: int, lines: Sequence[bytes], limits: Limits) -> list[ReadLine]:
    """Read consecutive lines of a file, what can't be imported as a `RefusedLine`.

    Parameters
    ----------
    run: a name of this import; `first`: the number of the first line.
    """
    stripped = [(number, line.strip(MARKS)) for number, line in enumerate(lines, first)]
    texts = [(number, text) for number, text in stripped if text]
    plain = plain_lines([text for _, text in texts], limits)
    return [
        _read_or_refuse(run, number, text, read, limits)
        for (number, text), read in zip(texts, plain, strict=True)
    ]


def refused_line(number: int, where: str, problem: Exception) -> RefusedLine:
    """Say why a line wasn't imported, as a sentence."""
    said = str(problem)
    message = said[:1].upper() + said[1:] + ("" if said.endswith(".") else ".")
    return RefusedLine(line=number, where=where, message=message)


def _read_or_refuse(
    run: str, number: int, text: bytes, plain: PlainLine | None, limits: Limits
) -> ReadLine:
    alone = f"{run}/{number}"
    try:
        if plain is not None:
            return number, _neighborhood(_properties(plain.properties), alone, plain.packed, None)
        return number, read_line(text, alone, limits)
    except (LineRefused, GeoError) as problem:
        return number, refused_line(number, problem.where, problem)


def _json(line: bytes) -> Any:
    try:
        return json.loads(line)
    except UnicodeDecodeError:
        raise LineRefused("", "The line isn't UTF-8.") from None
    except (ValueError, RecursionError):
        raise LineRefused("", "The line isn't a JSON object; each line is one Feature.") from None


def _properties(given: object) -> PropertiesOfLine:
    try:
        return PropertiesOfLine.model_validate({} if given is None else given)
    except ValidationError as bad:
        first = bad.errors(include_url=False, include_context=False, include_input=False)[0]
        where = "".join(f"/{part}" for part in ("properties", *first["loc"]))
        raise LineRefused(where, f"{first['msg']}.") from None


def _device(said: PropertiesOfLine, alone: str) -> PushAddress | None:
    device = said.device
    if device is None:
        if said.subscriber is None:
            message = "It needs a device, or a subscriber that has one in another line."
            raise LineRefused("/properties/device", message)
        return None
    if device.channel == "console":
        owner = alone if said.subscriber is None else f"{alone.split('/')[0]}/s/{said.subscriber}"
        return _address(device, Channel.CONSOLE, device.address or owner, "console")
    if device.channel == "webpush":
        return _web_push(device)
    if bool(device.token) == bool(device.fid):
        message = "An fcm device needs either token or fid."
        raise LineRefused("/properties/device", message)
    kind = "token" if device.token else "fid"
    return _address(device, Channel.FCM, device.token or device.fid or "", kind)


def _web_push(device: DeviceOfLine) -> PushAddress:
    where = "/properties/device"
    if device.endpoint is None or device.keys is None:
        raise LineRefused(where, "A webpush device needs endpoint and keys.")
    try:
        read_endpoint(device.endpoint)
        keys = join_keys(device.keys.p256dh, device.keys.auth)
    except OutboundRefused as bad:
        raise LineRefused(f"{where}/endpoint", str(bad)) from None
    except BadKey as bad:
        raise LineRefused(f"{where}/keys/{bad.name}", str(bad)) from None
    return _address(device, Channel.WEBPUSH, device.endpoint, "endpoint", keys)


def _address(
    device: DeviceOfLine, channel: Channel, address: str, kind: str, keys: str | None = None
) -> PushAddress:
    return PushAddress(
        channel=channel,
        address=address,
        address_kind=kind,
        device_key=device.id or "",
        push_keys=keys,
    )


def _person(said: PropertiesOfLine, device: PushAddress | None) -> str:
    if said.subscriber is not None or device is None:
        return f"subscriber {said.subscriber}"
    return f"device {device.hashed.hex()}"
