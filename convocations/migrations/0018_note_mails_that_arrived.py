from django.db import migrations, models

FACTS = [
    ("DEPOSITED", "déposée dans l’espace personnel"),
    ("EMAIL_ACCEPTED", "e-mail remis au serveur de la personne"),
    ("EMAIL_DELIVERED", "e-mail arrivé dans sa messagerie"),
    ("EMAIL_BOUNCED", "e-mail refusé"),
    ("EMAIL_COMPLAINED", "e-mail signalé comme indésirable"),
    ("EMAIL_NOT_SENT", "e-mail non envoyé\u00a0: l’adresse ne marche plus"),
    ("LETTER_POSTED", "lettre postée"),
    ("LETTER_DELIVERED", "lettre remise"),
    ("LETTER_RETURNED", "lettre revenue"),
    ("CONSULTED", "première consultation"),
    ("ACKNOWLEDGED", "accusé de réception"),
    ("PHONE_CONFIRMED", "confirmée par téléphone"),
]


class Migration(migrations.Migration):
    dependencies = [("convocations", "0017_tell_of_returned_letters")]

    operations = [
        migrations.AlterField(
            model_name="deliveryevidence",
            name="fact",
            field=models.CharField(choices=FACTS, max_length=20, verbose_name="fait"),
        ),
        # No row is in it yet: the index is made by one look over the table.
        migrations.AddConstraint(
            model_name="deliveryevidence",
            constraint=models.UniqueConstraint(
                condition=models.Q(fact="EMAIL_DELIVERED"),
                fields=("convocation", "message_id"),
                name="evidence_of_arrival_once",
            ),
        ),
    ]
