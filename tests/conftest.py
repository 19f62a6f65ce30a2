"""What holds for every test: no user's data in reach, no telemetry, the same examples every time."""

import os
import signal

from hypothesis import settings

for name in ("RETURNS_HOME", "DAGSTER_HOME"):
    os.environ.pop(name, None)
os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"

# A shell that starts the tests in the background has them ignore Ctrl-C, and all that they start would ignore it too.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("ordinary", deadline=None, derandomize=True, database=None)
settings.load_profile("ordinary")
