"""A case: what was referred, on which facts, under which barème, and who examines it."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from accounts.models import Agency, Claimant, DecisionMaker, User
from measures.models.bareme import BaremeVersion, Breach, Situation
from measures.models.measure import takes_all
from measures.states import CASE_COUNTED, CASE_LIVE, CASE_TRANSITIONS, CASE_UNDECIDED, CaseState
from portal.core.models import Document
from portal.core.references import ReferenceField
from portal.core.transitions import Stateful, StatefulQuerySet

# Out of sight from then on, but for the rank (CT R5412-3-4).
HISTORY = timedelta(days=731)


class Origin(models.TextChoices):
    """What a referral comes from; the rooms above say which row."""

    ABSENCE = "ABSENCE", "une absence"
    CONTROL = "CONTROL", "un contrôle de la recherche d’emploi"


def seen_by(delegate: DecisionMaker, way: str = "") -> Q:
    """Say which cases a delegate sees; `way` leads from the rows asked for to the case («appeal__case__»)."""
    return Q(**{f"{way}region": delegate.region}) & ~Q(**{f"{way}referred_by_id": delegate.pk})


def measured_before(oldest: datetime, way: str = "") -> Exists:
    """Say which cases had their measure notified before an instant; `way` as in `seen_by`."""
    # By way of each case asked for: a list of all old ones would be gone through for one.
    stands = Case._meta.get_field("decisions").related_model._default_manager
    old = stands.filter(case=OuterRef(f"{way}pk"), set_aside_at__isnull=True, notified_at__lt=oldest)
    return Exists(old.order_by())


class CaseQuerySet(StatefulQuerySet):
    def visible_to(self, delegate: DecisionMaker) -> "CaseQuerySet":
        """Those of the delegate's region, but for what they referred themselves (CT R5412-4)."""
        return self.filter(seen_by(delegate))

    def to_take(self, delegate: DecisionMaker) -> "CaseQuerySet":
        """Those nobody examines yet, the oldest first."""
        return self.visible_to(delegate).filter(state=CaseState.REFERRED).order_by("referred_at", "pk")

    def examined_by(self, delegate: DecisionMaker) -> "CaseQuerySet":
        """Those a delegate has in hand, the most pressing first."""
        mine = self.visible_to(delegate).filter(decider=delegate)
        return mine.filter(state__in=[*CASE_UNDECIDED - {CaseState.REFERRED}, CaseState.DECIDED]).order_by(
            F("decide_by").asc(nulls_last=True), "pk"
        )

    def to_read_second(self, delegate: DecisionMaker) -> "CaseQuerySet":
        """Those whose decision waits for a second reader, which is never its author."""
        return (
            self.visible_to(delegate)
            .filter(
                state=CaseState.DECIDED,
                decisions__set_aside_at__isnull=True,
                decisions__second_read_at__isnull=True,
                decisions__sent_at__isnull=True,
            )
            .filter(takes_all("decisions__"))
            .exclude(decisions__author_id=delegate.pk)
            .order_by("decide_by", "pk")
        )

    def counted(self, claimant_id: int) -> "CaseQuerySet":
        """Those of a person whose measure counts for the rank of the next."""
        return self.filter(claimant_id=claimant_id, state__in=CASE_COUNTED)

    def in_sight(self, now: datetime) -> "CaseQuerySet":
        """Leave out measures notified longer ago than they count: only the rank still knows of them."""
        return self.seen_since(now - HISTORY)

    def seen_since(self, oldest: datetime) -> "CaseQuerySet":
        """Leave out measures notified before an instant."""
        return self.exclude(measured_before(oldest))


class Case(Stateful):
    """One examination of what a person is reproached with, up to a decision or to nothing."""

    TRANSITIONS = CASE_TRANSITIONS

    ref = ReferenceField(prefix="PR")
    claimant = models.ForeignKey(Claimant, on_delete=models.PROTECT, related_name="cases", db_index=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Of the agency: its delegates see the case.
    region = models.CharField("région", max_length=80)
    state = models.CharField("état", max_length=20, choices=CaseState.choices, default=CaseState.REFERRED)
    origin = models.CharField("origine", max_length=8, choices=Origin.choices)
    origin_id = models.BigIntegerField()
    origin_ref = models.CharField("référence d’origine", max_length=12)
    facts_on = models.DateField("date des faits")
    report = models.TextField("rapport factuel")
    # Frozen by who referred: [{"at": ISO instant, "what": sentence}], the earliest first; where the person wrote
    # something then, it stands under "said".
    evidence = models.JSONField("preuves", default=list)
    referred_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    referred_at = models.DateTimeField("transmise le")
    # In force at the date of the facts, whatever is published since.
    bareme = models.ForeignKey(
        BaremeVersion, on_delete=models.PROTECT, related_name="+", verbose_name="barème"
    )
    breach = models.CharField("manquement", max_length=24, choices=Breach.choices)
    situation = models.CharField("situation au jour des faits", max_length=16, choices=Situation.choices)
    # Counted, never chosen: the first measure is 1.
    rank = models.SmallIntegerField("mesure n°")
    # Euros a day; as the file says while the notice is prepared, empty where it is not known.
    daily_allowance = models.DecimalField(
        "allocation journalière (euros)", max_digits=7, decimal_places=2, null=True
    )
    decider = models.ForeignKey(
        DecisionMaker, on_delete=models.PROTECT, null=True, related_name="cases", verbose_name="examinée par"
    )
    taken_at = models.DateTimeField("prise en charge le", null=True)
    # The midnight at which it lapses in the person's favour, once a decision is due (CT R5412-7-1).
    decide_by = models.DateTimeField("à décider avant le", null=True)
    # Of a case that ends without effect: when, by whom (nobody where a rule did), why.
    ended_at = models.DateTimeField("close le", null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    ending_reasons = models.TextField("raisons de la clôture", blank=True, default="")

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = "procédure"
        constraints = [
            models.UniqueConstraint(
                fields=["origin", "origin_id"],
                condition=~Q(state="ANNULLED"),
                name="one_live_case_per_origin",
                violation_error_message="Une procédure existe déjà pour ces faits.",
            ),
            models.CheckConstraint(
                condition=~Q(report="") & ~Q(evidence=[]) & Q(rank__gte=1),
                name="case_states_facts",
                violation_error_message="Une transmission a un rapport, au moins une preuve et un rang.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["REFERRED", "ANNULLED"])
                | Q(decider__isnull=False, taken_at__isnull=False),
                name="case_is_examined_by_somebody",
                violation_error_message="Une personne examine la procédure.",
            ),
            models.CheckConstraint(
                condition=Q(decider__isnull=True) | ~Q(decider=F("referred_by")),
                name="case_is_never_examined_by_who_referred_it",
                violation_error_message="Qui transmet des faits n’examine pas la procédure.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["CLOSED", "LAPSED", "WITHDRAWN", "ANNULLED"])
                | (Q(ended_at__isnull=False) & ~Q(ending_reasons="")),
                name="case_ends_with_date_and_reasons",
                violation_error_message="Une clôture est datée et expliquée.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["CLOSED", "WITHDRAWN"]) | Q(ended_by__isnull=False),
                name="case_is_closed_by_a_person",
                violation_error_message="Une personne clôt ou retire une procédure.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["DECISION_DUE", "DECIDED", "LAPSED"]) | Q(decide_by__isnull=False),
                name="case_due_has_its_day",
                violation_error_message="Une décision attendue a une date limite.",
            ),
            models.CheckConstraint(
                condition=Q(daily_allowance__isnull=True) | Q(daily_allowance__gt=0),
                name="case_allowance_is_positive",
                violation_error_message="Une allocation journalière est un montant positif.",
            ),
        ]
        indexes = [
            models.Index(fields=["claimant", "-id"], name="case_of_claimant"),
            models.Index(fields=["origin", "origin_id"], name="case_of_origin"),
            models.Index(
                fields=["region", "referred_at", "id"], name="case_to_take", condition=Q(state="REFERRED")
            ),
            # What is open in a region, counted and found by state.
            models.Index(
                fields=["region", "state"],
                include=["referred_by"],
                name="case_open_in_region",
                condition=Q(state__in=sorted(CASE_LIVE)),
            ),
            # What an outage of the portal may extend, in the order it is gone through.
            models.Index(
                fields=["id"],
                name="case_to_extend",
                condition=Q(
                    state__in=[
                        "NOTICE_RECEIVED",
                        "OBSERVATIONS_FILED",
                        "HEARING_REQUESTED",
                        "HEARING_HELD",
                        "DECISION_DUE",
                        "DECIDED",
                    ]
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)

    @property
    def about(self) -> dict[str, Any]:
        """Give what each line of the journal says of a case."""
        return {"file_id": self.claimant_id, "subject_id": self.pk}

    def has_lapsed(self, now: datetime) -> bool:
        """Say whether the time to decide is over."""
        return self.decide_by is not None and now >= self.decide_by


class Piece(models.Model):
    """One document of a case: referred with it, or sent with observations; only ever added."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="pieces", db_index=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    # Empty for what came with the referral.
    observations = models.ForeignKey(
        "measures.Observations", on_delete=models.PROTECT, null=True, related_name="pieces"
    )
    added_at = models.DateTimeField("ajoutée le")

    class Meta:
        verbose_name = "pièce"
        ordering = ["added_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "document"],
                name="piece_once",
                violation_error_message="Ce document est déjà dans la procédure.",
            ),
        ]
