//! The kernel's keyring of the user (user-keyring(7)).
//!
//! Possession counts for nothing here, only the user id: a process that `sudo -u` starts still possesses the keyrings of
//! the session that it comes from, and must not read from them.

use std::time::Duration;

use linux_keyutils::{
    KeyError, KeyPermissions, KeyPermissionsBuilder, KeyRing, KeyRingIdentifier, Permission,
};

use sealing::sealed::Key;

/// Nothing also for a key that is not of the right length, or that the kernel does not hand out.
pub(super) fn read(name: &str) -> Option<Key> {
    let mut key = Key::default();
    let kept = of_user().ok()?.search(name).ok()?;
    let length = kept.read(&mut *key).ok()?;
    (length == key.len()).then_some(key)
}

/// A key that cannot be kept is fetched again, so failing is no failure.
pub(super) fn keep(name: &str, key: &Key, timeout: Duration) {
    let _ = try_keep(name, key, timeout);
}

/// The key is made where only this process sees it, and shown to others when its permissions and its end are set.
fn try_keep(name: &str, key: &Key, timeout: Duration) -> Result<(), KeyError> {
    let own = KeyRing::from_special_id(KeyRingIdentifier::Process, true)?;
    let kept = own.add_key(name, key.as_slice())?;
    kept.set_timeout(usize::try_from(timeout.as_secs()).unwrap_or(usize::MAX))?;
    kept.set_perms(permissions())?;
    of_user()?.link_key(kept)?;
    // Else the next one could not be made: it would be taken for a change of this one.
    own.unlink_key(kept)
}

pub(super) fn forget(name: &str) {
    if let Ok(kept) = of_user().and_then(|keyring| keyring.search(name)) {
        let _ = kept.invalidate();
    }
}

fn of_user() -> Result<KeyRing, KeyError> {
    KeyRing::from_special_id(KeyRingIdentifier::User, false)
}

fn permissions() -> KeyPermissions {
    KeyPermissionsBuilder::builder()
        .user(Permission::VIEW | Permission::READ | Permission::SEARCH | Permission::LINK)
        .build()
}
