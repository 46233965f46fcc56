//! `code`, `devices`, `revoke`, `recover` and `let-stand`: which stations there are.

use std::io::{self, Write};

use anyhow::{Context, Result, bail};
use daiban_core::sync::hub::{DeviceView, NewStation};
use daiban_district::edge;
use daiban_district::published::Published;
use daiban_model::ids::DeviceId;
use daiban_model::organisation::PlaceTree;
use daiban_model::stamp::Wall;
use daiban_model::wire::PackageKind;
use serde_json::json;

use super::{Devices, NewCode, Recover, Revoke, answer, hub, said};

/// How long a code is good for, to tell it; the hub holds to it.
const SEVEN_DAYS_MS: i64 = 7 * 24 * 60 * 60 * 1000;

pub(super) async fn code(command: NewCode) -> Result<()> {
    let hub = hub(&command.at).await?;
    let NewCode { station, unit, device_no, mut scopes, .. } = command;
    if scopes.is_empty() {
        scopes.push(unit);
    }
    if let Some(published) = Published::of(&hub, PackageKind::Organisation).await.map_err(said::hub)? {
        let places: PlaceTree = published.read().map_err(said::hub)?;
        if let Some(code) = scopes.iter().chain([&unit]).find(|code| places.get(**code).is_none()) {
            bail!("区划代码 {code} 不在已发布的区划表里，请核对，或先导入新的区划");
        }
    }
    let (now, chance) = (edge::wall(), edge::chance().context("系统没有给出随机数")?);
    let new = NewStation { name: station.clone(), unit, scopes: scopes.clone(), device_no };
    let code = hub.make_code(new, now, chance).await.map_err(said::hub)?;
    let until = stamp(Wall(now.0.saturating_add(SEVEN_DAYS_MS)));
    answer(&json!({ "code": code, "valid_until": until, "station": station, "unit": unit, "scopes": scopes }))
}

fn stamp(at: Wall) -> String {
    at.local().strftime("%Y-%m-%dT%H:%M:%S+08:00").to_string()
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
        writeln!(out, "{device}  {}  设备号 {device_no:02}  {station}  {scopes}", state(view, now))
            .context("结果写不出去")?;
    }
    Ok(())
}

fn state(view: &DeviceView, now: u64) -> &'static str {
    match view.revoked_ms {
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
