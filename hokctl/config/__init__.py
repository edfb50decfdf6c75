"""Settings, address book, manifests, specifications, policies: the only room that reads the environment."""
