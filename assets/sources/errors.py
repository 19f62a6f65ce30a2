"""The one exception of the sources."""

from returns.refusal import Refusal


class SourceError(Refusal):
    """A source that cannot be read; the message is one sentence for the user: what, what was expected, what to do. Never a value."""
