"""The addresses of an agency's mailroom, under `/agence/courrier/`."""

from django.urls import path

from portal.web.mailroom import batches, letters

app_name = "mailroom"

urlpatterns = [
    path("", batches.index, name="index"),
    path("lots/<ref:ref>/", batches.batch, name="batch"),
    path("lots/<ref:ref>/lettres.pdf", batches.paper, name="paper"),
    path("lots/<ref:ref>/manifeste.csv", batches.manifest, name="manifest"),
    path("lettres/<ref:ref>/", letters.letter, name="letter"),
    path("lettres/<ref:ref>/lettre.pdf", letters.paper, name="letter_paper"),
    path("lettres/<ref:ref>/ecarter/", letters.set_aside, name="set_aside"),
    path("lettres/<ref:ref>/recommande/", letters.register, name="register"),
    path("lettres/<ref:ref>/remise/", letters.deliver, name="deliver"),
    path("lettres/<ref:ref>/retour/", letters.come_back, name="come_back"),
]
