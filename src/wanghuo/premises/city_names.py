"""Names and hazards of the demo city's invented places."""

from collections.abc import Sequence
from random import Random

from wanghuo.premises import city_words as words
from wanghuo.premises.city_words import person_name, village_stem
from wanghuo.premises.model import Town, Village

HAZARD_CHANCE = 0.75
HAZARDS = {
    "industrial": ("配电老化", "电瓶车室内充电", "可燃原料堆放", "电焊作业", "车间与仓库未分隔"),
    "rental": ("楼道停放电瓶车", "液化气瓶", "木楼梯", "私拉电线"),
    "shop": ("前店后宿", "电瓶车室内充电", "可燃装修", "卷帘门单一出口"),
    "catering": ("瓶装液化气", "油烟管道积油", "明火灶台"),
    "vulnerable": ("行动不便", "独居", "老旧线路"),
    "hotel": ("可燃装修", "疏散距离长"),
    "entertainment": ("可燃装修", "人员密集"),
    "market": ("人员密集", "货物堆放密集", "电瓶车集中充电"),
    "highrise": ("楼道停放电瓶车", "疏散楼层高"),
    "residential": ("电瓶车集中充电", "消防通道占用"),
    "nursing": ("失能老人", "夜间值守少"),
    "school": ("食堂燃气", "人员密集"),
    "hospital": ("失能病人", "氧气"),
}
INDUSTRY_HAZARDS = {
    "塑料": "塑料粒子与注塑机", "打火机": "丁烷气体", "纺织": "棉絮", "化纤": "化纤原料",
    "家具": "木粉尘与油漆", "橡胶": "橡胶原料", "压铸": "熔融金属", "印刷": "油墨溶剂",
    "包装": "纸板堆垛", "针织": "棉絮",
}  # fmt: skip
HAZCHEM_HAZARDS = {
    "加油站": "汽油、柴油", "加气站": "天然气", "气体": "氧气、乙炔", "油漆": "油漆、稀释剂",
    "化工": "易燃液体", "危化品": "多种危险化学品",
}  # fmt: skip
CARE = ("独居老人", "残疾人", "孤寡老人", "低保户", "独居老人")
TRADES: dict[str, Sequence[str]] = {
    "entertainment": words.ENTERTAINMENT_TRADES, "hotel": words.HOTEL_TRADES,
    "market": words.MARKET_TRADES, "hazchem": words.HAZCHEM_TRADES,
    "shop": words.SHOP_TRADES, "catering": words.CATERING_TRADES,
    "school": words.SCHOOL_TRADES, "hospital": words.HOSPITAL_TRADES,
    "nursing": words.NURSING_TRADES,
}  # fmt: skip
NAMED_AFTER_VILLAGE = frozenset({"school", "hospital", "nursing"})


def _one(options: Sequence[str], rng: Random) -> str:
    return options[int(rng.random() * len(options))]


def place_name(category: str, town: Town, village: Village, rng: Random) -> str:
    """A believable name of a place of the category."""
    stem = village_stem(village.name)
    if category == "industrial":
        form = _one(("有限公司", "有限公司", "厂"), rng)
        where = _one(("慈溪市", "慈溪市", "宁波", town.name[:-1].removesuffix("街")), rng)
        return f"{where}{_one(words.BRANDS, rng)}{_one(words.INDUSTRIES, rng)}{form}"
    if category == "rental":
        return f"{stem}{person_name(rng)}出租房"
    if category == "vulnerable":
        return f"{stem}{_one(CARE, rng)}{_one(words.SURNAMES, rng)}某住所"
    if category in {"residential", "highrise"}:
        word = _one(words.BRANDS, rng) + _one(words.ESTATE_WORDS, rng)
        return word if category == "residential" else f"{word}{int(rng.random() * 28) + 1}号楼"
    trade = _one(TRADES[category], rng)
    if category in NAMED_AFTER_VILLAGE:
        return f"{stem}{trade}"
    return f"{_one(words.SHOP_BRANDS, rng)}{trade}"


def hazard(category: str, name: str, rng: Random) -> str:
    """What makes this place dangerous, in words; "" if nothing is on record."""
    known = INDUSTRY_HAZARDS if category == "industrial" else HAZCHEM_HAZARDS
    if category in {"industrial", "hazchem"}:
        for word, danger in known.items():
            if word in name:
                return danger
    if category not in HAZARDS or rng.random() > HAZARD_CHANCE:
        return ""
    return _one(HAZARDS[category], rng)
