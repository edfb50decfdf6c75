"""Whether the Transaction Service can be used: reachable, of this chain, and knowing the Safe."""

from eth_typing import ChecksumAddress

from hokctl.domain.findings import Severity
from hokctl.safe.service_store import ServiceStore
from hokctl.services.examinations import Examined, fault, sound, unset, wrong

NAME = "Transaction Service"


def examine_service(service: ServiceStore | None, *, chain_id: int, safe: ChecksumAddress | None) -> Examined:
    """Return the line about the service: its version, the chain that it serves, and whether it knows the Safe.

    Raises what asking it raises.
    """
    if service is None:
        return unset(NAME, "the network names none; proposals are in the folder")
    client = service.service
    about = client.about()
    detail = f"{client.endpoint}, version {about.version}"
    if about.chain_id is not None and about.chain_id != chain_id:
        message = f"The Transaction Service at {client.endpoint} serves chain {about.chain_id}, not {chain_id}."
        finding = fault(NAME, "service-chain", message, "Mend transaction_service of the network.")
        return wrong(NAME, f"{detail}, chain {about.chain_id}", finding)
    served = f"{detail}, chain {about.chain_id}" if about.chain_id is not None else f"{detail}, does not say its chain"
    if safe is not None and not client.knows_safe(safe):
        message = f"The Transaction Service at {client.endpoint} does not know the Safe {safe}."
        remedy = "A new Safe takes it some seconds; otherwise it serves another chain."
        finding = fault(NAME, "service-lacks-safe", message, remedy, severity=Severity.WARNING)
        return wrong(NAME, f"{served}, does not know {safe}", finding)
    return sound(NAME, served if safe is None else f"{served}, knows the Safe")
