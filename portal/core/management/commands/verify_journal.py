"""`manage.py verify_journal`: recompute the journal's chain and say whether it holds."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.core import journal


class Command(BaseCommand):
    """Vérifie la chaîne du journal : modification, suppression, insertion, déplacement.

    Exit code 0 when it holds, 1 when it does not (docs/journal.md).
    """

    help = "Vérifie le journal scellé ; code de sortie 1 si la chaîne est rompue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head",
            metavar="HASH",
            type=_hash,
            help="une tête conservée ailleurs, qui doit encore être un maillon de la chaîne",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = journal.verify()
        self.stdout.write(f"écritures scellées (sealed entries): {verdict.entries}")
        self.stdout.write(f"sceaux (seals): {verdict.seals}")
        self.stdout.write(f"écritures non scellées (unsealed entries): {verdict.unsealed}")
        erased = f"{verdict.erasures} ({verdict.emptied} écritures vidées)"
        self.stdout.write(f"dossiers effacés (erased files): {erased}")
        self.stdout.write(f"tête (head): {verdict.head or '-'}")
        for found in verdict.breaks:
            place = f"sceau {found.seal} ({found.first_id} à {found.last_id})"
            self.stdout.write(self.style.ERROR(f"ROMPU (broken): {place}: {found.reason}"))
        kept = options["head"]
        if kept and not journal.knows(kept):
            self.stdout.write(self.style.ERROR(f"ROMPU (broken): la tête {kept} n’est plus dans la chaîne"))
        elif verdict.intact:
            self.stdout.write(self.style.SUCCESS("INTACT"))
            return
        raise CommandError("Le journal a été altéré.")


def _hash(text: str) -> str:
    if len(bytes.fromhex(text)) != 32:
        raise ValueError("a head has 64 hexadecimal digits")
    return text.lower()
