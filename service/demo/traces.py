"""Is anything left of a child? Searches every byte of an instance's folder for what a feed sent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Search:
    """How a search went."""

    files: int
    size_bytes: int
    found: tuple[str, ...]  # what was found, if anything


def search(folder: Path, words: Sequence[str]) -> Search:
    """Search every file below `folder`, journals and photos too, for words as UTF-8 or UTF-16."""
    files, size_bytes, found = 0, 0, set[str]()
    for path in _files(folder):
        content = path.read_bytes()
        files, size_bytes = files + 1, size_bytes + len(content)
        found |= {word for word in words if _is_in(word, content)}
    return Search(files=files, size_bytes=size_bytes, found=tuple(sorted(found)))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _is_in(word: str, content: bytes) -> bool:
    return any(word.encode(encoding) in content for encoding in ("utf-8", "utf-16-le"))
