//! Every way of getting a token, through the shipped program.
#![cfg(test)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use support::{
    ALICE, CLIENT_ID, Emulator, Outcome, PUBLIC_CLIENT, User, sign_in_by_device, start_until,
    workspace,
};

const YOUR_API: &str = "77777777-6666-5555-4444-333333333333";

fn create(user: &User, name: &str, emulator: &Emulator, client: &str, rest: &str) {
    // The password of every key of the emulator.
    user.create(name, client, emulator.authority(), rest, "emulator")
        .quiet_success();
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
        "--force --scope api://your-api-id/.default --certificate-path {} --certificate-password -",
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

/// Somebody whose browser is this program and in which alice is signed in, with the profile `browser`.
fn with_browser(emulator: &Emulator, program: &str) -> User {
    let mut user = User::new();
    let options = "--auth-method Public --scope api://your-api-id/access_as_user";
    create(&user, "browser", emulator, PUBLIC_CLIENT, options);
    emulator.control("options", &json!({ "sign_in_as": ALICE }));
    let browser = user.home().join("browser");
    fs::write(&browser, program).unwrap();
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).unwrap();
    user.set("BROWSER", browser.to_str().unwrap());
    user
}

#[test]
fn a_browser_signs_a_person_in_and_strays_do_not_matter() {
    let emulator = Emulator::start();
    let user = with_browser(&emulator, BROWSER);

    let token = user
        .run("get-token -p browser -f InteractiveBrowser")
        .success();
    assert_eq!(claims(&user, &token)["scp"], "access_as_user");
    assert_eq!(emulator.grant_types(), ["authorization_code"]);
    let page = fs::read_to_string(user.home().join("browser.page")).unwrap();
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
    user.name_client(emulator.authority());
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

#[test]
fn two_people_on_one_client_do_not_get_each_others_tokens() {
    let emulator = Emulator::start();
    let user = with_browser(&emulator, BROWSER);
    let sign_ins = || {
        let grants = emulator.grant_types();
        let codes = grants.iter().filter(|grant| *grant == "authorization_code");
        codes.count()
    };

    let line = format!("get-token -p browser --login-hint {ALICE}");
    user.run(&line).success();
    assert_eq!(sign_ins(), 1);
    // The name is the same in any case, and it is asked for at the sign-in page.
    user.run(&line.to_uppercase().replace(
        "GET-TOKEN -P BROWSER --LOGIN-HINT",
        "get-token -p browser --login-hint",
    ))
    .quiet_success();
    assert_eq!(sign_ins(), 1);
    let hints = emulator.requests().into_iter().filter(|request| {
        let query = request["query"].as_str().unwrap_or_default();
        query.contains("login_hint=alice%40contoso.onmicrosoft.com")
    });
    assert_eq!(hints.count(), 1);

    // Bob is asked to sign in himself, and this browser does not know him: it fails, soon or when nobody looks any more.
    let line = "get-token -p browser --login-hint bob@contoso.onmicrosoft.com";
    let outcome = user.run(&format!("{line} --timeout 5s"));
    assert!([1, 6].contains(&outcome.code), "{outcome:?}");
    assert_eq!(outcome.stdout, "");
    assert_eq!(sign_ins(), 1);

    // A token of whoever came instead of him is not given out, nor kept for him.
    let outcome = sign_in_by_device(&user, &emulator, &format!("{line} -f DeviceCode"));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.contains(ALICE), "{outcome:?}");
    let refused = user.run("refresh -p browser --login-hint bob@contoso.onmicrosoft.com");
    assert!(
        refused.failure(2).0.contains("no refresh token"),
        "{refused:?}"
    );
    user.run(&format!("refresh -p browser --login-hint {ALICE}"))
        .quiet_success();
}

/// Presses Ctrl-C as soon as the emulator has seen a request for `path`.
fn interrupted(user: &User, emulator: &Emulator, line: &str, path: &str) -> Outcome {
    let child = start_until(user, emulator, line, path);
    let process = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    Outcome::of(child.wait_with_output().unwrap())
}

#[test]
fn who_presses_ctrl_c_has_cancelled() {
    let emulator = Emulator::start();
    let user = with_browser(
        &emulator,
        // It looks at the page and goes away.
        "#!/usr/bin/env python3\nimport sys, urllib.request\nurllib.request.urlopen(sys.argv[1]).read()\n",
    );
    let before = user.files();
    for (flow, path) in [
        ("DeviceCode", "/devicecode"),
        ("InteractiveBrowser", "/authorize"),
    ] {
        emulator.reset();
        let line = format!("get-token -p browser -f {flow}");
        let outcome = interrupted(&user, &emulator, &line, path);
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (6, ""),
            "{outcome:?}"
        );
        assert_eq!(outcome.stderr.lines().last(), Some("error: cancelled"));
        let after = user.files();
        let changed = before
            .iter()
            .filter(|(path, bytes)| after.get(*path) != Some(bytes));
        assert_eq!(changed.count(), 0, "{flow}");
    }
    // Nothing is held up by what was interrupted.
    let token = sign_in_by_device(&user, &emulator, "get-token -p browser -f DeviceCode");
    token.success();
}

/// What a job of GitHub Actions or a task of Azure Pipelines finds in its environment.
fn build_systems(emulator: &Emulator) -> [(&'static str, Vec<(&'static str, String)>); 2] {
    let url = |path: &str| format!("{}/external/{path}", emulator.authority());
    [
        (
            "github-actions",
            vec![
                (
                    "ACTIONS_ID_TOKEN_REQUEST_URL",
                    url("github-actions/token?api-version=2.0"),
                ),
                (
                    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
                    "github-request-token".to_owned(),
                ),
            ],
        ),
        (
            "azure-pipelines",
            vec![
                ("SYSTEM_OIDCREQUESTURI", url("azure-pipelines/oidctoken")),
                ("SYSTEM_ACCESSTOKEN", "pipelines-access-token".to_owned()),
                (
                    "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
                    "33333333-0000-4000-8000-000000000001".to_owned(),
                ),
            ],
        ),
    ]
}

fn at_a_build_system(emulator: &Emulator, variables: &[(&str, String)]) -> User {
    let mut user = User::new();
    // Tokens of both systems are for Microsoft's clouds, which the emulator stands in for here.
    user.name_client(emulator.authority());
    for (name, value) in variables {
        user.set(name, value);
    }
    user
}

/// The assertions that were sent to the token endpoint, oldest first.
fn assertions(emulator: &Emulator) -> Vec<String> {
    let forms = emulator
        .requests()
        .into_iter()
        .filter_map(|request| {
            serde_json::from_value::<Vec<(String, String)>>(request["form"].clone()).ok()
        })
        .collect::<Vec<_>>();
    forms
        .into_iter()
        .flatten()
        .filter(|(name, _)| name == "client_assertion")
        .map(|(_, value)| value)
        .collect()
}

#[test]
fn a_build_system_vouches_for_its_jobs_anew_each_time() {
    let emulator = Emulator::start();
    for (name, variables) in build_systems(&emulator) {
        emulator.reset();
        let user = at_a_build_system(&emulator, &variables);
        let line = "get-token --scope api://your-api-id/.default --force";
        for _ in 0..2 {
            let token = user.run(line).quiet_success();
            assert_eq!(claims(&user, &token)["appidacr"], "2", "{name}");
        }
        let [first, second] = &assertions(&emulator)[..] else {
            panic!("{name}: two assertions were expected")
        };
        assert_ne!(first, second, "{name}");
    }
}

#[test]
fn a_build_system_that_refuses_is_named() {
    let emulator = Emulator::start();
    for (name, mut variables) in build_systems(&emulator) {
        variables[1].1 = "wrong".to_owned();
        let user = at_a_build_system(&emulator, &variables);
        let outcome = user.run("get-token --scope api://your-api-id/.default");
        assert!(matches!(outcome.code, 2 | 5), "{name}: {outcome:?}");
        outcome.failure(outcome.code);
        assert!(emulator.grant_types().is_empty(), "{name}");
    }
}

#[test]
fn a_busy_server_is_asked_again_with_a_new_assertion() {
    let emulator = Emulator::start();
    let keys = workspace().join("host/emulator/key/client-credential");
    let user = User::new();
    let options = format!(
        "--scope api://your-api-id/.default --certificate-path {}",
        keys.join("client-without-password.pfx").display()
    );
    create(&user, "open", &emulator, CLIENT_ID, &options);
    emulator.control("options", &json!({ "refuse_replayed_assertions": true }));
    emulator.control(
        "faults",
        &json!([{ "status": 503, "retry_after": "0" }, { "status": 429, "retry_after": "1" }]),
    );
    user.run("get-token -p open").quiet_success();
    let sent = assertions(&emulator);
    assert_eq!(sent.len(), 3);
    assert!(sent[0] != sent[1] && sent[1] != sent[2] && sent[0] != sent[2]);
}

#[test]
fn a_stumble_is_tried_again_and_a_refusal_is_not() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    for fault in [
        json!({ "status": 408 }),
        json!({ "status": 429 }),
        json!({ "status": 500 }),
        json!({ "status": 502, "body": "html" }),
        json!({ "status": 503, "body": "empty", "retry_after": "1" }),
        json!({ "status": 504 }),
        json!({ "status": 522, "body": "html" }),
        json!({ "body": "empty" }),
        json!({ "body": "truncated" }),
        json!({ "status": 400, "error": "temporarily_unavailable" }),
        json!({ "status": 400, "error": "invalid_request", "code": 90033 }),
        json!({ "close": true }),
        json!({ "hang_up": true }),
    ] {
        emulator.reset();
        emulator.control("faults", &fault);
        user.run("get-token -p my-api-client --no-cache")
            .quiet_success();
        assert_eq!(emulator.requests().len(), 2, "{fault}");
    }
    for (fault, code) in [
        (json!({ "status": 429, "retry_after": "61" }), 5),
        (json!({ "status": 501, "body": "html" }), 5),
        (json!({ "body": "html" }), 5),
        (
            json!({ "status": 401, "error": "invalid_client", "code": 7000215 }),
            2,
        ),
        (
            json!({ "status": 400, "error": "invalid_grant", "code": 50196 }),
            2,
        ),
    ] {
        emulator.reset();
        emulator.fail_with(&fault);
        user.run("get-token -p my-api-client --no-cache")
            .failure(code);
        assert_eq!(emulator.requests().len(), 1, "{fault}");
    }
}

#[test]
fn what_goes_on_ends_with_how_often_and_how_long() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    emulator.fail_with(&json!({ "status": 503, "body": "html" }));
    let failed = user.run("get-token -p my-api-client --no-cache");
    let (error, hint) = failed.failure(5);
    assert!(
        error.contains("HTTP 503") && error.contains("after 4 tries in "),
        "{error}"
    );
    assert!(hint.contains("try again later"), "{hint}");
    assert_eq!(emulator.requests().len(), 4);

    // Nobody waits past the limit in vain.
    emulator.reset();
    emulator.fail_with(&json!({ "status": 503, "retry_after": "30" }));
    let limited = user.run("get-token -p my-api-client --no-cache --timeout 10s");
    let (_, hint) = limited.failure(5);
    assert!(hint.contains("try again in 30 seconds"), "{hint}");
    assert_eq!(emulator.requests().len(), 1);
}

#[test]
fn a_build_systems_stumble_is_not_a_missing_permission() {
    let emulator = Emulator::start();
    let url = format!(
        "{}/external/github-actions/token?api-version=2.0",
        emulator.authority()
    );
    let user = at_a_build_system(
        &emulator,
        &[
            ("ACTIONS_ID_TOKEN_REQUEST_URL", url),
            (
                "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
                "github-request-token".to_owned(),
            ),
        ],
    );
    let line = "get-token --scope api://your-api-id/.default --no-cache";
    let fault = json!({ "endpoint": "external", "status": 503, "body": "html" });
    emulator.control("faults", &fault);
    user.run(line).quiet_success();
    emulator.fail_with(&fault);
    let (error, hint) = {
        let failed = user.run(line);
        let (error, hint) = failed.failure(5);
        (error.to_owned(), hint.to_owned())
    };
    assert!(
        error.contains("GitHub's token endpoint answered HTTP 503"),
        "{error}"
    );
    assert!(
        hint.contains("githubstatus") && !hint.contains("id-token"),
        "{hint}"
    );
}

#[test]
fn a_federated_token_outlives_a_stumble() {
    let emulator = Emulator::start();
    let mut user = at_a_build_system(&emulator, &[]);
    let token = emulator.control("external-token", &json!({}));
    let file = user.home().join("federated-token");
    fs::write(&file, token["token"].as_str().unwrap()).unwrap();
    user.set("AZURE_FEDERATED_TOKEN_FILE", file.to_str().unwrap());
    emulator.control("faults", &json!({ "status": 503 }));
    user.run("get-token --scope api://your-api-id/.default")
        .quiet_success();
    assert_eq!(assertions(&emulator).len(), 2);
}

#[test]
fn a_wrong_clock_costs_one_more_try_and_is_told() {
    let keys = workspace().join("host/emulator/key/client-credential");
    for (offset, told) in [("1200", "20 minutes behind"), ("-7200", "2 hours ahead of")] {
        let emulator = Emulator::start_with(&["--clock-offset", offset]);
        let user = User::new();
        let options = format!(
            "--scope api://your-api-id/.default --certificate-path {}",
            keys.join("client-without-password.pfx").display()
        );
        create(&user, "signed", &emulator, CLIENT_ID, &options);
        let outcome = user.run("get-token -p signed --verbose");
        assert_eq!(outcome.code, 0, "{outcome:?}");
        assert!(outcome.stderr.contains(told), "{outcome:?}");
        assert_eq!(emulator.requests().len(), 2, "{offset}");
    }
}

#[test]
fn a_challenge_is_answered_however_it_was_copied() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let challenge = r#"{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"#;
    // RFC 4648 of the challenge.
    let encoded =
        "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNjA0MTA2NjUxIn19fQ==";
    let header = format!(
        "WWW-Authenticate: Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", error=\"insufficient_claims\", claims=\"{encoded}\""
    );
    for given in [challenge, encoded, header.as_str()] {
        emulator.reset();
        let mut command = user.command("get-token -p my-api-client --no-cache --claims");
        let outcome = Outcome::of(command.arg(given).output().unwrap());
        outcome.quiet_success();
        let form = emulator.only_form();
        let (_, sent) = form.iter().find(|(name, _)| name == "claims").unwrap();
        let sent: Value = serde_json::from_str(sent).unwrap();
        assert_eq!(
            sent["access_token"]["nbf"]["value"], "1604106651",
            "{given}"
        );
        // Whoever answers a challenge says that it understands them.
        let capability = sent["access_token"]["xms_cc"]["values"][0]
            .as_str()
            .unwrap();
        assert!(capability.eq_ignore_ascii_case("cp1"), "{given}");
    }
    let mut command = user.command("get-token -p my-api-client --no-cache --claims");
    let outcome = Outcome::of(command.arg("Bearer realm=x").output().unwrap());
    outcome.failure(4);
}

#[test]
fn a_certificates_chain_is_sent_where_the_profile_says_so() {
    let emulator = Emulator::start();
    let user = User::new();
    let keys = workspace().join("host/emulator/key/client-credential");
    let options = format!(
        "--scope api://your-api-id/.default --certificate-path {}",
        keys.join("client-without-password.pfx").display()
    );
    for (name, option, expected) in [
        ("plain", "", false),
        ("chain", "--send-certificate-chain", true),
    ] {
        emulator.reset();
        create(
            &user,
            name,
            &emulator,
            CLIENT_ID,
            &format!("{options} {option}"),
        );
        user.run(&format!("get-token -p {name} --no-cache"))
            .quiet_success();
        let shown = user.run_with("inspect - --header", &assertions(&emulator)[0]);
        let shown: Value = serde_json::from_str(&shown.success()).unwrap();
        assert_eq!(shown.get("x5c").is_some(), expected, "{shown}");
    }
}
