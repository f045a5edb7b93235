"""Put a version of the barème into force, ahead of its first day, or take it back before that day.

A version never reaches back: its first day lies ahead, and so does the day after the last of the one it closes.
So no facts that a case already holds fall out of the version that measures them, whoever publishes what.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from measures import deeds
from measures.bareme import drafting, timeline
from measures.bareme.timeline import DAY, Days, Handover, days_of
from measures.models import BaremeVersion
from measures.states import VersionState
from portal.core import journal
from portal.core.fingerprint import content_hash
from portal.core.french import day_span, full_date, typographic
from portal.core.journal import Actor
from portal.core.transitions import Refusal

_V = VersionState


class MayNotPublish(Refusal):
    sentence = "Cette version ne peut pas être publiée pour le moment."


class ChangedMeanwhile(Refusal):
    sentence = "La version a changé depuis que vous avez ouvert cette page. Relisez-la avant de publier."


class MayNotWithdraw(Refusal):
    sentence = "Cette version ne peut pas être retirée."


class NoReason(Refusal):
    sentence = "Écrivez la raison du retrait."


@dataclass(frozen=True, slots=True)
class Plan:
    """What publishing a draft would do, as the confirmation page says it."""

    # What stands against it, in French; empty when it may be published.
    against: list[str]
    # The version before it, which would end the day before.
    closes: BaremeVersion | None
    closes_on: date
    handovers: list[Handover]
    # What was read: whoever confirms says it back.
    seal: str


def plan(version: BaremeVersion, others: Iterable[BaremeVersion], now: datetime) -> Plan:
    """Say what publishing a version would close, whom it would measure, and what stands against it."""
    published = [one for one in others if one.state == _V.PUBLISHED and one.pk != version.pk]
    closes = _closed_by(version, published)
    closes_on = version.valid_from - DAY
    before = [days_of(one) for one in published]
    after = [*(days_of(one) for one in published if one != closes), days_of(version)]
    if closes is not None:
        after.append(Days(closes.code, closes.territory, closes.valid_from, closes_on))
    rules = list(version.rules.values_list())
    against = [
        *_incomplete(version, rules),
        *_too_early(version, now),
        *_overlaps(version, published, closes, now),
    ]
    changes = timeline.handovers(before, after)
    if not against:
        against = _gaps(version, after, changes, published)
    return Plan(against, closes, closes_on, changes, _seal(version, rules, closes))


def publish(version_id: int, *, by: Actor, now: datetime, seal: str = "") -> BaremeVersion:
    """Put a version into force from its first day on, and end the one before it the day before.

    From then on nobody changes it. `seal` is what the confirmation page showed (`Plan.seal`): what changed since is
    not published unread. Raises `NoLongerThere`, `NoLongerADraft`, `MayNotPublish`, `ChangedMeanwhile`.
    """
    with transaction.atomic():
        version, versions = drafting.held(version_id)
        if version.state != _V.DRAFT:
            raise drafting.NoLongerADraft(version)
        planned = plan(version, versions, now)
        if planned.against:
            raise MayNotPublish(" ".join(planned.against))
        if seal and seal != planned.seal:
            raise ChangedMeanwhile
        closes = ""
        if (last := planned.closes) is not None:
            last.valid_to, last.closed_by = planned.closes_on, version
            last.save(update_fields=["valid_to", "closed_by"])
            closes = typographic(f"La version « {last.code} » finit le {full_date(planned.closes_on)}.")
        version.published_at, version.published_by_id = now, by.person_id
        version.move_to(_V.PUBLISHED, saving=["published_at", "published_by"])
        data = {"code": version.code, "from": full_date(version.valid_from), "closes": closes}
        journal.record(deeds.BAREME_PUBLISHED, by=by, now=now, subject_id=version.pk, data=data)
        return version


def why_not_withdraw(version: BaremeVersion, others: Iterable[BaremeVersion], now: datetime) -> list[str]:
    """Say in French what stands against withdrawing a version; empty when it may be offered.

    Facts are never ahead, so a version that has not begun measures no case. Who lets a case keep its version says
    it here too: `if version.cases.exists(): …`.
    """
    if version.state != _V.PUBLISHED:
        return [f"La version « {version.code} » est {version.get_state_display()}."]
    if version.valid_from <= today(now, version.territory):
        return [
            f"La version « {version.code} » est en vigueur depuis le {full_date(version.valid_from)} : elle ne se "
            "retire plus. Publiez une version qui la remplace."
        ]
    return [
        f"Retirez d’abord la version « {one.code} », qui la suit."
        for one in others
        if (one.state, one.territory) == (_V.PUBLISHED, version.territory)
        and one.valid_from > version.valid_from
    ]


def taken_back(
    version: BaremeVersion, others: Iterable[BaremeVersion]
) -> tuple[BaremeVersion | None, list[Handover]]:
    """Say what withdrawing a version would do: which one has no end any more, and the days that change hands."""
    published = [one for one in others if one.state == _V.PUBLISHED]
    reopens = next((one for one in published if one.closed_by_id == version.pk), None)
    after = [days_of(one) for one in published if one not in (version, reopens)]
    if reopens is not None:
        after.append(Days(reopens.code, reopens.territory, reopens.valid_from, None))
    return reopens, timeline.handovers([days_of(one) for one in published], after)


def withdraw(version_id: int, *, reason: str, by: Actor, now: datetime) -> BaremeVersion:
    """Take a version back before its first day, with a reason; the one it had closed goes on as before.

    Raises `MayNotWithdraw`, `NoReason`.
    """
    with transaction.atomic():
        version, versions = drafting.held(version_id)
        if against := why_not_withdraw(version, versions, now):
            raise MayNotWithdraw(" ".join(against))
        if not reason.strip():
            raise NoReason
        last, _ = taken_back(version, versions)
        version.withdrawn_at, version.withdrawal_reason = now, reason.strip()
        version.move_to(_V.WITHDRAWN, saving=["withdrawn_at", "withdrawal_reason"])
        reopens = ""
        if last is not None:
            last.valid_to, last.closed_by = None, None
            last.save(update_fields=["valid_to", "closed_by"])
            reopens = typographic(f"La version « {last.code} » n’a plus de fin.")
        data = {"code": version.code, "reason": version.withdrawal_reason, "reopens": reopens}
        journal.record(deeds.BAREME_WITHDRAWN, by=by, now=now, subject_id=version.pk, data=data)
        return version


def today(now: datetime, territory: str) -> date:
    """Give the day it is where a version is for; for everywhere, the day it already is in the Pacific."""
    return max(now.astimezone(place.zone).date() for place in timeline.where(territory))


# --- what stands against it ----------------------------------------------------


def _closed_by(version: BaremeVersion, published: Iterable[BaremeVersion]) -> BaremeVersion | None:
    """Find the version without an end that this one follows: publishing gives it one."""
    for one in published:
        if (
            one.territory == version.territory
            and one.valid_to is None
            and one.valid_from < version.valid_from
        ):
            return one
    return None


def _incomplete(version: BaremeVersion, rules: Collection[object]) -> list[str]:
    against = []
    if not version.source.strip():
        against.append("Écrivez la source : le texte qui fonde cette version.")
    if not rules:
        against.append("Ajoutez ce que la version permet : elle ne contient aucune mesure.")
    return against


def _too_early(version: BaremeVersion, now: datetime) -> list[str]:
    earliest = today(now, version.territory) + DAY
    if version.valid_from >= earliest:
        return []
    return [
        f"Une version ne vaut pas pour le passé. Choisissez un premier jour à partir du {full_date(earliest)}."
    ]


def _overlaps(
    version: BaremeVersion, published: Collection[BaremeVersion], closes: BaremeVersion | None, now: datetime
) -> list[str]:
    mine, against = days_of(version), []
    codes = {one.pk: one.code for one in published}
    for one in published:
        theirs = days_of(one)
        if one == closes or one.territory != version.territory:
            continue
        if theirs.cover(mine.first) or mine.cover(theirs.first):
            days = f"à partir du {full_date(theirs.first)}"
            days = days if theirs.last is None else day_span(theirs.first, theirs.last)
            way = "Changez vos dates"
            if one.closed_by_id:
                way += f", ou retirez d’abord la version « {codes[one.closed_by_id]} », qui la suit"
            elif one.valid_from > today(now, one.territory):
                way += ", ou retirez-la d’abord"
            against.append(f"La version « {one.code} » vaut déjà {days}. {way}.")
    return against


def _gaps(
    version: BaremeVersion,
    after: list[Days],
    changes: Iterable[Handover],
    published: Iterable[BaremeVersion],
) -> list[str]:
    against = [
        f"À partir du {full_date(change.first)}, aucune version ne serait en vigueur "
        f"({timeline.named(change.territories)}). Laissez la fin vide : la version suivante la fixera."
        for change in changes
        if change.after is None
    ]
    ends = [
        one.valid_to
        for one in published
        if one.territory == version.territory and one.valid_to and one.valid_to < version.valid_from
    ]
    first, last = max(ends, default=version.valid_from) + DAY, version.valid_from - DAY
    if first <= last and timeline.uncovered(after, timeline.where(version.territory), first, last):
        against.append(
            f"Aucune version ne serait en vigueur {day_span(first, last)}. Commencez le {full_date(first)}."
        )
    return against


def _seal(version: BaremeVersion, rules: object, closes: BaremeVersion | None) -> str:
    fields = {field.attname: getattr(version, field.attname) for field in version._meta.concrete_fields}
    return content_hash({"version": fields, "rules": rules, "closes": closes and closes.pk}).hex()
