"""What a prompt is about, told by its own words: stories and fan art, or people, products and places as a camera sees them.

Written down for this project, a word for each kind of text; how much they count is learned (`weights.py`).
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
FICTION, CAMERA = frozenset(_FICTION.split()), frozenset(_CAMERA.split())
FICTION_CJK, CAMERA_CJK = tuple(_FICTION_CJK.split()), tuple(_CAMERA_CJK.split())


def topics_of(prompt: str, words: frozenset[str]) -> tuple[int, int]:
    """Return how many different words of stories and of the camera a prompt holds, each up to five; `words` are its own, in lower case."""
    fiction, camera = len(FICTION & words), len(CAMERA & words)
    if not prompt.isascii():
        fiction += sum(word in prompt for word in FICTION_CJK)
        camera += sum(word in prompt for word in CAMERA_CJK)
    return min(5, fiction), min(5, camera)
