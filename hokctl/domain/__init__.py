"""The nouns of hokctl: pure values without I/O, clock or network."""
