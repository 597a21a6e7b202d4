//! The judge: keys and good signatures remembered, everything else judged each time.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::token::verification::claims::AccessClaims;
use crate::token::verification::expectations::Expectations;
use crate::token::verification::kept_keys::{Decision, KeptKeys};
use crate::token::verification::key_set::{Key, KeySet, KeySetRequest};
use crate::token::verification::presented::{LONGEST_TOKEN, PresentedToken};
use crate::token::verification::rejection::{Rejection, Rule};
use crate::token::verification::remembered::{Remembered, Signer};
use crate::value::printable::quoted;
use crate::value::time::Timestamp;

/// Judges tokens; asks for keys when it needs some.
#[derive(Debug, Default)]
pub struct Verifier {
    /// By the URL that they come from.
    keys: BTreeMap<String, KeptKeys>,
    remembered: Remembered,
}

/// How far a judgement got.
#[derive(Debug)]
pub enum Step {
    /// The verdict.
    Judged(Result<Rc<AccessClaims>, Rejection>),
    /// Fetch these keys, report to [`Verifier::fetched`] or [`Verifier::failed`], and ask again.
    NeedsKeys(KeySetRequest),
    /// The keys could not be fetched a moment ago, and may be asked for again after so long.
    Unavailable(Duration),
}

impl Verifier {
    /// Judges a token as it stood behind `Bearer `.
    pub fn judge(&mut self, token: &str, expectations: &Expectations, now: Timestamp) -> Step {
        if token.len() <= LONGEST_TOKEN
            && let Some(verdict) = self.recall(token, expectations, now)
        {
            return Step::Judged(verdict);
        }
        match self.examine(token, expectations, now) {
            Ok(step) => step,
            Err(rejection) => Step::Judged(Err(rejection)),
        }
    }

    /// Keeps keys that came.
    pub fn fetched(&mut self, request: &KeySetRequest, keys: KeySet, now: Timestamp) {
        self.kept(request).fetched(keys, now);
    }

    /// Keeps keys that somebody else fetched at `fetched_at`, where they are newer.
    pub fn found(&mut self, request: &KeySetRequest, keys: KeySet, fetched_at: Timestamp) {
        self.kept(request).found(keys, fetched_at);
    }

    /// Remembers that no keys came; those that are kept serve on.
    pub fn failed(&mut self, request: &KeySetRequest, now: Timestamp) {
        self.kept(request).failed(now);
    }

    fn kept(&mut self, request: &KeySetRequest) -> &mut KeptKeys {
        self.keys.entry(request.place().to_owned()).or_default()
    }

    /// The verdict on a token whose signature was found good before, with a key that still counts.
    fn recall(
        &mut self,
        token: &str,
        expectations: &Expectations,
        now: Timestamp,
    ) -> Option<Result<Rc<AccessClaims>, Rejection>> {
        let digest = Sha256::digest(token.as_bytes()).into();
        let (signer, claims) = self.remembered.find(&digest, token)?;
        let request = expectations.keys_of(&claims).ok()?;
        let kept = self.keys.get(request.place())?;
        let key = kept.keys()?.find(&signer.key_id)?;
        let is_current = request.place() == signer.place
            && kept.decide(&signer.key_id, now) == Decision::Use
            && key.fingerprint() == signer.fingerprint;
        is_current.then(|| {
            expectations.judge(&claims, now)?;
            Ok(claims)
        })
    }

    fn examine(
        &mut self,
        token: &str,
        expectations: &Expectations,
        now: Timestamp,
    ) -> Result<Step, Rejection> {
        let token = PresentedToken::parse(token)?;
        let request = expectations.keys_of(token.claims_unverified())?;
        let kept = self.keys.entry(request.place().to_owned()).or_default();
        match kept.decide(token.key_id(), now) {
            Decision::Fetch => return Ok(Step::NeedsKeys(request.clone())),
            Decision::Unavailable => return Ok(Step::Unavailable(kept.pause_at(now))),
            Decision::Use => {}
        }
        let key = kept.keys().and_then(|keys| keys.find(token.key_id()));
        let key = key.ok_or_else(|| unknown_key(token.key_id()))?;
        check_signature(&token, key, expectations)?;
        let signer = Signer {
            place: request.place().to_owned(),
            key_id: token.key_id().to_owned(),
            fingerprint: key.fingerprint(),
        };
        let (digest, claims) = (token.digest(), Rc::new(token.into_claims()));
        self.remembered.insert(digest, signer, &claims, now);
        expectations.judge(&claims, now)?;
        Ok(Step::Judged(Ok(claims)))
    }
}

fn check_signature(
    token: &PresentedToken<'_>,
    key: &Key,
    expectations: &Expectations,
) -> Result<(), Rejection> {
    let claims = token.claims_unverified();
    if !key.is_of(&expectations.key_issuer(claims), claims.tenant_id()) {
        return Err(Rejection::new(
            Rule::KeyIssuer,
            format!("key {} signs for another issuer", quoted(token.key_id())),
        ));
    }
    if !key.has_signed(token) {
        return Err(Rejection::new(
            Rule::Signature,
            format!(
                "the signature is not that of key {}",
                quoted(token.key_id())
            ),
        )
        .with_hint("the token was changed, or forged; check that it was copied whole"));
    }
    Ok(())
}

fn unknown_key(key_id: &str) -> Rejection {
    Rejection::new(
        Rule::Key,
        format!("the tenant has no key {}", quoted(key_id)),
    )
    .with_hint("the token is from another issuer, or its key was withdrawn; get a new one")
}
