"""Is a jump of the clock noticed, and nothing else taken for one?"""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from service.clock_watch import JUMP_S, ClockWatch
from tests.fakes.clock import NOON


@dataclass
class Clocks:
    """A wall clock and a steady one."""

    wall_s: float = 0
    steady_s: float = 0
    held_up_s: list[float] = field(default_factory=list)  # between readings of the two
    jumps: list[float] = field(default_factory=list)

    def watch(self) -> ClockWatch:
        return ClockWatch(
            lambda: NOON + timedelta(seconds=self.wall_s), self.jumps.append, self.steady
        )

    def steady(self) -> float:
        return self.steady_s

    def pass_time(self, seconds: float, *, wall_s: float | None = None) -> None:
        self.steady_s += seconds
        self.wall_s += seconds if wall_s is None else wall_s


@pytest.mark.parametrize("by_s", [3600, -3600, JUMP_S + 0.1, -JUMP_S - 0.1, -86_400 * 365])
def test_a_jump_is_told_once_and_by_how_much(by_s: float) -> None:
    clocks = Clocks()
    watch = clocks.watch()
    clocks.pass_time(0.5)
    watch.look()
    clocks.pass_time(0.5, wall_s=0.5 + by_s)
    watch.look()
    clocks.pass_time(0.5)
    watch.look()
    assert clocks.jumps == [pytest.approx(by_s)]


def test_a_clock_that_is_slewed_or_a_thread_that_is_late_is_no_jump() -> None:
    clocks = Clocks()
    watch = clocks.watch()
    for _ in range(100):
        clocks.pass_time(0.5, wall_s=0.45)
        watch.look()
    clocks.pass_time(600)
    watch.look()
    assert clocks.jumps == []


def test_a_machine_that_slept_has_jumped_ahead() -> None:
    clocks = Clocks()
    watch = clocks.watch()
    clocks.pass_time(0.5, wall_s=8 * 3600)  # the steady clock stood still meanwhile
    watch.look()
    assert clocks.jumps == [8 * 3600 - 0.5]


def test_a_thread_that_is_held_up_between_the_clocks_reads_them_again() -> None:
    clocks = Clocks()

    def wall() -> object:
        now = NOON + timedelta(seconds=clocks.wall_s)
        if clocks.held_up_s:
            clocks.pass_time(clocks.held_up_s.pop())
        return now

    watch = ClockWatch(wall, clocks.jumps.append, clocks.steady)  # type: ignore[arg-type]
    clocks.held_up_s = [5.0, 60.0]
    watch.look()
    assert not clocks.held_up_s
    assert clocks.jumps == []
