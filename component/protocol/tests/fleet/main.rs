//! How far a fleet of proxies with one store goes, played with virtual time: the shipped rule of renewal decides at each request.
//!
//! What is played: requests come at random; each one that needs a token reads the store once; whoever finds none, or draws the lot,
//! asks the token endpoint, and until the answer is in the store nobody else knows of it. No instance remembers a token.
//!
//! `cargo test --release -p protocol --test fleet -- --ignored --nocapture` plays the largest fleets and prints a table.
#![cfg(test)]

mod dice;
mod play;

use std::io::Write;

use play::{Authority, ENTRA, FOUR_HOURS, Figures, Fleet, Renewal};
use serde_json::Value;

/// A fleet of services that call by themselves.
fn services(requests: f64) -> Fleet {
    Fleet {
        instances: 100,
        tokens: 4,
        callers: 0,
        requests,
        authority: ENTRA,
        renewal: Renewal::Ahead,
        seconds: FOUR_HOURS,
        seed: 1,
    }
}

/// A fleet that calls on behalf of people, each of whom calls twice a minute.
fn people(callers: u32) -> Fleet {
    Fleet {
        instances: 100,
        tokens: 0,
        callers,
        requests: f64::from(callers) / 30.0,
        authority: ENTRA,
        renewal: Renewal::Ahead,
        seconds: FOUR_HOURS,
        seed: 1,
    }
}

#[test]
fn a_token_is_renewed_by_about_one_request_at_any_rate() {
    for requests in [0.4, 4.0, 40.0, 400.0, 1_000.0] {
        let each = services(requests).play().asked_for_each_renewal();
        assert!((1.0..1.2).contains(&each), "{requests}: {each}");
    }
}

/// It would be as many as come while the first one asks.
#[test]
fn without_renewal_ahead_many_ask_at_once() {
    let late = Fleet {
        renewal: Renewal::AtTheEnd,
        ..services(1_000.0)
    };
    let each = late.play().asked_for_each_renewal();
    assert!(each > 50.0, "{each}");
}

#[test]
fn more_instances_ask_for_no_more_tokens() {
    let few = services(400.0).play();
    let many = Fleet {
        instances: 10_000,
        ..services(400.0)
    };
    assert_eq!(few.token_requests, many.play().token_requests);
    assert!(few.key_requests < many.play().key_requests);
}

/// Each caller's token is asked for by itself, and whatever is over is swept.
#[test]
fn a_caller_costs_one_or_two_token_requests_an_hour() {
    let figures = people(5_000).play();
    let hours = FOUR_HOURS / 3600.0;
    let a_caller_an_hour = figures.token_requests as f64 / hours / 5_000.0;
    assert!((1.0..2.0).contains(&a_caller_an_hour), "{a_caller_an_hour}");
    let kept_each = figures.most_kept as f64 / 5_000.0;
    assert!((1.0..2.5).contains(&kept_each), "{kept_each}");
}

#[test]
fn a_lost_store_costs_as_much_as_comes_until_it_is_filled() {
    let figures = services(1_000.0).play();
    let until_the_first_answer = 1_000.0 * ENTRA.takes;
    assert!(f64::from(figures.most_asked_in_a_second) < 1.2 * until_the_first_answer);
    assert!(f64::from(figures.most_asked_in_a_second) > 0.8 * until_the_first_answer);
}

#[test]
fn the_same_seed_plays_the_same() {
    let play = |seed| {
        Fleet {
            seed,
            ..people(200)
        }
        .play()
    };
    assert_eq!(play(7), play(7));
    assert_ne!(play(7), play(8));
}

/// What two real hosts are held to (`tests/python/test_fleet.py`): the same lifetime, as many requests, and an authority next door.
#[test]
fn two_hosts_ask_read_and_write_as_often_as_foreseen() {
    const PLAYS: u32 = 200;
    const A_SECOND: f64 = 100.0;
    type Count = fn(&Figures) -> u64;
    let vector = include_str!("../../../../tests/vectors/two-hosts.json");
    let foreseen: Value = serde_json::from_str(vector).unwrap();
    let number = |name: &str| foreseen[name].as_f64().unwrap();
    let plays = (0..PLAYS).map(|seed| {
        let fleet = Fleet {
            instances: foreseen["hosts"].as_u64().unwrap() as u32,
            tokens: 1,
            authority: Authority {
                shortest_life: number("lifetime"),
                longest_life: number("lifetime"),
                takes: 0.02,
            },
            seconds: number("requests") / A_SECOND,
            seed: u64::from(seed),
            ..services(A_SECOND)
        };
        fleet.play()
    });
    let plays: Vec<Figures> = plays.collect();
    let counts: [(&str, Count); 3] = [
        ("token_requests", |figures| figures.token_requests),
        ("store_reads", |figures| figures.reads),
        ("store_writes", |figures| figures.writes),
    ];
    for (name, count) in counts {
        let usual = plays.iter().map(count).sum::<u64>() as f64 / f64::from(PLAYS);
        let share = usual / number(name);
        assert!((0.95..1.05).contains(&share), "{name}: {usual}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the table is what it is for")]
#[ignore = "takes a minute; prints the table of docs/fleet.md"]
fn the_largest_fleets() {
    let mut table = format!("{}\n", Figures::HEADING);
    let grown = [
        (2, 4, 0, 40.0),
        (100, 100, 0, 10_000.0),
        (10_000, 1_000, 0, 100_000.0),
    ];
    let services = grown.map(|(instances, tokens, callers, requests)| Fleet {
        instances,
        tokens,
        callers,
        requests,
        ..services(requests)
    });
    let people =
        [(2, 1_000), (100, 100_000), (10_000, 1_000_000)].map(|(instances, callers)| Fleet {
            instances,
            ..people(callers)
        });
    for fleet in services.into_iter().chain(people) {
        table.push_str(&format!("{}\n", fleet.play().row(&fleet)));
    }
    std::io::stdout().write_all(table.as_bytes()).unwrap();
}
