"""How a whole prompt is written and what it is about: capitals, script, language, stories and fan art or what a camera sees.

The words were written down for this project, a list for each kind of text; how much they count is learned (`weights.py`).
"""

import re
from collections import Counter
from dataclasses import dataclass

from daachorse import CharwiseDoubleArrayAhoCorasick

_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]{2,}")
_CAPITALISED = re.compile(r"[A-Z\u00c0-\u00de](?<![A-Za-z\u00c0-\u024f].)[A-Za-z\u00c0-\u024f]")
_ASIAN = re.compile(r"[\u3040-\u9fff\uac00-\ud7a3]+")
_FOREIGN_WORDS = """
    der die das den dem des ein eine einen einem einer und mit von auf ist im am le la les une des du et avec dans sur qui el los las
    una y con en por un il lo gli e di della nel che o os as um uma com na da do het een met van och med ett på en av z na i w se je bir ve
"""
_FOREIGN = frozenset(_FOREIGN_WORDS.split()) - {"i", "as", "die", "do", "a", "am"}
_CUE_WORDS = """
    cosplay character characters anime manga cartoon comic comics superhero superheroes villain fanart movie videogame franchise disney
    marvel pixar kostum personnage personaje
"""
_CUES = frozenset(_CUE_WORDS.split())
_ASIAN_CUES = """
    アニメ キャラ コスプレ 漫画 マンガ ゲーム 角色 动漫 動漫 漫畫 캐릭터 애니 만화 코스프레
"""
_FICTION = """
    anime manga chibi cosplay cosplayer cosplaying fanart superhero superheroes supervillain villain villains hero
    heroes heroine comic comics cartoon cartoons pixar disney dreamworks ghibli marvel nintendo sega capcom shonen
    shounen shojo sidekick henchman nemesis archenemy saga sequel prequel episode season franchise crossover multiverse
    universe reboot live-action adaptation remake film movie movies videogame videogames game games gameplay boss
    protagonist antagonist character characters plush plushie funko figurine meme memes jedi sith lightsaber saiyan
    pokeball wizarding hobbit hobbits hogwarts gotham smash fighting fights fight fighter battle battles battling
    battlefield versus vs ninja samurai mecha kaiju robot robots powers superpowers transformation transforms kamehameha
    mask costume lego minecraft fortnite personaje personajes superheroe superhéroe caricatura película dibujos animados
    personagem desenho filme herói personnage personnages héros dessin animé jeu bande dessinée figur figuren held
    superheld zeichentrick spiel personaggio cartone
"""
_CAMERA = """
    photo photograph photography photographer photorealistic photoreal hyperrealistic realistic portrait bokeh dslr lens
    aperture shutter iso f/1.4 f/1.8 f/2.8 85mm 50mm 35mm 24mm 70mm canon nikon sony leica kodak fujifilm hasselblad
    polaroid depth exposure softbox backlit skin pores texture textures makeup freckles model fashion editorial vogue
    magazine street studio lighting lighting, product packaging bottle perfume label logo brand branding advertisement
    commercial e-commerce campaign banner typography font layout infographic poster ui ux dashboard website app
    interface icon vector mockup flat-lay kitchen interior furniture sofa architecture building landscape mountains
    sunset sunrise beach forest garden flower flowers recipe dish plate meal food coffee table woman man girl boy couple
    subject attire wearing jeans blazer sweater dress hair eyes pose camera angle composition aspect_ratio
    negative_prompt fotografía foto fotografia fotorrealista retrato iluminación photographie photoréaliste éclairage
    fotografie fotorealistisch beleuchtung
"""
_FICTION_CJK = """
    アニメ キャラ コスプレ 漫画 マンガ ゲーム 角色 动漫 動漫 漫畫 캐릭터 애니 만화 코스프레 映画 电影 電影 動畫
    动画 游戏 遊戲 ヒーロー 英雄 히어로 영화 게임 ジブリ ディズニー 迪士尼 디즈니 ぬいぐるみ 玩偶 フィギュア 手办
    피규어 主人公 戦い 战斗 戰鬥 同人 二次元 二创 팬아트 ファンアート 宇宙 변신 変身
"""
_CAMERA_CJK = """
    写真 照片 摄影 攝影 사진 촬영 撮影 镜头 鏡頭 レンズ 렌즈 肌 皮肤 皮膚 피부 ポートレート 肖像 인물 ライティング
    光线 光線 조명 質感 质感 질감 商品 产品 產品 제품 ブランド 品牌 브랜드 ロゴ 标志 로고 广告 廣告 広告 광고 排版
    レイアウト 레이아웃 布局 图标 インフォグラフィック 信息图 女性 모델 モデル 模特 服装 衣装 의상 髪 头发 頭髮
    머리 背景 배경 构图 構図 구도 室内 街道 咖啡 カフェ
"""
_FICTIONS, _CAMERAS = frozenset(_FICTION.split()), frozenset(_CAMERA.split())
# What each word in scripts without spaces counts for stories, for the camera, and as a cue; all are found in one pass.
_FICTIONS_CJK, _CAMERAS_CJK, _CUES_CJK = Counter(_FICTION_CJK.split()), Counter(_CAMERA_CJK.split()), frozenset(_ASIAN_CUES.split())
_CJK_WORDS = sorted(_FICTIONS_CJK.keys() | _CAMERAS_CJK.keys() | _CUES_CJK)
_CJK_WORTH = tuple((_FICTIONS_CJK[word], _CAMERAS_CJK[word], word in _CUES_CJK) for word in _CJK_WORDS)
_CJK = CharwiseDoubleArrayAhoCorasick(_CJK_WORDS)


@dataclass(frozen=True, slots=True)
class Style:
    """How the whole prompt is written: shares of 0 to 1, its length, numbers of different telling words, up to five; where
    names stand in it that nearly always mean their characters.
    """

    capitals: float
    cased: bool
    asian: float
    cue: bool
    length: int
    fiction: int
    camera: int
    words: frozenset[str]
    foreign: bool
    renowned: tuple[tuple[int, int], ...] = ()


def style_of(prompt: str, renowned: tuple[tuple[int, int], ...] = ()) -> Style:
    """Measure a prompt once: the share of its Latin words that are capitalised, of its letters that are East Asian, its topic."""
    words = _LATIN_WORD.findall(prompt)
    capitals = len(_CAPITALISED.findall(prompt))
    lower = frozenset(prompt.lower().split())
    asian = 0 if prompt.isascii() else sum(map(len, _ASIAN.findall(prompt)))
    fiction, camera, cue = len(_FICTIONS & lower), len(_CAMERAS & lower), not _CUES.isdisjoint(lower)
    if not prompt.isascii():
        for word in {hit[2] for hit in _CJK.find_overlapping(prompt)}:
            of_fiction, of_camera, is_cue = _CJK_WORTH[word]
            fiction, camera, cue = fiction + of_fiction, camera + of_camera, cue or is_cue
    return Style(
        capitals=capitals / max(1, len(words)),
        cased=0 < capitals < len(words),
        asian=asian / max(1, len(prompt)),
        cue=cue,
        length=len(prompt),
        fiction=min(5, fiction),
        camera=min(5, camera),
        words=frozenset(words),
        foreign=len(lower & _FOREIGN) >= 2,
        renowned=renowned,
    )
