"""The barème's own words in the back office's pages."""

from django import template

from measures.bareme.ranges import ranked, told
from measures.models import BaremeRule

register = template.Library()


@register.filter
def rule_name(rule: BaremeRule) -> str:
    """Name a rule by what sets it apart: breach, situation, rank, measure."""
    about = f"{rule.get_breach_display()}, {rule.get_situation_display()}, {ranked(rule)}"
    return f"{about}\u00a0: {rule.get_outcome_display()}"


@register.filter
def whole_rule(rule: BaremeRule) -> str:
    """Say a rule whole: whom it is for, and what it permits."""
    return f"{rule.get_breach_display()}, {rule.get_situation_display()}, {ranked(rule)}\u00a0: {told(rule)}"
