
import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_find_people_by_name'),
    ]

    operations = [
        migrations.AddField(
            model_name='claimant',
            name='accommodation_detail',
            field=models.CharField(blank=True, db_default='', default='', max_length=120, verbose_name='précision sur les aménagements'),
        ),
        migrations.AddField(
            model_name='claimant',
            name='accommodations',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('INTERPRETER', 'interprète dans une autre langue'), ('SIGN_LANGUAGE', 'interprète en langue des signes (LSF)'), ('WHEELCHAIR', 'accès en fauteuil roulant'), ('ASSISTIVE_TECH', 'lecteur d’écran, agrandissement ou boucle auditive'), ('EASY_READ', 'documents faciles à lire'), ('MORE_TIME', 'plus de temps pendant le rendez-vous'), ('COMPANION', 'accompagnement par une personne de confiance')], max_length=16), blank=True, db_default=[], default=list, size=None, verbose_name='aménagements'),
        ),
        migrations.AddConstraint(
            model_name='claimant',
            constraint=models.CheckConstraint(condition=models.Q(('accommodations__contained_by', ['INTERPRETER', 'SIGN_LANGUAGE', 'WHEELCHAIR', 'ASSISTIVE_TECH', 'EASY_READ', 'MORE_TIME', 'COMPANION'])), name='accommodations_are_of_the_list', violation_error_message='Choisissez les aménagements dans la liste.'),
        ),
    ]
