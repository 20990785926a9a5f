"""Do the columns know of people and devices what the tables say?"""

import random

import numpy as np
import pytest

from alerts.audience.columns.people import NO_CAP, NO_OWNER, NOBODY, OutOfOrder, People


def told(people: People) -> dict[int, tuple[str, str | None, int, bool]]:
    """Return what is known of each person."""
    languages, hours = people.language_words.listed(), people.quiet_words.listed()
    return {
        int(person): (
            str(languages[people.languages[row]]),
            hours[people.quiet_hours[row]],
            int(people.weekly_caps[row]),
            bool(people.testers[row]),
        )
        for row, person in enumerate(people.ids)
    }


def owned(people: People) -> dict[int, tuple[int, str]]:
    """Return whose each device is that can be reached, and its channel."""
    channels, devices = people.channel_words.listed(), people.devices
    return {
        int(device): (int(people.ids[owner]), str(channels[channel]))
        for device, owner, channel in zip(
            devices.ids, devices.owners, devices.channels, strict=True
        )
        if owner != NOBODY
    }


@pytest.mark.parametrize("seed", range(5))
def test_they_know_what_was_put_last(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - no secret
    people, persons, phones = People(), dict[int, tuple[str, str | None, int, bool]](), {}
    for _ in range(20):
        newest = max(persons, default=0)
        chosen = sorted({*rng.sample(list(persons), len(persons) // 3), newest + rng.randint(1, 9)})
        for person in chosen:
            persons[person] = (
                rng.choice(["en", "es", "ar"]),
                rng.choice([None, '{"start": "22:00"}', '{"start": "23:00"}']),
                rng.choice([NO_CAP, 0, 3]),
                rng.random() < 0.2,
            )
        said = [persons[person] for person in chosen]
        people.put(chosen, *([row[part] for row in said] for part in range(4)))  # type: ignore[arg-type]
        changed = sorted(rng.sample(range(1, 60), 8))
        for device in changed:
            owner = rng.choice([NO_OWNER, *persons])
            phones[device] = (owner, rng.choice(["fcm", "console"]))
        people.put_devices(
            changed, [phones[d][0] for d in changed], [phones[d][1] for d in changed]
        )
        assert told(people) == persons
        assert owned(people) == {d: p for d, p in phones.items() if p[0] != NO_OWNER}
        assert (np.diff(people.devices.ids) > 0).all()


def test_a_person_who_comes_out_of_order_is_refused() -> None:
    people = People()
    people.put([5], ["en"], [None], [NO_CAP], [0])
    with pytest.raises(OutOfOrder):
        people.put([4], ["en"], [None], [NO_CAP], [0])
    assert told(people) == {5: ("en", None, NO_CAP, False)}


def test_who_is_unknown_is_named_and_has_no_row() -> None:
    people = People()
    people.put([2, 5], ["en", "es"], [None, None], [NO_CAP, 1], [0, 1])
    assert people.unknown([1, 2, 5, 9]) == [1, 9]
    assert people.rows_of(np.array([1, 2, 5, 9])).tolist() == [0, 1]
    assert people.mask_of(np.array([5])).tolist() == [False, True]
