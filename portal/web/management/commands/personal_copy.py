"""`manage.py personal_copy REF FILE`: a copy of a person's data, for who asked by letter or at the counter."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import people
from accounts.models import Claimant
from portal.core import clock
from portal.core.journal import PORTAL
from portal.core.personal_data.packing import pack
from portal.core.transitions import Refusal


class Command(BaseCommand):
    """Writes the same copy as the person's own page; the journal and an e-mail tell them that it was made."""

    help = "Write a person's copy of everything held about them into a new file that only its owner reads."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ref", help="the reference of the file, DE-…")
        parser.add_argument("file", help="where to write; must not exist")

    def handle(self, *args: Any, ref: str, file: str, **options: Any) -> None:
        now = clock.now()
        try:
            found = Claimant.objects.select_related("user", "agency").filter(ref=ref).first()
        except ValueError:
            found = None
        if found is None:
            raise CommandError("There is no such file.")
        try:
            out = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        with os.fdopen(out, "wb") as target:
            try:
                people.take_copy(found.pk, by=PORTAL, now=now)
            except Refusal as refusal:
                os.unlink(file)
                raise CommandError(refusal.sentence) from refusal
            for piece in pack(found.pk, name=str(found.user), tz=found.agency.place.zone, now=now):
                target.write(piece)
        self.stdout.write(f"{file} holds everything about one person: hand it over, then erase it.")
