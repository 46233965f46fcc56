//! `courier`: letters from stations on a stick, and the answers back on it.

use anyhow::{Result, bail};
use daiban_core::courier::folder::MediumFault;
use daiban_district::courier::{self, CourierFault};
use daiban_district::edge;

use super::{Courier, answer, hub, said};

pub(super) async fn courier(command: Courier) -> Result<()> {
    let hub = hub(&command.at).await?;
    let report = match courier::take_all(&hub, &command.stick, edge::wall(), edge::chance).await {
        Ok(report) => report,
        Err(CourierFault::Medium(fault)) => bail!("{}", words(&fault)),
        Err(CourierFault::Chance(_)) => bail!("系统没有给出随机数"),
        Err(CourierFault::Hub(turned)) => return Err(said::turned(turned)),
    };
    for torn in &report.torn {
        let missing = torn.missing.iter().map(ToString::to_string).collect::<Vec<_>>().join("、");
        eprintln!("信 {} 共 {} 份，缺第 {missing} 份：请回站点补拷，再来一次。", torn.letter, torn.parts);
    }
    for away in &report.turned {
        eprintln!("信 {} 没有收：{}。", away.letter, reason(away.why));
    }
    if report.damaged > 0 {
        eprintln!("有 {} 个文件坏了：请回站点重新写一次。", report.damaged);
    }
    if report.answered.is_empty() && report.torn.is_empty() && report.turned.is_empty() && report.damaged == 0 {
        eprintln!("优盘上没有站点的信。");
    }
    answer(&report)
}

fn words(fault: &MediumFault) -> &'static str {
    match fault {
        MediumFault::Gone => "优盘不在了：插好再来一次，信都还在",
        MediumFault::Full => "优盘满了：腾些地方，或换一个，再来一次",
        MediumFault::ReadOnly => "优盘写不进去：看看它的写保护开关，或换一个",
        MediumFault::Unreliable => "优盘读回来的和写进去的不一样：换一个优盘",
        MediumFault::Io(_) => "优盘读写出错：拔下插好再来一次，或换一个",
    }
}

fn reason(code: &str) -> &'static str {
    match code {
        "unknown_device" => "不认识这台设备，请先登记",
        "other_hub" => "写给别的区的，请转交",
        "bad_signature" => "签名不对，可能被改过",
        _ => "格式不对，请站点更新程序后重写",
    }
}
