//! Finding who listens on the line, by multicast DNS. Where that does not work (many routers do not pass it on), an address is typed.
//! P1, P3.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use mdns_sd::{Receiver, ServiceDaemon, ServiceEvent, ServiceInfo};

use super::PORT;

/// What stations are found by.
const KIND: &str = "_daiban._tcp.local.";

/// Announces this station and finds others, until it is dropped.
pub struct Finder {
    daemon: ServiceDaemon,
    own: String,
    found: Receiver<ServiceEvent>,
}

impl Finder {
    /// Announces a port under a number drawn for this session. `None` where the system has no line for it.
    pub fn begin(port: u16, number: [u8; 8]) -> Option<Self> {
        Self::over(ServiceDaemon::new().ok()?, port, number)
    }

    fn over(daemon: ServiceDaemon, port: u16, number: [u8; 8]) -> Option<Self> {
        let name: String = number.iter().map(|byte| format!("{byte:02x}")).collect();
        let none: &[(&str, &str)] = &[];
        let service = ServiceInfo::new(KIND, &name, &format!("{name}.local."), "", port, none).ok()?.enable_addr_auto();
        let own = service.get_fullname().to_ascii_lowercase();
        daemon.register(service).ok()?;
        let found = daemon.browse(KIND).ok()?;
        Some(Self { daemon, own, found })
    }

    /// The next station that is found; `None` when the search has ended.
    pub async fn next(&self) -> Option<SocketAddr> {
        loop {
            match self.found.recv_async().await.ok()? {
                ServiceEvent::ServiceResolved(service) if service.get_fullname().to_ascii_lowercase() != self.own => {
                    let address = service.get_addresses_v4().into_iter().min();
                    if let Some(address) = address {
                        return Some(SocketAddr::from((address, service.get_port())));
                    }
                }
                _ => {}
            }
        }
    }
}

impl Drop for Finder {
    fn drop(&mut self) {
        // It says goodbye by itself; nobody waits for it.
        let _ = self.daemon.shutdown();
    }
}

/// Addresses at which a port of this machine can be reached, to be typed at another one; its own only where there is no other.
pub fn addresses(port: u16) -> Vec<SocketAddr> {
    let here = if_addrs::get_if_addrs().unwrap_or_default();
    let all: BTreeSet<IpAddr> = here.iter().map(if_addrs::Interface::ip).filter(IpAddr::is_ipv4).collect();
    let (own, others): (Vec<IpAddr>, Vec<IpAddr>) = all.into_iter().partition(IpAddr::is_loopback);
    let chosen = if others.is_empty() { own } else { others };
    chosen.into_iter().map(|ip| SocketAddr::new(ip, port)).collect()
}

/// Reads an address as a person types it: full-width signs and no port are fine.
pub fn typed(text: &str) -> Option<SocketAddr> {
    let plain: String = text
        .trim()
        .chars()
        .map(|sign| {
            if sign == '：' {
                ':'
            } else if sign == '。' {
                '.'
            } else {
                sign
            }
        })
        .collect();
    plain.parse().ok().or_else(|| plain.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, PORT)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use mdns_sd::IfKind;
    use tokio::time::timeout;

    use super::*;

    #[test]
    fn an_address_is_read_as_a_person_types_it() {
        let at = |text: &str| typed(text).map(|address| address.to_string());
        assert_eq!(at(" 192.168.1.7:47801 ").as_deref(), Some("192.168.1.7:47801"));
        assert_eq!(at("192.168.1.7").as_deref(), Some("192.168.1.7:47800"), "the usual port");
        assert_eq!(at("192。168。1。7：47801").as_deref(), Some("192.168.1.7:47801"), "the input method was on");
        assert_eq!(at("隔壁那台"), None);
        assert_eq!(at("192.168.1.777"), None);
    }

    /// Over the machine's own net, which is there without any other: what is announced, asked and answered are real packets.
    #[tokio::test]
    async fn two_stations_on_one_line_find_each_other_and_neither_finds_itself() {
        let begin = |port, number| {
            let daemon = ServiceDaemon::new().unwrap();
            daemon.enable_interface(IfKind::LoopbackV4).unwrap();
            Finder::over(daemon, port, [number; 8]).unwrap()
        };
        let (one, other) = (begin(47_811, 1), begin(47_812, 2));
        let limit = Duration::from_secs(60);
        let found = |finder: Finder| async move {
            loop {
                let port = finder.next().await.unwrap().port();
                // Other stations may run on this machine, or beside it.
                if (47_811..=47_812).contains(&port) {
                    return (port, finder);
                }
            }
        };
        let (by_one, by_other) = tokio::join!(timeout(limit, found(one)), timeout(limit, found(other)));
        assert_eq!((by_one.unwrap().0, by_other.unwrap().0), (47_812, 47_811));
    }

    #[test]
    fn this_machine_has_an_address_to_be_told() {
        assert!(addresses(47_800).iter().all(|address| address.port() == 47_800));
    }
}
