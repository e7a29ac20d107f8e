"""Open Badges."""
