"""The live protocol's queue of parameters, which nothing on the chain reads: a split that is queued never changes."""

from collections.abc import Iterator
from typing import Final

from hokctl.checks.facts import SafeTxFacts, every_call
from hokctl.checks.outcomes import NOTHING_TO_SEE, Looked
from hokctl.clients.decoding import DecodedCall
from hokctl.domain.findings import Finding, Severity

REMEDY: Final = (
    "Change the split with `hokctl split set`, which the governor of the params can do at once; the reward rate with "
    "`hokctl params set`."
)
_QUEUEING: Final = frozenset(
    {"queueParamUpdate(string,string,uint256)", "emergencySetParam(string,string,uint256,string)"}
)
_SPLIT: Final = "infrastructureAccrualBps"


def find_queueing(call: DecodedCall) -> Iterator[Finding]:
    """Yield a finding for each call, also inside of others, that writes what nothing reads; a split is an error."""
    for one in every_call(call):
        if one.signature in _QUEUEING:
            model, name, value = (argument.value for argument in one.args[:3])
            is_split = name == _SPLIT
            yield Finding(
                code="queued-split-without-effect",
                severity=Severity.ERROR if is_split else Severity.WARNING,
                subject=one.to or "calldata",
                message=f"This records {name!s} = {value!s} for model {model!s} and changes nothing: neither the fee "
                "router nor rewards read it.",
                evidence={"function": one.signature, "model": str(model), "parameter": str(name), "value": str(value)},
                remedy=REMEDY,
            )


def check_queued_params(facts: SafeTxFacts) -> Looked:
    """Look for parameters that are queued or overridden per model, at every depth."""
    functions = [one.signature for one in every_call(facts.decoded) if one.signature in _QUEUEING]
    if not functions:
        return NOTHING_TO_SEE
    return Looked((("functions", ", ".join(map(str, functions))),), tuple(find_queueing(facts.decoded)))
