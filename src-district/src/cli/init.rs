//! `init`: a new hub.

use anyhow::{Context, Result};
use daiban_district::edge;
use daiban_district::folder::Folder;
use serde_json::json;

use super::{At, answer, said};

pub(super) async fn init(at: &At) -> Result<()> {
    let chance = edge::chance().context("系统没有给出随机数")?;
    let folder = Folder::create_on(&at.base()?, &at.data, chance, edge::wall()).await.map_err(said::folder)?;
    eprintln!("枢纽已建好。请把 {} 抄一份锁进保险柜：丢了它，各站点就不再认这个区。", folder.keys().display());
    answer(&json!({ "data": at.data, "keys": folder.keys() }))
}
