"""Bring a ready text into the box: the page comes back with all that was typed, and nothing is sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.http import HttpRequest

from accounts.models import Advisor, Claimant
from messaging.models import ReadyText
from messaging.ready import blanks
from messaging.web.advisor.forms import INSERT, SayForm
from portal.core.french import NBSP
from portal.core.safe import choosing

_Form = TypeVar("_Form", bound=SayForm)
_FILLED_FOR_EACH = (
    "Les champs entre accolades se remplissent pour chaque personne. Vous voyez chaque message avant l’envoi."
)


def wanted(request: HttpRequest) -> bool:
    """Say whether the button that adds a ready text was pressed."""
    return request.method == "POST" and INSERT in request.POST


def with_text(
    kind: type[_Form],
    request: HttpRequest,
    writer: Advisor,
    people: Sequence[Claimant],
    texts: Sequence[ReadyText],
    now: datetime,
    **options: Any,
) -> _Form:
    """Give the form again with the chosen text after what was typed; its blanks filled where it is for one person."""
    typed = {name: request.POST.get(name, "") for name in kind.base_fields}
    chosen = next((one for one in texts if str(one.ref) == typed["ready"]), None)
    body = typed["body"].replace("\r\n", "\n").rstrip()
    body = "\n\n".join(part for part in (body, chosen.body if chosen else "") if part)
    still: Sequence[str] = ()
    if len(people) == 1:
        filled = blanks.fill(body, people, writer, now)[people[0].pk]
        body, still = filled.text, filled.open
    initial = {**typed, "body": body, "ready": "", "form_key": choosing.form_key(request.POST)}
    form = kind(initial=initial, texts=texts, **options)
    if request.FILES and "uploads" in form.fields:
        form.ask_files_again()
    if chosen is None and "ready" in form.fields:
        form.fields["ready"].help_text = "Choisissez un texte dans la liste, puis ajoutez-le."
        return form
    box = form.fields["body"]
    box.widget.attrs["autofocus"] = True
    if still:
        box.help_text = f"À écrire vous-même avant d’envoyer{NBSP}: {', '.join(still)}."
    elif blanks.left_in(body):
        box.help_text = _FILLED_FOR_EACH
    else:
        box.help_text = "Relisez, changez ce que vous voulez, puis envoyez."
    return form
