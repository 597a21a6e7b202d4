//! Somebody who signs in.

use std::process::Child;
use std::thread::sleep;
use std::time::Duration;

use serde_json::json;

use super::{Emulator, Outcome, User};

/// The public client of the emulator's tenant, and a person who may use it.
pub(crate) const PUBLIC_CLIENT: &str = "88888888-7777-6666-5555-444444444444";
pub(crate) const ALICE: &str = "alice@contoso.onmicrosoft.com";

/// Somebody with the profile `person` at this authority, by which people sign in.
pub(crate) fn person(authority: &str) -> User {
    let user = User::new();
    let options = "--auth-method Public --scope api://your-api-id/access_as_user";
    user.create("person", PUBLIC_CLIENT, authority, options, "")
        .quiet_success();
    user
}

/// Signs alice in by device code: the command waits while she approves elsewhere.
pub(crate) fn sign_in_by_device(user: &User, emulator: &Emulator, line: &str) -> Outcome {
    emulator.control("options", &json!({ "device_interval": 1 }));
    let child = start_until(user, emulator, line, "/devicecode");
    emulator.control("device", &json!({ "action": "approve", "user": ALICE }));
    Outcome::of(child.wait_with_output().unwrap())
}

/// The command while it runs, after the emulator has seen a request for `path`.
pub(crate) fn start_until(user: &User, emulator: &Emulator, line: &str, path: &str) -> Child {
    let child = user.start(line);
    while !emulator
        .requests()
        .iter()
        .any(|request| request["path"].as_str().unwrap().ends_with(path))
    {
        sleep(Duration::from_millis(20));
    }
    child
}
