"""`manage.py purge_documents [--dry-run]`: erase the documents whose time is over, as the nightly job does."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from portal.core import clock
from portal.core.safe import retention


class Command(BaseCommand):
    help = "Erase the documents whose retention is over; with --dry-run, only count them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and erase nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        report = retention.purge(clock.now(), dry_run=dry_run)
        self.stdout.write("Would be erased:" if dry_run else "Erased:")
        self.stdout.write(f"  ordinary documents   {report.ordinary}")
        self.stdout.write(f"  health documents     {report.health}")
        self.stdout.write(f"  traces of rejections {report.rejected}")
        self.stdout.write(f"Kept beyond their time for an appeal: {report.held}")
