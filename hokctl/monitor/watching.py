"""Round after round: while the node cannot be asked, the last known state stays."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hokctl.errors import HokctlError, UnavailableError
from hokctl.monitor.rounds import Round, Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveState:
    """What is known after a round."""

    round: Round | None
    """The last round that succeeded; None while none has."""
    failure: str | None
    """Why the very last one did not."""


def rounds_of(
    watch: Watch, *, interval_s: float, most: int | None, pause: Callable[[float], None]
) -> Iterator[LiveState]:
    """Yield what is known after each round, `interval_s` apart, and end after `most` rounds.

    Only the last state is kept. A failure that no waiting mends, such as a wrong configuration, is raised as long as
    no round has succeeded.
    """
    last, done = None, 0
    while True:
        failure = None
        try:
            last = watch.run()
        except UnavailableError as error:
            failure = error.message
        except HokctlError as error:
            if last is None:
                raise
            failure = error.message
        yield LiveState(round=last, failure=failure)
        done += 1
        if done == most:
            return
        pause(interval_s)
