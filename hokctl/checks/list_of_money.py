"""The checks of money, power, execution and signatures: points 8 to 19 of the list."""

from typing import Final

from hokctl.checks import clocks, gas, governors, obligations, payees, powers, queued_params, reserves, safes
from hokctl.checks.listing import EITHER, NOTE, STOP, WARN, Check

MONEY_CHECKS: Final = (
    Check(
        id="token",
        point=8,
        title="The token and its issuer",
        reads="decimals, symbol, `paused` and `isBlacklisted` of the reserve token",
        codes=(("token-paused", STOP), ("payee-blocked", STOP)),
        run=reserves.check_token,
    ),
    Check(
        id="solvency",
        point=9,
        title="The money is there, also after the queue",
        reads="reserve balance, accrual, provider, pause; the proposals before this one",
        codes=(
            ("reserve-paused", STOP),
            ("zero-invoice-hash", STOP),
            ("invoice-already-paid", STOP),
            ("exceeds-accrued", STOP),
            ("reserve-insolvent", STOP),
            ("large-payment", WARN),
            ("impossible-payee", STOP),
            ("payee-not-provider", EITHER),
            ("queue-insolvent", WARN),
        ),
        run=reserves.check_solvency,
    ),
    Check(
        id="runway",
        point=9,
        title="Enough is left for the days to come",
        reads="accrual, the proposals before this one, and `daily_burn` of the configuration",
        codes=(("runway-short", WARN),),
        run=obligations.check_runway,
    ),
    Check(
        id="limits",
        point=9,
        title="Within the policy's limits",
        reads=(
            "`[limits]`, `[payees]` and `allowed_models` of the policy; for limits of a day the reserve's logs of the "
            "block's UTC day, and what waits before this one"
        ),
        codes=(
            ("over-limit", STOP),
            ("over-payee-day-limit", STOP),
            ("over-day-limit", STOP),
            ("model-not-allowed", STOP),
        ),
        run=payees.check_limits,
    ),
    Check(
        id="payee",
        point=10,
        title="Who gets the money",
        reads="recipients, the address book, the manifest, the code at the recipient (EIP-7702)",
        codes=(("impossible-payee", STOP), ("payee-unknown", WARN), ("delegated-payee", WARN)),
        run=payees.check_recipients,
    ),
    Check(
        id="look-alike",
        point=10,
        title="No address that only looks known",
        reads=f"the first and last {payees.LOOK_ALIKE_DIGITS} hex digits of every address in the calls",
        codes=(("payee-look-alike", STOP),),
        run=payees.check_look_alikes,
    ),
    Check(
        id="first-payment",
        point=10,
        title="A payee for the first time",
        reads="past payments in the reserve's logs; `first_time_payee` of the policy",
        codes=(("first-time-payee", EITHER),),
        run=payees.check_first_payment,
    ),
    Check(
        id="duplicate",
        point=11,
        title="No invoice twice",
        reads=(
            "invoices in this plan, on the chain, in every waiting proposal of folder and service, and with the "
            "timelocks and governors in the folder; bundles that lie elsewhere are not searched"
        ),
        codes=(
            ("invoice-twice", STOP),
            ("invoice-already-proposed", STOP),
            ("invoice-proposed-again", WARN),
            ("similar-payment", WARN),
        ),
        run=reserves.check_duplicates,
    ),
    Check(
        id="role",
        point=12,
        title="The Safe may",
        reads="`hasRole`, `owner` and votes for what the calls demand, by the plan, else by the contract's own kind",
        codes=(("role-missing", EITHER), ("votes-below-threshold", STOP)),
        run=powers.check_roles,
    ),
    Check(
        id="simulation",
        point=13,
        title="The real effect is the declared one",
        reads="the exact transaction, tried out without any key: logs, balances, views, contracts that change",
        codes=(
            ("simulation-reverted", STOP),
            ("effect-missing-event", STOP),
            ("effect-surplus-event", STOP),
            ("effect-balance-differs", STOP),
            ("effect-surplus-balance", STOP),
            ("effect-view-differs", STOP),
            ("effect-surplus-storage", STOP),
            ("effect-undeclared", STOP),
            ("effect-unverified", STOP),
            ("effect-storage-unverified", NOTE),
            ("guard-changes-effect", NOTE),
            ("simulation-partial", WARN),
        ),
        run=None,
    ),
    Check(
        id="approval",
        point=14,
        title="Approvals are small and short",
        reads="`approve`, `increaseAllowance` and `setApprovalForAll` in the calls",
        codes=(("unlimited-approval", EITHER), ("lingering-approval", WARN)),
        run=powers.check_approvals,
    ),
    Check(
        id="queued-params",
        point=14,
        title="No change that nothing reads",
        reads="`queueParamUpdate` and `emergencySetParam` of the live params, at every depth",
        codes=(("queued-split-without-effect", EITHER),),
        run=queued_params.check_queued_params,
    ),
    Check(
        id="gas",
        point=15,
        title="The execution fits and is paid for",
        reads="number of calls, `safeTxGas`, the execution's gas, the executor's balance, base fee, block gas limit",
        codes=(
            ("batch-large", WARN),
            ("safe-tx-gas", WARN),
            ("gas-over-block", EITHER),
            ("gas-over-cap", EITHER),
            ("executor-short", STOP),
            ("fee-cap-low", WARN),
        ),
        run=gas.check_gas,
    ),
    Check(
        id="threshold",
        point=16,
        title="Enough owners can sign",
        reads="the code of the owners; `isValidSignature` of those that are contracts, with nothing to verify",
        codes=(("threshold-unreachable", STOP), ("owner-cannot-sign", WARN)),
        run=safes.check_threshold,
    ),
    Check(
        id="signatures",
        point=17,
        title="Every signature is an owner's",
        reads=(
            "the signatures, each recovered: unknown kinds, two of one owner and strangers' do not count, and hokctl "
            "sorts them; approvals and contracts' answers on the chain"
        ),
        codes=(("invalid-signature", STOP), ("confirmation-not-counted", WARN)),
        run=safes.check_signatures,
    ),
    Check(
        id="clock",
        point=18,
        title="A timelock's operation is due",
        reads="`getTimestamp` of the operations that the calls execute, against the block's time",
        codes=(("timelock-unknown", EITHER), ("timelock-waiting", EITHER), ("timelock-done", STOP)),
        run=clocks.check_clock,
    ),
    Check(
        id="vote",
        point=18,
        title="A governor's step in its time",
        reads="`state`, `proposalDeadline` and `proposalEta` of what the calls vote on, queue or execute",
        codes=(("vote-unknown", EITHER), ("vote-waiting", EITHER), ("vote-over", STOP)),
        run=governors.check_governors,
    ),
    Check(
        id="invoice",
        point=18,
        title="The invoice is still owed",
        reads="state and due date of the invoices, where the book has them",
        codes=(("invoice-void", STOP), ("invoice-overdue", NOTE)),
        run=obligations.check_invoices,
    ),
    Check(
        id="tool",
        point=19,
        title="What looked",
        reads="hashes of plan, configuration, policy and libraries; versions",
        codes=(),
        run=gas.check_tool,
    ),
)
"""In the order of the list."""
