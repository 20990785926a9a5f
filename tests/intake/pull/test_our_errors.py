"""Does an error of ours at one item stop no other, is it counted, and is the item tried again?"""

import pytest

from alerts.intake.pull import write_items
from alerts.intake.pull.write_items import MAX_TRIES
from alerts.intake.receive import Intake
from alerts.store.feeds import Feed
from tests.intake.pull.conftest import Source
from tests.intake.pull.documents import atom_of


@pytest.mark.parametrize("where", ["prepare_cap", "write_cap"])
def test_an_error_of_ours_stops_no_other_item_and_is_tried_again(
    source: Source, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    real = getattr(Intake, where)

    def fails(self: Intake, *args: object) -> object:
        if "EX-2" in repr(args):
            raise RuntimeError("ours")
        return real(self, *args)

    source.shows(atom_of(3), etag='"three"')
    with monkeypatch.context() as patched:
        patched.setattr(Intake, where, fails)
        pulled = source.pull()
    assert (len(pulled.taken), pulled.failed) == (2, 1)
    assert [type(fault) for fault in source.faults] == [RuntimeError]
    assert (source.outcomes, source.said("etag")) == (["accepted"] * 2, None)
    assert [str(taken.outcome) for taken in source.pull().taken] == ["accepted"]
    assert source.said("etag") == '"three"'


def test_an_item_that_we_always_fail_at_ends_on_record(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(self: Intake, *args: object) -> object:
        raise RuntimeError("ours")

    monkeypatch.setattr(Intake, "write_cap", fails)
    for minute in range(MAX_TRIES + 2):
        source.shows(atom_of(1), etag=f'"{minute}"')
        source.pull()
        assert (source.said("etag") is not None) == (minute >= MAX_TRIES - 1)
    assert (source.outcomes, source.codes) == (["refused"], {"our_error"})
    assert len(source.faults) == MAX_TRIES + 2


def test_an_item_that_broke_the_transaction_takes_only_itself_along(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = write_items._take

    def breaks(session: object, intake: Intake, feed: Feed, one: object) -> object:
        taken = real(session, intake, feed, one)  # type: ignore[arg-type]
        if "EX-2" in repr(one):
            session.add(Feed(slug=feed.slug, kind=feed.kind))  # type: ignore[attr-defined]
            session.flush()  # type: ignore[attr-defined]
        return taken

    monkeypatch.setattr(write_items, "_take", breaks)
    source.shows(atom_of(3))
    source.pull()
    assert source.outcomes == ["accepted"] * 2
    assert len(source.alerts) == 2
