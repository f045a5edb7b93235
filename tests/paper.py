"""Read a PDF of ours back: its words as a reader would copy them, and the tags a screen reader follows."""

import io
import re
from typing import Any

import pikepdf


def text_of(content: bytes) -> str:
    """The words of a PDF in the order they are drawn, spaces as single ones."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pages = [_text_of_page(page) for page in pdf.pages]
    return re.sub(r"\s+", " ", " ".join(pages))


def tags_of(content: bytes) -> list[str]:
    """The kinds of the structure tree in reading order: H1, P, Table, TH…"""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        found: list[str] = []
        _walk(pdf.Root.StructTreeRoot.get("/K"), found)
        return found


def _walk(node: Any, found: list[str]) -> None:
    if isinstance(node, pikepdf.Array):
        for child in node:
            _walk(child, found)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            found.append(str(node.S).removeprefix("/"))
        if "/K" in node:
            _walk(node.K, found)


def _text_of_page(page: pikepdf.Page) -> str:
    fonts = {name: _characters(font) for name, font in page.Resources.get("/Font", {}).items()}
    words, current = [], {}
    for instruction in pikepdf.parse_content_stream(page):
        operator = str(instruction.operator)
        if operator == "Tf":
            current = fonts[str(instruction.operands[0])]
        elif operator == "ET":
            words.append(" ")
        elif operator == "Tj":
            words.append(_decoded(instruction.operands[0], current))
        elif operator == "TJ":
            parts = [part for part in instruction.operands[0] if isinstance(part, pikepdf.String)]
            words += [_decoded(part, current) for part in parts]
    return "".join(words)


def _decoded(drawn: Any, characters: dict[int, str]) -> str:
    codes = bytes(drawn)
    pairs = (int.from_bytes(codes[at : at + 2], "big") for at in range(0, len(codes), 2))
    return "".join(characters.get(code, "") for code in pairs)


def _characters(font: Any) -> dict[int, str]:
    """What each glyph means, from the font's ToUnicode table."""
    table = font.ToUnicode.read_bytes().decode("latin-1")
    found = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, meaning in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            found[int(code, 16)] = bytes.fromhex(meaning).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, meaning in re.findall(
            r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block
        ):
            for code in range(int(first, 16), int(last, 16) + 1):
                found[code] = chr(int(meaning, 16) + code - int(first, 16))
    return found
