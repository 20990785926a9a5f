"""`porchlight feed certificates`, and what `submission list` says of signatures."""

from pathlib import Path

import pytest

from alerts.store.feeds import Feed, feed_by_slug
from service.wiring import Runtime
from tests.intake.cap.signers import Signer, signer_of_today
from tests.service.api_partner.documents import message
from tests.service.cli.conftest import Run


@pytest.fixture
def feed(quick: Run) -> str:
    quick("feed", "add", "police", "--kind", "cap", "--trust", "auto")
    return "police"


def written(folder: Path, *signers: Signer) -> str:
    path = folder / "signers.pem"
    path.write_text("".join(signer.certificate for signer in signers))
    return str(path)


def stored(runtime: Runtime) -> Feed:
    with runtime.store.read() as session:
        return feed_by_slug(session, "police")


def test_a_feed_has_no_certificates_at_first(quick: Run, feed: str) -> None:
    said = quick("feed", "certificates", feed, "--json").json
    assert said == {"feed": "police", "must_be_signed": False, "items": []}
    assert "Nobody's signature is known" in quick("feed", "certificates", feed).out


def test_certificates_are_added_told_and_cleared(
    quick: Run, feed: str, runtime: Runtime, tmp_path: Path
) -> None:
    one, two = signer_of_today("Example Police"), signer_of_today("Example Sheriff")
    added = quick("feed", "certificates", feed, "--add", written(tmp_path, one), "--json")
    assert added.code == 0, added.err
    (line,) = added.json["items"]
    assert (line["subject"], line["expired"]) == ("CN=Example Police", False)
    assert line["expires_at"] == one.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    both = quick("feed", "certificates", feed, "--add", written(tmp_path, one, two))
    assert both.out.count("CN=Example") == 2  # the same one twice is one
    assert stored(runtime).certificates == one.certificate + two.certificate
    quick("feed", "certificates", feed, "--clear")
    assert stored(runtime).certificates is None


def test_signatures_are_required_and_not(
    quick: Run, feed: str, runtime: Runtime, tmp_path: Path
) -> None:
    path = written(tmp_path, signer_of_today())
    assert quick("feed", "certificates", feed, "--add", path, "--require").code == 0
    assert stored(runtime).must_be_signed
    assert (
        quick("feed", "certificates", feed, "--no-require", "--json").json["must_be_signed"]
        is False
    )
    assert not stored(runtime).must_be_signed


def test_a_feed_that_must_sign_keeps_a_certificate(
    quick: Run, feed: str, runtime: Runtime, tmp_path: Path
) -> None:
    refused = quick("feed", "certificates", feed, "--require")
    assert (refused.code, "--add" in refused.err) == (1, True)
    quick("feed", "certificates", feed, "--add", written(tmp_path, signer_of_today()), "--require")
    assert quick("feed", "certificates", feed, "--clear").code == 1
    assert stored(runtime).certificates
    assert quick("feed", "certificates", feed, "--clear", "--no-require").code == 0


def test_what_is_no_certificate_is_refused_in_a_sentence(
    quick: Run, feed: str, runtime: Runtime, tmp_path: Path
) -> None:
    bad = {
        "empty.pem": b"",
        "text.pem": b"-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n",
        "key.pem": signer_of_today().key.encode(),
        "old.pem": signer_of_today("Old Example", days=-1).certificate.encode(),
        "large.pem": b"x" * 1_000_001,
    }
    for name, text in bad.items():
        (tmp_path / name).write_bytes(text)
        ran = quick("feed", "certificates", feed, "--add", str(tmp_path / name))
        assert ran.code == 2, name
        assert "Traceback" not in ran.err
    assert stored(runtime).certificates is None
    assert quick("feed", "certificates", "nobody").code == 1


def test_documents_are_listed_with_their_signatures(
    quick: Run, feed: str, runtime: Runtime
) -> None:
    runtime.intake.cap(stored(runtime), message())
    (line,) = quick("submission", "list", "--json").json["items"]
    assert line["signature"] == "absent"
    assert "SIGNATURE" in quick("submission", "list").out
