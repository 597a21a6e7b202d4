//! `proxy --check`, and configurations that are not served.

use std::fs;
use std::thread;

use crate::scene::{Engine, Scene, bearer, configuration, status};
use crate::support::{GET_TOKEN, User};

#[test]
fn what_would_pass_is_shown_without_serving_it() {
    let mut user = User::new();
    let text = configuration("https://login.microsoftonline.com", "http://127.0.0.1:9000");
    fs::write(user.home().join("proxy.toml"), &text).unwrap();
    let line = "proxy --config proxy.toml --check";
    let (error, hint) = {
        let outcome = user.run(line);
        let (error, hint) = outcome.failure(4);
        (error.to_owned(), hint.to_owned())
    };
    assert_eq!(
        error,
        "`proxy.toml`: the variable `BACKEND_SECRET` is not set"
    );
    assert!(hint.contains("set it where the proxy is started"), "{hint}");
    user.set("BACKEND_SECRET", "your-api-secret");
    assert_eq!(user.run(line).quiet_success(), "\
listens on http://127.0.0.1:0

orders: GET,POST orders.example/orders/ -> http://127.0.0.1:9000
  callers: tenant 11111111-2222-3333-4444-555555555555; audience api://your-api-id; role Data.Read
  token: of `backend`, for api://downstream-api/.default

mine: GET orders.example/mine/ -> http://127.0.0.1:9000
  callers: tenant 11111111-2222-3333-4444-555555555555; audience api://your-api-id; scope access_as_user
  token: on behalf of the caller, by `backend`, for api://downstream-api/.default

public: GET,POST */public -> http://127.0.0.1:9000
  callers: anybody
  token: none

sidecar: GET localhost/Validate -> the program that asks
  callers: tenant 11111111-2222-3333-4444-555555555555; audience api://your-api-id
  token: none

sidecar: GET localhost/AuthorizationHeader/downstream -> the program that asks
  callers: tenant 11111111-2222-3333-4444-555555555555; audience api://your-api-id
  token: of `backend`, for api://downstream-api/.default

sidecar: GET localhost/AuthorizationHeaderUnauthenticated/downstream -> the program that asks
  callers: anybody
  token: of `backend`, for api://downstream-api/.default

sidecar: GET localhost/AuthorizationHeader/mine -> the program that asks
  callers: tenant 11111111-2222-3333-4444-555555555555; audience api://your-api-id
  token: on behalf of the caller, by `backend`, for api://downstream-api/.default
");
}

#[test]
fn a_configuration_that_is_wrong_is_not_served() {
    let mut user = User::new();
    user.set("BACKEND_SECRET", "your-api-secret");
    let good = configuration("https://login.microsoftonline.com", "http://127.0.0.1:9000");
    let rows = [
        (
            "version = 1",
            "version = 2",
            "`proxy.toml`: line 2: this version",
        ),
        ("roles =", "rolls =", "unknown field `rolls`"),
        ("roles =", "email =", "unknown field `email`"),
        (
            "x-entra-oid = \"oid\"",
            "x-entra-oid = \"upn\"",
            "can change hands",
        ),
        (
            "address = \"127.0.0.1:0\"",
            "address = \"0.0.0.0:0\"",
            "line 4: listen: callers would send",
        ),
        (
            "health =",
            "certificate = \"none.pem\"\nprivate-key = \"none.pem\"\nhealth =",
            "listen: certificate `none.pem` cannot be read",
        ),
        (
            "secret = \"env:BACKEND_SECRET\"",
            "secret = \"file:none.txt\"",
            "none.txt`",
        ),
        (
            "secret = \"env:BACKEND_SECRET\"",
            "secret = \"file:empty.txt\"",
            "`empty.txt` is empty",
        ),
        (
            "secret = \"env:BACKEND_SECRET\"",
            "secret = \"env:EMPTY_SECRET\"",
            "the variable `EMPTY_SECRET` is empty",
        ),
    ];
    fs::write(user.home().join("empty.txt"), "\r\n").unwrap();
    user.set("EMPTY_SECRET", "");
    for (from, to, expected) in rows {
        assert!(good.contains(from), "{from}");
        fs::write(user.home().join("proxy.toml"), good.replace(from, to)).unwrap();
        for line in ["proxy -c proxy.toml --check", "proxy -c proxy.toml"] {
            let outcome = user.run(line);
            let (error, hint) = outcome.failure(4);
            assert!(error.contains(expected), "{error}");
            assert!(!hint.is_empty(), "{expected}");
        }
    }
}

/// The file is read at the start: whatever it becomes, nobody gets in by it, and nobody is kept out, before the next one.
#[test]
fn a_file_that_changes_changes_nothing_before_the_next_start() {
    let Some(scene) = Scene::on(Engine::Native) else {
        return;
    };
    let token = bearer(&scene.user.run(GET_TOKEN).success());
    let text = configuration(scene.emulator.authority(), scene.recorder.origin());
    let open = text.replace(
        "inbound = \"orders\"\nroles = [\"Data.Read\"]",
        "public = true",
    );
    assert_ne!(open, text);
    for changed in ["nonsense", "", &open] {
        fs::write(scene.user.home().join("proxy.toml"), changed).unwrap();
        // At once, so that there are new instances too.
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    assert_eq!(status(&scene.proxy.get("/orders/1", "")), 401);
                    assert_eq!(status(&scene.proxy.get("/orders/1", &token)), 200);
                });
            }
        });
    }
}

/// As editors and shells of Windows write it.
#[test]
fn a_secret_in_a_file_may_be_any_text() {
    let user = User::new();
    let good = configuration("https://login.microsoftonline.com", "http://127.0.0.1:9000");
    let named = good.replace("env:BACKEND_SECRET", "file:secret.txt");
    fs::write(user.home().join("proxy.toml"), named).unwrap();
    let utf_16: Vec<u8> = "\u{feff}your-api-secret\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let marked = "\u{feff}your-api-secret\r\n".as_bytes().to_vec();
    for bytes in [utf_16, marked] {
        fs::write(user.home().join("secret.txt"), bytes).unwrap();
        user.run("proxy -c proxy.toml --check").quiet_success();
    }
}

#[test]
fn an_address_that_somebody_else_has_is_said() {
    let Some(scene) = Scene::on(Engine::Native) else {
        return;
    };
    let text = configuration(scene.emulator.authority(), scene.recorder.origin());
    let text = text.replace("127.0.0.1:0", &scene.proxy.address);
    fs::write(scene.user.home().join("proxy.toml"), text).unwrap();
    let outcome = scene.user.run("proxy --config proxy.toml");
    let (error, hint) = outcome.failure(5);
    let address = &scene.proxy.address;
    assert_eq!(
        error,
        format!("cannot listen at `{address}`: another process has it")
    );
    assert!(hint.contains("choose another `address`"), "{hint}");
}
