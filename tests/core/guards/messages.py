"""Attacks on mails, threads and letters."""

from tests.core.guards.attacking import Attack, again, change, empty, remove, say
from tests.web.claimant.story import document

ATTACKS: dict[str, list[Attack]] = {
    # --- mails
    "outbox_says_it_once": [again("mail")],
    "outbox_settled_is_dated": [change("mail", "state = 1")],
    "outbox_keeps_no_secret": [change("mail", "state = 1, settled_at = created_at, payload = '{}'")],
    "outbox_outcome_is_dated": [change("mail", "outcome = 3")],
    "outbox_outcome_never_goes_back": [
        change("returned", f"outcome = {weaker}, outcome_at = outcome_at + interval '1 day'")
        for weaker in range(4)
    ],
    "delivery_event_counts_once": [again("event")],
    "address_is_stopped_once": [again("stopped")],
    "stopped_address_is_in_lower_case": [change("stopped", "address = upper(address)")],
    "reopened_address_is_dated": [change("stopped", "state = 'REOPENED'")],
    # --- threads
    "messaging_thread_ref_key": [again("thread")],
    "thread_is_due_while_it_waits": [
        change("thread", "answer_due_at = NULL"),
        change("thread", "waiting_since = NULL"),
        change("thread", "state = 'ANSWERED'"),
    ],
    "thread_asks_for_something_by_a_date": [
        change("thread", "state = 'WAITING_CLAIMANT', answer_due_at = NULL"),
        change("thread", "expected = 'Un papier'"),
        change("thread", "days_left = 1"),
    ],
    "thread_is_late_only_while_it_waits": [
        change("thread", "state = 'ANSWERED', answer_due_at = NULL, escalated_at = now()")
    ],
    "thread_is_resolved_by_somebody": [
        change("thread", "state = 'RESOLVED', answer_due_at = NULL, resolved_at = now()"),
        change("thread", "resolved_at = now()"),
    ],
    "thread_has_days_left_or_none": [
        change(
            "thread",
            "state = 'WAITING_CLAIMANT', answer_due_at = NULL, expected = 'x', expected_by = now(), days_left = -1",
        )
    ],
    "thread_counts_from_zero": [
        change("thread", "claimant_unread = -1"),
        change("thread", "advisor_unread = -1"),
    ],
    "thread_has_a_subject": [again("thread", ref="ref + 1", subject="''")],
    "thread_stays_its_persons": [
        change("thread", "claimant_id = %s", lambda w: w.unread.claimant_id),
        change("thread", "subject = 'Autre'"),
        change("thread", "last_number = 0"),
    ],
    "message_is_numbered_once": [say(number="1")],
    "message_numbers_begin_at_one": [say(number="0")],
    "message_says_something_bounded": [say(body="''"), say(body="repeat('é', 10001)")],
    "message_hash_is_sha256": [say(content_hash="'short'::bytea")],
    "message_is_somebodys_or_automatic": [
        say(author_id="NULL"),
        say(form_key="NULL"),
        say(side="'AUTOMATIC'"),
    ],
    "message_of_a_talk_is_noted_by_the_service": [say(via="'PHONE'")],
    "message_asks_for_something_by_a_date": [
        say(expected="'Un papier'"),
        say(side="'SERVICE'", expected_by="now()"),
    ],
    "messaging_readytext_ref_key": [again("ready", place="1", title="'Autre'")],
    "ready_text_is_somebodys_or_an_agencys": [
        change("ready", "owner_id = NULL"),
        change("ready", "agency_id = %s", lambda w: w.advisor.agency_id),
    ],
    "ready_text_says_something_bounded": [
        change("ready", "title = ''"),
        change("ready", "body = ''"),
        change("ready", "body = repeat('a', 10001)"),
    ],
    "ready_texts_are_few": [change("ready", "place = 60"), change("ready", "place = -1")],
    "ready_text_has_its_place": [again("ready", ref="ref + 1", title="'Autre'")],
    "shared_ready_text_has_its_place": [again("shared_ready", ref="ref + 1", title="'Autre'")],
    "ready_text_is_titled_once": [again("ready", ref="ref + 1", place="1", title="'ACCUEIL'")],
    "shared_ready_text_is_titled_once": [again("shared_ready", ref="ref + 1", place="1", title="'ACCUEIL'")],
    "messaging_message_form_key_key": [say(form_key='"form_key"')],
    "message_speaks_for_its_side": [
        again("message", number="2", form_key="gen_random_uuid()", side="'SERVICE'"),
        again("message", number="2", form_key="gen_random_uuid()", author_id="NULL"),
    ],
    "message_refuse_change": [change("message", "body = 'Autre'"), remove("message")],
    "message_refuse_truncate": [empty("message")],
    "attachment_has_its_place": [again("joined")],
    "attachment_is_joined_once": [again("joined", position="1")],
    "attachments_are_few": [again("joined", position="12"), again("joined", position="-1")],
    "attachment_is_the_persons": [
        lambda w: again("joined", position="1", document_id=str(document(w.unread.claimant).pk))(w)
    ],
    "attachment_refuse_change": [change("joined", "position = 3"), remove("joined")],
    "attachment_refuse_truncate": [empty("joined")],
    "messaging_messagereading_message_id_key": [again("reading")],
    "reading_refuse_change": [change("reading", "at = now()"), remove("reading")],
    "reading_refuse_truncate": [empty("reading")],
    "one_draft_per_author_and_thread": [again("draft")],
    "one_draft_per_author_and_new_thread": [again("first_draft")],
    # --- letters
    "messaging_letter_ref_key": [again("waiting_letter", message_id="9")],
    "letter_settles_one_message": [again("waiting_letter", ref="9")],
    "letter_says_it_once": [again("waiting_letter", ref="9", message_id="9")],
    "letter_waits_or_is_in_a_batch": [
        change("waiting_letter", "state = 'BATCHED'"),
        change("letter", "batch_id = NULL"),
        change("letter", "state = 'WAITING'"),
    ],
    "letter_called_back_says_why": [
        change("waiting_letter", "state = 'CALLED_BACK', called_back_at = written_at"),
        change("waiting_letter", "state = 'CALLED_BACK', called_back_for = 'Annulé'"),
        change("waiting_letter", "called_back_for = 'Annulé'"),
    ],
    "letter_posting_is_dated": [
        change("letter", "state = 'POSTED'"),
        change("letter", "posted_at = written_at"),
        change("posted_letter", "state = 'BATCHED'"),
    ],
    "only_a_registered_letter_is_proven_delivered": [
        change("posted_letter", "state = 'DELIVERED', delivered_at = posted_at"),
        change("posted_letter", "state = 'DELIVERED', is_registered = true"),
    ],
    "letter_return_has_a_reason": [
        change("posted_letter", "state = 'RETURNED', returned_at = posted_at"),
        change("posted_letter", "state = 'RETURNED', return_reason = 'Parti'"),
    ],
    "registered_number_is_of_a_registered_letter": [change("letter", "registered_number = '1A'")],
    "letter_keeps_its_words": [
        change("letter", 'words = \'{"title": "Autre"}\''),
        change("letter", "content_hash = '\\x00'"),
        change("letter", "claimant_id = %s", lambda w: w.unread.claimant_id),
        change("letter", "message_id = 8"),
        change("letter", "written_at = now()"),
        change("posted_letter", "recipient = '{B}'"),
        change("posted_letter", "posted_at = now()"),
    ],
    "letter_is_in_its_agencys_batch": [
        change("letter", "batch_id = %s", lambda w: w.other_batch.pk),
        change("letter", "agency_id = %s", lambda w: w.stranger.agency_id),
    ],
    "messaging_letterbatch_ref_key": [again("letter_batch", day="DATE '2026-01-01'")],
    "one_batch_an_agency_and_day": [again("letter_batch", ref="9")],
    "printed_batch_has_its_file": [
        change("letter_batch", "state = 'PRINTED', printed_at = closed_at"),
        change("letter_batch", "state = 'PRINTED', pdf_key = 'k'"),
    ],
    "batch_is_posted_by_somebody": [
        change("letter_batch", "state = 'POSTED', posted_at = closed_at"),
        change("letter_batch", "state = 'POSTED', posted_by_id = %s", lambda w: w.user.pk),
        change("letter_batch", "posted_at = closed_at"),
    ],
}
