import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(blank=True, max_length=254, null=True, verbose_name='adresse e-mail')),
                ('first_name', models.CharField(max_length=80, verbose_name='prénom')),
                ('last_name', models.CharField(max_length=80, verbose_name='nom')),
                ('role', models.CharField(choices=[('CLAIMANT', 'demandeur d’emploi'), ('ADVISOR', 'conseiller'), ('DECISION_MAKER', 'délégataire du directeur régional'), ('CONTROLLER', 'contrôleur'), ('PARTNER', 'partenaire'), ('ADMIN', 'administrateur')], default='CLAIMANT', max_length=16, verbose_name='rôle')),
                ('is_active', models.BooleanField(default=True, verbose_name='compte actif')),
                ('date_joined', models.DateTimeField(auto_now_add=True, verbose_name='créé le')),
            ],
            options={
                'verbose_name': 'personne',
                'verbose_name_plural': 'personnes',
                'constraints': [
                    models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='one_account_per_email', violation_error_message='Un compte existe déjà avec cette adresse e-mail.'),
                    models.CheckConstraint(condition=models.Q(('email', ''), _negated=True), name='no_email_is_null', violation_error_message='Laissez l’adresse e-mail vide si la personne n’en a pas.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Agency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=12, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=120, verbose_name='nom')),
                ('region', models.CharField(max_length=80, verbose_name='région')),
                ('territory', models.CharField(choices=[('METROPOLE', 'France métropolitaine'), ('ALSACE_MOSELLE', 'Alsace et Moselle'), ('GUADELOUPE', 'Guadeloupe'), ('MARTINIQUE', 'Martinique'), ('GUYANE', 'Guyane'), ('REUNION', 'La Réunion'), ('MAYOTTE', 'Mayotte'), ('SAINT_PIERRE_ET_MIQUELON', 'Saint-Pierre-et-Miquelon'), ('SAINT_BARTHELEMY', 'Saint-Barthélemy'), ('SAINT_MARTIN', 'Saint-Martin'), ('WALLIS_ET_FUTUNA', 'Wallis-et-Futuna'), ('POLYNESIE', 'Polynésie française'), ('NOUVELLE_CALEDONIE', 'Nouvelle-Calédonie')], max_length=32, verbose_name='territoire')),
                ('street', models.CharField(max_length=160, verbose_name='adresse')),
                ('postcode', models.CharField(max_length=10, verbose_name='code postal')),
                ('city', models.CharField(max_length=80, verbose_name='ville')),
                ('phone', models.CharField(max_length=20, verbose_name='téléphone')),
                ('is_active', models.BooleanField(default=True, verbose_name='ouverte')),
            ],
            options={
                'verbose_name': 'agence',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Closure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_day', models.DateField(verbose_name='premier jour')),
                ('last_day', models.DateField(verbose_name='dernier jour')),
                ('reason', models.CharField(max_length=120, verbose_name='motif')),
            ],
            options={
                'verbose_name': 'fermeture exceptionnelle',
                'verbose_name_plural': 'fermetures exceptionnelles',
                'ordering': ['first_day'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('last_day__gte', models.F('first_day'))), name='closure_ends_after_start', violation_error_message='Le dernier jour ne peut pas précéder le premier.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='OpeningHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('WALK_IN', 'accueil sans rendez-vous'), ('BY_APPOINTMENT', 'sur rendez-vous')], max_length=16, verbose_name='nature')),
                ('weekday', models.SmallIntegerField(choices=[(0, 'lundi'), (1, 'mardi'), (2, 'mercredi'), (3, 'jeudi'), (4, 'vendredi'), (5, 'samedi'), (6, 'dimanche')], verbose_name='jour')),
                ('opens', models.TimeField(verbose_name='ouvre à')),
                ('closes', models.TimeField(verbose_name='ferme à')),
            ],
            options={
                'verbose_name': 'horaire d’ouverture',
                'verbose_name_plural': 'horaires d’ouverture',
                'ordering': ['agency', 'weekday', 'opens'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('closes__gt', models.F('opens'))), name='hours_close_after_opening', violation_error_message='L’heure de fermeture doit venir après l’heure d’ouverture.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Advisor',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='advisor', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('is_supervisor', models.BooleanField(default=False, verbose_name='responsable d’agence')),
                ('volunteers_for_web', models.BooleanField(default=False, verbose_name='volontaire pour le suivi 100 % web')),
                ('phone', models.CharField(blank=True, default='', max_length=20, verbose_name='téléphone')),
            ],
            options={
                'verbose_name': 'conseiller',
            },
        ),
        migrations.CreateModel(
            name='Claimant',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='claimant', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('ref', models.BigIntegerField(editable=False, unique=True)),
                ('benefit_status', models.CharField(choices=[('ARE', 'allocation d’aide au retour à l’emploi (ARE)'), ('ASS', 'allocation de solidarité spécifique (ASS)'), ('RSA', 'revenu de solidarité active (RSA)'), ('NONE', 'sans allocation')], default='NONE', max_length=8, verbose_name='allocation')),
                ('follow_up_mode', models.CharField(choices=[('WEB', '100 % web'), ('GUIDED', 'guidé'), ('REINFORCED', 'renforcé'), ('GLOBAL', 'global')], default='GUIDED', max_length=12, verbose_name='modalité de suivi')),
                ('phone', models.CharField(blank=True, default='', max_length=20, verbose_name='téléphone')),
                ('street', models.CharField(blank=True, default='', max_length=160, verbose_name='adresse')),
                ('postcode', models.CharField(blank=True, default='', max_length=10, verbose_name='code postal')),
                ('city', models.CharField(blank=True, default='', max_length=80, verbose_name='ville')),
                ('registered_on', models.DateField(verbose_name='inscrit le')),
                ('prefers_letters', models.BooleanField(default=False, verbose_name='joint par courrier')),
                ('reminders_by_email', models.BooleanField(default=True, verbose_name='rappels par e-mail')),
                ('email_bounced_at', models.DateTimeField(blank=True, null=True, verbose_name='e-mails refusés depuis le')),
                ('last_contact_at', models.DateTimeField(blank=True, null=True, verbose_name='dernier contact')),
                ('news_read_at', models.DateTimeField(blank=True, null=True, verbose_name='nouveautés lues le')),
            ],
            options={
                'verbose_name': 'demandeur d’emploi',
                'verbose_name_plural': 'demandeurs d’emploi',
                'indexes': [
                    models.Index(condition=models.Q(('email_bounced_at__isnull', False)), fields=['email_bounced_at'], name='claimant_bounced'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Controller',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='controller', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('region', models.CharField(max_length=80, verbose_name='région')),
            ],
            options={
                'verbose_name': 'contrôleur',
            },
        ),
        migrations.CreateModel(
            name='DecisionMaker',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='decision_maker', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('region', models.CharField(max_length=80, verbose_name='région')),
            ],
            options={
                'verbose_name': 'délégataire du directeur régional',
                'verbose_name_plural': 'délégataires du directeur régional',
            },
        ),
        migrations.CreateModel(
            name='Partner',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='partner', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('organisation', models.CharField(max_length=120, verbose_name='organisme')),
            ],
            options={
                'verbose_name': 'partenaire',
            },
        ),
        migrations.AddField(
            model_name='closure',
            name='agency',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='closures', to='accounts.agency', verbose_name='agence'),
        ),
        migrations.AddField(
            model_name='openinghours',
            name='agency',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hours', to='accounts.agency', verbose_name='agence'),
        ),
        migrations.AddField(
            model_name='advisor',
            name='agency',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='advisors', to='accounts.agency', verbose_name='agence'),
        ),
        migrations.AddField(
            model_name='claimant',
            name='advisor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='portfolio', to='accounts.advisor', verbose_name='conseiller référent'),
        ),
        migrations.AddField(
            model_name='claimant',
            name='agency',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claimants', to='accounts.agency', verbose_name='agence'),
        ),
        migrations.AddConstraint(
            model_name='openinghours',
            constraint=models.UniqueConstraint(fields=('agency', 'kind', 'weekday', 'opens'), name='hours_once', violation_error_message='Cet horaire existe déjà.'),
        ),
        migrations.AddIndex(
            model_name='claimant',
            index=models.Index(fields=['advisor', 'last_contact_at', 'user'], name='claimant_portfolio'),
        ),
        migrations.AddIndex(
            model_name='claimant',
            index=models.Index(fields=['agency', 'user'], name='claimant_of_agency'),
        ),
    ]
