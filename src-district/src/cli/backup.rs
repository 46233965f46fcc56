//! `backup` and `restore`: a copy of the database while the hub serves, and going on from one.

use anyhow::{Context, Result, bail};
use daiban_district::edge;
use daiban_district::folder::{Base, Folder};
use daiban_district::store::HubStore;
use serde_json::json;

use super::{Backup, Restore, answer, hub, said};

pub(super) async fn backup(command: Backup) -> Result<()> {
    let hub = hub(&command.at).await?;
    // Read before the copy is made: it holds at least this.
    let ends = hub.ends().await.map_err(said::hub)?;
    let HubStore::Sqlite(store) = hub.store() else {
        bail!("数据放在 PostgreSQL 里：请用 pg_dump 备份，见运维说明")
    };
    store.backup_to(&command.to).map_err(said::store).context("备份没有写成")?;
    let segments: u64 = ends.iter().map(|(_, seq)| seq).sum();
    hub.note_backup(ends, edge::wall()).await.map_err(said::hub)?;
    eprintln!("备份已写好。请把它和密钥文件分开存放到另一台机器上。");
    answer(&json!({ "backup": command.to, "segments": segments }))
}

pub(super) async fn restore(command: Restore) -> Result<()> {
    let folder = Folder::at(&command.at.data).map_err(said::folder)?;
    let (now, chance) = (edge::wall(), edge::chance::<8>().context("系统没有给出随机数")?);
    let base = command.at.base()?;
    let aside = match (&command.from, &base) {
        (Some(from), Base::Folder) => folder.put_back(from, now).map_err(said::folder)?,
        (Some(_), Base::Postgres(..)) => {
            bail!("数据放在 PostgreSQL 里：先用 pg_restore 放回去，再运行不带 --from 的 restore")
        }
        (None, _) => None,
    };
    let hub = folder.open_on(&base).await.map_err(said::folder)?;
    hub.renew_epoch(now, chance).await.map_err(said::hub)?;
    let heard = match &aside {
        Some(aside) => folder.hear(&hub, aside).await.map_err(said::folder)?,
        None => 0,
    };
    eprintln!("已从备份接着往下走。各站点下次联系时会把备份之后的内容补上；请尽快让每个站点联系一次。");
    answer(&json!({ "restored": true, "aside": aside, "packages": heard }))
}
