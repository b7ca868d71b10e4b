"""A small catalog of our own invented names, with ordinary words among them."""

from datetime import UTC, datetime

from registry.core.model import Alias, Character, Title, Work

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def character(ref, name, *aliases, work="w1", **fields):
    listed = tuple(a if isinstance(a, Alias) else Alias(text=a) for a in aliases)
    return Character(
        id=f"c-{ref}", rightsholder="r", ref=ref, name=name, aliases=listed, work=work, created_at=NOW, updated_at=NOW, **fields
    )


def work(ref, title, *titles, **fields):
    return Work(
        id=ref,
        rightsholder="r",
        ref=ref,
        title=title,
        titles=tuple(Title(text=t) for t in titles),
        created_at=NOW,
        updated_at=NOW,
        **fields,
    )


WORKS = [work("w1", "Glimmerwood Saga", "グリマーウッド"), work("w2", "Kazemori Chronicle")]
CHARACTERS = [
    character("zorblax", "Zorblaxian", "ゾルブラックス", "조르블락스", "佐尔布拉克斯"),
    character("quenti", "Quentira Velloss"),
    character("shuuji", "Kamishuuji Ryouta", "神修司涼太", work="w2"),
    character("link", "Link", Alias(text="Linkarion", benign=("linkarion fence",))),
    character("white", "White"),
    character("tori", "Tori", Alias(text="Torimaru Ukonda", match="exact"), work="w2"),
    character("momo", "モモリンガ", "Momoringa", work="w2"),
]
