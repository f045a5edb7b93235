"""Attacks on absences, requests and documents."""

from datetime import timedelta

from convocations import deeds
from tests.core.guards.attacking import BY, DECIDED, NOW, RECORDED, Attack, again, change, empty, remove

ATTACKS: dict[str, list[Attack]] = {
    # --- absences
    "absence_needs_absent": [
        lambda w: again("absence", ref="1", convocation_id=str(w.over.pk))(w),
        lambda w: again("absence", ref="1", claimant_id=str(w.unread.claimant_id))(w),
    ],
    "one_live_absence_per_convocation": [again("absence", ref="1")],
    "convocations_absence_ref_key": [
        again("absence", state="'ANNULLED'", annulled_at="recorded_at", annulment_reason="'r'")
    ],
    "convocations_absence_new_appointment_id_key": [
        lambda w: (
            again(
                "absence",
                ref="1",
                state="'ANNULLED'",
                annulled_at="recorded_at",
                annulment_reason="'r'",
                new_appointment_id=str(w.ahead.pk),
            )(w)[0]
            + f"; UPDATE convocations_absence SET new_appointment_id = {w.ahead.pk}",
            [w.absence.pk],
        )
    ],
    "absence_decision_has_reasons": [
        change("absence", f"state = '{state}', {DECIDED.replace(column, nothing)}, {wait}", *values)
        for state in ("EXCUSED", "CLOSED_NO_ACTION", "INVITED_TO_REGULARISE")
        for column, nothing, values in (
            ("reasons = 'r'", "reasons = ''", (NOW, BY)),
            ("decided_at = %s", "decided_at = NULL", (BY,)),
        )
        for wait in ("explained_at = NULL",)
    ],
    "absence_is_decided_by_a_person": [
        change("absence", f"state = '{state}', decided_at = explanation_due_at, reasons = 'r', report = 'r'")
        for state in ("EXCUSED", "INVITED_TO_REGULARISE", "REFERRED")
    ],
    "referral_waits_for_the_explanation_period": [
        change("absence", f"state = 'REFERRED', {DECIDED}", NOW, BY),
        change(
            "absence",
            "state = 'REFERRED', decided_at = explanation_due_at, decided_by_id = %s, reasons = 'r'",
            BY,
        ),
        change(
            "absence",
            f"state = 'REFERRED', {DECIDED}",
            lambda w: w.absence.explanation_due_at - timedelta(microseconds=1),
            BY,
        ),
    ],
    "referral_waits_for_outages": [
        lambda w: (
            "INSERT INTO core_deadline (kind, subject_id, occurrence, step, due_at, run_at, state, attempts,"
            f" last_error) SELECT {deeds.DUE_EXTEND_EXPLANATIONS}, id, 0, 0, starts_at, starts_at, 0, 0, ''"
            f" FROM core_outage; UPDATE core_outage SET ends_at = NULL WHERE id = {w.outage.pk};"
            " UPDATE convocations_absence SET state = 'REFERRED', decided_at = explanation_due_at,"
            f" decided_by_id = {w.advisor.pk}, reasons = 'r', report = 'r'",
            [],
        )
    ],
    "explanation_period_is_never_shortened": [
        change("absence", "explanation_due_at = explanation_due_at - interval '1 second'")
    ],
    "annulment_has_a_reason": [
        change("absence", "state = 'ANNULLED', annulled_at = recorded_at"),
        change("absence", "state = 'ANNULLED', annulment_reason = 'r'"),
    ],
    "convocations_explanation_form_key_key": [again("explanation")],
    "extension_given_once": [again("extension")],
    "extension_gives_time": [again("extension", ended_at="ends_at")],
    "extension_refuse_change": [change("extension", "ends_at = ended_at"), remove("extension")],
    "extension_refuse_truncate": [empty("extension")],
    # --- requests
    "convocations_changerequest_ref_key": [
        lambda w: again("late_request", form_key="gen_random_uuid()", convocation_id=str(w.offer.pk))(w)
    ],
    "convocations_changerequest_form_key_key": [again("late_request", ref="1")],
    "one_pending_request_per_appointment": [again("request", ref="1", form_key="gen_random_uuid()")],
    "request_needs_an_open_appointment": [
        lambda w: again(
            "late_request", ref="1", form_key="gen_random_uuid()", convocation_id=str(w.missed.pk)
        )(w),
        lambda w: again(
            "late_request", ref="1", form_key="gen_random_uuid()", convocation_id=str(w.unread.pk)
        )(w),
    ],
    "absent_not_while_a_request_waits": [
        change("frozen", f"state = 'ABSENT', {RECORDED}", NOW, BY),
        lambda w: (
            "UPDATE convocations_changerequest SET convocation_id = convocation_id, state = 'UNDER_REVIEW',"
            f" closed_at = NULL WHERE id = {w.late_request.pk};"
            " UPDATE convocations_convocation SET state = 'ABSENT', recorded_at = ends_at,"
            f" recorded_by_id = {w.advisor.pk} WHERE id = {w.frozen.pk}",
            [],
        ),
    ],
    "request_ends_on_a_date": [change("late_request", "closed_at = NULL")],
    "request_is_granted_by_a_person_or_a_named_rule": [
        change("request", f"state = '{state}', closed_at = %s", NOW)
        for state in ("ACCEPTED", "ACCEPTED_OTHER_SLOT")
    ],
    "request_is_refused_by_a_person_with_reasons": [
        change("request", "state = 'REFUSED', closed_at = %s, reasons = 'r'", NOW),
        change("request", "state = 'REFUSED', closed_at = %s, decided_by_id = %s", NOW, BY),
        change(
            "request",
            "state = 'REFUSED', closed_at = %s, decided_by_id = %s, reasons = 'r', rule = 'TOLERATED'",
            NOW,
            BY,
        ),
    ],
    "documents_are_asked_with_a_date": [
        change("request", "state = 'DOCS_REQUESTED', docs_asked = 'Un contrat.'"),
        change("request", "state = 'DOCS_REQUESTED', docs_due_at = %s", NOW),
    ],
    "only_a_postponement_counts": [change("late_request", "counts = true")],
    "wished_hour_ends_after_start": [
        lambda w, end=end: again(
            "late_request",
            ref="1",
            form_key="gen_random_uuid()",
            convocation_id=str(w.offer.pk),
            wished_start="submitted_at",
            wished_end=end,
        )(w)
        for end in ("submitted_at", "NULL")
    ],
    "change_of_manner_names_one": [
        lambda w: again(
            "late_request",
            ref="1",
            form_key="gen_random_uuid()",
            convocation_id=str(w.offer.pk),
            kind="'MODALITY'",
        )(w)
    ],
    "correction_says_what": [
        change("request", "correction_open = true, correction = 'Non.'"),
        change("request", "correction_open = true, corrected_at = %s", NOW),
    ],
    "request_keeps_its_word": [
        change("request", "text = 'autre chose'"),
        change("request", "motive = 'WORK'"),
        change("request", "kind = 'INCIDENT'"),
        change("request", "channel = 'PHONE'"),
        change("request", "convocation_id = %s", lambda w: w.offer.pk),
        change("request", "claimant_id = %s", lambda w: w.unread.claimant_id),
        change("request", "submitted_at = submitted_at - interval '1 day'"),
        change("request", "submitted_by_id = %s", BY),
        change("request", "wished_modality = 'PHONE'"),
        change("request", "wished_start = submitted_at, wished_end = decide_by"),
        change("request", r"content_hash = '\x00'"),
    ],
    "request_is_never_deleted": [remove("late_request")],
    "convocations_swornstatement_request_id_key": [again("sworn")],
    "sworn_statement_is_signed": [
        lambda w: again("sworn", request_id=str(w.late_request.pk), text="''")(w),
        lambda w: again("sworn", request_id=str(w.late_request.pk), signed_name="''")(w),
    ],
    "sworn_refuse_change": [change("sworn", "text = 'autre chose'"), remove("sworn")],
    "sworn_refuse_truncate": [empty("sworn")],
    # --- justificatifs and documents
    "document_put_forward_once_for_a_request": [
        lambda w: (
            "INSERT INTO convocations_justificatif (ref, document_id, request_id, claimant_id, advisor_id, state,"
            " sent_at, review_by, remark) SELECT generate_series(1, 2), document_id, %s, claimant_id, advisor_id,"
            " state, sent_at, review_by, '' FROM convocations_justificatif",
            [w.request.pk],
        )
    ],
    "justificatif_backs_one_thing": [
        change("justificatif", "absence_id = NULL"),
        change("justificatif", "absence_id = NULL, explanation_id = NULL"),
        change("justificatif", "request_id = %s", lambda w: w.request.pk),
    ],
    "convocations_justificatif_ref_key": [again("justificatif")],
    "document_put_forward_once": [again("justificatif", ref="1")],
    "incomplete_has_a_date": [
        change(
            "justificatif",
            "state = 'INCOMPLETE', remark = 'r', reviewed_at = sent_at, reviewed_by_id = %s",
            BY,
        )
    ],
    "review_is_made_by_a_person": [
        change("justificatif", "state = 'ACCEPTED', reviewed_at = sent_at"),
        change("justificatif", "state = 'ACCEPTED', reviewed_by_id = %s", BY),
    ],
    "review_says_why": [
        change("justificatif", "state = 'REFUSED', reviewed_at = sent_at, reviewed_by_id = %s", BY)
    ],
    "core_document_ref_key": [again("document")],
    "document_purge_is_dated": [
        change("document", "state = 'PURGED'"),
        change("document", "state = 'PURGED', purged_at = uploaded_at, clean_key = 'k'"),
    ],
    "document_readable_only_once_checked": [
        change("document", "state = 'RECEIVED', clean_key = 'k', scan = 'OK'"),
        change("document", "state = 'RECEIVED', clean_key = 'k', settled_at = uploaded_at"),
        change("document", "state = 'RECEIVED', scan = 'OK', settled_at = uploaded_at"),
    ],
    "document_rejection_is_explained": [change("document", "state = 'REJECTED_TECH'")],
    "document_file_position_once": [again("file")],
}
