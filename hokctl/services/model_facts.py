"""What there is of models on the chain, and where their next contracts will be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.clients.abi import Artifact
from hokctl.clients.suite import Suite
from hokctl.domain.roles import MINTER_ROLE
from hokctl.domain.units import ZERO_ADDRESS, ModelId

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """What there is of a model on the chain; None stands for what there is not."""

    token: ChecksumAddress | None = None
    params: ChecksumAddress | None = None
    pool: ChecksumAddress | None = None
    registered_token: ChecksumAddress | None = None
    registered_pool: ChecksumAddress | None = None
    may_mint: bool = False
    provider: ChecksumAddress | None = None
    infrastructure_accrual_bps: int | None = None

    @property
    def exists(self) -> bool:
        """Whether anything was done for the model."""
        return any((self.token, self.pool, self.registered_token, self.registered_pool))

    @property
    def is_complete(self) -> bool:
        """Whether nothing of the model is missing, except perhaps its provider."""
        return all((self.token, self.pool, self.registered_token, self.registered_pool, self.may_mint))


@dataclass(frozen=True, slots=True, kw_only=True)
class Creators:
    """What decides where TokenManager and factory create contracts next, and what it takes."""

    token_manager_nonce: int
    factory_nonce: int
    fee_wei: int = 0
    """What TokenManager takes for a token."""
    fee_recipient: ChecksumAddress | None = None
    """Who receives it; None where the contract does not say."""
    is_open: bool = False
    """Whether anyone may deploy tokens, as in v2.0.0."""


def read_models(snapshot: "Snapshot", suite: Suite, model_ids: Sequence[ModelId]) -> dict[ModelId, ModelFacts]:
    """Return what there is of each model, in two round trips. Where a contract of `suite` is missing, nothing is."""
    if not model_ids:
        return {}
    manager, factory, registry, reserve = suite.token_manager, suite.factory, suite.registry, suite.reserve
    with snapshot.batch() as batch:
        asked = [
            (
                batch.add(manager.model_tokens(model_id)),
                batch.add(manager.model_params(model_id)),
                batch.add(factory.pools(model_id)),
                batch.add(registry.models_by_string(model_id)),
                batch.add(registry.model_pools(model_id)),
                batch.add(reserve.provider(model_id)),
            )
            for model_id in model_ids
        ]
    with snapshot.batch() as batch:
        more = [
            (
                batch.add(manager.has_role(MINTER_ROLE, pool.value_or(ZERO_ADDRESS))),
                batch.add(suite.params_at(params.value_or(ZERO_ADDRESS)).infrastructure_accrual_bps()),
            )
            for _, params, pool, *_ in asked
        ]
    return {
        model_id: ModelFacts(
            token=_there(token.value_or(ZERO_ADDRESS)),
            params=_there(params.value_or(ZERO_ADDRESS)),
            pool=_there(pool.value_or(ZERO_ADDRESS)),
            registered_token=None if info.failed else _there(info.value.token_address),
            registered_pool=_there(registered_pool.value_or(ZERO_ADDRESS)),
            may_mint=may_mint.value_or(default=False),
            provider=_there(provider.value_or(ZERO_ADDRESS)),
            infrastructure_accrual_bps=None if bps.failed else bps.value,
        )
        for model_id, (token, params, pool, info, registered_pool, provider), (may_mint, bps) in zip(
            model_ids, asked, more, strict=True
        )
    }


def birth_nonces(token_manager: Artifact, factory: Artifact) -> Creators:
    """Return the nonces of contracts just created: a contract that clones made its implementation first."""
    return Creators(
        token_manager_nonce=2 if token_manager.declares("tokenImplementation") else 1,
        factory_nonce=2 if factory.declares("poolImplementation") else 1,
    )


def read_creators(snapshot: "Snapshot", suite: Suite, at_birth: Creators) -> Creators:
    """Return what TokenManager and factory create next; `at_birth` stands for those that are not there yet."""
    with snapshot.batch() as batch:
        manager = batch.add_nonce(suite.token_manager_address)
        factory = batch.add_nonce(suite.factory_address)
        fee = batch.add(suite.token_manager.deployment_fee())
        recipient = batch.add(suite.token_manager.fee_recipient())
        role = batch.add(suite.token_manager.deployer_role())
    return Creators(
        token_manager_nonce=manager.value or at_birth.token_manager_nonce,
        factory_nonce=factory.value or at_birth.factory_nonce,
        fee_wei=fee.value_or(0),
        fee_recipient=None if recipient.failed else recipient.value,
        is_open=bool(manager.value) and role.failed,
    )


def _there(address: ChecksumAddress) -> ChecksumAddress | None:
    return None if address == ZERO_ADDRESS else address
