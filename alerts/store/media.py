"""Keeps photos, sealed, in a folder: what lies there can't be looked at without the case's key."""

import os
from pathlib import Path
from typing import Literal, Protocol
from uuid import UUID

PhotoSize = Literal["page", "push", "print"]
SIZES: tuple[PhotoSize, ...] = ("page", "push", "print")


class Media(Protocol):
    """Where sealed photos lie."""

    def put(self, photo_id: UUID, size: PhotoSize, sealed: bytes) -> None:
        """Keep one size of a photo; complete on disk before this returns."""
        ...

    def get(self, photo_id: UUID, size: PhotoSize) -> bytes | None:
        """Return the sealed bytes, or None once removed."""
        ...

    def remove(self, photo_id: UUID) -> None:
        """Remove every size; removing twice is no error."""
        ...


class MediaFolder:
    """Media in a folder, a file per size."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, photo_id: UUID, size: PhotoSize, sealed: bytes) -> None:
        """Write beside, then rename: a reader sees the whole file or none."""
        path = self._path(photo_id, size)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = _beside(path)
        with beside.open("wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    def get(self, photo_id: UUID, size: PhotoSize) -> bytes | None:
        """Return the sealed bytes, or None once removed."""
        try:
            return self._path(photo_id, size).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, photo_id: UUID) -> None:
        """Unlink every size. What a disk keeps of it is sealed, and the key is thrown away."""
        for size in SIZES:
            path = self._path(photo_id, size)
            path.unlink(missing_ok=True)
            _beside(path).unlink(missing_ok=True)  # of a write that never ended

    def _path(self, photo_id: UUID, size: PhotoSize) -> Path:
        return self._folder / photo_id.hex[-2:] / f"{photo_id.hex}.{size}"


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")
