"""What the commands about a deployment share: the specification, its scope, and other builds."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Scope(StrEnum):
    """How much is deployed."""

    FULL = "full"
    INFRASTRUCTURE = "infrastructure"


ScopeOption = Annotated[
    Scope | None,
    typer.Option("--scope", help="Everything, or reserve and router for an existing factory.", show_default=False),
]
SpecOption = Annotated[
    Path | None,
    typer.Option("--spec", metavar="FILE", help="The deployment specification; else the configuration's."),
]
ArtifactsOption = Annotated[
    Path | None,
    typer.Option("--artifacts", metavar="DIR", help="Other builds of the protocol, from Hardhat or Foundry."),
]
