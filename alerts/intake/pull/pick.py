"""Which items of a document are news? Those that weren't taken in before as they are now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.intake.pull.items import Contents, Item, ItemKind
from alerts.intake.pull.vanish import Present
from alerts.store.listings import ListedItem
from alerts.store.vault import Vault


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An item, and the keyed hashes of its names and of the state that it is in."""

    item: Item
    names: tuple[bytes, ...]
    version: bytes


def entries_of(vault: Vault, contents: Contents) -> list[Entry]:
    """Return the items of a document, hashed."""
    return [
        Entry(
            item=item,
            names=tuple(vault.lookup("listed", name) for name in item.names),
            version=vault.lookup_bytes("version", _state(item)),
        )
        for item in contents.items
    ]


def present_in(entries: Sequence[Entry]) -> Present:
    """Return what a document lists."""
    posters = [e for e in entries if e.item.kind is ItemKind.POSTER]
    return Present(
        names=frozenset(name for entry in entries for name in entry.names),
        posters=frozenset(name for entry in posters for name in entry.names),
    )


def is_news(entry: Entry, rows: Mapping[bytes, ListedItem]) -> bool:
    """Say whether an item is new or has changed since it was taken in."""
    known = [rows.get(name) for name in entry.names]
    return any(row is None or row.version != entry.version for row in known)


def tries_of(entry: Entry, rows: Mapping[bytes, ListedItem]) -> int:
    """Return how often in a row an item was tried in vain."""
    return max((rows[name].tries for name in entry.names if name in rows), default=0)


def _state(item: Item) -> bytes:
    return item.raw if item.version is None else item.version.encode()
