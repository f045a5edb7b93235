"""The Celery application and the one table of periodic jobs."""

import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_process_init

from portal import standing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.base")
app = Celery("portal", amqp="portal.resuming:PatientAMQP")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["portal.core", "accounts", "messaging", "measures", "convocations"])

# Every tick is short and safe to run twice, so two beats at once are harmless: rows hold the work, a tick
# only looks for it. Each job ends by noting a heartbeat under its name in this table (`Heartbeat.beat`).
app.conf.beat_schedule = {
    "deadlines": {"task": "core.run_deadlines", "schedule": 5.0, "options": {"expires": 10}},
    "outbox": {"task": "messaging.send_outbox", "schedule": 5.0, "options": {"expires": 10}},
    "documents-check": {"task": "core.check_documents", "schedule": 5.0, "options": {"expires": 10}},
    "letters-close": {"task": "messaging.close_letters", "schedule": 30.0, "options": {"expires": 60}},
    "letters-print": {"task": "messaging.print_letters", "schedule": 15.0, "options": {"expires": 30}},
    "journal-seal": {"task": "core.seal_journal", "schedule": 30.0, "options": {"expires": 60}},
    "journal-head": {"task": "core.export_journal_head", "schedule": crontab(hour=1, minute=10)},
    "retention": {"task": "core.let_go", "schedule": crontab(hour=2, minute=20)},
    "following-check": {"task": "convocations.check_following", "schedule": crontab(hour=4, minute=10)},
    "files-archive": {"task": "convocations.put_files_away", "schedule": crontab(hour=2, minute=50)},
    "documents-sweep": {"task": "core.sweep_documents", "schedule": crontab(hour=3, minute=30)},
}


@worker_process_init.connect
def _begin(**_: object) -> None:
    standing.leave_alone()
