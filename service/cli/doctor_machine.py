"""Is the machine well: folder, disk, clock, credentials, addresses, what `make setup` builds?"""

import ipaddress
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import urlsplit

from alerts.clock import utc_now
from alerts.whom_to_call import load_authorities
from config.settings import Settings, authorities_path
from service import database
from service.cli.finding import Finding, ill, well
from service.vapid import vapid_subject

LEAST_FREE_BYTES = 500_000_000  # a million neighborhoods and some thousand photos
FCM_SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
VENDOR = Path(__file__).parents[1] / "pages" / "static" / "vendor"


def look_at_machine(settings: Settings, *, online: bool) -> Iterator[Finding]:
    """Yield what is found."""
    yield _media(settings)
    yield _disk(settings)
    yield _clock()
    yield _authorities(settings)
    yield _assets()
    yield _public_url(settings)
    yield _fcm(settings, online=online)
    yield _web_push(settings)


def _media(settings: Settings) -> Finding:
    folder = _nearest(settings.data_dir / "media")
    try:
        with TemporaryFile(dir=folder):
            return well("media", f"{folder} can be written to.")
    except OSError as problem:
        todo = "Give this user the folder, or set PORCHLIGHT_DATA_DIR."
        return ill("media", f"{folder} can't be written to ({problem.strerror}).", todo)


def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(_nearest(settings.data_dir)).free
    detail = f"{free / 1e9:,.1f} GB are free."
    if free < LEAST_FREE_BYTES:
        return ill("disk", detail, f"Free {LEAST_FREE_BYTES / 1e9:.1f} GB: alerts need room.")
    return well("disk", detail)


def _nearest(folder: Path) -> Path:
    """Return the folder, or the one in which it would be made."""
    folder = folder.resolve()
    return folder if folder.exists() else _nearest(folder.parent)


def _clock() -> Finding:
    """A clock that is behind our own files is wrong; nobody else is asked."""
    now = utc_now()
    written = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    if now < written - timedelta(days=1):
        todo = "Set the clock by NTP: expiry and quiet hours go by it."
        return ill("clock", f"It says {now:%Y-%m-%d %H:%M} UTC, before this was installed.", todo)
    return well("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC.")


def _authorities(settings: Settings) -> Finding:
    try:
        book = load_authorities(authorities_path().read_bytes())
    except (OSError, ValueError) as problem:
        return ill("authorities", str(problem), f"Mend {authorities_path()}.")
    country = settings.default_country
    if country and country not in book:
        todo = f"Add {country} to {authorities_path()}, or change PORCHLIGHT_DEFAULT_COUNTRY."
        return ill("authorities", f"No emergency number is known for {country}.", todo)
    return well("authorities", f"Emergency numbers of {len(book)} countries.")


def _assets() -> Finding:
    built = VENDOR.is_dir() and (database.atlas_dir() / "counties.geojson").exists()
    if not built:
        return ill("front end", "Maps and outlines aren't built.", "Run make setup.")
    return well("front end", "Maps and outlines are built.")


def _public_url(settings: Settings) -> Finding:
    url = settings.resolved_public_url
    parts = urlsplit(url)
    todo = "Set PORCHLIGHT_PUBLIC_URL to the https address that phones reach."
    if _is_loopback(parts.hostname or ""):
        detail = f"{url} is this machine only: phones can't open the links of pushes."
        return ill("public url", detail, todo, required=False)
    if parts.scheme != "https":
        return ill("public url", f"{url} isn't https.", todo, required=False)
    return well("public url", f"{url}.", required=False)


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host in ("", "localhost") or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _fcm(settings: Settings, *, online: bool) -> Finding:
    path = settings.fcm_credential
    if path is None:
        detail = "Off (no PORCHLIGHT_FCM_CREDENTIAL): devices of FCM wait."
        return well("fcm", detail, required=False)
    todo = "Download the service account's JSON from the Firebase console."
    try:
        said = json.loads(path.read_bytes())
        project = settings.fcm_project or said["project_id"]
        complete = said.get("type") == "service_account" and "private_key" in said
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ill("fcm", f"{path} is no readable service account.", todo)
    if not complete:
        return ill("fcm", f"{path} is no service account.", todo)
    if not online:
        return well("fcm", f"Project {project}.")
    return _ask_google(path, project, settings.fcm_ca_bundle)


def _ask_google(path: Path, project: str, ca_bundle: Path | None) -> Finding:
    """Ask for an access token, the one thing that shows that the credential is taken."""
    import requests
    from google.auth.exceptions import GoogleAuthError
    from google.auth.transport.requests import Request
    from google.oauth2.service_account import Credentials

    try:
        load = Credentials.from_service_account_file
        with requests.Session() as session:
            session.verify = str(ca_bundle) if ca_bundle else True
            load(str(path), scopes=[FCM_SCOPE]).refresh(Request(session))  # type: ignore[no-untyped-call]
    except (GoogleAuthError, ValueError, OSError) as problem:
        todo = "Check the network and the service account."
        return ill("fcm", f"Google doesn't take it: {type(problem).__name__}.", todo)
    return well("fcm", f"Project {project}; Google takes the credential.")


def _web_push(settings: Settings) -> Finding:
    if not settings.webpush_enabled:
        return well("web push", "Off: browsers can't subscribe.", required=False)
    bundle = settings.webpush_ca_bundle
    if bundle is not None and not bundle.is_file():
        todo = "Correct PORCHLIGHT_WEBPUSH_CA_BUNDLE, or leave it out."
        return ill("web push", f"The CA bundle {bundle} doesn't exist.", todo)
    subject = vapid_subject(settings)
    host = (
        subject.rpartition("@")[2] if subject.startswith("mailto:") else urlsplit(subject).hostname
    )
    if _is_loopback(host or ""):
        detail = f"Push services would ask {subject}, which leads nowhere: Apple refuses that."
        todo = "Set PORCHLIGHT_PUBLIC_URL or PORCHLIGHT_VAPID_SUBJECT."
        return ill("web push", detail, todo, required=False)
    return well("web push", f"Push services may ask {subject}.", required=False)
