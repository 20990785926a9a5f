"""Whom to call: the poster's own contact first, then the emergency number, then the hotline."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class AuthorityKind(StrEnum):
    """Where a number comes from, in the order in which it is shown (DOMAIN rule 1)."""

    CONTACT = "contact"
    EMERGENCY = "emergency"
    HOTLINE = "hotline"


class Phone(BaseModel):
    """One number: as people read it, and as a phone dials it."""

    model_config = ConfigDict(frozen=True)

    display: str  # "1-800-843-5678"
    tel: str  # "+18008435678", "911"; goes into tel:


class Authority(BaseModel):
    """One place to call."""

    model_config = ConfigDict(frozen=True)

    kind: AuthorityKind
    name: str  # "Marquette Police Department", "Emergency", "NCMEC hotline"
    phones: tuple[Phone, ...]


class CountryAuthorities(BaseModel):
    """What config/authorities.json says of one country."""

    model_config = ConfigDict(frozen=True)

    emergency: tuple[Phone, ...]
    hotline_name: str | None = None
    hotline: tuple[Phone, ...] = ()


AuthorityBook = Mapping[str, CountryAuthorities]  # by ISO 3166-1 alpha-2

Authorities = Sequence[Authority]
