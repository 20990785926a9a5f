"""Can a named reviewer look at what is in quarantine, and nobody else, and never unseen?"""

import stat
from pathlib import Path

import pytest

from service.wiring import Runtime
from tests.intake.photos.cases import Police, child, inside, police, poster, reviewer, screened
from tests.intake.photos.pictures import list_of, png
from tests.service.cli.conftest import Run


@pytest.fixture
def mqpd(runtime: Runtime, tmp_path: Path) -> Police:
    """An instance with one photo in quarantine, an admin and an approver."""
    made = police(screened(runtime, list_of(tmp_path / "list.txt", png(1))))
    made.sends(poster(child("Wren", inside(png(1)))))
    reviewer(runtime)
    reviewer(runtime, "ben", "approver")
    return made


def waiting(quick: Run, *words: str) -> list[dict[str, object]]:
    ran = quick("photo", "list-quarantined", "--json", *words)
    assert ran.code == 0, ran.err
    items: list[dict[str, object]] = ran.json["items"]
    return items


def test_the_list_says_where_it_came_from_and_shows_no_picture(mqpd: Police, quick: Run) -> None:
    [hit] = mqpd.quarantined()
    [line] = waiting(quick)
    assert line["id"] == str(hit.public_id)
    assert (line["feed"], line["distance"], line["verdict"]) == ("police", 0, None)
    assert line["entry"] == "list.txt, line 1 (7,example tag)"
    assert line["alert"]
    said = quick("photo", "list-quarantined").out
    assert "waits" in said
    assert "Wren" not in said
    assert mqpd.deeds() == [("system", "photo.quarantined")]


def test_an_admin_looks_into_a_file_of_their_own_and_it_is_on_record(
    mqpd: Police, quick: Run, tmp_path: Path
) -> None:
    [hit], out = mqpd.quarantined(), tmp_path / "look.png"
    ran = quick("photo", "show", str(hit.public_id), "--out", str(out), "--as", "ana", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["photo"] == str(hit.public_id)
    assert out.read_bytes() == png(1)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert mqpd.deeds()[-1] == ("staff:ana", "photo.looked_at")
    again = quick("photo", "show", str(hit.public_id), "--out", str(out), "--as", "ana")
    assert again.code == 1
    assert "left alone" in again.err
    assert len(mqpd.deeds()) == 2


@pytest.mark.parametrize(
    ("name", "said"), [("ben", "only an admin"), ("nobody", "obody named"), (None, "--as")]
)
@pytest.mark.parametrize("command", ["show", "confirm", "mistaken"])
def test_nobody_else_may(
    mqpd: Police, quick: Run, tmp_path: Path, command: str, name: str | None, said: str
) -> None:
    [hit], out = mqpd.quarantined(), tmp_path / "look.png"
    words = ["photo", command, str(hit.public_id)]
    words += ["--out", str(out)] if command == "show" else []
    ran = quick(*words, *(["--as", name] if name else []))
    assert ran.code in (1, 2)
    assert said in ran.err
    assert not out.exists()
    assert len(mqpd.deeds()) == 1


def test_what_is_confirmed_is_off_the_list_of_those_that_wait(mqpd: Police, quick: Run) -> None:
    [hit] = mqpd.quarantined()
    ran = quick("photo", "confirm", str(hit.public_id), "--as", "ana")
    assert ran.code == 0, ran.err
    assert "90 days" in ran.out
    assert waiting(quick) == []
    [line] = waiting(quick, "--all")
    assert (line["verdict"], line["reviewed_by"], line["destroyed"]) == ("confirmed", "ana", False)
    refused = quick("photo", "mistaken", str(hit.public_id), "--as", "ana")
    assert refused.code == 1
    assert "confirmed" in refused.err


def test_what_was_a_mistake_is_shown_from_then_on(mqpd: Police, quick: Run) -> None:
    [hit] = mqpd.quarantined()
    ran = quick("photo", "mistaken", str(hit.public_id), "--as", "ana", "--json")
    assert ran.code == 0, ran.err
    assert (ran.json["verdict"], ran.json["shown"]) == ("mistaken", True)
    assert len(mqpd.photos()) == 1
    assert waiting(quick) == []


def test_there_may_be_none(runtime: Runtime, quick: Run) -> None:
    assert waiting(quick) == []
    assert "No photo" in quick("photo", "list-quarantined").out
    missing = "018f4d2e-0000-7000-8000-000000000000"
    ran = quick("photo", "confirm", missing, "--as", "ana")
    assert ran.code == 1
    assert missing in ran.err


def finding(quick: Run) -> dict[str, object]:
    checks = quick("doctor", "--json").json["checks"]
    found: dict[str, object] = next(one for one in checks if one["name"] == "hash list")
    return found


def test_the_doctor_says_how_it_stands_with_the_hash_list(
    runtime: Runtime, quick: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert finding(quick)["ok"] is True
    assert "aren't screened" in str(finding(quick)["detail"])
    path = tmp_path / "list.txt"
    monkeypatch.setenv("PORCHLIGHT_PDQ_LIST", str(path))
    gone = finding(quick)
    assert gone["ok"] is False
    assert "photos wait" in str(gone["todo"])
    list_of(path, png(1), png(2))
    assert finding(quick)["detail"] == "2 hashes."
    path.write_text(path.read_text() + "one\ntwo\n")
    broken = finding(quick)
    assert broken["ok"] is False
    assert "2 lines" in str(broken["detail"])
    assert "3, 4" in str(broken["detail"])
