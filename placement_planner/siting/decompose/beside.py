"""A bound that is bettered in a thread of its own, beside a search for plans.

Pricing all arcs leaves the interpreter to others for nearly all of its time, as the solver does.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

from placement_planner.siting.highs import use_threads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from placement_planner.siting.decompose.ascent import Ascended

__all__ = ["BesideAscent"]


class BesideAscent:
    """Rounds of charges, one after another, until they are found or stopped.

    Parameters
    ----------
    rounds
        Begins the rounds: called in the thread.
    least_step
        Step below which charges count as found.
    early
        The round whose charges others may ask for, so that they do not hang on how fast it goes.
    """

    def __init__(
        self, rounds: Callable[[], Iterator[Ascended]], *, least_step: float, early: int
    ) -> None:
        self._rounds, self._least_step, self._number = rounds, least_step, early
        self._latest: Ascended | None = None
        self._early: Ascended | None = None
        self._fault: Exception | None = None
        self._first, self._reached, self._stopped = (threading.Event() for _ in range(3))
        self._thread = threading.Thread(target=self._ascend, daemon=True)
        self._thread.start()

    def _ascend(self) -> None:
        try:
            use_threads(1)
            for number, ascended in enumerate(self._rounds()):
                self._latest = ascended
                self._first.set()
                if number <= self._number:
                    self._early = ascended
                if number == self._number:
                    self._reached.set()
                if self._stopped.is_set() or ascended.step < self._least_step:
                    break
        except Exception as fault:  # noqa: BLE001
            self._fault = fault
        self._first.set()
        self._reached.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _told(self, ascended: Ascended | None) -> Ascended:
        if ascended is None or self._fault is not None:
            raise self._fault or RuntimeError("a bound without rounds")
        return ascended

    def early(self) -> Ascended:
        """Return what the early round came to, or the last before it; waits for it."""
        self._reached.wait()
        return self._told(self._early)

    def latest(self) -> Ascended:
        """Return what the latest round came to; waits for the first."""
        self._first.wait()
        return self._told(self._latest)

    def is_over(self, seconds: float) -> bool:
        """Wait for some seconds at most; tell whether no more rounds come."""
        self._thread.join(max(seconds, 0.0))
        return not self._thread.is_alive()

    def stop(self) -> Ascended:
        """End after the round that is being worked on; return what it came to."""
        self._stopped.set()
        self._reached.set()
        self._thread.join()
        return self.latest()
