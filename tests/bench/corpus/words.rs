//! Words that invented cases are made of. Everybody in them is invented.

use super::invent::Chance;

/// Family names.
pub(super) const FAMILY: &str = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金贾韦夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文云包乌";
/// Signs of given names.
pub(super) const GIVEN: &str = "建国秀英桂兰玉梅志强丽华文军海燕春生福贵永胜凤霞金花树林有才根柱喜顺满仓翠莲淑珍俊杰鹏飞晓东雪娟慧敏宝山铁成德明忠义仁和瑞祥兴旺全胜利民安平长河大勇小虎双喜四海五福连生来弟改香巧云存良万年银锁";
/// Mongolian names.
pub(super) const MONGOL: &[&str] = &[
    "巴图",
    "其其格",
    "乌日娜",
    "格根",
    "宝力道",
    "萨日娜",
    "斯琴高娃",
    "图门",
    "那日苏",
    "阿古拉",
    "苏日娜",
    "娜仁",
    "敖敦",
    "朝克图",
    "呼斯楞",
    "哈斯其其格",
    "托亚",
    "布日古德",
    "额尔德木",
    "孟克",
];

/// Villages with their towns; codes as in the state's table.
pub(super) const VILLAGES: &[(&str, &str, &str)] = &[
    ("150205001012", "石拐街道", "欣望社区"),
    ("150205002008", "大发街道", "喜桂图社区"),
    ("150205003005", "大磁街道", "神发社区"),
    ("150205005200", "白狐沟街道", "脑包沟村"),
    ("150205005201", "白狐沟街道", "五当沟村"),
    ("150205006210", "大德恒街道", "大庙村"),
    ("150205006211", "大德恒街道", "马场村"),
    ("150205006212", "大德恒街道", "开洲窑子村"),
    ("150205006213", "大德恒街道", "后营子村"),
    ("150205006214", "大德恒街道", "鸡毛窑村"),
    ("150205101208", "五当召镇", "缸房地村"),
    ("150205101210", "五当召镇", "新曙光村"),
    ("150205101212", "五当召镇", "厂汉沟村"),
    ("150205101230", "五当召镇", "白草沟村"),
    ("150205101231", "五当召镇", "青山村"),
    ("150205202200", "吉忽伦图苏木", "吉忽伦图嘎查"),
    ("150205202201", "吉忽伦图苏木", "绍卜亥嘎查"),
    ("150205202202", "吉忽伦图苏木", "白菜沟嘎查"),
    ("150205202203", "吉忽伦图苏木", "三岔口嘎查"),
    ("150205202204", "吉忽伦图苏木", "爬榆树嘎查"),
];

/// How people come.
pub(super) const CHANNELS: &[&str] = &["窗口", "窗口", "窗口", "上门", "电话预约", "网上", "代办"];
/// Where a case stands, in order.
pub(super) const STATUS: &[&str] = &["草稿", "已收件", "待补正", "已转办", "已受理", "审查中", "已办结", "已送达"];
/// What the hub's side sets.
pub(super) const FAR_STATUS: &[&str] = &["已受理", "退回补正", "审核通过", "已办结（网办）", "中止"];
/// States of papers.
pub(super) const PAPER_STATES: &[&str] =
    &["已核验", "已核验", "已核验", "已扫描", "待补", "电子证照", "告知承诺", "已退回"];
/// Forms of papers.
pub(super) const FORMS: &[&str] = &["原件", "复印件", "原件及复印件", "电子件"];
/// Papers that any item may ask for.
pub(super) const PAPERS: &[&str] = &["授权委托书", "本人银行卡复印件", "一寸照片", "情况说明", "承诺书", "嘎查村证明"];
/// The first steps.
pub(super) const FIRST: &[&str] = &["登记", "收件", "拍照上传"];
/// Any step.
pub(super) const ACTS: &[&str] = &[
    "登记",
    "收件",
    "拍照上传",
    "核对材料",
    "一次性告知",
    "补交材料",
    "转苏木镇",
    "转委办局",
    "受理",
    "电话回访",
    "打印回执",
    "入户核查",
    "初审",
    "复核",
    "公示",
    "办结",
    "通知领取",
    "送达",
    "评价",
    "改派",
    "改约",
    "退回",
];
/// Trades of firms.
pub(super) const TRADES: &[&str] = &["便利店", "养殖合作社", "小吃店", "农机服务队", "建材经营部"];

/// Who, in notes.
const WHO: &[&str] = &[
    "老人",
    "家属",
    "本人",
    "邻居",
    "村会计",
    "网格员",
    "驻村干部",
    "儿媳",
    "女婿",
    "房东",
    "卫生室大夫",
    "合作社理事",
    "信用社柜员",
    "学校老师",
    "护林员",
    "牧户",
    "包村领导",
    "司法所的人",
    "快递员",
    "水管员",
    "电工",
    "老支书",
    "妇女主任",
    "民兵连长",
    "队长",
    "前任会计",
    "亲家",
    "姑父",
    "外甥",
    "户主",
    "承租人",
    "监护人",
    "代理人",
    "见证人",
    "翻译",
    "司机",
];
/// How.
const HOW: &[&str] = &[
    "当面",
    "电话里",
    "昨天下午",
    "一早",
    "临走前",
    "顺路",
    "抽空",
    "连着两回",
    "又",
    "还没",
    "已经",
    "当场",
    "随后",
    "前天",
    "本周内",
    "口头",
    "按要求",
    "主动",
    "重新",
    "分两次",
    "冒雪",
    "骑摩托",
    "托人",
    "单独",
    "一并",
    "逐页",
    "照着样表",
    "隔了三天",
    "月初",
    "傍晚",
];
/// Did.
const DID: &[&str] = &[
    "交来",
    "补齐",
    "核对",
    "说明",
    "确认",
    "问起",
    "取走",
    "拍了",
    "填好",
    "签了",
    "退回",
    "找到",
    "改正",
    "盖好",
    "认领",
    "抄写",
    "寄出",
    "看过",
    "存放",
    "领回",
    "清点",
    "比对",
    "念给他听",
    "撤下",
    "重打",
    "垫付",
    "登记",
    "翻出",
    "带错",
    "弄湿",
    "漏写",
    "压平",
    "量过",
    "搬走",
    "转让",
    "出租",
    "翻建",
    "拆掉",
    "围起",
    "承包",
];
/// What.
const THING: &[&str] = &[
    "户口簿首页",
    "身份证复印件",
    "低保证",
    "残疾证",
    "病历本",
    "住院发票",
    "出院小结",
    "银行卡",
    "存折",
    "社保卡",
    "委托书",
    "承诺书",
    "宅基地证",
    "林权证",
    "土地合同",
    "草场图",
    "羊圈",
    "井房",
    "电表箱",
    "三轮车",
    "农机牌照",
    "耳标",
    "防疫本",
    "草料单",
    "水费单",
    "房屋照片",
    "公示照片",
    "会议记录",
    "花名册",
    "收条",
    "快递单",
    "证明信",
    "毕业证",
    "结婚证",
    "离婚协议",
    "出生证",
    "疫苗本",
    "退伍证",
    "烈属证",
    "工资条",
    "欠条",
    "体检单",
    "药费清单",
    "助听器",
    "轮椅",
    "拐杖",
    "墓地",
    "院墙",
    "彩钢房",
    "太阳能板",
    "玉米地",
    "土豆窖",
    "羊绒款",
    "保险单",
    "粮补册",
    "煤票",
    "暖气费",
    "学籍卡",
    "通知书",
    "遗嘱",
    "族谱",
    "手印",
    "公章",
    "合影",
];
/// And.
const AND: &[&str] = &[
    "字迹不清",
    "日期写错",
    "少一页",
    "多带了一份",
    "说好周#w再来",
    "限#2天内补上",
    "费用#3元自付",
    "原件当场退还",
    "复印#1份留底",
    "同意公示",
    "不同意，要再想想",
    "请示后再定",
    "没有异议",
    "下雨路滑没来",
    "信号断了#1小时",
    "打印机没墨",
    "先记在本上",
    "拍照存了",
    "等#m月#d日结果",
    "电话尾号#4打不通",
    "微信回了",
    "改约#d日",
    "要邮寄到女儿家",
    "门牌待核实",
    "差#2元",
    "另有#1件要一起办",
    "急用",
    "不急",
    "保密",
    "有人作证",
    "说听不清，重讲了一遍",
    "用蒙语讲的",
    "孩子代写",
    "与去年那份一致",
    "与系统不符",
    "编号#4对得上",
    "缺签名",
    "缺盖章",
    "背面没拍",
    "照片太暗",
    "已告知时限",
    "已讲清流程",
    "预计#2个工作日",
    "超期要写说明",
];
/// Shapes of sentences.
const SHAPES: &[&str] =
    &["whdt", "whdta", "hdta", "wdt", "wdta", "twhda", "thda", "hdt", "nhdta", "ndt", "nwdta", "htnda"];

/// A note of `least` to `most` characters.
pub(super) fn note(chance: &mut Chance, least: u64, most: u64) -> String {
    let wanted = usize::try_from(chance.between(least, most)).unwrap_or(0);
    let mut text = String::new();
    let mut length = 0;
    while length < wanted {
        let said = sentence(chance);
        length += said.chars().count();
        text.push_str(&said);
    }
    text.chars().take(wanted).collect()
}

fn sentence(chance: &mut Chance) -> String {
    let mut said = String::new();
    for part in chance.pick(SHAPES).chars() {
        match part {
            'w' => said.push_str(chance.pick(WHO)),
            'n' => said.push_str(&super::invent::name(chance)),
            'h' => said.push_str(chance.pick(HOW)),
            'd' => {
                said.push_str(chance.pick(DID));
                if chance.often(0.4) {
                    said.push_str(chance.pick(&["了", "过", "完", "好", "不了"]));
                }
                if chance.often(0.3) {
                    said.push_str(&format!(
                        "{}{}",
                        chance.between(2, 99),
                        chance.pick(&["张", "份", "页", "次", "本"])
                    ));
                }
            }
            't' => said.push_str(chance.pick(THING)),
            _ => {
                said.push('，');
                let and = chance.pick(AND);
                said.push_str(&filled(chance, and));
            }
        }
    }
    said.push_str(chance.pick(&["。", "。", "；", "，", " "]));
    said
}

/// `#n` is a number of n digits, `#d` a day, `#m` a month, `#w` a weekday.
fn filled(chance: &mut Chance, text: &str) -> String {
    let mut signs = text.chars();
    let mut out = String::new();
    while let Some(sign) = signs.next() {
        if sign != '#' {
            out.push(sign);
            continue;
        }
        match signs.next() {
            Some('d') => out.push_str(&chance.between(1, 28).to_string()),
            Some('m') => out.push_str(&chance.between(1, 12).to_string()),
            Some('w') => out.push_str(chance.pick(&["一", "二", "三", "四", "五"])),
            Some(digits) => {
                let digits = digits.to_digit(10).unwrap_or(1);
                out.push_str(&chance.between(10_u64.pow(digits - 1), 10_u64.pow(digits) - 1).to_string());
            }
            None => {}
        }
    }
    out
}
