"""Bad input, kind by kind: which tests show the French sentence, the form kept and nothing half-done.

The tests stand beside the pages they are about; this table keeps each of them from being lost.
"""

import importlib

import pytest

SENDING = "tests.web.claimant.test_sending"
INFECTED = "tests.web.claimant.test_infected"
INTERRUPTED = "tests.web.claimant.test_interrupted"
ABSENCES = "tests.web.claimant.test_absences"
CONVOKING = "tests.web.desk.test_convoking"
SEVERAL = "tests.web.desk.test_convoking_several"
DECIDING = "tests.web.desk.test_deciding"
RECORDING = "tests.web.desk.test_recording"
MANNERS = "tests.web.desk.test_manners"

SHOWN_BY = {
    "wrong file": [
        f"{SENDING}.test_a_wrong_file_is_named_and_the_good_ones_stay_ticked",
        f"{SENDING}.test_a_wrong_file_for_the_safe_is_named",
    ],
    "too large, too many": [
        f"{SENDING}.test_a_file_too_large_says_how_large_it_may_be",
        f"{SENDING}.test_one_file_too_many_is_named_and_ten_are_kept",
    ],
    "infected": [f"{INFECTED}.test_an_infected_file_keeps_the_explanation_and_says_how_to_send_another"],
    "double click": [
        f"{ABSENCES}.test_a_double_click_explains_once",
        f"{SENDING}.test_a_double_click_with_files_keeps_them_once",
        f"{INTERRUPTED}.test_two_clicks_at_the_same_instant_explain_once",
        f"{CONVOKING}.test_the_same_form_sent_twice_convokes_once",
        f"{CONVOKING}.test_double_click_at_the_same_instant_convokes_once",
        f"{RECORDING}.test_double_click_on_present_changes_nothing_more",
    ],
    "stale page": [
        f"{ABSENCES}.test_an_absence_decided_meanwhile_tells_what_was_decided",
        f"{CONVOKING}.test_hour_taken_between_preview_and_sending_is_a_refused_result",
        f"{CONVOKING}.test_person_transferred_meanwhile_is_not_convoked",
        f"{DECIDING}.test_decision_on_a_corrected_absence_is_refused",
    ],
    "session lost in mid-form": [
        f"{INTERRUPTED}.test_a_session_ended_in_mid_form_gives_the_words_back",
        f"{CONVOKING}.test_session_lost_on_the_way_keeps_the_people_and_the_words",
        f"{CONVOKING}.test_session_lost_on_the_preview_sends_nothing_and_keeps_the_people",
    ],
    "past date, hour the clock jumps over": [
        f"{CONVOKING}.test_wrong_field_is_named_and_the_form_kept",
        f"{RECORDING}.test_move_that_cannot_be_keeps_the_form_and_the_appointment",
        f"{MANNERS}.test_a_period_that_cannot_be_is_named_and_the_form_kept",
    ],
    "overlapping appointment": [
        f"{CONVOKING}.test_taken_hour_is_named_in_the_preview",
        f"{RECORDING}.test_move_onto_a_taken_hour_names_it",
        f"{DECIDING}.test_new_appointment_that_cannot_be_leaves_the_absence_undecided",
    ],
    "someone else's reference": [
        f"{ABSENCES}.test_a_stranger_finds_no_absence",
        f"{CONVOKING}.test_people_of_others_and_nonsense_are_left_out",
        f"{CONVOKING}.test_selection_of_another_advisor_or_changed_is_refused",
    ],
    "broken CSV line": [
        f"{SEVERAL}.test_broken_lines_say_why_and_the_others_go_on",
        f"{SEVERAL}.test_file_that_is_no_list_is_refused_with_the_form_kept",
    ],
    "two advisors on one absence": [
        f"{DECIDING}.test_second_advisor_reads_what_the_first_decided_and_keeps_their_text",
        f"{DECIDING}.test_two_advisors_at_the_same_instant_one_decides",
        f"{RECORDING}.test_record_of_two_colleagues_tells_the_second_what_the_first_wrote",
    ],
}


@pytest.mark.parametrize("shown", sorted({name for names in SHOWN_BY.values() for name in names}))
def test_the_test_that_shows_it_is_there(shown):
    module, _, name = shown.rpartition(".")
    assert callable(getattr(importlib.import_module(module), name))
