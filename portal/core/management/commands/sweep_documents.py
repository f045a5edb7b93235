"""`manage.py sweep_documents [--dry-run]`: delete the files in the store that belong to no document."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from portal.core.safe import sweeping


class Command(BaseCommand):
    help = "Delete files older than a day that no document refers to; with --dry-run, only name them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="name them, and delete nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        swept = sweeping.sweep(dry_run=dry_run)
        deed = "would be deleted" if dry_run else "deleted"
        self.stdout.write(f"{swept.files} files in the store, {swept.orphans} without a document {deed}")
