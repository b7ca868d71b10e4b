"""Every spelling of a text folds alike, and every place of the fold has a way back."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.matching.fold import Folded, fold
from registry.store.word_facts import load_word_facts

TABLE = load_word_facts().fold
TEXTS = st.text(alphabet=st.characters(exclude_categories=("Cs",), max_codepoint=0x2FFF) | st.sampled_from("ピカちゅう피카悟空ﾋﾟé-. ß🅿"))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Ｚｏｒ", "zor"), ("𝐙𝐨𝐫", "zor"), ("ﾓﾓﾘﾝｶﾞ", "モモリンガ"), ("ももりんが", "モモリンガ"), ("Zo\u200brb", "zorb"), ("🅩🅾🆁", "zor"),
        ("神修司凉太", "神修司涼太"), ("Élan", "elan"), ("pika-chu", "pika chu"), ("クラーク・ケント", "クラーク ケント"),
    ],
)  # fmt: skip
def test_two_spellings_of_one_name_fold_alike(left, right):
    assert fold(left, TABLE) == fold(right, TABLE)


@given(st.text(alphabet="éüñçöåßアガパ피카츄각 aZ", max_size=40))
def test_composed_and_decomposed_text_fold_alike(text):
    assert fold(unicodedata.normalize("NFC", text), TABLE) == fold(unicodedata.normalize("NFD", text), TABLE)


@given(TEXTS)
def test_every_word_of_the_fold_lies_in_the_text_in_order(text):
    folded, at, reach = Folded(text, TABLE), 1, 0
    assert folded.folded == fold(text, TABLE)
    for word in folded.words:
        start, end = folded.span(at, at + len(word))
        assert 0 <= start < end <= len(text)
        assert start >= reach
        assert word[0] in fold(text[start:end], TABLE)
        reach, at = start, at + len(word) + 1
