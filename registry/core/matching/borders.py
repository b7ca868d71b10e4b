"""Where a name may begin and end: whole words, Korean particles, katakana runs (UAX #29 is too coarse for names)."""

from registry.core.matching.variants import is_unspaced

_PARTICLES = (
    "은 는 이 가 을 를 의 에 도 와 과 로 으로 랑 만 께 부터 까지 처럼 보다 한테 라 다 입 인 나 고 야 아 여 며 씨 님 군 양 들 쨩 짱 형 누나"
    " 언니 오빠 선배 선생 같 답 조차 마저 밖 뿐 대 하 란 든 요 였"
)


def _jamo(syllable: str) -> str:
    """Take a hangul syllable apart, by Unicode section 3.12."""
    index = ord(syllable) - 0xAC00
    tail = chr(0x11A7 + index % 28) if index % 28 else ""
    return chr(0x1100 + index // 588) + chr(0x1161 + index % 588 // 28) + tail


# What may follow a Korean name at once, in jamo as everything folded is.
PARTICLES = tuple("".join(_jamo(s) for s in word) for word in _PARTICLES.split())


def whole_end(folded: str, end: int) -> int:
    """Return where a hit ends when it may end there, else 0: at a border, after a plural s, before a particle."""
    last, after = folded[end - 1], folded[end] if end < len(folded) else " "
    if last == " ":
        return end - 1
    if after == " ":
        return end
    if last < "\x80":
        return end + 1 if after == "s" and folded[end + 1] == " " else 0
    if after in "\u3099\u309a" or "\u1160" <= after <= "\u11ff":
        return 0
    if "\u1100" <= after <= "\u115f":
        return end if folded.startswith(PARTICLES, end) else 0
    return end if is_unspaced(after) else 0


def splits_katakana(text: str, start: int, end: int) -> bool:
    """True when a katakana name at this place is part of a longer katakana word."""
    before = start > 0 and is_katakana(text[start]) and is_katakana(text[start - 1])
    return before or (end < len(text) and is_katakana(text[end - 1]) and is_katakana(text[end]))


def is_katakana(char: str) -> bool:
    """True for a letter of katakana, the middle dot aside."""
    return ("\u30a1" <= char <= "\u30ff" and char != "・") or "\uff66" <= char <= "\uff9f"
