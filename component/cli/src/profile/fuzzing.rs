//! Profiles and imports of strangers, fed with what nobody meant: `fuzz/run` builds the command line around this instead of
//! its commands.

use libfuzzer_sys::fuzz_target;

use super::document::ProfileDocument;
use super::transfer::{self, Content, Encrypted};
use crate::input::secret::Secret;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = text::decode(bytes) else {
        return;
    };
    if let Ok(document) = ProfileDocument::parse(&text) {
        // What is written is read again as the same.
        let written = document.to_text();
        let again = ProfileDocument::parse(&written).map(|again| again.to_text());
        assert_eq!(again.as_ref(), Ok(&written));
    }
    match transfer::recognize(&text) {
        Ok(Content::Plain(text)) => drop(transfer::from_plain(&text)),
        // Deriving its key takes longer than everything else together.
        Ok(Content::Encrypted(Encrypted::Sealed(_))) | Err(_) => {}
        Ok(Content::Encrypted(encrypted)) => {
            drop(encrypted.open(&Secret::new("correct horse".to_owned())));
        }
    }
});
