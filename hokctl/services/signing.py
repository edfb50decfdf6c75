"""From a signer's settings to a signer: where the key is kept decides how it is reached, when it is first used."""

from typing import TYPE_CHECKING

from hokctl.chain.keystores import load_keystore
from hokctl.chain.remote_signers import ExportOnlySigner, require_library
from hokctl.chain.signers import DevnetSigner, KeySigner, KeystoreSigner
from hokctl.checks.configuration import check_environment_signer
from hokctl.config.signers import (
    DevnetSignerSettings,
    EnvironmentSignerSettings,
    ExportOnlySignerSettings,
    KeystoreSignerSettings,
    KmsSignerSettings,
    LedgerSignerSettings,
    SignerSettings,
    TrezorSignerSettings,
)

if TYPE_CHECKING:
    from hokctl.chain.session import Chain
    from hokctl.config.networks import NetworkSettings
    from hokctl.domain.ports import Signer, Ui


def open_signer(settings: SignerSettings, chain: "Chain", network: "NetworkSettings", ui: "Ui") -> "Signer":
    """Return the signer that `settings` describe, for `network`. No device and no service is asked yet.

    `ui` asks for a password when no variable holds it, and says what to compare on a device. A key in an environment
    variable is refused on a production network when it is first needed, so that a dry run needs none.
    """
    match settings:
        case DevnetSignerSettings():
            return DevnetSigner(settings.name, settings.index, chain_id=chain.chain_id, endpoint=chain.endpoint)
        case KeystoreSignerSettings():
            return KeystoreSigner(
                settings.name, settings.path, settings.address, password=lambda: _password(settings, ui)
            )
        case EnvironmentSignerSettings():
            return KeySigner(settings.name, lambda: _environment_key(settings, network), settings.address)
        case ExportOnlySignerSettings():
            return ExportOnlySigner(settings.name, settings.address)
        case _:
            return _open_remote(settings, ui)


def check_signer(settings: SignerSettings, network: "NetworkSettings") -> None:
    """Raise what stands in the way of `settings` on `network`, as far as that can be told without unlocking a key."""
    match settings:
        case KeystoreSignerSettings(path=path, name=name):
            load_keystore(path, signer=name)
        case EnvironmentSignerSettings():
            _environment_key(settings, network)
        case _:
            require_library(settings.name, settings.kind)


def _environment_key(settings: EnvironmentSignerSettings, network: "NetworkSettings") -> str:
    check_environment_signer(settings, network)
    return settings.key_from_environment()


def _open_remote(settings: LedgerSignerSettings | TrezorSignerSettings | KmsSignerSettings, ui: "Ui") -> "Signer":
    name, address = settings.name, settings.address
    match settings:
        case KmsSignerSettings(endpoint_url=url):
            from hokctl.chain.signers_kms import KmsSigner

            endpoint = None if url is None else url.get_secret_value()
            return KmsSigner(name, address, key_id=settings.key_id, region=settings.region, endpoint_url=endpoint)
        case LedgerSignerSettings(derivation_path=path):
            from hokctl.chain.signers_ledger import LedgerBlueTransport, LedgerSigner

            return LedgerSigner(
                name, address, derivation_path=path, connect=lambda: LedgerBlueTransport(name), note=ui.note
            )
        case TrezorSignerSettings(derivation_path=path):
            from hokctl.chain.signers_trezor import TrezorSigner

            return TrezorSigner(name, address, derivation_path=path, ask=ui.ask_secret, note=ui.note)


def _password(settings: KeystoreSignerSettings, ui: "Ui") -> str:
    found = settings.password_from_environment()
    return ui.ask_secret(f"Password of signer {settings.name}") if found is None else found
