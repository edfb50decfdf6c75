"""Rules about who gained or lost a power: roles, named accounts, and the Safe itself."""

from collections.abc import Iterator
from typing import Final

from hokctl.domain.alerts import Alert
from hokctl.domain.calls import AbiValue
from hokctl.domain.protocol_events import ProtocolEvent
from hokctl.domain.roles import role_name
from hokctl.monitor.facts import Facts, event_alert

_ROLES: Final = {"RoleGranted": "role-granted", "RoleRevoked": "role-revoked"}
_ADMIN: Final = "RoleAdminChanged"
_NAMED: Final = {
    "PauserUpdated": "pauser",
    "DeltaVerifierUpdated": "verifier",
    "ControllerUpdated": "controller",
    "AttesterAdded": "further attester",
    "AttesterRemoved": "former attester",
    "AttesterThresholdUpdated": "threshold of attesters",
    "PoolRegistrarUpdated": "pool registrar",
    "RecorderAuthorized": "further recorder",
    "RecorderRevoked": "former recorder",
    "MinDelayChange": "delay in seconds",
}
"""Events by which a contract names another account, or by which its guard is weakened, and what that is."""
_SAFE: Final = {
    "AddedOwner": "a further owner",
    "RemovedOwner": "lost the owner",
    "ChangedThreshold": "the threshold",
    "EnabledModule": "a further module, which acts without the owners:",
    "DisabledModule": "lost the module",
    "ChangedGuard": "the guard",
    "ChangedFallbackHandler": "the fallback handler",
}
POWER_EVENTS: Final = (*_ROLES, _ADMIN, *_NAMED, *_SAFE)
"""The events that tell of powers."""


def judge_power(facts: Facts, event: ProtocolEvent, about: str) -> Iterator[Alert]:
    """Yield what one event of POWER_EVENTS tells."""
    where = event.contract if event.model_id is None else f"{event.contract} of model {event.model_id}"
    if event.name in _ROLES:
        rule, role = _ROLES[event.name], _role(event.args["role"])
        word = "was given" if rule == "role-granted" else "lost"
        message = f"{facts.named(event.args['account'])} {word} {role} on {where}."
        evidence = {"by": facts.named(event.args["sender"]), "contract": event.address}
    elif event.name == _ADMIN:
        rule, admin = "role-admin-changed", _role(event.args["newAdminRole"])
        message = f"{admin} decides from now on who holds {_role(event.args['role'])} on {where}."
        evidence = {"before": _role(event.args["previousAdminRole"]), "contract": event.address}
    elif event.name in _NAMED:
        rule, message = "power-change", f"{where} names as {_NAMED[event.name]}: {_told(facts, event)}."
        evidence = {"contract": event.address}
    else:
        rule, message = "safe-change", f"The Safe has {_SAFE[event.name]} {_told(facts, event)}."
        evidence = {"safe": event.address}
    yield event_alert(rule, event, about, subject=event.contract, message=message, evidence=evidence)


def _told(facts: Facts, event: ProtocolEvent) -> str:
    """Return the new value: the last argument but for a flag or a count."""
    if event.name == "PoolRegistrarUpdated":
        return facts.named(event.args["registrar"]) + ("" if event.args["authorized"] else ", no longer")
    values = [value for name, value in event.args.items() if name != "attesterCount"]
    return facts.named(values[-1]) if values else "nothing"


def _role(value: AbiValue) -> str:
    return role_name("0x" + value.hex()) if isinstance(value, bytes) else str(value)
