"""E-mails of the plainest kind: what happened, in a few paragraphs, and one thing to do; digests of what waits."""

from collections.abc import Callable, Mapping, Sequence

from accounts.models import Agency
from messaging.emails import Mail, Row, Words, absolute
from portal.core.french import plural

WHY_STAFF = "vous suivez ou encadrez ces dossiers."


def to_person(
    agency: Agency,
    *,
    subject: str,
    title: str,
    preheader: str,
    paragraphs: Sequence[str],
    path: str,
    action: str,
    why: str,
    deadline_text: str = "",
    kind: str = "",
    letter: Callable[[], Words] | None = None,
) -> Mail:
    """Write to a person about something that stands in their space at `path`; `letter` gives it on paper."""
    context = {
        "title": title,
        "preheader": preheader,
        "body": "\n\n".join(paragraphs),
        "deadline_text": deadline_text,
        "action_url": absolute(path),
        "action_label": action,
        "kind": kind,
        "why": why,
        "help_text": f"Votre agence : {agency.name}, {agency.address}. Téléphone : {agency.phone}.",
    }
    return Mail("notice", subject, context, letter=letter)


def to_staff(headline: str, *paragraphs: str, path: str, action: str) -> Mail:
    """Write to an advisor or a supervisor; who it is about stands behind their second factor."""
    return Mail(
        "notice",
        headline,
        {
            "title": headline,
            "preheader": paragraphs[0],
            "body": "\n\n".join(paragraphs),
            "action_url": absolute(path),
            "action_label": action,
            "why": WHY_STAFF,
        },
    )


def digests(
    rows: Sequence[Row],
    counts: Mapping[int, int],
    *,
    one: str,
    many: str,
    sentence: str,
    path: str,
    action: str,
) -> dict[int, Mail]:
    """One mail per row whose subject's count is not zero; what was done meanwhile is not announced."""
    return {
        row.id: to_staff(plural(count, one, many), sentence, path=path, action=action)
        for row in rows
        if (count := counts.get(row.subject_id, 0))
    }
