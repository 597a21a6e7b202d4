#[cfg(target_os = "linux")]
mod keyring;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::thread;

use super::*;
use crate::capability::bindings::entra_auth::core::errors::Capability;
use crate::system::terminal::{pair, read_until};

const NO_BUS: (&str, &str) = ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
const PASS: (&str, &str) = ("ENTRA_AUTH_CLI_PASSPHRASE", "correct horse");
const WRONG: (&str, &str) = ("ENTRA_AUTH_CLI_PASSPHRASE", "battery staple");
const NOTHING_KEPT: (&str, &str) = ("ENTRA_AUTH_CLI_KEY_TIMEOUT", "0");
const NO_TERMINAL: &str = "/nonexistent/tty";

/// Variables and their values, or questions and their answers.
type Pairs<'a> = &'a [(&'a str, &'a str)];

/// A store in `folder`, opened anew as another process would.
fn store_at(folder: &Path, terminal: Terminal, variables: &[(&str, &str)]) -> SecretStore {
    let find = |name: &str| {
        variables
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.into())
    };
    SecretStore::cheap(find, Folders::at(folder.to_owned()), terminal)
}

fn store(folder: &Path, variables: &[(&str, &str)]) -> SecretStore {
    let variables = [&[NO_BUS], variables].concat();
    store_at(folder, Terminal::at(NO_TERMINAL), &variables)
}

fn secret(store: &SecretStore, name: &str) -> Option<String> {
    store.read(name).unwrap().map(|secret| secret.to_string())
}

#[test]
fn the_store_is_chosen_by_variable_or_by_what_is_there() {
    let wanted = |kind| ("ENTRA_AUTH_CLI_SECRET_STORE", kind);
    let rows: &[(Pairs<'_>, bool, &str, &str)] = &[
        (
            &[],
            false,
            "none",
            "there is no D-Bus session, and ENTRA_AUTH_CLI_PASSPHRASE is not set",
        ),
        (
            &[],
            true,
            "file",
            "there is no D-Bus session, and the file is there",
        ),
        (
            &[PASS],
            false,
            "file",
            "there is no D-Bus session, and ENTRA_AUTH_CLI_PASSPHRASE is set",
        ),
        (
            &[("ENTRA_AUTH_CLI_PASSPHRASE", "")],
            false,
            "none",
            "there is no D-Bus",
        ),
        (&[wanted("")], false, "none", "there is no D-Bus"),
        (
            &[wanted("file")],
            false,
            "file",
            "ENTRA_AUTH_CLI_SECRET_STORE says so",
        ),
        (
            &[wanted("keyring"), PASS],
            true,
            "keyring",
            "ENTRA_AUTH_CLI_SECRET_STORE says so",
        ),
        (
            &[wanted("none"), PASS],
            true,
            "none",
            "ENTRA_AUTH_CLI_SECRET_STORE says so",
        ),
    ];
    for (variables, has_file, kind, reason) in rows {
        let folder = tempfile::tempdir().unwrap();
        if *has_file {
            store(folder.path(), &[PASS]).write("a", "b").unwrap();
        }
        let storage = store(folder.path(), variables).describe().unwrap();
        assert_eq!(storage.kind, *kind, "{variables:?}");
        assert!(
            storage.reason.starts_with(reason),
            "{variables:?}: {}",
            storage.reason
        );
    }
}

#[test]
fn an_unknown_kind_of_store_is_a_failure_with_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(
        folder.path(),
        &[("ENTRA_AUTH_CLI_SECRET_STORE", "Keychain")],
    );
    for failure in [
        store.read("a").unwrap_err(),
        store.write("a", "b").unwrap_err(),
        store.describe().unwrap_err(),
    ] {
        assert_eq!(
            (failure.capability, failure.fault),
            (Capability::SecretStore, Fault::Other)
        );
        assert!(failure.hint.unwrap().contains("keyring, file or none"));
    }
}

#[test]
fn without_a_store_nothing_is_read_and_nothing_written() {
    let folder = tempfile::tempdir().unwrap();
    for variables in [&[][..], &[("ENTRA_AUTH_CLI_SECRET_STORE", "none"), PASS]] {
        let store = store(folder.path(), variables);
        assert_eq!(secret(&store, "a"), None);
        assert!(!store.remove("a").unwrap());
        for failure in [
            store.write("a", "b").unwrap_err(),
            store.require_storage().unwrap_err(),
        ] {
            assert_eq!(failure.fault, Fault::Absent);
            assert!(failure.hint.unwrap().contains("AZURE_CLIENT_SECRET"));
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn without_d_bus_a_keyring_is_absent_and_not_empty() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path(), &[("ENTRA_AUTH_CLI_SECRET_STORE", "keyring")]);
    for failure in [
        store.read("a").unwrap_err(),
        store.write("a", "b").unwrap_err(),
        store.remove("a").unwrap_err(),
    ] {
        assert_eq!(failure.fault, Fault::Absent, "{failure:?}");
        assert_eq!(
            failure.message,
            "there is no keyring: there is no D-Bus session"
        );
        assert!(
            failure
                .hint
                .unwrap()
                .contains("ENTRA_AUTH_CLI_SECRET_STORE=file")
        );
    }
    assert_eq!(store.describe().unwrap().kind, "keyring");
}

#[test]
fn what_is_written_is_read_by_every_process_until_it_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let store = || store(folder.path(), &[PASS]);
    assert_eq!(secret(&store(), "profile:a:client-secret"), None);
    assert!(!store().remove("profile:a:client-secret").unwrap());
    let long = "x".repeat(LARGEST_VALUE);
    for value in ["S3cr3t~+/=&% é", "", "line\nend", &long] {
        store().write("profile:a:client-secret", value).unwrap();
        store().write("profile:b:client-secret", "other").unwrap();
        assert_eq!(
            secret(&store(), "profile:a:client-secret").as_deref(),
            Some(value)
        );
    }
    assert!(store().remove("profile:a:client-secret").unwrap());
    assert!(!store().remove("profile:a:client-secret").unwrap());
    assert_eq!(secret(&store(), "profile:a:client-secret"), None);
    assert_eq!(
        secret(&store(), "profile:b:client-secret").as_deref(),
        Some("other")
    );
}

#[test]
fn neither_names_nor_values_are_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path(), &[PASS])
        .write("profile:canary-name", "canary-value")
        .unwrap();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let content = fs::read(entry.unwrap().path()).unwrap();
        for text in [&b"canary"[..], b"correct horse"] {
            assert!(!content.windows(text.len()).any(|window| window == text));
        }
    }
}

#[test]
fn a_wrong_passphrase_opens_nothing_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path(), &[PASS]).write("a", "b").unwrap();
    let before = fs::read(folder.path().join("secrets.sealed")).unwrap();
    let wrong = store(folder.path(), &[WRONG]);
    for failure in [
        wrong.read("a").unwrap_err(),
        wrong.write("a", "c").unwrap_err(),
        wrong.remove("a").unwrap_err(),
    ] {
        assert_eq!(failure.fault, Fault::Locked);
        assert!(
            failure.message.contains("does not open") && failure.message.contains("secrets.sealed")
        );
        assert!(failure.hint.unwrap().contains("ENTRA_AUTH_CLI_PASSPHRASE"));
    }
    assert_eq!(
        fs::read(folder.path().join("secrets.sealed")).unwrap(),
        before
    );
}

#[test]
fn without_passphrase_and_terminal_the_file_is_locked_and_not_empty() {
    let folder = tempfile::tempdir().unwrap();
    let file = [("ENTRA_AUTH_CLI_SECRET_STORE", "file")];
    assert_eq!(secret(&store(folder.path(), &file), "a"), None);
    assert_eq!(
        store(folder.path(), &file)
            .write("a", "b")
            .unwrap_err()
            .fault,
        Fault::Locked
    );
    store(folder.path(), &[PASS]).write("a", "b").unwrap();
    assert_eq!(
        store(folder.path(), &file).read("a").unwrap_err().fault,
        Fault::Locked
    );
    assert_eq!(
        store(folder.path(), &[]).read("a").unwrap_err().fault,
        Fault::Locked
    );
}

#[test]
fn a_changed_or_cut_file_is_a_failure_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secrets.sealed");
    store(folder.path(), &[PASS]).write("a", "b").unwrap();
    let good = fs::read(&path).unwrap();
    let mut bad: Vec<Vec<u8>> = (0..good.len())
        .map(|length| good[..length].to_vec())
        .collect();
    bad.extend((0..good.len() * 8).map(|bit| {
        let mut changed = good.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        changed
    }));
    bad.push([&good[..], b"x"].concat());
    bad.push(vec![0xff; 5 << 20]);
    for content in bad {
        // A dearer derivation is as good as another one, and takes longer.
        if content
            .get(16..28)
            .is_some_and(|cost| cost != &good[16..28])
            && content[28..] == good[28..]
        {
            continue;
        }
        fs::write(&path, &content).unwrap();
        for failure in [
            store(folder.path(), &[PASS]).read("a").unwrap_err(),
            store(folder.path(), &[PASS]).write("a", "c").unwrap_err(),
        ] {
            assert!(
                matches!(failure.fault, Fault::Damaged | Fault::Locked),
                "{failure:?}"
            );
            assert!(failure.message.contains("secrets.sealed") && failure.hint.is_some());
        }
        assert!(fs::read(&path).unwrap() == content);
    }
}

#[test]
fn a_file_that_asks_for_unreasonable_work_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secrets.sealed");
    store(folder.path(), &[PASS]).write("a", "b").unwrap();
    let good = fs::read(&path).unwrap();
    for (at, value) in [
        (16, u32::MAX),
        (16, (1 << 20) + 1),
        (20, 17),
        (24, 17),
        (16, 0),
        (20, 0),
        (24, 0),
    ] {
        let mut content = good.clone();
        content[at..at + 4].copy_from_slice(&value.to_le_bytes());
        fs::write(&path, &content).unwrap();
        let failure = store(folder.path(), &[PASS]).read("a").unwrap_err();
        assert_eq!(failure.fault, Fault::Damaged, "{at} {value}: {failure:?}");
    }
}

#[test]
fn the_recommended_cost_is_what_new_files_have() {
    let folder = tempfile::tempdir().unwrap();
    let find = |name: &str| {
        [NO_BUS, PASS]
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.into())
    };
    let store = SecretStore::from_variables(
        find,
        Folders::at(folder.path().into()),
        Terminal::at(NO_TERMINAL),
    );
    store.write("a", "b").unwrap();
    assert_eq!(secret(&store, "a").as_deref(), Some("b"));
    let file = fs::read(folder.path().join("secrets.sealed")).unwrap();
    assert_eq!(&file[..16], b"entra-auth-cli\0\x01");
    assert_eq!(&file[16..28], [0, 0, 1, 0, 3, 0, 0, 0, 4, 0, 0, 0]);
}

#[test]
fn of_many_writers_at_once_none_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["1", "2", "3", "4", "5", "6", "7", "8"];
    store(folder.path(), &[PASS]).write("0", "first").unwrap();
    thread::scope(|scope| {
        for name in names {
            let folder = folder.path();
            scope.spawn(move || store(folder, &[PASS]).write(name, name).unwrap());
        }
    });
    let store = store(folder.path(), &[PASS]);
    for name in names {
        assert_eq!(secret(&store, name).as_deref(), Some(name));
    }
}

#[test]
fn of_two_that_make_the_file_at_once_with_different_passphrases_one_fails() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let done: Vec<bool> = thread::scope(|scope| {
            let writers = [PASS, WRONG].map(|pass| {
                let folder = folder.path();
                scope.spawn(move || store(folder, &[pass]).write("a", pass.1).is_ok())
            });
            writers.map(|writer| writer.join().unwrap()).into()
        });
        assert_eq!(done.iter().filter(|done| **done).count(), 1, "{done:?}");
        let winner = if done[0] { PASS } else { WRONG };
        assert_eq!(
            secret(&store(folder.path(), &[winner]), "a").as_deref(),
            Some(winner.1)
        );
    }
}

#[test]
fn a_link_in_place_of_the_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("target");
    fs::write(&target, "untouched").unwrap();
    std::os::unix::fs::symlink(&target, folder.path().join("secrets.sealed")).unwrap();
    let store = store(folder.path(), &[PASS]);
    for failure in [
        store.read("a").unwrap_err(),
        store.write("a", "b").unwrap_err(),
    ] {
        assert_eq!(
            (failure.capability, failure.fault),
            (Capability::SecretStore, Fault::Denied)
        );
    }
    assert_eq!(fs::read(&target).unwrap(), b"untouched");
}

#[test]
fn names_and_values_have_limits() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path(), &[PASS]);
    store.write(&"n".repeat(LONGEST_NAME), "b").unwrap();
    for name in ["", "a\nb", "a\0", &"n".repeat(LONGEST_NAME + 1)] {
        assert!(
            store.read(name).is_err()
                && store.write(name, "b").is_err()
                && store.remove(name).is_err()
        );
    }
    assert_eq!(
        store
            .write("a", &"x".repeat(LARGEST_VALUE + 1))
            .unwrap_err()
            .fault,
        Fault::Denied
    );
}

/// What comes of `work` when a person answers the questions in turn, each as soon as it is to be seen.
fn with_person<T: Send>(answers: &[(&str, &str)], work: impl FnOnce(Terminal) -> T + Send) -> T {
    let (mut person, terminal, _kept_open) = pair();
    thread::scope(|scope| {
        let worker = scope.spawn(move || work(terminal));
        for (question, answer) in answers {
            let seen = read_until(&person, question);
            assert!(!seen.contains("horse"), "{seen:?}");
            person.write_all(answer.as_bytes()).unwrap();
        }
        worker.join().unwrap()
    })
}

#[test]
fn a_new_passphrase_is_asked_for_twice_and_later_once_a_process() {
    let folder = tempfile::tempdir().unwrap();
    let rows: &[(Pairs<'_>, Result<(), Fault>)] = &[
        (&[("New passphrase: ", "\x03")], Err(Fault::Cancelled)),
        (
            &[
                ("New passphrase: ", "horse\n"),
                ("The same again: ", "\x04"),
            ],
            Err(Fault::Cancelled),
        ),
        (
            &[
                ("New passphrase: ", "\n"),
                ("New passphrase: ", "\n"),
                ("New passphrase: ", "\n"),
            ],
            Err(Fault::Locked),
        ),
        (
            &[
                ("New passphrase: ", "horse\n"),
                ("The same again: ", "hose\n"),
                ("not the same. New passphrase: ", "horse\n"),
                ("The same again: ", "horse\n"),
            ],
            Ok(()),
        ),
    ];
    for (answers, expected) in rows {
        let result = with_person(answers, |terminal| {
            let store = store_at(folder.path(), terminal, &[NO_BUS, NOTHING_KEPT]);
            store.write("a", "b")?;
            assert_eq!(store.describe()?.kind, "file");
            assert_eq!(store.read("a")?.as_deref().map(String::as_str), Some("b"));
            store.write("c", "d")
        });
        assert_eq!(
            result.map_err(|failure| failure.fault),
            *expected,
            "{answers:?}"
        );
        assert_eq!(
            folder.path().join("secrets.sealed").exists(),
            expected.is_ok()
        );
    }
    let reads: &[(Pairs<'_>, Result<Option<&str>, Fault>)] = &[
        (&[("secrets.sealed: ", "horse\n")], Ok(Some("b"))),
        (
            &[("secrets.sealed: ", "hose\n"), ("Passphrase: ", "horse\n")],
            Ok(Some("b")),
        ),
        (
            &[
                ("secrets.sealed: ", "1\n"),
                ("Passphrase: ", "2\n"),
                ("Passphrase: ", "3\n"),
            ],
            Err(Fault::Locked),
        ),
        (&[("secrets.sealed: ", "\x03")], Err(Fault::Cancelled)),
    ];
    for (answers, expected) in reads {
        let result = with_person(answers, |terminal| {
            store_at(folder.path(), terminal, &[NO_BUS, NOTHING_KEPT]).read("a")
        });
        let result = result
            .map(|secret| secret.map(|secret| secret.to_string()))
            .map_err(|failure| failure.fault);
        assert_eq!(
            result,
            expected.map(|secret| secret.map(str::to_owned)),
            "{answers:?}"
        );
    }
}

#[test]
fn whoever_does_not_answer_is_not_asked_again() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path(), &[PASS]).write("a", "b").unwrap();
    // A second question would wait for an answer that nobody gives.
    with_person(&[("secrets.sealed: ", "\x03")], |terminal| {
        let store = store_at(folder.path(), terminal, &[NO_BUS, NOTHING_KEPT]);
        for failure in [
            store.read("a").unwrap_err(),
            store.write("c", "d").unwrap_err(),
            store.remove("a").unwrap_err(),
        ] {
            assert_eq!(failure.fault, Fault::Cancelled);
        }
    });
}
