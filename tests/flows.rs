//! Every way of getting a token, through the shipped program.
#![cfg(test)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use support::{ALICE, CLIENT_ID, Emulator, PUBLIC_CLIENT, User, sign_in_by_device, workspace};

const YOUR_API: &str = "77777777-6666-5555-4444-333333333333";

fn create(user: &User, name: &str, emulator: &Emulator, client: &str, rest: &str) {
    let authority = emulator.authority();
    let line = format!(
        "config create --name {name} --tenant-id contoso.onmicrosoft.com --client-id {client} \
         --authority {authority} --non-interactive {rest}"
    );
    // The password of every key of the emulator.
    user.run_with(&line, "emulator").quiet_success();
}

fn claims(user: &User, token: &str) -> Value {
    let shown = user.run_with("inspect - --claims", token).success();
    serde_json::from_str(&shown).unwrap()
}

#[test]
fn a_certificate_proves_who_the_client_is() {
    let emulator = Emulator::start();
    let user = User::new();
    let keys = workspace().join("host/emulator/key/client-credential");
    let keys = keys.display();
    let scope = "--scope api://your-api-id/.default";
    for (name, options) in [
        (
            "pfx",
            format!("--certificate-path {keys}/client.pfx --certificate-password -"),
        ),
        (
            "legacy",
            format!("--certificate-path {keys}/client-legacy.pfx --certificate-password -"),
        ),
        (
            "open",
            format!("--certificate-path {keys}/client-without-password.pfx"),
        ),
        (
            "pem",
            format!(
                "--certificate-path {keys}/client-certificate.pem --private-key-path {keys}/client-private-key.pem"
            ),
        ),
    ] {
        emulator.reset();
        create(
            &user,
            name,
            &emulator,
            CLIENT_ID,
            &format!("{scope} {options}"),
        );
        let token = user
            .run(&format!("get-token -p {name} --no-cache"))
            .quiet_success();
        assert_eq!(claims(&user, &token)["appidacr"], "2", "{name}");
        let form = emulator.only_form();
        let names: Vec<&str> = form.iter().map(|(name, _)| name.as_str()).collect();
        assert!(
            names.contains(&"client_assertion") && !names.contains(&"client_secret"),
            "{names:?}"
        );
    }
}

#[test]
fn a_certificate_that_is_none_is_refused_before_anything_is_sent() {
    let emulator = Emulator::start();
    let user = User::new();
    let keys = workspace().join("host/emulator/key/client-credential");
    let path = keys.join("client-without-key.pfx");
    let options = format!(
        "--scope api://your-api-id/.default --certificate-path {} --certificate-password -",
        path.display()
    );
    create(&user, "keyless", &emulator, CLIENT_ID, &options);
    let refused = user.run("get-token -p keyless");
    assert_eq!(
        (refused.code, refused.stdout.as_str()),
        (4, ""),
        "{}",
        refused.stderr
    );
    assert!(emulator.requests().is_empty());
}

#[test]
fn a_device_code_signs_a_person_in_once_and_tokens_renew_themselves() {
    let emulator = Emulator::start();
    let user = User::new();
    let options = "--auth-method Public --flow DeviceCode --scope api://your-api-id/access_as_user";
    create(&user, "device", &emulator, PUBLIC_CLIENT, options);

    let signed_in = sign_in_by_device(&user, &emulator, "get-token -p device");
    assert!(
        signed_in.stderr.contains("/oauth2/deviceauth"),
        "{}",
        signed_in.stderr
    );
    let token = claims(&user, &signed_in.success());
    assert_eq!(
        (&token["scp"], &token["upn"]),
        (&json!("access_as_user"), &json!(ALICE))
    );

    emulator.control("options", &json!({}));
    let before = emulator.grant_types().len();
    user.run("get-token -p device").quiet_success();
    assert_eq!(
        emulator.grant_types().len(),
        before,
        "a cached token makes no request"
    );

    user.run("refresh -p device").quiet_success();
    user.run("get-token -p device -s https://graph.microsoft.com/User.Read")
        .quiet_success();
    assert_eq!(
        emulator.grant_types()[before..],
        ["refresh_token", "refresh_token"]
    );
}

#[test]
fn a_revoked_refresh_token_asks_for_a_person() {
    let emulator = Emulator::start();
    let user = User::new();
    let options = "--auth-method Public --flow DeviceCode --scope api://your-api-id/access_as_user";
    create(&user, "device", &emulator, PUBLIC_CLIENT, options);
    sign_in_by_device(&user, &emulator, "get-token -p device").success();
    emulator.control("revoke", &json!({ "user": ALICE }));
    let refused = user.run("refresh -p device");
    assert_eq!(
        (refused.code, refused.stdout.as_str()),
        (2, ""),
        "{}",
        refused.stderr
    );
}

/// Stands in for a browser: follows the sign-in and posts the form that it ends with.
const BROWSER: &str = r#"#!/usr/bin/env python3
import html, re, sys, urllib.error, urllib.parse, urllib.request
page = urllib.request.urlopen(sys.argv[1]).read().decode()
action = html.unescape(re.search(r'action="([^"]+)"', page).group(1))
fields = re.findall(r'name="([^"]+)" value="([^"]*)"', page)
form = urllib.parse.urlencode([(html.unescape(n), html.unescape(v)) for n, v in fields]).encode()
stray = urllib.parse.urlencode({"code": "x", "state": "wrong", "error": "access_denied"}).encode()
try:
    urllib.request.urlopen(action, stray).read()
except urllib.error.HTTPError:
    pass
print(urllib.request.urlopen(action, form).read().decode(), file=open(sys.argv[0] + ".page", "w"))
"#;

#[test]
fn a_browser_signs_a_person_in_and_strays_do_not_matter() {
    let emulator = Emulator::start();
    let mut user = User::new();
    let options = "--auth-method Public --scope api://your-api-id/access_as_user";
    create(&user, "browser", &emulator, PUBLIC_CLIENT, options);
    emulator.control("options", &json!({ "sign_in_as": ALICE }));
    let browser = user.home().join("browser");
    fs::write(&browser, BROWSER).unwrap();
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).unwrap();
    user.set("BROWSER", browser.to_str().unwrap());

    let token = user
        .run("get-token -p browser -f InteractiveBrowser")
        .success();
    assert_eq!(claims(&user, &token)["scp"], "access_as_user");
    assert_eq!(emulator.grant_types(), ["authorization_code"]);
    let page = fs::read_to_string(browser.with_extension("page")).unwrap();
    assert!(page.contains("signed in"), "{page}");
}

#[test]
fn an_api_calls_the_next_one_on_behalf_of_its_caller() {
    let emulator = Emulator::start();
    let mut user = User::new();
    let options = "--auth-method Public --flow DeviceCode --scope api://your-api-id/access_as_user";
    create(&user, "caller", &emulator, PUBLIC_CLIENT, options);
    let incoming = sign_in_by_device(&user, &emulator, "get-token -p caller").success();

    let options = "--auth-method ClientSecret --scope api://downstream-api/.default";
    user.set("AZURE_CLIENT_SECRET", "your-api-secret");
    create(&user, "api", &emulator, YOUR_API, options);
    let line = "get-token -p api -f OnBehalfOf --assertion -";
    let token = user.run_with(line, &incoming).quiet_success();
    assert_eq!(
        claims(&user, &token)["name"],
        claims(&user, &incoming)["name"]
    );

    let before = emulator.grant_types().len();
    user.run_with(line, &incoming).quiet_success();
    assert_eq!(
        emulator.grant_types().len(),
        before,
        "the answer is cached for this assertion"
    );
}

#[test]
fn a_workload_needs_neither_profile_nor_secret() {
    let emulator = Emulator::start();
    let mut user = User::new();
    let token = emulator.control("external-token", &json!({}));
    let file = user.home().join("federated-token");
    fs::write(&file, token["token"].as_str().unwrap()).unwrap();
    user.set("AZURE_TENANT_ID", "contoso.onmicrosoft.com");
    user.set("AZURE_CLIENT_ID", CLIENT_ID);
    user.set("AZURE_AUTHORITY_HOST", emulator.authority());
    user.set("AZURE_FEDERATED_TOKEN_FILE", file.to_str().unwrap());
    let line = "get-token --scope api://your-api-id/.default";
    let token = user.run(line).quiet_success();
    assert_eq!(claims(&user, &token)["appid"], CLIENT_ID);

    fs::write(&file, "").unwrap();
    let refused = user.run(&format!("{line} --force"));
    assert_eq!(
        (refused.code, refused.stdout.as_str()),
        (4, ""),
        "{}",
        refused.stderr
    );
}
