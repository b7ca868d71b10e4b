"""The words of policies as types and tables. Made from policies/vocabulary.yaml: do not edit, regenerate."""

# fmt: off
# ruff: noqa: E501, SIM905
from typing import Final, Literal, NamedTuple

VOCABULARY_VERSION: Final = 1

LeftOperand = Literal["purpose", "media", "territory", "date_time", "recipient", "audience", "theme", "co_appearance", "aspect", "licence"]
Operator = Literal["eq", "neq", "is_any_of", "is_none_of", "lt", "lteq", "gt", "gteq"]
DutyAction = Literal["attribute", "watermark", "inform", "compensate", "obtain_consent"]
ReasonCode = Literal["NO_CHARACTER_NAMED", "NO_POLICY", "DISPUTED", "USAGE_ALLOWED", "USAGE_RESTRICTED", "USAGE_PROHIBITED", "PERMITTED", "PERMITTED_WITH_DUTIES", "NOT_PERMITTED", "FACTS_MISSING", "PROHIBITED_ALWAYS", "PROHIBITED_PURPOSE", "PROHIBITED_MEDIA", "PROHIBITED_TERRITORY", "PROHIBITED_TIME", "PROHIBITED_RECIPIENT", "PROHIBITED_AUDIENCE", "PROHIBITED_THEME", "PROHIBITED_CO_APPEARANCE", "PROHIBITED_ASPECT", "PROHIBITED_LICENCE", "PROHIBITED_COMBINATION", "PROHIBITION_UNREADABLE"]
Purpose = Literal["personal", "fan_work", "editorial", "education", "research", "parody", "commercial", "advertising", "merchandise", "entertainment", "political", "model_training"]
Media = Literal["image", "video", "audio", "text", "game", "model_3d", "chat"]
Theme = Literal["violence", "gore", "sexual", "nudity", "political", "religion", "drugs", "alcohol", "tobacco", "gambling", "hate", "crime", "self_harm", "military", "medical"]
CoAppearance = Literal["alone", "same_work", "same_rightsholder", "others", "real_persons"]
Aspect = Literal["name", "likeness", "voice"]


class Label(NamedTuple):
    en: str
    ja: str


OPERANDS: Final[dict[str, Label]] = {
    "purpose": Label("purpose", "目的"),
    "media": Label("medium", "媒体"),
    "territory": Label("territory", "地域"),
    "date_time": Label("date", "日時"),
    "recipient": Label("service", "利用サービス"),
    "audience": Label("audience age", "対象年齢"),
    "theme": Label("theme", "題材"),
    "co_appearance": Label("company", "共演"),
    "aspect": Label("aspect", "利用要素"),
    "licence": Label("licence", "ライセンス"),
}
OPERATORS: Final[dict[str, Label]] = {
    "eq": Label("is", "が次と一致する"),
    "neq": Label("is not", "が次と異なる"),
    "is_any_of": Label("is one of", "が次のいずれかである"),
    "is_none_of": Label("is none of", "が次のいずれでもない"),
    "lt": Label("is before or below", "が次より前・未満である"),
    "lteq": Label("is at most", "が次以前・以下である"),
    "gt": Label("is after or above", "が次より後・超過である"),
    "gteq": Label("is at least", "が次以降・以上である"),
}
DUTIES: Final[dict[str, Label]] = {
    "attribute": Label("give credit", "クレジット表記"),
    "watermark": Label("mark the result", "透かし・AI表示"),
    "inform": Label("tell the rightsholder", "権利者への通知"),
    "compensate": Label("pay", "対価の支払い"),
    "obtain_consent": Label("obtain consent", "許諾の取得"),
}
REASONS: Final[dict[str, Label]] = {
    "NO_CHARACTER_NAMED": Label("The prompt names no registered character. This says what the registry knows, not that the generation is lawful.", "登録されたキャラクターの名前は含まれていません。これは登録情報に基づく回答であり、生成が適法であることを保証するものではありません。"),
    "NO_POLICY": Label("The character is registered, but its rightsholder has not said how it may be used.", "このキャラクターは登録されていますが、権利者は利用条件を定めていません。"),
    "DISPUTED": Label("The entry is under dispute: until that is decided it counts at most as restricted.", "この登録には異議が申し立てられています。決定までは、最も厳しくても「制限」として扱います。"),
    "USAGE_ALLOWED": Label("The rightsholder allows this character to be used.", "権利者はこのキャラクターの利用を認めています。"),
    "USAGE_RESTRICTED": Label("The rightsholder restricts this character: ask for consent first.", "権利者はこのキャラクターの利用を制限しています。事前に許諾を得てください。"),
    "USAGE_PROHIBITED": Label("The rightsholder does not allow this character to be used at all.", "権利者はこのキャラクターの利用を一切認めていません。"),
    "PERMITTED": Label("A permission covers this use: {rule}.", "この利用は許可の条件を満たしています（{rule}）。"),
    "PERMITTED_WITH_DUTIES": Label("A permission covers this use if its duties are met: {rule}.", "義務を果たすことを条件に、この利用は許可されています（{rule}）。"),
    "NOT_PERMITTED": Label("The rightsholder restricts this character, and none of its permissions covers this use.", "権利者はこのキャラクターの利用を制限しており、この利用に当てはまる許可はありません。"),
    "FACTS_MISSING": Label("Whether this rule applies depends on facts that were not stated: {rule}.", "この条件に当てはまるかどうかは、示されていない事実によります（{rule}）。"),
    "PROHIBITED_ALWAYS": Label("A prohibition forbids every use.", "すべての利用が禁じられています。"),
    "PROHIBITED_PURPOSE": Label("Prohibited for this purpose: {rule}.", "この目的での利用は禁じられています（{rule}）。"),
    "PROHIBITED_MEDIA": Label("Prohibited in this medium: {rule}.", "この媒体での利用は禁じられています（{rule}）。"),
    "PROHIBITED_TERRITORY": Label("Prohibited in this territory: {rule}.", "この地域での利用は禁じられています（{rule}）。"),
    "PROHIBITED_TIME": Label("Prohibited at this time: {rule}.", "この時期の利用は禁じられています（{rule}）。"),
    "PROHIBITED_RECIPIENT": Label("Prohibited for this service: {rule}.", "このサービスでの利用は禁じられています（{rule}）。"),
    "PROHIBITED_AUDIENCE": Label("Prohibited for this audience: {rule}.", "この対象年齢での利用は禁じられています（{rule}）。"),
    "PROHIBITED_THEME": Label("Prohibited with this theme: {rule}.", "この題材での利用は禁じられています（{rule}）。"),
    "PROHIBITED_CO_APPEARANCE": Label("Prohibited in this company: {rule}.", "この共演は禁じられています（{rule}）。"),
    "PROHIBITED_ASPECT": Label("Prohibited for this aspect of the character: {rule}.", "この要素の利用は禁じられています（{rule}）。"),
    "PROHIBITED_LICENCE": Label("Prohibited under this licence: {rule}.", "このライセンスでの利用は禁じられています（{rule}）。"),
    "PROHIBITED_COMBINATION": Label("Prohibited in this combination: {rule}.", "この組み合わせでの利用は禁じられています（{rule}）。"),
    "PROHIBITION_UNREADABLE": Label("A prohibition could not be read, so it is taken to apply.", "読み取れない禁止条件があるため、適用されるものとして扱います。"),
}
VALUES: Final[dict[str, dict[str, Label]]] = {
    "purpose": {
        "personal": Label("personal use", "私的利用"),
        "fan_work": Label("fan work", "二次創作"),
        "editorial": Label("news and comment", "報道・論評"),
        "education": Label("education", "教育"),
        "research": Label("research", "研究"),
        "parody": Label("parody", "パロディ"),
        "commercial": Label("commercial use", "商用利用"),
        "advertising": Label("advertising", "広告"),
        "merchandise": Label("merchandise", "グッズ・商品化"),
        "entertainment": Label("entertainment product", "商業作品"),
        "political": Label("political campaigning", "政治活動"),
        "model_training": Label("training a model", "学習データ"),
    },
    "media": {
        "image": Label("still image", "静止画"),
        "video": Label("video", "動画"),
        "audio": Label("audio", "音声"),
        "text": Label("text", "文章"),
        "game": Label("game", "ゲーム"),
        "model_3d": Label("3D model", "3Dモデル"),
        "chat": Label("conversation", "対話"),
    },
    "theme": {
        "violence": Label("violence", "暴力"),
        "gore": Label("gore", "残虐表現"),
        "sexual": Label("sexual content", "性的表現"),
        "nudity": Label("nudity", "裸体"),
        "political": Label("politics", "政治"),
        "religion": Label("religion", "宗教"),
        "drugs": Label("drugs", "薬物"),
        "alcohol": Label("alcohol", "飲酒"),
        "tobacco": Label("tobacco", "喫煙"),
        "gambling": Label("gambling", "賭博"),
        "hate": Label("hate", "差別・憎悪"),
        "crime": Label("crime", "犯罪"),
        "self_harm": Label("self-harm", "自傷"),
        "military": Label("war and weapons", "軍事"),
        "medical": Label("health claims", "医療・健康"),
    },
    "co_appearance": {
        "alone": Label("nobody else", "単独"),
        "same_work": Label("others of its work", "同一作品のキャラクター"),
        "same_rightsholder": Label("others of its owner", "同一権利者の他作品"),
        "others": Label("other owners' characters", "他権利者のキャラクター"),
        "real_persons": Label("real persons", "実在の人物"),
    },
    "aspect": {
        "name": Label("name", "名称"),
        "likeness": Label("likeness", "容姿"),
        "voice": Label("voice", "声"),
    },
    "territory": {
        "EU": Label("European Union", "欧州連合"),
        "EEA": Label("European Economic Area", "欧州経済領域"),
        "EFTA": Label("European Free Trade Association", "欧州自由貿易連合"),
        "ASEAN": Label("Association of Southeast Asian Nations", "東南アジア諸国連合"),
        "GCC": Label("Gulf Cooperation Council", "湾岸協力会議"),
        "USMCA": Label("United States, Mexico, Canada", "北米"),
        "Worldwide": Label("worldwide", "全世界"),
    },
}
BROADER: Final[dict[str, dict[str, str]]] = {
    "purpose": {"advertising": "commercial", "merchandise": "commercial", "entertainment": "commercial"},
    "media": {},
    "theme": {"gore": "violence", "nudity": "sexual"},
    "co_appearance": {},
    "aspect": {},
}
OPERAND_KIND: Final[dict[str, str]] = {"purpose": "word", "media": "word", "territory": "territory", "date_time": "time", "recipient": "text", "audience": "number", "theme": "word", "co_appearance": "word", "aspect": "word", "licence": "text"}
MANY: Final = frozenset({"purpose", "media", "territory", "theme", "co_appearance", "aspect"})
OPERATORS_OF: Final[dict[str, tuple[str, ...]]] = {
    "word": ("eq", "neq", "is_any_of", "is_none_of"),
    "territory": ("eq", "neq", "is_any_of", "is_none_of"),
    "time": ("lt", "lteq", "gt", "gteq"),
    "text": ("eq", "neq", "is_any_of", "is_none_of"),
    "number": ("eq", "neq", "lt", "lteq", "gt", "gteq"),
}
PROHIBITED_BY: Final[dict[str, ReasonCode]] = {"purpose": "PROHIBITED_PURPOSE", "media": "PROHIBITED_MEDIA", "territory": "PROHIBITED_TERRITORY", "date_time": "PROHIBITED_TIME", "recipient": "PROHIBITED_RECIPIENT", "audience": "PROHIBITED_AUDIENCE", "theme": "PROHIBITED_THEME", "co_appearance": "PROHIBITED_CO_APPEARANCE", "aspect": "PROHIBITED_ASPECT", "licence": "PROHIBITED_LICENCE"}
ODRL: Final[dict[str, str]] = {"purpose": "odrl:purpose", "media": "odrl:media", "territory": "odrl:spatial", "date_time": "odrl:dateTime", "recipient": "odrl:recipient", "audience": "registry:audience", "theme": "registry:theme", "co_appearance": "registry:coAppearance", "aspect": "registry:aspect", "licence": "registry:licence", "eq": "odrl:eq", "neq": "odrl:neq", "is_any_of": "odrl:isAnyOf", "is_none_of": "odrl:isNoneOf", "lt": "odrl:lt", "lteq": "odrl:lteq", "gt": "odrl:gt", "gteq": "odrl:gteq", "attribute": "odrl:attribute", "watermark": "odrl:watermark", "inform": "odrl:inform", "compensate": "odrl:compensate", "obtain_consent": "odrl:obtainConsent"}
TERRITORIES: Final = frozenset("AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW".split())
TERRITORY_GROUPS: Final[dict[str, frozenset[str]]] = {
    "EU": frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()),
    "EEA": frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split()),
    "EFTA": frozenset("CH IS LI NO".split()),
    "ASEAN": frozenset("BN ID KH LA MM MY PH SG TH TL VN".split()),
    "GCC": frozenset("AE BH KW OM QA SA".split()),
    "USMCA": frozenset("CA MX US".split()),
    "Worldwide": TERRITORIES,
}
