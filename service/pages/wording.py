"""Which strings the pages need: one field each, so that a language can't lack one.

`{name}` and the like are filled by `str.format`; a page's own markup is never in a string.
"""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from alerts.alert import Tier
from alerts.area_of_interest import Provenance
from alerts.authority import AuthorityKind
from service.pages.views import FactLabel


class Sureness(StrEnum):
    """How sure we are of an area, for people."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


def sureness(confidence: float) -> Sureness:
    """Name a confidence of 0-1: shapes and codes are high, a state or a map search is low."""
    if confidence >= 0.85:
        return Sureness.HIGH
    return Sureness.MEDIUM if confidence >= 0.55 else Sureness.LOW


class PageTexts(BaseModel):
    """Every string of the pages in one language."""

    model_config = ConfigDict(frozen=True)

    language_name: str
    home: str
    skip: str
    read_in: str

    tiers: Mapping[Tier, str]
    facts: Mapping[FactLabel, str]
    provenances: Mapping[Provenance, str]
    surenesses: Mapping[Sureness, str]
    authority_kinds: Mapping[AuthorityKind, str]

    exercise: str
    exercise_detail: str
    not_active: str
    issued: str
    updated: str
    expires: str
    age: str  # {age}
    found_one: str
    found_many: str  # {count}
    photo_of: str  # {name}
    photo: str
    photo_progressed: str
    more_photos: str
    description: str

    call_heading: str
    call: str
    emergency: str
    call_bar: str
    do_not_approach: str
    call_instead: str
    no_tips: str

    companions: str
    companions_note: str
    vehicles: str
    plate: str
    narrative: str  # {source}
    narrative_other: str  # {language}

    area: str
    area_how: str
    area_sureness: str
    area_sketch: str  # {words} {scale}
    area_map: str  # {words}
    area_map_keys: str
    map_zoom_in: str
    map_zoom_out: str

    source: str
    source_logo: str  # {name}
    source_link: str
    case_number: str
    revision: str  # {revision}
    alert_number: str  # {alert_id}
    unaltered: str

    share: str
    share_why: str
    share_button: str
    share_link: str
    share_copied: str
    share_failed: str

    gone_title: str
    gone_thanks: str
    gone_silence: str
    gone_other: str
    gone_home: str

    not_found_title: str
    not_found_body: str

    home_title: str
    home_what: str
    home_how: str
    home_active: str
    home_none: str
    home_none_hint: str
    home_since: str
    home_next: str
    home_next_docs: str
    home_next_neighborhood: str
    home_next_ready: str
    home_next_metrics: str
    home_try: str
    home_try_ready: str
    home_try_subscriber: str
    home_try_alerts: str
    home_try_demo: str
    home_fcm_title: str
    home_fcm: str

    docs_title: str
    docs_lead: str
    docs_raw: str
    docs_no_script: str

    footer: str
