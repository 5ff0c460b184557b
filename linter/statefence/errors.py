"""What can go wrong outside the analysed program: an error names its place and the way out, and ends in exit code 2."""


class StatefenceError(Exception):
    """Base of every error a user can cause; the command line prints it in one line and exits with 2."""


class UsageError(StatefenceError):
    """The command line asks for something that cannot be done: a missing path, an unknown code."""


class PolicyError(StatefenceError):
    """The policy cannot be used.

    Attributes:
        problems: every problem found, each a whole line `file:line: key.path: what is wrong, and the way out`.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class RuleError(StatefenceError):
    """A rule pack is broken: a code declared twice, a module without a rule."""
