"""What a valid configuration refers to: files, variables and signers that are not there."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hokctl.chain.remote_signers import require_library
from hokctl.chain.signer_errors import EnvironmentSignerRefusedError
from hokctl.config.environment import PREFIX, get_variable
from hokctl.config.manifest import check_manifest_chain, read_manifest
from hokctl.config.policy import read_policy
from hokctl.config.signers import EnvironmentSignerSettings, KeystoreSignerSettings
from hokctl.config.spec import read_spec
from hokctl.domain.findings import Finding, Severity
from hokctl.errors import HokctlError

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from hokctl.config.networks import NetworkSettings
    from hokctl.config.schema import Settings
    from hokctl.config.settings import LoadedSettings

_DEFAULT = "default"


def check_configuration(loaded: "LoadedSettings") -> tuple[Finding, ...]:
    """Return what the configuration refers to and is not there, and variables that look like hokctl's own."""
    settings = loaded.settings
    findings = [_misspelt_variable(warning) for warning in loaded.warnings]
    for network in settings.networks.values():
        findings.extend(_check_files(loaded, network))
        findings.extend(_check_network(settings, network))
    findings.extend(_check_signers(settings))
    return tuple(findings)


def _misspelt_variable(message: str) -> Finding:
    return _finding(
        "misspelt-variable",
        next((word for word in message.split() if word.startswith(PREFIX)), "environment"),
        message,
        "Rename it, or unset it: what it says is not in force.",
    )


def _check_files(loaded: "LoadedSettings", network: "NetworkSettings") -> Iterator[Finding]:
    """Read every file that the network's table names; a path that nobody wrote down need not exist."""

    def resolve(text: str) -> "ChecksumAddress":
        return loaded.settings.resolve_address(text, network)

    def named(key: str) -> bool:
        return loaded.sources.get(f"networks.{network.name}.{key}", _DEFAULT) != _DEFAULT

    if network.manifest is not None and named("manifest"):
        manifest = network.manifest
        yield from _try(f"networks.{network.name}.manifest", lambda: _check_manifest(manifest, network))
    if network.spec is not None:
        spec = network.spec
        yield from _try(f"networks.{network.name}.spec", lambda: read_spec(spec, resolve))
    if network.policy is not None:
        policy = network.policy
        yield from _try(f"networks.{network.name}.policy", lambda: read_policy(policy, resolve))


def _check_manifest(path: Path, network: "NetworkSettings") -> None:
    check_manifest_chain(read_manifest(path), path, network=network.name, chain_id=network.chain_id)


def _check_network(settings: "Settings", network: "NetworkSettings") -> Iterator[Finding]:
    yield from _try(f"networks.{network.name}", network.node_url)
    if network.signer is not None:
        yield from _try(f"networks.{network.name}.signer", lambda: _check_default_signer(settings, network))


def _check_default_signer(settings: "Settings", network: "NetworkSettings") -> None:
    signer = settings.signer(None, network)
    if isinstance(signer, EnvironmentSignerSettings):
        check_environment_signer(signer, network)


def check_environment_signer(signer: EnvironmentSignerSettings, network: "NetworkSettings") -> None:
    """Raise EnvironmentSignerRefusedError for a production network, unless the user's configuration allows it."""
    if network.production and not signer.allow_production:
        raise EnvironmentSignerRefusedError(signer.name, network.name)


def _check_signers(settings: "Settings") -> Iterator[Finding]:
    for signer in settings.signers.values():
        key = f"signers.{signer.name}"
        if isinstance(signer, EnvironmentSignerSettings):
            yield from _try(key, signer.key_from_environment)
        if isinstance(signer, KeystoreSignerSettings):
            yield from _check_keystore(key, signer)
        yield from _try(key, partial(require_library, signer.name, signer.kind))


def _check_keystore(key: str, signer: KeystoreSignerSettings) -> Iterator[Finding]:
    if not signer.path.is_file():
        yield _finding(
            "missing-keystore",
            f"{key}.path",
            f"The keystore {signer.path} of signer {signer.name!r} does not exist.",
            "Correct the path, or create it with `cast wallet import`.",
        )
    if signer.password_env is not None and get_variable(signer.password_env) is None:
        yield from _try(f"{key}.password_env", signer.password_from_environment)


def _try(subject: str, use: Callable[[], object]) -> Iterator[Finding]:
    """Use a reference of the configuration; what is wrong with it is a finding about `subject`."""
    try:
        use()
    except HokctlError as error:
        yield _finding(error.code, subject, error.message, error.hint)


def _finding(code: str, subject: str, message: str, remedy: str) -> Finding:
    return Finding(code=code, severity=Severity.WARNING, subject=subject, message=message, remedy=remedy)
