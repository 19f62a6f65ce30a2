"""The one exception of the sources."""

from returns.refusal import Refusal


class SourceError(Refusal):
    """A source that cannot be read. The message is for the user: what, what was expected, what to do; never a value."""
