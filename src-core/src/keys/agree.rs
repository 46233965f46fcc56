//! A key that two parties arrive at, each from its own secret and the other's public key.
//!
//! Device, hub and district keys are Ed25519; their Montgomery form serves for the agreement, as RFC 7748's X25519 does.

use chacha20poly1305::{ChaCha20Poly1305, Key, KeyInit};
use ed25519_dalek::{SigningKey, VerifyingKey};
use zeroize::Zeroizing;

/// The cipher that both ends arrive at for one purpose (`context`, a fixed string) and these public `parts`; none with a key of small
/// order, with which anybody would.
pub(crate) fn agree(
    secret: &SigningKey,
    public: &VerifyingKey,
    context: &str,
    parts: &[&[u8]],
) -> Option<ChaCha20Poly1305> {
    let scalar = Zeroizing::new(secret.to_scalar_bytes());
    let shared = Zeroizing::new(public.to_montgomery().mul_clamped(*scalar).to_bytes());
    if *shared == [0; 32] {
        return None;
    }
    let mut hasher = blake3::Hasher::new_derive_key(context);
    hasher.update(shared.as_slice());
    for part in parts {
        hasher.update(part);
    }
    Some(ChaCha20Poly1305::new(&Key::from(*hasher.finalize().as_bytes())))
}
