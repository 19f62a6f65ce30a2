"""The databases that the sources' tests read."""

from postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]
