"""What the refusals of the live protocol's contracts mean, by signature."""

from typing import Final

LIVE_REASONS: Final = {
    # HokusaiAMM and PurchaserWhitelist
    "NotWhitelisted(address)": "{0} is not on the list of those who may buy",
    "BatchTooLarge(uint256,uint256)": "{0} items are more than the {1} that one call may carry",
    # DeltaVerifier
    "AttestationThresholdNotConfigured()": "nobody has set how many attesters must sign",
    "AttesterAlreadyRegistered(address)": "{0} attests already",
    "AttesterNotRegistered(address)": "{0} is no attester",
    "AttesterThresholdWouldBeUnmet(uint256,uint256)": "{0} attesters would be left, and {1} must sign",
    "InsufficientAttesterSignatures(uint256,uint256)": "{0} attesters have signed, and {1} must",
    "InvalidAttesterThreshold(uint256,uint256)": "{0} of {1} attesters cannot be demanded",
    "InvalidCandidateCommitment()": "the commitment to the candidate's weights is not valid",
    "InvalidHeadReset()": "the head cannot be set to this",
    "InvalidShortString()": "a short text is not stored as one",
    "LegacyMintEntrypointDisabled()": "the old way of minting is switched off",
    "LineageNotSeeded(uint256)": "model number {0} has no first weights",
    "LineageParentMismatch(uint256,bytes32,bytes32)": "the head of model number {0} is {1}, not {2}",
    "MintBudgetExceeded(uint256,uint256,uint256)": (
        "model number {0} needs a mint budget of {1:tokens}, and {2:tokens} are left"
    ),
    "ModelTokenMismatch(uint256,address,address)": (
        "the token of model number {0} is {1} in the registry and {2} in the token manager"
    ),
    "SignatureExpired(uint256,uint256)": "the signatures were good until {0}, and it is {1}",
    "SignerNotAttester(address)": "{0} signed and is no attester",
    "StringTooLong(string)": "the text {0} is too long",
    "UnorderedOrDuplicateAttesters(address)": "the signature of {0} is there twice or out of order",
    "ZeroAttester()": "the zero address cannot attest",
}
