"""`manage.py retention [--dry-run] [--only KIND]`: let go of what is beyond its time, as the nightly job does."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.core import clock, personal_data


class Command(BaseCommand):
    """Efface ce dont la durée de conservation est finie, sorte par sorte, et rend compte.

    Exit code 1 when a kind failed; the others were let go of all the same (docs/retention.md).
    """

    help = "Erase what is beyond its retention, kind by kind; with --dry-run, only count."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and erase nothing")
        names = [kind.name for kind in personal_data.kinds()]
        parser.add_argument("--only", action="append", default=[], choices=names, help="this kind alone")

    def handle(self, *args: Any, dry_run: bool, only: list[str], **options: Any) -> None:
        report = personal_data.let_go(clock.now(), dry_run=dry_run, only=only)
        deed = "would go" if dry_run else "gone"
        self.stdout.write(f"{'kind':<20} {deed:>9} {'held back':>9}  kept")
        for kind in personal_data.kinds():
            if kind.name not in report:
                continue
            outcome = report[kind.name]
            counted = f"{outcome.erased:>9} {outcome.held_back:>9}" if outcome else f"{'FAILED':>9} {'':>9}"
            self.stdout.write(f"{kind.name:<20} {counted}  {kind.how_long()}")
        if None in report.values():
            raise CommandError("A kind failed: the log says why.")
