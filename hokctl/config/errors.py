"""What can be wrong with what a configuration says, with the environment, and with a deployment manifest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hokctl.config.file_errors import EXAMPLE_HINT
from hokctl.errors import ConfigError, UsageError, redact_strictly, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with a file: where, what, and the way out. It never holds the value itself."""

    key: str
    """The dotted key."""
    origin: str
    """The file or environment variable that says it."""
    message: str
    hint: str

    def __str__(self) -> str:
        """Return the problem as one sentence."""
        return f"{self.key} in {self.origin} {self.message}."


class InvalidConfigError(ConfigError):
    """A file whose keys or values are wrong. `problems` lists all of them, `message` the first."""

    code = "invalid-config"

    def __init__(self, problems: Sequence[Problem], *, hint: str = EXAMPLE_HINT) -> None:
        """Name the first problem and count the others."""
        first, others = problems[0], len(problems) - 1
        more = f"; there {'is' if others == 1 else 'are'} {others} more like it." if others else "."
        super().__init__(str(first).removesuffix(".") + more, hint=first.hint or hint)
        self.problems = tuple(problems)


class UntrustedConfigError(ConfigError):
    """The working directory's file says something that only the user's own configuration may say."""

    code = "untrusted-config"

    def __init__(self, path: Path, what: str, *, own_file: Path) -> None:
        """Name the file, what it says, and the user's own file."""
        super().__init__(
            f"{path} {what}, but a file in the working directory may come with a cloned repository.",
            hint=f"If you wrote it, move that part to {own_file}, or name the file with --config.",
        )


class UnknownNetworkError(ConfigError):
    """A network that the configuration does not have."""

    code = "unknown-network"

    def __init__(self, name: str, known: Iterable[str], *, suggestion: str) -> None:
        """Name the network and those that are known. What could be a key is not repeated."""
        name = shown(name)
        super().__init__(
            f"The network {name!r} is not in the configuration; it has: {', '.join(sorted(known))}.",
            hint=f"{suggestion}Choose one of them with --network, or add a table [networks.{name}] with chain_id"
            " and rpc_url.",
        )


class NoNodeError(ConfigError):
    """A network without a node."""

    code = "no-node"

    def __init__(self, network: str) -> None:
        """Name the network."""
        super().__init__(
            f"The network {network!r} has no node.",
            hint=f"Set rpc_url in [networks.{network}], or rpc_url_env when the URL holds a key.",
        )


class InvalidNodeUrlError(ConfigError):
    """An environment variable that should hold a URL and does not. Its value is never shown."""

    code = "invalid-node-url"

    def __init__(self, variable: str, network: str, *, what: str = "node") -> None:
        """Name the variable and the network, and what the URL is of."""
        super().__init__(
            f"The environment variable {variable} holds no http:// or https:// URL for the network {network!r}.",
            hint=f"Set {variable} to the whole URL of the {what}.",
        )


class UnknownSignerError(ConfigError):
    """A signer that the configuration does not have."""

    code = "unknown-signer"

    def __init__(self, name: str, known: Iterable[str], *, suggestion: str) -> None:
        """Name the signer and those that are known. What could be a key is not repeated."""
        name = shown(name)
        listed = ", ".join(sorted(known)) or "no signer at all"
        super().__init__(
            f"The signer {name!r} is not in the configuration; it has: {listed}.",
            hint=f"{suggestion}Choose one of them with --signer, or add a table [signers.{name}].",
        )


class NoSignerError(ConfigError):
    """Something is to be signed and nobody said by whom."""

    code = "no-signer"

    def __init__(self, network: str) -> None:
        """Name the network."""
        super().__init__(
            f"No signer was chosen, and the network {network!r} has none by default.",
            hint=f"Give --signer NAME, or set signer in [networks.{network}]; --dry-run needs no signer.",
        )


class UnknownNameError(UsageError):
    """A name that is not in the network's address book."""

    code = "unknown-name"

    def __init__(self, name: str, network: str, *, suggestion: str) -> None:
        """Name the name and the network. What could be a key is not repeated."""
        super().__init__(
            f"{shown(name)!r} is neither an address nor a name in the address book of {network!r}.",
            hint=f"{suggestion}Give a checksummed address, or add the name under [addresses.{network}].",
        )


class MissingSecretError(ConfigError):
    """An environment variable that should hold a secret is not set, or empty."""

    code = "missing-secret"

    def __init__(self, variable: str) -> None:
        """Name the variable."""
        super().__init__(
            f"The environment variable {variable} is not set.",
            hint=f"Set {variable} in this shell; a secret belongs neither in a file nor on the command line.",
        )


class MisspeltVariableError(ConfigError):
    """An environment variable that is nearly one of hokctl's, and so would be silently ignored."""

    code = "misspelt-variable"

    def __init__(self, variable: str, meant: str) -> None:
        """Name the variable and the one that was probably meant."""
        super().__init__(
            f"The environment variable {variable} is none that hokctl reads.",
            hint=f"Did you mean {meant}? Rename it, or unset it.",
        )


class NoHomeError(ConfigError):
    """The account has no home directory to keep the ledger and the configuration in."""

    code = "no-home"

    def __init__(self, variable: str) -> None:
        """Name the variable that would stand in for it."""
        super().__init__(
            f"Neither {variable} nor a home directory is known.",
            hint=f"Set {variable} (or HOME) to an absolute path.",
        )


class InvalidManifestError(ConfigError):
    """A deployment manifest that cannot be trusted as an address book."""

    code = "invalid-manifest"

    def __init__(self, path: Path, reason: str) -> None:
        """Name the file and the reason."""
        super().__init__(
            f"The manifest {path} is wrong: {reason}.",
            hint="Restore it from version control, or write it anew with `hokctl deploy import`.",
        )


class NoManifestError(ConfigError):
    """A network of which the configuration does not say what is deployed there."""

    code = "no-manifest"

    def __init__(self, network: str) -> None:
        """Name the network."""
        super().__init__(
            f"The network {network!r} has no deployment manifest.",
            hint=f"Set manifest in [networks.{network}]; production networks have none by default.",
        )


class ManifestMissingError(ConfigError):
    """A network whose deployment manifest does not exist."""

    code = "manifest-missing"

    def __init__(self, path: Path) -> None:
        """Name the file."""
        super().__init__(
            f"There is no deployment manifest at {redact_strictly(str(path))}.",
            hint="Run `hokctl deploy apply` to deploy, or set manifest in the network's table to an existing one.",
        )


class ManifestChainError(ConfigError):
    """A manifest of another chain than the network's."""

    code = "manifest-chain"

    def __init__(self, path: Path, *, manifest_chain_id: int, network: str, chain_id: int) -> None:
        """Name both chains."""
        super().__init__(
            f"The manifest {path} is of chain {manifest_chain_id}, but the network {network!r} is chain {chain_id}.",
            hint=f"Set manifest in [networks.{network}] to the manifest of chain {chain_id}.",
        )


class ManifestContractError(ConfigError):
    """A manifest that lacks a contract."""

    code = "manifest-contract"

    def __init__(self, contract: str, network: str) -> None:
        """Name the contract and the network."""
        super().__init__(
            f"The manifest of {network!r} has no {contract}.",
            hint="See `hokctl deploy plan` for what is not deployed yet.",
        )
