from django.db import migrations

# A search looks through the threads somebody may read, one after the other (`messaging.threads.searching`), and
# reads the words of each message with it. No plan asked this index any more; every message written paid for it.
FORWARD = "DROP INDEX message_words"
REVERSE = "CREATE INDEX message_words ON messaging_message USING gin (words)"


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0012_find_what_was_said'),
    ]

    operations = [
        migrations.RunSQL(FORWARD, REVERSE),
    ]
