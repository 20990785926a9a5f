"""Is a phone's word kept once, counted once, and put to the wave that the phone showed?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from alerts.alert import WaveKind
from alerts.store.engine import Store
from alerts.store.receipts import (
    ReceiptCount,
    Said,
    count_receipts,
    keep_receipt,
    only_device,
    wave_shown,
)
from alerts.store.subscribers import Channel, Subscriber, erase
from alerts.store.waves import Receipt, Wave
from tests.audience.town import Town
from tests.fakes.clock import NOON


def add_wave(
    store: Store,
    alert_id: int,
    kind: WaveKind = WaveKind.ALERT,
    revision: int = 1,
    after: timedelta = timedelta(),
) -> int:
    with store.begin() as session:
        wave = Wave(
            alert_id=alert_id,
            revision=revision,
            kind=kind,
            priority=0,
            made_at=NOON + after,
            change_seq=0,
            people=1,
            devices=1,
        )
        session.add(wave)
        session.flush()
        return wave.id


def said(alert_id: int, person: int, wave: int = 0, event: str = "shown", device: int = 0) -> Said:
    return Said(
        alert_id=alert_id,
        subscriber_id=person,
        device_id=device,
        wave_id=wave,
        channel="fcm",
        event=event,
        at=NOON,
    )


def keep(store: Store, word: Said) -> list[str]:
    with store.begin() as session:
        return keep_receipt(session, word)


def counts(store: Store, *waves: int) -> dict[int, dict[tuple[str, str], int]]:
    with store.read() as session:
        return {wave: dict(found) for wave, found in count_receipts(session, waves).items()}


def rows(store: Store) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(Receipt)) or 0


def test_the_same_word_again_is_no_news_and_counts_once(town: Town) -> None:
    alert_id, ana = town.alert(), town.person()
    wave = add_wave(town.store, alert_id)
    assert keep(town.store, said(alert_id, ana, wave)) == ["shown"]
    assert keep(town.store, said(alert_id, ana, wave)) == []
    assert rows(town.store) == 1
    assert counts(town.store, wave) == {wave: {("fcm", "shown"): 1}}


def test_each_of_a_persons_devices_has_its_own_word(town: Town) -> None:
    alert_id, ana = town.alert(), town.person()
    wave = add_wave(town.store, alert_id)
    for device in (7, 8, 7):
        keep(town.store, said(alert_id, ana, wave, device=device))
    assert counts(town.store, wave) == {wave: {("fcm", "shown"): 2}}


def test_who_opened_it_has_seen_it(town: Town) -> None:
    alert_id, ana, ben = town.alert(), town.person(), town.person()
    wave = add_wave(town.store, alert_id)
    keep(town.store, said(alert_id, ana, wave))
    assert keep(town.store, said(alert_id, ana, wave, "opened")) == ["opened"]
    assert keep(town.store, said(alert_id, ben, wave, "opened")) == ["opened", "shown"]
    assert keep(town.store, said(alert_id, ben, wave, "shown")) == []
    assert counts(town.store, wave) == {wave: {("fcm", "shown"): 2, ("fcm", "opened"): 2}}


def test_a_word_before_any_wave_is_kept_and_counts_for_none(town: Town) -> None:
    alert_id, ana = town.alert(), town.person()
    assert keep(town.store, said(alert_id, ana)) == ["shown"]
    assert keep(town.store, said(alert_id, ana)) == []
    assert rows(town.store) == 1
    assert counts(town.store, 0) == {}


def test_phones_that_answer_at_once_are_all_counted(town: Town) -> None:
    alert_id, people = town.alert(), [town.person(at=None) for _ in range(24)]
    wave = add_wave(town.store, alert_id)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda p: keep(town.store, said(alert_id, p, wave)), people))
    assert counts(town.store, wave) == {wave: {("fcm", "shown"): 24}}


def test_who_is_erased_takes_their_words_along_and_the_count_stays(town: Town) -> None:
    alert_id, ana = town.alert(), town.person()
    wave = add_wave(town.store, alert_id)
    keep(town.store, said(alert_id, ana, wave))
    with town.store.begin() as session:
        erase(session, session.get_one(Subscriber, ana))
    assert rows(town.store) == 0
    assert counts(town.store, wave) == {wave: {("fcm", "shown"): 1}}
    with town.store.read() as session:
        assert session.scalars(select(ReceiptCount.count)).all() == [1]


class TestTheWaveThatAPhoneShows:
    def shown(self, town: Town, alert_id: int, **named: object) -> int:
        with town.store.read() as session:
            return wave_shown(session, alert_id, town.clock(), **named)  # type: ignore[arg-type]

    def test_is_none_before_there_is_one(self, town: Town) -> None:
        alert_id = town.alert()
        add_wave(town.store, town.alert())
        assert self.shown(town, alert_id) == 0
        add_wave(town.store, alert_id, after=timedelta(seconds=1))
        assert self.shown(town, alert_id) == 0

    def test_is_the_newest(self, town: Town) -> None:
        alert_id = town.alert()
        add_wave(town.store, alert_id)
        add_wave(town.store, alert_id, WaveKind.UPDATE, 2)
        newest = add_wave(town.store, alert_id, WaveKind.ALL_CLEAR, 2)
        assert self.shown(town, alert_id) == newest

    def test_is_of_the_revision_that_the_phone_names_or_the_last_before_it(
        self, town: Town
    ) -> None:
        alert_id = town.alert()
        first = add_wave(town.store, alert_id)
        third = add_wave(town.store, alert_id, WaveKind.UPDATE, 3)
        found = {number: self.shown(town, alert_id, revision=number) for number in range(5)}
        assert found == {0: 0, 1: first, 2: first, 3: third, 4: third}

    def test_is_the_first_of_those_that_tell_the_same(self, town: Town) -> None:
        alert_id = town.alert()
        first = add_wave(town.store, alert_id)
        add_wave(town.store, alert_id)
        add_wave(town.store, alert_id)
        assert self.shown(town, alert_id) == first
        assert self.shown(town, alert_id, kind=WaveKind.ALERT) == first

    @pytest.mark.parametrize("kind", [None, WaveKind.UPDATE, WaveKind.ALERT])
    def test_is_a_late_joiners_only_if_the_phone_says_so(
        self, town: Town, kind: WaveKind | None
    ) -> None:
        alert_id = town.alert()
        add_wave(town.store, alert_id)
        update = add_wave(town.store, alert_id, WaveKind.UPDATE, 2)
        late = add_wave(town.store, alert_id, WaveKind.ALERT, 2)
        add_wave(town.store, alert_id, WaveKind.ALERT, 2)
        expected = late if kind is WaveKind.ALERT else update
        assert self.shown(town, alert_id, kind=kind) == expected

    def test_is_another_if_there_is_none_of_the_kind(self, town: Town) -> None:
        alert_id = town.alert()
        first = add_wave(town.store, alert_id)
        assert self.shown(town, alert_id, kind=WaveKind.ALL_CLEAR) == first


def test_a_word_without_a_name_is_of_the_only_device(town: Town) -> None:
    ana, ben = town.person(), town.person(phones=(Channel.FCM, Channel.CONSOLE))
    cleo = town.person(phones=())
    with town.store.read() as session:
        found = only_device(session, ana)
        assert found is not None
        assert found.subscriber_id == ana
        assert only_device(session, ben) is None
        assert only_device(session, cleo) is None
