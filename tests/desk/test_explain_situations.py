"""Every reason for and against a push: the answer names it, and no step contradicts the answer."""

import re

import pytest

from alerts.audience.told import WEEK, people_told_or_due, pushes_since, tellings_of
from alerts.desk.explain import Explanation, explain
from alerts.store.alerts import Alert
from alerts.store.subscribers import Subscriber
from tests.audience.post_office import PostOffice
from tests.audience.town import Town
from tests.desk.explained import SITUATIONS, Situation
from tests.desk.situations import Case

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")

SENTENCE = re.compile(r"\S.*[.]", re.DOTALL)


def asked(town: Town, case: Case) -> Explanation:
    alert_id, person_id = case
    with town.store.read() as session:
        return explain(
            session,
            session.get_one(Alert, alert_id),
            session.get_one(Subscriber, person_id),
            town.clock(),
            weekly_cap=town.policy.weekly_cap,
            channels=("fcm",),
        )


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda s: s.comes_about.__name__)
def test_the_answer_names_what_happened(town: Town, post: PostOffice, situation: Situation) -> None:
    case = situation.comes_about(town, post)
    found = asked(town, case)
    assert found.was_told is situation.told
    assert found.answer.startswith(situation.answer)
    in_the_way = tuple(step.name for step in found.steps if not step.ok)
    assert in_the_way == situation.in_the_way
    said = "\n".join(step.detail for step in found.steps)
    for words in situation.says:
        assert words in said
    check_nothing_contradicts(found)
    check_the_books_say_the_same(town, case, found)


def check_nothing_contradicts(found: Explanation) -> None:
    """The answer is one of the steps' own sentences, and of the right kind."""
    assert all(
        SENTENCE.fullmatch(text) for text in (found.answer, *(s.detail for s in found.steps))
    )
    assert found.answer.startswith("Told.") is found.was_told
    pushes = [step for step in found.steps if step.name == "push"]
    assert any(push.ok for push in pushes) is found.was_told
    in_the_way = [step for step in found.steps if not step.ok]
    if "nothing stands in the way" in found.answer:
        assert not in_the_way
    elif not found.was_told:
        assert any(step.detail in found.answer for step in in_the_way)
    if found.answer.startswith("Not told so far."):
        assert pushes
        assert all(s.ok for s in found.steps if s.name in ("active", "tier", "exercise"))


def check_the_books_say_the_same(town: Town, case: Case, found: Explanation) -> None:
    """What the waves are made by says nothing else."""
    alert_id, person_id = case
    with town.store.read() as session:
        told = any(t.alert_id == alert_id for t in tellings_of(session, person_id, [alert_id]))
        due = person_id in people_told_or_due(session, alert_id)
    assert told is found.was_told
    if "nothing stands in the way" in found.answer:
        assert not due
        assert town.plan(alert_id) + town.catch_up(alert_id) > 0  # and so it is


def test_the_week_that_is_full_is_the_one_that_the_wave_counted(
    town: Town, post: PostOffice
) -> None:
    full = next(s for s in SITUATIONS if s.comes_about.__name__ == "with_a_full_week")
    case = full.comes_about(town, post)
    cap = next(step for step in asked(town, case).steps if step.name == "weekly_cap")
    with town.store.read() as session:
        ids, counts = pushes_since(session, town.clock() - WEEK)
        names = [str(session.get_one(Alert, n).public_id) for n in (1, 2, 3)]
    assert counts[ids == case[1]].tolist() == [2]
    assert [name in cap.detail for name in names] == [True, True, False]  # the third was amber
