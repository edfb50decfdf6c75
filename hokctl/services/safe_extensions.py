"""Plans that change who acts beside a Safe's owners: modules, which need no confirmation, and the guard."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.clients.safe import SENTINEL, Safe
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.calls import Call
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import Condition
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.safe.account import SafeDetails, get_safe_details
from hokctl.services.planning import event_emitted, view_is
from hokctl.services.safe_changes import ImpossibleSafeChangeError, SafeChange, build_safe_plan, previous_in

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot

_MODULES_HINT = "hokctl safe modules list shows what acts beside the owners."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contract:
    details: SafeDetails
    code: bytes


def plan_module_enabled(snapshot: "Snapshot", safe: ChecksumAddress, module: ChecksumAddress) -> SafeChange:
    """Return the plan that lets `module` act for the Safe without any confirmation."""
    read = _read(snapshot, safe, module)
    if module in read.details.modules:
        raise ImpossibleSafeChangeError(safe, f"the module {module} is enabled already", hint=_MODULES_HINT)
    _verify_contract(read, module, "a module")
    call = Safe(safe).enable_module(module, purpose=f"Let {module} act for the Safe without any confirmation")
    text = f"the module {module} is enabled"
    return SafeChange(
        plan=build_safe_plan(snapshot, safe, f"Enable the module {module}", call, _module_after(safe, module, text)),
        findings=(_module_warning(module),),
    )


def plan_module_disabled(snapshot: "Snapshot", safe: ChecksumAddress, module: ChecksumAddress) -> SafeChange:
    """Return the plan that takes `module` away from the Safe."""
    details = get_safe_details(snapshot, safe)
    if module not in details.modules:
        raise ImpossibleSafeChangeError(safe, f"{module} is no module of it", hint=_MODULES_HINT)
    previous = previous_in(details.modules, module)
    call = Safe(safe).disable_module(previous, module, purpose=f"Take the module {module} away from the Safe")
    text = f"the module {module} is disabled"
    conditions = _module_after(safe, module, text, enabled=False)
    return SafeChange(plan=build_safe_plan(snapshot, safe, f"Disable the module {module}", call, conditions))


def plan_guard(snapshot: "Snapshot", safe: ChecksumAddress, guard: ChecksumAddress | None) -> SafeChange:
    """Return the plan that has `guard` watch the Safe, None nobody; without calls when it is so already."""
    if guard is None:
        details = get_safe_details(snapshot, safe)
    else:
        read = _read(snapshot, safe, guard)
        _verify_contract(read, guard, "a guard")
        details = read.details
    shown = guard or ZERO_ADDRESS
    title = "Take the guard away" if guard is None else f"Set the guard {guard}"
    call: Call = Safe(safe).set_guard(
        shown, purpose="Let no guard watch the Safe" if guard is None else f"Have {guard} refuse what it will"
    )
    text = "no guard watches the Safe" if guard is None else f"the guard is {guard}"
    event = event_emitted(safe, Safe.contract_name, "ChangedGuard", {"guard": ("address", shown)}, text)
    plan = build_safe_plan(snapshot, safe, title, call, (event,))
    findings = () if guard is None else (_guard_warning(guard),)
    return SafeChange(plan=plan if details.guard != guard else replace(plan, calls=()), findings=findings)


def _read(snapshot: "Snapshot", safe: ChecksumAddress, contract: ChecksumAddress) -> _Contract:
    details = get_safe_details(snapshot, safe)
    batch = snapshot.batch()
    code = batch.add_code(contract)
    batch.run()
    return _Contract(details=details, code=code.value)


def _verify_contract(read: _Contract, address: ChecksumAddress, what: str) -> None:
    safe: SafeAuthority = read.details.authority
    if address in {ZERO_ADDRESS, SENTINEL, safe.address}:
        raise ImpossibleSafeChangeError(safe.address, f"{address} cannot be {what} of it", hint=_MODULES_HINT)
    if not read.code:
        raise ImpossibleSafeChangeError(
            safe.address, f"there is no contract at {address}, which cannot be {what} then", hint=_MODULES_HINT
        )


def _module_after(
    safe: ChecksumAddress, module: ChecksumAddress, text: str, *, enabled: bool = True
) -> tuple[Condition, ...]:
    event = "EnabledModule" if enabled else "DisabledModule"
    return (
        view_is(Safe(safe).is_module_enabled(module), enabled, text),
        event_emitted(safe, Safe.contract_name, event, {"module": ("address", module)}, f"{text}: logged"),
    )


def _module_warning(module: ChecksumAddress) -> Finding:
    return Finding(
        code="module-needs-no-confirmation",
        severity=Severity.WARNING,
        subject=module,
        message="A module moves everything that the Safe holds, whenever it wants, and no owner confirms it.",
        remedy="Read its code, and who may change it, before you let it in.",
    )


def _guard_warning(guard: ChecksumAddress) -> Finding:
    return Finding(
        code="guard-can-lock",
        severity=Severity.WARNING,
        subject=guard,
        message="A guard that refuses everything locks the Safe for good: taking it away is refused then, too.",
        remedy="Try it out on another Safe first.",
    )
