"""Words from which the demo city's invented names are put together."""

from random import Random

SURNAMES = (
    "陈陈陈胡胡沈沈罗岑余马陆徐徐张张王王孙孙周周叶施方杨许黄龚华戎房吴林郑冯楼柴宓韩虞鲁童应"
)
GIVEN_FIRST = "建国文志永伟金玉春秋海明晓丽雪美爱惠素佩云国立新益利忠仁孝杰浩宇思雨欣嘉"
GIVEN_LAST = "军民强芳华英平良波君红娟燕飞龙凤珍林山峰涛敏静洁琴萍娣法根土生祥辉杰豪轩怡婷"

STREET_WORDS = (
    "新兴", "三北", "海通", "孙塘", "明州", "北三环", "南二环", "开发", "教场山", "寺山", "峙山",
    "担山", "青少年宫", "慈甬", "环城", "中横", "大通", "潮塘", "胜陆", "担潮", "金一", "兴慈",
    "滨海", "前应", "科技", "商都", "界牌", "西二环", "新城", "古塘", "虞波", "文化", "解放",
    "人民", "建设", "育才", "振兴", "富民", "塘下", "杜湖",
)  # fmt: skip
STREET_ENDS = ("路", "路", "街", "东路", "西路", "大道", "弄")

BRANDS = (
    "宏达", "新宇", "金轮", "恒泰", "兴业", "华丰",
    "天一", "东方", "海通", "永兴", "三海", "凯峰",
    "瑞丰", "创新", "百利", "明达", "双飞", "佳宁",
    "越丰", "立信", "长江", "飞鹰", "欧亚", "宁慈",
    "杭湾", "浙慈", "金桥", "博大", "富士达", "康泰",
    "联盛", "德尔", "奥克", "嘉力", "汇丰", "顺发",
    "鸿运", "江南", "锦绣", "通达",
)  # fmt: skip
INDUSTRIES = (
    "塑料制品", "电器", "轴承", "打火机", "纺织", "化纤", "模具", "五金", "汽车配件", "包装",
    "家具", "橡胶", "照明", "针织", "电子", "压铸", "洁具", "印刷", "密封件", "小家电",
)  # fmt: skip
SHOP_TRADES = (
    "服装店", "超市", "便利店", "理发店", "五金店",
    "电动车行", "手机店", "药店", "水果店", "烟酒店",
    "窗帘店", "母婴店", "文具店", "眼镜店", "汽修店", "快递驿站", "洗衣店", "鞋店", "化妆品店",
    "广告店", "棋牌室", "宠物店", "家电维修部", "粮油店", "花店",
)  # fmt: skip
SHOP_BRANDS = (
    "阿芳", "小丽", "老马", "美佳", "好又多", "一品",
    "佳佳", "阿强", "海燕", "新时代", "千色", "惠民",
    "顺丰", "金鑫", "百味", "红苹果", "晨光", "如意",
    "吉祥", "鑫源", "大众", "春天", "小胡", "天天",
    "旺旺", "乐家", "老街", "四季", "万家", "大润",
)  # fmt: skip
CATERING_TRADES = (
    "面馆", "饭店", "小吃店", "海鲜楼", "烧烤店",
    "火锅店", "早餐店", "快餐店", "年糕店", "农家乐",
)  # fmt: skip
ENTERTAINMENT_TRADES = ("KTV", "网吧", "足浴城", "影城", "台球俱乐部", "酒吧", "游艺厅", "密室馆")
ESTATE_WORDS = ("花园", "家园", "名苑", "新村", "公寓", "华庭", "景苑", "嘉园", "府", "湾")
HOTEL_TRADES = ("宾馆", "酒店", "民宿", "旅馆", "商务酒店", "客栈")
SCHOOL_TRADES = ("幼儿园", "中心幼儿园", "小学", "双语幼儿园", "初级中学", "培训学校")
HOSPITAL_TRADES = ("社区卫生服务站", "卫生院", "口腔门诊部", "中医诊所", "护理院", "康复医院")
MARKET_TRADES = ("农贸市场", "购物广场", "建材市场", "小商品市场", "家居广场", "生活超市")
HAZCHEM_TRADES = ("加油站", "化工有限公司", "气体供应站", "危化品仓库", "油漆经营部", "加气站")
NURSING_TRADES = ("养老院", "敬老院", "颐养院", "老年公寓")

ROOMS = (
    "一楼大厅", "厨房", "一楼楼梯口", "二楼走廊", "二楼东房", "二楼西房", "三楼走廊", "三楼东房",
    "仓库", "配电间", "车间东侧", "车间西侧", "办公室", "充电区", "阁楼", "地下室", "营业厅",
    "宿舍", "消控室", "屋顶",
)  # fmt: skip

_VILLAGE_TAILS = ("社区居委会", "村委会", "居委会", "社区", "街道", "村", "镇")


def village_stem(name: str) -> str:
    """The name without what its office is called: 新浦村委会 → 新浦."""
    for tail in _VILLAGE_TAILS:
        if name.endswith(tail) and len(name) > len(tail):
            return name.removesuffix(tail)
    return name


def person_name(rng: Random) -> str:
    """An invented person's name of two or three characters."""
    pick = rng.random
    surname = SURNAMES[int(pick() * len(SURNAMES))]
    last = GIVEN_LAST[int(pick() * len(GIVEN_LAST))]
    if pick() < 0.2:  # noqa: PLR2004 - one in five has a single given character
        return surname + last
    return surname + GIVEN_FIRST[int(pick() * len(GIVEN_FIRST))] + last
