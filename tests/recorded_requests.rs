//! The shipped program's requests, held against those that Microsoft's own clients were recorded to send.
#![cfg(test)]
#![cfg(unix)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Child;
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};
use support::{Browser, CLIENT_ID, Emulator, Outcome, User, workspace};

type Form = BTreeMap<String, String>;

const PUBLIC_CLIENT: &str = "88888888-7777-6666-5555-444444444444";
const YOUR_API: &str = "77777777-6666-5555-4444-333333333333";
const ALICE: &str = "alice@contoso.onmicrosoft.com";

#[test]
fn a_secret_is_sent_as_recorded() {
    let vectors = vectors("client-secret");
    for case in cases(&vectors) {
        let text = |name: &str| case[name].as_str().unwrap();
        let emulator = Emulator::start();
        let user = User::new();
        let line = format!(
            "config create --name graph --tenant-id {} --client-id {CLIENT_ID} --client-secret - --scope {} \
             --authority {} --non-interactive",
            text("tenant"),
            text("scope"),
            emulator.authority()
        );
        user.run_with(&line, text("client_secret")).quiet_success();
        let mut command = user.command("get-token -p graph");
        if let Some(claims) = case["claims"].as_str() {
            command.args(["--claims", claims]);
        }
        // The tenant refuses some of the recorded secrets; what counts is what was sent.
        command.output().unwrap();
        let ours = of_the_grant(&vectors, emulator.only_form());
        let theirs = of_the_grant(&vectors, decoded(text("body")));
        assert_eq!(ours, theirs, "{}", case["name"]);
    }
}

#[test]
fn people_are_signed_in_and_renewed_as_recorded() {
    let emulator = Emulator::start();
    emulator.control(
        "options",
        &json!({ "device_interval": 1, "sign_in_as": ALICE }),
    );
    let mut user = User::new();
    create(
        &user,
        &emulator,
        "person",
        PUBLIC_CLIENT,
        "--auth-method Public",
    );
    let browser = Browser::of(&mut user);

    let program = user.start("get-token -p person -f InteractiveBrowser");
    browser.sign_in(&emulator);
    end(program);
    compare(&emulator, "authorization-code", "authorization_code");

    user.run("refresh -p person").quiet_success();
    compare(&emulator, "refresh-token", "refresh_token");

    // Somebody who has no refresh token yet.
    let user = User::new();
    create(
        &user,
        &emulator,
        "person",
        PUBLIC_CLIENT,
        "--auth-method Public",
    );
    let program = user.start("get-token -p person -f DeviceCode");
    while !emulator.requests().iter().any(is_device_code) {
        sleep(Duration::from_millis(20));
    }
    emulator.control("device", &json!({ "action": "approve", "user": ALICE }));
    end(program);
    compare(
        &emulator,
        "device-code",
        "urn:ietf:params:oauth:grant-type:device_code",
    );
}

#[test]
fn an_api_acts_for_its_caller_as_recorded() {
    let emulator = Emulator::start();
    emulator.control("options", &json!({ "device_interval": 1 }));
    let mut user = User::new();
    create(
        &user,
        &emulator,
        "person",
        PUBLIC_CLIENT,
        "--auth-method Public",
    );
    let program =
        user.start("get-token -p person -f DeviceCode -s api://your-api-id/access_as_user");
    while !emulator.requests().iter().any(is_device_code) {
        sleep(Duration::from_millis(20));
    }
    emulator.control("device", &json!({ "action": "approve", "user": ALICE }));
    let incoming = end(program);

    user.set("AZURE_CLIENT_SECRET", "your-api-secret");
    create(
        &user,
        &emulator,
        "api",
        YOUR_API,
        "--auth-method ClientSecret",
    );
    let line =
        "get-token -p api -f OnBehalfOf --assertion - -s api://downstream-api/access_as_user";
    user.run_with(line, &incoming).quiet_success();
    compare(
        &emulator,
        "on-behalf-of",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
    );
}

fn create(user: &User, emulator: &Emulator, name: &str, client: &str, options: &str) {
    let authority = emulator.authority();
    let line = format!(
        "config create --name {name} --tenant-id 11111111-2222-3333-4444-555555555555 --client-id {client} \
         --authority {authority} --scope https://graph.microsoft.com/User.Read --non-interactive {options}"
    );
    user.run(&line).quiet_success();
}

fn end(child: Child) -> String {
    Outcome::of(child.wait_with_output().unwrap()).success()
}

fn is_device_code(request: &Value) -> bool {
    request["path"].as_str().unwrap().ends_with("/devicecode")
}

/// Fails unless the last request for this grant has the parameters of each recorded one. Codes, tokens and redirect URIs
/// are of the day; the rest has the same values.
fn compare(emulator: &Emulator, file: &str, grant: &str) {
    let requests = emulator.requests();
    let wanted = ("grant_type".to_owned(), grant.to_owned());
    let mut forms = requests
        .iter()
        .filter_map(|request| serde_json::from_value(request["form"].clone()).ok());
    let ours = forms
        .rfind(|form: &Vec<(String, String)>| form.contains(&wanted))
        .unwrap();
    let vectors = vectors(file);
    let ours = of_the_grant(&vectors, ours);
    for case in cases(&vectors) {
        let mut theirs = of_the_grant(&vectors, decoded(case["body"].as_str().unwrap()));
        let Some(recorded) = theirs.get_mut("grant_type") else {
            // The request for a code.
            continue;
        };
        if recorded == "device_code" {
            // The name from before RFC 8628.
            *recorded = grant.to_owned();
        }
        if file == "device-code" {
            // Python's client repeats the code under an old name.
            theirs.remove("code");
        }
        let mut ours = ours.clone();
        if !theirs.contains_key("scope") {
            ours.remove("scope");
        }
        if file == "refresh-token" {
            // Of a confidential client; ours is public here.
            theirs.remove("client_secret");
        }
        let names = |form: &Form| form.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(names(&ours), names(&theirs), "{file}: {}", case["name"]);
        for name in ["grant_type", "requested_token_use"] {
            assert_eq!(ours.get(name), theirs.get(name), "{file}: {}", case["name"]);
        }
        let standard = |form: &Form| {
            let scopes = form.get("scope").map(String::as_str).unwrap_or_default();
            let standard = scopes.split(' ').filter(|scope| !scope.contains("://"));
            standard.map(str::to_owned).collect::<BTreeSet<_>>()
        };
        assert_eq!(
            standard(&ours),
            standard(&theirs),
            "{file}: {}",
            case["name"]
        );
    }
}

fn vectors(name: &str) -> Value {
    let file = workspace().join(format!("tests/vectors/{name}.json"));
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

fn cases(vectors: &Value) -> &[Value] {
    let cases = vectors["cases"].as_array().unwrap();
    assert!(
        cases.len() >= 2,
        "one recording of each of Microsoft's clients"
    );
    cases
}

fn decoded(body: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect()
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Without the other client's telemetry; no parameter may come twice.
fn of_the_grant(vectors: &Value, form: Vec<(String, String)>) -> Form {
    let telemetry = vectors["not_part_of_the_grant"].as_array().unwrap();
    let mut parameters = Form::new();
    for (name, value) in form {
        if !telemetry.iter().any(|known| *known == name) {
            // JSON says the same with and without blanks.
            let value = match name.as_str() {
                "claims" => json_of(&value).to_string(),
                _ => value,
            };
            assert!(
                parameters.insert(name.clone(), value).is_none(),
                "`{name}` comes twice"
            );
        }
    }
    parameters
}
