//! One direction of a slow line, as plain arithmetic: rate, delay, loss, a queue that drops what does not fit, and cuts.

use std::time::Duration;

/// What a line is like in each direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Profile {
    /// Its name on the command line and in the results.
    pub name: &'static str,
    /// From the end of sending to arrival.
    pub delay: Duration,
    /// Bytes a second.
    pub rate: f64,
    /// Share of packets that get lost.
    pub loss: f64,
    /// Bytes that wait to be sent at most; what does not fit is dropped.
    pub queue: usize,
    /// Every so long nothing gets through for so long, at the end of each round.
    pub cut: Option<(Duration, Duration)>,
}

/// A good network: 1 ms, 100 Mbit/s. Stores are filled over it before a slow line is measured.
pub const LAN: Profile = Profile {
    name: "lan",
    delay: Duration::from_millis(1),
    rate: 12_500_000.0,
    loss: 0.0,
    queue: 1_000_000,
    cut: None,
};
/// A village at the edge of a cell: 64 kbit/s, 400 ms each way, 3 % lost, 32 KB of queue.
pub const GPRS: Profile =
    Profile { name: "2g", delay: Duration::from_millis(400), rate: 8_000.0, loss: 0.03, queue: 32 << 10, cut: None };
/// The same, and every 20 s the line is dead for the last 5 s.
pub const GPRS_CUT: Profile =
    Profile { name: "2g-cut", cut: Some((Duration::from_secs(20), Duration::from_secs(5))), ..GPRS };
/// A satellite: 256 kbit/s, 300 ms each way, 1 % lost, 64 KB of queue.
pub const SATELLITE: Profile =
    Profile { name: "sat", delay: Duration::from_millis(300), rate: 32_000.0, loss: 0.01, queue: 64 << 10, cut: None };

/// Every profile there is.
pub const PROFILES: [Profile; 4] = [LAN, GPRS, GPRS_CUT, SATELLITE];

/// What went through a direction, and what did not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Carried {
    /// Bytes of the packets offered.
    pub bytes: u64,
    /// Packets offered.
    pub packets: u64,
    /// Packets lost on the way, in cuts or by chance.
    pub lost: u64,
    /// Packets that found the queue full.
    pub overflowed: u64,
}

/// One direction of a line.
#[derive(Debug, Clone)]
pub struct Shaper {
    profile: Profile,
    /// Since when the profile holds; rounds of cuts begin there.
    since: Duration,
    /// When everything accepted so far has been sent.
    free_at: Duration,
    chance: u64,
    /// What was carried.
    pub carried: Carried,
}

impl Shaper {
    /// A direction; the seed decides which packets get lost.
    pub fn new(profile: Profile, seed: u64) -> Self {
        let (since, free_at) = (Duration::ZERO, Duration::ZERO);
        Self { profile, since, free_at, chance: seed, carried: Carried::default() }
    }

    /// Another line from now on.
    pub fn become_at(&mut self, profile: Profile, now: Duration) {
        (self.profile, self.since) = (profile, now);
    }

    /// A packet to be sent now: when it arrives, if it does.
    pub fn offer(&mut self, now: Duration, bytes: usize) -> Option<Duration> {
        self.carried.packets += 1;
        self.carried.bytes += bytes as u64;
        if self.is_cut(now) || self.next_share() < self.profile.loss {
            self.carried.lost += 1;
            return None;
        }
        let waiting = self.free_at.saturating_sub(now).as_secs_f64() * self.profile.rate;
        if waiting + bytes as f64 > self.profile.queue as f64 {
            self.carried.overflowed += 1;
            return None;
        }
        self.free_at = self.free_at.max(now) + Duration::from_secs_f64(bytes as f64 / self.profile.rate);
        Some(self.free_at + self.profile.delay)
    }

    fn is_cut(&self, now: Duration) -> bool {
        self.profile.cut.is_some_and(|(every, silent)| {
            let in_round = now.saturating_sub(self.since).as_secs_f64() % every.as_secs_f64();
            in_round >= (every.saturating_sub(silent)).as_secs_f64()
        })
    }

    /// SplitMix64, from 0 up to 1.
    fn next_share(&mut self) -> f64 {
        self.chance = self.chance.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.chance;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);
    const QUIET: Profile = Profile { loss: 0.0, ..GPRS };

    #[test]
    fn a_packet_takes_its_bytes_at_the_rate_and_then_the_delay() {
        let mut line = Shaper::new(QUIET, 1);
        assert_eq!(line.offer(1000 * MS, 800), Some(1500 * MS), "100 ms on the line, 400 ms on the way");
        assert_eq!(line.offer(1000 * MS, 800), Some(1600 * MS), "the second waits for the first");
        assert_eq!(line.offer(5000 * MS, 800), Some(5500 * MS), "an idle line has nothing saved up");
    }

    #[test]
    fn what_does_not_fit_into_the_queue_is_dropped() {
        let mut line = Shaper::new(QUIET, 1);
        let arrived = (0..40).filter_map(|_| line.offer(Duration::ZERO, 1000)).count();
        assert_eq!(arrived, 32, "32 KiB hold 32 packets of 1000 bytes");
        assert_eq!(line.carried.overflowed, 8);
        assert!(line.offer(1000 * MS, 1000).is_some(), "a second later 8 of them are gone");
    }

    #[test]
    fn about_three_in_a_hundred_get_lost_and_always_the_same_ones() {
        let lost = |seed| {
            let mut line = Shaper::new(Profile { queue: usize::MAX, ..GPRS }, seed);
            (0..10_000).map(|_| line.offer(Duration::ZERO, 1).is_none()).collect::<Vec<_>>()
        };
        let count = lost(7).iter().filter(|lost| **lost).count();
        assert!((250..350).contains(&count), "{count} of 10,000");
        assert_eq!(lost(7), lost(7), "a run can be repeated");
        assert_ne!(lost(7), lost(8), "the two directions differ");
    }

    #[test]
    fn a_cut_comes_at_the_end_of_each_round_counted_from_the_change_of_line() {
        let mut line = Shaper::new(QUIET, 1);
        line.become_at(Profile { loss: 0.0, ..GPRS_CUT }, 3000 * MS);
        let through = |line: &mut Shaper, second: u32| line.offer(3000 * MS + second * 1000 * MS, 100).is_some();
        assert!(through(&mut line, 0) && through(&mut line, 14), "15 s of line");
        assert!(!through(&mut line, 15) && !through(&mut line, 19), "5 s of silence");
        assert!(through(&mut line, 20), "and again");
    }
}
