"""Word that a private calendar has an address: somebody else who made it would be noticed."""

from collections.abc import Sequence
from datetime import datetime

from convocations import deeds
from convocations.models import CalendarFeed
from messaging.emails import Mail, Row, composes
from messaging.mails.notices import to_person
from portal.core.french import full_datetime

_WHY = "vous êtes suivi par le service public de l’emploi et ce changement concerne votre espace."


@composes(deeds.MAIL_FEED, "calendar_feed", label="adresse privée de l’agenda")
def feed_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that their calendar has a new private address; never the address itself."""
    feeds = (
        CalendarFeed.objects.filter(pk__in={row.subject_id for row in rows})
        .select_related("claimant__agency")
        .in_bulk()
    )
    found = ((row, feeds[row.subject_id]) for row in rows)
    # Replaced or stopped since: this word is about an address that gives nothing any more.
    return {row.id: _mail(feed) for row, feed in found if feed.is_open and feed.generation == row.occurrence}


def _mail(feed: CalendarFeed) -> Mail:
    agency = feed.claimant.agency
    when = full_datetime(feed.opened_at, agency.place.zone)
    return to_person(
        agency,
        subject=f"Votre agenda privé a une nouvelle adresse depuis le {when}",
        title="Votre agenda privé a une nouvelle adresse",
        preheader="Si ce n’est pas vous, arrêtez cet agenda depuis votre espace.",
        paragraphs=[
            f"Une adresse privée a été créée le {when}. Elle donne vos rendez-vous à l’agenda de votre "
            "téléphone ou de votre ordinateur.",
            "Gardez cette adresse pour vous : qui l’a voit vos dates et vos lieux de rendez-vous.",
            "Ce n’est pas vous ? Arrêtez cet agenda depuis votre espace, puis changez votre mot de passe.",
        ],
        path="/espace/agenda/",
        action="Voir mon agenda privé",
        why=_WHY,
    )
