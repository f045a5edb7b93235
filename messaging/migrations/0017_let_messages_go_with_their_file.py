"""Messages are never changed nor deleted, but when the whole file they belong to is erased."""

from django.db import migrations

TABLES = {
    "message": ("messaging_message", "thread_id", "SELECT claimant_id FROM messaging_thread WHERE id = $1"),
    "attachment": (
        "messaging_attachment",
        "message_id",
        "SELECT claimant_id FROM messaging_thread JOIN messaging_message ON thread_id = messaging_thread.id "
        "WHERE messaging_message.id = $1",
    ),
    "reading": (
        "messaging_messagereading",
        "message_id",
        "SELECT claimant_id FROM messaging_thread JOIN messaging_message ON thread_id = messaging_thread.id "
        "WHERE messaging_message.id = $1",
    ),
}
GUARD = "\n".join(
    f"""
DROP TRIGGER {name}_refuse_change ON {table};
CREATE TRIGGER {name}_refuse_change BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_erasing('{column}', '{whose}');
"""
    for name, (table, column, whose) in TABLES.items()
)
REVERSE = "\n".join(
    f"""
DROP TRIGGER {name}_refuse_change ON {table};
CREATE TRIGGER {name}_refuse_change BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
    for name, (table, _, _) in TABLES.items()
)


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0016_call_letters_back"),
        ("core", "0007_prove_what_was_erased"),
    ]

    operations = [migrations.RunSQL(GUARD, REVERSE)]
