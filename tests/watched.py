"""Observations made by hand, and a server of the monitor in this process that shows them.

with serving(lambda: Sight(observation=observed([observed_model("21", accrued="800")]))) as server:
assert server.get("/infrastructure/21").json()["accrual"]["accrued"] == "800.00"
"""

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from eth_typing import ChecksumAddress

from hokctl.domain.alerts import Alert, AlertKind, AlertSeverity, StandingAlert
from hokctl.domain.amounts import Token, TokenAmount
from hokctl.domain.runway import BurnSource, compute_runway
from hokctl.domain.units import ZERO_ADDRESS, BlockRef, ModelId
from hokctl.ledger.book import Ledger
from hokctl.ledger.snapshots import ModelSnapshot
from hokctl.monitor.web.server import BoundServer
from hokctl.monitor.web.serving import Wishes, open_server
from hokctl.monitor.web.sights import Sight
from hokctl.monitor.web.site import History
from hokctl.services.burns import Burn
from hokctl.services.models import ModelState
from hokctl.services.observation import Observation, ObservedModel
from hokctl.services.runway import ModelRunway
from tests.world import ALICE, MALLORY, TOGETHER

TOKEN = Token(chain_id=31337, address=MALLORY, decimals=6, symbol="USDC")
BLOCK = BlockRef(number=1_234, hash="0x" + "ab" * 32, timestamp=1_795_000_000)
PATIENCE_S = 20.0
WISHES = Wishes(
    host="127.0.0.1",
    port=0,
    interval_s=3_600,
    stale_after_s=None,
    token_file=None,
    allow_anonymous=False,
    allowed_hosts=(),
    per_second=0,
)


def warned(
    *, rule: str = "low-runway", subject: str = "21", message: str = "Model 21 lasts 5 days.", severity: str = "high"
) -> StandingAlert:
    """Return an alert that stands."""
    alert = Alert(
        rule=rule,
        key=f"{rule}/{subject}",
        kind=AlertKind.STATE,
        severity=AlertSeverity(severity),
        subject=subject,
        message=message,
    )
    return StandingAlert(alert=alert, first_seen_at=BLOCK.timestamp, last_seen_at=BLOCK.timestamp, notified_at=None)


def observed_model(
    model_id: str,
    *,
    accrued: str = "0",
    paid: str = "0",
    burn: str | None = None,
    provider: ChecksumAddress | None = TOGETHER,
    bps: int | None = 8_000,
) -> ObservedModel:
    """Return a model with these amounts, in token units."""
    state = ModelState(
        model_id=ModelId(model_id),
        token=ZERO_ADDRESS,
        params=ZERO_ADDRESS,
        pool=ZERO_ADDRESS,
        accrued=TokenAmount.parse(accrued, TOKEN),
        paid=TokenAmount.parse(paid, TOKEN),
        provider=provider,
        infrastructure_accrual_bps=bps,
        phase=None,
    )
    daily = None if burn is None else TokenAmount.parse(burn, TOKEN)
    source = BurnSource.NONE if burn is None else BurnSource.DECLARED
    runway = compute_runway(state.accrued.units, None if daily is None else daily.units, at=BLOCK.timestamp)
    return ObservedModel(
        runway=ModelRunway(
            model=state,
            daily_burn=daily,
            burn_source=source,
            runway=runway,
            burn=Burn(daily=daily, source=source),
        ),
        pool_paused=False,
        min_bps=None,
        max_bps=None,
    )


def observed(models: Sequence[ObservedModel], *, balance: str | None = None, paused: bool = False) -> Observation:
    """Return what was seen of these models; the reserve holds what is owed unless `balance` says otherwise."""
    owed = TOKEN.amount(sum(model.state.accrued.units for model in models))
    paid = TOKEN.amount(sum(model.state.paid.units for model in models))
    return Observation(
        network="devnet",
        chain_id=31337,
        block=BLOCK,
        observed_at=BLOCK.timestamp + 2,
        token=TOKEN,
        models=tuple(models),
        balance=owed if balance is None else TokenAmount.parse(balance, TOKEN),
        owed=owed,
        total_accrued=owed + paid,
        total_paid=paid,
        total_withdrawn=None,
        paused=paused,
        treasury=ALICE,
    )


def many_models(count: int) -> Observation:
    """Return `count` models with all kinds of figures."""
    return observed(
        [
            observed_model(
                f"model-{number:04}",
                accrued=f"{number * 7919 % 100_000}.{number % 100:02}",
                paid=f"{number * 31}.5",
                burn=None if number % 5 == 0 else f"{number % 97 + 1}.25",
                provider=None if number % 11 == 0 else TOGETHER,
            )
            for number in range(count)
        ]
    )


@dataclass(frozen=True, slots=True)
class Answered:
    """A response as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401 - a test says what it expects
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of a refusal."""
        return str(self.json()["error"]["code"])


@dataclass(kw_only=True)
class Served:
    """A server that runs."""

    server: BoundServer
    url: str
    notes: list[str] = field(default_factory=list)

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        host, _, port = self.url.removeprefix("http://").rpartition(":")
        return host, int(port)

    def get(self, path: str, *, method: str = "GET", **headers: str) -> Answered:
        """Ask once, on a connection of its own; the path goes out as it is."""
        return ask(self.address, path, method=method, **headers)

    def raw(self, data: bytes, *, wait_s: float = 5.0) -> bytes:
        """Send bytes as they are, and return all that comes back until the server closes, or nothing more comes."""
        with socket.create_connection(self.address, timeout=wait_s) as connection:
            try:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                return b""
            return _all_of(connection)

    def until(self, path: str, told: Callable[[Answered], bool]) -> Answered:
        """Ask until the answer is what is waited for."""
        end = time.monotonic() + PATIENCE_S
        while True:
            answer = self.get(path)
            if told(answer):
                return answer
            assert time.monotonic() < end, (path, answer)
            time.sleep(0.02)


def ask(address: tuple[str, int], path: str, *, method: str = "GET", **headers: str) -> Answered:
    """Send one request; underscores in the names of headers become hyphens."""
    connection = http.client.HTTPConnection(*address, timeout=PATIENCE_S)
    try:
        connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        response = connection.getresponse()
        return Answered(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    finally:
        connection.close()


class NoHistory:
    """A book without any history."""

    def points(self, model_id: ModelId, *, since: int | None, limit: int) -> Sequence[ModelSnapshot]:
        """Return nothing."""
        del model_id, since, limit
        return ()


@contextmanager
def serving(look: Callable[[], Sight], *, history: History | None = None, **wishes: Any) -> Iterator[Served]:  # noqa: ANN401
    """Serve what `look` sees until the end of the block; `wishes` are those of the command."""
    ready, notes = threading.Event(), list[str]()
    server = open_server(
        replace(WISHES, **wishes),
        network="devnet",
        look=look,
        history=history or NoHistory(),
        listening=lambda _: ready.set(),
        note=notes.append,
    )
    thread = threading.Thread(target=server.serve_until_told, name="monitor-server")
    url = server.url
    thread.start()
    try:
        assert ready.wait(PATIENCE_S)
        yield Served(server=server, url=url, notes=notes)
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


@contextmanager
def showing(observation: Observation, *, alerts: Sequence[StandingAlert] = (), **wishes: Any) -> Iterator[Served]:  # noqa: ANN401
    """Serve one observation, and go on once it can be seen."""
    sight = Sight(observation=observation, alerts=alerts, names={TOGETHER: "together"})
    with serving(lambda: sight, **wishes) as served:
        served.until("/healthz", lambda answer: answer.status == 200)
        yield served


def snapshots_in(path: Path, points: Sequence[ModelSnapshot]) -> History:
    """Return a real book with these snapshots in it."""
    book = Ledger.at(path).snapshots_of(TOKEN.chain_id, ALICE)
    book.add(points)
    return book


def _all_of(connection: socket.socket) -> bytes:
    received = b""
    while True:
        try:
            part = connection.recv(65_536)
        except (TimeoutError, ConnectionError):
            return received
        if not part:
            return received
        received += part
