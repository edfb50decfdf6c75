"""The scenario of `hokctl devnet --scenario`: a deployment in the middle of its life, made by hokctl's own services."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.chain.endpoints import is_local
from hokctl.chain.http_transport import HttpTransport
from hokctl.config.invoice_files.written import WrittenLine
from hokctl.config.spec import read_spec
from hokctl.devnet.jobs import create_safe, deploy, deposit, mint
from hokctl.devnet.scenario_files import ScenarioFiles
from hokctl.devnet.workplace import NETWORK, PEOPLE, Workplace
from hokctl.domain.amounts import Token, TokenAmount
from hokctl.domain.units import ModelId
from hokctl.errors import UsageError
from hokctl.ledger.book import Ledger
from hokctl.services.fee_files import Fee
from hokctl.services.invoices import InvoiceEntry, enter_invoice

if TYPE_CHECKING:
    from hokctl.services.deployments import Deployment

FEES: Final = {ModelId("21"): "1000", ModelId("22"): "500"}
"""In USDC, deposited by the backend."""
BACKEND_USDC: Final = "100000"
"""What the backend has left."""
_TIMEOUT_S: Final = 20


class RemoteScenarioError(UsageError):
    """A scenario on an address that other machines reach."""

    code = "scenario-remote"

    def __init__(self, host: str) -> None:
        """Name the address."""
        super().__init__(
            f"The scenario signs with keys that everybody knows, which {host} would show to the network.",
            hint="Leave --host out, or leave --scenario out.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What stands when the scenario is built."""

    files: ScenarioFiles
    safe: ChecksumAddress
    deployment: "Deployment"
    invoices: tuple[str, ...]
    """The numbers of the open invoices in the book."""


def build_scenario(url: str, files: ScenarioFiles, *, clock: Callable[[], int] = lambda: int(time.time())) -> Scenario:
    """Deploy, deposit and enter invoices on the fresh devnet at `url`, and write the configuration for it.

    Raises RemoteScenarioError, ForeignFileError and FileWriteError before anything is done.
    """
    if not is_local(url):
        raise RemoteScenarioError(url)
    files.claim()
    files.write_inputs()
    with Ledger.at(files.ledger) as ledger:
        transport = HttpTransport(url, network=NETWORK, timeout_s=_TIMEOUT_S)
        place = Workplace.open(transport, ledger, manifest=files.manifest, proposals=files.proposals, clock=clock)
        _, safe = create_safe(place, "deployer")
        place = place.with_safe(safe)
        _, deployment = deploy(place, read_spec(files.spec, place.resolve), "deployer")
        fill_reserve(place, deployment)
        invoices = enter_invoices(place, deployment)
        files.write_config(url, safe, {name: place.people[name] for name in PEOPLE})
    return Scenario(files=files, safe=safe, deployment=deployment, invoices=invoices)


def fill_reserve(place: Workplace, deployment: "Deployment", fees: Mapping[ModelId, str] = FEES) -> None:
    """Give the backend its USDC, and have it deposit the fees."""
    token = deployment.token(place.snapshot())
    due = [Fee(model_id=model_id, amount=TokenAmount.parse(text, token)) for model_id, text in fees.items()]
    mint(place, deployment, _sum(due, token) + TokenAmount.parse(BACKEND_USDC, token), "backend")
    deposit(place, deployment, due, "backend")


def enter_invoices(place: Workplace, deployment: "Deployment") -> tuple[str, ...]:
    """Enter two open invoices of the provider into the book; return their numbers."""
    today = datetime.fromtimestamp(place.clock(), UTC).date()
    entries = (
        InvoiceEntry(
            number="TAI-1001",
            payee=None,
            lines=(WrittenLine(model=ModelId("21"), amount="250"),),
            memo="Inference, LSCOR",
            due=today,
        ),
        InvoiceEntry(
            number="TAI-1002",
            payee=None,
            lines=(WrittenLine(model=ModelId("21"), amount="12.50"), WrittenLine(model=ModelId("22"), amount="140.25")),
            memo="Inference, both models",
            due=today,
        ),
    )
    for entry in entries:
        book, now = place.ledger.invoices, place.clock()
        enter_invoice(place.snapshot(), deployment, book, entry, name_of=place.name_of, now=now)
    return tuple(entry.number for entry in entries)


def _sum(fees: list[Fee], token: Token) -> TokenAmount:
    return token.amount(sum(fee.amount.units for fee in fees))
