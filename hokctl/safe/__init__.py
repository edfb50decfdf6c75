"""Everything Safe-specific: hashes, signatures, the account itself, and the shared folder of proposals."""
