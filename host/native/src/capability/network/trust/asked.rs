//! Whether the other side asked for a certificate of this one, which has none.

use std::cell::Cell;
use std::sync::Arc;

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;

tokio::task_local! {
    static WAS_ASKED: Cell<bool>;
}

/// Tells of each handshake whether it was asked. One for all: sessions are resumed only where this is the same.
#[derive(Debug)]
pub(super) struct NoCertificate;

impl ResolvesClientCert for NoCertificate {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        // Outside of a handshake nobody wants to know.
        let _ = WAS_ASKED.try_with(|asked| asked.set(true));
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

/// What `handshake` comes to, and whether it was asked meanwhile.
pub(super) async fn told<F: Future>(handshake: F) -> (F::Output, bool) {
    let watched = async {
        let output = handshake.await;
        (output, WAS_ASKED.with(Cell::get))
    };
    WAS_ASKED.scope(Cell::new(false), watched).await
}
