"""HokusaiParams: the governed parameters of one model. Source: interface v2.0.0."""

from dataclasses import dataclass
from typing import cast

from hokctl.chain.reads import Read
from hokctl.clients.access_control import LastAdminGuard
from hokctl.clients.base import Values, as_hash, as_int, as_role, as_str
from hokctl.clients.codec import word_from_hex
from hokctl.domain.calls import Call
from hokctl.domain.roles import GOV_ROLE, RoleId


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseRef:
    """Where the licence of a model is found, and the hash of its text (0x and 64 hex digits)."""

    hash: str
    uri: str


class HokusaiParams(LastAdminGuard):
    """The parameters of one model. The suite's GOV_ROLE can be handed on by its admin; v2.0.0's is frozen."""

    contract_name = "HokusaiParams"

    def infrastructure_accrual_bps(self) -> Read[int]:
        """The share of each fee that is set aside for infrastructure, in basis points."""
        return self._read("infrastructureAccrualBps()", ("uint16",), (), as_int)

    def get_profit_share_bps(self) -> Read[int]:
        """The rest of each fee, in basis points."""
        return self._read("getProfitShareBps()", ("uint16",), (), as_int)

    def min_infrastructure_accrual_bps(self) -> Read[int]:
        """The smallest share that the contract accepts, in basis points."""
        return self._read("MIN_INFRASTRUCTURE_ACCRUAL_BPS()", ("uint16",), (), as_int)

    def max_infrastructure_accrual_bps(self) -> Read[int]:
        """The largest share that the contract accepts, in basis points."""
        return self._read("MAX_INFRASTRUCTURE_ACCRUAL_BPS()", ("uint16",), (), as_int)

    def tokens_per_delta_one(self) -> Read[int]:
        """The reward rate: a plain number without decimals."""
        return self._read("tokensPerDeltaOne()", ("uint256",), (), as_int)

    def min_tokens_per_delta_one(self) -> Read[int]:
        """The smallest reward rate that the contract accepts."""
        return self._read("MIN_TOKENS_PER_DELTA_ONE()", ("uint256",), (), as_int)

    def max_tokens_per_delta_one(self) -> Read[int]:
        """The largest reward rate that the contract accepts."""
        return self._read("MAX_TOKENS_PER_DELTA_ONE()", ("uint256",), (), as_int)

    def license_ref(self) -> Read[LicenseRef]:
        """The licence reference: hash and address."""
        return self._read("licenseRef()", ("bytes32", "string"), (), _as_license)

    def license_hash(self) -> Read[str]:
        """The hash of the licence's text."""
        return self._read("licenseHash()", ("bytes32",), (), as_hash)

    def license_uri(self) -> Read[str]:
        """Where the licence is found."""
        return self._read("licenseURI()", ("string",), (), as_str)

    def gov_role(self) -> Read[RoleId]:
        """The id of GOV_ROLE."""
        return self._read("GOV_ROLE()", ("bytes32",), (), as_role)

    def set_infrastructure_accrual_bps(self, new_bps: int, *, purpose: str) -> Call:
        """Set the share for infrastructure, in basis points; it holds for the next fee on. GOV_ROLE."""
        return self._call(
            "setInfrastructureAccrualBps(uint16)",
            ("newBps",),
            (new_bps,),
            purpose=purpose,
            requires=(self._role(GOV_ROLE),),
        )

    def set_license_ref(self, license_ref: LicenseRef, *, purpose: str) -> Call:
        """Set the licence reference. GOV_ROLE."""
        return self._call(
            "setLicenseRef(bytes32,string)",
            ("hash", "uri"),
            (word_from_hex(license_ref.hash), license_ref.uri),
            purpose=purpose,
            requires=(self._role(GOV_ROLE),),
        )

    def set_tokens_per_delta_one(self, new_value: int, *, purpose: str) -> Call:
        """Set the reward rate, a plain number without decimals. GOV_ROLE."""
        return self._call(
            "setTokensPerDeltaOne(uint256)",
            ("newValue",),
            (new_value,),
            purpose=purpose,
            requires=(self._role(GOV_ROLE),),
        )


def _as_license(values: Values) -> LicenseRef:
    digest, uri = cast("tuple[bytes, str]", values)
    return LicenseRef(hash="0x" + digest.hex(), uri=uri)
