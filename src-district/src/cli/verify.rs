//! `verify`: an audit of every feed.

use anyhow::{Result, bail};

use super::{At, answer, hub, said};

pub(super) async fn verify(at: &At) -> Result<()> {
    let audit = hub(at).await?.verify().await.map_err(said::hub)?;
    answer(&audit)?;
    if audit.faults.is_empty() {
        return Ok(());
    }
    for fault in &audit.faults {
        eprintln!("范围 {} 第 {} 号：{}", fault.scope, fault.seq, fault.what);
    }
    bail!("有 {} 处对不上。请保留数据目录，从备份恢复，并查明原因", audit.faults.len())
}
