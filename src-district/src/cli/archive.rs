//! `verify-archive`: whether a pack is as it was sealed.

use std::fs::File;
use std::io::Read;

use anyhow::{Context, Result, anyhow, bail};
use daiban_core::archive::{self, Fault};
use daiban_district::folder::Folder;
use serde::Serialize;

use super::{VerifyArchive, answer, said};

/// The largest pack that is read.
const LARGEST: u64 = 1 << 30;

#[derive(Serialize)]
struct Good {
    number: String,
    files: usize,
    station: String,
    district: District,
}

/// Whether the seal was held against a district.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum District {
    Ours,
    NotAsked,
}

pub(super) fn verify(command: &VerifyArchive) -> Result<()> {
    let mut bytes = Vec::new();
    let file = File::open(&command.file).context("归档包打不开，请核对文件名")?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).context("归档包读不出来，请检查优盘或磁盘")?;
    if bytes.len() as u64 > LARGEST {
        bail!("这个文件太大，不是归档包");
    }
    let root = match &command.data {
        Some(data) => Some(Folder::at(data).and_then(|folder| folder.root()).map_err(said::folder)?),
        None => None,
    };
    let checked = archive::verify(&bytes, root.as_ref()).map_err(told)?;
    let district = if root.is_some() { District::Ours } else { District::NotAsked };
    answer(&Good { number: checked.number, files: checked.files, station: checked.station, district })
}

fn told(fault: Fault) -> anyhow::Error {
    match fault {
        Fault::NotAnArchive => anyhow!("这不是归档包，或者已经读不全了"),
        Fault::TooLarge => anyhow!("包里的东西多得不像归档包，没有读"),
        Fault::Changed { name } => anyhow!("{name} 被改过，和清单对不上"),
        Fault::Missing { name } => anyhow!("少了 {name}"),
        Fault::Added { name } => anyhow!("{name} 不在清单上，是后来放进去的"),
        Fault::BadSeal => anyhow!("清单和封签对不上：清单被换过，或者封签是假的"),
        Fault::ForeignSeal => anyhow!("封签不是本区站点的"),
    }
}
