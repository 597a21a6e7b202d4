//! Managed identities, through the shipped program: each platform by the variables that it sets.
#![cfg(test)]

mod support;

use std::fs;
use std::net::TcpListener;

use serde_json::{Value, json};
use support::{CLIENT_ID, Emulator, Outcome, User, component, foreign_program, workspace};

/// The identities of the emulator's machine.
const SYSTEM: &str = "44444444-3333-2222-1111-000000000001";
const USER_ASSIGNED: &str = "44444444-3333-2222-1111-000000000002";
const OBJECT: &str = "44444444-0000-4000-8000-000000000002";
const RESOURCE: &str = "/subscriptions/22222222-1111-0000-9999-888888888888/resourcegroups/contoso/providers/Microsoft.ManagedIdentity/userAssignedIdentities/sample";

const LINE: &str = "get-token -f ManagedIdentity --scope api://your-api-id/.default";

fn application(user: &User, token: &str) -> String {
    let shown = user.run_with("inspect - --claims", token).success();
    let claims: Value = serde_json::from_str(&shown).unwrap();
    claims["appid"].as_str().unwrap().to_owned()
}

/// Somebody on a machine whose metadata service is the emulator.
fn on_a_virtual_machine(emulator: &Emulator) -> User {
    let mut user = User::new();
    user.set("AZURE_POD_IDENTITY_AUTHORITY_HOST", emulator.authority());
    user
}

#[test]
fn a_virtual_machine_has_its_own_identity_and_others_by_each_of_their_ids() {
    let emulator = Emulator::start();
    let user = on_a_virtual_machine(&emulator);
    for (identity, expected) in [
        ("", SYSTEM),
        ("--identity system", SYSTEM),
        (&format!("--identity {USER_ASSIGNED}"), USER_ASSIGNED),
        (&format!("--identity object:{OBJECT}"), USER_ASSIGNED),
        (&format!("--identity {RESOURCE}"), USER_ASSIGNED),
    ] {
        let token = user.run(&format!("{LINE} {identity}")).quiet_success();
        assert_eq!(application(&user, &token), expected, "{identity}");
    }
    let before = emulator.requests().len();
    user.run(LINE).quiet_success();
    assert_eq!(emulator.requests().len(), before, "it is cached");
}

#[test]
fn a_profile_names_its_identity_and_needs_no_secret() {
    let emulator = Emulator::start();
    let user = on_a_virtual_machine(&emulator);
    let scope = "--scope api://your-api-id/.default --non-interactive";
    for (name, options, expected) in [
        ("system", "--auth-method ManagedIdentity".to_owned(), SYSTEM),
        (
            "client",
            format!("--auth-method ManagedIdentity --client-id {USER_ASSIGNED}"),
            USER_ASSIGNED,
        ),
        (
            "object",
            format!("--identity object:{OBJECT}"),
            USER_ASSIGNED,
        ),
        ("resource", format!("--identity {RESOURCE}"), USER_ASSIGNED),
        ("flow", "--flow ManagedIdentity".to_owned(), SYSTEM),
    ] {
        user.run(&format!("config create -p {name} {options} {scope}"))
            .quiet_success();
        let token = user.run(&format!("get-token -p {name}")).quiet_success();
        assert_eq!(application(&user, &token), expected, "{name}");
        let cached = user.run(&format!("inspect -p {name} --claims"));
        assert!(cached.success().contains(expected), "{name}");
    }
    user.run("refresh -p system").quiet_success();
}

#[test]
fn each_platform_is_asked_in_its_own_way() {
    let emulator = Emulator::start();
    let url = |path: &str| format!("{}{path}", emulator.authority());
    for (name, variables, method) in [
        (
            "app service",
            vec![
                ("IDENTITY_ENDPOINT", url("/app-service/token")),
                ("IDENTITY_HEADER", "app-service-identity-header".to_owned()),
            ],
            "GET",
        ),
        (
            "cloud shell",
            vec![("MSI_ENDPOINT", url("/cloud-shell/oauth2/token"))],
            "POST",
        ),
    ] {
        emulator.reset();
        let mut user = User::new();
        for (variable, value) in &variables {
            user.set(variable, value);
        }
        user.run(LINE).quiet_success();
        let [request] = &emulator.requests()[..] else {
            panic!("{name}: one request was expected")
        };
        assert_eq!(request["method"], method, "{name}");
    }
}

#[test]
fn a_workload_shows_its_federated_token_under_the_same_name() {
    let emulator = Emulator::start();
    let mut user = User::new();
    let external = emulator.control("external-token", &json!({}));
    let file = user.home().join("federated-token");
    fs::write(&file, external["token"].as_str().unwrap()).unwrap();
    user.name_client(emulator.authority());
    user.set("AZURE_FEDERATED_TOKEN_FILE", file.to_str().unwrap());
    let token = user.run(LINE).quiet_success();
    assert_eq!(application(&user, &token), CLIENT_ID);
    assert_eq!(emulator.grant_types(), ["client_credentials"]);
}

#[test]
fn an_identity_that_is_not_there_is_refused_with_advice() {
    let emulator = Emulator::start();
    let user = on_a_virtual_machine(&emulator);
    let line = format!("{LINE} --identity 44444444-3333-2222-1111-00000000000f");
    let refused = user.run(&line);
    let (error, hint) = refused.failure(2);
    assert!(error.contains("invalid_request"), "{error}");
    assert!(error.contains("Identity not found"), "{error}");
    assert!(
        hint.contains("00000000000f` is assigned to this machine"),
        "{hint}"
    );
    // It is final: nobody waits for an identity to appear.
    assert_eq!(emulator.requests().len(), 2);
}

#[test]
fn where_nobody_answers_it_gives_up_soon_and_says_so() {
    // A port that was free a moment ago.
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let mut user = User::new();
    let address = format!("http://127.0.0.1:{port}");
    user.set("AZURE_POD_IDENTITY_AUTHORITY_HOST", &address);
    let outcome = user.run(LINE);
    let (error, hint) = outcome.failure(5);
    assert!(error.contains("no managed identity here"), "{error}");
    assert!(
        hint.contains("run in Azure") && hint.contains("--timeout"),
        "{hint}"
    );

    // Somebody who takes the connection and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    user.set("AZURE_POD_IDENTITY_AUTHORITY_HOST", &address);
    let outcome = user.run(LINE);
    let (error, _) = outcome.failure(5);
    assert!(error.contains("did not answer within 5 seconds"), "{error}");
    let impatient = user.run(&format!("{LINE} --timeout 1s"));
    assert!(impatient.failure(5).0.contains("within 1 second"));
}

#[test]
fn a_platform_that_starts_or_is_updated_is_waited_for() {
    let emulator = Emulator::start();
    let user = on_a_virtual_machine(&emulator);
    for (fault, requests) in [
        (json!({ "status": 404 }), 2),
        (json!({ "status": 410, "for_seconds": 2 }), 0),
        (json!({ "status": 429 }), 2),
        (json!({ "status": 503, "times": 2 }), 3),
        (json!({ "hang_up": true }), 2),
        (json!({ "close": true }), 2),
        (json!({ "body": "empty" }), 2),
        // As on a machine that has only just started.
        (json!({ "delay_ms": 1500 }), 1),
        (
            json!({ "odd": ["numbers_as_text", "extra_members", "other_case", "charset", "byte_order_mark"] }),
            1,
        ),
        // Two days is the longest that is believed; then the span counts.
        (
            json!({ "set": { "expires_on": "11/27/2099 05:40:56 PM +00:00" } }),
            1,
        ),
        (json!({ "omit": ["expires_in", "expires_on"] }), 1),
    ] {
        emulator.reset();
        let mut fault = fault.clone();
        fault["endpoint"] = json!("managed_identity");
        emulator.control("faults", &fault);
        let outcome = user.run(&format!("{LINE} --no-cache"));
        outcome.quiet_success();
        if requests > 0 {
            // The first is the probe.
            assert_eq!(emulator.requests().len(), requests + 1, "{fault}");
        }
    }
}

#[test]
fn an_endpoint_that_comes_up_late_is_waited_for() {
    let mut user = User::new();
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let endpoint = format!("http://127.0.0.1:{port}/app-service/token");
    user.set("IDENTITY_ENDPOINT", &endpoint);
    user.set("IDENTITY_HEADER", "app-service-identity-header");
    let mut running = user.command(LINE).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_secs(2));
    let emulator = Emulator::start_at(port);
    assert!(running.wait().unwrap().success());
    drop(emulator);
}

#[test]
fn nothing_is_asked_beyond_the_platforms_reach() {
    for (variable, address) in [
        ("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://172.32.0.4"),
        ("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://evil.test"),
        ("MSI_ENDPOINT", "http://169.254.169.254.evil.test/token"),
        ("MSI_ENDPOINT", "http://8.8.8.8/token"),
    ] {
        let mut user = User::new();
        user.set(variable, address);
        let refused = user.run(LINE);
        let (_, hint) = refused.failure(4);
        assert!(hint.contains("169.254.0.0/16"), "{address}: {hint}");
    }
}

#[test]
fn an_arc_agent_that_names_another_file_gets_nothing() {
    let emulator = Emulator::start();
    let mut user = User::new();
    user.set(
        "IDENTITY_ENDPOINT",
        &format!(
            "{}/arc/metadata/identity/oauth2/token",
            emulator.authority()
        ),
    );
    user.set("IMDS_ENDPOINT", emulator.authority());
    for path in [
        "/etc/shadow",
        "/etc/passwd.key",
        "/var/opt/azcmagent/tokens/../x.key",
    ] {
        emulator.reset();
        emulator.control("options", &json!({ "arc_key_file": path }));
        let refused = user.run(LINE);
        let (error, _) = refused.failure(5);
        assert!(error.contains("not one of its key files"), "{error}");
        assert_eq!(emulator.requests().len(), 1, "{path}");
    }
}

/// In the sandbox the agent's folder can be any folder of ours.
#[test]
fn an_arc_agent_gets_to_see_its_own_key() {
    let Some(wasmtime) = foreign_program("wasmtime") else {
        return;
    };
    let emulator = Emulator::start();
    let mut user = User::new();
    let keys = user.home().join("keys");
    fs::create_dir(&keys).unwrap();
    let cache = workspace().join("target/tools/cache");
    user.set("XDG_CACHE_HOME", cache.to_str().unwrap());
    user.set(
        "IDENTITY_ENDPOINT",
        &format!(
            "{}/arc/metadata/identity/oauth2/token",
            emulator.authority()
        ),
    );
    user.set("IMDS_ENDPOINT", emulator.authority());
    let run = || {
        let mut command = user.foreign_command(&wasmtime);
        command.args(["run", "-S", "http", "--env", "IDENTITY_ENDPOINT"]);
        command.args(["--env", "IMDS_ENDPOINT", "--dir"]);
        command.arg(format!("{}::/var/opt/azcmagent/tokens", keys.display()));
        command.arg(component("entra-auth-cli.wasm"));
        Outcome::of(command.args(LINE.split(' ')).output().unwrap())
    };

    let absent = run();
    assert!(absent.failure(1).0.contains("emulator.key"), "{absent:?}");

    fs::write(keys.join("emulator.key"), "k".repeat(5000)).unwrap();
    let large = run();
    assert!(
        large.failure(1).0.contains("larger than a key"),
        "{large:?}"
    );

    fs::write(keys.join("emulator.key"), "emulator-arc-key\n").unwrap();
    let token = run().quiet_success();
    assert_eq!(application(&user, &token), SYSTEM);
}
