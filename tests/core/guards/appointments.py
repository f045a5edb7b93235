"""Attacks on appointments, their proof, what follows from them."""

from tests.core.guards.attacking import BY, NOW, RECORDED, Attack, again, change, empty

ATTACKS: dict[str, list[Attack]] = {
    # --- what is due
    "absent_only_if_validly_notified": [
        change("over", f"state = 'ABSENT', known_at = NULL, {RECORDED}", NOW, BY),
        change("over", f"state = 'ABSENT', deposited_at = NULL, {RECORDED}", NOW, BY),
        change("over", f"state = 'ABSENT', known_at = starts_at, {RECORDED}", NOW, BY),
    ],
    "absent_needs_evidence": [
        # The summary written by hand: the ledger itself is asked.
        change("unread", f"state = 'ABSENT', known_at = issued_at, {RECORDED}", NOW, BY),
        change("offer", f"state = 'ABSENT', known_at = issued_at, {RECORDED}", NOW, BY),
    ],
    "convocation_keeps_its_word": [
        change("ahead", "starts_at = starts_at - interval '1 hour'"),
        change("ahead", "ends_at = ends_at + interval '1 hour'"),
        change("ahead", "bindingness = 'INVITATION'"),
        change("offer", "bindingness = 'CONVOCATION'"),
        change("ahead", "claimant_id = %s", lambda w: w.unread.claimant_id),
        change("ahead", "modality = 'PHONE'"),
        change("ahead", "place = 'ailleurs'"),
        change("ahead", "purpose = 'autre chose'"),
        change("ahead", "notice_deadline = starts_at"),
        change("ahead", "issued_at = issued_at - interval '9 days'"),
        change("ahead", r"content_hash = '\x00'"),
    ],
    "convocation_ends_after_start": [
        again("ahead", ref="1", ends_at="starts_at"),
        again("ahead", ref="1", ends_at="starts_at - interval '1 hour'"),
    ],
    "advisor_has_one_appointment_at_a_time": [
        lambda w: again("ahead", ref="1", claimant_id=str(w.unread.claimant_id))(w),
        lambda w: again(
            "ahead",
            ref="1",
            claimant_id=str(w.unread.claimant_id),
            starts_at="ends_at - interval '1 second'",
            ends_at="ends_at + interval '1 hour'",
        )(w),
    ],
    "claimant_has_one_appointment_at_a_time": [
        lambda w: again("ahead", ref="1", advisor_id=str(w.unread.advisor_id))(w),
        # A workshop never holds its advisor's hours, always the person's.
        again("ahead", ref="1", kind="'WORKSHOP'"),
    ],
    "convocation_is_not_answered_like_an_invitation": [
        change("ahead", f"state = '{state}'") for state in ("ACCEPTED", "DECLINED", "EXPIRED")
    ],
    "nothing_follows_from_declining_an_invitation": [
        change("offer", f"state = '{state}', {RECORDED}", NOW, BY) for state in ("EXCUSED", "NOT_PROVEN")
    ],
    "attendance_is_recorded_by_somebody": [
        change("over", f"state = '{state}', {half}", value)
        for state in ("ATTENDED", "ABSENT", "EXCUSED", "TECH_INCIDENT", "NOT_PROVEN", "CANCELLED_BY_AGENCY")
        for half, value in (("recorded_at = %s", NOW), ("recorded_by_id = %s", BY))
    ],
    "convocations_convocation_ref_key": [again("over")],
    "convocations_convocation_successor_id_key": [
        lambda w: (
            "UPDATE convocations_convocation SET successor_id = %s WHERE id IN (%s, %s)",
            [w.ahead.pk, w.missed.pk, w.over.pk],
        )
    ],
    "convocations_convocationbatch_form_key_key": [
        lambda w: (
            "INSERT INTO convocations_convocationbatch (form_key, issued_by_id, issued_at, results)"
            " SELECT form_key, issued_by_id, issued_at, results FROM convocations_convocationbatch",
            [],
        )
    ],
    "evidence_refuse_change": [
        lambda w: ("UPDATE convocations_deliveryevidence SET at = at - interval '1 day'", []),
        lambda w: ("DELETE FROM convocations_deliveryevidence", []),
    ],
    "evidence_refuse_truncate": [empty("proof")],
    "evidence_once": [
        lambda w: (
            "INSERT INTO convocations_deliveryevidence (convocation_id, fact, at, written_at, message_id, detail)"
            " SELECT %s, 'EMAIL_ACCEPTED', %s, %s, 7, '' FROM generate_series(1, 2)",
            [w.ahead.pk, w.now, w.now],
        )
    ],
    "evidence_first_of_its_kind": [
        lambda w: (
            "INSERT INTO convocations_deliveryevidence (convocation_id, fact, at, written_at, message_id, detail)"
            " VALUES (%s, 'CONSULTED', %s, %s, 0, '')",
            [w.missed.pk, w.now, w.now],
        )
    ],
    "evidence_of_arrival_once": [
        lambda w: (
            "INSERT INTO convocations_deliveryevidence (convocation_id, fact, at, written_at, message_id, detail)"
            " SELECT %s, 'EMAIL_DELIVERED', %s::timestamptz + n * interval '1 second', %s, 7, ''"
            " FROM generate_series(1, 2) AS n",
            [w.ahead.pk, w.now, w.now],
        )
    ],
    "calendar_sequence_never_falls": [
        change("ahead", "sequence = sequence - 1"),
        change("ahead", "sequence = sequence - 1, state = 'CANCELLED'"),
    ],
    "calendar_key_opens_one_feed": [
        lambda w: again("feed", claimant_id=str(w.unread.claimant_id))(w),
    ],
    "closed_calendar_has_no_key": [
        change("feed", "closed_at = opened_at"),
        change("feed", "key_hash = NULL"),
    ],
    "call_asked_once": [again("call", ref="1")],
    "convocations_calltask_ref_key": [again("call", reason="'BOUNCED'")],
    # --- communes and networks
    "commune_is_named_once": [again("town")],
    "one_edition_per_source": [again("edition")],
    "mobile_coverage_once": [again("mobile")],
    "mobile_shares_make_a_whole": [
        change("mobile", "people_none = 12"),
        change("mobile", "people_none = 8"),
        change("mobile", "people_good = -1, people_none = 41"),
    ],
    "fixed_premises_are_among_all": [
        change("fixed", "wired_3 = premises + 1"),
        change("fixed", "wired_8 = wired_3 + 1"),
        change("fixed", "wired_30 = wired_8 + 1"),
        change("fixed", "wired_100 = wired_30 + 1"),
        change("fixed", "wired_100 = -1"),
    ],
    "one_call_back_a_topic": [again("call_back", ref="1")],
    "one_call_about_a_procedure": [again("procedure_call", ref="9")],
    "one_call_about_an_interview": [again("interview_call", ref="9")],
    "one_call_about_an_address": [again("address_call", ref="1")],
    "call_has_an_appointment_or_was_asked": [change("call", "convocation_id = NULL")],
    "call_back_says_what_and_where": [
        change("call_back", f"{column} = {nothing}")
        for column, nothing in (
            ("topic", "''"),
            ("phone", "''"),
            ("reachable", "''"),
            ("content_hash", "NULL"),
        )
    ],
    "convocations_followuptask_ref_key": [again("silence", reason="'FIRST_INTERVIEW'")],
    "one_follow_up_a_reason": [again("silence", ref="1")],
    "one_follow_up_an_appointment": [again("in_person", ref="1")],
    "follow_up_of_an_appointment": [
        change("in_person", "convocation_id = NULL"),
        change("in_person", "reason = 'ASSIGN'"),
        change("silence", "reason = 'IN_PERSON'"),
    ],
    "follow_up_closed_is_dated": [
        change("silence", "state = 'DONE'"),
        change("silence", "closed_at = opened_at"),
        change("silence", "state = 'DONE', closed_at = opened_at - interval '1 day'"),
    ],
    "no_absence_while_in_person_is_owed": [change("owed", f"state = 'ABSENT', {RECORDED}", NOW, BY)],
}
