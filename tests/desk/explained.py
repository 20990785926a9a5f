"""What is to be said of each situation of one person and one alert."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.audience.post_office import PostOffice
from tests.audience.town import Town
from tests.desk import situations
from tests.desk.situations import Case


@dataclass(frozen=True, kw_only=True)
class Situation:
    """How it comes about, and what the explanation must say."""

    comes_about: Callable[[Town, PostOffice], Case]
    told: bool
    answer: str  # its beginning
    says: tuple[str, ...]  # somewhere in the steps
    in_the_way: tuple[str, ...] = ()  # names of steps that aren't ok


SITUATIONS: tuple[Situation, ...] = (
    Situation(
        comes_about=situations.told,
        told=True,
        answer="Told. The alert to device 1 was sent on 2026-11-22 12:00 UTC",
        says=("revision 1", "drawn by the source", "confidence 1, certain", "(100 %)", "opened"),
    ),
    Situation(
        comes_about=situations.told_and_over,
        told=True,
        answer="Told. The alert to device 1 was sent",
        says=("ended since, on 2026-11-22 12:00 UTC (found)", "The all_clear to device 1 was sent"),
    ),
    Situation(
        comes_about=situations.told_and_moved_since,
        told=True,
        answer="Told. ",
        says=("drawn anew since, on 2026-11-22 13:00 UTC",),
    ),
    Situation(
        comes_about=situations.told_and_removed_since,
        told=True,
        answer="Told. ",
        says=("by a neighborhood that was removed since",),
    ),
    Situation(
        comes_about=situations.told_in_quiet_hours_and_full_week_by_amber,
        told=True,
        answer="Told. ",
        says=("(100 %)",),
    ),
    Situation(
        comes_about=situations.told_on_one_of_two_phones,
        told=True,
        answer="Told. The alert to device 1 was sent",
        says=("device 2 wasn't sent: the push service says the device is no more",),
        in_the_way=("push",),
    ),
    Situation(
        comes_about=situations.held,
        told=False,
        answer="Not told. The alert is held",
        says=("1 of 1 neighborhoods touch the area of revision 1",),
        in_the_way=("active",),
    ),
    Situation(
        comes_about=situations.ended,
        told=False,
        answer="Not told. The alert ended on 2026-11-22 12:00 UTC (found)",
        says=(),
        in_the_way=("active",),
    ),
    Situation(
        comes_about=situations.expired,
        told=False,
        answer="Not told. The alert's time ran out on 2026-11-22 13:00 UTC",
        says=(),
        in_the_way=("active",),
    ),
    Situation(
        comes_about=situations.drawn_after_the_end,
        told=False,
        answer="Not told. The alert ended on 2026-11-22 12:00 UTC (cancelled)",
        says=("drawn on 2026-11-22 13:00 UTC, after the alert was over on 2026-11-22 12:00 UTC",),
        in_the_way=("active", "area"),
    ),
    Situation(
        comes_about=situations.long_term,
        told=False,
        answer="Not told. The tier long_term is listed in the app and never pushed",
        says=(),
        in_the_way=("tier",),
    ),
    Situation(
        comes_about=situations.unidentified,
        told=False,
        answer="Not told. The poster is of somebody unidentified",
        says=(),
        in_the_way=("tier",),
    ),
    Situation(
        comes_about=situations.exercise_for_testers,
        told=False,
        answer="Not told. It is an exercise, for testers only, which this person isn't",
        says=(),
        in_the_way=("exercise",),
    ),
    Situation(
        comes_about=situations.homeless,
        told=False,
        answer="Not told. The person has no neighborhood",
        says=(),
        in_the_way=("area",),
    ),
    Situation(
        comes_about=situations.near_and_far,
        told=False,
        answer="Not told. None of the person's 2 neighborhoods touches the area of revision 1",
        says=("is 5.5 km from it",),
        in_the_way=("area",),
    ),
    Situation(
        comes_about=situations.knows_by_another_alert,
        told=False,
        answer="Not told. Alert ",
        says=("is of the same child, and they were told of it",),
        in_the_way=("same_child",),
    ),
    Situation(
        comes_about=situations.without_a_phone,
        told=False,
        answer="Not told. The person has no device that can be reached.",
        says=(),
        in_the_way=("devices",),
    ),
    Situation(
        comes_about=situations.whose_phone_is_gone,
        told=False,
        answer="Not told. The person has no device that can be reached: device 1 ended on",
        says=("(the push service says it is no more)",),
        in_the_way=("devices",),
    ),
    Situation(
        comes_about=situations.over_a_channel_that_is_not_set_up,
        told=False,
        answer="Not told so far. The alert to device 1 is tried again: the channel webpush isn't",
        says=("1 × webpush (not set up here)",),
        in_the_way=("devices", "push"),
    ),
    Situation(
        comes_about=situations.asleep,
        told=False,
        answer="Not told so far. The alert to device 1 is held by quiet hours; not before "
        "2026-11-22 20:00 UTC",
        says=("Quiet hours hold it until 2026-11-22 20:00 UTC",),
        in_the_way=("quiet_hours", "push"),
    ),
    Situation(
        comes_about=situations.with_a_full_week,
        told=False,
        answer="Not told. The alert to device 1 wasn't sent: the weekly cap was reached",
        says=("2 pushes in the 7 days before", "the cap is 2", "2026-11-22 13:00 UTC"),
        in_the_way=("weekly_cap", "push"),
    ),
    Situation(
        comes_about=situations.capped_last_week,
        told=False,
        answer="Not told. The alert to device 1 wasn't sent: the weekly cap was reached",
        says=("2 pushes in the 7 days before 2026-11-22 14:00 UTC",),
        in_the_way=("weekly_cap", "push"),
    ),
    Situation(
        comes_about=situations.not_planned_yet,
        told=False,
        answer="Not told yet, but nothing stands in the way: The waves of revision 1 aren't made",
        says=(),
    ),
    Situation(
        comes_about=situations.late,
        told=False,
        answer="Not told yet, but nothing stands in the way: ",
        says=("(change 2) after the last look (change 1): they come late",),
    ),
    Situation(
        comes_about=situations.looked_at_without_a_phone,
        told=False,
        answer="Not told. When the waves of revision 1 were made on 2026-11-22 12:00 UTC, "
        "something stood in the way",
        says=(),
        in_the_way=("planned",),
    ),
    Situation(
        comes_about=situations.waiting,
        told=False,
        answer="Not told so far. The alert to device 1 is waiting to be sent",
        says=("It counts as one of their week's pushes",),
        in_the_way=("push",),
    ),
    Situation(
        comes_about=situations.parked,
        told=False,
        answer="Not told so far. The alert to device 1 is set aside: the message has 5,000 bytes",
        says=("a person must look",),
        in_the_way=("push",),
    ),
    Situation(
        comes_about=situations.moved_away,
        told=False,
        answer="Not told. The alert to device 1 wasn't sent: the neighborhood had moved out",
        says=("None of the person's 1 neighborhoods touches",),
        in_the_way=("area", "push"),
    ),
    Situation(
        comes_about=situations.left,
        told=False,
        answer="Not told. The alert to device 1 wasn't sent: the device left first",
        says=("device 1 ended on 2026-11-22 12:00 UTC (its owner removed it)",),
        in_the_way=("devices", "push"),
    ),
    Situation(
        comes_about=situations.left_and_came_again,
        told=False,
        answer="Not told. The alert to device 1 wasn't sent: the device left first. A neighborhood",
        says=("they come late and are looked at next",),
        in_the_way=("push",),
    ),
    Situation(
        comes_about=situations.given_up,
        told=False,
        answer="Not told. The alert to device 1 wasn't sent: the channel failed until",
        says=(),
        in_the_way=("active", "push"),
    ),
    Situation(
        comes_about=situations.over_before_it_was_sent,
        told=False,
        answer="Not told. The alert to device 1 wasn't sent before the alert was over",
        says=(),
        in_the_way=("active", "push"),
    ),
)
