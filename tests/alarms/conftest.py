"""How many examples a property gets: 100, or 10,000 with WANGHUO_HYPOTHESIS=nightly."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile("daily", max_examples=100, deadline=None)
settings.register_profile(
    "nightly",
    max_examples=10_000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("WANGHUO_HYPOTHESIS", "daily"))
