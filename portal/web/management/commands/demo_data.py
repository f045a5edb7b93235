"""Load the demo: people, and three months replayed through the real processes."""

import json
import random
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connection

from accounts.models import Agency
from convocations.coverage.importing import SAMPLES, import_file
from measures.bareme import shipped
from portal.core import clock
from portal.web.demo import ways_in
from portal.web.demo.past import cast, receiving
from portal.web.demo.past.appointments import Appointments
from portal.web.demo.past.examinations import Examinations
from portal.web.demo.past.following import Following
from portal.web.demo.past.history import Replay
from portal.web.demo.past.papers import Papers
from portal.web.demo.past.procedures.following import Procedures
from portal.web.demo.past.procedures.scenes import Scenes
from portal.web.demo.past.ready import Ready
from portal.web.demo.past.threads import Threads

# Always the same people and the same luck; only the dates follow the calendar.
SEED = 20_261_123


class Command(BaseCommand):
    help = "Loads the demo data once; --reset empties the demo's database first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reset", action="store_true", help="start anew")

    def handle(self, *args: Any, reset: bool = False, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo data is for the demo settings only.")
        if reset:
            _empty()
            shipped.put_in_place(self, DEFAULT_DB_ALIAS)
        if not Agency.objects.exists():
            now, draw = clock.now().replace(second=0, microsecond=0), random.Random(SEED)  # noqa: S311
            people = cast.create(now, draw)
            for sample in sorted(SAMPLES.glob("*-echantillon-fictif.csv")):
                import_file(sample, is_sample=True, now=now)
            replay = Replay(people, now, draw)
            Appointments(replay, Examinations(replay, Papers(draw), Procedures(replay))).plan()
            Scenes(replay).plan()
            Following(replay).plan()
            Threads(replay).plan()
            Ready(replay).plan()
            replay.run()
            receiving.write(people.agencies, people.advisors, now)
        ways_in.open_all()
        # Only the demo's settings name this file.
        file = Path(str(getattr(settings, "DEMO_ACCOUNTS", "")))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(ways_in.accounts(), ensure_ascii=False, indent=1))


def _empty() -> None:
    """Empty every table but the migrations; the append-only ones are opened for this one statement."""
    with connection.cursor() as cursor:
        tables = [
            name for name in connection.introspection.table_names(cursor) if name != "django_migrations"
        ]
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("ALTER SEQUENCE core_journalentry_id_seq RESTART")
