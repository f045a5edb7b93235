from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "measures"
    label = "measures"
    verbose_name = "mesures et recours"
