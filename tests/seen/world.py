"""One file with something of everything, somebody of each role."""

import datetime as dt
import re
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from accounts.following import modes, transfers
from accounts.hours import advisors as own_hours
from accounts.hours import agencies
from accounts.models import ReadingAlert, User
from convocations.calendar import feed
from convocations.coverage.importing import SAMPLES, import_file
from convocations.evidence import call_backs, calls
from convocations.following import nightly
from convocations.mails.appointments.announcing import convocation_mails
from convocations.models import (
    CallTask,
    ChangeRequest,
    Convocation,
    Explanation,
    FollowUpTask,
    Justificatif,
)
from convocations.motives import Motive
from convocations.requests import answering, changing_mind, papers
from convocations.scheduling.issuing import issue_many
from messaging.delivery.rendering import letter
from messaging.emails import Row
from messaging.models import DeliveryEvent, ReadyText, StoppedAddress, Thread, Topic, Via
from messaging.ready import keeping
from messaging.threads import drafts
from portal.core.models import Deadline, Outage
from stack.mailsink import Mailbox
from tests import factories, people
from tests.convocations.requests.wishes import postpone
from tests.factories import NOW, acting
from tests.measures.bareme import scale
from tests.messaging.posting import made
from tests.messaging.threads import talk
from tests.seen import procedures
from tests.web.claimant import story
from tests.web.desk import conftest as cast

FAILURES = [f"/erreur/{status}/" for status in (400, 403, 404, 413, 419, 429, 500)]


@dataclass
class World:
    people: dict[str, Any]
    parts: dict[str, str]
    # More addresses of each role: the states a page can be in.
    states: dict[str, list[str]] = field(default_factory=dict)


def _returns(camille: Any) -> None:
    """Let a mail come back: her own pages say what to do, the back office lists it."""
    type(camille).objects.filter(pk=camille.pk).update(email_bounced_at=NOW)
    camille.refresh_from_db()
    # And an old one, longer than a telephone is wide.
    long = "camille.martin-de-la-villeneuve.2026@courrier-des-habitants.exemple.fr"
    for address in (camille.user.email, long):
        StoppedAddress.objects.create(address=address, person=camille.user, reason="BOUNCED", stopped_at=NOW)
    DeliveryEvent.objects.create(
        provider=1, event_id="ev-1", nature=4, at=NOW, received_at=NOW, status="5.1.1"
    )


def build(camille, folder: Path) -> World:
    """Live through it all, once."""
    camille.benefit_status, camille.daily_allowance = "ARE", Decimal("31.59")
    camille.save(update_fields=["benefit_status", "daily_allowance"])
    delegate = people.make_decision_maker(camille.agency.region)
    decided = procedures.live(camille, delegate, people.make_decision_maker(camille.agency.region))
    pages = story.tell(camille)
    advisor, agency = camille.advisor, camille.agency
    for text in ("Un premier", "Un autre"):
        other = factories.claimant(
            advisor, user_fields={"email": None, "first_name": text.split()[-1].capitalize()}
        )
        past, _ = cast.past(
            other, now=NOW - timedelta(days=9), starts_at=NOW - timedelta(days=4 if text == "Un autre" else 1)
        )
    unread = factories.claimant(advisor, user_fields={"first_name": "Alix"}, phone="06 11 22 33 44")
    factories.convocation(unread, now=NOW - timedelta(days=5), starts_at=NOW + timedelta(days=1))
    call = CallTask.objects.filter(state="OPEN").first() or _call(unread)
    supervisor = factories.advisor(agency, is_supervisor=True, first_name="Hélène", last_name="Roy")
    _following(camille, unread)
    _hours(camille, supervisor)
    requests = _requests(camille)
    threads = _threads(camille)
    key = uuid.uuid4()
    drafts = [
        factories.draft(who, starts_at=NOW + timedelta(days=40 + n))
        for n, who in enumerate((camille, unread))
    ]
    drafts.append(factories.draft(camille, starts_at=NOW + timedelta(days=40)))
    issue_many(drafts, form_key=key, by=acting(advisor), now=NOW)
    Deadline.objects.create(
        kind=100, subject_id=1, due_at=NOW, run_at=NOW, state=5, attempts=9, last_error="ValueError"
    )
    ReadingAlert.objects.create(reader=advisor.user, hour=NOW, opened=80)
    # As long as some are, in one word.
    camille.user.email = "camille.moreau-de-la-villardiere@courriel.exemple"
    camille.user.set_password(people.PASSWORD)
    camille.user.save()
    _returns(camille)
    Outage.objects.create(
        reason="Panne du réseau", starts_at=NOW - timedelta(days=2), ends_at=NOW - timedelta(days=1)
    )
    mail = Mailbox(folder).keep("a@b.exemple", ["camille@courriel.exemple"], _mail(camille))
    for person in (advisor, supervisor):
        TOTP.activate(person.user, generate_totp_secret())
        RecoveryCodes.activate(person.user)
    everybody = {
        "nobody": None,
        "claimant": camille,
        "advisor": advisor,
        "supervisor": supervisor,
        "admin": people.make_admin(),
        "decision maker": delegate,
        "controller": people.make_controller(),
        "partner": people.make_partner(),
    }
    for path in sorted(SAMPLES.glob("*.csv")):
        import_file(path, is_sample=True, now=NOW)
    # Where the town is known, and where it is not: both sides of the panel beside a bad connection.
    _badly_connected(advisor, 21, postcode="35380", city="Paimpont")
    _badly_connected(advisor, 24, postcode="35380", city="Le Bourg")
    absences = re.findall(r"/espace/absences/([^/]+)/ ", " ".join(pages.values()) + " ")
    piece = Justificatif.objects.filter(document__state="RECEIVED").first()
    coming = re.search(r"/espace/convocations/(CV-[^/]+)/", pages["acknowledged"]).group(1)
    made.called_back(advisor, by=acting(supervisor), now=NOW - timedelta(days=3))
    batch, on_paper = made.some(advisor, by=acting(supervisor), now=NOW)
    parts = {
        "convocations": coming,
        "absences": re.search(r"(AB-[^/]+)", pages["absence_incomplete"]).group(1),
        "demandeurs": str(camille.ref),
        "justificatifs": str(piece.ref),
        "appels": str(call.ref),
        "rappel": str(CallTask.objects.filter(reason="CALL_BACK", claimant=camille).earliest("pk").ref),
        "demandes": str(requests["waiting"].ref),
        "suivis": str(FollowUpTask.objects.filter(reason="IN_PERSON", claimant=camille).latest("pk").ref),
        "documents": str(piece.document.ref),
        "messages": str(threads["asked"].ref),
        "reponses-types": str(ReadyText.objects.filter(owner=advisor).earliest("pk").ref),
        "piece": re.search(r"(JU-[^/]+)", pages["complete"]).group(1),
        "lots": str(batch.ref),
        "lettres": str(on_paper.ref),
        "procedures": decided["case"][0],
        "decisions": decided["case"][0],
        "recours": decided["recours"][0],
        "owed": decided["owed"][0],
        "number": "1",
        "key": str(key),
        "feed": feed.address_of(feed.open_feed(camille.pk, by=acting(camille), now=NOW)).split("/")[-1][:-4],
        "user_id": "1",
        "status": "404",
        "name": mail.name,
    }
    world = World(everybody, parts)
    world.states = _states(pages, absences)
    world.states["claimant"] += decided["claimant"]
    world.states["decision maker"] = decided["decision maker"]
    away = factories.claimant(advisor, user_fields={"first_name": "Lou"})
    type(away).objects.filter(pk=away.pk).update(archived_at=NOW)
    world.states["admin"] = _baremes()
    world.states["advisor"] = [*world.states.get("advisor", []), f"/conseiller/demandeurs/{away.ref}/"]
    return world


def _baremes() -> list[str]:
    """A version that may be taken back, one that may be published, one that may not; the draft is the last row."""
    ahead = scale.published()
    scale.draft("incomplete", source="", valid_from=NOW.date())
    draft = scale.draft("brouillon", scale.AHEAD + timedelta(days=99), title="Un titre " + "sansespace" * 9)
    draft.rules.filter(outcome="RADIATION").first().delete()
    draft.rules.filter(outcome="SUSPENSION").update(share_max=50, article="R5412-1 " + "long" * 15)
    room = "/admin/measures/baremeversion"
    words = ("change", "preparer", "comparer", "retirer")
    pages = [f"{room}/{ahead.pk}/{word}/" for word in words]
    return [*pages, f"{room}/{draft.pk - 1}/publier/", f"{room}/?state__exact=DRAFT", f"{room}/?q=zzz"]


def _following(camille, unread) -> None:
    """She asks to be called back, left the web with a video ahead, and others move, wish, or are silent."""
    advisor, by = camille.advisor, acting(camille.advisor)
    for topic in ("BENEFITS", "OTHER", "DOCUMENTS"):
        asked = call_backs.Asked(topic, "06 11 22 33 44", "MORNING", "Plutôt avant dix heures")
        call = call_backs.ask(camille.pk, asked, by=acting(camille), now=NOW - timedelta(days=1))
        if topic == "OTHER":
            call_backs.withdraw(call.pk, by=acting(camille), now=NOW)
        if topic == "DOCUMENTS":
            for _ in range(3):
                calls.log_call(call.pk, reached=False, by=by, now=NOW)
    modes.set_volunteer(advisor.pk, True, by=by, now=NOW)
    ready = modes.SelfTest(computer=True, camera=True, microphone=True, at_ease=True, seen=True)
    modes.take_web(camille.pk, ready, consents=True, by=acting(camille), now=NOW)
    factories.convocation(camille, modality="VIDEO", starts_at=NOW + timedelta(days=50))
    modes.leave_web(camille.pk, by=acting(camille), now=NOW)
    modes.set_volunteer(advisor.pk, False, by=by, now=NOW)
    arrived = factories.claimant(factories.advisor(factories.agency(name="Agence de Brest")))
    for person in (arrived, unread):
        modes.take_web(person.pk, ready, consents=True, by=acting(person), now=NOW)
    transfers.transfer(arrived.pk, advisor.agency_id, by=acting(arrived), now=NOW - timedelta(days=20))
    left = factories.claimant(advisor, user_fields={"first_name": "Sacha"})
    transfers.transfer(left.pk, arrived.agency_id, by=acting(left), now=NOW)
    gone = factories.advisor(advisor.agency, first_name="Ancien", last_name="Conseiller")
    alone = factories.claimant(gone, last_contact_at=NOW - timedelta(days=90))
    call_backs.ask(alone.pk, call_backs.Asked("OTHER", "06", "ANY"), by=acting(alone), now=NOW)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    FollowUpTask.objects.create(
        claimant=left,
        advisor=advisor,
        agency=advisor.agency,
        reason="ASSIGN",
        opened_at=NOW,
        due_at=NOW,
    )
    nightly.check(NOW)


def _requests(camille) -> dict[str, ChangeRequest]:
    """One request of every kind and state, each on an appointment of its own."""
    advisor = acting(camille.advisor)
    days = iter(range(100, 200))

    def asked(kind="RESCHEDULE", modality="IN_PERSON", **wish) -> ChangeRequest:
        row = factories.convocation(camille, starts_at=NOW + timedelta(days=next(days)), modality=modality)
        return postpone(row, now=NOW, kind=ChangeRequest.Kind(kind), **wish)

    made = {
        "waiting": asked(text="Je travaille ce jour-là."),
        "signed": postpone(
            factories.convocation(camille, starts_at=NOW + timedelta(days=next(days)), modality="VIDEO"),
            now=NOW,
            kind=ChangeRequest.Kind.MODALITY,
            modality="PHONE",
            motive="CONNECTIVITY",
            signed_name=str(camille.user),
            needs=["SIGN_LANGUAGE"],
        ),
        "documents": asked(text="Une formation."),
        "refused": asked(motive="OTHER", text="Je préfère un autre jour.", signed_name=str(camille.user)),
        "withdrawn": asked(motive="OTHER", text="Finalement je viens.", signed_name=str(camille.user)),
        "technical": asked("INCIDENT", modality="PHONE", wants_call=True, text="Pas de son."),
        "aloud": postpone(
            factories.convocation(camille, starts_at=NOW + timedelta(days=next(days))),
            by=advisor,
            channel=ChangeRequest.Channel.PHONE,
            motive="WORK",
            text="Travaille ce jour-là.",
            now=NOW,
        ),
    }
    # Nothing is asked about this one: its technical problem can still be told.
    factories.convocation(camille, starts_at=NOW + timedelta(days=next(days)), modality="PHONE")
    papers.ask_documents(made["documents"].pk, what="Votre attestation.", by=advisor, now=NOW)
    answering.refuse(made["refused"].pk, reasons="Aucune autre date ce mois-ci.", by=advisor, now=NOW)
    answering.refuse(made["aloud"].pk, reasons="Pas ce jour-là.", by=advisor, now=NOW)
    changing_mind.withdraw(made["withdrawn"].pk, by=acting(camille), now=NOW)
    changing_mind.correct(made["aloud"].pk, text="C’était jeudi.", by=acting(camille), now=NOW)
    granted = asked(motive="OTHER", text="Un autre jour.", signed_name=str(camille.user))
    start = NOW + timedelta(days=next(days))
    offer = answering.Offer(start, start + timedelta(minutes=45))
    made["granted"] = answering.accept(granted.pk, offer, reasons="Bien sûr.", by=advisor, now=NOW)
    return made


def _threads(camille) -> dict[str, Thread]:
    """A thread in every state, with a talk noted, documents of each kind, long words, and drafts."""
    advisor, yesterday = acting(camille.advisor), NOW - timedelta(days=1)
    joined = [
        story.document(camille, "Attestation de l’employeur"),
        story.document(camille, "En cours", state="QUARANTINED", scan="", settled_at=None, clean_key=""),
    ]
    made = {"asked": talk.ask(camille, documents=[one.pk for one in joined], now=yesterday)}
    talk.answer(made["asked"], expected=NOW + timedelta(days=2), now=NOW)
    made["late"] = talk.ask(
        camille, "<b>Gras</b> " + "long" * 60, topic=Topic.COMPLAINT, now=NOW - timedelta(days=20)
    )
    long = "Un objet aussi long que l’objet d’un message peut l’être, et " + "sansespace" * 4
    made["waiting"] = talk.ask(camille, subject=long, now=yesterday)
    talk.answer(made["waiting"], "Nous en avons parlé.", via=Via.PHONE, now=yesterday)
    talk.write(made["waiting"], now=NOW)
    made["settled"] = talk.ask(camille, topic=Topic.OTHER, now=yesterday)
    talk.answer(made["settled"], settles=True, now=NOW)
    _ready(camille.advisor)
    drafts.save(advisor.person_id, camille.pk, None, {"body": "Je comm", "subject": "Atelier"}, now=NOW)
    drafts.save(camille.user_id, camille.pk, None, {"body": "Bonj", "subject": "Dé"}, now=NOW)
    drafts.save(camille.user_id, camille.pk, made["late"].pk, {"body": "Encore"}, now=NOW)
    drafts.save(advisor.person_id, camille.pk, made["late"].pk, {"body": "Je regar"}, now=NOW)
    return made


def _ready(advisor) -> None:
    """Texts kept ready, one of them long, one of the agency."""
    for title, body, shared in (
        ("Rappel de rendez-vous", "Bonjour {prénom},\n\nRendez-vous {date du prochain rendez-vous}.", False),
        ("Un titre sansespace" + "long" * 12, "mot" * 300, False),
        ("Horaires", "L’agence est ouverte\u00a0: {horaires}.", True),
    ):
        keeping.add(advisor.pk, title=title, body=body, shared=shared, by=acting(advisor), now=NOW)


def _hours(camille, supervisor) -> None:
    """A week, an exception, leave with and without a deputy, a closed day with somebody to move, a kiosk."""
    advisor = camille.advisor
    day, by = (NOW + timedelta(days=60)).date(), acting(supervisor)
    mine, theirs = {"by": acting(advisor), "now": NOW}, {"by": by, "now": NOW}
    hours = {"starts": dt.time(13), "ends": dt.time(16)}
    for modalities in (["PHONE", "VIDEO"],):
        own_hours.add_availability(advisor.pk, weekday=1, modalities=modalities, **hours, **mine)
    own_hours.add_exception(advisor.pk, day=day, is_free=True, modalities=["PHONE"], **hours, **mine)
    own_hours.add_exception(
        advisor.pk,
        day=day + timedelta(days=1),
        starts=None,
        ends=None,
        is_free=False,
        note="Formation",
        **mine,
    )
    for number, deputy in enumerate((supervisor.pk, None)):
        first = day + timedelta(days=10 + 10 * number)
        own_hours.take_leave(advisor.pk, first_day=first, last_day=first, deputy_id=deputy, **mine)
    for number, person in enumerate((factories.claimant(advisor), camille)):
        factories.convocation(person, starts_at=NOW + timedelta(days=58, hours=number))
    closed = (NOW + timedelta(days=58)).date()
    agencies.close(advisor.agency_id, first_day=closed, last_day=closed, reason="Travaux", **theirs)
    agencies.open_at(
        advisor.agency_id, kind="BY_APPOINTMENT", weekday=5, opens=dt.time(9), closes=dt.time(12), **theirs
    )
    agencies.keep_kiosk(advisor.agency_id, name="Poste 1", has_video=True, is_active=True, **theirs)


def _call(of) -> CallTask:
    return CallTask.objects.create(
        convocation=Convocation.objects.filter(claimant=of).first(),
        claimant=of,
        advisor=of.advisor,
        reason="UNREAD",
        opened_at=NOW,
        due_at=NOW,
    )


def _badly_connected(advisor, days: int, **home) -> None:
    person = factories.claimant(advisor, user_fields={"first_name": home["city"].split()[0]}, **home)
    story.explained(story.missed(person, NOW - timedelta(days=days)), motive=Motive.CONNECTIVITY)


def _displaced(person: str) -> list[str]:
    found = Convocation.objects.filter(displacement__isnull=False, claimant__ref=person)
    return [str(ref) for ref in found.values_list("ref", flat=True)]


def _states(pages: dict[str, str], absences: list[str]) -> dict[str, list[str]]:
    desk = [f"/conseiller/convocations/{ref}/" for ref in Convocation.objects.values_list("ref", flat=True)]
    connected = Explanation.objects.filter(motive=Motive.CONNECTIVITY).values_list("absence__ref", flat=True)
    desk += [f"/conseiller/absences/{ref}/" for ref in (*absences, *map(str, connected))]
    desk += [
        f"/conseiller/justificatifs/{ref}/" for ref in Justificatif.objects.values_list("ref", flat=True)
    ]
    desk += [f"/conseiller/appels/{ref}/" for ref in CallTask.objects.values_list("ref", flat=True)]
    desk += [f"/conseiller/suivis/{ref}/" for ref in FollowUpTask.objects.values_list("ref", flat=True)]
    desk += [f"/conseiller/demandes/{ref}/" for ref in ChangeRequest.objects.values_list("ref", flat=True)]
    threads = [str(ref) for ref in Thread.objects.values_list("ref", flat=True)]
    desk += [f"/conseiller/messages/{ref}/" for ref in threads]
    desk += [f"/conseiller/messages/?vue={view}" for view in ("attendus", "repondus", "regles")]
    person = str(Convocation.objects.first().claimant.ref)
    ahead = re.search(r"/espace/convocations/CV-[^/]+/", pages["acknowledged"]).group(0)
    desk += [
        "/conseiller/?nature=absences",
        "/conseiller/?retard=1",
        "/conseiller/?personne=zzz",
        "/conseiller/portefeuille/?q=zzz",
        "/conseiller/?nature=messages",
        *(f"/conseiller/messages/chercher/?q={words}" for words in ("attestation", "zzz")),
        f"/conseiller/messages/nouveau/?pour={person}",
        f"/conseiller/messages/nouveau/?pour={person}&pour={Convocation.objects.last().claimant.ref}",
        f"/conseiller/convocations/nouvelle/?pour={person}",
        "/conseiller/convocations/nouvelle/?fichier=1",
    ]
    return {
        "claimant": [
            *sorted(set(pages.values())),
            *(f"/espace/demandes/{ref}/" for ref in ChangeRequest.objects.values_list("ref", flat=True)),
            *(f"/espace/messages/{ref}/" for ref in threads),
            *(f"/espace/messages/{ref}/?envoye=1" for ref in threads[:1]),
            *(f"/espace/messages/chercher/?q={words}" for words in ("attestation", "zzz")),
            f"{ahead}reporter/?creneau=aucun",
            *(f"/espace/convocations/{ref}/" for ref in _displaced(person)),
            *(f"/espace/convocations/{ref}/reporter/" for ref in _displaced(person)),
            f"{ahead}modalite/?moyen=PHONE",
            f"{ahead}modalite/?moyen=KIOSK_VIDEO",
            f"{ahead}modalite/?moyen=IN_PERSON",
            *(
                f"/espace/convocations/{call.ref}/incident/"
                for call in Convocation.objects.filter(modality="PHONE", claimant__ref=person, state="ISSUED")
            ),
            *(
                f"/espace/rappel/{call.ref}/"
                for call in CallTask.objects.filter(reason="CALL_BACK", claimant__ref=person)
            ),
        ],
        "advisor": desk,
        "supervisor": [
            "/agence/?retards=absences",
            "/agence/?retards=demandes",
            "/agence/?retards=messages",
            f"/agence/portefeuilles/?conseiller={Convocation.objects.first().claimant.advisor_id}",
        ],
        "nobody": FAILURES,
    }


def _mail(camille) -> bytes:
    """A mail of ours as it arrives: that of a convocation to come."""
    coming = Convocation.objects.filter(
        claimant=camille, state="DELIVERED", bindingness="CONVOCATION"
    ).first()
    coming = coming or Convocation.objects.filter(claimant=camille, starts_at__gt=NOW, state="ISSUED").first()
    mail = convocation_mails([Row(1, camille.pk, coming.pk, 0, 0, None)], NOW)[1]
    return letter(mail, to="camille@courriel.exemple", message_id="<1.1@exemple>", now=NOW).content
