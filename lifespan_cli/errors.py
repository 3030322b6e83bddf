"""What the tool itself cannot go on with. What is wrong with the application is a finding, never one of these."""


class ToolError(Exception):
    """The tool itself broke: a bug of ours, or a machine that does not let it work. Exit code 3."""

    exit_code = 3


class UsageError(ToolError):
    """The command line, the environment or the configuration asks for something impossible. Exit code 2."""

    exit_code = 2
