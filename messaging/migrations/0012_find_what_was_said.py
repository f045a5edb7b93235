from django.db import migrations

FORWARD = """
CREATE EXTENSION IF NOT EXISTS unaccent;
-- French words by their stem, «allocation» as «allocations», «reçu» as «recu».
CREATE TEXT SEARCH CONFIGURATION public.french_plain (COPY = pg_catalog.french);
ALTER TEXT SEARCH CONFIGURATION public.french_plain
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, french_stem;
-- Made by PostgreSQL from what was said: nobody writes it, and it changes as little as the message.
ALTER TABLE messaging_message ADD COLUMN words tsvector
    GENERATED ALWAYS AS (to_tsvector('public.french_plain'::regconfig, body)) STORED;
CREATE INDEX message_words ON messaging_message USING gin (words);
"""
REVERSE = """
DROP INDEX message_words;
ALTER TABLE messaging_message DROP COLUMN words;
DROP TEXT SEARCH CONFIGURATION public.french_plain;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0011_let_no_letter_change'),
    ]

    operations = [
        migrations.RunSQL(FORWARD, REVERSE),
    ]
