"""The bars under which a letter's reference is scanned: Code 39 (ISO/IEC 16388), which has capitals, digits, dash."""

_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. *"
# Five bars and four gaps a character, by turns; 3 is wide. In the order of the characters above.
_WIDTHS = (
    "111331311311311113113311113313311111111331113311331111113331111111311313311311311113311311"
    "311113113113113113313113111111133113311133111113133111111113313311113311113113311111133311"
    "311111133113111133313111131111131133311131131113131131111111333311111331113111331111131331"
    "331111113133111113333111111131131113331131111133131111131111313331111311133111311131131311"
)
_TABLE = {
    character: [int(width) for width in _WIDTHS[9 * place : 9 * place + 9]]
    for place, character in enumerate(_CHARACTERS)
}


def code39(text: str) -> list[int]:
    """Give the widths of bars and gaps by turns, in narrow bars, start and stop signs with them.

    Raises KeyError for a character that Code 39 lacks.
    """
    widths: list[int] = []
    for character in f"*{text}*":
        # A narrow gap parts two characters.
        widths += [*([1] if widths else []), *_TABLE[character]]
    return widths
