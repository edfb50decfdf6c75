"""The thread that looks at the deployment again and again, so that no request ever has to wait for the node."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Final

from hokctl.errors import HokctlError
from hokctl.monitor.web.sights import LastKnown, Sight

UNFORESEEN: Final = "unforeseen"
"""The code of a failure that is a bug."""
_LONGEST_PAUSE_S: Final = 60.0
_PATIENCE_S: Final = 1.0


class Refresher:
    """Looks every `interval_s`, one look at a time, and ever more rarely while looking fails."""

    def __init__(
        self,
        look: Callable[[], Sight],
        publish: Callable[[Sight], None],
        known: LastKnown,
        *,
        interval_s: float,
        note: Callable[[str], None],
    ) -> None:
        """`publish` is called with every sight, in the thread; `note` tells the operator when looking fails."""
        self._look = look
        self._publish = publish
        self._known = known
        self._interval_s = interval_s
        self._note = note
        self._stop = threading.Event()
        self._failed_in_a_row = 0
        # A look that hangs in a request to the node must not keep the process alive.
        self._thread = threading.Thread(target=self._run, name="monitor-refresh", daemon=True)

    def start(self) -> None:
        """Begin with the first look."""
        self._thread.start()

    def stop(self) -> bool:
        """Look no more; tell whether the thread has ended. One that waits for the node ends with its request."""
        self._stop.set()
        self._thread.join(_PATIENCE_S)
        return not self._thread.is_alive()

    @property
    def pause_s(self) -> float:
        """How long to wait before the next look."""
        longest = max(self._interval_s, _LONGEST_PAUSE_S)
        return float(min(self._interval_s * 2 ** min(self._failed_in_a_row, 10), longest))

    def _run(self) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            self._note_end(asyncio.run(_outcome(self._round)), began)
            self._stop.wait(self.pause_s)

    def _round(self) -> None:
        began = time.monotonic()
        self._publish(self._look())
        self._known.note_success(began=began)

    def _note_end(self, error: BaseException | None, began: float) -> None:
        if error is None:
            if self._failed_in_a_row:
                self._note("The deployment can be read again.")
            self._failed_in_a_row = 0
            return
        code = error.code if isinstance(error, HokctlError) else UNFORESEEN
        self._known.note_failure(code, began=began)
        if not self._failed_in_a_row:
            reason = error.message if isinstance(error, HokctlError) else f"a bug ({type(error).__name__})"
            self._note(f"The deployment cannot be read: {reason} The last known state is served until it can.")
        self._failed_in_a_row += 1


async def _outcome(work: Callable[[], None]) -> BaseException | None:
    """Return what `work` raised, whatever it was: a task keeps it, so that a bug costs one round and not the server."""

    async def run() -> None:
        work()

    task = asyncio.create_task(run())
    await asyncio.wait({task})
    return task.exception()
