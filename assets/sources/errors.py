"""The one exception of the sources."""


class SourceError(Exception):
    """A source that cannot be read. The message is for the user: what, what was expected, what to do; never a value."""
