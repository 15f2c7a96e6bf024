"""`python -m capacity`: a table for each stack, and where its settings and its plan disagree."""

import sys
from pathlib import Path

from review.command_line import Parser


def main(arguments: list[str] | None = None) -> int:
    """Print the plan; status 1 where settings and plan disagree, or a file is wrong."""
    parser = Parser(prog="capacity", description="Hold the stacks' sizes against their forecasts.")
    parser.add_argument("--write", action="store_true", help="write docs/capacity.md and its picture anew")
    options = parser.parse_args(arguments)

    from capacity import page, stacks, text  # noqa: PLC0415 `--help` answers without loading the settings

    folder = Path.cwd()
    try:
        found = stacks.read(folder)
    except stacks.CapacityError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    compared = [(stack, list(stacks.lines(stack, found))) for stack in found]
    sys.stdout.write("".join(f"{line}\n" for pair in compared for line in text.table(*pair)))
    if options.write:
        page.write(folder, found)
    refused = [line for pair in compared for line in text.refusals(*pair)]
    sys.stderr.write("".join(f"error: {line}\n" for line in refused))
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
