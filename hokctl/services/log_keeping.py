"""Where logs are kept between runs, and reading them with a word about how far it is."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from hokctl.clients.power_events import POWER_TOPICS
from hokctl.config.environment import user_cache_directory
from hokctl.config.errors import NoHomeError

if TYPE_CHECKING:
    from hokctl.chain.log_history import LogHistory
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment
    from hokctl.services.powers import LogReader

PAUSE_S: Final = 5
"""How many seconds pass at least between two words about how far reading is."""


def open_history(
    snapshot: "Snapshot",
    deployment: "Deployment",
    *,
    cached: bool,
    note: Callable[[str], None],
    clock: Callable[[], int],
) -> "LogHistory":
    """Return the logs of `deployment` from its first block to the snapshot's.

    With `cached` those that are final are kept in the user's cache directory, in one file for each chain and
    reserve. `note` is told how far it is, now and then by `clock`, and what is wrong with the file.
    """
    from hokctl.chain.log_cache import LogCache
    from hokctl.chain.log_history import LogHistory

    chain, last = snapshot.chain, snapshot.block.number
    cache = None
    if cached:
        try:
            name = f"{chain.chain_id}-{deployment.suite.reserve_address.lower()}.jsonl"
            cache = LogCache(user_cache_directory() / "logs" / name, chain_id=chain.chain_id)
        except NoHomeError as error:
            note(f"Logs are not kept for the next time: {error.message}")
    first = min(deployment.deployed_at_block, last)
    return LogHistory(chain, first, last, cache=cache, note=note, progress=_Progress(note, clock))


def power_reader(history: "LogHistory") -> "LogReader":
    """Return the reader of logs of powers from `history`."""
    return lambda addresses: history.read(addresses, [POWER_TOPICS])


class _Progress:
    """Says now and then how many blocks were read."""

    def __init__(self, note: Callable[[str], None], clock: Callable[[], int]) -> None:
        self._note, self._clock, self._said_at = note, clock, clock()

    def __call__(self, done: int, whole: int) -> None:
        now = self._clock()
        if now - self._said_at >= PAUSE_S:
            self._said_at = now
            self._note(f"logs: {done:,} of {whole:,} blocks")
