"""Checks of who acts: a lone key never moves funds in production."""

from collections.abc import Collection

from hokctl.domain.authority import Authority, EoaAuthority
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import Plan


def check_lone_key(
    plan: Plan, authority: Authority, *, production: bool, allowed_signatures: Collection[str]
) -> list[Finding]:
    """Return an error when an externally owned account would move funds or power on a production network.

    `allowed_signatures` are the functions that the configuration lets a lone key call, such as
    `setProvider(string,address)`.
    """
    if not production or not plan.moves_funds or not isinstance(authority, EoaAuthority):
        return []
    refused = [call.signature for call in plan.calls if call.signature not in allowed_signatures]
    if not refused:
        return []
    return [
        Finding(
            code="lone-key",
            severity=Severity.ERROR,
            subject=authority.address,
            message=f"A single key would move money or power on the production network {plan.network!r}.",
            evidence={"functions": ", ".join(refused)},
            remedy="Give the role to a Safe, or list the function under `allow_lone_key` in your own configuration.",
            allowable=False,
        )
    ]
