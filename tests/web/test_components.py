"""What the components promise, read from their HTML."""

import re
from pathlib import Path

import css_inline
import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

MAIL = {
    "preheader": "Il vous reste 5\u00a0jours.",
    "title": "Expliquez votre absence du 24 novembre",
    "body": "Bonjour,\n\nRien n’est décidé <pour l’instant>.",
    "action_url": "https://emploi.exemple.fr/espace/absences/AB-7K3M-92QD/?a=1&b=2",
    "action_label": "Expliquer mon absence",
    "deadline_text": "À faire avant jeudi 10 décembre 2026 à 18\u00a0h.",
    "why": "Cette absence est dans votre dossier.",
}


ROOT = Path(__file__).resolve().parents[2]


def draw(name: str, /, **values: object) -> str:
    return render_to_string(f"components/{name}.html", values)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def test_bindingness_is_said_in_a_word():
    assert words(draw("bindingness", binding=True)) == "Convocation"
    assert words(draw("bindingness", binding=False, explain=True)) == (
        "Invitation Vous êtes libre de venir ou non."
    )


def test_row_has_one_link_and_its_badge():
    html = draw("row", title="Entretien", url="/espace/x/", binding=True, state="À confirmer", tone="warning")
    assert html.count("<a ") == 1
    assert "Convocation" in html
    assert "À confirmer" in html


def test_row_without_bindingness_shows_none():
    html = draw("row", title="Document")
    assert "onvocation" not in html
    assert "nvitation" not in html


@pytest.mark.parametrize(
    ("level", "said"), [("urgent", True), ("soon", False), ("calm", False), ("past", False)]
)
def test_deadline_says_urgent_in_words(level, said):
    html = words(draw("deadline", date="jeudi", left="demain", level=level))
    assert ("Urgent" in html) is said
    assert "jeudi" in html
    assert "demain" in html


@pytest.mark.parametrize(
    ("tone", "word"),
    [("danger", "Problème"), ("warning", "Attention"), ("success", "Fait"), ("info", "Information")],
)
def test_notice_says_its_tone_in_words(tone, word):
    assert word in words(draw("notice", tone=tone, body="Texte"))


def test_document_under_examination_cannot_be_opened():
    html = draw("document_row", name="a.pdf", meta="", url="/x/", checking=True)
    assert "<a " not in html
    assert "Vérification en cours" in html


def test_pager_without_pages_is_nothing():
    assert draw("pager").strip() == ""


def test_posting_components_carry_their_token():
    item = {"label": "J’ai pris connaissance", "url": "/x/", "icon": "check", "post": True}
    assert 'value="jeton"' in draw("action_list", items=[item], csrf_token="jeton")
    assert 'value="jeton"' in draw("confirm_panel", title="?", action="/x/", csrf_token="jeton")


def test_table_cells_name_their_column():
    html = draw(
        "table", caption="Mois", columns=[{"label": "Agence"}, {"label": "Absences"}], lines=[["A", 3]]
    )
    assert '<th scope="row">A</th>' in html
    assert '<td data-label="Absences">3</td>' in html


def test_bar_plot_says_its_figures():
    template = Template('{% load house %}{% bar_plot "Charge" rows "personnes" 150 %}')
    html = template.render(Context({"rows": [{"label": "Ada", "value": 160}, {"label": "Bo", "value": 80}]}))
    assert 'width="1000"' in html
    assert 'width="500"' in html
    assert "Ada 160 personnes (au-dessus du trait)" in words(html)


def test_header_offers_sign_out_by_post_only():
    html = render_to_string("base.html", {"user": {"is_authenticated": True}, "signed_in_name": "Camille"})
    assert '<form method="post" action="/deconnexion/">' in html
    assert "/connexion/" not in html


def test_header_of_a_stranger_offers_sign_in():
    html = render_to_string("base.html", {})
    assert '<a class="btn btn-sm" href="/connexion/">' in html
    assert "deconnexion" not in html


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "429", "500"])
def test_error_page_says_where_help_is(name):
    html = render_to_string(f"{name}.html", {})
    assert html.count("<h1>") == 1
    assert "3949" in html


def test_titles_of_error_pages_differ():
    names = ["400", "403", "403_csrf", "404", "429", "500"]
    titles = {
        re.search(r"<title>(.*?)</title>", render_to_string(f"{name}.html", {}), re.S)[1] for name in names
    }
    assert len(titles) == 6


def test_email_in_html_escapes_and_asks_nobody():
    html = css_inline.CSSInliner(keep_style_tags=True).inline(render_to_string("emails/base.html", MAIL))
    assert "&lt;pour l’instant&gt;" in html
    assert set(re.findall(r'(?:src|href)="([^"]+)"', html)) == {
        MAIL["action_url"].replace("&", "&amp;"),
        "tel:3949",
    }
    assert "prefers-color-scheme: dark" in html
    assert 'style="' in html


def test_email_in_text_says_the_same():
    text = render_to_string("emails/base.txt", MAIL)
    assert "Rien n’est décidé <pour l’instant>." in text
    assert MAIL["action_url"] in text
    assert MAIL["deadline_text"] in text
    assert MAIL["why"] in text
    assert "&" not in text.replace(MAIL["action_url"], "")


def test_email_says_convocation_or_invitation():
    assert "Convocation" in words(render_to_string("emails/base.html", MAIL | {"kind": "convocation"}))
    assert "Invitation" in words(render_to_string("emails/base.html", MAIL | {"kind": "invitation"}))


def test_every_icon_asked_for_is_in_the_sprite():
    drawn = set(
        re.findall(r'<symbol id="([a-z0-9-]+)"', (ROOT / "static/vendor/lucide/icons.svg").read_text())
    )
    asked = {
        (name, path.name)
        for path in ROOT.glob("templates/**/*.html")
        for name in re.findall(r'(?:{% icon |icon_name=|icon=)"([a-z0-9-]+)"', path.read_text())
    }
    assert len(asked) > 20
    assert {(name, page) for name, page in asked if name not in drawn} == set()


def test_badge_trusts_no_text_because_it_trusted_the_same_before():
    template = Template("{% load house %}{% state_badge label %}")
    assert "<b>x</b>" in template.render(Context({"label": mark_safe("<b>x</b>")}))
    assert "<b>x</b>" not in template.render(Context({"label": "<b>x</b>"}))


def test_state_without_a_tone_is_neutral():
    assert "tone-neutral" in draw("state", label="Annulée")
    assert "tone-neutral" in draw("state", label="Annulée", tone=None)
