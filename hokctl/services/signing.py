"""From a signer's settings to a signer: where the key is kept decides how it is reached, when it is first used."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from hokctl.chain.signers import DevnetSigner, KeySigner, KeystoreSigner
from hokctl.config.signers import (
    DevnetSignerSettings,
    EnvironmentSignerSettings,
    KeystoreSignerSettings,
    SignerSettings,
)

if TYPE_CHECKING:
    from hokctl.chain.session import Chain
    from hokctl.domain.ports import Signer


def open_signer(settings: SignerSettings, chain: "Chain", *, ask: Callable[[str], str]) -> "Signer":
    """Return the signer that `settings` describe; `ask` gets a password from a person when no variable holds it."""
    match settings:
        case DevnetSignerSettings():
            return DevnetSigner(settings.name, settings.index, chain_id=chain.chain_id, endpoint=chain.endpoint)
        case KeystoreSignerSettings():
            return KeystoreSigner(
                settings.name, settings.path, settings.address, password=lambda: _password(settings, ask)
            )
        case EnvironmentSignerSettings():
            return KeySigner(settings.name, settings.key_from_environment, settings.address)


def _password(settings: KeystoreSignerSettings, ask: Callable[[str], str]) -> str:
    found = settings.password_from_environment()
    return ask(f"Password of signer {settings.name}") if found is None else found
