"""The review's command line: `python -m review preview prod dr --out report`."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from review import commands
from review.command_line import Parser, add_report_options
from review.errors import ReviewError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command in the checkout that is the current folder.

    Returns:
        0 no change, 2 changes, 3 danger, 4 a policy failure, 5 blocked; 1 an error that was told, 130 after Ctrl-C.
    """
    options = _parser().parse_args(arguments)
    try:
        return int(_dispatch(options, Path.cwd()))
    except ReviewError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted: nothing was changed that the engine did not say\n")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="review", description="What a change means, before it runs.")
    made = parser.add_subparsers(dest="command", required=True)
    for name, text in (
        ("preview", "review what `pulumi up` would do to stacks"),
        ("drift", "review how the cloud differs from the stacks' states"),
    ):
        command = made.add_parser(name, help=text)
        command.add_argument("stacks", nargs="+", help="stacks by name, each after the one it reads")
        add_report_options(command)
    _add_render(made.add_parser("render", help="review previews that ran elsewhere, from the engine's event logs"))
    up = made.add_parser("up", help="update a stack if that does what was reviewed")
    up.add_argument("stack")
    up.add_argument("--reviewed", type=Path, required=True, help="report.json of the review")
    _add_comment(made.add_parser("comment", help="put a report on its pull request"))
    return parser


def _add_render(command: argparse.ArgumentParser) -> None:
    command.add_argument("logs", nargs="+", type=_named, metavar="STACK=FILE", help="event log of a stack's preview")
    command.add_argument("--state", action="append", default=[], type=_named, metavar="STACK=FILE", help="its export")
    command.add_argument("--out", type=Path, default=Path("report"), help="folder of the report (default: report)")


def _add_comment(command: argparse.ArgumentParser) -> None:
    command.add_argument("--report", type=Path, required=True, help="folder of the report")
    command.add_argument("--repository", default=os.environ.get("GITHUB_REPOSITORY", ""), help="OWNER/NAME")
    command.add_argument("--head", required=True, help="OWNER:BRANCH of the pull request")
    command.add_argument("--sha", required=True, help="commit that was reviewed")


def _named(text: str) -> tuple[str, Path]:
    stack, equals, path = text.partition("=")
    if not (stack and equals and path):
        raise argparse.ArgumentTypeError(f"{text!r} is not STACK=FILE")
    return stack, Path(path)


def _dispatch(options: argparse.Namespace, folder: Path) -> int:
    match options.command:
        case "preview":
            return commands.preview(folder, options.stacks, options.out, options.fail_on)
        case "drift":
            return commands.drift(folder, options.stacks, options.out, options.fail_on)
        case "render":
            return commands.rendered(folder, dict(options.logs), dict(options.state), options.out)
        case "up":
            return commands.up(folder, options.stack, options.reviewed)
        case _:
            return commands.commented(options.report, options.repository, options.head, options.sha)


if __name__ == "__main__":
    sys.exit(main())
