"""InfrastructureReserve: what each model has set aside for infrastructure, and the payments made from it.

Amounts are base units of the reserve token (USDC: 6 decimals). Source: interface v2.0.0 and the suite's additions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.access_control import LastAdminGuard
from hokctl.clients.base import Values, as_address, as_bool, as_int, as_role
from hokctl.clients.codec import word_from_hex
from hokctl.clients.pausable import Pausable
from hokctl.domain.calls import Call
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, DEPOSITOR_ROLE, PAUSER_ROLE, PAYER_ROLE, RoleId
from hokctl.domain.units import InvoiceHash, ModelId


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One payment to a provider. The suite pays a (model, payee, invoice hash) once; v2.0.0 does not mind twice."""

    model_id: ModelId
    payee: ChecksumAddress
    amount_units: int
    invoice_hash: InvoiceHash
    memo: str = ""

    def values(self) -> Values:
        """Return the payment as the contract's struct."""
        return (self.model_id, self.payee, self.amount_units, word_from_hex(self.invoice_hash), self.memo)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAccounting:
    """The account of one model."""

    accrued_units: int
    """Set aside and not paid out."""
    paid_units: int
    provider: ChecksumAddress
    """The zero address where none is set."""


class InfrastructureReserve(LastAdminGuard, Pausable):
    """The reserve. Deposits and payments stop while it is paused; emergency withdrawals do not."""

    contract_name = "InfrastructureReserve"

    def accrued(self, model_id: ModelId) -> Read[int]:
        """What `model_id` has set aside and not paid out."""
        return self._read("accrued(string)", ("uint256",), (model_id,), as_int)

    def paid(self, model_id: ModelId) -> Read[int]:
        """What was paid for `model_id` so far."""
        return self._read("paid(string)", ("uint256",), (model_id,), as_int)

    def provider(self, model_id: ModelId) -> Read[ChecksumAddress]:
        """The provider that serves `model_id`, the zero address where none is set."""
        return self._read("provider(string)", ("address",), (model_id,), as_address)

    def get_net_accrual(self, model_id: ModelId) -> Read[int]:
        """The same as `accrued`."""
        return self._read("getNetAccrual(string)", ("uint256",), (model_id,), as_int)

    def get_provider_payments(self, model_id: ModelId) -> Read[int]:
        """The same as `paid`."""
        return self._read("getProviderPayments(string)", ("uint256",), (model_id,), as_int)

    def get_model_accounting(self, model_id: ModelId) -> Read[ModelAccounting]:
        """Accrued, paid and provider of `model_id` in one answer."""
        returns = ("uint256", "uint256", "address")
        return self._read("getModelAccounting(string)", returns, (model_id,), _as_accounting)

    def get_accrual_runway(self, model_id: ModelId, daily_burn_units: int) -> Read[int]:
        """For how many whole days the accrual lasts; 2^256-1 for a burn of 0."""
        return self._read("getAccrualRunway(string,uint256)", ("uint256",), (model_id, daily_burn_units), as_int)

    def get_balance(self) -> Read[int]:
        """The reserve tokens that the contract holds, donations included."""
        return self._read("getBalance()", ("uint256",), (), as_int)

    def total_accrued(self) -> Read[int]:
        """All deposits ever: gross, unlike a model's `accrued`."""
        return self._read("totalAccrued()", ("uint256",), (), as_int)

    def total_paid(self) -> Read[int]:
        """All payments ever."""
        return self._read("totalPaid()", ("uint256",), (), as_int)

    def total_withdrawn(self) -> Read[int]:
        """All emergency withdrawals ever. An addition of the suite: v2.0.0 reverts."""
        return self._read("totalWithdrawn()", ("uint256",), (), as_int)

    def unallocated(self) -> Read[int]:
        """What the contract holds beyond all accruals; 0 in a shortfall. An addition of the suite: v2.0.0 reverts."""
        return self._read("unallocated()", ("uint256",), (), as_int)

    def shortfall(self) -> Read[int]:
        """What is missing for all accruals; 0 when solvent. An addition of the suite: v2.0.0 reverts."""
        return self._read("shortfall()", ("uint256",), (), as_int)

    def is_invoice_paid(self, model_id: ModelId, payee: ChecksumAddress, invoice_hash: InvoiceHash) -> Read[bool]:
        """Whether `payee` was paid for this invoice and model. An addition of the suite: v2.0.0 reverts."""
        args = (model_id, payee, word_from_hex(invoice_hash))
        return self._read("isInvoicePaid(string,address,bytes32)", ("bool",), args, as_bool)

    def reserve_token(self) -> Read[ChecksumAddress]:
        """The token that is set aside and paid out."""
        return self._read("reserveToken()", ("address",), (), as_address)

    def factory(self) -> Read[ChecksumAddress]:
        """The pool factory, which knows the models."""
        return self._read("factory()", ("address",), (), as_address)

    def treasury(self) -> Read[ChecksumAddress]:
        """Who receives emergency withdrawals."""
        return self._read("treasury()", ("address",), (), as_address)

    def depositor_role(self) -> Read[RoleId]:
        """The id of DEPOSITOR_ROLE."""
        return self._read("DEPOSITOR_ROLE()", ("bytes32",), (), as_role)

    def payer_role(self) -> Read[RoleId]:
        """The id of PAYER_ROLE."""
        return self._read("PAYER_ROLE()", ("bytes32",), (), as_role)

    def pauser_role(self) -> Read[RoleId]:
        """The id of PAUSER_ROLE. An addition of the suite: v2.0.0 reverts."""
        return self._read("PAUSER_ROLE()", ("bytes32",), (), as_role)

    def deposit(self, model_id: ModelId, amount_units: int, *, purpose: str) -> Call:
        """Set `amount_units` of the caller's allowance aside for `model_id`. DEPOSITOR_ROLE; normally the router."""
        return self._call(
            "deposit(string,uint256)",
            ("modelId", "amount"),
            (model_id, amount_units),
            purpose=purpose,
            requires=(self._role(DEPOSITOR_ROLE),),
        )

    def batch_deposit(self, deposits: Sequence[tuple[ModelId, int]], *, purpose: str) -> Call:
        """Set several (model, base units) aside at once. DEPOSITOR_ROLE."""
        return self._call(
            "batchDeposit(string[],uint256[])",
            ("modelIds", "amounts"),
            (tuple(model_id for model_id, _ in deposits), tuple(units for _, units in deposits)),
            purpose=purpose,
            requires=(self._role(DEPOSITOR_ROLE),),
        )

    def pay_infrastructure_cost(self, payment: Payment, *, purpose: str) -> Call:
        """Pay one invoice from its model's accrual. PAYER_ROLE."""
        return self._call(
            "payInfrastructureCost(string,address,uint256,bytes32,string)",
            ("modelId", "payee", "amount", "invoiceHash", "memo"),
            payment.values(),
            purpose=purpose,
            requires=(self._role(PAYER_ROLE),),
        )

    def batch_pay_infrastructure_costs(self, payments: Sequence[Payment], *, purpose: str) -> Call:
        """Pay several invoices, all or none; accruals are checked cumulatively, in order. PAYER_ROLE."""
        return self._call(
            "batchPayInfrastructureCosts((string,address,uint256,bytes32,string)[])",
            ("payments",),
            (tuple(payment.values() for payment in payments),),
            purpose=purpose,
            requires=(self._role(PAYER_ROLE),),
        )

    def set_provider(self, model_id: ModelId, provider: ChecksumAddress, *, purpose: str) -> Call:
        """Set the provider that serves `model_id`. DEFAULT_ADMIN_ROLE."""
        return self._call(
            "setProvider(string,address)",
            ("modelId", "_provider"),
            (model_id, provider),
            purpose=purpose,
            requires=(self._role(DEFAULT_ADMIN_ROLE),),
        )

    def set_treasury(self, new_treasury: ChecksumAddress, *, purpose: str) -> Call:
        """Set who receives emergency withdrawals. DEFAULT_ADMIN_ROLE."""
        return self._call(
            "setTreasury(address)",
            ("newTreasury",),
            (new_treasury,),
            purpose=purpose,
            requires=(self._role(DEFAULT_ADMIN_ROLE),),
        )

    def emergency_withdraw(self, amount_units: int, *, purpose: str) -> Call:
        """Send `amount_units` to the treasury, paused or not; the models' accruals stay. DEFAULT_ADMIN_ROLE."""
        return self._call(
            "emergencyWithdraw(uint256)",
            ("amount",),
            (amount_units,),
            purpose=purpose,
            requires=(self._role(DEFAULT_ADMIN_ROLE),),
        )

    def pause(self, *, purpose: str, role: RoleId = PAUSER_ROLE) -> Call:
        """Stop deposits and payments. PAUSER_ROLE; in v2.0.0 DEFAULT_ADMIN_ROLE, which `role` then names."""
        return self._call("pause()", (), (), purpose=purpose, requires=(self._role(role),))

    def unpause(self, *, purpose: str) -> Call:
        """Let deposits and payments go on. DEFAULT_ADMIN_ROLE."""
        return self._call("unpause()", (), (), purpose=purpose, requires=(self._role(DEFAULT_ADMIN_ROLE),))


def _as_accounting(values: Values) -> ModelAccounting:
    accrued, paid, provider = cast("tuple[int, int, ChecksumAddress]", values)
    return ModelAccounting(accrued_units=accrued, paid_units=paid, provider=provider)
