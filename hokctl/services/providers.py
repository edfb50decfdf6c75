"""Infrastructure providers: who is registered to be paid for a model."""

from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.domain.plans import Plan
from hokctl.domain.units import ModelId
from hokctl.errors import RefusedError
from hokctl.services.models import read_reserve
from hokctl.services.planning import build_plan, event_emitted, view_is

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment


class ImpossibleProviderError(RefusedError):
    """A contract of the protocol as the provider: what is paid there is lost."""

    code = "impossible-provider"

    def __init__(self, address: ChecksumAddress, label: str) -> None:
        """Name the address and what stands there."""
        super().__init__(
            f"{address} is the protocol's own {label}: what is paid there is lost.",
            hint="Give the account that the provider wants to be paid at.",
        )


def plan_provider(
    snapshot: "Snapshot", deployment: "Deployment", model_id: ModelId, provider: ChecksumAddress, *, name: str | None
) -> Plan:
    """Return the plan that registers `provider` for the model; without calls when it is registered already.

    `name` is what the address book calls it. Raises UnknownModelError, ImpossibleProviderError.
    """
    if provider in deployment.labels:
        raise ImpossibleProviderError(provider, deployment.labels[provider])
    (model,) = read_reserve(snapshot, deployment, (model_id,)).models
    reserve = deployment.suite.reserve
    shown = provider if name is None else f"{name} ({provider})"
    before = "none is registered" if model.provider is None else f"now {model.provider}"
    call = reserve.set_provider(model_id, provider, purpose=f"Register {shown} as provider of {model_id}; {before}")
    return build_plan(
        snapshot,
        deployment,
        f"Set the provider of model {model_id} to {shown}",
        () if model.provider == provider else (call,),
        after=(
            view_is(reserve.provider(model_id), provider, f"{shown} is the provider of {model_id}"),
            event_emitted(
                reserve.address,
                reserve.label,
                "ProviderSet",
                {"modelId": ("string", model_id), "provider": ("address", provider)},
                "the registration is logged",
            ),
        ),
        moves_funds=True,
    )
