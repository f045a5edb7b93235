"""The launcher's command line: `python -m stack --help`."""

import argparse
import sys

from stack.processes import StackError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m stack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    bootstrap = commands.add_parser("bootstrap", help="make .venv ready")
    bootstrap.add_argument("profile", choices=["demo", "tests"])

    run = commands.add_parser("run", help="run a command with PostgreSQL, Valkey and a mailbox around it")
    run.add_argument("--tests", action="store_true", help="fast engines that may lose data, test settings")
    run.add_argument("--with-clamav", action="store_true", help="start clamd too, when it is installed")
    run.add_argument("--keep", metavar="NAME", help="keep the data under this name for the next time")
    run.add_argument("--pg", metavar="NAME=VALUE", action="append", default=[], help="a PostgreSQL setting")
    run.add_argument("argv", nargs=argparse.REMAINDER, metavar="-- COMMAND")

    demo = commands.add_parser("demo", help="the whole product until Ctrl-C (environment: PORT, RESET)")
    demo.add_argument("--name", default="demo", help="which data: each name has its own")
    demo.add_argument("argv", nargs=argparse.REMAINDER, metavar="-- COMMAND", help="run it beside, then stop")
    commands.add_parser("clean", help="remove the environment, the demo's data and the caches")

    from stack import mailsink

    mailsink.add_arguments(commands.add_parser("mailsink", help="an SMTP server that writes mails to files"))
    return parser


def main() -> int:
    arguments = _parser().parse_args()
    try:
        return _run(arguments)
    except StackError as error:
        print(error, file=sys.stderr)
        return 1


def _run(arguments: argparse.Namespace) -> int:
    if arguments.command == "mailsink":
        from stack.mailsink import serve

        return serve(arguments)
    if arguments.command == "bootstrap":
        from stack.bootstrap import bootstrap

        bootstrap(arguments.profile)
        return 0
    if arguments.command == "demo":
        from stack.demo import demo

        return demo(_command(arguments), name=arguments.name)
    if arguments.command == "clean":
        from stack.bootstrap import clean

        return clean()
    from stack.engines import clamd_binary
    from stack.run import run

    command = _command(arguments)
    if not command:
        raise StackError("Which command? python -m stack run -- COMMAND …")
    return run(
        command,
        tests=arguments.tests,
        with_clamav=arguments.with_clamav and clamd_binary() is not None,
        keep=arguments.keep,
        options=arguments.pg,
    )


def _command(arguments: argparse.Namespace) -> list[str]:
    return list(arguments.argv[1:] if arguments.argv[:1] == ["--"] else arguments.argv)


if __name__ == "__main__":
    sys.exit(main())
