//! What went wrong, and what to do about it, in the operator's language.

use anyhow::{Error, anyhow};
use daiban_core::store::StoreError;
use daiban_core::sync::hub::HubFault;
use daiban_district::folder::FolderFault;

pub(super) fn folder(fault: FolderFault) -> Error {
    match fault {
        FolderFault::Exists => {
            anyhow!("这个目录里已有枢纽的数据，没有改动。要另建一个，请换一个目录")
        }
        FolderFault::Absent => anyhow!("这个目录里没有枢纽。请核对 --data，或先运行 daiban-district init"),
        FolderFault::BadKeys => anyhow!("密钥文件 district.keys 已损坏。请用保险柜里的那份副本换回来；不要新建"),
        FolderFault::System(error) => anyhow!("数据目录用不了，请检查路径、权限和剩余空间（{error}）"),
        FolderFault::Hub(fault) => hub(fault),
    }
}

pub(super) fn hub(fault: HubFault) -> Error {
    match fault {
        HubFault::Store(fault) => store(fault),
        HubFault::NoDeviceNumber => anyhow!("设备号只能是 1 到 99，而且已经没有可用的了"),
        HubFault::DeviceNumberTaken => anyhow!("这个设备号已经给了别的设备，请换一个，或省去 --device-no"),
        HubFault::BadStation => anyhow!("站点要有名称，服务的区划要在 1 到 64 个之间"),
        HubFault::UnknownDevice => anyhow!("没有这台设备，请用 devices 命令核对编号"),
        HubFault::Damaged(what) => anyhow!("枢纽自己的记录（{what}）读不出来，没有改动。请保留数据目录，从备份恢复"),
    }
}

pub(super) fn store(fault: StoreError) -> Error {
    match fault {
        StoreError::Busy => anyhow!("数据库正被别的程序占用，请稍后再试"),
        StoreError::Full => anyhow!("磁盘已满，什么也没有写入。请腾出空间后再试"),
        StoreError::NewerSchema { found } => {
            anyhow!("数据库是更新版本的程序写的（结构 {found}），没有改动。请升级本程序")
        }
        StoreError::WrongKey => anyhow!("hub.db 不是枢纽的数据库，没有改动。请核对数据目录"),
        StoreError::Damaged { what } => anyhow!("数据库有损坏（{what}），原样保留。请从备份恢复"),
        StoreError::Clash => anyhow!("同一位置已有别的内容，没有写入"),
        StoreError::Backend(error) => anyhow!("数据库出错，没有写入（{error}）"),
    }
}
