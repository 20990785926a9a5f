"""Which posters does the stand-in Poster API hold? Tests and the demo move them about."""

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from alerts.clock import Clock, utc_now
from alerts.intake.ncmec.dates import read_moment
from service.demo.poster_script import Script

PhotoForm = Literal["bytes", "json"]
PosterJson = dict[str, Any]  # NCMEC's schema, as it travels: JSON, not a value of ours


class PosterApiStandIn(Script):
    """The state behind the stand-in; every method is safe from any thread."""

    def __init__(
        self,
        *,
        client_id: str = "demo-client",
        client_secret: str = "demo-secret",  # noqa: S107  opens nothing but the stand-in
        clock: Clock = utc_now,
        token_life_s: int = 86_400,
    ) -> None:
        super().__init__()
        self.client_id = client_id
        self.client_secret = client_secret
        self.token_life_s = token_life_s
        self.photo_form: PhotoForm = "bytes"
        self.accepted_content_types: tuple[str, ...] = ()  # empty: any
        self.requests: list[str] = []  # "GET /Posters?skip=0", in order
        self.count_is_off_by = 0  # in what a listing says of its own length
        self._clock = clock
        self._posters: dict[tuple[str, str], PosterJson] = {}
        self._broken: list[object] = []
        self._photos: dict[str, bytes] = {}
        self._hidden: set[str] = set()
        self._tokens: dict[str, datetime] = {}  # and when they end

    # What tests and the demo do

    def add(self, poster: PosterJson, photos: Mapping[str, bytes] | None = None) -> None:
        """Publish a poster, or a new revision of one, with the photos that it names by md5."""
        with self._lock:
            self._posters[(poster["organizationCode"], poster["caseNumber"])] = poster
            self._photos |= photos or {}

    def add_broken(self, item: object) -> None:
        """List something that is no poster, ahead of the posters."""
        with self._lock:
            self._broken.append(item)

    def mark_found(self, case_number: str, when: datetime) -> None:
        """Set dateFound of every child of the case, and lastModified, to `when`."""
        found = when.astimezone(UTC).isoformat().replace("+00:00", "Z")
        with self._lock:
            for key, poster in self._of_case(case_number):
                children = [child | {"dateFound": found} for child in poster["children"] or []]
                self._posters[key] = poster | {"children": children, "lastModified": found}

    def remove(self, case_number: str) -> None:
        """Take the case away: 404, and gone from the listing."""
        with self._lock:
            for key, _ in self._of_case(case_number):
                del self._posters[key]

    def hide(self, *case_numbers: str) -> None:
        """Leave cases out of the listing, though they are there: it flickers."""
        with self._lock:
            self._hidden |= {*case_numbers}

    def show(self, *case_numbers: str) -> None:
        """List cases again that were hidden."""
        with self._lock:
            self._hidden -= {*case_numbers}

    def revoke_tokens(self) -> None:
        """Make every token that was given out worthless."""
        with self._lock:
            self._tokens.clear()

    # What the app asks

    def note(self, line: str) -> None:
        """Remember a request."""
        with self._lock:
            self.requests.append(line)

    def token(self, client_id: object, client_secret: object) -> str | None:
        """Give out a token, None for wrong credentials."""
        if (client_id, client_secret) != (self.client_id, self.client_secret):
            return None
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._tokens[token] = self._clock() + timedelta(seconds=self.token_life_s)
        return token

    def is_valid(self, token: str) -> bool:
        """Whether the token was given out, lives, and was not revoked."""
        with self._lock:
            return token in self._tokens and self._clock() < self._tokens[token]

    def rotate_secret(self) -> str:
        """Make a new secret and void the old one and its tokens."""
        with self._lock:
            self.client_secret = secrets.token_urlsafe(24)
            self._tokens.clear()
            return self.client_secret

    def put(self, organization_code: str, case_number: str, poster: PosterJson) -> PosterJson:
        """Store what a partner puts, with the time of the change."""
        now = self._clock().isoformat().replace("+00:00", "Z")
        key = {"organizationCode": organization_code, "caseNumber": case_number}
        stored = poster | key | {"lastModified": now}
        self.add(stored)
        return stored

    def poster(self, organization_code: str, case_number: str) -> PosterJson | None:
        """Return one poster."""
        with self._lock:
            return self._posters.get((organization_code, case_number))

    def photo(self, md5: str) -> bytes | None:
        """Return one photo."""
        with self._lock:
            return self._photos.get(md5.lower())

    def listing(self, wanted: Callable[[PosterJson], bool]) -> Sequence[object]:
        """Return what is listed, least recently modified first; broken items pass every filter."""
        with self._lock:
            shown = (p for p in self._posters.values() if p["caseNumber"] not in self._hidden)
            posters = [poster for poster in shown if wanted(poster)]
            return [*self._broken, *sorted(posters, key=modified_at)]

    def _of_case(self, case_number: str) -> list[tuple[tuple[str, str], PosterJson]]:
        return [(key, poster) for key, poster in self._posters.items() if key[1] == case_number]


def modified_at(poster: PosterJson) -> datetime:
    """Return when the poster was modified last."""
    modified = read_moment(str(poster.get("lastModified"))).moment
    return modified or datetime.min.replace(tzinfo=UTC)


def photo_md5(content: bytes) -> str:
    """Return the digest by which the API names a photo."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
