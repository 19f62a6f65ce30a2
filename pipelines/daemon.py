"""Dagster's daemon as a child of `serve`: it ends when serve ends, however that ends."""

import os
import sys
import threading

from dagster_shared.ipc import send_interrupt


def _end_with_parent() -> None:
    os.read(0, 1)  # returns when the parent closes its end, or dies
    send_interrupt()


def main() -> None:
    """Run schedules, sensors and the watch over runs on the workspace file named first, until standard input closes."""
    os.umask(0o077)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from dagster._daemon.cli import cli

    cli(["run", "--workspace", sys.argv[1], "--log-level", "warning"], prog_name="dagster-daemon")


if __name__ == "__main__":
    main()
