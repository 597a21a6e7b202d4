//! The whole judgement, on tokens that another library made.

use std::collections::BTreeSet;
use std::rc::Rc;

use http::Response;
use serde_json::{Value, json};

use crate::authority::Authority;
use crate::token::verification::claims::AccessClaims;
use crate::token::verification::expectations::{Expectations, Permissions};
use crate::token::verification::key_set::{KeySet, KeySetRequest};
use crate::token::verification::presented::PresentedToken;
use crate::token::verification::rejection::{Rejection, Rule};
use crate::token::verification::verifier::{Step, Verifier};
use crate::value::time::Timestamp;

/// Written by `tests/python/tokens.py`.
const VECTORS: &str = include_str!("../../../../../tests/vectors/verification.json");

struct Vectors(Value);

impl Vectors {
    fn read() -> Self {
        Self(serde_json::from_str(VECTORS).unwrap())
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(self.0["now"].as_u64().unwrap())
    }

    fn later(&self, seconds: u64) -> Timestamp {
        Timestamp::from_unix_seconds(self.now().unix_seconds() + seconds)
    }

    fn cases(&self) -> impl Iterator<Item = &Value> {
        self.0["cases"].as_array().unwrap().iter()
    }

    fn token(&self, name: &str) -> &str {
        let case = self.cases().find(|case| case["name"] == name);
        case.expect(name)["token"].as_str().unwrap()
    }

    fn expectations(&self, expect: &Value) -> Expectations {
        let list = |name: &str| texts(&expect[name]);
        let authority = Authority::parse(self.0["authority"].as_str().unwrap(), "common").unwrap();
        let tenants = texts(&json!([self.0["tenant"]]));
        Expectations::new(authority, &tenants, &texts(&self.0["audiences"]))
            .unwrap()
            .with_clients(&list("clients"))
            .unwrap()
            .with_groups(&list("groups"))
            .unwrap()
            .with_permissions(Permissions {
                scopes: list("scopes"),
                roles: list("roles"),
            })
    }

    fn key_set(&self, request: &KeySetRequest) -> KeySet {
        let tenant = self.0["tenant"].as_str().unwrap();
        let base = format!("https://login.microsoftonline.com/{tenant}/discovery");
        let version = match request.place().strip_prefix(&base) {
            Some("/keys") => "v1",
            Some("/v2.0/keys") => "v2",
            other => panic!("keys of {other:?}"),
        };
        key_set(&self.0["keys"][version]).unwrap()
    }

    /// Judges with the keys that are published.
    fn judge(
        &self,
        verifier: &mut Verifier,
        token: &str,
        expectations: &Expectations,
        now: Timestamp,
    ) -> Result<Rc<AccessClaims>, Rejection> {
        for _ in 0..2 {
            match verifier.judge(token, expectations, now) {
                Step::Judged(verdict) => return verdict,
                Step::NeedsKeys(request) => {
                    verifier.fetched(&request, self.key_set(&request), now);
                }
                Step::Unavailable(_) => panic!("the keys are there"),
            }
        }
        panic!("keys are fetched twice")
    }
}

fn texts(value: &Value) -> Vec<String> {
    let texts = value.as_array().into_iter().flatten();
    texts
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}

fn key_set(body: &Value) -> Result<KeySet, String> {
    let response = Response::new(body.to_string().into_bytes());
    KeySet::from_http(&response, Timestamp::from_unix_seconds(0)).map_err(|error| error.to_string())
}

#[test]
fn every_token_is_taken_or_refused_by_the_rule_that_it_breaks() {
    let vectors = Vectors::read();
    let mut verifier = Verifier::default();
    let (mut rules, mut good) = (BTreeSet::new(), 0);
    for case in vectors.cases() {
        let (name, token) = (&case["name"], case["token"].as_str().unwrap());
        let expectations = vectors.expectations(&case["expect"]);
        // The first time it is computed, the second time remembered.
        for _ in 0..2 {
            let verdict = vectors.judge(&mut verifier, token, &expectations, vectors.now());
            let rule = verdict
                .as_ref()
                .err()
                .map(|rejection| rejection.rule.code());
            assert_eq!(json!(rule), case["rule"], "{name}: {verdict:?}");
            match &verdict {
                Ok(_) => good += 1,
                Err(rejection) => {
                    rules.insert(rejection.rule.code());
                    let text = format!("{rejection:?}");
                    let signature = token.rsplit('.').next().unwrap();
                    assert!(signature.len() < 40 || !text.contains(signature), "{name}");
                    assert!(!text.contains("evil.test/1"), "{name}: {text}");
                }
            }
        }
    }
    assert!(good > 40, "{good}");
    assert_eq!(rules.len(), 21, "each rule has its case: {rules:?}");
}

#[test]
fn who_calls_is_read_from_the_token() {
    let vectors = Vectors::read();
    let expectations = vectors.expectations(&Value::Null);
    let rows = [
        ("v1, application: as it is", "api://your-api-id", 0, 1),
        (
            "v2, person: as it is",
            "77777777-6666-5555-4444-333333333333",
            2,
            1,
        ),
    ];
    for (name, audience, scopes, roles) in rows {
        let token = vectors.token(name);
        let mut verifier = Verifier::default();
        let claims = vectors
            .judge(&mut verifier, token, &expectations, vectors.now())
            .unwrap();
        assert_eq!(claims.audience(), audience);
        assert_eq!(claims.client_id, "99999999-8888-7777-6666-555555555555");
        assert_eq!((claims.scopes.len(), claims.roles.len()), (scopes, roles));
    }
}

#[test]
fn a_long_token_is_refused_before_it_is_read() {
    let vectors = Vectors::read();
    let expectations = vectors.expectations(&Value::Null);
    for token in [".".repeat(100_000), "a".repeat(32 * 1024 + 1)] {
        let verdict = Verifier::default().judge(&token, &expectations, vectors.now());
        assert!(
            matches!(&verdict, Step::Judged(Err(rejection)) if rejection.rule == Rule::Malformed),
            "{verdict:?}"
        );
    }
}

/// One character anywhere, signature included, and what was found good before counts for nothing.
#[test]
fn a_known_token_that_was_changed_is_not_known() {
    let vectors = Vectors::read();
    let expectations = vectors.expectations(&Value::Null);
    let mut verifier = Verifier::default();
    let token = vectors.token("v2, person: as it is");
    let mut judge = |token: &str| vectors.judge(&mut verifier, token, &expectations, vectors.now());
    judge(token).unwrap();
    for at in (0..token.len()).step_by(11) {
        let other = if token.as_bytes()[at] == b'A' {
            "B"
        } else {
            "A"
        };
        let mut changed = token.to_owned();
        changed.replace_range(at..=at, other);
        assert!(judge(&changed).is_err(), "at {at}: {changed}");
    }
    judge(token).unwrap();
}

#[test]
fn times_and_rules_are_judged_each_time() {
    let vectors = Vectors::read();
    let mut verifier = Verifier::default();
    let token = vectors.token("v2, person: as it is");
    let any = vectors.expectations(&Value::Null);
    let admins = vectors.expectations(&json!({"scopes": ["admin"]}));
    let rows = [
        ("good", &any, 0, None),
        ("the same token elsewhere", &admins, 0, Some(Rule::Scope)),
        ("the last second", &any, 3600 + 299, None),
        ("expired", &any, 3600 + 300, Some(Rule::Expired)),
        ("a clock that was set back", &any, 0, None),
    ];
    for (name, expectations, seconds, expected) in rows {
        let verdict = vectors.judge(&mut verifier, token, expectations, vectors.later(seconds));
        assert_eq!(
            verdict.err().map(|rejection| rejection.rule),
            expected,
            "{name}"
        );
    }
}

#[test]
fn a_thousand_unknown_keys_are_one_request_in_thirty_seconds() {
    let vectors = Vectors::read();
    let expectations = vectors.expectations(&Value::Null);
    let token = vectors.token("v2, person: an unknown `kid`");
    let mut verifier = Verifier::default();
    let mut requests = 0;
    for attempt in 0..1000 {
        // A hundred in ten seconds.
        let now = vectors.later(attempt / 10);
        while let Step::NeedsKeys(request) = verifier.judge(token, &expectations, now) {
            requests += 1;
            verifier.fetched(&request, vectors.key_set(&request), now);
        }
    }
    assert_eq!(requests, 4);
}

/// An instance a request, all of which find what one of them has kept.
#[test]
fn instances_that_share_keys_ask_as_rarely_as_one() {
    let vectors = Vectors::read();
    let expectations = vectors.expectations(&Value::Null);
    let tokens = ["v2, person: as it is", "v2, person: an unknown `kid`"];
    let mut kept: Option<Vec<u8>> = None;
    let mut requests = 0;
    for attempt in 0..200 {
        let now = vectors.later(attempt / 2);
        for (token, is_good) in tokens.iter().zip([true, false]) {
            let mut verifier = Verifier::default();
            let mut may_be_kept = true;
            let verdict = loop {
                match verifier.judge(vectors.token(token), &expectations, now) {
                    Step::Judged(verdict) => break verdict,
                    Step::Unavailable(_) => panic!("the keys are there"),
                    Step::NeedsKeys(request) if std::mem::take(&mut may_be_kept) => {
                        if let Some((keys, at)) = kept.as_deref().and_then(KeySet::from_kept) {
                            verifier.found(&request, keys, at);
                        }
                    }
                    Step::NeedsKeys(request) => {
                        requests += 1;
                        let response = Response::new(vectors.0["keys"]["v2"].to_string());
                        verifier.fetched(&request, vectors.key_set(&request), now);
                        kept = Some(KeySet::to_kept(&response, now).0);
                    }
                }
            };
            assert_eq!(verdict.is_ok(), is_good, "{token}");
        }
    }
    assert_eq!(requests, 4);
    let kept = kept.unwrap();
    for length in 0..kept.len() {
        assert!(KeySet::from_kept(&kept[..length]).is_none(), "{length}");
    }
}

#[test]
fn older_keys_of_another_instance_change_nothing() {
    let vectors = Vectors::read();
    let expectations = vectors.expectations(&Value::Null);
    let unknown = vectors.token("v2, person: an unknown `kid`");
    let mut verifier = Verifier::default();
    let verdict = vectors.judge(&mut verifier, unknown, &expectations, vectors.later(100));
    assert!(verdict.is_err());
    let claims = PresentedToken::parse(unknown).unwrap().into_claims();
    let request = expectations.keys_of(&claims).unwrap();
    verifier.found(request, vectors.key_set(request), vectors.now());
    let step = verifier.judge(unknown, &expectations, vectors.later(110));
    assert!(
        matches!(step, Step::Judged(Err(_))),
        "no reason to ask again: {step:?}"
    );
}

#[test]
fn old_keys_serve_for_a_day_while_their_endpoint_is_down() {
    let vectors = Vectors::read();
    let expectations = vectors.expectations(&Value::Null);
    let token = vectors.token("v2, person: as it is");
    let mut verifier = Verifier::default();
    vectors
        .judge(&mut verifier, token, &expectations, vectors.now())
        .unwrap();
    let hour = 3600;
    // Only whether the keys count is asked here: the token itself expires meanwhile.
    let rows = [
        ("fresh", hour - 1, false, true),
        ("to be renewed", hour, true, true),
        ("a day later", 24 * hour, true, true),
        ("too old", 25 * hour, true, false),
    ];
    for (name, seconds, is_asked, is_judged) in rows {
        let now = vectors.later(seconds);
        let mut step = verifier.judge(token, &expectations, now);
        if let Step::NeedsKeys(request) = &step {
            assert!(is_asked, "{name}");
            verifier.failed(request, now);
            step = verifier.judge(token, &expectations, now);
        }
        assert_eq!(
            matches!(step, Step::Judged(_)),
            is_judged,
            "{name}: {step:?}"
        );
        if let Step::Unavailable(pause) = step {
            assert_eq!(pause.as_secs(), 30, "{name}");
        }
    }
}

#[test]
fn a_key_that_was_withdrawn_takes_its_tokens_with_it() {
    let vectors = Vectors::read();
    let expectations = vectors.expectations(&Value::Null);
    let token = vectors.token("v2, person: as it is");
    let other = vectors.0["keys"]["v2"]["keys"][1].clone();
    let mut replaced = other.clone();
    replaced["kid"] = json!("the-tenant");
    for (name, keys, expected) in [
        ("gone", json!([other]), Rule::Key),
        (
            "another key of that name",
            json!([replaced]),
            Rule::KeyIssuer,
        ),
    ] {
        let mut verifier = Verifier::default();
        let now = vectors.now();
        vectors
            .judge(&mut verifier, token, &expectations, now)
            .unwrap();
        let later = vectors.later(60);
        let unknown = vectors.token("v2, person: an unknown `kid`");
        let Step::NeedsKeys(request) = verifier.judge(unknown, &expectations, later) else {
            panic!("{name}: an unknown key is looked for");
        };
        verifier.fetched(&request, key_set(&json!({"keys": keys})).unwrap(), later);
        match verifier.judge(token, &expectations, later) {
            Step::Judged(Err(rejection)) => assert_eq!(rejection.rule, expected, "{name}"),
            step => panic!("{name}: {step:?}"),
        }
    }
}

#[test]
fn a_key_set_is_read_strictly() {
    let vectors = Vectors::read();
    let good = vectors.0["keys"]["v2"]["keys"][0].clone();
    let with = |name: &str, value: Value| {
        let mut key = good.clone();
        key[name] = value;
        key
    };
    let rows = [
        ("good", json!([good]), None),
        ("RS256", json!([with("alg", json!("RS256"))]), None),
        (
            "another beside it",
            json!([good, {"kty": "EC", "kid": "x"}]),
            None,
        ),
        ("none", json!([]), Some("no RSA key")),
        ("no list", json!({}), Some("no `keys`")),
        (
            "for encryption",
            json!([with("use", json!("enc"))]),
            Some("no RSA key"),
        ),
        (
            "another algorithm",
            json!([with("alg", json!("RS512"))]),
            Some("no RSA key"),
        ),
        (
            "a secret",
            json!([with("kty", json!("oct"))]),
            Some("no RSA key"),
        ),
        (
            "no name",
            json!([with("kid", json!(""))]),
            Some("no RSA key"),
        ),
        (
            "512 bits",
            json!([with("n", json!("8".repeat(86)))]),
            Some("no RSA key"),
        ),
        (
            "8192 bits",
            json!([with("n", json!("9".repeat(1365)))]),
            Some("no RSA key"),
        ),
        (
            "exponent 1",
            json!([with("e", json!("AQ"))]),
            Some("no RSA key"),
        ),
        (
            "modulus of padding",
            json!([with("n", json!("AQ=="))]),
            Some("no RSA key"),
        ),
        ("twice", json!([good, good]), Some("two keys")),
        ("many", json!(vec![good.clone(); 65]), Some("more than 64")),
    ];
    for (name, keys, expected) in rows {
        let outcome = key_set(&json!({"keys": keys}));
        match (outcome, expected) {
            (Ok(_), None) => {}
            (Err(error), Some(expected)) => assert!(error.contains(expected), "{name}: {error}"),
            (outcome, _) => panic!("{name}: {outcome:?}"),
        }
    }
}

#[test]
fn expectations_are_closed_by_default() {
    let authority = || Authority::parse("https://login.microsoftonline.com", "common").unwrap();
    let guid = "11111111-2222-3333-4444-555555555555".to_owned();
    let api = "api://your-api-id".to_owned();
    let rows = [
        ("no tenant", vec![], vec![api.clone()], "no tenant"),
        (
            "a domain",
            vec!["contoso.com".to_owned()],
            vec![api.clone()],
            "no GUID",
        ),
        (
            "everybody",
            vec!["common".to_owned()],
            vec![api.clone()],
            "no GUID",
        ),
        ("no audience", vec![guid.clone()], vec![], "no audience"),
        (
            "an empty one",
            vec![guid.clone()],
            vec![String::new()],
            "no audience",
        ),
    ];
    for (name, tenants, audiences, expected) in rows {
        let error = Expectations::new(authority(), &tenants, &audiences).unwrap_err();
        assert!(error.message().contains(expected), "{name}: {error}");
    }
    let custom = Authority::parse("https://login.example.test/a/b", "").unwrap();
    let (tenants, audiences) = ([guid], [api]);
    assert!(Expectations::new(custom, &tenants, &audiences).is_err());
    let expectations = Expectations::new(authority(), &tenants, &audiences).unwrap();
    let too_long = std::time::Duration::from_secs(301);
    assert!(expectations.clone().with_skew(too_long).is_err());
    assert!(expectations.with_clients(&["x".to_owned()]).is_err());
}
