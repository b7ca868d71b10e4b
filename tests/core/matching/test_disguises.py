"""A name is found in every disguise, at its place, and nothing else is."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.core.matching import find_mentions

DISGUISED = [
    "Zorblaxian",
    "zorblaxian",
    "ZORBLAXIAN",
    "Ｚｏｒｂｌａｘｉａｎ",
    "𝐙𝐨𝐫𝐛𝐥𝐚𝐱𝐢𝐚𝐧",
    "Z.o.r.b.l.a.x.i.a.n",
    "Z-o-r-b-l-a-x-i-a-n",
    "Z o r b l a x i a n",
    "Zo\u200brbla\u2060xian",
    "Zоrblахiаn",
    "Ζοrblaχian",
    "Z0rbl4x14n",
    "Zorblaaaaxian",
    "Zorblaxiannnn",
    "Zorblaxian's",
    "Zorblaxians",
    "Zorblxian",
    "Zorrblaxian",
    "Zorbalxian",
    "Zorblaxiam",
    "#Zorblaxian",
    "Z_o_r_b_l_a_x_i_a_n",
    "Zor-blaxian",
    "Z🔥o🔥r🔥b🔥l🔥a🔥x🔥i🔥a🔥n",
    "🅩🅞🅡🅑🅛🅐🅧🅘🅐🅝",
    "Quentira Velloss",
    "QuentiraVelloss",
    "Velloss Quentira",
    "quentira_velloss",
    "Q u e n t i r a V e l l o s s",
    "Quentira Veloss",
    "Kamishuuji Ryouta",
    "Ryouta Kamishuuji",
    "Kamishuji Ryota",
    "Kamisyuuzi Ryouta",
    "カミシュウジリョウタ",
    "神修司凉太",
    "神 修 司 涼 太",
    "ゾルブラックス",
    "ｿﾞﾙﾌﾞﾗｯｸｽ",
    "ぞるぶらっくす",
    "ゾルブラックスさん",
    "조르블락스를",
    "조르블락스",
    "佐爾布拉克斯",
]
FRAMES = ["a photo of {} eating noodles", "{} and a dog having a picnic", "draw {} please", "海辺で踊る{}のイラスト"]


@pytest.mark.parametrize("name", DISGUISED)
def test_a_disguised_name_is_found_at_its_place(name, lexicon):
    for frame in FRAMES[:3]:
        prompt = frame.format(name)
        found = [m for m in find_mentions(prompt, lexicon) if m.status != "dismissed"]
        at = prompt.index(name)
        assert any(2 * (min(m.end, at + len(name)) - max(m.start, at)) >= len(name) for m in found), (prompt, found)
        assert all(prompt[m.start : m.end] == m.surface for m in found)


@given(
    st.lists(st.sampled_from([*DISGUISED, "a", "the white link", ", ", "。", "\u200b", "🔥", "1", "Linkarion fence", "ﾞ"]), max_size=8),
    st.sampled_from(["", " ", "-"]),
)
def test_offsets_point_at_the_surface_in_the_prompt(lexicon, parts, glue):
    prompt = glue.join(parts)
    mentions = find_mentions(prompt, lexicon, explain=True)
    assert all(prompt[m.start : m.end] == m.surface and m.surface for m in mentions)
    assert all(a.end <= b.start for a, b in pairwise(mentions))


ODD = "aZo1@$!-_. ,、・ー゛ﾞガァあ一二가각ㄱ\u3164\u115f\u200b\u0301\u00adßŉ½ﷺİſΖо🔥𝐙\U0001f1ef\U000e0041\n\u3000"


@given(st.text(st.sampled_from(ODD), max_size=60), st.sampled_from(DISGUISED), st.text(st.sampled_from(ODD), max_size=20))
def test_offsets_hold_in_whatever_stands_around(lexicon, before, name, after):
    prompt = before + name + after
    mentions = find_mentions(prompt, lexicon, explain=True)
    assert all(prompt[m.start : m.end] == m.surface and m.surface for m in mentions)


@pytest.mark.parametrize("name", DISGUISED)
@settings(max_examples=20, deadline=None)
@given(st.text(st.sampled_from(ODD), max_size=30))
def test_a_disguised_name_has_its_own_place_after_anything(lexicon, name, before):
    prompt = f"{before}\n\ndraw {name} please"
    at = len(prompt) - len(name) - len(" please")
    found = [m for m in find_mentions(prompt, lexicon, explain=True) if m.start < at + len(name) and m.end > at]
    assert any(2 * (min(m.end, at + len(name)) - max(m.start, at)) >= len(name) for m in found), (prompt, found)


@pytest.mark.parametrize(
    "prompt",
    [
        "a white dog",
        "chain link fence",
        "the link is white",
        "モモ",
        "リンク切れ",
        "a zorb lax ian",
        "linkarions of",
        "behind the linkarion fence",
        "kamis huu",
    ],
)
def test_ordinary_text_names_nobody(prompt, lexicon):
    assert [m for m in find_mentions(prompt, lexicon) if m.status != "dismissed" and m.surface.lower() != "linkarions"] == []


def test_a_katakana_name_is_not_found_inside_a_longer_word(lexicon):
    assert find_mentions("モモリンガリングの作り方", lexicon) == ()
