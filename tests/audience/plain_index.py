"""The audience index that is obviously right: every row looked at, one after the other."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import Tier
from alerts.audience.index import (
    CountyCount,
    DeviceCount,
    Figures,
    Ids,
    MakeWave,
    Matches,
    Phones,
    Question,
    Said,
    Seated,
    Terms,
)
from alerts.audience.quiet import Nights
from alerts.audience.seats import Row
from alerts.push import Outcome
from alerts.store.subscribers import Device, Neighborhood, Subscriber, newest_change
from alerts.store.waves import Batch, BatchState, Wave, pack_ids
from geo.parts import Shape

Seat = tuple[Row, Device, int]  # ... and the neighborhood by which they are there


class PlainIndex:
    """Answers as an `AudienceIndex` must; of the store, through the ORM, in plain Python."""

    def refresh(self, session: Session) -> int:
        return newest_change(session)

    def may_reach(self, people: int) -> bool:
        return True

    def reach(self, session: Session, area: Shape, among: Ids | None = None) -> Matches:
        found = touched(session, area, among)
        return Matches(
            neighborhood_ids=np.array([n.id for n in found], np.int64),
            subscriber_ids=np.array([n.subscriber_id for n in found], np.int64),
        )

    def figures(self, session: Session, area: Shape, asked: Question) -> Figures:
        people = {
            person.id: person
            for person in session.scalars(select(Subscriber))
            if person.tester or not asked.testers_only
        }
        found = [n for n in touched(session, area, None) if n.subscriber_id in people]
        reached = {n.subscriber_id for n in found}
        nights = Nights(asked.tier, asked.now)
        return Figures(
            neighborhood_ids=np.array([n.id for n in found], np.int64),
            subscribers=len(reached),
            devices=_device_counts(session, {i: people[i].language for i in reached}),
            in_quiet_hours=sum(nights.release(people[i].quiet_hours) > asked.now for i in reached),
            already_told=len(reached & set(asked.told.tolist())),
            counties=_county_counts(found),
        )

    def phones(self, session: Session, device_ids: Ids) -> Phones:
        found = [
            (device, session.get_one(Subscriber, device.subscriber_id))
            for device in session.scalars(select(Device).order_by(Device.id))
            if device.id in device_ids.tolist() and device.ended_at is None
        ]
        return Phones(
            device_ids=np.array([device.id for device, _ in found], np.int64),
            subscriber_ids=np.array([person.id for _, person in found], np.int64),
            said_of=np.arange(len(found)),
            said=[
                Said(device.channel.value, person.language, json.dumps(person.quiet_hours))
                for device, person in found
            ],
        )

    def seat(
        self, session: Session, area: Shape, terms: Terms, make_wave: MakeWave, batch_size: int
    ) -> Wave | None:
        seats = sorted(
            _seats(session, touched(session, area, terms.among), terms),
            key=lambda seat: (seat[0], seat[1].id),
        )
        if not seats:
            return None
        seated = Seated(
            people=len({device.subscriber_id for _, device, _ in seats}),
            devices=len(seats),
            capped=len({device.subscriber_id for row, device, _ in seats if row.capped}),
        )
        wave = make_wave(seated)
        together: Counter[tuple[object, ...]] = Counter()  # batches that go out side by side
        for row, group in groupby(seats, key=lambda seat: seat[0]):
            members = list(group)
            for start in range(0, len(members), batch_size):
                batch = _batch(wave, row, members[start : start + batch_size], terms)
                batch.turn = together[row.not_before, row.channel, row.capped]
                together[row.not_before, row.channel, row.capped] += 1
                session.add(batch)
        session.flush()
        return wave


def touched(session: Session, area: Shape, among: Ids | None) -> list[Neighborhood]:
    rows = session.scalars(select(Neighborhood).order_by(Neighborhood.id))
    return [
        row
        for row in rows
        if row.shape.intersects(area) and (among is None or row.subscriber_id in among.tolist())
    ]


def _device_counts(session: Session, languages: dict[int, str]) -> tuple[DeviceCount, ...]:
    counts = Counter(
        (device.channel.value, languages[device.subscriber_id])
        for device in session.scalars(select(Device).where(Device.ended_at.is_(None)))
        if device.subscriber_id in languages
    )
    return tuple(
        DeviceCount(channel=channel, language=language, devices=count)
        for (channel, language), count in sorted(counts.items())
    )


def _county_counts(found: Sequence[Neighborhood]) -> tuple[CountyCount, ...]:
    homes: dict[str, list[int]] = defaultdict(list)
    for neighborhood in found:
        homes[neighborhood.county or ""].append(neighborhood.subscriber_id)
    ordered = sorted(homes, key=lambda code: (code == "", -len(homes[code]), code))
    return tuple(
        CountyCount(
            county=code or None, neighborhoods=len(homes[code]), subscribers=len(set(homes[code]))
        )
        for code in ordered
    )


def _seats(session: Session, found: Sequence[Neighborhood], terms: Terms) -> Iterator[Seat]:
    first = {n.subscriber_id: n.id for n in sorted(found, key=lambda n: n.id, reverse=True)}
    pushes = dict(zip(terms.pushed.tolist(), terms.pushes.tolist(), strict=True))
    nights = Nights(terms.tier, terms.now)
    for device in session.scalars(select(Device).where(Device.ended_at.is_(None))):
        person = session.get_one(Subscriber, device.subscriber_id)
        if person.id not in first or person.id in terms.left_out.tolist():
            continue
        if terms.testers_only and not person.tester:
            continue
        cap = terms.weekly_cap if person.weekly_cap is None else person.weekly_cap
        row = Row(
            not_before=nights.release(person.quiet_hours),
            channel=device.channel.value,
            language=person.language,
            capped=terms.tier is not Tier.AMBER and pushes.get(person.id, 0) >= cap,
            hushed=False,
        )
        yield row, device, first[person.id]


def _batch(wave: Wave, row: Row, members: Sequence[Seat], terms: Terms) -> Batch:
    outcome = Outcome.CAPPED if row.capped else Outcome.PENDING
    return Batch(
        wave_id=wave.id,
        channel=row.channel,
        language=row.language,
        priority=wave.priority,
        silent=wave.silent,
        size=len(members),
        device_ids=pack_ids(np.array([device.id for _, device, _ in members])),
        subscriber_ids=pack_ids(np.array([device.subscriber_id for _, device, _ in members])),
        neighborhood_ids=pack_ids(np.array([home for _, _, home in members])),
        outcomes=bytes([outcome]) * len(members),
        state=BatchState.DONE if row.capped else BatchState.READY,
        not_before=row.not_before,
        done_at=terms.now if row.capped else None,
    )
