//! What went wrong, and what to do about it, in the operator's language.

use anyhow::{Error, anyhow};
use daiban_core::store::StoreError;
use daiban_core::sync::hub::{HubFault, Turned};
use daiban_district::folder::FolderFault;
use daiban_district::postgres::{BadAddress, Trouble};

pub(super) fn folder(fault: FolderFault) -> Error {
    match fault {
        FolderFault::Exists => {
            anyhow!("这个目录里已有枢纽的数据，没有改动。要另建一个，请换一个目录")
        }
        FolderFault::Absent => anyhow!("这个目录里没有枢纽。请核对 --data，或先运行 daiban-district init"),
        FolderFault::Elsewhere => {
            anyhow!("这个枢纽的数据在 PostgreSQL 里。请用 --store 或环境变量 DAIBAN_STORE 写明数据库的地址")
        }
        FolderFault::Here => {
            anyhow!("这个枢纽的数据就在数据目录的 hub.db 里，不在 PostgreSQL。请去掉 --store 和环境变量 DAIBAN_STORE")
        }
        FolderFault::Foreign => {
            anyhow!("这个数据库里是别的枢纽的数据，没有改动。请核对 --store 和 --data，或另建一个空的数据库")
        }
        FolderFault::Empty => {
            anyhow!(
                "这个数据库里没有枢纽的数据：地址可能写错了，或要先从备份恢复。各站点交过的内容不在这里，所以没有启动"
            )
        }
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
        HubFault::BadStation => {
            anyhow!("站点要有名称，服务的区划要在 1 到 64 个之间。要一个也不留，请用 revoke 撤销这台设备")
        }
        HubFault::NotServed(scope) => {
            anyhow!("这台设备的证书里没有单列 {scope}：它不服务这里，或者服务的是包含它的上一级。请用 devices 命令核对")
        }
        HubFault::UnknownDevice => anyhow!("没有这台设备，请用 devices 命令核对编号"),
        HubFault::Revoked => anyhow!("这台设备已撤销：不能再改，也不能再帮人打开它。要接着办件，请用 code 另登记一台"),
        HubFault::NoRecovery => anyhow!("这台设备还没有把找回码交上来：它要用 0.1 版以后的程序联一次网"),
        HubFault::NoReason => anyhow!("请用 --reason 写明谁忘了口令、谁核实的，不超过三百字"),
        HubFault::NotRevoked => anyhow!("这台设备还没有撤销。请先用 revoke 撤销，再决定要不要销毁密钥"),
        HubFault::OnePerson => anyhow!("两个工号是同一个人。销毁密钥要两个人一起决定"),
        HubFault::UnknownCase => anyhow!("枢纽还没有收到过这件办件。请核对办件标识，或等站点把它交上来"),
        HubFault::NobodyThere(scope) => {
            anyhow!("没有站点服务 {scope}，移过去就没有人看得到。请先用 scopes 把它交给一台设备")
        }
        HubFault::Damaged(what) => anyhow!("枢纽自己的记录（{what}）读不出来，没有改动。请保留数据目录，从备份恢复"),
    }
}

/// A letter met a store that failed; other reasons to turn a letter away stop nothing.
pub(super) fn turned(fault: Turned) -> Error {
    match fault {
        Turned::Storage(fault) => store(fault),
        other => anyhow!("{other}"),
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
        StoreError::Backend(error) => match error.downcast_ref::<Trouble>() {
            Some(trouble) => postgres(trouble),
            None => anyhow!("数据库出错，没有写入（{error}）"),
        },
    }
}

fn postgres(trouble: &Trouble) -> Error {
    match trouble {
        Trouble::Unreachable => anyhow!("连不上数据库服务器。请看它是否在运行，并核对 --store 的地址"),
        Trouble::Unknown => anyhow!("写入时数据库断开了，不知道写成了没有。请等数据库恢复后查看，需要时再执行一次"),
        Trouble::NotAllowed(code) => {
            anyhow!("数据库不让这个用户进来，或者缺少权限（{code}）。请核对用户名、密码和授权")
        }
        Trouble::NoDatabase => anyhow!("服务器上没有这个数据库。请先建好（编码用 UTF8）"),
        Trouble::NotUtf8 => anyhow!("这个数据库的编码不是 UTF8，存不下所有的人名用字。请另建一个 UTF8 的数据库"),
        Trouble::ReadOnly => anyhow!("这台数据库服务器现在只能读（备机），请连主机"),
        Trouble::TooLarge | Trouble::Code(_) | Trouble::Shape => anyhow!("数据库出错，没有写入（{trouble}）"),
    }
}

/// Never repeats the address: it may hold a password.
pub(super) fn address(fault: BadAddress) -> Error {
    match fault {
        BadAddress::Unreadable => anyhow!("数据库的地址看不懂。写法是 postgres://用户:密码@localhost/数据库"),
        BadAddress::Open => anyhow!(
            "数据库在别的机器上，而本程序和数据库之间还没有加密，内容会在路上被看到。请把枢纽放到数据库那台机器上，或在本机架设加密隧道"
        ),
        BadAddress::NoTls => anyhow!("本程序和数据库之间还没有加密连接。请只连本机的数据库，并去掉 sslmode"),
    }
}
