"""What a deployment's models must be like: their contracts, how they are wired, and what the specification says."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.checks.expectations import Expected, expect
from hokctl.clients.access_control import AccessControl
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.roles import GOV_ROLE, MINTER_ROLE
from hokctl.domain.units import ZERO_ADDRESS, ModelId
from hokctl.services.model_creation import model_from_spec
from hokctl.services.verification_wiring import ANEW, Desired

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch, Slot
    from hokctl.clients.suite import Suite
    from hokctl.config.manifest import ManifestModel
    from hokctl.config.spec import ModelSpec

_GOVERNED = "Propose the specification's value with hokctl, or correct the specification."


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPlaces:
    """Where one model's contracts are, as TokenManager and factory say; None where they know none."""

    model_id: ModelId
    token: ChecksumAddress | None
    params: ChecksumAddress | None
    pool: ChecksumAddress | None
    registered_token: ChecksumAddress | None
    registered_pool: ChecksumAddress | None

    @property
    def subject(self) -> str:
        """The model as findings name it."""
        return f"model {self.model_id}"

    def contracts(self) -> Iterator[tuple[str, ChecksumAddress]]:
        """Yield the contracts that are there, each with the name of its artifact."""
        for name, address in (
            ("HokusaiToken", self.token),
            ("HokusaiParams", self.params),
            ("HokusaiAMM", self.pool),
        ):
            if address is not None:
                yield name, address


class PlacesProbe:
    """The questions where one model's contracts are, riding in a batch."""

    def __init__(self, batch: "Batch", suite: "Suite", model_id: ModelId) -> None:
        """Ask TokenManager, factory and registry."""
        self._model_id = model_id
        self._token: Slot[ChecksumAddress] = batch.add(suite.token_manager.model_tokens(model_id))
        self._params = batch.add(suite.token_manager.model_params(model_id))
        self._pool = batch.add(suite.factory.pools(model_id))
        self._info = batch.add(suite.registry.models_by_string(model_id))
        self._listed = batch.add(suite.registry.model_pools(model_id))

    @property
    def places(self) -> ModelPlaces:
        """Where they are, once the batch has run."""
        registered = ZERO_ADDRESS if self._info.failed else self._info.value.token_address
        return ModelPlaces(
            model_id=self._model_id,
            token=_there(self._token.value_or(ZERO_ADDRESS)),
            params=_there(self._params.value_or(ZERO_ADDRESS)),
            pool=_there(self._pool.value_or(ZERO_ADDRESS)),
            registered_token=_there(registered),
            registered_pool=_there(self._listed.value_or(ZERO_ADDRESS)),
        )


def check_places(places: ModelPlaces, recorded: "ManifestModel | None") -> Iterator[Finding]:
    """Yield what of a model is missing, what the registry says otherwise, and where the manifest is wrong."""
    if places.token is None and places.pool is None:
        yield _wrong("model-missing", places, "is not there", "Create it with `hokctl deploy apply`.")
        return
    for what, address in (("token", places.token), ("parameters", places.params), ("pool", places.pool)):
        if address is None:
            yield _wrong("model-incomplete", places, f"has no {what}", "Complete it with `hokctl deploy apply`.")
    yield from _check_registry(places)
    if recorded is None:
        return
    for what, here, there in (
        ("token", recorded.token, places.token),
        ("parameters", recorded.params, places.params),
        ("pool", recorded.pool, places.pool),
    ):
        if here is not None and here != there:
            says = f"has its {what} at {there or 'no address'}, and the manifest says {here}"
            yield _wrong("manifest-differs", places, says, "Correct the manifest: the chain is right.")


def unspecified_model(model_id: ModelId, pool: ChecksumAddress) -> Finding:
    """Return the finding that the factory has a model's pool of which the specification says nothing."""
    return Finding(
        code="model-unspecified",
        severity=Severity.WARNING,
        subject=f"model {model_id}",
        message=f"The factory has a pool of model {model_id}, of which the specification says nothing.",
        evidence={"pool": pool},
        remedy="Add the model to the specification, or find out who made it: `hokctl model show`.",
    )


def model_expectations(desired: Desired, places: ModelPlaces, spec: "ModelSpec | None") -> Iterator[Expected]:
    """Yield what the model's contracts must answer; its parameters where the specification names the model."""
    yield from _wiring(desired, places)
    if spec is not None:
        yield from _parameters(desired.suite, places, spec)
        yield from _pool_parameters(desired.suite, places, spec)
    if places.pool is not None:
        yield expect(
            "minter-missing",
            places.subject,
            desired.suite.token_manager.has_role(MINTER_ROLE, places.pool),
            True,
            text=f"minter of the token of model {places.model_id}",
            message=f"The pool of model {places.model_id} may not mint its token.",
            remedy="Let it with `hokctl deploy apply`: without it nobody can buy.",
        )


def _check_registry(places: ModelPlaces) -> Iterator[Finding]:
    remedy = "Register it with `hokctl deploy apply`; what is registered wrongly only the registry's owner can change."
    for what, here, there in (
        ("token", places.registered_token, places.token),
        ("pool", places.registered_pool, places.pool),
    ):
        if there is not None and here != there:
            says = f"is registered with the {what} {here or 'none'}, not with {there}"
            yield _wrong("registry-differs", places, says, remedy)


def _wiring(desired: Desired, places: ModelPlaces) -> Iterator[Expected]:
    suite, whose = desired.suite, f"of model {places.model_id}"
    reads: list[tuple[Read[Any], object, str, bool]] = []
    if places.token is not None:
        token = suite.token_at(places.token)
        reads.append((token.controller(), suite.token_manager_address, f"controller of the token {whose}", True))
        if places.params is not None:
            reads.append((token.params(), places.params, f"parameters that the token {whose} knows", False))
    if places.pool is not None:
        pool = suite.pool_at(places.pool)
        reads += [
            (pool.hokusai_token(), places.token, f"token that the pool {whose} sells", True),
            (pool.reserve_token(), suite.usdc_address, f"token that the pool {whose} holds in reserve", True),
            (pool.token_manager(), suite.token_manager_address, f"TokenManager that the pool {whose} knows", True),
            (pool.owner(), suite.factory_address, f"owner of the pool {whose}", True),
            (pool.model_id(), places.model_id, f"model of the pool {whose}", True),
        ]
    for read, wanted, text, required in reads:
        yield expect(
            "contract-miswired",
            places.subject,
            read,
            wanted,
            text=text,
            remedy=ANEW,
            required=required,
        )


def _parameters(suite: "Suite", places: ModelPlaces, spec: "ModelSpec") -> Iterator[Expected]:
    model_id, wanted = places.model_id, model_from_spec(spec)
    if wanted.provider is not None:
        yield expect(
            "provider-differs",
            places.subject,
            suite.reserve.provider(model_id),
            wanted.provider,
            text=f"provider of model {model_id}",
            severity=Severity.WARNING,
            remedy=f"Use `hokctl provider set {model_id}`, or correct the specification.",
        )
    if places.params is None:
        return
    params, initial = suite.params_at(places.params), wanted.initial_params
    split, reward = initial.infrastructure_accrual_bps, initial.tokens_per_delta_one

    def governed(code: str, read: Read[Any], value: object, what: str) -> Expected:
        text = f"{what} of model {model_id}"
        return expect(code, places.subject, read, value, text=text, remedy=_GOVERNED, severity=Severity.WARNING)

    yield governed("split-differs", params.infrastructure_accrual_bps(), split, "split in bps")
    yield governed("reward-differs", params.tokens_per_delta_one(), reward, "tokens per delta one")
    yield governed("license-differs", params.license_hash(), initial.license_hash, "licence hash")
    yield governed("license-differs", params.license_uri(), initial.license_uri, "licence URI")
    yield expect(
        "role-missing",
        places.subject,
        AccessControl(places.params).has_role(GOV_ROLE, spec.governor),
        True,
        text=f"governor of model {model_id}",
        message=f"{spec.governor} does not hold GOV_ROLE on the parameters of model {model_id}.",
        remedy=f"Grant GOV_ROLE on {places.params} to the governor, or correct the specification.",
    )


def _pool_parameters(suite: "Suite", places: ModelPlaces, spec: "ModelSpec") -> Iterator[Expected]:
    if places.pool is None:
        return
    pool, wanted, whose = suite.pool_at(places.pool), model_from_spec(spec).pool, f"of the pool of {places.subject}"
    for read, value, text in (
        (pool.crr(), wanted.crr_ppm, f"reserve ratio {whose} in ppm"),
        (pool.trade_fee(), wanted.trade_fee_bps, f"trade fee {whose} in bps"),
        (pool.flat_curve_price(), wanted.flat_curve_price_units, f"flat price {whose} in base units"),
        (pool.flat_curve_threshold(), wanted.flat_curve_threshold_units, f"threshold {whose} in base units"),
    ):
        yield expect(
            "pool-differs",
            places.subject,
            read,
            value,
            text=text,
            severity=Severity.WARNING,
            remedy=_GOVERNED,
        )


def pool_treasury(suite: "Suite", places: ModelPlaces, treasury: ChecksumAddress) -> Iterator[Expected]:
    """Yield that the trade fees of the model's pool go to the treasury."""
    if places.pool is not None:
        yield expect(
            "treasury-differs",
            places.subject,
            suite.pool_at(places.pool).treasury(),
            treasury,
            text=f"treasury of the pool of {places.subject}",
            remedy="A pool keeps the treasury that it was made with: correct the specification, or make another pool.",
        )


def _wrong(code: str, places: ModelPlaces, says: str, remedy: str) -> Finding:
    return Finding(
        code=code,
        severity=Severity.WARNING if code == "manifest-differs" else Severity.ERROR,
        subject=places.subject,
        message=f"{places.subject.capitalize()} {says}.",
        remedy=remedy,
    )


def _there(address: ChecksumAddress) -> ChecksumAddress | None:
    return None if address == ZERO_ADDRESS else address
