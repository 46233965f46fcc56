//! Nonces that need no memory: whoever hands them out knows its own mark again (sync.md section 2).

use daiban_model::ids::DeviceId;
use daiban_model::stamp::Wall;
use daiban_model::wire::Nonce;

/// A nonce for a device.
pub fn give(secret: &[u8; 32], device: DeviceId, now: Wall) -> Nonce {
    let ms = now.0.max(0).unsigned_abs();
    Nonce { ms, mac: mark(secret, &device, ms) }
}

/// Whether a nonce was handed to this device, and not longer ago than `good_ms`, whichever way the clock went since.
pub fn is_fresh(secret: &[u8; 32], nonce: Nonce, device: DeviceId, now: Wall, good_ms: u64) -> bool {
    let now = now.0.max(0).unsigned_abs();
    nonce.mac == mark(secret, &device, nonce.ms) && now.abs_diff(nonce.ms) <= good_ms
}

fn mark(secret: &[u8; 32], device: &DeviceId, ms: u64) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new_keyed(secret);
    hasher.update(&device.0);
    hasher.update(&ms.to_le_bytes());
    let mut mark = [0; 16];
    mark.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    mark
}
