//! The keys that a tenant's tokens are signed with, and their judgement.
//!
//! [RFC 7517](https://www.rfc-editor.org/rfc/rfc7517).
//! Entra's keys name no algorithm, and RS256 is the only one that is ever used with them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Request, Response};
use rsa::BoxedUint;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use url::Url;
use zeroize::Zeroizing;

use crate::exchange::answer::{members, with_response};
use crate::exchange::form;
use crate::refusal::error::Error;
use crate::refusal::peer::Peer;
use crate::refusal::unacceptable::Unacceptable;
use crate::token::cache::CacheKey;
use crate::token::verification::kept_keys::LONGEST_USE;
use crate::token::verification::presented::PresentedToken;
use crate::token::verification::rs256;
use crate::value::correlation_id::CorrelationId;
use crate::value::impossible::Impossible;
use crate::value::json;
use crate::value::time::Timestamp;

/// Entra publishes a handful.
const MOST_KEYS: usize = 64;

/// Entra's keys are 2048 bits long; less is broken before long, and more takes a proxy's time
/// ([NIST SP 800-131A](https://csrc.nist.gov/pubs/sp/800/131/a/r2/final)).
const KEY_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// The part of a key's issuer that stands for whichever tenant it signs for.
const TENANT_PLACEHOLDER: &str = "{tenantid}";

/// The request for a key set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySetRequest {
    url: Url,
}

impl KeySetRequest {
    pub(super) const fn new(url: Url) -> Self {
        Self { url }
    }

    /// The request to send, following no redirect.
    pub fn to_http(
        &self,
        correlation_id: CorrelationId,
    ) -> Result<Request<Zeroizing<Vec<u8>>>, Impossible> {
        Ok(form::get(&form::to_uri(&self.url)?, correlation_id))
    }

    /// Where the keys are kept.
    pub fn cache_key(&self) -> CacheKey {
        CacheKey::of_key_set(self.place())
    }

    pub(super) fn place(&self) -> &str {
        self.url.as_str()
    }
}

/// Keys by their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySet {
    keys: Vec<Key>,
}

impl KeySet {
    /// Reads the answer that came at `now`. Keys of other kinds and uses are left out; a set without any key is no set.
    pub fn from_http(response: &Response<impl AsRef<[u8]>>, now: Timestamp) -> Result<Self, Error> {
        let members = members(response, Peer::Authority, now)?;
        Ok(Self::from_members(&members).map_err(|error| with_response(error, response, now))?)
    }

    /// What is kept of an answer that was read at `fetched_at`, and until when it may be of use.
    pub fn to_kept(
        response: &Response<impl AsRef<[u8]>>,
        fetched_at: Timestamp,
    ) -> (Vec<u8>, Timestamp) {
        let head = fetched_at.unix_seconds().to_le_bytes();
        let kept = [&head, response.body().as_ref()].concat();
        (kept, fetched_at.saturating_add(LONGEST_USE))
    }

    /// The keys, and when they were fetched. What cannot be read is not there.
    pub fn from_kept(kept: &[u8]) -> Option<(Self, Timestamp)> {
        let (head, body) = kept.split_first_chunk()?;
        let members = json::object(body).ok()?;
        let fetched_at = Timestamp::from_unix_seconds(u64::from_le_bytes(*head));
        Some((Self::from_members(&members).ok()?, fetched_at))
    }

    fn from_members(members: &Map<String, Value>) -> Result<Self, Unacceptable> {
        let listed = members
            .get("keys")
            .and_then(Value::as_array)
            .ok_or_else(|| Unacceptable::new("the key set has no `keys`"))?;
        if listed.len() > MOST_KEYS {
            return Err(Unacceptable::new(format!(
                "the key set has more than {MOST_KEYS} keys"
            )));
        }
        let mut keys: Vec<Key> = Vec::new();
        for key in listed.iter().filter_map(Key::read) {
            // Two keys of one name could be told apart by trying, which is how the wrong one gets used.
            if keys.iter().any(|other| other.id == key.id) {
                return Err(Unacceptable::new("the key set has two keys with one `kid`"));
            }
            keys.push(key);
        }
        if keys.is_empty() {
            return Err(Unacceptable::new(
                "the key set has no RSA key for signatures",
            ));
        }
        Ok(Self { keys })
    }

    pub(super) fn find(&self, id: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == id)
    }
}

/// A public key and who may sign with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    id: String,
    /// Entra's own member: an issuer to the letter, or with a placeholder for the tenant.
    issuer: Option<String>,
    /// Tells whether a key is still the same after its set was fetched again.
    fingerprint: [u8; 32],
    key: rsa::PublicKey,
}

impl Key {
    fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let is_for_signatures = text("use").is_none_or(|usage| usage == "sig")
            && text("alg").is_none_or(|algorithm| algorithm == "RS256");
        if text("kty") != Some("RSA") || !is_for_signatures {
            return None;
        }
        let number = |name| URL_SAFE_NO_PAD.decode(text(name)?).ok();
        let (modulus, exponent) = (number("n")?, number("e")?);
        let fingerprint = Sha256::new()
            .chain_update(&modulus)
            .chain_update(b"/")
            .chain_update(&exponent)
            .finalize();
        Some(Self {
            id: text("kid").filter(|id| !id.is_empty())?.to_owned(),
            issuer: text("issuer").map(str::to_owned),
            fingerprint: fingerprint.into(),
            key: rsa::PublicKey::new_with_size_limits(
                BoxedUint::from_be_slice_vartime(&modulus),
                BoxedUint::from_be_slice_vartime(&exponent),
                KEY_BITS,
            )
            .ok()?,
        })
    }

    pub(super) const fn fingerprint(&self) -> [u8; 32] {
        self.fingerprint
    }

    /// Whether tokens of this issuer may be signed with it. Keys of v1 sets name none
    /// ([signing key issuers](https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-signing-key-issuer)).
    pub(super) fn is_of(&self, issuer: &str, tenant_id: &str) -> bool {
        let own = self.issuer.as_deref();
        own.is_none_or(|own| own.replace(TENANT_PLACEHOLDER, tenant_id) == issuer)
    }

    pub(super) fn has_signed(&self, token: &PresentedToken<'_>) -> bool {
        rs256::is_signed(&self.key, token.message(), token.signature())
    }
}
