"""Hand a referred absence on to who may decide a measure, with the ledger's facts as proof; take it back."""

from datetime import datetime

from accounts.models import Claimant
from convocations.models import Absence, DeliveryEvidence, Explanation, Justificatif
from convocations.motives import Motive
from convocations.told.words import KINDS
from measures.models import Case, Origin
from measures.procedure.opening import referring
from measures.procedure.opening.referring import Proof
from measures.procedure.outcome import annulling
from portal.core.journal import Actor


def refer(absence: Absence, *, by: Actor, now: datetime) -> Case:
    """Open the case that examines an absence (CT R5412-7), in the transaction that refers it.

    The caller holds appointment and absence. Facts are of the day of the appointment, where it was to take place.
    """
    convocation = absence.convocation
    person = Claimant.objects.select_related("agency").get(pk=absence.claimant_id)
    documents = Justificatif.objects.filter(absence=absence).values_list("document_id", flat=True)
    return referring.refer(
        person,
        origin=Origin.ABSENCE,
        origin_id=absence.pk,
        origin_ref=str(absence.ref),
        facts_on=convocation.starts_at.astimezone(convocation.agency.place.zone).date(),
        report=absence.report,
        evidence=_proofs(absence),
        documents=set(documents),
        by=by,
        now=now,
    )


def take_back(absence: Absence, *, reason: str, by: Actor, now: datetime) -> None:
    """Annul what an absence was referred for, in the transaction that corrects it; a measure goes with it."""
    annulling.annul(Origin.ABSENCE, absence.pk, reason=reason, by=by, now=now)


def _proofs(absence: Absence) -> list[Proof]:
    """List what founds the absence and what its person said: for them, against them, in the ledger's own words."""
    convocation = absence.convocation
    told = DeliveryEvidence.objects.filter(convocation=convocation).order_by("at", "pk")
    kind = KINDS[convocation.kind]
    proofs = [Proof(one.at, f"Convocation {convocation.ref} {one.get_fact_display()}") for one in told]
    proofs.append(Proof(convocation.starts_at, f"Heure prévue ({kind})"))
    proofs.append(Proof(absence.recorded_at, f"Absence {absence.ref} notée"))
    proofs += [
        Proof(one.given_at, f"Explication de la personne ({Motive(one.motive).label})", one.text)
        for one in Explanation.objects.filter(absence=absence)
    ]
    return proofs
