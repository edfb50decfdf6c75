"""What a deployment left behind, in a form in which two runs can be compared."""

import json
from pathlib import Path
from typing import Any, Final

from tests.world import DEPLOYER, World, write_spec

MANIFEST: Final = Path("deployments/devnet.json")
SLOTS: Final = 12


def write_small_spec(world: World) -> None:
    """Ask for reserve and router on the world's factory: five transactions."""
    suite = world.deployment.suite
    write_spec(
        world.directory,
        models=False,
        admin="deployer",
        scope="infrastructure",
        factory=suite.factory_address,
        usdc=suite.usdc_address,
    )


def comparable_manifest() -> dict[str, Any]:
    """Return the manifest without what no two runs share: the hashes of transactions."""
    document: dict[str, Any] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return {**document, "transactions": sorted(document["transactions"])}


def deployed_state(world: World) -> list[Any]:
    """Return the manifest, the deployer's nonce, and code and storage of every contract that the manifest names.

    The code of a pool holds the time until which it only sells, so of that only the length counts.
    """
    document = comparable_manifest()
    models = [model for model in document["models"] if "token" in model]
    fixed = [*document["contracts"].values(), *(model[part] for model in models for part in ("token", "params"))]
    pools = [model["pool"] for model in models]
    asked: list[tuple[str, list[Any]]] = [("eth_getTransactionCount", [DEPLOYER, "latest"])]
    asked.extend(("eth_getCode", [address, "latest"]) for address in fixed)
    for address in (*fixed, *pools):
        asked.extend(("eth_getStorageAt", [address, hex(slot), "latest"]) for slot in range(SLOTS))
    codes = world.chain.request_batch([("eth_getCode", [pool, "latest"]) for pool in pools])
    return [document, [len(str(code)) for code in codes], *world.chain.request_batch(asked)]
