"""The thin contract-client layer: one file per contract; a read decodes, a write returns a call."""
