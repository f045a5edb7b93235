import uuid

import pytest
from crispy_forms.utils import render_crispy_form
from django import forms
from django.http import QueryDict

from portal.core.forms import LONGEST_TEXT, HouseForm


class Report(HouseForm, forms.Form):
    submit_label = "Envoyer mon explication"
    one_time = True

    motive = forms.ChoiceField(
        label="Motif", choices=[("a", "Santé"), ("b", "Travail")], widget=forms.RadioSelect
    )
    text = forms.CharField(label="Que s’est-il passé ?", widget=forms.Textarea, help_text="Quelques phrases.")
    day = forms.DateField(label="Jour")
    email = forms.EmailField(label="E-mail", required=False)
    own = forms.CharField(label="Nom", error_messages={"required": "Écrivez votre nom."})


def answers(**changes: str) -> dict[str, str]:
    return {
        "motive": "a",
        "text": "Panne de train.",
        "day": "2026-12-03",
        "own": "Moreau",
        "form_key": str(uuid.uuid4()),
    } | changes


def test_errors_say_what_to_do():
    form = Report(data={"email": "camille@", "day": "31/02/2026", "motive": "z"})
    assert form.errors["text"] == ["Remplissez ce champ."]
    assert form.errors["motive"] == ["Ce choix n’existe plus. Choisissez une réponse de la liste."]
    assert form.errors["day"] == ["Cette date n’est pas reconnue. Exemple\u00a0: 03/12/2026."]
    assert form.errors["email"] == [
        "Cette adresse e-mail n’est pas complète. Exemple\u00a0: prenom.nom@exemple.fr."
    ]


def test_errors_written_by_the_form_stay():
    assert Report(data=answers(own="")).errors == {"own": ["Écrivez votre nom."]}


def test_error_summary_leads_to_the_first_answer_of_a_group():
    html = render_crispy_form(Report(data=answers(motive="", text="")))
    assert '<a href="#id_motive_0">Motif\u00a0: Choisissez une réponse.</a>' in html
    assert '<a href="#id_text">Que s’est-il passé ? Remplissez ce champ.</a>' in html
    assert 'role="alert"' in html
    assert "Il y a 2 points à corriger" in html


def test_form_without_errors_has_no_summary():
    html = render_crispy_form(Report())
    assert 'role="alert"' not in html
    assert "novalidate" in html
    assert "Envoyer mon explication</button>" in html


def test_hint_and_error_are_tied_to_the_field():
    html = render_crispy_form(Report(data=answers(text="")))
    assert 'aria-describedby="id_text_helptext id_text_error"' in html
    assert 'id="id_text_helptext"' in html
    assert 'id="id_text_error"' in html
    assert 'aria-invalid="true"' in html


def test_optional_is_said_in_words():
    html = render_crispy_form(Report())
    assert html.count("(facultatif)") == 1
    assert "Tous les champs sont à remplir, sauf ceux marqués «\u00a0facultatif\u00a0»." in html
    assert "*" not in html


def test_fields_name_their_purpose_to_the_browser():
    assert 'autocomplete="email"' in str(Report()["email"])


@pytest.mark.parametrize("typed", ["2026-12-03", "03/12/2026", "3/12/2026", "3.12.2026"])
def test_dates_are_read_as_typed(typed):
    form = Report(data=answers(day=typed))
    assert form.is_valid(), form.errors
    assert (form.cleaned_data["day"].day, form.cleaned_data["day"].month) == (3, 12)


def test_dates_use_the_device_picker():
    html = str(Report(initial={"day": "2026-12-03"})["day"])
    assert 'type="date"' in html
    assert 'value="2026-12-03"' in html


def test_text_has_an_end():
    assert Report(data=answers(text="x" * LONGEST_TEXT)).is_valid()
    assert "text" in Report(data=answers(text="x" * (LONGEST_TEXT + 1))).errors


def test_form_key_stays_the_same_when_the_form_comes_back():
    key = str(uuid.uuid4())
    form = Report(data=answers(form_key=key, text=""))
    assert f'value="{key}"' in render_crispy_form(form)
    assert Report(data=answers(form_key=key)).is_valid()


def test_form_key_is_new_for_each_page():
    assert Report()["form_key"].value() != Report()["form_key"].value()


@pytest.mark.parametrize("key", ["", "nonsense"])
def test_form_without_its_key_is_an_expired_page(key):
    form = Report(data=answers(form_key=key))
    assert form.errors["form_key"] == ["Cette page a expiré. Rechargez-la, puis recommencez."]
    assert "Cette page a expiré" in render_crispy_form(form)


def test_nul_byte_is_refused_in_words():
    form = Report(data=QueryDict("motive=a&text=a%00b&day=2026-12-03&own=x&form_key=" + str(uuid.uuid4())))
    assert "text" in form.errors


def test_help_text_is_escaped():
    class Odd(HouseForm, forms.Form):
        name = forms.CharField(help_text="<script>alert(1)</script>")

    assert "<script>" not in render_crispy_form(Odd())
