"""Deploy, list, show and check models."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.options import ModelArgument, command
from hokctl.result import CommandResult, Table

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from hokctl.services.model_creation import NewModel

app = typer.Typer(help="Deploy, list, show and check models.", rich_markup_mode=None, add_completion=False)

LICENSE_URI = "https://hokusai.ai/licenses/default"

NameOption = Annotated[str, typer.Option("--name", metavar="TEXT", help="The token's name.", show_default=False)]
SymbolOption = Annotated[str, typer.Option("--symbol", metavar="TEXT", help="The token's symbol.", show_default=False)]
SupplyOption = Annotated[str, typer.Option("--supply", metavar="AMOUNT", help="The initial supply in tokens.")]
SplitOption = Annotated[
    str, typer.Option("--split", metavar="SPLIT", help="The share of fees for infrastructure: 8000 or 80%.")
]
MetricOption = Annotated[str, typer.Option("--metric", metavar="TEXT", help="What the model is measured by.")]
GovernorOption = Annotated[
    str | None,
    typer.Option("--governor", metavar="ADDRESS", help="Who governs the parameters; else TokenManager's owner."),
]
ProviderOption = Annotated[
    str | None, typer.Option("--provider", metavar="ADDRESS", help="Who is paid for its infrastructure.")
]
RewardOption = Annotated[int, typer.Option("--tokens-per-delta-one", min=100, max=100_000, help="The reward rate.")]
LicenseOption = Annotated[str, typer.Option("--license-uri", metavar="URI", help="Its licence.")]


@command(app, "add", carries=True)
def add(
    context: AppContext,
    model: ModelArgument,
    *,
    name: NameOption,
    symbol: SymbolOption,
    supply: SupplyOption = "1000",
    split: SplitOption = "80%",
    metric: MetricOption = "accuracy",
    governor: GovernorOption = None,
    provider: ProviderOption = None,
    tokens_per_delta_one: RewardOption = 1_000,
    license_uri: LicenseOption = LICENSE_URI,
) -> CommandResult:
    """Deploy a model's token and parameters, register it, and create and authorise its pool, all in one plan.

    A model that was begun and not finished is completed. Needs DEPLOYER_ROLE and ownership of TokenManager, and
    ownership of registry and factory; the reserve's administrator sets the provider. The pool gets the protocol's
    default curve.

    Example: hokctl model add 24 --name "Hokusai Vision" --symbol HVIS --split 75% --provider together
    """
    from hokctl.services.model_adding import ModelTexts, build_model

    texts = ModelTexts(
        model_id=model, name=name, symbol=symbol, supply=supply, split=split, metric=metric, license_uri=license_uri
    )
    wanted = build_model(
        texts,
        tokens_per_delta_one=tokens_per_delta_one,
        governor=_governor(context, governor),
        provider=None if provider is None else context.address(provider),
    )
    return _carry(context, wanted)


@command(app, "list")
def list_models(context: AppContext) -> CommandResult:
    """List the models with split, accrual, provider and pricing phase.

    Models of the old system stand there as legacy; a pool that is not of the fee router's factory is a finding.
    Anyone may run it.

    Example: hokctl model list
    """
    from hokctl.result.models import COLUMNS, model_row, summary_to_json
    from hokctl.services.model_listing import read_listing

    listing = read_listing(context.snapshot, context.deployment)
    models = listing.models
    return CommandResult(
        data={"models": [summary_to_json(model) for model in models]},
        blocks=(
            Table(
                COLUMNS,
                tuple(model_row(model) for model in models),
                right=frozenset(COLUMNS[1:5]),
                empty="There are no models; `hokctl model add` makes one.",
            ),
        ),
        block=context.snapshot.block,
        findings=listing.findings,
    )


@command(app, "show")
def show(context: AppContext, model: ModelArgument) -> CommandResult:
    """Show all of one model: accrual, split and who governs it, token, pool with price and phase, registration.

    Anyone may run it. A price means something only within its phase: the two phases have different scales.

    Example: hokctl model show 21
    """
    from hokctl.domain.units import parse_model_id
    from hokctl.result.models import details_blocks, details_to_json
    from hokctl.services.model_details import read_model

    details = read_model(context.snapshot, context.deployment, parse_model_id(model))
    return CommandResult(data=details_to_json(details), blocks=details_blocks(details), block=context.snapshot.block)


@command(app, "check")
def check(
    context: AppContext,
    models: Annotated[
        list[str] | None,
        typer.Argument(metavar="[MODEL]...", help="The ids of models; without any, all of them.", show_default=False),
    ] = None,
    *,
    policy: Annotated[
        Path | None,
        typer.Option("--policy", metavar="FILE", help="Who shall govern what; without it, the network's policy."),
    ] = None,
) -> CommandResult:
    """Find models in foreign hands, and models whose contracts do not belong together.

    Each model's governors, administrators, token owner and controller are compared with the policy, and where it is
    silent with who administers the deployment; token, pool, registry and factory with each other. Anyone may run it;
    exit 5 when anything is found.

    Example: hokctl model check --policy examples/policy.toml
    """
    from hokctl.config.policy import Policy, read_policy
    from hokctl.domain.units import parse_model_id
    from hokctl.result.model_checks import model_check_result
    from hokctl.services.log_keeping import open_history, power_reader
    from hokctl.services.model_checking import check_models
    from hokctl.services.powers import read_powers
    from hokctl.services.role_audit import policy_accounts

    wanted = tuple(parse_model_id(model) for model in models or ())
    path = policy or context.network.policy
    agreed: Policy | None = None if path is None else read_policy(path, context.address)
    deployment, snapshot = context.deployment, context.snapshot
    history = open_history(snapshot, deployment, cached=True, note=context.ui.note, clock=context.now)
    accounts = policy_accounts(agreed)
    powers = read_powers(snapshot, deployment, candidates=accounts, read_logs=power_reader(history))
    found = check_models(snapshot, deployment, powers, agreed, model_ids=wanted, safe=context.network.safe)
    return model_check_result(found, path, context.runtime.names)


def _governor(context: AppContext, text: str | None) -> "ChecksumAddress":
    from hokctl.services.model_adding import read_default_governor

    return read_default_governor(context.snapshot, context.deployment) if text is None else context.address(text)


def _carry(context: AppContext, wanted: "NewModel") -> CommandResult:
    from hokctl.result.carried import carried_result
    from hokctl.services.deploy_progress import follow_model
    from hokctl.services.deploy_state import open_manifest
    from hokctl.services.model_adding import plan_model, with_model
    from hokctl.services.proposals import carry

    planned = plan_model(context.snapshot, context.deployment, wanted)
    entry, known = planned.entry, with_model(context.deployment, planned.entry)
    progress = follow_model(*open_manifest(context.network), planned.steps)
    carrier = replace(context.carrier(wanted.model_id, deployment=known), progress=progress)
    carried = carry(planned.plan, carrier, findings=planned.findings)
    contracts = {"token": entry.token, "params": entry.params, "pool": entry.pool}
    return carried_result(carried, data={"model": {"model_id": wanted.model_id, **contracts}})
