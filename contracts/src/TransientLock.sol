// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Re-entrancy lock in transient storage
/// @dev OpenZeppelin's ReentrancyGuardTransient with the compiler's own `transient` variable: the lock's slot is zero
/// instead of a 32-byte constant, which makes every guarded function smaller.
abstract contract TransientLock {
    uint256 private transient _locked;

    /// @notice A guarded function was called while another one was running.
    error ReentrancyGuardReentrantCall();

    modifier nonReentrant() {
        _lock();
        _;
        _unlock();
    }

    function _lock() internal {
        if (_locked != 0) revert ReentrancyGuardReentrantCall();
        _locked = 1;
    }

    function _unlock() internal {
        _locked = 0;
    }
}
