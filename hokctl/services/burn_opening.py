"""Opening what a command measures burns with: configuration, logs and book."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from hokctl.config.policy import read_policy
from hokctl.domain.runway import BurnChoice
from hokctl.errors import ConfigError, UsageError
from hokctl.ledger.errors import LedgerError
from hokctl.services.burns import BurnSources
from hokctl.services.flows import log_flows
from hokctl.services.log_keeping import open_history

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from hokctl.chain.log_history import LogHistory
    from hokctl.chain.session import Snapshot
    from hokctl.config.networks import NetworkSettings
    from hokctl.config.schema import Settings
    from hokctl.domain.invoices import Invoice
    from hokctl.domain.ports import Ui
    from hokctl.domain.units import ModelId
    from hokctl.ledger.book import Ledger
    from hokctl.services.deployments import Deployment


class Surroundings(Protocol):
    """What it is opened from: parts of the context of a command."""

    @property
    def snapshot(self) -> "Snapshot":
        """The chain at the block of the command."""

    @property
    def deployment(self) -> "Deployment":
        """The protocol's contracts."""

    @property
    def settings(self) -> "Settings":
        """The configuration in force."""

    @property
    def network(self) -> "NetworkSettings":
        """The network that the command works on."""

    @property
    def ledger(self) -> "Ledger":
        """The book, opened when it is first asked."""

    @property
    def ui(self) -> "Ui":
        """The user interface."""

    def now(self) -> int:
        """Return the time in seconds since the epoch."""

    def address(self, text: str) -> "ChecksumAddress":
        """Return the address that `text` means."""


def open_reading(around: Surroundings, *, cached: bool) -> "LogHistory":
    """Return the logs of the deployment up to the command's block, kept for the next time with `cached`."""
    return open_history(around.snapshot, around.deployment, cached=cached, note=around.ui.note, clock=around.now)


def open_burns(
    around: Surroundings,
    history: "LogHistory",
    *,
    given: "Mapping[ModelId, str]",
    choice: BurnChoice,
    window_days: int,
    net: bool = False,
) -> BurnSources:
    """Return all sources of burns; logs and book are opened when they are first needed."""
    return BurnSources(
        given=given,
        declared=around.settings.declared_burn,
        flows=log_flows(around.snapshot, around.deployment, history),
        invoices=_reader(around, choice),
        currencies=lambda: _currencies(around),
        choice=choice,
        window_days=window_days,
        net=net,
    )


def given_burn(model_ids: "Sequence[ModelId]", daily_burn: str | None, choice: BurnChoice) -> "dict[ModelId, str]":
    """Return the burn given on the command line for its one model; raise UsageError where there is not just one."""
    if daily_burn is None:
        return {}
    if choice is not BurnChoice.AUTO:
        raise UsageError("--daily-burn and --burn exclude each other.", hint="Leave one of the two out.")
    if len(model_ids) != 1:
        raise UsageError(
            "--daily-burn takes exactly one model.",
            hint='Name the model, or declare the burn of each under [models."ID"] in the configuration.',
        )
    return {model_ids[0]: daily_burn}


def given_revenue(model_ids: "Sequence[ModelId]", daily_revenue: str | None) -> "dict[ModelId, str]":
    """Return the revenue given on the command line for its one model; raise UsageError where there is not just one."""
    if daily_revenue is None:
        return {}
    if len(model_ids) != 1:
        raise UsageError("--daily-revenue takes exactly one model.", hint="Name the model.")
    return {model_ids[0]: daily_revenue}


def _currencies(around: Surroundings) -> "Mapping[str, str]":
    path = around.network.policy
    return {} if path is None else read_policy(path, around.address).currencies


def _reader(around: Surroundings, choice: BurnChoice) -> "Callable[[], tuple[Invoice, ...]]":
    def read() -> "tuple[Invoice, ...]":
        try:
            return around.ledger.invoices.list()
        except (LedgerError, ConfigError) as error:
            if choice is BurnChoice.INVOICES:
                raise
            around.ui.note(f"The invoices in the book are left out: {error.message}")
            return ()

    return read
