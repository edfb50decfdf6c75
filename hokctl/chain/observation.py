"""Observing what messages would do to the chain, by the most telling way that the node offers."""

from collections.abc import Sequence

from hokctl.chain.errors import RpcError
from hokctl.chain.scenes import Observation, Scene
from hokctl.chain.session import Chain
from hokctl.chain.simulated_blocks import read_simulated, simulation_requests
from hokctl.chain.traced import read_trace, trace_requests, traceable
from hokctl.chain.transport import RpcCall
from hokctl.chain.wire import Json


def observe(
    chain: Chain, scenes: Sequence[Scene], also: Sequence[RpcCall] = ()
) -> tuple[list[Observation] | None, list[Json]]:
    """Return what each scene would do, and the answers to the requests in `also`, which travel along.

    One round trip where the node traces calls; a second where it only simulates. The first is None when the node can
    do neither, and nothing is known but what `eth_call` tells.
    """
    answered: list[Json] = []
    if chain.can_trace and all(map(traceable, scenes)):
        traces = [request for scene in scenes for request in trace_requests(scene)]
        answers = chain.request_batch([*traces, *also])
        traced, answered = _read_traces(chain, scenes, answers[: len(traces)]), answers[len(traces) :]
        if traced is not None:
            return traced, answered
        chain.can_trace = not any(isinstance(answer, RpcError) for answer in answers[: len(traces)])
        also = ()
    asked = [simulation_requests(scene) for scene in scenes]
    answers = chain.request_batch([*(request for requests in asked for request in requests), *also])
    simulated: list[Observation] = []
    for scene, requests in zip(scenes, asked, strict=True):
        own, answers = answers[: len(requests)], answers[len(requests) :]
        observation = read_simulated(scene, own, chain.errors)
        if observation is not None:
            simulated.append(observation)
    return simulated if len(simulated) == len(scenes) else None, answered or answers


def _read_traces(chain: Chain, scenes: Sequence[Scene], answers: Sequence[Json]) -> list[Observation] | None:
    """Return what the traces say; None unless the node has traced every scene to its end."""
    pairs = zip(scenes, answers[::2], answers[1::2], strict=True)
    found = [read_trace(scene, tree, diff, chain.errors) for scene, tree, diff in pairs]
    observations = [observation for observation in found if observation is not None]
    return observations if len(observations) == len(scenes) else None
