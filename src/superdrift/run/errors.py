"""The one exception that reaches users: bad input, with the value, the place and the remedy in its message."""


class InputError(ValueError):
    """Something the user gave cannot be used.

    The message is printed alone, without a traceback: it names the offending value, where it stands, and what
    to do about it.
    """
