"""Everything that we hold about a person, in one call (DOMAIN rule 19)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from flask import Response
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import WaveKind
from alerts.audience.told import Telling, tellings_of
from alerts.store.alerts import Alert
from alerts.store.devices import registrations_of
from alerts.store.many import among
from alerts.store.self_tests import SelfTest, self_tests_of
from alerts.store.subscribers import Channel, Device, Neighborhood, neighborhoods_of
from alerts.store.waves import Receipt, Report, receipts_of, reports_of
from geo.cells import cell_names, unpack_cells
from geo.geojson import to_geometry
from service.api.app.blueprint import TAG, app_api, me
from service.api.app.choices import Me, chosen
from service.api.app.feedback import Reason, ReportEntry
from service.auth import for_subscribers
from service.http import SUBSCRIBER_AUTH, documented, reply, runtime


class ExportedProperties(BaseModel):
    """What is kept of a neighborhood beside its ground."""

    name: str | None
    radius_m: float | None
    h3_resolution: int | None
    h3_cells: tuple[str, ...] | None
    drawn_at: datetime


class ExportedNeighborhood(BaseModel):
    """A neighborhood, as a GeoJSON Feature."""

    type: Literal["Feature"] = "Feature"
    id: UUID
    geometry: dict[str, Any]
    properties: ExportedProperties


class ExportedNeighborhoods(BaseModel):
    """All neighborhoods, as a GeoJSON FeatureCollection."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[ExportedNeighborhood]


class ExportedDevice(BaseModel):
    """A device with its address: it is the person's own."""

    device_id: str
    channel: Channel
    address: str
    address_kind: str
    registered_at: datetime
    ended_at: datetime | None
    ended_reason: str | None


class ExportedReceipt(BaseModel):
    """What a device said of an alert; the device is null if it didn't say which, or was removed."""

    alert_id: UUID
    device_id: str | None
    event: str
    received_at: datetime


class ExportedSelfTest(BaseModel):
    """A push that was asked for to see whether it arrives; kept for a day."""

    device_id: str
    asked_at: datetime
    pushed_at: datetime | None
    failed: str | None
    shown_at: datetime | None


class ExportedTelling(BaseModel):
    """One push to one device; the neighborhood or device is null once it was removed."""

    alert_id: UUID
    kind: WaveKind
    revision: int
    device_id: str | None
    neighborhood_id: UUID | None
    at: datetime


class Export(BaseModel):
    """Everything that is held about a person."""

    exported_at: datetime
    me: Me
    neighborhoods: ExportedNeighborhoods
    devices: list[ExportedDevice]
    told: list[ExportedTelling]
    receipts: list[ExportedReceipt]
    self_tests: list[ExportedSelfTest]
    reports: list[ReportEntry]


@app_api.get("/v1/me/export")
@documented(gives={200: Export}, tag=TAG, auth=SUBSCRIBER_AUTH)
@for_subscribers
def export_me() -> Response:
    """Return everything that we hold about you."""
    r = runtime()
    with r.store.read() as session:
        return reply(_export(session, r.clock()))


def _export(session: Session, now: datetime) -> Export:
    person = me(session)
    neighborhoods = neighborhoods_of(session, person.id)
    devices = registrations_of(session, person.id)
    told = tellings_of(session, person.id)
    receipts, reports = receipts_of(session, person.id), reports_of(session, person.id)
    alert_ids = _alert_ids(session, (*told, *receipts, *reports))
    return Export(
        exported_at=now,
        me=chosen(person),
        neighborhoods=ExportedNeighborhoods(features=[_feature(n) for n in neighborhoods]),
        devices=[_device(device) for device in devices],
        told=_tellings(told, alert_ids, devices, neighborhoods),
        receipts=_receipts(receipts, alert_ids, devices),
        self_tests=[_self_test(*each) for each in self_tests_of(session, person.id)],
        reports=[_report(report, alert_ids) for report in reports],
    )


def _alert_ids(session: Session, named: Sequence[Telling | Receipt | Report]) -> Mapping[int, UUID]:
    """Return the public ids of the alerts that are named, by row id."""
    rows = {each.alert_id for each in named}
    found = session.execute(select(Alert.id, Alert.public_id).where(among(session, Alert.id, rows)))
    return {row.id: row.public_id for row in found}


def _feature(neighborhood: Neighborhood) -> ExportedNeighborhood:
    return ExportedNeighborhood(
        id=neighborhood.public_id,
        geometry=to_geometry(neighborhood.shape, digits=7),
        properties=ExportedProperties(
            name=neighborhood.name or None,
            radius_m=neighborhood.radius_m,
            h3_resolution=neighborhood.cell_resolution,
            h3_cells=cell_names(unpack_cells(neighborhood.cells)) if neighborhood.cells else None,
            drawn_at=neighborhood.drawn_at,
        ),
    )


def _device(device: Device) -> ExportedDevice:
    return ExportedDevice(
        device_id=device.device_key,
        channel=device.channel,
        address=device.address,
        address_kind=device.address_kind,
        registered_at=device.registered_at,
        ended_at=device.ended_at,
        ended_reason=device.ended_reason,
    )


def _tellings(
    told: Sequence[Telling],
    alert_ids: Mapping[int, UUID],
    devices: Sequence[Device],
    neighborhoods: Sequence[Neighborhood],
) -> list[ExportedTelling]:
    device_keys = {device.id: device.device_key for device in devices}
    neighborhood_ids = {n.id: n.public_id for n in neighborhoods}
    return [
        ExportedTelling(
            alert_id=alert_ids[telling.alert_id],
            kind=telling.kind,
            revision=telling.revision,
            device_id=device_keys.get(telling.device_id),
            neighborhood_id=neighborhood_ids.get(telling.neighborhood_id),
            at=telling.at,
        )
        for telling in told
    ]


def _receipts(
    receipts: Sequence[Receipt], alert_ids: Mapping[int, UUID], devices: Sequence[Device]
) -> list[ExportedReceipt]:
    device_keys = {device.id: device.device_key for device in devices}
    return [
        ExportedReceipt(
            alert_id=alert_ids[receipt.alert_id],
            device_id=device_keys.get(receipt.device_id),
            event=receipt.event,
            received_at=receipt.received_at,
        )
        for receipt in receipts
    ]


def _self_test(test: SelfTest, device_key: str) -> ExportedSelfTest:
    return ExportedSelfTest(
        device_id=device_key,
        asked_at=test.asked_at,
        pushed_at=test.pushed_at,
        failed=test.failed,
        shown_at=test.shown_at,
    )


def _report(report: Report, alert_ids: Mapping[int, UUID]) -> ReportEntry:
    return ReportEntry(
        id=report.public_id,
        alert_id=alert_ids[report.alert_id],
        reason=Reason(report.reason),
        received_at=report.received_at,
    )
