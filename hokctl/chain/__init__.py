"""The JSON-RPC side: sessions, reads at one block, simulation, fees, sending, logs, reverts, signers."""
