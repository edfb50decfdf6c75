"""The embedded chain: an Ethereum node in this process, with Safe and Multicall3 where they are on real networks.

Nothing heavy is imported here: `hokctl.devnet.node` and its neighbours load py-evm when they are used.
"""
