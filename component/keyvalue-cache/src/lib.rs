//! The token cache in a store that many hosts share (`wasi:keyvalue`), as a component. The store sees names and sealed bytes.
//!
//! There is no lock in such a store: of those who find no token at the same time each asks for one, and the last answer stays.
//! While a token lives, it is renewed ahead by whoever draws the lot (`protocol::edge::renewal`), so that this is rare.
//!
//! Where the store cannot be used, this instance's memory serves, and stderr says why.

mod bindings;
mod failure;
mod key;
mod log;
mod memory;
mod state;
mod store;

use cache_entry::{EntryName, check_client, check_content};

use bindings::exports::entra_auth::core::token_cache::{
    Failure, Guest, GuestHeldEntry, HeldEntry, Name,
};

struct KeyvalueCache;

impl Guest for KeyvalueCache {
    type HeldEntry = Held;

    fn read(name: Name) -> Result<Option<Vec<u8>>, Failure> {
        Ok(read(&checked(name)?))
    }

    /// Holds nothing up.
    fn hold(name: Name, _time_limit: u32) -> Result<HeldEntry, Failure> {
        Ok(HeldEntry::new(Held(checked(name)?)))
    }

    fn remove(client: String) -> Result<u32, Failure> {
        check_client(&client)?;
        let kept = memory::remove(&client);
        Ok(state::with(|store| store.remove(&client)).unwrap_or(kept))
    }
}

struct Held(EntryName);

impl GuestHeldEntry for Held {
    fn read(&self) -> Result<Option<Vec<u8>>, Failure> {
        Ok(read(&self.0))
    }

    fn write(&self, content: Vec<u8>, keep_until: i64) -> Result<(), Failure> {
        check_content(&content)?;
        // So an operator counts what was asked for, and knows that all else were hits.
        log::line(&format!("kept: {}/{}", self.0.client(), self.0.entry()));
        state::with(|store| store.write(&self.0, &content, keep_until));
        memory::write(&self.0, content, keep_until);
        Ok(())
    }
}

/// Memory holds what this instance wrote, and serves while the store does not.
fn read(name: &EntryName) -> Option<Vec<u8>> {
    state::with(|store| store.read(name)).unwrap_or_else(|| memory::read(name))
}

fn checked(name: Name) -> Result<EntryName, Failure> {
    Ok(EntryName::new(name.client, name.entry)?)
}
