use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use sealing::cache_entry::{LARGEST, OVERHEAD};

use super::*;
use crate::capability::bindings::entra_auth::core::errors::Capability;
use crate::system::terminal::Terminal;

/// A cache below `folder`, opened anew as another process would.
fn cache_with(folder: &Path, variables: &[(&'static str, &'static str)]) -> TokenCache {
    let folders = Folders::at(folder.to_owned());
    let find = |name: &str| {
        variables
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.into())
    };
    let secrets = SecretStore::cheap(find, folders.clone(), Terminal::at("/nonexistent"));
    TokenCache::from_variables(find, folders, Arc::new(secrets))
}

/// Asks its secret store each time.
fn cache(folder: &Path) -> TokenCache {
    cache_with(folder, FILE)
}

/// Leaves the key with the kernel.
fn keeping_cache(folder: &Path) -> TokenCache {
    cache_with(
        folder,
        &[FILE, &[("ENTRA_AUTH_CLI_KEY_TIMEOUT", "60")]].concat(),
    )
}

fn name(client: &str, entry: &str) -> Name {
    Name {
        client: client.to_owned(),
        entry: entry.to_owned(),
    }
}

const FILE: &[(&str, &str)] = &[
    ("ENTRA_AUTH_CLI_KEY_TIMEOUT", "0"),
    ("ENTRA_AUTH_CLI_SECRET_STORE", "file"),
    ("ENTRA_AUTH_CLI_PASSPHRASE", "pass"),
];
/// The end of an entry that outlives the test.
const LATER: i64 = i64::MAX;
const SHORT: Duration = Duration::from_millis(50);
const LONG: Duration = Duration::from_secs(20);

#[test]
fn what_is_written_is_read_by_every_process() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (name("c1", "e1"), name("c1", "e2"));
    assert_eq!(cache(folder.path()).read(&first).unwrap(), None);
    let largest = vec![7; LARGEST];
    for content in [&b"token"[..], b"", &largest] {
        cache(folder.path()).write(&first, content, LATER).unwrap();
        assert_eq!(
            cache(folder.path()).read(&first).unwrap().as_deref(),
            Some(content)
        );
    }
    assert_eq!(cache(folder.path()).read(&second).unwrap(), None);
}

#[test]
fn nothing_of_the_content_is_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let name = name("c1", "e1");
    cache(folder.path())
        .write(&name, b"eyJ0eXAiOiJKV1QifQ", LATER)
        .unwrap();
    let sealed = fs::read(folder.path().join("tokens/c1/e1.token")).unwrap();
    assert!(
        !sealed
            .windows(5)
            .any(|window| b"eyJ0eXAiOiJKV1QifQ".windows(5).any(|part| part == window))
    );
}

#[test]
fn a_changed_cut_or_moved_file_is_as_good_as_none() {
    let folder = tempfile::tempdir().unwrap();
    let (kept, other) = (name("c1", "e1"), name("c1", "e2"));
    let path = folder.path().join("tokens/c1/e1.token");
    let cache = cache(folder.path());
    cache.write(&kept, b"token", LATER).unwrap();
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
    bad.push(vec![0; LARGEST + OVERHEAD + 1]);
    for content in bad {
        fs::write(&path, &content).unwrap();
        assert_eq!(cache.read(&kept).unwrap(), None);
    }
    fs::write(folder.path().join("tokens/c1/e2.token"), &good).unwrap();
    assert_eq!(cache.read(&other).unwrap(), None);
    cache.write(&kept, b"new", LATER).unwrap();
    assert_eq!(cache.read(&kept).unwrap().as_deref(), Some(&b"new"[..]));
}

#[test]
fn with_another_key_an_entry_is_as_good_as_none() {
    let folder = tempfile::tempdir().unwrap();
    let name = name("c1", "e1");
    cache(folder.path()).write(&name, b"token", LATER).unwrap();
    for value in [
        "",
        "no key",
        "AAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ] {
        let cache = cache(folder.path());
        cache.key.secrets().write("token-cache:key", value).unwrap();
        assert_eq!(cache.read(&name).unwrap(), None, "{value:?}");
        cache.write(&name, b"new", LATER).unwrap();
        assert_eq!(
            cache.read(&name).unwrap().as_deref(),
            Some(&b"new"[..]),
            "{value:?}"
        );
    }
}

#[test]
fn a_missing_entry_needs_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache_with(
        folder.path(),
        &[("ENTRA_AUTH_CLI_SECRET_STORE", "nonsense")],
    );
    assert_eq!(cache.read(&name("c1", "e1")).unwrap(), None);
    assert_eq!(cache.remove("c1").unwrap(), 0);
    assert!(!cache.key.is_known());
}

#[test]
fn without_a_key_the_failure_is_that_of_the_secret_store() {
    type Variables = &'static [(&'static str, &'static str)];
    let rows: &[(Variables, Fault)] = &[
        (&[("ENTRA_AUTH_CLI_SECRET_STORE", "none")], Fault::Absent),
        (&[("ENTRA_AUTH_CLI_SECRET_STORE", "file")], Fault::Locked),
        (
            &[
                ("ENTRA_AUTH_CLI_SECRET_STORE", "file"),
                ("ENTRA_AUTH_CLI_PASSPHRASE", "wrong"),
            ],
            Fault::Locked,
        ),
    ];
    for (variables, fault) in rows {
        let folder = tempfile::tempdir().unwrap();
        let name = name("c1", "e1");
        cache(folder.path()).write(&name, b"token", LATER).unwrap();
        let without = cache_with(folder.path(), variables);
        for failure in [
            without.read(&name).unwrap_err(),
            without.hold(name.clone(), SHORT).err().unwrap(),
            without.write(&name, b"new", LATER).unwrap_err(),
        ] {
            assert_eq!(failure.fault, *fault, "{variables:?}: {failure:?}");
            assert_eq!(failure.capability, Capability::TokenCache);
            assert!(failure.hint.is_some());
        }
        assert_eq!(
            cache(folder.path()).read(&name).unwrap().as_deref(),
            Some(&b"token"[..])
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn while_the_key_is_kept_nobody_needs_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let name = name("c1", "e1");
    keeping_cache(folder.path())
        .write(&name, b"token", LATER)
        .unwrap();
    let locked = || cache_with(folder.path(), &[("ENTRA_AUTH_CLI_SECRET_STORE", "file")]);
    // The kernel keeps no keys here.
    if locked().key.read().is_err() {
        return;
    }
    assert_eq!(
        locked().read(&name).unwrap().as_deref(),
        Some(&b"token"[..])
    );
    let cache = locked();
    let held = cache.hold(name.clone(), SHORT).unwrap();
    cache.write(&held.name, b"new", LATER).unwrap();
    drop(held);
    assert_eq!(
        self::cache(folder.path()).read(&name).unwrap().as_deref(),
        Some(&b"new"[..])
    );
    let path = folder.path().join("tokens/c1/e1.token");
    fs::write(&path, "damaged").unwrap();
    assert_eq!(locked().read(&name).unwrap(), None);
    fs::write(&path, "damaged").unwrap();
    locked().remove("c2").unwrap();
    assert_eq!(locked().read(&name).unwrap_err().fault, Fault::Locked);
}

#[test]
fn a_kept_key_that_the_store_has_replaced_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let name = name("c1", "e1");
    keeping_cache(folder.path())
        .write(&name, b"token", LATER)
        .unwrap();
    let secrets = Arc::clone(keeping_cache(folder.path()).key.secrets());
    assert!(secrets.remove("token-cache:key").unwrap());
    // Sealed with a new key, although the old one is still kept.
    cache(folder.path()).write(&name, b"new", LATER).unwrap();
    for _ in 0..2 {
        assert_eq!(
            keeping_cache(folder.path()).read(&name).unwrap().as_deref(),
            Some(&b"new"[..])
        );
    }
    keeping_cache(folder.path()).remove("c1").unwrap();
}

#[test]
fn names_that_are_no_hexadecimal_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    let longest = "f".repeat(64);
    cache.write(&name(&longest, &longest), b"", LATER).unwrap();
    for bad in ["", "..", "A1", "a/b", "a.b", "a\0", &"f".repeat(65), "ä"] {
        for name in [name(bad, "e1"), name("c1", bad)] {
            assert!(cache.read(&name).is_err(), "{name:?}");
            assert!(cache.write(&name, b"", LATER).is_err(), "{name:?}");
            assert!(cache.hold(name.clone(), SHORT).is_err(), "{name:?}");
        }
        assert!(cache.remove(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn an_entry_that_is_too_large_is_refused_and_the_old_one_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (cache, name) = (cache(folder.path()), name("c1", "e1"));
    cache.write(&name, b"old", LATER).unwrap();
    let failure = cache
        .write(&name, &vec![0; LARGEST + 1], LATER)
        .unwrap_err();
    assert_eq!(failure.fault, Fault::Denied);
    assert!(failure.message.contains("262144"));
    assert_eq!(cache.read(&name).unwrap().as_deref(), Some(&b"old"[..]));
}

#[test]
fn one_holds_and_the_others_wait_for_what_it_writes() {
    let folder = tempfile::tempdir().unwrap();
    let holders = 8;
    thread::scope(|scope| {
        for _ in 0..holders {
            scope.spawn(|| {
                let (cache, name) = (cache(folder.path()), name("c1", "e1"));
                let held = cache.hold(name, LONG).unwrap();
                let count = cache
                    .read(&held.name)
                    .unwrap()
                    .map_or(0, |content| content[0]);
                thread::sleep(Duration::from_millis(5));
                cache.write(&held.name, &[count + 1], LATER).unwrap();
            });
        }
    });
    assert_eq!(
        cache(folder.path()).read(&name("c1", "e1")).unwrap(),
        Some(vec![holders])
    );
}

#[test]
fn waiting_ends_with_the_time_limit() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    let held = cache.hold(name("c1", "e1"), SHORT).unwrap();
    let failure = cache.hold(name("c1", "e1"), SHORT).err().unwrap();
    assert_eq!(failure.fault, Fault::TimedOut);
    cache.hold(name("c1", "e2"), SHORT).unwrap();
    drop(held);
    cache.hold(name("c1", "e1"), SHORT).unwrap();
}

/// Not a test of its own: the process that is killed below.
#[test]
#[ignore = "started by another test"]
fn hold_until_killed() {
    let folder = env::var("TEST_FOLDER").unwrap();
    let cache = cache(Path::new(&folder));
    let _held = cache.hold(name("c1", "e1"), SHORT).unwrap();
    fs::write(Path::new(&folder).join("holding"), b"").unwrap();
    thread::sleep(LONG);
}

#[test]
fn a_killed_holder_holds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut holder = Command::new(env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "capability::token_cache::tests::hold_until_killed",
        ])
        .env("TEST_FOLDER", folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    while !folder.path().join("holding").exists() {
        assert!(holder.try_wait().unwrap().is_none());
        thread::sleep(Duration::from_millis(5));
    }
    let cache = cache(folder.path());
    assert_eq!(
        cache.hold(name("c1", "e1"), SHORT).err().unwrap().fault,
        Fault::TimedOut
    );
    holder.kill().unwrap();
    holder.wait().unwrap();
    cache.hold(name("c1", "e1"), SHORT).unwrap();
}

#[test]
fn many_processes_that_start_at_once_agree_on_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8"];
    thread::scope(|scope| {
        for entry in names {
            let folder = folder.path();
            scope.spawn(move || {
                cache(folder)
                    .write(&name("c1", entry), entry.as_bytes(), LATER)
                    .unwrap()
            });
        }
    });
    let cache = cache(folder.path());
    for entry in names {
        assert_eq!(
            cache.read(&name("c1", entry)).unwrap().as_deref(),
            Some(entry.as_bytes())
        );
    }
}

#[test]
fn removing_a_client_leaves_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    for (client, entry) in [("c1", "e1"), ("c1", "e2"), ("c2", "e1")] {
        let held = cache.hold(name(client, entry), SHORT).unwrap();
        cache.write(&held.name, b"token", LATER).unwrap();
    }
    cache.hold(name("c1", "e3"), SHORT).unwrap();
    assert_eq!(cache.remove("c1").unwrap(), 2);
    assert_eq!(cache.remove("c1").unwrap(), 0);
    assert!(!folder.path().join("tokens/c1").exists());
    assert_eq!(cache.read(&name("c1", "e1")).unwrap(), None);
    assert!(cache.read(&name("c2", "e1")).unwrap().is_some());
}

#[test]
fn handles_release_their_lock_when_dropped() {
    use token_cache::{Host, HostHeldEntry};
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    let mut table = ResourceTable::new();
    let mut view = TokenCacheView {
        cache: &cache,
        table: &mut table,
    };
    let handle = Host::hold(&mut view, name("c1", "e1"), 1).unwrap();
    let again = || Resource::new_borrow(handle.rep());
    assert_eq!(HostHeldEntry::read(&mut view, again()).unwrap(), None);
    HostHeldEntry::write(&mut view, again(), b"token".to_vec(), LATER).unwrap();
    assert_eq!(
        HostHeldEntry::read(&mut view, again()).unwrap().as_deref(),
        Some(&b"token"[..])
    );
    assert_eq!(
        cache.hold(name("c1", "e1"), SHORT).err().unwrap().fault,
        Fault::TimedOut
    );
    HostHeldEntry::drop(&mut view, handle).unwrap();
    cache.hold(name("c1", "e1"), SHORT).unwrap();
}
