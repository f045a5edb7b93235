from django.db import migrations

# What files say already: their address refused our mails.
LIST = """
    INSERT INTO messaging_stoppedaddress (address, person_id, state, reason, stopped_at)
    SELECT lower(email), user_id, 'STOPPED', 'REFUSED', email_bounced_at
    FROM accounts_claimant JOIN accounts_user ON accounts_user.id = user_id
    WHERE email_bounced_at IS NOT NULL AND email IS NOT NULL
    ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0007_never_take_back_what_came_back'),
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(LIST, migrations.RunSQL.noop),
    ]
