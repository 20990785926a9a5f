"""Does a push say what the case says, and an end nothing of it?"""

from datetime import timedelta

import pytest

from alerts.aftercare.takedown import take_down
from alerts.alert import EndReason, Tier, WaveKind
from alerts.delivery.compose import END_TTL
from alerts.errors import Sealed
from alerts.photos_shown import source_hash
from alerts.poster import Photo
from alerts.push import Outcome, PushMessage
from alerts.store.alerts import Alert
from alerts.store.cases import CaseRecord, PhotoRecord
from alerts.store.rehearsal import NoMedia
from alerts.store.waves import BatchState, Wave
from tests.audience.post_office import URL, PostOffice
from tests.audience.town import WREN, Town

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")

# Three digits alone are in an id by chance.
SECRETS = ("Wren", "Example", "Marquette", "906-555", "906555", "(906)", "photos/")


def composed(town: Town, post: PostOffice, kind: WaveKind) -> PushMessage:
    """Write the message of the newest wave of a kind, as its batch would carry it."""
    with town.store.read() as session:
        wave = next(w for w in reversed(town.waves(1)) if w.kind is kind)
        batch = next(b for b in town.batches() if b.wave_id == wave.id)
        return post.composer.compose(session, session.get_one(Wave, wave.id), batch, town.clock())


def take_back(town: Town) -> None:
    with town.store.begin() as session:
        take_down(session, town.vault, NoMedia(), session.get_one(CaseRecord, 1), town.clock())


@pytest.fixture
def alert_id(town: Town) -> int:
    """An alert for one person, planned."""
    town.person()
    alert_id = town.alert()
    town.plan(alert_id)
    return alert_id


def test_an_alert_says_who_is_missing_whom_to_call_and_where_to_read_more(
    town: Town, post: PostOffice, alert_id: int
) -> None:
    message = composed(town, post, WaveKind.ALERT)
    with town.store.read() as session:
        public_id = str(session.get_one(Alert, alert_id).public_id)
    assert "Wren Example" in message.title + message.body
    assert message.call_tel == "+19065550100"
    assert (message.alert_id, message.link) == (public_id, f"{URL}/alerts/{public_id}")
    assert (message.tier, message.revision, message.silent) == (Tier.AMBER, 1, False)
    assert message.image_url is None


def test_it_lives_as_long_as_the_alert_and_no_longer(
    town: Town, post: PostOffice, alert_id: int
) -> None:
    town.clock.move_on(hours=20)
    assert composed(town, post, WaveKind.ALERT).ttl_s == 4 * 3600
    town.clock.move_on(hours=20)
    assert composed(town, post, WaveKind.ALERT).ttl_s == 1


def test_each_batch_speaks_its_language(town: Town, post: PostOffice) -> None:
    for language in ("en", "es", "fr"):
        town.person(language=language)
    town.plan(town.alert())
    post.send()
    messages = {message.language: message.title for message, _ in post.channel.pushed}
    assert set(messages) == {"en", "es", "fr"}
    assert messages["es"] != messages["en"] == messages["fr"]  # English where we don't speak it


def test_the_picture_is_a_signed_link_and_only_of_photos_that_are_there(
    town: Town, post: PostOffice
) -> None:
    shown = [Photo(md5=letter * 32) for letter in "ab"]
    town.person()
    town.plan(town.alert(poster=WREN.model_copy(update={"extra_photos": tuple(shown)})))
    wrong = Photo(md5="c" * 32)  # what the source showed before: never again
    with town.store.begin() as session:
        now = town.clock()
        _, gone, kept = (
            PhotoRecord(
                case_id=1, source=source_hash(town.vault, photo), width=9, height=9, kept_at=now
            )
            for photo in (wrong, *shown)
        )
        session.add_all([_, gone, kept])
        session.flush()
        gone.removed_at = now
    image = composed(town, post, WaveKind.ALERT).image_url or ""
    assert image.startswith(f"{URL}/photos/{kept.public_id}/push.jpg?")
    expires, signature = (part.split("=")[1] for part in image.split("?")[1].split("&"))
    links = post.composer.links
    assert links.is_good(kept.public_id, "push", int(expires), signature, town.clock())
    assert not links.is_good(gone.public_id, "push", int(expires), signature, town.clock())


def test_a_waiting_push_tells_of_the_revision_that_is_live_when_it_goes(
    town: Town, post: PostOffice, alert_id: int
) -> None:
    child = WREN.children[0].model_copy(update={"first_name": "Robin"})
    town.revise(alert_id, poster=WREN.model_copy(update={"children": (child,)}))
    message = composed(town, post, WaveKind.ALERT)
    assert "Robin" in message.title + message.body
    assert message.revision == 2


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        (EndReason.FOUND, WaveKind.ALL_CLEAR),
        (EndReason.CANCELLED, WaveKind.ALL_CLEAR),
        (EndReason.RECALLED, WaveKind.ALL_CLEAR),
        (EndReason.EXPIRED, WaveKind.TAKEDOWN),
    ],
)
@pytest.mark.parametrize("is_taken_back", [False, True])
def test_an_end_names_nothing_of_the_case_and_needs_nothing_of_it(
    town: Town,
    post: PostOffice,
    alert_id: int,
    reason: EndReason,
    kind: WaveKind,
    is_taken_back: bool,
) -> None:
    post.send()
    town.end(alert_id, reason)
    post.settle(alert_id)
    if is_taken_back:
        take_back(town)
    message = composed(town, post, kind)
    said = message.model_dump_json(exclude={"link"})
    assert not [secret for secret in SECRETS if secret in said]
    assert (message.call_tel, message.image_url) == (None, None)
    assert message.ttl_s == END_TTL / timedelta(seconds=1)
    assert message.silent is (kind is WaveKind.TAKEDOWN)


def test_once_the_case_is_taken_back_an_alert_cant_be_written(
    town: Town, post: PostOffice, alert_id: int
) -> None:
    town.end(alert_id)
    take_back(town)
    with pytest.raises(Sealed):
        composed(town, post, WaveKind.ALERT)


def test_a_batch_whose_case_was_taken_back_is_closed_unsent(
    town: Town, post: PostOffice, alert_id: int
) -> None:
    with town.store.read() as session:
        key_id = session.get_one(CaseRecord, 1).key_id
    town.vault.destroy(key_id)
    post.send()
    assert not post.channel.pushed
    assert set(post.outcomes().values()) == {Outcome.ENDED}
    assert post.states() == [BatchState.DONE]


def test_an_alert_that_cant_be_worded_is_parked_for_a_person(town: Town, post: PostOffice) -> None:
    """Nobody to call: it is never sent (DOMAIN rule 2), whatever let it through so far."""
    town.person()
    town.plan(town.alert(poster=WREN.model_copy(update={"contacts": ()})))
    with town.store.begin() as session:
        session.get_one(Alert, 1).country = None
    post.send()
    assert not post.channel.pushed
    assert post.states() == [BatchState.PARKED]
    assert town.batches()[0].last_error
