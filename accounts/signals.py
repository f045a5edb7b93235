"""What accounts must say upward: rooms above answer, accounts never import them.

account_mail          email, user, template_prefix, context, now: an e-mail about the account itself is owed;
                      sent inside the transaction that owes it; `context` is plain data (texts, numbers)
advisor_changed       claimant_ids, old, new, by, now: these people went from advisor `old` to `new` (ids);
                      sent inside the transaction, once per old advisor: their open work must follow
break_glass_opened    break_glass, by, now: an advisor opened a colleague's file with a written reason
mass_reading_noticed  reader_id, count, now: one account opened more files in an hour than is usual
"""

from django.dispatch import Signal

account_mail = Signal()
advisor_changed = Signal()
break_glass_opened = Signal()
mass_reading_noticed = Signal()

# The word that a copy of everything about a person has left, as an account mail's `template_prefix`.
COPY_TAKEN = "account/email/copy_taken"
