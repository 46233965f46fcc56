//! Commands, their options, and what goes wrong in the operator's language. Results go to stdout, everything else to stderr.

mod archive;
mod backup;
mod courier;
mod import;
mod init;
mod said;
mod serve;
mod stations;
mod verify;

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use daiban_core::sync::hub::Hub;
use daiban_district::edge;
use daiban_district::folder::{Base, Folder};
use daiban_district::store::HubStore;
use daiban_model::identity::CaseNumber;
use daiban_model::ids::{AgentId, ScopeCode};
use jiff::civil::Date;
use serde::Serialize;

#[derive(Parser)]
#[command(
    name = "daiban-district",
    version,
    about = "石心代办的区级枢纽：接收各站点的办件，发布事项、名册、区划和日历"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(about = "新建枢纽：数据目录、区级密钥和空数据库（或一个空的 PostgreSQL 数据库里的表）")]
    Init(At),
    #[command(about = "导入并发布区划、名册、事项、一件事和日历（.csv、.xlsx、.json）；有一处错误就什么也不发布")]
    Import(Import),
    #[command(about = "生成站点的一次性登记码，七天内有效，只能登记一台设备")]
    Code(NewCode),
    #[command(about = "列出已登记的设备")]
    Devices(Devices),
    #[command(about = "撤销一台设备：从此不收它的内容，也不给它内容")]
    Revoke(Revoke),
    #[command(about = "站点有人忘了口令：核实是本人后，念给他这台设备的找回码；谁问的、为什么会记下来")]
    Recover(Recover),
    #[command(about = "给一台设备加上、或收回服务的区划；它下次联系时收到，该补的补齐，该清的清掉")]
    Scopes(Scopes),
    #[command(about = "给一台设备换发新证书；平时不用，快到期的自己会换")]
    Renew(Renew),
    #[command(about = "命令一台已撤销的设备销毁自己的密钥：之后谁也打不开它的磁盘，区里也打不开")]
    DestroyKeys(DestroyKeys),
    #[command(about = "看过以后，认可邻站在不知道撤销时从一台设备收下的记录，等着它们的也就能往下走")]
    LetStand(Revoke),
    #[command(about = "把一件办件移到另一个区划：原来的站点不再看到，那边的站点接着办，谁写过的都在")]
    MoveCase(MoveCase),
    #[command(about = "备份数据库；枢纽可以照常运行")]
    Backup(Backup),
    #[command(about = "从备份接着往下走：先停下枢纽；各站点会把备份之后的内容补上")]
    Restore(Restore),
    #[command(about = "逐条重算各范围的编号、散列和签名，列出对不上的地方")]
    Verify(At),
    #[command(about = "收优盘上站点的信，把回信写在同一个优盘上")]
    Courier(Courier),
    #[command(about = "核对一个归档包：每个文件、清单和封签；有一处不符就说出是哪个文件")]
    VerifyArchive(VerifyArchive),
    #[command(about = "启动枢纽；就绪后输出一行 {\"listening\":\"地址\"}")]
    Serve(Serve),
}

/// Where the hub is, which every command needs.
#[derive(Args)]
struct At {
    #[arg(long, value_name = "目录", help = "数据目录")]
    data: PathBuf,
    /// Taken as it is and read later, so that no complaint repeats it: it may hold a password.
    #[arg(
        long,
        value_name = "地址",
        help = "数据放在 PostgreSQL 里时写 postgres://用户@localhost/数据库；也可写在环境变量 DAIBAN_STORE 里，密码就不会出现在进程列表中"
    )]
    store: Option<String>,
}

impl At {
    /// Where the data are: as the option says, else as the environment says, else in the folder.
    fn base(&self) -> Result<Base> {
        let named = self.store.clone().or_else(|| std::env::var("DAIBAN_STORE").ok());
        let Some(named) = named.filter(|named| !named.is_empty()) else { return Ok(Base::Folder) };
        let process = edge::chance().context("系统没有给出随机数")?;
        Ok(Base::Postgres(named.parse().map_err(said::address)?, process))
    }
}

#[derive(Args)]
struct Import {
    #[command(flatten)]
    at: At,
    #[arg(long, value_name = "文件", help = "区划和服务点")]
    places: Option<PathBuf>,
    #[arg(long, value_name = "文件", help = "代办员名册")]
    roster: Option<PathBuf>,
    #[arg(long, value_name = "文件", help = "事项清单")]
    items: Option<PathBuf>,
    #[arg(long, value_name = "文件", help = "一件事（.json）；其中的事项要在事项清单里")]
    bundles: Option<PathBuf>,
    #[arg(long, value_name = "文件", help = "放假和补班日历")]
    calendar: Option<PathBuf>,
    #[arg(long, value_name = "日期", help = "事项清单和一件事从哪天起施行，如 2026-03-02；默认今天")]
    valid_from: Option<Date>,
    #[arg(long, help = "只检查，不发布")]
    dry_run: bool,
}

#[derive(Args)]
struct NewCode {
    #[command(flatten)]
    at: At,
    #[arg(long, value_name = "名称", help = "站点名称，印在回执上")]
    station: String,
    #[arg(long, value_name = "代码", help = "站点所属单位的区划代码")]
    unit: ScopeCode,
    #[arg(long = "scope", value_name = "代码", help = "站点服务的区划，可重复；默认就是所属单位")]
    scopes: Vec<ScopeCode>,
    #[arg(long, value_name = "1-99", help = "办件编号里的两位设备号；默认取下一个空号")]
    device_no: Option<u8>,
}

#[derive(Args)]
struct Devices {
    #[command(flatten)]
    at: At,
    #[arg(long, help = "以 JSON 输出")]
    json: bool,
}

#[derive(Args)]
struct Revoke {
    #[command(flatten)]
    at: At,
    #[arg(long, value_name = "设备", help = "设备编号，devices 命令列出的那一串，至少前八位")]
    device: String,
}

#[derive(Args)]
struct Scopes {
    #[command(flatten)]
    at: At,
    #[arg(long, value_name = "设备", help = "设备编号，devices 命令列出的那一串，至少前八位")]
    device: String,
    #[arg(long = "give", value_name = "代码", required_unless_present = "take", help = "加上这个区划，可重复")]
    give: Vec<ScopeCode>,
    #[arg(long = "take", value_name = "代码", help = "收回这个区划，可重复；没交上来的先交完，再从设备上清掉")]
    take: Vec<ScopeCode>,
}

#[derive(Args)]
struct Renew {
    #[command(flatten)]
    at: At,
    #[arg(long, value_name = "设备", help = "设备编号，devices 命令列出的那一串，至少前八位")]
    device: String,
}

#[derive(Args)]
struct DestroyKeys {
    #[command(flatten)]
    at: At,
    #[arg(long, value_name = "设备", help = "设备编号，devices 命令列出的那一串，至少前八位")]
    device: String,
    #[arg(
        long = "by",
        value_name = "工号",
        required = true,
        num_args = 1,
        help = "做决定的两个人，写两次，各写各的工号"
    )]
    by: Vec<AgentId>,
    #[arg(long, help = "确认：没交上来的从此再也拿不回来")]
    yes: bool,
}

#[derive(Args)]
struct MoveCase {
    #[command(flatten)]
    at: At,
    #[arg(long, value_name = "编号", help = "办件编号，照回执上写")]
    case: CaseNumber,
    #[arg(long, value_name = "代码", help = "移到哪个区划；要有站点服务它")]
    to: ScopeCode,
    #[arg(long, value_name = "工号", help = "谁决定的")]
    by: AgentId,
}

#[derive(Args)]
struct Recover {
    #[command(flatten)]
    at: At,
    #[arg(long, value_name = "设备", help = "设备编号，devices 命令列出的那一串，至少前八位")]
    device: String,
    #[arg(long, value_name = "说明", help = "谁忘了口令，谁核实的；只看以前的记录时省去")]
    reason: Option<String>,
}

#[derive(Args)]
struct Courier {
    #[command(flatten)]
    at: At,
    #[arg(long, value_name = "目录", help = "优盘所在的目录")]
    stick: PathBuf,
}

#[derive(Args)]
struct Backup {
    #[command(flatten)]
    at: At,
    #[arg(long, value_name = "文件", help = "写到哪里；不能是已有的文件")]
    to: PathBuf,
}

#[derive(Args)]
struct Restore {
    #[command(flatten)]
    at: At,
    #[arg(long, value_name = "文件", help = "备份文件；已用别的办法把数据库放回去的，省去这一项")]
    from: Option<PathBuf>,
}

#[derive(Args)]
struct VerifyArchive {
    #[arg(value_name = "文件", help = "归档包")]
    file: PathBuf,
    #[arg(long, value_name = "目录", help = "枢纽的数据目录；给了就一并核对是不是本区站点封的")]
    data: Option<PathBuf>,
}

#[derive(Args)]
struct Serve {
    #[command(flatten)]
    at: At,
    #[arg(long, value_name = "地址", default_value = "127.0.0.1:8620", help = "监听地址和端口")]
    listen: String,
    #[arg(
        long,
        help = "别的机器不加密也可以连：个人信息会在网上明着走，只用在已经另外加密的线路上。不写时，只有本机可以不加密"
    )]
    allow_plain: bool,
}

/// Runs one command to its end.
pub(crate) fn run(cli: Cli) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("无法启动程序的运行环境")?;
    runtime.block_on(async {
        match cli.command {
            Command::Init(at) => init::init(&at).await,
            Command::Import(import) => import::import(import).await,
            Command::Code(code) => stations::code(code).await,
            Command::Devices(devices) => stations::devices(devices).await,
            Command::Revoke(revoke) => stations::revoke(revoke).await,
            Command::Recover(recover) => stations::recover(recover).await,
            Command::Scopes(scopes) => stations::scopes(scopes).await,
            Command::Renew(renew) => stations::renew(renew).await,
            Command::DestroyKeys(command) => stations::destroy_keys(command).await,
            Command::LetStand(revoke) => stations::let_stand(revoke).await,
            Command::MoveCase(command) => stations::move_case(command).await,
            Command::Backup(backup) => backup::backup(backup).await,
            Command::Restore(restore) => backup::restore(restore).await,
            Command::Verify(at) => verify::verify(&at).await,
            Command::Courier(command) => courier::courier(command).await,
            Command::VerifyArchive(command) => archive::verify(&command),
            Command::Serve(serve) => serve::serve(serve).await,
        }
    })
}

/// Opens the hub of a data folder.
async fn hub(at: &At) -> Result<Hub<HubStore>> {
    let folder = Folder::at(&at.data).map_err(said::folder)?;
    folder.open_on(&at.base()?).await.map_err(said::folder)
}

/// Writes a result, one JSON value on one line.
fn answer(value: &impl Serialize) -> Result<()> {
    let line = serde_json::to_string(value)?;
    writeln!(io::stdout(), "{line}").context("结果写不出去")
}
