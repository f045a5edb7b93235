from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"
    label = "messaging"
    verbose_name = "Messages"

    def ready(self) -> None:
        from messaging import account_mails, oversight_mails, personal_data  # noqa: F401 - declares itself

        account_mails.connect()
        oversight_mails.connect()
