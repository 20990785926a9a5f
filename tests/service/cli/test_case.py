"""`porchlight case links|same|different`."""

import pytest

from alerts.store.feeds import Feed
from alerts.store.staff import Staff
from service.wiring import Runtime
from tests.intake.case.carried import ALIKE, add_feed, doc, push, theirs
from tests.service.cli.conftest import Run


@pytest.fixture
def in_doubt(runtime: Runtime) -> tuple[Feed, Feed]:
    """Two alerts that may be of one child, and somebody to say so."""
    feeds = add_feed(runtime, "ncmec"), add_feed(runtime, "state")
    push(runtime, feeds[0], doc())
    push(runtime, feeds[1], theirs(ALIKE))
    with runtime.store.begin() as session:
        session.add(Staff(name="ana", role="approver", joined_at=runtime.clock()))
    return feeds


@pytest.mark.usefixtures("in_doubt")
def test_links_are_listed_with_both_alerts_and_why(quick: Run) -> None:
    (link,) = quick("case", "links", "--open", "--json").json["items"]
    assert (link["likeness"], link["newer"]["feed"], link["older"]["feed"]) == (
        "doubtful",
        "state",
        "ncmec",
    )
    assert "name_alike" in link["reasons"]
    said = quick("case", "links").out
    assert link["newer"]["alert"] in said
    assert "Wren" not in said


@pytest.mark.usefixtures("in_doubt")
def test_same_leaves_one_alert(quick: Run) -> None:
    (link,) = quick("case", "links", "--json").json["items"]
    done = quick("case", "same", str(link["link"]), "--as", "ana", "--json").json
    assert done["goes_on"] == link["older"]["alert"]
    assert done["ended"] == link["newer"]["alert"]
    assert quick("case", "links", "--open", "--json").json["items"] == []
    assert "before" in quick("case", "same", str(link["link"]), "--as", "ana").out


@pytest.mark.usefixtures("in_doubt")
def test_different_lets_go_what_waited(quick: Run) -> None:
    (link,) = quick("case", "links", "--json").json["items"]
    done = quick("case", "different", str(link["link"]), "--as", "ana", "--json").json
    assert done["went_live"] == [link["newer"]["alert"]]
    refused = quick("case", "same", str(link["link"]), "--as", "ana")
    assert (refused.code, "different" in refused.err) == (1, True)


def test_a_link_that_is_not_there_is_said_so(quick: Run, runtime: Runtime) -> None:
    with runtime.store.begin() as session:
        session.add(Staff(name="ana", role="approver", joined_at=runtime.clock()))
    ran = quick("case", "same", "7", "--as", "ana")
    assert (ran.code, "case links" in ran.err) == (1, True)
    assert quick("case", "links").out.strip() == "No such links."
