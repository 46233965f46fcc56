//! `init`: a new hub.

use std::path::Path;

use anyhow::{Context, Result};
use daiban_district::edge;
use daiban_district::folder::Folder;
use serde_json::json;

use super::{answer, said};

pub(super) async fn init(data: &Path) -> Result<()> {
    let chance = edge::chance().context("系统没有给出随机数")?;
    let folder = Folder::create(data, chance, edge::wall()).await.map_err(said::folder)?;
    eprintln!("枢纽已建好。请把 {} 抄一份锁进保险柜：丢了它，各站点就不再认这个区。", folder.keys().display());
    answer(&json!({ "data": data, "keys": folder.keys() }))
}
