"""The way in from a bare machine: `python3 -m sandbox.bootstrap -- COMMAND ...`.

This file must parse and run on any Python 3, so that an old one is told what it lacks.
"""

import sys

if sys.hexversion < 0x030B0000:  # noqa: PLR2004 - 3.11; hexversion, as linters drop version_info tests
    sys.exit(
        "Python 3.11 or later is needed; %s is Python %d.%d. "  # noqa: UP031 - see the docstring
        "Name a newer one, for example: make PYTHON=python3.12 up"
        % (sys.executable, sys.version_info[0], sys.version_info[1])
    )

from sandbox.environment import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
