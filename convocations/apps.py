from django.apps import AppConfig


class ConvocationsConfig(AppConfig):
    name = "convocations"
    label = "convocations"
