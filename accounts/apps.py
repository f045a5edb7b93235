from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    label = "accounts"
    verbose_name = "Personnes et agences"

    def ready(self) -> None:
        from accounts import deeds, oversight, personal_data  # noqa: F401 - declare themselves
        from accounts.sign_in import second_factor, trail

        second_factor.connect()
        trail.connect()
        oversight.count_documents_too()
