"""`manage.py import_coverage FILE…`: take in what La Poste and the regulator publish (docs/coverage.md)."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from convocations.coverage.importing import TOLD, Faults, NotImported, import_file
from portal.core import clock


class Command(BaseCommand):
    """Each file is taken in as a whole or not at all; a line at fault is named."""

    help = "Import communes and network coverage from the published CSV files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--quarter", default="", help="2026T2, for a file whose name does not say it")
        parser.add_argument("--keep-good", action="store_true", help="leave the lines at fault out")
        parser.add_argument("--sample", action="store_true", help="mark what comes in as a made-up sample")

    def handle(self, *args: Any, **options: Any) -> None:
        for path in options["files"]:
            try:
                edition, faults = import_file(
                    path,
                    quarter=options["quarter"],
                    is_sample=options["sample"],
                    keep_good=options["keep_good"],
                    now=clock.now(),
                )
            except NotImported as refusal:
                self._tell(path, refusal.faults)
                raise CommandError(f"{path.name}: {refusal.sentence}") from None
            except OSError as error:
                raise CommandError(f"{path.name}: {error.strerror}") from None
            self._tell(path, faults)
            when = f", {edition.quarter}" if edition.quarter else ""
            self.stdout.write(
                f"{path.name}: {edition.get_source_display()}{when}, {edition.lines} lines, "
                f"{edition.left_out} left out."
            )

    def _tell(self, path: Path, faults: Faults) -> None:
        for line, sentence in faults.told:
            self.stderr.write(f"{path.name}:{line}: {sentence}")
        if faults.count > TOLD:
            self.stderr.write(f"{path.name}: {faults.count - TOLD} more lines at fault.")
