"""The journal's rows: append-only by trigger, sealed in batches into a hash chain."""

from django.conf import settings
from django.db import models
from django.db.models import Func


class JournalEntry(models.Model):
    """Who did what to which file, when, from where, before and after."""

    # The function takes a transaction id before a number: what sealing needs (see journal.py).
    id = models.BigIntegerField(primary_key=True, db_default=Func(function="journal_next_id"))
    at = models.DateTimeField("le")
    code = models.SmallIntegerField("acte")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    actor_role = models.CharField("rôle", max_length=16)
    # The claimant whose file it is; the ground does not know claimants, hence a bare number.
    file_id = models.BigIntegerField("dossier", null=True)
    subject_id = models.BigIntegerField("objet", null=True)
    data = models.JSONField("avant, après", default=dict)
    ip = models.GenericIPAddressField("adresse", null=True)

    class Meta:
        verbose_name = "écriture du journal"
        verbose_name_plural = "journal"
        indexes = [models.Index(fields=["file_id", "-id"], name="journal_of_file")]


class JournalSeal(models.Model):
    """One link of the chain: the digest of a run of entries and of the link before."""

    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    entries = models.IntegerField()
    digest = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()

    class Meta:
        verbose_name = "sceau du journal"
        verbose_name_plural = "sceaux du journal"
        # Each link begins where the one before ended: two links cannot begin at one place.
        constraints = [models.UniqueConstraint(fields=["first_id"], name="journal_seal_once")]


class JournalMark(models.Model):
    """Up to where the next seal may go once every transaction older than the horizon has ended."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    last_id = models.BigIntegerField()
    horizon = models.BigIntegerField()
