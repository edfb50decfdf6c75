"""AWS KMS as a signer: an ECC_SECG_P256K1 key that signs digests and never leaves the service."""

from functools import cached_property
from typing import Any, Final

from eth_typing import ChecksumAddress

from hokctl.chain.ecdsa import MalformedError, Rs, parse_der_signature, parse_public_key
from hokctl.chain.remote_signers import RemoteSigner, TypedDataHashes, load_library
from hokctl.chain.signer_errors import KmsDeniedError, KmsError, UnprovenSignatureError

_ALGORITHM: Final = "ECDSA_SHA_256"
_KEY_SPEC: Final = "ECC_SECG_P256K1"
_USAGE: Final = "SIGN_VERIFY"
_CONNECT_S: Final = 5.0
_ANSWER_S: Final = 15.0
_ATTEMPTS: Final = 3
_KEY_HINT: Final = "Check key_id and region of the signer; the key must be ECC_SECG_P256K1 for SIGN_VERIFY."
_POLICY_HINT: Final = "Allow kms:GetPublicKey and kms:Sign for it in the key's policy."
_LOGIN_HINT: Final = (
    "hokctl takes the credentials that the AWS tools find: variables, profile or role. Renew them there."
)
_NOT_KMS: Final = "it cannot be reached, or what answers is not KMS"
_DENIALS: Final = {
    "AccessDeniedException": ("the credentials may not use the key", _POLICY_HINT),
    "NotFoundException": ("there is no such key in this region", _KEY_HINT),
    "InvalidArnException": ("the key's ARN is wrong", _KEY_HINT),
    "ValidationException": ("it does not accept the request for this key", _KEY_HINT),
    "DisabledException": ("the key is disabled", "Enable the key, or name another."),
    "KMSInvalidStateException": ("the key's state does not allow it", "Enable the key, or name another."),
    "InvalidKeyUsageException": ("the key is not one for signing digests", _KEY_HINT),
    "InvalidGrantTokenException": ("the grant is not valid", _POLICY_HINT),
    "UnrecognizedClientException": ("it does not know the credentials", _LOGIN_HINT),
    "InvalidClientTokenId": ("it does not know the credentials", _LOGIN_HINT),
    "IncompleteSignatureException": ("it does not accept the credentials", _LOGIN_HINT),
    "InvalidSignatureException": ("it does not accept the credentials", _LOGIN_HINT),
    "ExpiredTokenException": ("the credentials have expired", _LOGIN_HINT),
}
"""The answers that trying again does not change, by AWS's code."""


class KmsSigner(RemoteSigner):
    """Signs with a key in AWS KMS; credentials come from where the AWS tools find them."""

    def __init__(
        self,
        name: str,
        address: ChecksumAddress,
        *,
        key_id: str,
        region: str,
        endpoint_url: str | None = None,
        timeout_s: float = _ANSWER_S,
    ) -> None:
        """Use the key `key_id` (id, ARN or alias/NAME) in `region`, which must be that of `address`."""
        super().__init__(name, address)
        self._key_id = key_id
        self._region = region
        self._endpoint_url = endpoint_url
        self._timeout_s = timeout_s

    def _ask_address(self) -> ChecksumAddress:
        answer = self._request("get_public_key", KeyId=self._key_id)
        if "PublicKey" not in answer:
            raise KmsError(self.name, _NOT_KMS)
        spec, usage = answer.get("KeySpec"), answer.get("KeyUsage")
        if spec != _KEY_SPEC or usage != _USAGE:
            raise KmsDeniedError(self.name, "the key is not one for signing on secp256k1", hint=_KEY_HINT)
        try:
            return parse_public_key(answer["PublicKey"])
        except MalformedError as error:
            raise KmsError(self.name, f"what it calls the public key is wrong: {error}") from error

    def _ask_transaction(self, payload: bytes, transaction: dict[str, Any], digest: bytes) -> Rs:
        del payload, transaction
        return self._sign(digest)

    def _ask_typed_data(self, typed_data: dict[str, Any], hashes: TypedDataHashes) -> Rs:
        del typed_data
        return self._sign(hashes.digest)

    def _sign(self, digest: bytes) -> Rs:
        answer = self._request(
            "sign", KeyId=self._key_id, Message=digest, MessageType="DIGEST", SigningAlgorithm=_ALGORITHM
        )
        try:
            return parse_der_signature(answer.get("Signature", b""))
        except MalformedError as error:
            raise UnprovenSignatureError(self.name, self.address, str(error)) from error

    def _request(self, operation: str, **parameters: object) -> dict[str, Any]:
        """Return what KMS answers. Its own words are not repeated and not chained: they may name anything."""
        errors = load_library(self.name, "kms", "botocore.exceptions")
        try:
            answer: dict[str, Any] = getattr(self._client, operation)(**parameters)
        except errors.ClientError as error:
            raise self._denied(str(error.response.get("Error", {}).get("Code", ""))) from None
        except (errors.NoCredentialsError, errors.PartialCredentialsError, errors.CredentialRetrievalError):
            raise KmsDeniedError(self.name, "no AWS credentials were found", hint=_LOGIN_HINT) from None
        except (errors.ProfileNotFound, errors.ConfigParseError, errors.TokenRetrievalError, errors.SSOError):
            raise KmsDeniedError(self.name, "the AWS profile cannot be used", hint=_LOGIN_HINT) from None
        except errors.ParamValidationError:
            raise KmsDeniedError(self.name, "the key's id is wrong", hint=_KEY_HINT) from None
        except (errors.ReadTimeoutError, errors.ConnectTimeoutError):
            raise KmsError(self.name, "it took too long") from None
        except (errors.BotoCoreError, errors.HTTPClientError, ValueError):
            raise KmsError(self.name, _NOT_KMS) from None
        return answer

    def _denied(self, code: str) -> KmsDeniedError | KmsError:
        if code in _DENIALS:
            what, hint = _DENIALS[code]
            return KmsDeniedError(self.name, what, hint=hint)
        return KmsError(self.name, "it is busy" if "Throttl" in code or "TooMany" in code else "it reports a fault")

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401 - boto3 has no types of its own
        session = load_library(self.name, "kms", "boto3.session").Session(region_name=self._region)
        config = load_library(self.name, "kms", "botocore.config").Config(
            connect_timeout=_CONNECT_S,
            read_timeout=self._timeout_s,
            retries={"total_max_attempts": _ATTEMPTS, "mode": "standard"},
        )
        return session.client("kms", endpoint_url=self._endpoint_url, config=config)
