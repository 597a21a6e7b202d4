//! What somebody who means harm has tried, and the test that fails where it works.
//!
//! What does not hold is named in `docs/secrets.md`, under "Limits".
//!
//! | # | attempt | test |
//! |---|---|---|
//! | 1, 3, 4 | bodies, heads and headers without an end, packed bodies | tests/attacks/server.rs an_answer_without_an_end_ends |
//! | 2, 6 | bytes now and then, `100 Continue` for ever, nothing at all | tests/attacks/server.rs a_server_that_goes_on_slowly_is_left_at_the_time_limit |
//! | 5 | redirects of a request with a secret | tests/bad_input.rs a_redirect_is_not_followed |
//! | 7 | escape sequences, tokens and line breaks in refusals | component/protocol/src/refusal/server_error.rs hostile_members_are_cleaned_or_dropped |
//! | 8, 9, 10, 11, 12 | tokens, types, times and scopes that are none | tests/attacks/server.rs a_success_that_is_none_is_refused |
//! | 11, 13 | numbers beyond reason, endless refresh tokens | component/protocol/src/token/response.rs a_doubtful_success_is_no_success |
//! | 14 | `Retry-After` without sense | component/protocol/src/exchange/retry_after.rs both_forms_and_nonsense |
//! | 15 | metadata that leads elsewhere | tests/authorities.rs endpoints_elsewhere_get_nothing |
//! | 16 | an issuer elsewhere | component/protocol/src/authority/discovery.rs an_issuer_is_the_authority_or_microsoft |
//! | 17 | authorities that look like another | component/protocol/src/authority/mod.rs a_doubtful_instance_is_refused |
//! | 18 | a platform's endpoint on the internet | tests/managed_identity.rs nothing_is_asked_beyond_the_platforms_reach |
//! | 19 | the token of another identity | component/protocol/src/grant/managed_identity/mod.rs a_token_for_another_identity_is_refused |
//! | 20 | a build system's endpoint in clear | component/protocol/src/exchange/platform_request.rs a_secret_goes_nowhere_in_clear |
//! | 21 | any file as a federated token | component/protocol/src/credential/federated_assertion.rs only_what_looks_like_a_signed_token_is_sent |
//! | 22 | a page of Graph on another host | tests/discover.rs the_token_goes_to_no_other_host |
//! | 23, 65, 66, 67 | escape sequences in names, claims and profiles, in every format | tests/attacks/output.rs output_is_safe_on_a_terminal_in_every_format |
//! | 67 | YAML that is read otherwise | tests/attacks/output.rs yaml_says_the_same_to_every_reader |
//! | 24 | a device code's page elsewhere | component/protocol/src/grant/device_code.rs a_person_is_sent_to_microsoft_or_to_the_authority_only |
//! | 25 | a device code without an end or a pause | component/protocol/src/grant/device_code.rs an_answer_is_read_with_its_defaults_and_limits |
//! | 26 | forged answers, junk and floods at the port | host/native/src/capability/sign_in/tests/strays.rs strays_are_turned_away_and_the_sign_in_goes_on |
//! | 27 | a web page that asks the port | host/native/src/capability/sign_in/tests/strays.rs a_preflight_permits_the_form_and_nothing_else |
//! | 28 | a code in an address | tests/attacks/started.rs a_code_in_an_address_is_not_redeemed |
//! | 29 | hundreds of slow connections at the port | host/native/src/capability/sign_in/tests/strays.rs slow_clients_do_not_keep_the_good_one_out |
//! | 29 | what browsers do by habit | tests/attacks/started.rs what_is_no_answer_is_told_once_with_the_way_out |
//! | 30 | one half of the port is taken | host/native/src/capability/sign_in/port.rs a_fixed_port_in_use_is_refused_even_if_only_one_address_has_it |
//! | 31 | the state is read off the list of processes | tests/attacks/started.rs the_address_that_a_browser_is_started_with_says_nothing |
//! | 31 | another user answers the sign-in | tests/attacks/started.rs another_user_cannot_answer_a_sign_in |
//! | 31 | another account than was meant | tests/flows.rs two_people_on_one_client_do_not_get_each_others_tokens |
//! | 31 | the same without the cache | tests/attacks/started.rs a_named_account_is_held_to_without_the_cache |
//! | 31 | nobody says whose it was | tests/attacks/started.rs who_signed_in_is_always_said |
//! | 32 | commands in a hint | component/protocol/src/grant/authorization_code/authorize_url.rs hints_are_data_whatever_they_contain |
//! | 33 | paths and parameters in a tenant | component/protocol/src/authority/mod.rs a_doubtful_tenant_is_refused |
//! | 34 | programs planted where the user is | host/native/src/capability/sign_in/browser/tests.rs programs_in_relative_folders_are_not_run |
//! | 35, 36 | secrets in variables and descriptors that a browser inherits | tests/attacks/started.rs no_program_that_is_started_inherits_a_secret |
//! | 35 | a variable that nobody has judged | host/native/src/system/known_variables.rs what_is_called_a_secret_is_kept_as_one |
//! | 37, 38, 39 | memory and environment of a running call | docs/secrets.md "can read neither memory nor environment" |
//! | 40 | a core file | tests/leaks.rs a_crash_leaves_no_core_file |
//! | 41 | the secret in any file or message | tests/leaks.rs no_secret_is_written_anywhere |
//! | 42 | a server that repeats the request | tests/attacks/output.rs a_secret_that_the_server_says_is_not_repeated |
//! | 42 | a server that hands out the secret as a token | tests/attacks/output.rs a_secret_is_no_result |
//! | 43 | a secret in a wrong place | tests/attacks/output.rs a_secret_in_a_wrong_place_is_not_quoted |
//! | 44 | a secret on the command line | tests/musts.rs a_secret_on_the_command_line_is_warned_about |
//! | 45 | the key in the kernel | host/native/src/system/kept_key/tests.rs only_the_user_may_read_and_nobody_may_change_it |
//! | 46 | tokens after they were forgotten | tests/profiles.rs clear_cache_forgets_tokens_and_nothing_else |
//! | 47 | a damaged file of secrets | tests/damage.rs a_damaged_file_of_secrets_is_an_error_and_stays_as_it_is |
//! | 48 | the same nonce twice | host/native/src/capability/token_cache/entry_file.rs sealing_twice_gives_different_bytes |
//! | 49 | an older file of secrets put back | docs/secrets.md "older" |
//! | 50 | two token files exchanged | host/native/src/capability/token_cache/tests.rs a_changed_cut_or_moved_file_is_as_good_as_none |
//! | 51 | pipes, links and foreign files in place of ours | host/native/src/system/private_file/tests/unix.rs what_is_no_regular_file_is_refused |
//! | 52 | a lock that somebody holds | host/native/src/capability/token_cache/tests.rs waiting_ends_with_the_time_limit |
//! | 53 | a lax umask | host/native/src/system/private_file/tests/unix.rs whatever_the_umask_files_and_folders_are_of_their_owner_alone |
//! | 54 | a folder that others can write to | docs/secrets.md "Profiles are as trustworthy as whoever can write the folder" |
//! | 54 | a file that everybody can write to | tests/attacks/started.rs profiles_that_everybody_can_write_to_are_closed_once_and_that_is_said |
//! | 55 | files of another user | tests/damage.rs a_file_of_another_user_is_not_trusted |
//! | 56 | a link as the file to write | host/native/src/capability/files.rs a_new_file_is_of_its_owner_alone_and_replaces_a_link_instead_of_following_it |
//! | 57 | a pipe of another user as the file to write | tests/attacks/started.rs a_pipe_of_another_user_gets_no_token |
//! | 57 | the same once it is open, and behind a link | host/native/src/system/stream.rs a_pipe_of_another_user_gets_nothing |
//! | 58 | the cache of another user | host/native/src/system/private_file/tests/unix.rs whatever_the_umask_files_and_folders_are_of_their_owner_alone |
//! | 59 | the secret of a profile of the same name | tests/bound_secrets.rs a_stored_secret_goes_nowhere_else_whatever_the_profile_says |
//! | 59 | a secret that a lost profile left | tests/bound_secrets.rs what_a_lost_profile_left_is_not_the_next_ones |
//! | 60, 61, 74 | another authority, by import, by edit and by variable | tests/bound_secrets.rs an_edited_profile_asks_for_its_secret_again_and_loses_nothing |
//! | 61 | a secret of the environment and a stranger's profile | tests/bound_secrets.rs a_secret_of_the_environment_goes_to_the_identity_that_it_names |
//! | 62, 64 | names that are commands, and names that look alike | tests/bound_secrets.rs a_name_that_no_profile_can_be_given_is_not_imported_and_not_offered |
//! | 62 | a name that a shell would run | component/cli/src/command_line/candidates.rs no_candidate_means_anything_to_a_shell |
//! | 63 | names that are none | component/cli/src/profile/fields.rs names_are_checked |
//! | 68 | any file as a certificate | tests/bad_credential.rs a_certificate_that_cannot_be_used_is_refused |
//! | 69 | pipes that nobody writes to | tests/environment.rs a_time_limit_bounds_the_wait_for_a_pipe |
//! | 70 | imports without an end | tests/exchange.rs what_is_no_export_changes_nothing |
//! | 71 | a file that asks for endless work | component/sealing/src/secrets_file.rs a_header_that_asks_for_too_much_or_for_the_impossible_opens_nothing |
//! | 72 | members that stand twice | tests/bound_secrets.rs what_a_document_says_twice_is_refused |
//! | 73 | secrets under other names | component/cli/src/profile/secret_members.rs secrets_are_found_under_any_name_and_at_any_depth |
//! | 73, 74 | what an import brings | tests/bound_secrets.rs an_import_shows_whom_each_profile_is_for_and_keeps_no_secret_in_clear |
//! | 75 | a server that cannot prove who it is | tests/bad_input.rs a_server_that_cannot_prove_who_it_is_gets_no_secret |
//! | 76 | the emulator from a web page | host/emulator/tests/tenant/controls.rs web_pages_have_no_control |
//! | 77 | a path out of the sandbox | tests/wasmtime_run.rs without_a_folder_the_error_says_how_to_preopen_one |
//! | 78 | a refresh token after the profile changed | tests/musts.rs a_refresh_token_stays_with_the_client_that_it_was_issued_for |
//! | 79 | claims and tokens without an end | component/protocol/src/request/challenge.rs no_text_makes_it_run_forever |
//! | 80 | an export onto a file that all may read | host/native/src/system/private_file/tests/unix.rs replacing_closes_a_file_that_others_could_read |
#![cfg(test)]
#![cfg(target_os = "linux")]

mod output;
mod server;
mod started;
#[path = "../support/mod.rs"]
mod support;

use std::fs;

use support::{is_test, workspace};

/// The table above is read as it stands.
#[test]
fn every_attempt_has_its_test() {
    let rows = include_str!("main.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//! | ")?.strip_suffix(" |"))
        .filter(|row| row.starts_with(|first: char| first.is_ascii_digit()));
    for row in rows {
        let (_, test) = row.rsplit_once(" | ").unwrap();
        let is_there = match test.split_once(" \"") {
            // What does not hold stands in the page that people read.
            Some((page, words)) => fs::read_to_string(workspace().join(page))
                .unwrap()
                .contains(words.trim_end_matches('"')),
            None => is_test(test),
        };
        assert!(is_there, "{row}");
    }
}
