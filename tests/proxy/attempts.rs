//! What proxies and endpoints for tokens have fallen for, and the tests that fail where it works.
//!
//! First on the decision, without a socket; then as bytes, on each engine. Where an engine decides before the component does, the row of
//! the test says so.
//!
//! | attempt | on the decision | as bytes |
//! |---|---|---|
//! | T1 headers of ours in other spellings, on every route | component/protocol/src/edge/tests.rs nobody_speaks_for_the_proxy | tests/proxy/attacks.rs nobody_gets_by |
//! | T2 a header for a claim that the token has not | component/protocol/src/edge/tests.rs a_claim_that_is_not_there_is_no_header | tests/proxy/attacks.rs nobody_gets_by |
//! | T3 headers of ours that `Connection` names | component/protocol/src/edge/tests.rs nobody_speaks_for_the_proxy | tests/proxy/attacks.rs nobody_gets_by |
//! | T4 `X-Forwarded-*` and their like, to decide something or to be believed behind | component/protocol/src/edge/tests.rs nobody_speaks_for_the_proxy | tests/proxy/attacks.rs nobody_gets_by |
//! | T4 the same where another proxy asks | component/protocol/src/edge/tests.rs another_proxy_gets_a_decision_and_no_token | tests/proxy/askers.rs nginx_asks |
//! | T5 two tokens, a list, no blank, no token | component/protocol/src/edge/bearer.rs there_is_one_token_or_none | tests/proxy/attacks.rs nobody_gets_by |
//! | T6 a token in the query, a cookie or the body | component/protocol/src/edge/tests.rs a_request_passes_or_is_refused_by_a_rule | tests/proxy/attacks.rs nobody_gets_by |
//! | T7 the agent of a health check | component/protocol/src/edge/tests.rs a_request_passes_or_is_refused_by_a_rule | tests/proxy/attacks.rs nobody_gets_by |
//! | T7 health anywhere but at its path | component/protocol/src/edge/tests.rs health_is_told_to_anybody_at_its_path_alone | tests/proxy/passing.rs health_is_told_to_anybody |
//! | T8 another method in a header, in lower case, of another protocol | component/protocol/src/edge/tests.rs a_request_passes_or_is_refused_by_a_rule | tests/proxy/attacks.rs nobody_gets_by |
//! | T9 the caller's credentials behind, a redirect's target included | component/protocol/src/edge/tests.rs nobody_speaks_for_the_proxy | tests/proxy/attacks.rs nobody_gets_by |
//! | T10 paths that can be read in two ways | component/protocol/src/edge/path.rs a_path_has_one_spelling | tests/proxy/attacks.rs nobody_gets_by |
//! | T11 a route's path in the query | component/protocol/src/edge/path.rs the_query_is_not_part_of_it | tests/proxy/attacks.rs nobody_gets_by |
//! | T12 a path that begins alike | component/protocol/src/edge/tests.rs a_request_passes_or_is_refused_by_a_rule | tests/proxy/attacks.rs nobody_gets_by |
//! | T12 other bytes behind than were judged | component/protocol/src/edge/tests.rs nobody_speaks_for_the_proxy | tests/proxy/passing.rs the_right_caller_passes_with_another_token |
//! | T13 hosts in other spellings, twice, in the address, none | component/protocol/src/edge/head.rs a_host_is_read_in_one_way | tests/proxy/attacks.rs nobody_gets_by |
//! | T14 requests that are one to some and two to others | host/native/src/edge/door.rs what_can_be_read_in_two_ways_does_not_get_in | tests/proxy/framing.rs one_request_is_never_two |
//! | T15 a length that is not the body's | component/protocol/src/edge/tests.rs nobody_speaks_for_the_proxy | tests/proxy/framing.rs one_request_is_never_two |
//! | T16 what is said between two hops | component/protocol/src/edge/tests.rs nobody_speaks_for_the_proxy | tests/proxy/attacks.rs nobody_gets_by |
//! | T17 heads and bodies without an end | component/protocol/src/edge/head.rs a_head_has_an_end | tests/proxy/framing.rs bodies_go_through_whole_and_not_without_end |
//! | T17 answers without an end, callers who do not read or have gone | – | tests/proxy/streams.rs an_answer_without_an_end_fills_no_memory_and_ends_with_its_caller |
//! | T17 bodies that come by and by | – | tests/proxy/framing.rs both_bodies_move_at_once |
//! | T18 other algorithms than RS256, the public key as a secret, none | component/protocol/src/token/verification/tests.rs every_token_is_taken_or_refused_by_the_rule_that_it_breaks | tests/python/test_proxied_tokens.py test_under_wasmtime |
//! | T19 keys that a token brings along, extensions | component/protocol/src/token/verification/tests.rs every_token_is_taken_or_refused_by_the_rule_that_it_breaks | tests/python/test_proxied_tokens.py test_under_wasmtime |
//! | T20 times that are missing, no numbers, beyond reason, there twice | component/protocol/src/token/verification/tests.rs every_token_is_taken_or_refused_by_the_rule_that_it_breaks | tests/python/test_proxied_tokens.py test_natively |
//! | T21 another audience, or nearly ours | component/protocol/src/token/verification/tests.rs every_token_is_taken_or_refused_by_the_rule_that_it_breaks | tests/python/test_proxied_tokens.py test_natively |
//! | T22 another tenant or issuer, with a key of Entra's; actor tokens | component/protocol/src/token/verification/tests.rs every_token_is_taken_or_refused_by_the_rule_that_it_breaks | tests/python/test_proxied_tokens.py test_natively |
//! | T23 names that change hands as a rule | component/protocol/src/edge/configuration/tests.rs what_is_open_or_unclear_is_refused_with_its_line | tests/proxy/checking.rs a_configuration_that_is_wrong_is_not_served |
//! | T23 the same as who called | component/protocol/src/token/verification/mark.rs a_mark_is_one_callers_and_tells_nobody_who | tests/proxy/serving.rs the_log_has_a_line_for_each_request_and_no_secret |
//! | T24 an application where people may call, and the other way round | component/protocol/src/token/verification/tests.rs every_token_is_taken_or_refused_by_the_rule_that_it_breaks | tests/proxy/passing.rs an_api_calls_on_for_the_person_who_called_it |
//! | T25 tokens of other kinds, packed, without an end, nested, not as they are written | component/protocol/src/token/verification/tests.rs a_long_token_is_refused_before_it_is_read | tests/python/test_proxied_tokens.py test_under_wasmtime |
//! | T26 unknown keys by the hundred | component/protocol/src/token/verification/tests.rs a_thousand_unknown_keys_are_one_request_in_thirty_seconds | tests/proxy/keys.rs unknown_keys_are_not_looked_for_by_every_caller |
//! | T26 keys that cannot be fetched | component/protocol/src/token/verification/tests.rs old_keys_serve_for_a_day_while_their_endpoint_is_down | tests/proxy/keys.rs known_keys_serve_while_nobody_publishes_them |
//! | T26 keys that were withdrawn | component/protocol/src/token/verification/tests.rs a_key_that_was_withdrawn_takes_its_tokens_with_it | – |
//! | T27 more groups than a token names | component/protocol/src/token/verification/tests.rs every_token_is_taken_or_refused_by_the_rule_that_it_breaks | tests/python/test_proxied_tokens.py test_natively |
//! | T28 a known token with a bit changed | component/protocol/src/token/verification/tests.rs a_known_token_that_was_changed_is_not_known | tests/python/test_proxied_tokens.py test_natively |
//! | T28 a known token later, and on another route | component/protocol/src/token/verification/tests.rs times_and_rules_are_judged_each_time | tests/python/test_proxied_tokens.py test_under_wasmtime |
//! | T29 the token of somebody else who called at the same time | component/protocol/src/token/cache.rs a_token_is_never_returned_for_another_request | tests/proxy/people.rs callers_at_once_get_each_their_own_token |
//! | T30 a challenge of a server behind, again and again, or of another authority | component/protocol/src/edge/challenge.rs only_a_challenge_for_missing_claims_is_answered | tests/proxy/passing.rs a_servers_claims_challenge_is_answered_once |
//! | T30 a challenge that only the caller can answer | component/protocol/src/edge/tests.rs a_refusal_names_the_rule_and_what_is_needed | tests/proxy/people.rs what_only_the_caller_can_answer_goes_back_to_them |
//! | T31 no secret, or a guess | component/cli/src/command/serve/admission.rs who_asks_shows_a_secret_and_is_no_page_and_no_proxy | tests/serve.rs nobody_else_gets_a_token |
//! | T32 a page in a browser, a name that leads here | component/cli/src/command/serve/admission.rs who_asks_shows_a_secret_and_is_no_page_and_no_proxy | tests/serve.rs nobody_else_gets_a_token |
//! | T32 the same for the endpoints of programs | component/protocol/src/edge/sidecar/tests.rs only_a_program_on_this_machine_is_answered | tests/proxy/sidecar.rs a_program_changes_the_address_and_nothing_else |
//! | T33 through a proxy, or without the header of platforms | component/cli/src/command/serve/admission.rs virtual_machines_have_no_secret_and_so_only_where_it_is_asked_for | tests/serve.rs nobody_else_gets_a_token |
//! | T34 a resource that is not on the list, or nearly one | component/cli/src/command/serve/admission.rs a_token_is_for_what_is_on_the_list | tests/serve.rs nobody_else_gets_a_token |
//! | T35 another machine | host/native/src/capability/peer.rs only_addresses_of_loopback_are_here | tests/proxy/sidecar.rs whoever_calls_from_elsewhere_is_refused |
//! | T35 a port that other machines reach | component/protocol/src/edge/configuration/tests.rs a_listener_is_as_open_as_somebody_wrote | tests/serve.rs what_is_wrong_is_said_before_the_program_runs |
//! | T36 the secret on a command line or in the log | component/cli/src/command/serve/caller.rs every_caller_has_a_secret_of_its_own | tests/serve.rs a_program_finds_tokens_by_its_variables_and_decides_how_it_ends |
//! | T37 configurations that are open or unclear | component/protocol/src/edge/configuration/tests.rs what_is_open_or_unclear_is_refused_with_its_line | tests/proxy/checking.rs a_configuration_that_is_wrong_is_not_served |
//! | T37 configurations without an end | component/protocol/src/edge/configuration/tests.rs a_configuration_has_an_end | tests/proxy/passing.rs without_a_configuration_nothing_passes |
//! | T38 a configuration that turns bad while it is served | – | tests/proxy/checking.rs a_file_that_changes_changes_nothing_before_the_next_start |
//! | T39 tokens, secrets and queries in logs and answers | component/protocol/src/edge/tests.rs a_request_passes_or_is_refused_by_a_rule | tests/proxy/serving.rs the_log_has_a_line_for_each_request_and_no_secret |
//! | T39 the same on each engine, whatever was tried | component/protocol/src/edge/tests.rs a_refusal_names_the_rule_and_what_is_needed | tests/proxy/attacks.rs nobody_gets_by |

use std::collections::BTreeSet;

use crate::support::is_test;

/// The table above is read as it stands.
#[test]
fn every_attempt_has_its_tests() {
    let (mut decided, mut sent) = (BTreeSet::new(), BTreeSet::new());
    let rows = include_str!("attempts.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//! | T")?.strip_suffix(" |"));
    for row in rows {
        let [attempt, on_the_decision, as_bytes] = row.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("not three columns: {row}");
        };
        let (number, _) = attempt.split_once(' ').unwrap();
        let number: u32 = number.parse().unwrap();
        if on_the_decision != "–" {
            assert!(is_test(on_the_decision), "{on_the_decision} is no test");
            assert!(!on_the_decision.starts_with("tests/"), "{row}");
            decided.insert(number);
        }
        if as_bytes != "–" {
            assert!(is_test(as_bytes), "{as_bytes} is no test");
            assert!(as_bytes.starts_with("tests/"), "{row}");
            sent.insert(number);
        }
    }
    assert_eq!(sent, (1..=39).collect());
    // Where nothing is read again, there is nothing to decide.
    assert_eq!(decided, (1..=39).filter(|number| *number != 38).collect());
}
