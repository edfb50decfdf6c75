"""Measuring runways again and again, for a monitor: declared burns first, then payments on the chain, then invoices."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hokctl.errors import ConfigError
from hokctl.ledger.errors import LedgerError
from hokctl.services.burns import BurnSources
from hokctl.services.flows import log_flows
from hokctl.services.log_keeping import open_history
from hokctl.services.observation import Measure
from hokctl.services.runway import RunwayReport, measure_by

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.domain.invoices import Invoice
    from hokctl.domain.units import ModelId
    from hokctl.ledger.book import Ledger
    from hokctl.services.deployments import Deployment


def open_measure(
    *,
    declared: "Callable[[ModelId], str | None]",
    ledger: "Callable[[], Ledger]",
    currencies: "Callable[[], Mapping[str, str]]",
    note: Callable[[str], None],
    clock: Callable[[], int],
) -> Measure:
    """Return what measures the runways of all models as `hokctl runway` does.

    Logs are read only where a burn is not declared, and kept in the user's cache. A book that cannot be used has no
    invoices. `currencies` says which ones the policy takes for the token.
    """

    def invoices() -> "tuple[Invoice, ...]":
        try:
            return ledger().invoices.list()
        except (LedgerError, ConfigError):
            return ()

    def measure(snapshot: "Snapshot", deployment: "Deployment") -> RunwayReport:
        history = open_history(snapshot, deployment, cached=True, note=note, clock=clock)
        flows = log_flows(snapshot, deployment, history)
        sources = BurnSources(declared=declared, flows=flows, invoices=invoices, currencies=currencies)
        return measure_by(sources, snapshot, deployment, ())

    return measure
