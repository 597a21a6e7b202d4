//! What a client of Entra must do, and the test that fails where it does not.
//!
//! The requirements are those of the specifications' security sections for flows: RFC 6749, RFC 7636, RFC 8252, RFC 8628,
//! RFC 9207, RFC 9700, OpenID Connect Core section 3.1.3.7, and of the vulnerabilities of other clients.
//!
//! | must | test |
//! |---|---|
//! | M1, M40 no password of an account is ever asked for or sent | tests/musts.rs nobody_is_asked_for_the_password_of_an_account |
//! | M2 the listener is on loopback only | host/native/src/capability/sign_in/tests/strays.rs other_addresses_of_this_machine_are_not_listened_to |
//! | M3, M19 the port is closed when it is over, after a time limit too | host/native/src/capability/sign_in/tests/mod.rs the_port_is_closed_when_it_is_over |
//! | M4 the redirect URI is the same at both endpoints | tests/musts.rs one_redirect_uri_and_one_proof_go_to_both_endpoints |
//! | M5 PKCE always, by S256, anew for each attempt | tests/musts.rs one_redirect_uri_and_one_proof_go_to_both_endpoints |
//! | M5 the challenge is that of the specification | component/protocol/src/grant/authorization_code/pkce.rs the_example_of_the_specification_holds |
//! | M6, M16 the verifier is not in the address | component/protocol/src/grant/authorization_code/authorize_url.rs neither_verifier_nor_secret_is_in_the_address |
//! | M7 `state` is compared before anything else counts | component/protocol/src/grant/authorization_code/authorization_response.rs a_stray_answer_is_ignored_whatever_it_says |
//! | M7 `state` is compared to the letter | component/protocol/src/grant/authorization_code/sign_in_attempt.rs a_state_is_compared_to_the_letter |
//! | M7 another user of the machine answers nothing | tests/attacks/started.rs another_user_cannot_answer_a_sign_in |
//! | M8 strays neither end the sign-in nor learn anything | host/native/src/capability/sign_in/tests/strays.rs fifty_strays_before_the_good_one |
//! | M8 in the whole program | tests/flows.rs a_browser_signs_a_person_in_and_strays_do_not_matter |
//! | M9 bodies, headers and time are limited | host/native/src/capability/sign_in/tests/strays.rs strays_are_turned_away_and_the_sign_in_goes_on |
//! | M9 slow connections do not keep others out | host/native/src/capability/sign_in/tests/strays.rs slow_clients_do_not_keep_the_good_one_out |
//! | M9 a code in an address is refused | component/protocol/src/grant/authorization_code/authorization_response.rs a_code_in_an_address_is_refused |
//! | M10 host and path are compared | host/native/src/capability/sign_in/tests/strays.rs strays_are_turned_away_and_the_sign_in_goes_on |
//! | M11 pages are static, their text is escaped | host/native/src/capability/sign_in/page.rs reflected_text_is_escaped |
//! | M11 and have the protecting headers | host/native/src/capability/sign_in/page.rs every_response_has_the_protecting_headers |
//! | M12, M13 a repeated parameter or a foreign `iss` is refused | component/protocol/src/grant/authorization_code/authorization_response.rs an_answer_that_belongs_here_but_makes_no_sense_ends_the_sign_in |
//! | M14, M35 endpoints of metadata are the authority's own | component/protocol/src/authority/discovery.rs an_endpoint_elsewhere_is_refused |
//! | M14, M35 in the whole program | tests/authorities.rs endpoints_elsewhere_get_nothing |
//! | M15 the browser gets the address as one argument | host/native/src/capability/sign_in/browser/tests.rs the_url_arrives_as_one_argument_and_as_data |
//! | M17 no response type but the code | component/protocol/src/grant/authorization_code/authorize_url.rs the_parameters_are_those_of_the_grant_and_no_more |
//! | M18 a public client sends no secret | tests/musts.rs one_redirect_uri_and_one_proof_go_to_both_endpoints |
//! | M20 to M23 issuer, tenant, audience, nonce and times of an id_token | component/protocol/src/token/id.rs a_claim_that_does_not_agree_is_a_refusal |
//! | M24 an id_token that anybody could make is refused | component/protocol/src/token/id.rs a_token_that_anybody_could_make_is_refused |
//! | M25 an account is no name | component/protocol/src/token/account.rs an_account_is_an_object_and_never_a_name |
//! | M26, M27 polls wait as long as the server says, longer without an answer | component/protocol/src/grant/device_code.rs waits_follow_the_answers |
//! | M28 they end with the code | component/protocol/src/grant/device_code.rs it_ends_with_a_token_a_refusal_or_the_codes_end |
//! | M29 a person is sent to Microsoft or to the authority only | component/protocol/src/grant/device_code.rs a_person_is_sent_to_microsoft_or_to_the_authority_only |
//! | M29 nothing shown drives a terminal | host/native/src/capability/sign_in/instructions.rs nothing_shown_can_drive_a_terminal |
//! | M30 a device code is a secret | component/protocol/src/grant/device_code.rs debug_output_shows_no_device_code |
//! | M31 the instructions warn | host/native/src/capability/sign_in/instructions.rs instructions_say_where_to_go_and_what_to_beware_of |
//! | M31 no device code where nobody reads it | component/cli/src/request/headless.rs the_browser_flow_alone_falls_back_and_only_for_want_of_a_browser |
//! | M32 servers prove who they are | tests/bad_input.rs a_server_that_cannot_prove_who_it_is_gets_no_secret |
//! | M32, M33 authorities are read one way, and in clear on loopback only | component/protocol/src/authority/mod.rs a_doubtful_instance_is_refused |
//! | M33 hosts are compared whole | component/gate/src/origin.rs look_alikes_are_other_origins |
//! | M34 redirects are not followed | tests/bad_input.rs a_redirect_is_not_followed |
//! | M37 a new refresh token replaces the old one | component/protocol/src/grant/refresh_token.rs a_new_refresh_token_replaces_the_old_one |
//! | M38 a refresh token stays with its client and authority | tests/musts.rs a_refresh_token_stays_with_the_client_that_it_was_issued_for |
//! | M39 one API a request | component/protocol/src/grant/refresh_token.rs one_sign_in_serves_for_another_api_but_not_for_two_at_once |
//! | M41 nothing at rest shows a secret | tests/first_use.rs nothing_at_rest_shows_a_secret_or_a_token |
//! | M41 what was sent as a proof is not repeated | tests/attacks/output.rs a_secret_that_the_server_says_is_not_repeated |
//! | M42 every format is safe on a terminal | tests/attacks/output.rs output_is_safe_on_a_terminal_in_every_format |
//! | M42 the server's text is cleaned | component/protocol/src/value/printable.rs text_is_cleaned |
//! | M43 tenants leave no room for anything else | component/protocol/src/authority/mod.rs a_doubtful_tenant_is_refused |
//! | M43 hints are data | component/protocol/src/grant/authorization_code/authorize_url.rs hints_are_data_whatever_they_contain |
//! | M45 a secret on the command line is warned about | tests/musts.rs a_secret_on_the_command_line_is_warned_about |
//! | M46 programs are not looked for in relative folders | host/native/src/capability/sign_in/browser/tests.rs programs_in_relative_folders_are_not_run |
//! | M47 nothing but a key of Azure Arc is read | host/native/src/capability/arc_agent.rs nothing_but_a_key_of_the_agent_is_read |
//! | M47 and nothing else is asked for | component/protocol/src/grant/managed_identity/arc.rs only_a_key_file_is_one |
//! | M48 managed identities are asked for nearby only | tests/managed_identity.rs nothing_is_asked_beyond_the_platforms_reach |
//! | M48 a token for another identity is refused | component/protocol/src/grant/managed_identity/mod.rs a_token_for_another_identity_is_refused |
//! | M49 JSON is limited and says everything once | component/protocol/src/value/json.rs only_a_sound_object_is_read |
//! | M50 a token is never another request's | component/protocol/src/token/cache.rs a_token_is_never_returned_for_another_request |
//! | M50 nor another person's | tests/flows.rs two_people_on_one_client_do_not_get_each_others_tokens |
//! | M51 nothing is asked in a loop | tests/flows.rs what_goes_on_ends_with_how_often_and_how_long |
//! | M52 stdout is the token alone | tests/first_use.rs the_demo_profile_needs_nothing |
//! | M53 a federated token looks like one, and is read at use | component/protocol/src/credential/federated_assertion.rs only_what_looks_like_a_signed_token_is_sent |
//! | M53 and outlives a stumble, no more | tests/flows.rs a_federated_token_outlives_a_stumble |
//! | M54 the fence holds whatever the token logic does | tests/gate.rs a_host_that_the_profile_does_not_permit_is_refused_natively |
#![cfg(test)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;
use support::{ALICE, CLIENT_ID, Emulator, PUBLIC_CLIENT, SECRET, User, is_test};

/// The table above is read as it stands.
#[test]
fn every_must_has_its_test() {
    let rows: Vec<(&str, &str)> = include_str!("musts.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//! | M")?.strip_suffix(" |"))
        .map(|row| row.split_once(" | ").unwrap())
        .collect();
    for (must, test) in &rows {
        assert!(is_test(test), "M{must}: {test} is no test");
    }
    // Of stored files and of output for other programs, other tests speak.
    let elsewhere = BTreeSet::from([36, 44]);
    let listed: BTreeSet<u32> = rows.iter().flat_map(|(must, _)| numbers(must)).collect();
    let missing: Vec<u32> = (1..=54)
        .filter(|number| !listed.contains(number) && !elsewhere.contains(number))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// `20 to M23 …` and `1, M40 …`.
fn numbers(must: &str) -> Vec<u32> {
    let mut words = must.split(' ').map(|word| word.trim_matches([',', 'M']));
    let mut numbers = vec![words.next().unwrap().parse().unwrap()];
    while let Some(word) = words.next() {
        let (is_range, word) = match word {
            "to" => (true, words.next().unwrap_or_default()),
            word => (false, word),
        };
        let Ok(number) = word.parse() else { break };
        let first = if is_range { numbers[0] + 1 } else { number };
        numbers.extend(first..=number);
    }
    numbers
}

fn create(user: &User, emulator: &Emulator, name: &str, client: &str, rest: &str) {
    let line = format!(
        "config create --name {name} --tenant-id contoso.onmicrosoft.com --client-id {client} --authority {} \
         --non-interactive --scope api://your-api-id/access_as_user {rest}",
        emulator.authority()
    );
    user.run_with(&line, SECRET).quiet_success();
}

/// A browser in which alice is signed in.
fn with_browser(emulator: &Emulator) -> User {
    const BROWSER: &str = r#"#!/usr/bin/env python3
import html, re, sys, urllib.parse, urllib.request
page = urllib.request.urlopen(sys.argv[1]).read().decode()
action = html.unescape(re.search(r'action="([^"]+)"', page).group(1))
fields = re.findall(r'name="([^"]+)" value="([^"]*)"', page)
form = urllib.parse.urlencode([(html.unescape(n), html.unescape(v)) for n, v in fields]).encode()
urllib.request.urlopen(action, form).read()
"#;
    let mut user = User::new();
    let browser = user.home().join("browser");
    fs::write(&browser, BROWSER).unwrap();
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).unwrap();
    user.set("BROWSER", browser.to_str().unwrap());
    emulator.control("options", &json!({ "sign_in_as": ALICE }));
    user
}

#[test]
fn nobody_is_asked_for_the_password_of_an_account() {
    let user = User::with_profile("http://127.0.0.1:1");
    for flow in ["password", "ropc", "ResourceOwnerPassword"] {
        let refused = user.run(&format!("get-token -p my-api-client -f {flow}"));
        refused.failure(4);
    }
    let help = user.run("get-token --help").quiet_success();
    assert!(!help.contains("--username") && !help.contains("--password"));
}

#[test]
fn one_redirect_uri_and_one_proof_go_to_both_endpoints() {
    let emulator = Emulator::start();
    let user = with_browser(&emulator);
    create(
        &user,
        &emulator,
        "browser",
        PUBLIC_CLIENT,
        "--auth-method Public",
    );
    let mut verifiers = BTreeSet::new();
    for _ in 0..2 {
        emulator.reset();
        emulator.control("options", &json!({ "sign_in_as": ALICE }));
        user.run("get-token -p browser -f InteractiveBrowser --no-cache")
            .success();
        let requests = emulator.requests();
        let query = requests
            .iter()
            .find(|request| request["path"].as_str().unwrap().ends_with("/authorize"))
            .and_then(|request| request["query"].as_str())
            .unwrap();
        let asked: Vec<(String, String)> = form(query);
        let redeemed: Vec<(String, String)> = requests
            .iter()
            .find_map(|request| serde_json::from_value(request["form"].clone()).ok())
            .unwrap();
        let value = |pairs: &[(String, String)], name: &str| {
            let mut pairs = pairs.iter();
            pairs
                .find(|(other, _)| other == name)
                .map(|(_, value)| value.clone())
        };
        assert_eq!(
            value(&asked, "redirect_uri"),
            value(&redeemed, "redirect_uri")
        );
        assert_eq!(value(&asked, "code_challenge_method").unwrap(), "S256");
        assert!(value(&asked, "code_challenge").is_some());
        let verifier = value(&redeemed, "code_verifier").unwrap();
        assert!((43..=128).contains(&verifier.len()));
        assert!(!query.contains(&verifier));
        assert_eq!(value(&redeemed, "client_secret"), None);
        verifiers.insert(verifier);
    }
    assert_eq!(verifiers.len(), 2, "each attempt has its own");
}

/// A query as the emulator received it.
fn form(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap());
    pairs
        .map(|(name, value)| (name.to_owned(), decoded(value)))
        .collect()
}

fn decoded(value: &str) -> String {
    let mut parts = value.split('%');
    let mut text = parts.next().unwrap().replace('+', " ");
    for part in parts {
        let (code, rest) = part.split_at(2);
        text.push(char::from(u8::from_str_radix(code, 16).unwrap()));
        text.push_str(rest);
    }
    text
}

#[test]
fn a_refresh_token_stays_with_the_client_that_it_was_issued_for() {
    let (emulator, other) = (Emulator::start(), Emulator::start());
    let user = with_browser(&emulator);
    create(
        &user,
        &emulator,
        "mine",
        PUBLIC_CLIENT,
        "--auth-method Public",
    );
    user.run("get-token -p mine").success();
    let before = emulator.requests().len();

    // Another client, and the same client at another authority.
    create(
        &user,
        &emulator,
        "client",
        CLIENT_ID,
        "--auth-method Public",
    );
    create(
        &user,
        &other,
        "authority",
        PUBLIC_CLIENT,
        "--auth-method Public",
    );
    for name in ["client", "authority"] {
        user.run(&format!("refresh -p {name}")).failure(2);
    }
    assert_eq!(emulator.requests().len(), before);
    assert!(other.requests().is_empty());
}

#[test]
fn a_secret_on_the_command_line_is_warned_about() {
    let user = User::new();
    let line = "get-token -p demo --client-secret shown-in-ps --verbose";
    let outcome = user.run(line);
    assert!(
        outcome.stderr.contains("can be seen by other programs"),
        "{outcome:?}"
    );
    assert!(!outcome.stderr.contains("shown-in-ps"));
}
