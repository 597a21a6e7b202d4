use sealing::sealed::Nonce;

/// A new one for each sealing, from so many bytes as `draw` is asked for.
pub fn nonce(draw: impl Fn(u64) -> Vec<u8>) -> Nonce {
    let mut nonce = Nonce::default();
    let drawn = draw(nonce.len() as u64);
    nonce
        .iter_mut()
        .zip(drawn)
        .for_each(|(byte, drawn)| *byte = drawn);
    nonce
}
