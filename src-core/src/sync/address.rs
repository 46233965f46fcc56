//! The address of a hub, as people type it and how it is gone to.
//!
//! - `10.0.0.8:8620` or `https://…`: TLS to the holder of the hub's key ([`Way::Pinned`]).
//! - `https+public://…`: TLS to whom a public authority vouches for under this name: a hub behind a proxy ([`Way::Public`]).
//! - `http://…`: without TLS to this very machine, and to others where the operator allows it ([`Way::Plain`]). Else it is gone to with
//!   TLS all the same: stations of before that have such an address go on once their hub is of today.

use std::net::IpAddr;

use reqwest::Url;

use super::http::RoadFault;

/// How a hub is gone to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Without TLS.
    Plain,
    /// TLS by the hub's key.
    Pinned,
    /// TLS by a public certificate.
    Public,
}

/// Where a connection may go without TLS, in either direction. Personal data are in clear on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PlainLines {
    /// Only within this machine.
    #[default]
    Loopback,
    /// Anywhere: the operator answers for the line.
    Anywhere,
}

impl PlainLines {
    /// Whether one with this peer may go without TLS.
    pub fn allow(self, peer: IpAddr) -> bool {
        self == Self::Anywhere || peer.to_canonical().is_loopback()
    }
}

/// An address that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    url: Url,
    way: Way,
}

const PUBLIC: &str = "https+public://";

impl Address {
    /// Reads an address as it was typed.
    pub fn read(typed: &str, plain: PlainLines) -> Result<Self, RoadFault> {
        let typed = typed.trim();
        let (text, mut way) = match (typed.strip_prefix(PUBLIC), typed.contains("://")) {
            (Some(rest), _) => (format!("https://{rest}"), Way::Public),
            (None, true) => (typed.to_owned(), Way::Pinned),
            (None, false) => (format!("https://{typed}"), Way::Pinned),
        };
        let mut url = Url::parse(&text).map_err(|_| RoadFault::BadAddress)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(RoadFault::BadAddress);
        }
        if url.scheme() == "http" {
            match plain == PlainLines::Anywhere || is_loopback(&url) {
                true => way = Way::Plain,
                false => secure(&mut url)?,
            }
        }
        Ok(Self { url, way })
    }

    /// How it is gone to.
    pub fn way(&self) -> Way {
        self.way
    }

    /// Whether it is on this very machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.url)
    }

    /// Where a path is there.
    pub fn at(&self, path: &str) -> Result<Url, RoadFault> {
        self.url.join(path).map_err(|_| RoadFault::BadAddress)
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let number = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || number.is_ok_and(|number| number.to_canonical().is_loopback())
}

/// The same place by TLS: the hub answers both at one port.
fn secure(url: &mut Url) -> Result<(), RoadFault> {
    let port = url.port_or_known_default();
    url.set_scheme("https").and_then(|()| url.set_port(port)).map_err(|()| RoadFault::BadAddress)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(typed: &str, plain: PlainLines) -> Option<(Way, String)> {
        let address = Address::read(typed, plain).ok()?;
        Some((address.way(), address.at("/v1/exchange").unwrap().to_string()))
    }

    #[test]
    fn an_address_says_how_it_is_gone_to() {
        for (typed, way, url) in [
            ("10.0.0.8:8620", Way::Pinned, "https://10.0.0.8:8620/v1/exchange"),
            (" https://hub.example/ ", Way::Pinned, "https://hub.example/v1/exchange"),
            ("https+public://hub.example", Way::Public, "https://hub.example/v1/exchange"),
            ("http://127.0.0.1:8620", Way::Plain, "http://127.0.0.1:8620/v1/exchange"),
            ("http://[::1]:8620", Way::Plain, "http://[::1]:8620/v1/exchange"),
            ("http://localhost:8620", Way::Plain, "http://localhost:8620/v1/exchange"),
            ("http://10.0.0.8:8620", Way::Pinned, "https://10.0.0.8:8620/v1/exchange"),
            ("http://10.0.0.8", Way::Pinned, "https://10.0.0.8:80/v1/exchange"),
            ("http://127.0.0.1.example", Way::Pinned, "https://127.0.0.1.example:80/v1/exchange"),
        ] {
            assert_eq!(read(typed, PlainLines::Loopback), Some((way, url.to_owned())), "{typed}");
        }
        for typed in ["", "https://", "ftp://10.0.0.8", "https+public://", "http://"] {
            assert_eq!(read(typed, PlainLines::Loopback), None, "{typed:?} is no address");
        }
    }

    #[test]
    fn only_the_operator_lets_data_travel_in_clear() {
        let plain = read("http://10.0.0.8:8620", PlainLines::Anywhere);
        assert_eq!(plain, Some((Way::Plain, "http://10.0.0.8:8620/v1/exchange".to_owned())));
        let pinned = read("10.0.0.8:8620", PlainLines::Anywhere);
        assert_eq!(pinned.map(|(way, _)| way), Some(Way::Pinned), "and only where the address says so");
        for (peer, loopback) in [("127.0.0.1", true), ("::1", true), ("::ffff:127.0.0.1", true), ("10.0.0.8", false)] {
            let peer: IpAddr = peer.parse().unwrap();
            assert_eq!(PlainLines::Loopback.allow(peer), loopback, "{peer}");
            assert!(PlainLines::Anywhere.allow(peer), "{peer}");
        }
    }
}
