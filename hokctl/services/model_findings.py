"""What is wrong with one model, as findings."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.domain.findings import Finding, Severity
from hokctl.domain.powers import Holding

if TYPE_CHECKING:
    from hokctl.services.model_checking import CheckedModel


def model_findings(model: "CheckedModel", factory: ChecksumAddress) -> Iterator[Finding]:
    """Yield what is wrong with one model; `factory` is the deployment's.

    Of a model that strangers govern and that nobody registered only that is told: the rest is theirs.
    """
    facts = model.facts
    if model.is_squatted:
        yield _squatted(model)
        if facts.registered_token is None and facts.pool is None:
            return
    else:
        yield from _powers(model)
    yield from _registration(model)
    yield from _pool(model, factory)


def _squatted(model: "CheckedModel") -> Finding:
    strangers = ", ".join(model.governors)
    return Finding(
        code="model-squatted",
        severity=Severity.ERROR,
        subject=f"model {model.model_id}",
        message=f"Model {model.model_id} is governed by {strangers}, whom neither policy nor deployment knows.",
        evidence={"params": str(model.facts.params), **_named(model.foreign)},
        remedy="Do not register it, fund it or deposit fees for it; anyone may deploy a token under a free id. If the "
        "governor is one of yours, name it in the policy under [roles.HokusaiParams].",
    )


def _powers(model: "CheckedModel") -> Iterator[Finding]:
    if model.foreign:
        count = len({holding.holder for holding in model.foreign})
        yield Finding(
            code="model-power-foreign",
            severity=Severity.ERROR,
            subject=f"model {model.model_id}",
            message=f"Model {model.model_id} is in further hands: {count} that neither policy nor deployment knows.",
            evidence=_named(model.foreign),
            remedy="Take the power away with `hokctl roles revoke`, or name the holder in the policy.",
        )
    if model.facts.params is not None and not model.governors:
        yield Finding(
            code="model-without-governor",
            severity=Severity.WARNING,
            subject=f"model {model.model_id}",
            message=f"Nobody holds GOV_ROLE on the params of model {model.model_id}: its split cannot change.",
            evidence={"params": model.facts.params},
            remedy="Have an administrator of the params grant it; on v2.0.0 nobody can.",
        )


def _registration(model: "CheckedModel") -> Iterator[Finding]:
    facts, subject = model.facts, f"model {model.model_id}"
    if facts.token is not None and facts.registered_token is None:
        yield Finding(
            code="model-not-registered",
            severity=Severity.WARNING,
            subject=subject,
            message=f"Model {model.model_id} has a token, and the registry does not know it.",
            evidence={"token": facts.token},
            remedy="Register it: `hokctl model add` completes a model that was begun.",
        )
    elif facts.registered_token != facts.token:
        yield Finding(
            code="model-token-differs",
            severity=Severity.ERROR,
            subject=subject,
            message=f"The registry has another token for model {model.model_id} than TokenManager.",
            evidence={"registry": str(facts.registered_token), "TokenManager": str(facts.token)},
            remedy="Find out which is right before anything is paid or deposited for the model.",
        )
    if model.token_params is not None and model.token_params != facts.params:
        yield Finding(
            code="model-params-differ",
            severity=Severity.ERROR,
            subject=subject,
            message=f"The token of model {model.model_id} names other params than TokenManager; the split is theirs.",
            evidence={"token": model.token_params, "TokenManager": str(facts.params)},
            remedy="Find out which are right before fees are deposited for the model.",
        )


def _pool(model: "CheckedModel", factory: ChecksumAddress) -> Iterator[Finding]:
    facts, subject = model.facts, f"model {model.model_id}"
    if facts.pool is None:
        if facts.registered_pool is not None:
            yield _foreign_pool(subject, facts.registered_pool, "no pool of the factory's")
        return
    if facts.registered_pool is None:
        yield Finding(
            code="pool-not-registered",
            severity=Severity.WARNING,
            subject=subject,
            message=f"The pool of model {model.model_id} is not in the registry.",
            evidence={"pool": facts.pool},
            remedy="Have the registry's owner register it: `hokctl model add` completes a model that was begun.",
        )
    elif facts.registered_pool != facts.pool:
        yield _foreign_pool(subject, facts.registered_pool, f"not the factory's {facts.pool}")
    if not facts.may_mint:
        yield Finding(
            code="pool-not-authorised",
            severity=Severity.WARNING,
            subject=subject,
            message=f"The pool of model {model.model_id} may not mint: every purchase fails.",
            evidence={"pool": facts.pool, "lacks": "MINTER_ROLE on TokenManager"},
            remedy="Have TokenManager's owner authorise it: `hokctl model add` completes a model that was begun.",
        )
    if model.pool_token is not None and model.pool_token != facts.token:
        yield _foreign_pool(subject, facts.pool, f"one that trades {model.pool_token}, not the model's token")
    owners = model.holders(facts.pool, "owner")
    if any(owner != factory for owner in owners):
        yield Finding(
            code="foreign-factory",
            severity=Severity.ERROR,
            subject=subject,
            message=f"The pool of model {model.model_id} belongs to {', '.join(owners)}, not to the factory {factory}.",
            evidence={"pool": facts.pool, "factory": factory},
            remedy="Trust neither its price nor its reserve until it is known who may change it.",
        )


def _foreign_pool(subject: str, pool: ChecksumAddress, instead: str) -> Finding:
    return Finding(
        code="foreign-pool",
        severity=Severity.ERROR,
        subject=subject,
        message=f"The registry or the factory has pool {pool} for {subject}: {instead}.",
        evidence={"pool": pool},
        remedy="Do not trade there and deposit no fees until it is known whose pool it is.",
    )


def _named(holdings: Iterable[Holding]) -> dict[str, str]:
    """Return powers by their names, each with all its holders."""
    named: dict[str, str] = {}
    for one in holdings:
        named[str(one)] = f"{named[str(one)]}, {one.holder}" if str(one) in named else one.holder
    return named
