"""What can go wrong with a signer that is not a key in this process: a library, a device, a service, an answer."""

from eth_typing import ChecksumAddress

from hokctl.errors import ConfigError, RefusedError, UnavailableError


class MissingLibraryError(ConfigError):
    """A kind of signer whose library is an extra that is not installed."""

    code = "missing-library"

    def __init__(self, signer: str, *, library: str, extra: str) -> None:
        """Name the signer, the library and the extra."""
        super().__init__(
            f"Signer {signer} needs the library {library}, which is not installed.",
            hint=f"Install it: pip install 'hokctl[{extra}]'",
        )


class ExportOnlySignerError(RefusedError):
    """A signer of kind none was asked to sign."""

    code = "export-only-signer"

    def __init__(self, signer: str, address: ChecksumAddress) -> None:
        """Name the signer and its account."""
        super().__init__(
            f"Signer {signer} only names the account {address}; hokctl holds no key for it and cannot sign.",
            hint="Sign elsewhere: --via export writes the calls to a file, `hokctl safe export` a proposal.",
        )


class EnvironmentSignerRefusedError(RefusedError):
    """A key from an environment variable, on a production network."""

    code = "environment-signer-refused"

    def __init__(self, signer: str, network: str) -> None:
        """Name the signer and the network."""
        super().__init__(
            f"Signer {signer} keeps its key in an environment variable, and {network!r} is a production network:"
            " every program that this user starts could read it.",
            hint="Use a keystore, a hardware wallet or a KMS; or accept it with allow_production = true in"
            f" [signers.{signer}] of your own configuration.",
        )


class UnprovenSignatureError(RefusedError):
    """A signature from outside this process that is not the named account's over what was to be signed."""

    code = "unproven-signature"

    def __init__(self, signer: str, expected: ChecksumAddress, reason: str) -> None:
        """Name the signer, the account and what is wrong."""
        super().__init__(
            f"What signer {signer} returned is no signature of {expected} over the hash computed here: {reason}.",
            hint="Nothing was sent. Compare what the device showed with what hokctl showed; don't repeat it blindly.",
        )


class DeviceError(UnavailableError):
    """A hardware wallet that cannot be used as it is now."""

    code = "device-unavailable"

    def __init__(self, signer: str, what: str, *, hint: str) -> None:
        """Name the signer, what is wrong with its device, and what to do at it."""
        super().__init__(f"The device of signer {signer} {what}.", hint=hint)


class DeviceLockedError(DeviceError):
    """A hardware wallet that waits for its PIN."""

    code = "device-locked"

    def __init__(self, signer: str) -> None:
        """Name the signer."""
        super().__init__(signer, "is locked", hint="Unlock it with its PIN and run the command again.")


class DeviceAppError(DeviceError):
    """A Ledger on which the Ethereum app is not open."""

    code = "device-app-closed"

    def __init__(self, signer: str) -> None:
        """Name the signer."""
        super().__init__(
            signer, "has not opened the Ethereum app", hint="Open the app Ethereum on it and run the command again."
        )


class DeviceRejectedError(RefusedError):
    """The person at the hardware wallet said no."""

    code = "device-rejected"

    def __init__(self, signer: str) -> None:
        """Name the signer."""
        super().__init__(
            f"The signature was rejected on the device of signer {signer}.",
            hint="Nothing was signed. Run the command again if that was not meant.",
        )


class BlindSigningError(RefusedError):
    """A hardware wallet that signs only what it can show, and was asked for more."""

    code = "blind-signing-disabled"

    def __init__(self, signer: str) -> None:
        """Name the signer and the setting."""
        super().__init__(
            f"The device of signer {signer} refuses what it cannot show in full.",
            hint="Compare the hashes by hand on its screen: allow blind signing in the settings of its Ethereum app"
            " for this signature, and forbid it again afterwards.",
        )


class KmsError(UnavailableError):
    """AWS KMS cannot be reached, is busy, or does not answer properly."""

    code = "kms-unavailable"

    def __init__(self, signer: str, what: str) -> None:
        """Name the signer and what happened; nothing of the service's own words, which may name anything."""
        super().__init__(
            f"AWS KMS gave signer {signer} no answer: {what}.",
            hint="Nothing was signed. Try again; if it stays so, check the region, the endpoint and AWS's status.",
        )


class KmsDeniedError(ConfigError):
    """AWS KMS does not let these credentials use this key."""

    code = "kms-denied"

    def __init__(self, signer: str, what: str, *, hint: str) -> None:
        """Name the signer, the reason and the way out."""
        super().__init__(f"AWS KMS does not sign for signer {signer}: {what}.", hint=hint)
