//! Random bytes from the host.

use protocol::value::correlation_id::CorrelationId;
use zeroize::Zeroizing;

use crate::bindings::wasi::random::random;

/// So many random bytes, cleared when they are dropped.
pub(crate) fn bytes<const SIZE: usize>() -> Zeroizing<[u8; SIZE]> {
    let mut bytes = Zeroizing::new([0; SIZE]);
    let drawn = Zeroizing::new(random::get_random_bytes(SIZE as u64));
    bytes
        .iter_mut()
        .zip(drawn.iter())
        .for_each(|(byte, drawn)| *byte = *drawn);
    bytes
}

/// Any number.
pub(crate) fn number() -> u32 {
    u32::from_le_bytes(*bytes())
}

/// A new number for one call, under which Entra's sign-in logs know it.
pub(crate) fn correlation_id() -> CorrelationId {
    CorrelationId::from_random(*bytes())
}
