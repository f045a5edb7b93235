"""The templates of e-mails, made ready once a process: one piece instead of a chain, styles already inline.

Filling a mail then costs a third of what `extends` and a pass of the inliner over each mail cost.
What is asked of these templates for it: blocks inside no other block, no `block.super`, and no template tag
where HTML allows no text (between the rows of a table). Anything else is refused at the first use.
"""

import re
from functools import cache
from typing import Any

from css_inline import CSSInliner
from django.template import Context, TemplateSyntaxError, engines
from django.template.loader import get_template

# Nothing is fetched: the styles stand in the base's head. The dark ones stay there, for who knows them.
_inliner = CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)

_COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}|{#.*?#}", re.DOTALL)
_EXTENDS = re.compile(r"\s*{% extends [\"']([^\"']+)[\"'] %}")
_LOAD = re.compile(r"{% load [^%]+%}")
_BLOCK = re.compile(r"{% block (\w+) %}(.*?){% endblock(?: \w+)? %}", re.DOTALL)
_BLOCK_TAG = re.compile(r"{% (?:block \w+|endblock(?: \w+)?) %}")
_TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


class Ready:
    """One template, ready to be filled."""

    def __init__(self, name: str) -> None:
        source = _BLOCK_TAG.sub("", _in_one_piece(name))
        self._html = name.endswith(".html")
        # What a filter makes (`linebreaks`) is not there yet to be given its style.
        self._paragraph = "<p>"
        if self._html:
            style = _STYLE.search(source)
            self._paragraph = _inliner.inline_fragment("<p></p>", style[1] if style else "").removesuffix(
                "</p>"
            )
            source = _with_styles_inline(name, source)
        self._template: Any = engines["django"].from_string(source)

    def fill(self, values: dict[str, Any]) -> str:
        """Fill the template, without a request; only `.html` is escaped."""
        text = str(self._template.template.render(Context(values, autoescape=self._html)))
        if self._html:
            text = text.replace("<p>", self._paragraph)
        # A lone half of a character, from some broken import, must not stop the mail.
        return text.encode("utf-8", "replace").decode("utf-8")


@cache
def ready(name: str) -> Ready:
    """Give the template of this name; read and made ready once."""
    return Ready(name)


def _in_one_piece(name: str) -> str:
    template: Any = get_template(name)
    source = _COMMENT.sub("", template.template.source)
    extends = _EXTENDS.match(source)
    if extends is None:
        return source
    if "block.super" in source:
        raise TemplateSyntaxError(f"{name}: an e-mail's template can't use block.super.")
    blocks = dict(_BLOCK.findall(source))
    if any("{% block" in inside for inside in blocks.values()):
        raise TemplateSyntaxError(f"{name}: an e-mail's template can't have a block inside a block.")
    parent = _in_one_piece(extends[1])
    filled = _BLOCK.sub(
        lambda block: f"{{% block {block[1]} %}}{blocks.get(block[1], block[2])}{{% endblock %}}", parent
    )
    return "".join(_LOAD.findall(source)) + filled


def _with_styles_inline(name: str, source: str) -> str:
    loads = "".join(_LOAD.findall(source))
    page = _LOAD.sub("", source)
    inline = _inliner.inline(page)
    if _TAG.findall(inline) != _TAG.findall(page):
        raise TemplateSyntaxError(
            f"{name}: a template tag stands where HTML allows no text, or holds a quote."
        )
    return loads + inline
