"""E-mail templates made ready once: in one piece, dressed, and refused when that can't be done."""

import pytest
from django.template import TemplateSyntaxError, engines

from messaging.delivery import templates
from messaging.delivery.templates import Ready

BASE = """{% comment %}words{% endcomment %}<!DOCTYPE html>
<html lang="fr"><head><title>{{ title }}</title><style>
p { margin: 0; } .big { font-size: 34px; } @media (prefers-color-scheme: dark) { p { color: white; } }
</style></head>
<body>{% block body %}{{ body|linebreaks }}{% endblock %}{% block end %}<p>Fin</p>{% endblock end %}</body></html>"""


@pytest.fixture
def sources(monkeypatch) -> dict[str, str]:
    written = {"emails/base.html": BASE}
    monkeypatch.setattr(templates, "get_template", lambda name: engines["django"].from_string(written[name]))
    return written


def test_a_child_is_filled_in_one_piece_with_its_styles_inline(sources):
    sources["emails/code.html"] = (
        '{% extends "emails/base.html" %}{% load francais %}\n'
        '{% block body %}{% if code %}<p class="big">{{ code }}</p>{% endif %}{{ body|linebreaks }}{% endblock %}'
    )
    html = Ready("emails/code.html").fill({"code": "a<b", "title": "é", "body": "un\n\ndeux"})
    assert '<p class="big" style="margin: 0;font-size: 34px;">a&lt;b</p>' in html
    assert '<p style="margin: 0;">un</p>' in html
    assert '<p style="margin: 0;">deux</p>' in html
    assert '<p style="margin: 0;">Fin</p>' in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert "{%" not in html


def test_a_grandchild_takes_the_nearest_block(sources):
    sources["emails/a.html"] = '{% extends "emails/base.html" %}{% block body %}A{% endblock %}'
    sources["emails/b.html"] = '{% extends "emails/a.html" %}{% block end %}B{% endblock %}'
    html = Ready("emails/b.html").fill({})
    assert "<body>AB</body>" in html.replace("\n", "")


def test_what_stands_in_the_text_part_is_not_escaped(sources):
    sources["emails/a.txt"] = "{{ body }} & <p>"
    assert Ready("emails/a.txt").fill({"body": "l’«a» & b"}) == "l’«a» & b & <p>"


@pytest.mark.parametrize(
    "child",
    [
        "{% block body %}{{ block.super }}{% endblock %}",
        "{% block body %}{% block inner %}{% endblock %}{% endblock %}",
        "{% block body %}<table>{% for a in b %}<tr><td>{{ a }}</td></tr>{% endfor %}</table>{% endblock %}",
        '{% block body %}<a href="{% url "home" %}">x</a>{% endblock %}',
    ],
)
def test_what_can_t_be_made_ready_is_refused(sources, child):
    sources["emails/a.html"] = '{% extends "emails/base.html" %}' + child
    with pytest.raises(TemplateSyntaxError):
        Ready("emails/a.html")
