//! What can be wrong with a file, said in the words of the person who has to correct it.

use std::fmt;

/// Where in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum At {
    /// The file as a whole.
    File,
    /// A line of a CSV file or a row of a sheet, counted from 1 with the heading.
    Line(u64),
    /// An entry of a list in a JSON file, counted from 1.
    Entry(usize),
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str("文件"),
            Self::Line(line) => write!(f, "第 {line} 行"),
            Self::Entry(number) => write!(f, "第 {number} 条"),
        }
    }
}

/// One thing to correct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub at: At,
    /// In which column, as its heading says.
    pub column: Option<String>,
    /// What.
    pub what: What,
}

impl Fault {
    /// A fault of the file as a whole.
    pub fn of_file(what: What) -> Vec<Self> {
        vec![Self { at: At::File, column: None, what }]
    }

    /// A fault of a whole row.
    pub(super) fn of_row(at: At, what: What) -> Self {
        Self { at, column: None, what }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "{}，“{column}”一列：{}", self.at, self.what),
            None => write!(f, "{}：{}", self.at, self.what),
        }
    }
}

/// What is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the sentence of each case is its meaning")]
pub enum What {
    #[error("找不到这个文件，请核对路径")]
    NotFound,
    #[error("读不出来，请检查文件权限，或把文件复制到本机再导入")]
    Unreadable,
    #[error("只能导入 .csv、.xlsx 或 .json 文件，请另存为其中一种")]
    UnknownForm,
    #[error("超过 {limit_mib} MiB，请拆分后分次导入")]
    TooLarge { limit_mib: usize },
    #[error("超过 {limit} 行，请拆分，或删去表格末尾的空行和格式")]
    TooManyRows { limit: usize },
    #[error("超过 {limit} 列，请删去无关的列")]
    TooManyColumns { limit: usize },
    #[error("解压后超过 {limit_mib} MiB 或内容异常，不予打开；请在 Excel 或 WPS 里新建表格，只粘贴数据后另存")]
    Inflates { limit_mib: usize },
    #[error("是旧版 .xls 或加了密码的表格，请在 Excel 或 WPS 里另存为不加密的 .xlsx")]
    OldWorkbook,
    #[error("不是完好的 .xlsx 表格，请重新导出或另存")]
    NotAWorkbook,
    #[error("内容是 Excel 表格，后缀却不是 .xlsx，请改正后缀再导入")]
    WorkbookByAnotherName,
    #[error("不是 UTF-8 编码（多半是 GBK）。请用 Excel 打开，“另存为”时选“CSV UTF-8（逗号分隔）”，或直接存为 .xlsx")]
    NotUtf8,
    #[error("第 {line} 行第 {column} 个字符附近不合 JSON 写法，请核对引号、逗号和括号")]
    NotJson { line: usize, column: usize },
    #[error("内容的结构不对：应当是{expected}")]
    Shape { expected: &'static str },
    #[error("没有一行数据")]
    Empty,
    #[error("表头里有不认识的列“{name}”，请改名或删去；可用的列：{known}")]
    UnknownColumn { name: String, known: String },
    #[error("表头里缺少“{name}”一列，请补上")]
    MissingColumn { name: String },
    #[error("表头里“{name}”出现了两次，请留一列")]
    TwiceColumn { name: String },
    #[error("有 {found} 格，表头有 {expected} 格；内容里的逗号要用英文双引号括起来")]
    CellCount { found: usize, expected: usize },
    #[error("英文双引号没有成对，请检查这一行起的引号")]
    OpenQuote,
    #[error("有一格超过 {limit} 字，请核对")]
    LongCell { limit: usize },
    #[error("是公式错误值，请改成内容")]
    FormulaError,
    #[error("不能为空，请填写")]
    Blank,
    #[error("不是这里可以填的数；天数填整数或 0.5，次数填整数，不知道就留空")]
    NotANumber,
    #[error("不认识“{word}”，只能填：{known}")]
    UnknownWord { word: String, known: String },
    #[error("写法不对：{rule}")]
    Form { rule: &'static str },
    #[error("承诺时限比法定时限长，请核对")]
    PromisedOverStatutory,
    #[error("与{first}重复，请留一个")]
    Duplicate { first: At },
    #[error("区划代码 {code} 不在区划表里，请先补上这个区划，或改正代码")]
    NoSuchPlace { code: String },
    #[error("区划 {code} 绕了一圈又归到自己下面，请核对上级代码")]
    Circle { code: String },
    #[error("聘期结束早于开始，请核对日期")]
    EndsBeforeBegin,
    #[error("B 岗 {id} 不是名册里的另一个人，请核对工号")]
    NoSubstitute { id: String },
    #[error("{year} 年的日历没有写依据的通知")]
    NoSource { year: i16 },
    #[error("{day} 不是 {year} 年的日子")]
    OtherYear { year: i16, day: String },
    #[error("{day} 出现了两次，请留一次")]
    TwiceDay { day: String },
    #[error("{day} 不是周末，不能是补班日，请核对日期")]
    NotAWeekend { day: String },
    #[error("{year} 年有两份全国日历，请留一份")]
    TwoNational { year: i16 },
    #[error("本地日历对 {day} 的说法不一，请核对")]
    LocalDisagree { day: String },
    #[error("这个编号已经有了，请换一个，也不能与事项编码相同")]
    IdTaken,
    #[error("{code} 不存在：事项清单里没有这个事项，请先导入事项，或改正编码")]
    NoSuchItem { code: String },
    #[error("“{step}”出现了两次，请留一次")]
    TwiceStep { step: String },
    #[error("“{step}”不是这件事里的一步，请核对编码或名称")]
    NoSuchStep { step: String },
    #[error("“{step}”绕了一圈又在等自己，请核对先后次序")]
    StepCircle { step: String },
    #[error("“{step}”是必办的一步，不能又由提问决定，请改一处")]
    AskedAndRequired { step: String },
    #[error("问题太多，先改正以上各处再导入")]
    TooMany,
}

/// How many faults of one file are told at most.
pub(super) const MAX_FAULTS: usize = 200;

/// A cell's own words, safe to show on a terminal and short.
pub(super) fn quoted(text: &str) -> String {
    const SHOWN: usize = 24;
    let clean = text.chars().map(|sign| if sign.is_control() { ' ' } else { sign });
    let mut short: String = clean.take(SHOWN).collect();
    if text.chars().nth(SHOWN).is_some() {
        short.push('…');
    }
    short
}
