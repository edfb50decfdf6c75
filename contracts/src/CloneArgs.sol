// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Reader of the immutable arguments behind a minimal proxy's code
/// @dev An EIP-1167 proxy is 45 bytes long and its arguments follow. Code runs by delegatecall, so `address()` is the
/// proxy. Reading one word costs some 110 gas; texts are kept last and read with solady's `LibClone.argsOnClone`.
library CloneArgs {
    uint256 private constant _PROXY_SIZE = 45;

    /// @dev Returns the 32 bytes that begin at `offset`; bytes past the end are zero.
    function word(uint256 offset) internal view returns (bytes32 value) {
        uint256 position = _PROXY_SIZE + offset;
        assembly ("memory-safe") {
            extcodecopy(address(), 0, position, 32)
            value := mload(0)
        }
    }

    /// @dev Returns the address that begins at `offset`.
    function addressAt(uint256 offset) internal view returns (address) {
        return address(bytes20(word(offset)));
    }

    /// @dev Returns the 16-byte number that begins at `offset`.
    function uint128At(uint256 offset) internal view returns (uint256) {
        return uint128(bytes16(word(offset)));
    }

    /// @dev Returns the 8-byte number that begins at `offset`.
    function uint64At(uint256 offset) internal view returns (uint256) {
        return uint64(bytes8(word(offset)));
    }
}
