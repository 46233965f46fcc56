//! Where a database is. Its text may hold a password, so it is read once and never shown again.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// The way to a PostgreSQL database: `postgres://user:password@host/database`, as PostgreSQL's own programs take it.
///
/// Shown as server and database alone.
#[derive(Clone)]
pub struct Address(Arc<Config>);

/// Why a text is not the way to a database. Says nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// It does not read, or names no server.
    #[error("the database's address does not read")]
    Unreadable,
    /// The server is another machine, and what is sent to it could be read on the way.
    #[error("a database on another machine needs an encrypted line")]
    Open,
    /// An encrypted line is asked for, which this program does not have.
    #[error("this program speaks to a database without TLS only")]
    NoTls,
}

/// How long one attempt to connect may take, where the address says nothing.
const CONNECT: Duration = Duration::from_secs(3);
/// When a silent line is asked whether it still stands, and when one that does not answer is given up.
const SILENT: Duration = Duration::from_secs(30);
const GONE: Duration = Duration::from_secs(20);

impl Address {
    /// Whether a text is meant to be one.
    pub fn is_meant_by(text: &str) -> bool {
        text.starts_with("postgres://") || text.starts_with("postgresql://")
    }

    pub(super) fn config(&self) -> &Config {
        &self.0
    }
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        if !Self::is_meant_by(text) {
            return Err(BadAddress::Unreadable);
        }
        let mut config: Config = text.parse().map_err(|_| BadAddress::Unreadable)?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(BadAddress::Unreadable);
        }
        if config.get_ssl_mode() == SslMode::Require {
            return Err(BadAddress::NoTls);
        }
        let near = config.get_hosts().iter().all(is_this_machine);
        if !near || !config.get_hostaddrs().iter().all(IpAddr::is_loopback) {
            return Err(BadAddress::Open);
        }
        config.ssl_mode(SslMode::Disable);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        config.keepalives_idle(SILENT).tcp_user_timeout(GONE).application_name("daiban-district");
        Ok(Self(Arc::new(config)))
    }
}

fn is_this_machine(host: &Host) -> bool {
    match host {
        #[cfg(unix)]
        Host::Unix(_) => true,
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback()),
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, host) in self.0.get_hosts().iter().enumerate() {
            f.write_str(if nth == 0 { "" } else { "," })?;
            match host {
                Host::Tcp(name) => f.write_str(name)?,
                #[cfg(unix)]
                Host::Unix(path) => write!(f, "{}", path.display())?,
            }
        }
        write!(f, "/{}", self.0.get_dbname().unwrap_or_default())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_spoken_to_in_clear() {
        for near in [
            "postgres://daiban@localhost/hub",
            "postgresql://daiban:geheim@127.0.0.1:5433/hub?connect_timeout=1",
            "postgres://daiban@[::1]/hub",
            "postgres:///hub?host=/var/run/postgresql&user=daiban",
        ] {
            assert!(near.parse::<Address>().is_ok(), "{near}");
        }
        for (far, why) in [
            ("postgres://daiban@10.1.2.3/hub", BadAddress::Open),
            ("postgres://daiban@localhost,db.example/hub", BadAddress::Open),
            ("postgres://daiban@localhost/hub?hostaddr=10.1.2.3", BadAddress::Open),
            ("postgres://daiban@localhost/hub?sslmode=require", BadAddress::NoTls),
            ("postgres://daiban@localhost/hub?sslmode=verify-full", BadAddress::Unreadable),
            ("postgres:///hub", BadAddress::Unreadable),
            ("/var/lib/hub.db", BadAddress::Unreadable),
            ("postgres://daiban:a b@localhost:port/hub", BadAddress::Unreadable),
        ] {
            assert_eq!(far.parse::<Address>().err(), Some(why), "{far}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let address: Address = "postgres://daiban:geheim@localhost/hub".parse().unwrap();
        assert_eq!(format!("{address} {address:?}"), "localhost/hub Address(localhost/hub)");
        let told = "postgres://daiban:geheim@localhost:geheim/hub".parse::<Address>().unwrap_err();
        assert!(!format!("{told} {told:?}").contains("geheim"), "nor what stands in a text that does not read");
    }
}
