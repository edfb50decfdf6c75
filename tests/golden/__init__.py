"""Recorded output. HOKCTL_TEST_UPDATE_GOLDEN=1 records it anew; the difference then shows in the review."""
