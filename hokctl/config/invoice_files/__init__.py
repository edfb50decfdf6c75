"""Invoice files: TOML, JSON and CSV, and the CSV of the Safe app `CSV Airdrop`, read whole or refused in one sentence."""
