"""What does the phone show? From an alert and a language to a `PushMessage`.

What is told of a child is opened here and kept for the batches of the next seconds only. An end
needs nothing of the case: it is written from the alert's row alone, so it can still be sent after
the takedown.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from alerts.alert import WaveKind
from alerts.authority import AuthorityBook
from alerts.delivery.wording import PushSubject, word_push
from alerts.errors import Sealed
from alerts.photo_links import PhotoLinks
from alerts.photos_shown import photos_shown, source_hash
from alerts.place_words import place_words
from alerts.poster import Poster
from alerts.push import PushMessage
from alerts.store.alerts import Alert, revision
from alerts.store.cases import CaseRecord, PosterRecord, open_poster, photos_of_case
from alerts.store.vault import Vault
from alerts.store.waves import Batch, Wave
from alerts.whom_to_call import whom_to_call

# How long a push service may keep an end for a phone that is off: longer than any alert lives.
END_TTL = timedelta(days=28)  # FCM's own maximum (time_to_live, 4 weeks)
ENDS = (WaveKind.ALL_CLEAR, WaveKind.TAKEDOWN)
WRITTEN_FOR = timedelta(seconds=10)  # thousands of batches of a wave say the same


class Wording(NamedTuple):
    """What a message depends on, beside the alert's own row at this revision."""

    alert_id: int
    revision: int
    kind: WaveKind
    language: str
    silent: bool


class Written:
    """The messages of the last seconds, so that a wave's batches needn't each write theirs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[Wording, tuple[datetime, PushMessage]] = {}

    def find(self, wording: Wording, now: datetime) -> PushMessage | None:
        """Return the message if it was written just now; those that weren't are forgotten."""
        with self._lock:
            self._forget(now)
            found = self._known.get(wording)
            return found[1] if found else None

    def keep(self, wording: Wording, message: PushMessage, now: datetime) -> None:
        """Keep it for some seconds."""
        with self._lock:
            self._known[wording] = now, message

    def forget(self, now: datetime) -> None:
        """Forget what is older than some seconds."""
        with self._lock:
            self._forget(now)

    def clear(self) -> None:
        """Forget all: a case was taken back."""
        with self._lock:
            self._known.clear()

    def _forget(self, now: datetime) -> None:
        old = [w for w, (at, _) in self._known.items() if not now - WRITTEN_FOR < at <= now]
        for wording in old:
            del self._known[wording]


@dataclass(frozen=True, kw_only=True)
class Composer:
    """Writes push messages."""

    vault: Vault
    authorities: AuthorityBook
    links: PhotoLinks
    public_url: str
    written: Written = field(default_factory=Written)

    def compose(self, session: Session, wave: Wave, batch: Batch, now: datetime) -> PushMessage:
        """Write the message of a batch; Sealed if the case was taken back meanwhile.

        The caller has seen that the alert may be told; a message is some seconds old at most.
        """
        alert = session.get_one(Alert, wave.alert_id)
        wording = Wording(alert.id, alert.live_revision, wave.kind, batch.language, batch.silent)
        message = self.written.find(wording, now)
        if message is None:
            message = self._write(session, alert, wave, batch, now)
            self.written.keep(wording, message, now)
        return message

    def _write(
        self, session: Session, alert: Alert, wave: Wave, batch: Batch, now: datetime
    ) -> PushMessage:
        ends = wave.kind in ENDS
        poster = None if ends else self._poster(session, alert)
        subject = self._subject(session, alert, poster) if poster else self._end(alert)
        text = word_push(subject, wave.kind, batch.language)
        lives = END_TTL if ends else max(alert.expires_at - now, timedelta(seconds=1))
        return PushMessage(
            alert_id=str(alert.public_id),
            revision=alert.live_revision,
            kind=wave.kind,
            tier=alert.tier,
            language=batch.language,
            title=text.title,
            body=text.body,
            link=f"{self.public_url}/alerts/{alert.public_id}",
            image_url=self._image(session, alert, poster, now) if poster else None,
            call_label=text.call_label,
            call_tel=text.call_tel,
            see_label=text.see_label,
            ttl_s=min(int(lives.total_seconds()), int(END_TTL.total_seconds())),
            silent=batch.silent,
        )

    def _poster(self, session: Session, alert: Alert) -> Poster:
        case = session.get_one(CaseRecord, alert.case_id)
        live = revision(session, alert.id, alert.live_revision)
        poster = open_poster(self.vault, case.key_id, session.get_one(PosterRecord, live.poster_id))
        if poster is None:
            raise Sealed("the case was taken back")
        return poster

    def _subject(self, session: Session, alert: Alert, poster: Poster) -> PushSubject:
        live = revision(session, alert.id, alert.live_revision)
        return PushSubject(
            tier=alert.tier,
            poster=poster,
            authorities=whom_to_call(poster, alert.country, self.authorities),
            place=place_words(poster, live.area.source if live.area else ""),
            time_zone=alert.time_zone,
            is_exercise=alert.exercise,
        )

    def _end(self, alert: Alert) -> PushSubject:
        return PushSubject(
            tier=alert.tier,
            poster=None,
            authorities=(),
            is_exercise=alert.exercise,
            end_reason=alert.end_reason,
        )

    def _image(self, session: Session, alert: Alert, poster: Poster, now: datetime) -> str | None:
        """Return the first picture that the live poster shows, never one that it showed before."""
        kept = {photo.source: photo.public_id for photo in photos_of_case(session, alert.case_id)}
        shown = (kept.get(source_hash(self.vault, photo)) for photo in photos_shown(poster))
        first = next((photo_id for photo_id in shown if photo_id), None)
        return self.links.url(first, "push", now) if first else None
