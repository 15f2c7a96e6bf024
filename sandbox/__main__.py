"""The sandbox's command line: `python -m sandbox up`."""

import argparse
import os
import signal
import sys
from pathlib import Path

from review.command_line import Parser, add_report_options

os.environ.setdefault("GRPC_VERBOSITY", "ERROR")  # grpc reports every fork; the automation API forks for each call


def main(arguments: list[str] | None = None) -> int:
    """Run one command; errors for people are one line on standard error and status 1."""
    from review.errors import ReviewError  # noqa: PLC0415 `--help` answers without loading the engine's SDK
    from sandbox.errors import SandboxError  # noqa: PLC0415

    options = _parser().parse_args(arguments)
    try:
        return _dispatch(options)
    except (SandboxError, ReviewError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted: run the command again, it goes on from what stands\n")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="sandbox", description="Rehearse the platform on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (
        ("up", "bring up the stacks, each after the one it reads"),
        ("preview", "show what up would do, policies enforced"),
        ("refresh", "read everything back and report drift"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("stacks", nargs="*", help="stacks by name; all of them when none is given")
        command.add_argument("--verbose", action="store_true", help="print the engine's own output too")
        if name == "up":
            command.add_argument(
                "--reviewed", type=Path, help="report.json: change a stack only as it was reviewed there"
            )
    _add_report(commands.add_parser("report", help="review what up would change, as comment, page, JSON and SARIF"))
    destroy = commands.add_parser("destroy", help="delete every resource through the engine")
    destroy.add_argument("--verbose", action="store_true", help="print the engine's own output too")
    commands.add_parser("status", help="a table of sites, nodes, GPUs and replicas")
    commands.add_parser("down", help="end every process that was started here and remove .sandbox")
    kill = commands.add_parser("kill-nodes", help="let all nodes of a node group die")
    kill.add_argument("cluster")
    kill.add_argument("node_group")
    ring = commands.add_parser("ring", help="let an alarm ring: its policies add GPU nodes")
    ring.add_argument("alarm", help="what its name begins with, e.g. llm-prod-a-spot-queue")
    ring.add_argument("value", type=float, help="newest value of its metric")
    return parser


def _add_report(command: argparse.ArgumentParser) -> None:
    command.add_argument("--base", help="commit to compare with, brought up beside it; without it, what stands here")
    add_report_options(command)


def _dispatch(options: argparse.Namespace) -> int:
    from sandbox.lifecycle import commands  # noqa: PLC0415
    from sandbox.lifecycle.stacks import Project  # noqa: PLC0415
    from sandbox.lifecycle.turn import turn  # noqa: PLC0415
    from sandbox.paths import Paths  # noqa: PLC0415

    checkout = Path.cwd()
    paths = Paths.of_checkout(checkout)
    if options.command == "status":
        commands.show(paths)
        return 0
    with turn(paths):
        match options.command:
            case "up":
                names, reviewed = options.stacks, options.reviewed
                commands.up(paths, Project.of(checkout), names, reviewed, verbose=options.verbose)
            case "report":
                return commands.report(paths, Project.of(checkout), options.base, options.out, options.fail_on)
            case "preview" | "refresh":
                names = options.stacks
                commands.run(paths, Project.of(checkout), options.command, names, verbose=options.verbose)
            case "destroy":
                commands.destroy(paths, Project.of(checkout), verbose=options.verbose)
            case "kill-nodes":
                commands.kill(paths, options.cluster, options.node_group)
            case "ring":
                commands.ring(paths, options.alarm, options.value)
            case _:
                commands.down(paths)
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
