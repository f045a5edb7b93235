"""What is owed after a win or a lifting: done by somebody, with a proof; late, its people are told."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import Advisor, Claimant, DecisionMaker, Role
from measures import deeds
from measures.models import Effect
from measures.procedure import holding
from messaging import outbox
from messaging.chasing import left_over, take, tell_delegates, tell_supervisors
from portal.core import deadlines, journal
from portal.core.deadlines import Due, Outcome
from portal.core.french import full_date
from portal.core.journal import Actor
from portal.core.transitions import Refusal


class NotForYou(Refusal):
    sentence = "Un délégataire de la région ou le responsable de l’agence note que c’est fait."


class NoProof(Refusal):
    sentence = "Écrivez la preuve : la référence du virement, ou ce qui a été rétabli et quand."


class AlreadyDone(Refusal):
    """Somebody proved it before: says when."""


def prove(effect_id: int, *, proof: str, by: Actor, now: datetime) -> Effect:
    """Note that what was owed is done, with its proof; the person is told. Raises `NotForYou`, `NoProof`."""
    with transaction.atomic():
        case = holding.hold(Effect.objects.values_list("case_id", flat=True).get(pk=effect_id))
        effect = Effect.objects.select_for_update(no_key=True).get(pk=effect_id)
        if not _may(by, case.region, case.agency_id):
            raise NotForYou
        if effect.done_at is not None:
            day = full_date(effect.done_at.astimezone(case.agency.place.zone))
            raise AlreadyDone(f"C’est déjà fait, depuis le {day}.")
        if not proof.strip():
            raise NoProof
        effect.done_at, effect.done_by_id, effect.proof = now, by.person_id, proof.strip()
        effect.save(update_fields=["done_at", "done_by", "proof"])
        deadlines.cancel([deeds.DUE_EFFECT], [effect.pk], now=now)
        data = {"ref": str(case.ref), "what": effect.what}
        journal.record(deeds.EFFECT_DONE, by=by, now=now, **case.about, data=data)
        outbox.enqueue([outbox.Owed(deeds.MAIL_EFFECT_DONE, case.claimant_id, effect.pk)], now=now)
        return effect


@deadlines.handles(deeds.DUE_EFFECT, "effets en retard après un recours gagné")
def chase(batch: Sequence[Due], now: datetime) -> Outcome:
    """Tell the agency's supervisors and the region's delegates that something owed is late."""
    taken = take(Effect.objects.select_related("case"), batch)
    late = [row for row in taken.values() if row.done_at is None]
    persons = {row.case.claimant_id for row in late}
    now_in = set(Claimant.objects.filter(pk__in=persons).values_list("agency_id", flat=True))
    tell_supervisors(deeds.MAIL_EFFECTS_LATE, now_in | {row.case.agency_id for row in late}, now=now)
    tell_delegates(deeds.MAIL_EFFECTS_OF_REGION, {row.case.region for row in late}, now=now)
    return left_over(batch, taken, {row.pk for row in late})


def _may(by: Actor, region: str, agency_id: int) -> bool:
    if by.role == Role.DECISION_MAKER:
        return DecisionMaker.objects.filter(pk=by.person_id, region=region, user__is_active=True).exists()
    return Advisor.objects.filter(
        pk=by.person_id, agency_id=agency_id, is_supervisor=True, user__is_active=True
    ).exists()
