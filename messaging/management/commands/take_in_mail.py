"""Take one mail in from standard input: `take_in_mail --from "$sender" --to "$recipient" < mail`."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError

from messaging.returns.by_mail import take_in_mail
from messaging.returns.reports import LONGEST
from portal.core import clock


class Command(BaseCommand):
    help = "Take in a mail that came back, or a reply to one of ours (docs/delivery.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="sender", default="", help="the envelope's sender")
        parser.add_argument("--to", dest="recipient", default="", help="the envelope's recipient")

    def handle(self, *args: Any, **options: Any) -> None:
        raw = sys.stdin.buffer.read(LONGEST)
        try:
            what = take_in_mail(
                raw, envelope_from=options["sender"], envelope_to=options["recipient"], now=clock.now()
            )
        except (OperationalError, InterfaceError):
            # What a mail server understands as «later»: the mail stays in its queue.
            self.stderr.write("The database does not answer: later.")
            sys.exit(os.EX_TEMPFAIL)
        self.stdout.write(what)
