"""How many are these? The figures of an area, counted in memory."""

import numpy as np
from numpy.typing import NDArray

from alerts.audience.columns.block import NO_COUNTY
from alerts.audience.columns.nights import release_times
from alerts.audience.columns.reached import Reached
from alerts.audience.index import CountyCount, DeviceCount, Figures, Question, most_first


def figures_of(reached: Reached, asked: Question) -> Figures:
    """Count what an area reached."""
    people, chosen = reached.people, reached.owner_mask()
    kept = np.ones(len(reached.owners), bool)
    if asked.testers_only:
        chosen &= people.testers[: len(chosen)]
        kept = chosen[reached.owners]
    owners = np.flatnonzero(chosen)
    hours = people.quiet_hours[owners]  # before the words they stand for: there may come more
    releases = release_times(people, asked.tier, asked.now, hours)
    held = np.array([release > asked.now for release in releases], bool)
    return Figures(
        neighborhood_ids=reached.neighborhood_ids[kept],
        subscribers=len(owners),
        devices=_devices(reached, chosen),
        in_quiet_hours=int(held[hours].sum()) if len(owners) else 0,
        already_told=int(np.isin(people.ids[owners], asked.told).sum()),
        counties=_counties(reached.counties[kept], reached.owners[kept]),
    )


def _devices(reached: Reached, chosen: NDArray[np.bool_]) -> tuple[DeviceCount, ...]:
    people, devices = reached.people, reached.devices
    channels, languages = people.channel_words.listed(), people.language_words.listed()
    rows = reached.devices_of(chosen)
    spoken = people.languages[devices.owners[rows]].astype(np.int64)
    both = devices.channels[rows] * np.int64(len(languages) or 1) + spoken
    counts = [
        DeviceCount(
            channel=str(channels[number // len(languages)]),
            language=str(languages[number % len(languages)]),
            devices=int(count),
        )
        for number, count in enumerate(np.bincount(both).tolist())
        if count
    ]
    return tuple(sorted(counts, key=lambda count: (count.channel, count.language)))


def _counties(counties: NDArray[np.int32], owners: NDArray[np.int32]) -> tuple[CountyCount, ...]:
    codes, neighborhoods = np.unique(counties, return_counts=True)
    pairs = np.unique(counties.astype(np.int64) << 32 | owners)
    _, people = np.unique(pairs >> 32, return_counts=True)
    counts = [
        CountyCount(
            county=None if code == NO_COUNTY else f"{code:05d}",
            neighborhoods=count,
            subscribers=owned,
        )
        for code, count, owned in zip(
            codes.tolist(), neighborhoods.tolist(), people.tolist(), strict=True
        )
    ]
    return most_first(counts)
