"""The monitor against a chain, over sockets, and in a browser."""
