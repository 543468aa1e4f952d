//! Guessing codes is slow, without ever standing in the way of those who have one.
//!
//! Only well-formed codes that nobody was given count as failures: typing errors do not,
//! and neither does anything from a browser that already came in. When failures pour in
//! from everywhere at once, each network is allowed fewer of them, but never none.

use crate::clock::Millis;
use axum::{
    extract::ConnectInfo,
    http::{HeaderMap, request::Parts},
};
use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{Mutex, PoisonError},
};

const WINDOW: Millis = 60_000;
/// Failures per window and network.
const PER_NETWORK: u32 = 10;
/// Failures per window from all networks together, above which each is allowed fewer.
const EVERYWHERE: u32 = 1_000;
/// Failures per window and network while there are too many everywhere.
const PER_NETWORK_UNDER_ATTACK: u32 = 2;
/// Networks remembered at a time; an attack from more of them is an attack from everywhere.
const NETWORKS: usize = 20_000;

/// Where a request came from, as coarsely as guessing is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Network {
    /// One IPv4 address.
    V4([u8; 4]),
    /// The first 64 bits of an IPv6 address: one household or office.
    V6([u8; 8]),
    /// The server was not told.
    Unknown,
}

/// Counts failed look-ups. Remembers addresses for a minute, in memory only.
#[derive(Default)]
pub struct Throttle(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    networks: HashMap<Network, Count>,
    everywhere: Count,
}

#[derive(Clone, Copy, Default)]
struct Count {
    since: Millis,
    failures: u32,
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.octets()),
            IpAddr::V6(address) => {
                let octets = address.octets();
                Self::V6(*octets.first_chunk().expect("an address has 16 bytes"))
            }
        }
    }
}

impl Network {
    /// Where a request came from: the last hop that a proxy of ours wrote down, or the other
    /// end of the connection.
    pub fn of(parts: &Parts, behind_proxy: bool) -> Self {
        let hop = |headers: &HeaderMap| {
            let hops = headers.get_all("x-forwarded-for").iter().next_back()?;
            hops.to_str().ok()?.rsplit(',').next()?.trim().parse::<IpAddr>().ok()
        };
        let peer = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        let address = if behind_proxy { hop(&parts.headers).or_else(peer) } else { peer() };
        address.map_or(Self::Unknown, Self::from)
    }
}

impl Throttle {
    /// Whether `network` may look up a code now, or in how many seconds it may.
    pub fn admit(&self, network: Network, now: Millis) -> Result<(), u32> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let under_attack = counts.everywhere.current(now) >= EVERYWHERE;
        let most = if under_attack { PER_NETWORK_UNDER_ATTACK } else { PER_NETWORK };
        let count = counts.networks.get(&network).copied().unwrap_or_default();
        if count.current(now) < most { Ok(()) } else { Err(count.seconds_left(now)) }
    }

    /// Counts a look-up of a code that was never issued.
    pub fn failed(&self, network: Network, now: Millis) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = counts.everywhere.add(now);
        if failures == EVERYWHERE {
            tracing::warn!(failures, "many unknown access codes were tried within a minute");
        }
        if counts.networks.len() >= NETWORKS {
            counts.networks.retain(|_, count| count.current(now) > 0);
        }
        if counts.networks.len() < NETWORKS {
            counts.networks.entry(network).or_default().add(now);
        }
    }
}

impl Count {
    fn current(self, now: Millis) -> u32 {
        if now - self.since < WINDOW { self.failures } else { 0 }
    }

    fn add(&mut self, now: Millis) -> u32 {
        if self.current(now) == 0 {
            *self = Self { since: now, failures: 0 };
        }
        self.failures = self.failures.saturating_add(1);
        self.failures
    }

    fn seconds_left(self, now: Millis) -> u32 {
        let left = (self.since + WINDOW - now).clamp(1, WINDOW);
        u32::try_from(left.div_euclid(1000) + 1).expect("a window is short")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(last: u8) -> Network {
        Network::from(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn the_eleventh_wrong_code_in_a_minute_has_to_wait() {
        let throttle = Throttle::default();
        for _ in 0..10 {
            assert_eq!(throttle.admit(network(1), 5_000), Ok(()));
            throttle.failed(network(1), 5_000);
        }
        assert_eq!(throttle.admit(network(1), 35_000), Err(31));
        assert_eq!(throttle.admit(network(2), 35_000), Ok(()));
        assert_eq!(throttle.admit(network(1), 65_000), Ok(()));
    }

    #[test]
    fn an_attack_from_everywhere_leaves_everybody_a_try() {
        let throttle = Throttle::default();
        for number in 0..2_000u32 {
            throttle.failed(Network::V4(number.to_be_bytes()), 0);
        }
        assert_eq!(throttle.admit(network(1), 10), Ok(()));
        throttle.failed(network(1), 10);
        throttle.failed(network(1), 10);
        assert!(throttle.admit(network(1), 10).is_err());
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::default();
        for number in 0..30_000u32 {
            throttle.failed(Network::V4(number.to_be_bytes()), 0);
        }
        assert!(throttle.0.lock().unwrap().networks.len() <= NETWORKS);
        throttle.failed(network(1), WINDOW);
        assert_eq!(throttle.0.lock().unwrap().networks.len(), 1);
    }

    #[test]
    fn a_household_is_one_network() {
        let at = |text: &str| Network::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(at("2001:db8:1:2::1"), at("2001:db8:1:2:ffff::9"));
        assert_ne!(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
    }
}
