"""What holds for every test: no user's data in reach, no telemetry, the same examples every time."""

import os

from hypothesis import settings

for name in ("RETURNS_HOME", "DAGSTER_HOME"):
    os.environ.pop(name, None)
os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"

settings.register_profile("ordinary", deadline=None, derandomize=True, database=None)
settings.load_profile("ordinary")
