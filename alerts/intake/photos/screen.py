"""Is a photo on the hash list? Asked before anybody sees it (DOMAIN rule 17).

The list is a file that somebody else keeps fresh: it is read again when it changes. Without a list
that can be read nothing is screened, so nothing is shown: photos wait, alerts go out without them.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import structlog

from alerts.intake.photos.errors import PhotoRefused
from alerts.intake.photos.hash_index import HashIndex
from alerts.intake.photos.hash_list import HashList, entry_name, read_hash_list
from alerts.intake.photos.pdq import PdqHash

log = structlog.get_logger()

_Stamp = tuple[int, int, int]  # modified at, size, inode: a file that changed differs in one


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A photo resembles an entry of the hash list."""

    entry: str  # which list, which entry of it
    distance: int  # bits that differ, of 256
    quality: int  # of the photo's hash, 0-100


@dataclass(frozen=True, kw_only=True)
class ListState:
    """How it stands with the hash list: for the doctor, for /health."""

    is_configured: bool
    is_ready: bool  # photos are screened; or no list is configured
    hashes: int = 0
    broken: tuple[int, ...] = ()  # the first lines that are no hash
    broken_count: int = 0
    why: str | None = None  # if it isn't ready: what is wrong with the file


@dataclass(frozen=True, kw_only=True)
class _Read:
    """The list as it was when the file had that stamp."""

    stamp: _Stamp | None  # None: there was no file to look at
    state: ListState
    read: HashList | None = None
    index: HashIndex | None = None


class Screening:
    """Compares photos with a hash list; shared by all threads."""

    def __init__(self, path: Path | None, max_distance: int) -> None:
        """Remember where the list is; it is read when the first photo comes.

        Parameters
        ----------
        path: None screens nothing: every photo passes.
        max_distance: bits, of 256, in which a photo may differ from an entry and still be it.
        """
        self._path = path
        self._max_distance = max_distance
        self._lock = threading.Lock()
        self._last: _Read | None = None

    def state(self) -> ListState:
        """Say how it stands with the list now; reads it again if it changed."""
        if self._path is None:
            return ListState(is_configured=False, is_ready=True)
        return self._current(self._path).state

    def find(self, likenesses: Iterable[PdqHash]) -> Hit | None:
        """Return the closest entry that a photo resembles, however it is turned or mirrored.

        Photos of low quality are screened, too: a picture without features may resemble an entry
        by chance, and then a reviewer sees it once; the other mistake can't be taken back.

        Raises
        ------
        PhotoRefused: `photo_unscreened` (temporary): there is no list to compare it with.
        """
        if self._path is None:
            return None
        now = self._current(self._path)
        if now.index is None or now.read is None:
            message = "It can't be screened now, and nobody sees a photo before that."
            raise PhotoRefused("photo_unscreened", message, temporary=True)
        ways = tuple(likenesses)
        nearest = now.index.nearest(way.bits for way in ways)
        if nearest is None:
            return None
        return Hit(
            entry=entry_name(self._path, int(now.read.lines[nearest.row])),
            distance=nearest.distance,
            quality=ways[0].quality,
        )

    def _current(self, path: Path) -> _Read:
        with self._lock:
            stamp, why = _stamp(path)
            if self._last is None or self._last.stamp != stamp:
                self._last = _missing(why) if stamp is None else self._load(path, stamp)
                _tell(self._last.state)
            return self._last

    def _load(self, path: Path, stamp: _Stamp) -> _Read:
        try:
            read = read_hash_list(path)
        except OSError as e:
            return _missing(f"The file can't be read ({e.strerror}).", stamp)
        if not len(read.hashes):
            # An empty file is a download that failed, sooner than a list that names nothing.
            return _missing("The file holds no hash.", stamp, read)
        state = ListState(
            is_configured=True,
            is_ready=True,
            hashes=len(read.hashes),
            broken=read.broken,
            broken_count=read.broken_count,
        )
        index = HashIndex(read.hashes, self._max_distance)
        return _Read(stamp=stamp, state=state, read=read, index=index)


def _stamp(path: Path) -> tuple[_Stamp | None, str]:
    try:
        now = path.stat()
    except OSError as e:
        return None, f"There is no such file ({e.strerror})."
    return (now.st_mtime_ns, now.st_size, now.st_ino), ""


def _missing(why: str, stamp: _Stamp | None = None, read: HashList | None = None) -> _Read:
    broken = read.broken if read else ()
    count = read.broken_count if read else 0
    state = ListState(
        is_configured=True, is_ready=False, broken=broken, broken_count=count, why=why
    )
    return _Read(stamp=stamp, state=state)


def _tell(state: ListState) -> None:
    if not state.is_ready:
        log.error("hash_list_unreadable", why=state.why, broken=state.broken_count)
    elif state.broken_count:
        log.warning("hash_list_broken", lines=state.broken, count=state.broken_count)
    if state.is_ready:
        log.info("hash_list_read", hashes=state.hashes)
