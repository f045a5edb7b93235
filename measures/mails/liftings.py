"""E-mails about liftings and what is owed: receipts, answers, done things; and what staff are reminded of."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import NoticeGroup
from measures import deeds
from measures.mails.appeals import Said
from measures.mails.sending import count_by, regions_of
from measures.models import Case, Effect, GraciousAppeal, LiftRequest
from measures.states import CaseState, GraciousState
from measures.told import appeals as told
from measures.told import procedure, remedies
from messaging.emails import Mail, Row, composes, lines_of
from messaging.mails.notices import digests
from portal.core.french import full_date, full_datetime, full_deadline


@composes(
    deeds.MAIL_LIFT_RECEIPT,
    "lift_receipt",
    label="demande de levée reçue",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def receipt_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Give people the receipt of their wish at once, and the day an answer is expected."""
    mails = {}
    for row, asked in _lifts(rows):
        case = asked.case
        agency, zone = case.agency, case.agency.place.zone
        when = full_datetime(asked.asked_at, zone)
        by = full_deadline(asked.answer_by, zone)
        interview = "Votre conseiller vous propose un entretien." if asked.wants_interview else ""
        mails[row.id] = Said(
            subject="Nous avons bien reçu votre demande de levée",
            title="Votre demande de levée est bien reçue",
            preheader=f"Une réponse est attendue jusqu’au {by}.",
            paragraphs=[
                f"Nous l’avons reçue le {when}. Gardez ce message : c’est votre accusé de réception.",
                f"Référence : {case.ref}. Empreinte de l’envoi : {asked.content_hash.hex()[:16]}.",
                f"Service : {agency.name}, {agency.address}. Téléphone : {agency.phone}.",
                f"Une réponse est attendue jusqu’au {by}.",
                *([interview] if interview else []),
                "La mesure s’applique jusqu’à la réponse. Vos autres recours restent ouverts.",
            ],
            action="Voir ma demande",
            path=_path(case),
            facts=procedure.named(case),
        ).to(agency)
    return mails


@composes(deeds.MAIL_LIFTED, "lifted", label="mesure levée", group=NoticeGroup.ANSWERS, by_post=True)
def lifted_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that their measure ends, from which day, and what is owed to them."""
    mails = {}
    found = _lifts(rows)
    effects = Effect.objects.filter(lift__in=[asked.pk for _, asked in found]).select_related("case__agency")
    for row, asked in found:
        case = asked.case
        day = full_date(asked.effective_on) if asked.effective_on else ""
        mails[row.id] = Said(
            subject=f"La mesure est levée à partir du {day}",
            title="La mesure est levée",
            preheader=f"À partir du {day}.",
            paragraphs=[
                f"Votre demande est acceptée. La mesure est finie à partir du {day}.",
                "Ce qui vous est dû est écrit dans votre espace, avec une date.",
                "Vous n’avez rien à faire.",
            ],
            on_paper=[
                f"Votre demande est acceptée. La mesure est finie à partir du {day}.",
                "Vous n’avez rien à faire.",
            ],
            action="Voir ce qui m’est dû",
            path=_path(case),
            facts=[*procedure.named(case), ("Levée à partir du", day)],
            parts=[
                ("Ce qui vous est dû", [told.owed_line(one) for one in effects if one.lift_id == asked.pk])
            ],
        ).to(case.agency)
    return mails


@composes(
    deeds.MAIL_LIFT_REFUSED,
    "lift_refused",
    label="refus de lever une mesure",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def refused_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that an answer waits, with its reasons and the ways to contest it."""
    return _refusals(rows, unread=False)


@composes(
    deeds.MAIL_LIFT_UNREAD,
    "lift_refused_unread",
    label="refus de lever non ouvert",
    group=NoticeGroup.ANSWERS,
    by_post=True,
)
def unread_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Send the same on paper to whoever has not opened it; who has, needs it no more."""
    return _refusals(rows, unread=True)


def _refusals(rows: Sequence[Row], *, unread: bool) -> dict[int, Mail]:
    mails = {}
    for row, asked in _lifts(rows):
        if unread and asked.notified_at is not None:
            continue
        case = asked.case
        mails[row.id] = Said(
            subject="Une réponse à votre demande de levée vous attend",
            title="Une réponse à votre demande de levée",
            preheader="Lisez la réponse, ses raisons et vos recours.",
            paragraphs=[
                "Une personne a répondu. La réponse et ses raisons sont dans votre espace.",
                "Vous y trouvez aussi ce que vous pouvez faire si vous n’êtes pas d’accord.",
                "Vous ne pouvez pas l’ouvrir en ligne ? Appelez le 3949 ou passez à votre agence.",
            ],
            on_paper=[
                *(["La voici sur papier, car elle n’a pas encore été ouverte."] if unread else []),
                "La mesure n’est pas levée. Vous pouvez faire une nouvelle demande à tout moment.",
            ],
            action="Lire la réponse et mes recours",
            path=_path(case),
            facts=[*procedure.named(case), ("Réponse de", str(asked.decided_by))],
            parts=[
                ("Les raisons, en fait", lines_of(asked.reasons_fact)),
                ("Les raisons, en droit", lines_of(asked.reasons_law)),
            ],
            law=[(remedies.HEADING, remedies.sentences(case.agency))],
        ).to(case.agency)
    return mails


@composes(deeds.MAIL_EFFECT_DONE, "effect_done", label="effet fait", group=NoticeGroup.ANSWERS, by_post=True)
def done_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell people that what was owed to them is done, with its proof."""
    found = (
        Effect.objects.filter(pk__in={row.subject_id for row in rows})
        .select_related("case__agency", "appeal")
        .in_bulk()
    )
    mails = {}
    for row in rows:
        effect = found[row.subject_id]
        case = effect.case
        path = f"/espace/recours/{effect.appeal.ref}/" if effect.appeal is not None else _path(case)
        mails[row.id] = Said(
            subject="Ce qui vous était dû est fait",
            title="Ce qui vous était dû est fait",
            preheader="Vérifiez-le dans votre espace.",
            paragraphs=[
                "Une personne a fait ce qui vous était dû. Le détail et la preuve sont dans votre espace.",
                "Ce n’est pas exact ? Appelez le 3949 ou votre agence.",
            ],
            on_paper=[told.owed_line(effect), "Ce n’est pas exact ? Appelez le 3949 ou votre agence."],
            action="Voir le détail",
            path=path,
            facts=procedure.named(case),
            parts=[("La preuve", lines_of(effect.proof))],
        ).to(case.agency)
    return mails


# --- staff ----------------------------------------------------------------------------


@composes(deeds.MAIL_ANSWERS_SOON, "answers_soon", label="recours et levées à répondre")
def soon_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Remind a delegate of the appeals and liftings of the region that wait for an answer."""
    regions = regions_of(rows)
    within = set(regions.values())
    waiting = count_by(
        GraciousAppeal.objects.filter(state=GraciousState.FILED, appeal__case__region__in=within),
        "appeal__case__region",
    )
    waiting += count_by(Case.objects.filter(state=CaseState.LIFT_REQUESTED, region__in=within), "region")
    return digests(
        rows,
        {pk: waiting[region] for pk, region in regions.items()},
        one="recours ou levée à répondre",
        many="recours ou levées à répondre",
        sentence="Ces personnes attendent une réponse. Après 2 mois, le silence sur un recours est un refus.",
        path="/decisions/recours/",
        action="Voir ce qui attend",
    )


@composes(deeds.MAIL_EFFECTS_OF_REGION, "effects_of_region", label="effets en retard (région)")
def region_late_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell a delegate what is owed to people of the region and late."""
    regions = regions_of(rows)
    late = count_by(Effect.objects.late(now), "case__region")
    return _late(
        rows, {pk: late[region] for pk, region in regions.items()}, "/decisions/recours/?nature=effets"
    )


@composes(deeds.MAIL_EFFECTS_LATE, "effects_late", label="effets en retard (agence)")
def late_mails(rows: Sequence[Row], now: datetime) -> dict[int, Mail]:
    """Tell a supervisor what is owed to people of the agency and late."""
    late = count_by(Effect.objects.late(now), "case__agency_id")
    return _late(rows, dict(late), "/agence/effets/")


def _late(rows: Sequence[Row], counts: dict[int, int], path: str) -> dict[int, Mail]:
    return digests(
        rows,
        counts,
        one="effet en retard après une levée ou un recours gagné",
        many="effets en retard après des levées ou des recours gagnés",
        sentence="Ce qui est dû à ces personnes devait être fait. Notez ce qui est fait, avec la preuve.",
        path=path,
        action="Voir ce qui est dû",
    )


def _lifts(rows: Sequence[Row]) -> list[tuple[Row, LiftRequest]]:
    found = (
        LiftRequest.objects.filter(pk__in={row.subject_id for row in rows})
        .select_related("case__agency", "decided_by")
        .in_bulk()
    )
    return [(row, found[row.subject_id]) for row in rows]


def _path(case: Case) -> str:
    return f"/espace/procedures/{case.ref}/"
