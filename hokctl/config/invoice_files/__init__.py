"""Invoice files: TOML, JSON, CSV and the CSV of the Safe app CSV Airdrop, read whole or refused in one sentence."""
