import django.db.models.deletion
from django.contrib.postgres.operations import BtreeGistExtension, UnaccentExtension
from django.conf import settings
from django.db import migrations, models


# The transaction id comes before the number: once every transaction older than a given instant has
# ended, every number handed out before it is visible or never will be (portal/core/journal.py).
NUMBERS = """
CREATE SEQUENCE core_journalentry_id_seq AS bigint;
CREATE FUNCTION journal_next_id() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_current_xact_id();
    RETURN nextval('core_journalentry_id_seq');
END $$;
"""
REVERSE_NUMBERS = "DROP FUNCTION journal_next_id(); DROP SEQUENCE core_journalentry_id_seq;"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        BtreeGistExtension(),
        UnaccentExtension(),
        migrations.RunSQL(NUMBERS, REVERSE_NUMBERS),
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('detail', models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='JournalMark',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('last_id', models.BigIntegerField()),
                ('horizon', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='ParameterOverride',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64, unique=True, verbose_name='paramètre')),
                ('value', models.JSONField(verbose_name='valeur')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='modifié le')),
            ],
            options={
                'verbose_name': 'paramètre modifié',
                'verbose_name_plural': 'paramètres modifiés',
            },
        ),
        migrations.CreateModel(
            name='Deadline',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', models.SmallIntegerField(verbose_name='nature')),
                ('subject_id', models.BigIntegerField(verbose_name='objet')),
                ('occurrence', models.BigIntegerField(default=0, verbose_name='occurrence')),
                ('step', models.SmallIntegerField(default=0, verbose_name='étape')),
                ('due_at', models.DateTimeField(verbose_name='échéance')),
                ('run_at', models.DateTimeField(verbose_name='prochain passage')),
                ('state', models.SmallIntegerField(choices=[(0, 'à venir'), (1, 'faite'), (2, 'annulée'), (3, 'close, trop tard'), (4, 'close, sans objet'), (5, 'bloquée')], default=0, verbose_name='état')),
                ('attempts', models.SmallIntegerField(default=0, verbose_name='essais')),
                ('last_error', models.TextField(blank=True, default='', verbose_name='dernière erreur')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='close le')),
            ],
            options={
                'verbose_name': 'échéance',
                'indexes': [models.Index(condition=models.Q(('state', 0)), fields=['kind', 'run_at', 'id'], name='deadline_due'), models.Index(condition=models.Q(('state', 5)), fields=['id'], name='deadline_stuck')],
                'constraints': [models.UniqueConstraint(fields=('subject_id', 'kind', 'occurrence', 'step'), name='deadline_falls_due_once')],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.BigIntegerField(editable=False, unique=True)),
                ('title', models.CharField(max_length=120, verbose_name='nom')),
                ('is_health', models.BooleanField(default=False, verbose_name='document de santé')),
                ('state', models.CharField(choices=[('QUARANTINED', 'Vérification en cours'), ('RECEIVED', 'Reçu'), ('REJECTED_TECH', 'Fichier illisible'), ('EXPIRED', 'À effacer'), ('PURGED', 'Effacé')], default='QUARANTINED', max_length=16, verbose_name='état')),
                ('uploaded_at', models.DateTimeField(verbose_name='envoyé le')),
                ('sha256', models.BinaryField(max_length=32, verbose_name='empreinte de l’envoi')),
                ('size', models.BigIntegerField(verbose_name='taille envoyée, octets')),
                ('clean_key', models.CharField(blank=True, default='', max_length=100, verbose_name='clé de la copie propre')),
                ('clean_sha256', models.BinaryField(max_length=32, null=True)),
                ('clean_size', models.BigIntegerField(null=True)),
                ('mime', models.CharField(blank=True, default='', max_length=40, verbose_name='type')),
                ('pages', models.IntegerField(null=True, verbose_name='pages')),
                ('scan', models.CharField(blank=True, default='', max_length=40, verbose_name='analyse antivirus')),
                ('rejection', models.TextField(blank=True, default='', verbose_name='motif du refus')),
                ('settled_at', models.DateTimeField(null=True, verbose_name='vérifié le')),
                ('keep_until', models.DateField(verbose_name='conservé jusqu’au')),
                ('hold', models.BooleanField(default=False, verbose_name='effacement suspendu')),
                ('purged_at', models.DateTimeField(null=True, verbose_name='effacé le')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to=settings.AUTH_USER_MODEL)),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [
                    models.Index(fields=['owner', '-uploaded_at'], name='document_of_person'),
                    models.Index(condition=models.Q(('hold', False), ('state', 'RECEIVED')), fields=['keep_until'], name='document_to_purge'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'RECEIVED'), _negated=True), models.Q(models.Q(('clean_key', ''), _negated=True), models.Q(('scan', ''), _negated=True), ('settled_at__isnull', False)), _connector='OR'), name='document_readable_only_once_checked', violation_error_message='Un document ne peut être lu qu’après vérification.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'REJECTED_TECH'), _negated=True), models.Q(('rejection', ''), _negated=True), _connector='OR'), name='document_rejection_is_explained', violation_error_message='Le refus d’un fichier est toujours expliqué.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'PURGED'), _negated=True), models.Q(('purged_at__isnull', False), ('clean_key', '')), _connector='OR'), name='document_purge_is_dated', violation_error_message='Un effacement est daté.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='DocumentFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.SmallIntegerField()),
                ('key', models.CharField(max_length=100)),
                ('name', models.CharField(max_length=120)),
                ('size', models.BigIntegerField()),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='core.document')),
            ],
            options={
                'ordering': ['position'],
                'constraints': [
                    models.UniqueConstraint(fields=('document', 'position'), name='document_file_position_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='DocumentReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='core.document')),
                ('reader', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [
                    models.Index(fields=['reader', 'at'], name='reading_by_reader'),
                ],
            },
        ),
        migrations.CreateModel(
            name='JournalEntry',
            fields=[
                ('id', models.BigIntegerField(db_default=models.Func(function='journal_next_id'), primary_key=True, serialize=False)),
                ('at', models.DateTimeField(verbose_name='le')),
                ('code', models.SmallIntegerField(verbose_name='acte')),
                ('actor_role', models.CharField(max_length=16, verbose_name='rôle')),
                ('file_id', models.BigIntegerField(null=True, verbose_name='dossier')),
                ('subject_id', models.BigIntegerField(null=True, verbose_name='objet')),
                ('data', models.JSONField(default=dict, verbose_name='avant, après')),
                ('ip', models.GenericIPAddressField(null=True, verbose_name='adresse')),
                ('actor', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'écriture du journal',
                'verbose_name_plural': 'journal',
                'indexes': [
                    models.Index(fields=['file_id', '-id'], name='journal_of_file'),
                ],
            },
        ),
        migrations.CreateModel(
            name='JournalSeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_id', models.BigIntegerField()),
                ('last_id', models.BigIntegerField()),
                ('entries', models.IntegerField()),
                ('digest', models.BinaryField(max_length=32)),
                ('sealed_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'sceau du journal',
                'verbose_name_plural': 'sceaux du journal',
                'constraints': [models.UniqueConstraint(fields=('last_id',), name='journal_seal_once')],
            },
        ),
        migrations.CreateModel(
            name='Outage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(verbose_name='début')),
                ('ends_at', models.DateTimeField(verbose_name='fin')),
                ('reason', models.CharField(max_length=200, verbose_name='cause')),
            ],
            options={
                'verbose_name': 'interruption du portail',
                'verbose_name_plural': 'interruptions du portail',
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='outage_ends_after_start', violation_error_message='La fin doit venir après le début.')],
            },
        ),
    ]
