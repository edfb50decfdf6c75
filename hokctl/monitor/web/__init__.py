"""The monitor over HTTP: what was observed last, as JSON, as Prometheus metrics, and as one page."""
