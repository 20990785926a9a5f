import re
from datetime import UTC, datetime

import pytest

from alerts.alert import EndReason, Tier, WaveKind
from alerts.authority import Authority, AuthorityKind, Phone
from alerts.delivery.wording import PushSubject, languages, word_push
from alerts.delivery.wording.messages import messages_in, nearest_language
from alerts.errors import Refused
from alerts.poster import CaseKey, Child, Companion, Narrative, Place, Poster, Vehicle

POLICE = Authority(
    kind=AuthorityKind.CONTACT,
    name="Marquette Police",
    phones=(Phone(display="906-555-0100", tel="+19065550100"),),
)
EMERGENCY = Authority(
    kind=AuthorityKind.EMERGENCY, name="Emergency", phones=(Phone(display="911", tel="911"),)
)
WREN = Child(
    first_name="WREN",
    last_name="EXAMPLE",
    age_now="7",
    sex="F",
    hair_color="Bro",
    eye_color="Haz",
    clothing="red shorts, white T-shirt",
    missing_since=datetime(2016, 1, 12, 21, 0, tzinfo=UTC),
    missing_from=Place(city="MARQUETTE", state="MI"),
)
KIM = Child(first_name="Kim", last_name="Example", age_now="9")
TRUCK = Vehicle(
    description="blue 2014 Ford pickup", license_plate="LIC/ABC1234", license_state="MI"
)
CASE = CaseKey(organization="EXMP", number="1")
POSTER = Poster(
    case=CASE,
    children=(WREN,),
    vehicles=(TRUCK,),
    companions=(Companion(first_name="Robin", last_name="Example", companion_type="abductor"),),
)
VIEW = PushSubject(
    tier=Tier.MISSING,
    poster=POSTER,
    authorities=(POLICE, EMERGENCY),
    place="Marquette",
    time_zone="America/Detroit",
)


def view(**changes: object) -> PushSubject:
    return VIEW.model_copy(update=changes)


def with_children(*children: Child) -> PushSubject:
    return view(poster=POSTER.model_copy(update={"children": children}))


# --- alerts


def test_an_english_push_reads_like_a_neighbour_would_say_it() -> None:
    text = word_push(VIEW, WaveKind.ALERT, "en")
    assert text.title == "Missing child: Wren, 7, Marquette"
    assert text.body.splitlines() == [
        "Wren Example, age 7, brown hair, hazel eyes.",
        "Last seen: Marquette, Michigan, Jan 12, 2016, 4:00 PM.",
        "Blue 2014 Ford pickup, license plate ABC1234 (Michigan).",
        "May be with Robin Example.",
        "Wearing red shorts, white T-shirt.",
        "If you see her, do not approach. Call Marquette Police: 906-555-0100.",
    ]
    assert (text.call_label, text.call_tel) == ("Call Marquette Police", "+19065550100")


def test_a_spanish_push_is_spanish() -> None:
    text = word_push(VIEW, WaveKind.ALERT, "es-MX")
    assert text.title == "Menor desaparecida: Wren, 7 años, Marquette"
    assert "cabello castaño, ojos color avellana" in text.body
    assert "12 ene 2016, 16:00" in text.body
    assert "placa ABC1234 (Michigan)" in text.body
    assert text.body.endswith("Si la ve, no se acerque. Llame a Marquette Police: 906-555-0100.")


@pytest.mark.parametrize(
    ("sex", "title"),
    [
        ("M", "Alerta AMBER: menor desaparecido, Marquette"),
        ("female", "Alerta AMBER: menor desaparecida, Marquette"),
        (None, "Alerta AMBER: menor en paradero desconocido, Marquette"),
    ],
)
def test_spanish_agrees_with_the_child(sex: str | None, title: str) -> None:
    child = WREN.model_copy(update={"sex": sex})
    subject = with_children(child).model_copy(update={"tier": Tier.AMBER})
    assert word_push(subject, WaveKind.ALERT, "es").title == title


def test_an_amber_alert_says_so_and_names_the_place() -> None:
    title = word_push(view(tier=Tier.AMBER), WaveKind.ALERT, "en").title
    assert title == "AMBER Alert: missing child, Marquette"


def test_siblings_are_told_together() -> None:
    text = word_push(with_children(WREN, KIM), WaveKind.ALERT, "en")
    assert text.title == "Missing children: Wren, Kim, Marquette"
    assert "Kim Example, age 9." in text.body
    assert "If you see them, do not approach." in text.body


def test_a_sibling_who_was_found_is_not_told() -> None:
    found = KIM.model_copy(update={"date_found": datetime(2016, 1, 13, tzinfo=UTC)})
    text = word_push(with_children(WREN, found), WaveKind.UPDATE, "en")
    assert text.title == "Update: Missing child: Wren, 7, Marquette"
    assert "Kim" not in text.body


def test_many_children_are_told_by_number() -> None:
    text = word_push(with_children(WREN, KIM, KIM, KIM, KIM), WaveKind.ALERT, "en")
    assert text.title == "Missing children, Marquette"
    assert "And 2 more children." in text.body


@pytest.mark.parametrize(
    ("language", "title", "body"),
    [
        ("en", "Correction: Missing child: Wren", "Something in the earlier alert was wrong."),
        ("es", "Corrección: Menor desaparecida: Wren", "La alerta anterior tenía un error."),
    ],
)
def test_a_correction_says_that_something_was_wrong(language: str, title: str, body: str) -> None:
    text = word_push(VIEW, WaveKind.CORRECTION, language)
    assert text.title.startswith(title)
    assert text.body.startswith(body)
    assert "906-555-0100" in text.body


def test_months_are_told_as_months() -> None:
    baby = WREN.model_copy(update={"age_now": "8 months"})
    assert "8 months old" in word_push(with_children(baby), WaveKind.ALERT, "en").body
    assert "8 meses" in word_push(with_children(baby), WaveKind.ALERT, "es").body


@pytest.mark.parametrize("zone", [None, "", "Nowhere/Atlantis", "../etc/passwd"])
def test_without_a_time_zone_only_the_date_is_told(zone: str | None) -> None:
    body = word_push(view(time_zone=zone), WaveKind.ALERT, "en").body
    assert "Jan 12, 2016." in body
    assert "PM" not in body


def test_midnight_is_a_date_only_and_stays_the_same_day() -> None:
    child = WREN.model_copy(update={"missing_since": datetime(2016, 1, 12, tzinfo=UTC)})
    assert "Michigan, Jan 12, 2016." in word_push(with_children(child), WaveKind.ALERT, "en").body


def test_the_emergency_number_is_named_in_the_language() -> None:
    subject = view(authorities=(EMERGENCY,))
    assert "Call emergency services: 911." in word_push(subject, WaveKind.ALERT, "en").body
    assert "Llame a emergencias: 911." in word_push(subject, WaveKind.ALERT, "es").body


def test_an_unknown_language_is_answered_in_english() -> None:
    assert word_push(VIEW, WaveKind.ALERT, "xx") == word_push(VIEW, WaveKind.ALERT, "en")
    assert nearest_language("ES_us") == "es"
    assert nearest_language("") == "en"


# --- CAP alerts without children


CAP = Poster(
    case=CASE,
    narratives=(
        Narrative(
            language="en-US",
            headline="AMBER Alert in Example County",
            description="Child was abducted. BLK HAIR, BRO EYES. LIC/6WCU986 (CA) White van.",
        ),
        Narrative(language="es-US", headline="Alerta AMBER en el condado de Ejemplo"),
    ),
)


def test_an_alert_without_children_quotes_the_source_in_plain_words() -> None:
    text = word_push(view(tier=Tier.AMBER, poster=CAP), WaveKind.ALERT, "en")
    assert "AMBER Alert in Example County." in text.body
    assert "Child was abducted. black hair, brown eyes." in text.body
    assert "license plate 6WCU986 (CA)" in text.body
    assert "LIC/" not in text.body


def test_the_source_is_quoted_in_the_readers_language() -> None:
    text = word_push(view(tier=Tier.AMBER, poster=CAP), WaveKind.ALERT, "es")
    assert "Alerta AMBER en el condado de Ejemplo." in text.body


@pytest.mark.parametrize("kind", [WaveKind.ALERT, WaveKind.UPDATE, WaveKind.CORRECTION])
@pytest.mark.parametrize("tier", [Tier.ENDANGERED, Tier.MISSING, Tier.LONG_TERM])
def test_only_amber_may_say_abducted(tier: Tier, kind: WaveKind) -> None:
    """Nor does the correction of what was amber."""
    text = word_push(view(tier=tier, poster=CAP), kind, "en")
    assert not re.search("abduct|amber", text.title + text.body, re.IGNORECASE)
    assert "black hair" in text.body


# --- the end


@pytest.mark.parametrize("kind", [WaveKind.ALL_CLEAR, WaveKind.TAKEDOWN])
@pytest.mark.parametrize("reason", [*EndReason, None])
@pytest.mark.parametrize("language", languages())
def test_the_end_has_nothing_of_the_case(
    kind: WaveKind, reason: EndReason | None, language: str
) -> None:
    text = word_push(view(end_reason=reason), kind, language)
    shown = text.title + text.body
    assert not re.search(r"wren|robin|example|marquette|ford|ABC|\d", shown, re.IGNORECASE)
    assert text.call_label is text.call_tel is None


def test_found_ended_and_recalled_are_told_apart() -> None:
    reasons = (EndReason.FOUND, EndReason.EXPIRED, EndReason.RECALLED)
    titles = {word_push(view(end_reason=r), WaveKind.ALL_CLEAR, "en").title for r in reasons}
    assert len(titles) == 3
    assert word_push(view(end_reason=None), WaveKind.TAKEDOWN, "en").title not in (
        "The child has been found"
    )


def test_the_end_needs_no_poster() -> None:
    assert word_push(PushSubject(tier=Tier.AMBER), WaveKind.ALL_CLEAR, "en").body


# --- exercises and refusals


@pytest.mark.parametrize("language", languages())
def test_an_exercise_is_marked_and_has_no_button_to_call(language: str) -> None:
    for kind in WaveKind:
        text = word_push(view(is_exercise=True), kind, language)
        assert "EXERCISE" in text.title
        assert text.body.startswith(messages_in(language).exercise_body)
        assert text.call_tel is None


def test_an_exercise_wave_is_an_exercise() -> None:
    assert "EXERCISE - EXERCISE" in word_push(VIEW, WaveKind.EXERCISE, "en").title


def test_an_alert_with_nobody_to_call_is_refused() -> None:
    with pytest.raises(Refused):
        word_push(view(authorities=()), WaveKind.ALERT, "en")


def test_an_alert_without_a_poster_is_refused() -> None:
    with pytest.raises(Refused):
        word_push(view(poster=None), WaveKind.ALERT, "en")


def test_an_alert_of_a_found_child_is_refused() -> None:
    found = WREN.model_copy(update={"date_found": datetime(2016, 1, 13, tzinfo=UTC)})
    with pytest.raises(Refused):
        word_push(with_children(found), WaveKind.ALERT, "en")
