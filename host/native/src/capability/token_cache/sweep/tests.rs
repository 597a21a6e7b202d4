use super::*;
use crate::capability::bindings::entra_auth::core::token_cache::Name;
use crate::system::random;

const NOW: i64 = 1_800_000_000;

fn time(seconds: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs())
}

/// Writes an entry that nobody will open.
fn write(folder: &Path, client: &str, entry: &str, keep_until: i64) -> PathBuf {
    let name = Name {
        client: client.to_owned(),
        entry: entry.to_owned(),
    };
    let file = EntryFile::seal(&random::key().unwrap(), &name, b"token", keep_until).unwrap();
    let path = folder.join(client).join(entry).with_extension("token");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, &file.0).unwrap();
    path
}

#[test]
fn what_has_ended_goes_and_what_has_not_stays() {
    let folder = tempfile::tempdir().unwrap();
    let rows = [
        ("c1", "a1", NOW - 1, false),
        ("c1", "a2", NOW, false),
        ("c1", "a3", NOW + 1, true),
        ("c1", "a4", i64::MAX, true),
        ("c1", "a5", i64::MIN, false),
        ("c2", "a1", 0, false),
    ];
    for (client, entry, keep_until, _) in rows {
        write(folder.path(), client, entry, keep_until);
    }
    let half = folder.path().join("c1/b1.token");
    fs::write(&half, "EATC\x01").unwrap();
    let forgotten = folder.path().join("c1/b2.lock");
    fs::write(&forgotten, "").unwrap();
    let foreign = folder.path().join("c1/notes.txt");
    fs::write(&foreign, "").unwrap();
    sweep(folder.path(), time(NOW));
    for (client, entry, keep_until, stays) in rows {
        let path = folder.path().join(client).join(entry);
        assert_eq!(path.with_extension("token").exists(), stays, "{keep_until}");
        assert!(!path.with_extension("lock").exists());
    }
    assert!(!half.exists() && !forgotten.exists() && foreign.exists());
    assert!(
        !folder.path().join("c2").exists(),
        "an empty folder goes too"
    );
}

#[test]
fn an_entry_that_is_held_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "c1", "a1", NOW - 1);
    let held = Lock::acquire(&path.with_extension("lock"), Duration::ZERO).unwrap();
    sweep(folder.path(), time(NOW));
    assert!(path.exists());
    drop(held);
    sweep(folder.path(), time(NOW));
    assert!(!path.exists());
}

#[test]
fn an_entry_that_was_written_anew_meanwhile_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "c1", "a1", NOW + 1);
    assert!(!remove(&path, NOW));
    assert!(path.exists());
}

#[test]
fn of_too_many_those_go_that_end_soonest_but_no_sign_in() {
    let folder = tempfile::tempdir().unwrap();
    let months = NOW + 90 * DAY;
    for number in 0..MOST {
        write(folder.path(), "c1", &format!("{number:x}"), months);
    }
    let tokens: Vec<_> = (1..=3)
        .map(|hour| write(folder.path(), "c2", &format!("{hour}"), NOW + hour * 3600))
        .collect();
    let first = folder.path().join("c1/0.token");
    fs::remove_file(&first).unwrap();
    sweep(folder.path(), time(NOW));
    assert_eq!(
        tokens.iter().map(|path| path.exists()).collect::<Vec<_>>(),
        [false, false, true]
    );
    for number in 0..MOST {
        write(folder.path(), "c3", &format!("{number:x}"), months);
    }
    sweep(folder.path(), time(NOW));
    assert_eq!(all(folder.path()).len(), 2 * MOST - 1);
}

#[test]
fn it_is_done_once_an_hour() {
    let folder = tempfile::tempdir().unwrap();
    let lock = folder.path().join(".sweep.lock");
    let mark = |time: SystemTime| {
        let lock = Lock::acquire(&lock, Duration::ZERO).unwrap();
        lock.mark(time);
    };
    let ended = || write(folder.path(), "c1", "a1", 0);
    // A new cache has nothing to sweep.
    let path = ended();
    now_and_then(folder.path());
    assert!(path.exists());
    for (ago, stays) in [(PERIOD * 2, false), (PERIOD / 2, true)] {
        let path = ended();
        mark(SystemTime::now() - ago);
        now_and_then(folder.path());
        assert_eq!(path.exists(), stays, "{ago:?}");
    }
    // A clock that was set back must not stop it for long.
    let path = ended();
    mark(SystemTime::now() + PERIOD * 1000);
    now_and_then(folder.path());
    assert!(!path.exists());
    // Who does it is not disturbed.
    let path = ended();
    mark(SystemTime::now() - PERIOD * 2);
    let other = Lock::acquire(&lock, Duration::ZERO).unwrap();
    now_and_then(folder.path());
    assert!(path.exists());
    drop(other);
}
