"""Attacks on who is who, who follows whom, and when."""

from types import SimpleNamespace

from tests.core.guards.attacking import Attack, again, change


def _by_web(w: SimpleNamespace) -> str:
    """Statements that make the person be followed by web, by an advisor who volunteered."""
    return (
        f"UPDATE accounts_advisor SET volunteers_for_web = true WHERE user_id = {w.advisor.pk};"
        f" UPDATE accounts_claimant SET follow_up_mode = 'WEB' WHERE user_id = {w.person.pk};"
    )


ATTACKS: dict[str, list[Attack]] = {
    # --- who and where
    "accounts_agency_code_key": [
        lambda w: (
            "INSERT INTO accounts_agency (code, name, region, territory, street, postcode, city, phone, is_active)"
            " SELECT code, name, region, territory, street, postcode, city, phone, is_active FROM accounts_agency",
            [],
        )
    ],
    "accounts_claimant_ref_key": [
        lambda w: ("UPDATE accounts_claimant SET ref = (SELECT min(ref) FROM accounts_claimant)", [])
    ],
    "break_glass_ends": [change("glass", "until = opened_at")],
    "break_glass_has_a_reason": [change("glass", "reason = ''")],
    "closure_ends_after_start": [change("closure", "last_day = first_day - 1")],
    "closed_hours_end_after_start": [
        change("closure", "starts = '10:00', ends = '10:00'"),
        change("closure", "starts = '10:00', ends = NULL"),
        change("closure", "starts = NULL, ends = '10:00'"),
    ],
    # --- where hours come from
    "kiosk_named_once": [again("kiosk", name="upper(name)")],
    "kiosk_has_a_name": [change("kiosk", "name = ''")],
    "availability_ends_after_start": [
        change("week", "ends = starts"),
        # Across midnight.
        change("week", "starts = '22:00', ends = '02:00'"),
    ],
    "availability_says_how": [
        change("week", "modalities = '{}'"),
        change("week", "modalities = '{PHONE,ASYNC_MESSAGE}'"),
    ],
    "availability_says_what_for": [
        change("week", "kinds = '{}'"),
        change("week", "kinds = '{INTERVIEW,WORKSHOP}'"),
    ],
    "availability_never_twice": [
        again("week"),
        again("week", starts="ends - interval '1 second'", ends="'23:00'"),
    ],
    "exception_ends_after_start": [
        change("exception", "ends = starts"),
        change("exception", "ends = NULL"),
        change("exception", "starts = NULL, ends = NULL"),
    ],
    "exception_says_how_when_free": [
        change("exception", "modalities = '{}'"),
        change("exception", "modalities = '{FAX}'"),
        change("exception", "is_free = false"),
        change("day_off", "modalities = '{PHONE}'"),
    ],
    "exception_says_what_for_when_free": [
        change("exception", "kinds = '{}'"),
        change("exception", "kinds = '{WORKSHOP}'"),
        change("exception", "is_free = false, modalities = '{}'"),
        change("day_off", "kinds = '{INTERVIEW}'"),
    ],
    "exception_never_twice": [
        again("exception"),
        again("day_off"),
        # Some hours of a day that is taken whole.
        again("day_off", starts="'10:00'", ends="'11:00'"),
    ],
    "leave_ends_after_start": [change("leave", "last_day = first_day - 1")],
    "deputy_is_somebody_else": [change("leave", "deputy_id = advisor_id")],
    "deputy_is_of_the_same_agency": [change("leave", "deputy_id = %s", lambda w: w.stranger.pk)],
    "leave_never_twice": [again("leave"), again("leave", last_day="last_day + 9")],
    "kiosk_is_for_video_at_the_agency": [change("unread", "kiosk_id = %s", lambda w: w.kiosk.pk)],
    "kiosk_has_one_appointment_at_a_time": [
        lambda w: again(
            "at_kiosk", ref="1", claimant_id=str(w.unread.claimant_id), advisor_id=str(w.colleague.pk)
        )(w),
    ],
    "hold_ends_after_start": [change("hold", "ends_at = starts_at")],
    "hold_expires": [change("hold", "expires_at = held_at")],
    "advisor_hour_held_once": [
        lambda w: again("hold", claimant_id=str(w.unread.claimant_id), kiosk_id="NULL")(w)
    ],
    "kiosk_hour_held_once": [
        lambda w: again("hold", claimant_id=str(w.unread.claimant_id), advisor_id=str(w.colleague.pk))(w)
    ],
    "one_hour_held_while_a_form_is_open": [
        again("hold", starts_at="ends_at", ends_at="ends_at + interval '1 hour'")
    ],
    "convocations_slothold_request_id_key": [
        lambda w: again("kept", starts_at="ends_at", ends_at="ends_at + interval '1 hour'", kiosk_id="NULL")(
            w
        )
    ],
    "displaced_founds_no_absence": [
        # A closure that fell on an appointment after all: put there by hand.
        lambda w: (
            "INSERT INTO convocations_displacement (convocation_id, cause, found_at) VALUES (%s, 'HOURS', %s);"
            " UPDATE convocations_convocation SET state = 'ABSENT', recorded_at = ends_at,"
            f" recorded_by_id = {w.advisor.pk} WHERE id = {w.over.pk}",
            [w.over.pk, w.now],
        )
    ],
    "displacement_has_its_cause": [
        change("displaced", "closure_id = NULL"),
        change("displaced", "cause = 'LEAVE'"),
        change("displaced", "cause = 'HOURS'"),
        change("displaced", "leave_id = %s", lambda w: w.leave.pk),
    ],
    "hours_close_after_opening": [change("hours", "closes = opens")],
    "hours_once": [again("hours")],
    "one_reading_alert_an_hour": [again("alert")],
    "no_email_is_null": [change("user", "email = ''")],
    "notices_come_by_a_way_they_may_take": [
        change("person", "appointments_by = 'SPACE'"),
        change("person", "reminders_by = 'BOTH'"),
        change("person", "messages_by = ''"),
    ],
    "accommodations_are_of_the_list": [change("person", "accommodations = '{DIABETE}'")],
    "one_account_per_email": [
        lambda w: (
            "UPDATE accounts_user SET email = upper(%s) WHERE id = %s",
            [w.user.email, w.advisor.pk],
        )
    ],
    "accounts_transfer_ref_key": [again("transfer")],
    "transfer_goes_elsewhere": [change("transfer", "new_agency_id = old_agency_id")],
    "transfer_by_another_has_a_reason": [change("transfer", "reason = ''")],
    "mode_change_changes": [change("mode", "before = after")],
    "web_follow_up_is_consented": [
        change("mode", "consent_at = NULL"),
        change("mode", "self_test = NULL"),
    ],
    "web_is_followed_by_a_volunteer": [
        change("person", "follow_up_mode = 'WEB'"),
        lambda w: (f"{_by_web(w)} UPDATE accounts_claimant SET advisor_id = {w.colleague.pk}", []),
    ],
    "volunteer_leaves_nobody_behind": [
        lambda w: (f"{_by_web(w)} UPDATE accounts_advisor SET volunteers_for_web = false", [])
    ],
}
