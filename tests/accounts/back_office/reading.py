"""What a page of the back office would send, and what it left in the journal."""

from portal.core.models import JournalEntry


def form_of(response) -> dict[str, str]:
    """Give what a change form would send unchanged."""
    context = response.context["adminform"].form
    data = {}
    forms = [
        context,
        *(form for formset in response.context["inline_admin_formsets"] for form in formset.formset),
    ]
    for formset in response.context["inline_admin_formsets"]:
        management = formset.formset.management_form
        data |= {management.add_prefix(name): management.initial[name] for name in management.fields}
    for form in forms:
        for name in form.fields:
            value = form[name].value()
            if value is True:
                data[form.add_prefix(name)] = "on"
            elif value is not None and value is not False:
                data[form.add_prefix(name)] = value
    return data


def entries(code: int) -> list[JournalEntry]:
    return list(JournalEntry.objects.filter(code=code))
