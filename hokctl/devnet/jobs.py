"""The jobs of scenario and demo, each done as the command of that name does it: plan, checks, route, proof."""

from dataclasses import replace
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.clients.mock_usdc import MockUsdc
from hokctl.devnet.workplace import THRESHOLD, Workplace
from hokctl.domain.amounts import TokenAmount
from hokctl.domain.units import ZERO_ADDRESS, SafeTxHash
from hokctl.errors import ChainError
from hokctl.services.confirmations import sign_proposal
from hokctl.services.deploy_carrying import carry_deployment
from hokctl.services.deploy_progress import follow_model
from hokctl.services.deploy_request import DeployRequest
from hokctl.services.deploy_state import open_manifest
from hokctl.services.deploying import plan_deployment
from hokctl.services.deployments import Deployment, open_deployment
from hokctl.services.executions import execute_proposal
from hokctl.services.fee_files import Fee
from hokctl.services.fees import plan_deposit
from hokctl.services.model_adding import plan_model, with_model
from hokctl.services.payments import pay_invoice
from hokctl.services.planning import Transfer, build_plan, tokens_moved, view_is
from hokctl.services.proposals import Carried, CarryState, carry
from hokctl.services.safes import plan_safe_creation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hokctl.config.spec import DeploymentSpec
    from hokctl.domain.findings import Finding
    from hokctl.domain.invoices import Invoice
    from hokctl.domain.plans import Plan
    from hokctl.services.model_creation import NewModel


class JobFailedError(ChainError):
    """A job on the devnet that did not end as it should."""

    code = "devnet-job-failed"

    def __init__(self, carried: Carried, expected: CarryState) -> None:
        """Name the plan, how it ended, and what speaks against it."""
        reasons = "; ".join(finding.message for finding in carried.findings) or "no reason is known"
        super().__init__(
            f"{carried.plan.title!r} ended as {carried.state.value}, not as {expected.value}: {reasons}",
            hint="Nothing outside the devnet was touched; report this.",
        )


def expect(carried: Carried, state: CarryState) -> Carried:
    """Return `carried` if it came as far as `state`; raises JobFailedError."""
    if carried.state is not state:
        raise JobFailedError(carried, state)
    return carried


def create_safe(place: Workplace, payer: str) -> tuple[Carried, ChecksumAddress]:
    """Create the owners' Safe; `payer` only pays the gas."""
    plan, address = plan_safe_creation(place.snapshot(), place.owners, THRESHOLD, salt_nonce=0, config_source=None)
    carrier = replace(place.carrier(payer), via="direct", candidates=place.owners)
    return expect(carry(plan, carrier), CarryState.DONE), address


def deploy(place: Workplace, spec: "DeploymentSpec", deployer: str) -> tuple[Carried, Deployment]:
    """Deploy what `spec` says and write the manifest."""
    path, manifest = open_manifest(place.network)
    account = place.people[deployer]
    request = DeployRequest(spec=spec, network=place.network, manifest=manifest, deployer=account)
    planned = plan_deployment(place.snapshot(), request)
    carrier = place.carrier(deployer, planned.deployment)
    carried = carry_deployment(planned, carrier, path, account)
    return expect(carried, CarryState.DONE), open_deployment(place.network)


def add_model(place: Workplace, deployment: Deployment, model: "NewModel", deployer: str) -> tuple[Carried, Deployment]:
    """Deploy a model and write it into the manifest."""
    planned = plan_model(place.snapshot(), deployment, model)
    path, manifest = open_manifest(place.network)
    carrier = place.carrier(deployer, with_model(deployment, planned.entry), model.model_id)
    carrier = replace(carrier, progress=follow_model(path, manifest, planned.steps))
    carried = carry(planned.plan, carrier, findings=planned.findings)
    return expect(carried, CarryState.DONE), open_deployment(place.network)


def mint(place: Workplace, deployment: Deployment, amount: TokenAmount, person: str) -> Carried:
    """Give a person some of the devnet's mock USDC."""
    usdc, account, snapshot = MockUsdc(amount.token.address), place.people[person], place.snapshot()
    before = snapshot.get(usdc.balance_of(account))
    call = usdc.mint(account, amount.units, purpose=f"Mint {amount} for {person}")
    after = view_is(usdc.balance_of(account), before + amount.units, f"{person} has {amount} more")
    minted = tokens_moved(usdc.address, [Transfer(giver=ZERO_ADDRESS, taker=account, amount=amount)])
    title = f"Give {person} {amount}"
    plan = build_plan(snapshot, deployment, title, (call,), after=(after, *minted), moves_funds=False)
    return expect(carry(plan, place.carrier(person, deployment)), CarryState.DONE)


def deposit(place: Workplace, deployment: Deployment, fees: "Sequence[Fee]", depositor: str) -> Carried:
    """Deposit fees."""
    plan = plan_deposit(place.snapshot(), deployment, fees, place.people[depositor])
    carrier = place.carrier(depositor, deployment, *(fee.model_id for fee in fees))
    return expect(carry(plan, carrier), CarryState.DONE)


def propose(
    place: Workplace, deployment: Deployment, plan: "Plan", owner: str, findings: "tuple[Finding, ...]" = ()
) -> Carried:
    """Propose a plan to the Safe, with the first confirmation."""
    return expect(carry(plan, place.carrier(owner, deployment), findings=findings), CarryState.PROPOSED)


def propose_payment(place: Workplace, deployment: Deployment, invoice: "Invoice", owner: str) -> Carried:
    """Propose to the Safe to pay an invoice."""
    models = [line.model_id for line in invoice.lines]
    carrier, book = place.carrier(owner, deployment, *models), place.ledger.invoices
    return expect(pay_invoice(carrier, deployment, book, invoice, name_of=place.name_of), CarryState.PROPOSED)


def confirm(place: Workplace, deployment: Deployment, safe_tx_hash: SafeTxHash, owner: str) -> Carried:
    """Review a proposal anew and confirm it."""
    carried = sign_proposal(place.carrier(owner, deployment), safe_tx_hash, place.knowledge(deployment))
    return expect(carried, CarryState.CONFIRMED)


def execute(place: Workplace, deployment: Deployment, safe_tx_hash: SafeTxHash, person: str) -> Carried:
    """Execute a proposal that enough owners confirmed, and prove what it did."""
    carrier, book = place.carrier(person, deployment), place.ledger.invoices
    return expect(execute_proposal(carrier, safe_tx_hash, place.knowledge(deployment), book), CarryState.DONE)
