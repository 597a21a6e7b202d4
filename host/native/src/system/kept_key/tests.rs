use std::io::Write;
use std::thread;

use linux_keyutils::{KeyRing, KeyRingIdentifier};

use super::*;
use crate::system::random;

/// A place for a key of this test alone.
fn place(seconds: &str) -> KeptKey {
    place_of(seconds, &format!("{:x?}", &random::key().unwrap()[..8]))
}

fn place_of(seconds: &str, origin: &str) -> KeptKey {
    let timeout = KeyTimeout::from_variables(|_| Some(seconds.into()));
    KeptKey::new("test", Some(origin.to_owned()), timeout)
}

/// False, with a word about it, where the kernel keeps no keys, as in a container that forbids it.
fn kernel_keeps_keys() -> bool {
    let probe = place("60");
    probe.keep(&random::key().unwrap());
    let is_kept = probe.read().is_some();
    probe.forget();
    if !is_kept {
        // Past the test harness, which keeps what passing tests print to itself.
        writeln!(
            std::io::stderr(),
            "\nskipped: the kernel keeps no keys here"
        )
        .unwrap();
    }
    is_kept
}

#[test]
fn a_key_is_kept_until_it_is_forgotten_or_replaced() {
    if !kernel_keeps_keys() {
        return;
    }
    let kept = place("60");
    assert!(kept.read().is_none());
    for key in [random::key().unwrap(), random::key().unwrap()] {
        kept.keep(&key);
        assert_eq!(kept.read().unwrap(), key);
        // As another thread, which is as far from this one as another process.
        thread::scope(|scope| {
            scope.spawn(|| assert_eq!(kept.read().unwrap(), key));
        });
    }
    kept.forget();
    assert!(kept.read().is_none());
    kept.forget();
}

#[test]
fn keys_of_two_origins_are_not_mixed_up() {
    if !kernel_keeps_keys() {
        return;
    }
    let (one, other) = (place("60"), place("60"));
    one.keep(&random::key().unwrap());
    assert!(other.read().is_none());
    other.keep(&random::key().unwrap());
    assert_ne!(one.read().unwrap(), other.read().unwrap());
    one.forget();
    assert!(other.read().is_some());
    other.forget();
}

#[test]
fn a_key_goes_when_its_time_is_over() {
    if !kernel_keeps_keys() {
        return;
    }
    let kept = place("1");
    kept.keep(&random::key().unwrap());
    while kept.read().is_some() {
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn only_the_user_may_read_and_nobody_may_change_it() {
    if !kernel_keeps_keys() {
        return;
    }
    let kept = place("60");
    kept.keep(&random::key().unwrap());
    let keyring = KeyRing::from_special_id(KeyRingIdentifier::User, false).unwrap();
    let key = keyring.search(kept.name.as_deref().unwrap()).unwrap();
    // Nothing for who possesses it, for the group and for others; the user may view, read, find and link.
    assert_eq!(key.metadata().unwrap().get_perms().bits(), 0x001b_0000);
    assert!(key.update(b"another").is_err() && key.set_timeout(0).is_err());
    kept.forget();
}

#[test]
fn something_else_under_the_name_is_no_key() {
    if !kernel_keeps_keys() {
        return;
    }
    let kept = place("60");
    let keyring = KeyRing::from_special_id(KeyRingIdentifier::User, false).unwrap();
    for content in [&[7; 31][..], &[7; 33], b"x"] {
        keyring
            .add_key(kept.name.as_deref().unwrap(), content)
            .unwrap();
        assert!(kept.read().is_none());
    }
    let key = random::key().unwrap();
    kept.keep(&key);
    assert_eq!(kept.read().unwrap(), key);
    kept.forget();
}

#[test]
fn the_time_is_zero_to_a_day_in_seconds() {
    for (text, expected) in [
        ("", Some(USUAL)),
        ("0", Some(Duration::ZERO)),
        (" 60 ", Some(Duration::from_secs(60))),
        ("86400", Some(LONGEST)),
        ("86401", None),
        ("-1", None),
        ("1.5", None),
        ("15m", None),
    ] {
        let timeout = KeyTimeout::from_variables(|_| Some(text.into()));
        assert_eq!(timeout.check().is_ok(), expected.is_some(), "{text:?}");
        assert_eq!(timeout.0.ok(), expected, "{text:?}");
    }
}

#[test]
fn with_no_time_or_no_origin_nothing_is_kept() {
    let nowhere = KeptKey::new("test", None, KeyTimeout::from_variables(|_| None));
    for kept in [place("0"), place("nonsense"), nowhere] {
        kept.keep(&random::key().unwrap());
        assert!(kept.read().is_none());
        if let Some(name) = &kept.name {
            assert!(platform::read(name).is_none());
        }
        kept.forget();
    }
}
