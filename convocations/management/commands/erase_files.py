"""`manage.py erase_files [--erase] [--limit N]`: erase the whole files whose two periods are over, as the owner.

`manage.py erase_files --was DE-…` says whether the file of a reference was erased (docs/retention.md).
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from convocations.archive import erasing
from portal.core.references import to_number, to_text

# Why a file that has been in the archive for all its years stays.
KEPT = {
    "used": "something of it is younger",
    "moved": "something happened meanwhile",
    "appeal": "an appeal holds its documents",
}


class Command(BaseCommand):
    """Rend compte des dossiers à effacer ; avec --erase, les efface, un par transaction.

    Exit code 1 for any role but the owner of the tables.
    """

    help = "Report the files whose two periods are over; with --erase, erase them (as the tables' owner)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--erase", action="store_true", help="erase; without it, only report")
        what.add_argument("--was", metavar="DE-…", type=_reference, help="say whether this file was erased")
        parser.add_argument("--limit", type=int, metavar="N", help="stop after so many files")

    def handle(self, *args: Any, erase: bool, was: str | None, limit: int | None, **options: Any) -> None:
        if was is not None:
            self._tell(was)
            return
        if erase:
            try:
                erasing.require_owner()
            except erasing.NotTheOwner as refused:
                raise CommandError(refused.sentence) from refused
        report = erasing.erase_all(erasing.database_now(), dry_run=not erase, at_most=limit)
        self.stdout.write(f"{report.erased} files {'erased' if erase else 'would be erased'}")
        for table, count in sorted(report.rows.items()):
            self.stdout.write(f"  {table:<40} {count:>9}")
        for reason, count in sorted(report.kept.items()):
            self.stdout.write(f"{count} files stay: {KEPT.get(reason, f'{reason} still open')}")

    def _tell(self, ref: str) -> None:
        proof = erasing.was_erased(ref)
        if proof is None:
            raise CommandError("No erased file had this reference.")
        self.stdout.write(
            f"Erased on {proof.at:%Y-%m-%d}, proof {proof.pk}, {proof.lines} lines of the journal"
        )
        for table, count in sorted(proof.counts.items()):
            self.stdout.write(f"  {table:<40} {count:>9}")


def _reference(text: str) -> str:
    return to_text("DE", to_number("DE", text))
