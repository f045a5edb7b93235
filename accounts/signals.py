"""What accounts must say upward: rooms above answer, accounts never import them.

account_mail          email, user, template_prefix, context, now: an e-mail about the account itself is owed;
                      sent inside the transaction that owes it; `context` is plain data (texts, numbers)
advisor_changed       claimant_ids, old, new, by, now, because: these people went from advisor `old` to `new`
                      (ids); sent inside the transaction, once per old advisor: their open work must follow;
                      `because` is ASSIGNED, BY_TRANSFER or BY_MODE: the two others are told in their own words
break_glass_opened    break_glass, by, now: an advisor opened a colleague's file with a written reason
follow_up_mode_changed change, now: a person took or left the 100 % web follow-up (a FollowUpModeChange)
transferred           transfer, now: a file went to another agency, whole (sent after its advisor_changed)
hours_changed         agency_id or advisor_id (the other is None), by, now, lost: an agency closed or reopened,
                      changed its week (`lost`: what it no longer has), a kiosk, or an advisor's leave; sent inside
                      the transaction: appointments may no longer have their place
hours_taken_back      closure_id or leave_id, by, now: that closure or leave is about to be deleted
ways_recorded         claimant_id, by, now: somebody of the service noted for a person how they are told; sent
                      inside the transaction: it is confirmed to them in writing
mass_reading_noticed  reader_id, count, now: one account opened more files in an hour than is usual
"""

from django.dispatch import Signal

account_mail = Signal()
advisor_changed = Signal()
break_glass_opened = Signal()
follow_up_mode_changed = Signal()
transferred = Signal()
hours_changed = Signal()
hours_taken_back = Signal()
ways_recorded = Signal()
mass_reading_noticed = Signal()

# The word that a copy of everything about a person has left, as an account mail's `template_prefix`.
COPY_TAKEN = "account/email/copy_taken"

# Why an advisor changed.
ASSIGNED, BY_TRANSFER, BY_MODE = "assigned", "transferred", "mode"
