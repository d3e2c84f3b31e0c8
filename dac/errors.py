"""The ways a request can end without its answer, each with a sentence written for the person who asked."""


class DacError(Exception):
    """Its text is shown to a person as it is: what was wrong and what to do."""


class Invalid(DacError):
    """What was asked makes no sense or cannot be done as things stand."""


class NotFound(DacError):
    """Nothing of that name, or nothing this identity may see."""


class Denied(DacError):
    """This person, or this identity at Oracle, may not."""


class Conflict(DacError):
    """Somebody or something else got there first; nothing was changed."""


class Unavailable(DacError):
    """Oracle or Slack did not answer properly: whether the call got through is not known, trying again may help."""
