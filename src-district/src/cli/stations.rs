//! `code`, `devices`, `revoke`, `recover`, `let-stand`, `scopes`, `renew` and `move-case`: which stations there are, and what they serve.

use std::io::{self, Write};

use anyhow::{Context, Result, bail};
use daiban_core::store::Store;
use daiban_core::sync::hub::{Destruction, DeviceView, Hub, NewStation};
use daiban_district::edge;
use daiban_district::published::Published;
use daiban_model::ids::{AgentId, DeviceId, ScopeCode};
use daiban_model::organisation::PlaceTree;
use daiban_model::stamp::Wall;
use daiban_model::wire::{Certificate, PackageKind};
use serde_json::json;

use super::{DestroyKeys, Devices, MoveCase, NewCode, Recover, Renew, Revoke, Scopes, answer, hub, said};

/// How long a code is good for, to tell it; the hub holds to it.
const SEVEN_DAYS_MS: i64 = 7 * 24 * 60 * 60 * 1000;

pub(super) async fn code(command: NewCode) -> Result<()> {
    let hub = hub(&command.at).await?;
    let NewCode { station, unit, device_no, mut scopes, .. } = command;
    if scopes.is_empty() {
        scopes.push(unit);
    }
    are_known(&hub, scopes.iter().chain([&unit])).await?;
    let (now, chance) = (edge::wall(), edge::chance().context("系统没有给出随机数")?);
    let new = NewStation { name: station.clone(), unit, scopes: scopes.clone(), device_no };
    let code = hub.make_code(new, now, chance).await.map_err(said::hub)?;
    let code = hub.vouched(&code).context("开通码做不出来")?;
    let until = stamp(Wall(now.0.saturating_add(SEVEN_DAYS_MS)));
    answer(&json!({ "code": code, "valid_until": until, "station": station, "unit": unit, "scopes": scopes }))
}

fn stamp(at: Wall) -> String {
    at.local().strftime("%Y-%m-%dT%H:%M:%S+08:00").to_string()
}

/// Whether these divisions are in the list that is published; where none is, any is taken.
async fn are_known<S: Store>(hub: &Hub<S>, mut codes: impl Iterator<Item = &ScopeCode>) -> Result<()> {
    let Some(published) = Published::of(hub, PackageKind::Organisation).await.map_err(said::hub)? else {
        return Ok(());
    };
    let places: PlaceTree = published.read().map_err(said::hub)?;
    if let Some(code) = codes.find(|code| places.get(**code).is_none()) {
        bail!("区划代码 {code} 不在已发布的区划表里，请核对，或先导入新的区划");
    }
    Ok(())
}

pub(super) async fn devices(command: Devices) -> Result<()> {
    let devices = hub(&command.at).await?.devices().await.map_err(said::hub)?;
    if command.json {
        return answer(&devices);
    }
    let mut out = io::stdout().lock();
    if devices.is_empty() {
        return writeln!(out, "还没有登记的设备").context("结果写不出去");
    }
    let now = edge::wall().0.max(0).unsigned_abs();
    for view in &devices {
        let scopes = view.scopes.iter().map(ToString::to_string).collect::<Vec<_>>().join("、");
        let DeviceView { device, station, device_no, .. } = view;
        let leaving = view.leaving.iter().map(ToString::to_string).collect::<Vec<_>>().join("、");
        let leaving = if leaving.is_empty() { leaving } else { format!("  待清除 {leaving}") };
        let next = devices.iter().find(|other| Some(other.device) == view.successor);
        let next = next.map(|next| format!("  由设备号 {:02} 接着用", next.device_no)).unwrap_or_default();
        writeln!(out, "{device}  {}  设备号 {device_no:02}  {station}  {scopes}{leaving}{next}", state(view, now))
            .context("结果写不出去")?;
    }
    Ok(())
}

fn state(view: &DeviceView, now: u64) -> &'static str {
    match view.revoked_ms {
        Some(_) if view.destruction == Some(Destruction::Told) => "密钥已令销毁",
        Some(_) if view.destruction.is_some() => "已撤销，待销毁",
        Some(_) if view.successor.is_some() => "已停用",
        Some(_) => "已撤销",
        None if view.not_after < now => "已过期",
        None => "有效　",
    }
}

pub(super) async fn revoke(command: Revoke) -> Result<()> {
    let hub = hub(&command.at).await?;
    let devices = hub.devices().await.map_err(said::hub)?;
    let view = meant(&devices, &command.device)?;
    hub.revoke(view.device, edge::wall()).await.map_err(said::hub)?;
    eprintln!("已撤销：{}。它之前交上来的内容仍然有效。", view.station);
    answer(&json!({ "revoked": view.device, "station": view.station }))
}

/// Without a reason only what was asked before is listed, and no code is told.
pub(super) async fn recover(command: Recover) -> Result<()> {
    let hub = hub(&command.at).await?;
    let devices = hub.devices().await.map_err(said::hub)?;
    let view = meant(&devices, &command.device)?;
    let Some(reason) = command.reason else {
        let asked = hub.recoveries(view.device).await.map_err(said::hub)?;
        let lines = asked.iter().map(|one| json!({ "at": stamp(one.at), "reason": one.reason })).collect::<Vec<_>>();
        return answer(&json!({ "station": view.station, "asked": lines }));
    };
    let code = hub.recovery_code(view.device, &reason, edge::wall()).await.map_err(said::hub)?;
    eprintln!("念给本人听，不要发短信。用过一次就作废，站点下次联网会换一个新的。");
    answer(&json!({ "code": code.text().as_str(), "station": view.station }))
}

pub(super) async fn scopes(command: Scopes) -> Result<()> {
    let hub = hub(&command.at).await?;
    let devices = hub.devices().await.map_err(said::hub)?;
    let view = meant(&devices, &command.device)?;
    are_known(&hub, command.give.iter()).await?;
    let mut certificate = hub.give(view.device, &command.give, edge::wall()).await.map_err(said::hub)?;
    if !command.give.is_empty() {
        eprintln!("{}：下次联系时收到新证书，新加区划的办件自己补齐。", view.station);
    }
    if !command.take.is_empty() {
        certificate = hub.take_away(view.device, &command.take, edge::wall()).await.map_err(said::hub)?;
        eprintln!(
            "{}：下次联系时先把收回区划里没交的交完，再清掉，并报回来；没报回来之前 devices 里写着“待清除”。",
            view.station
        );
    }
    answer(&shown(&certificate))
}

pub(super) async fn renew(command: Renew) -> Result<()> {
    let hub = hub(&command.at).await?;
    let devices = hub.devices().await.map_err(said::hub)?;
    let view = meant(&devices, &command.device)?;
    let certificate = hub.renew(view.device, edge::wall()).await.map_err(said::hub)?;
    eprintln!("{}：下次联系时收到新证书；旧证书签过的都还有效。", view.station);
    answer(&shown(&certificate))
}

pub(super) async fn destroy_keys(command: DestroyKeys) -> Result<()> {
    let hub = hub(&command.at).await?;
    let devices = hub.devices().await.map_err(said::hub)?;
    let view = meant(&devices, &command.device)?;
    let Ok(by) = <[AgentId; 2]>::try_from(command.by) else {
        bail!("要两个人一起决定：--by 写两次，各写各的工号");
    };
    if !command.yes {
        bail!("什么也没做。{}里没交上来的，销毁以后谁也拿不回来。想好了，请加上 --yes 再执行一次", view.station);
    }
    hub.destroy_keys(view.device, by.clone(), edge::wall()).await.map_err(said::hub)?;
    eprintln!("已下命令：{}下次联系时先交出没交的，再下一次联系时销毁密钥。", view.station);
    answer(&json!({ "destroy": view.device, "station": view.station, "by": by }))
}

fn shown(certificate: &Certificate) -> serde_json::Value {
    let Certificate { device, station, scopes, serial, not_after, .. } = certificate;
    let until = stamp(Wall(i64::try_from(*not_after).unwrap_or(i64::MAX)));
    json!({ "device": device, "station": station, "scopes": scopes, "serial": serial, "valid_until": until })
}

pub(super) async fn move_case(command: MoveCase) -> Result<()> {
    let hub = hub(&command.at).await?;
    let MoveCase { case, to, by, .. } = command;
    are_known(&hub, std::iter::once(&to)).await?;
    let Some(id) = hub.case_of(&case).await.map_err(said::hub)? else {
        bail!("枢纽还没有收到过编号 {case} 的办件。请核对编号，或等站点把它交上来");
    };
    let moved = hub.move_case(id, to, &by, edge::wall()).await.map_err(said::hub)?;
    eprintln!(
        "已从 {} 移到 {}。两边的站点下次联系时收到；原来那边没交上来的，交上来以后也会跟过去。",
        moved.from, moved.to
    );
    answer(&json!({ "case": case, "from": moved.from, "to": moved.to }))
}

pub(super) async fn let_stand(command: Revoke) -> Result<()> {
    let hub = hub(&command.at).await?;
    let devices = hub.devices().await.map_err(said::hub)?;
    let view = meant(&devices, &command.device)?;
    if view.revoked_ms.is_none() {
        bail!("{} 没有撤销，用不着认可", view.station);
    }
    let segments = hub.let_stand(view.device, edge::wall()).await.map_err(said::hub)?;
    eprintln!("邻站在不知道撤销时从 {} 收下的 {segments} 段记录，现在算数了。", view.station);
    answer(&json!({ "device": view.device, "station": view.station, "segments": segments }))
}

/// The device whose key begins so; never a guess among several.
fn meant<'a>(devices: &'a [DeviceView], text: &str) -> Result<&'a DeviceView> {
    let text = text.trim().to_ascii_lowercase();
    if text.len() < 8 || !text.bytes().all(|sign| sign.is_ascii_hexdigit()) {
        bail!("设备编号是 0-9、a-f 组成的一串，至少写前八位；用 devices 命令可以看到");
    }
    let begins = |device: &DeviceId| device.to_string().starts_with(&text);
    let mut found = devices.iter().filter(|view| begins(&view.device));
    match (found.next(), found.next()) {
        (Some(view), None) => Ok(view),
        (None, _) => bail!("没有这台设备，请用 devices 命令核对编号"),
        (Some(_), Some(_)) => bail!("有几台设备的编号都这样开头，请多写几位"),
    }
}
