"""What follows a decision, in every state: contested, answered, won, held off, lifted, too late."""

from collections.abc import Callable
from datetime import datetime, timedelta

from measures.appeals import effects, mediating
from measures.appeals.court import declaring
from measures.models import AppealCase, Effect, HeldBy
from measures.procedure.contradiction import receiving
from measures.states import GraciousState, MediationState
from tests.factories import acting
from tests.measures.appeals import court_of
from tests.measures.cast import Cast, acts, work

State = Callable[[Cast, AppealCase], object]


def live(cast: Cast, now: datetime) -> dict[str, list[str]]:
    """Build the states; give the addresses of each role, and what a route is filled with."""
    made = {name: _built(cast, now - timedelta(days=days), how) for name, (days, how) in _STATES.items()}
    cast.now = now
    work(now)
    owed = Effect.objects.filter(case=made["won"].case, done_at=None).earliest("pk")
    contested = [*made.values(), AppealCase.objects.get(lift__case=made["lift refused"].case)]
    desk = [f"/decisions/recours/{appeal.ref}/" for appeal in contested]
    desk += [f"/decisions/recours/{made[name].ref}/{rest}" for name, rests in _DESK.items() for rest in rests]
    desk += [f"/decisions/{appeal.case.ref}/" for appeal in made.values()]
    desk += [f"/decisions/{made['filed'].case.ref}/levee/"]
    desk += [f"/decisions/recours/?nature={nature}" for nature in ("gracieux", "silence", "mediations")]
    desk += ["/decisions/recours/?personne=zzz"]
    space = [f"/espace/recours/{appeal.ref}/" for appeal in contested]
    space += [f"/espace/recours/{made[name].ref}/{rest}" for name, rests in _SPACE.items() for rest in rests]
    space += [f"/espace/procedures/{appeal.case.ref}/" for appeal in made.values()]
    space += [f"/espace/procedures/{made['open'].case.ref}/levee/"]
    space += [f"/espace/entretien-de-recadrage/?moyen={manner}" for manner in ("PHONE", "VIDEO")]
    parts = {"recours": [str(made["filed"].ref)], "owed": [str(owed.pk)]}
    return {"decision maker": desk, "claimant": space, **parts}


def _built(cast: Cast, since: datetime, how: State) -> AppealCase:
    cast.now = since
    appeal = court_of.contested(cast)
    how(cast, appeal)
    return appeal


def _filed(cast: Cast, appeal: AppealCase) -> None:
    court_of.files(cast, appeal, text="Mon train était supprimé.\n" + "sansespace" * 12)
    court_of.asks_lift(cast, appeal.case, wants_interview=True)


def _refused(cast: Cast, appeal: AppealCase) -> None:
    court_of.answers(cast, court_of.files(cast, appeal))


def _won(cast: Cast, appeal: AppealCase) -> None:
    court_of.answers(cast, court_of.files(cast, appeal), GraciousState.GRANTED)
    court_of.reads(appeal, cast.now)
    done = Effect.objects.filter(case=appeal.case, done_at=None).latest("pk")
    effects.prove(
        done.pk, proof="Courrier du 3 novembre, no 12 de la caisse.", by=acts(cast.delegate), now=cast.now
    )


def _mediating(cast: Cast, appeal: AppealCase) -> None:
    asked = court_of.mediates(cast, appeal, note="Par courrier.")
    mediating.begin_mediation(asked.pk, by=acts(cast.delegate), now=cast.now)


def _mediated(cast: Cast, appeal: AppealCase) -> None:
    court_of.ends(cast, court_of.mediates(cast, appeal), MediationState.FAILED, outcome="Pas d’accord.")


def _in_court(cast: Cast, appeal: AppealCase) -> None:
    _mediated(cast, appeal)
    court_of.goes_to_court(cast, appeal)


def _held_off(cast: Cast, appeal: AppealCase) -> None:
    _in_court(cast, appeal)
    declaring.hold_off(
        appeal.pk,
        held_by=HeldBy.JUDGE,
        reason="Ordonnance du juge des référés.",
        since=court_of.today(cast),
        by=acts(cast.other),
        now=cast.now,
    )


def _lift_refused(cast: Cast, appeal: AppealCase) -> None:
    court_of.refuses_lift(cast, court_of.asks_lift(cast, appeal.case))
    receiving.consult(appeal.case_id, by=acting(cast.person), now=cast.now)


def _lifted(cast: Cast, appeal: AppealCase) -> None:
    court_of.lifts(cast, court_of.asks_lift(cast, appeal.case))


def _silent(cast: Cast, appeal: AppealCase) -> None:
    court_of.files(cast, appeal)


def _nothing(cast: Cast, appeal: AppealCase) -> None:
    pass


# How many days ago it began, and what was done. A measure takes eleven days to begin, and lasts a month.
_STATES: dict[str, tuple[int, State]] = {
    "too late": (120, _nothing),
    "silent": (110, _silent),
    "won": (28, _won),
    "mediating": (27, _mediating),
    "court": (26, _in_court),
    "held off": (25, _held_off),
    "lift refused": (24, _lift_refused),
    "mediated": (23, _mediated),
    "lifted": (23, _lifted),
    "refused": (22, _refused),
    "filed": (21, _filed),
    "open": (20, _nothing),
}
_DESK = {
    "filed": ["repondre/", "suspendre/", "sans-delai/"],
    "mediating": ["mediation/fin/"],
    "court": ["jugement/"],
    "held off": ["reprendre/", "jugement/"],
}
_SPACE = {
    "open": ["gracieux/", "mediation/", "domicile/"],
    "too late": ["gracieux/", "mediation/"],
    "mediating": ["mediation/fin/"],
    "mediated": ["tribunal/"],
    "lifted": ["gracieux/"],
    "refused": ["mediation/"],
}
