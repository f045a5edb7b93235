"""What an administrator fills in about a version of the barème; what makes no sense is said beside the field."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from measures.models import EVERYWHERE, BaremeVersion
from portal.core.working_time import Territory

DAY = "Exemple\u00a0: 01/01/2027."


class VersionForm(forms.ModelForm):
    """A draft: until it is published everything of it may change."""

    class Meta:
        model = BaremeVersion
        fields = ["code", "title", "source", "territory", "valid_from", "valid_to", "repeat_months"]
        help_texts = {
            "code": "En minuscules, sans espace. Il reste le nom de cette version.",
            "source": "Le texte qui fonde cette version, et là où on peut le lire.",
            "territory": "Partout\u00a0: là où aucune version propre au territoire n’est en vigueur.",
            "valid_from": f"{DAY} Une version ne vaut jamais pour le passé.",
            "valid_to": "Laissez vide\u00a0: la version suivante fixera la fin.",
            "repeat_months": "De date à date, depuis la notification de chaque mesure (R5412-3-4).",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "territory" in self.fields:
            self.fields["territory"].choices = [(EVERYWHERE, "partout"), *Territory.choices]  # type: ignore[attr-defined]


class DraftForm(forms.Form):
    """The name and the first day of the next version."""

    code = forms.CharField(
        label="Code",
        max_length=40,
        help_text="En minuscules, chiffres et tirets. Exemple\u00a0: fr-2027-01-01.",
    )
    valid_from = forms.DateField(label="En vigueur à partir du", help_text=DAY)


class ConfirmForm(forms.Form):
    """That what was shown is what is published."""

    seal = forms.CharField(widget=forms.HiddenInput, max_length=64)


class WithdrawForm(forms.Form):
    """Why a version is taken back."""

    reason = forms.CharField(
        label="Raison",
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Elle reste écrite avec la version et dans le journal.",
        error_messages={"required": "Écrivez la raison du retrait."},
    )


class CompareForm(forms.Form):
    """Which other version to lay beside this one."""

    avec = forms.ModelChoiceField(BaremeVersion.objects.none(), label="Comparer avec", empty_label=None)

    def __init__(self, *args: Any, others: QuerySet[BaremeVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["avec"].queryset = others  # type: ignore[attr-defined]
