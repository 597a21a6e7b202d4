//! A signed statement by which an application proves who it is, without a secret on the wire.
//!
//! [RFC 7523 section 3](https://www.rfc-editor.org/rfc/rfc7523#section-3) and
//! [certificate credentials](https://learn.microsoft.com/entra/identity-platform/certificate-credentials). The header names the
//! certificate by its SHA-256 and the algorithm is PS256, as Microsoft's current libraries have it.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use serde_json::json;
use zeroize::Zeroizing;

use crate::authority::Authority;
use crate::credential::certificate::Certificate;
use crate::request::client_id::ClientId;
use crate::value::guid::Guid;
use crate::value::impossible::Impossible;
use crate::value::secret::Secret;
use crate::value::time::Timestamp;

/// Ten minutes, as in all of Microsoft's libraries: long enough for clocks that differ.
const LIFE: Duration = Duration::from_secs(600);

/// A clock that is ahead signs in the server's future; so the assertion begins in the past.
const ROOM: Duration = Duration::from_secs(300);

/// What an assertion is about; signed anew for each request.
#[derive(Clone, Debug)]
pub struct ClientAssertion<'a> {
    certificate: &'a Certificate,
    audience: String,
    client_id: &'a ClientId,
    x5c: Option<Vec<String>>,
    is_for_ad_fs: bool,
}

impl<'a> ClientAssertion<'a> {
    /// An assertion for the authority's token endpoint.
    pub fn new(
        certificate: &'a Certificate,
        authority: &Authority,
        client_id: &'a ClientId,
    ) -> Self {
        Self {
            certificate,
            audience: authority.token_endpoint().into(),
            client_id,
            x5c: None,
            is_for_ad_fs: authority.is_ad_fs(),
        }
    }

    /// Sends the certificate and its issuers along (`x5c`), for registrations that trust a subject name and issuer.
    #[must_use]
    pub fn with_chain(self) -> Self {
        Self {
            x5c: Some(self.certificate.to_x5c()),
            ..self
        }
    }

    /// Signs. The seed must be 32 random bytes that are used once: the assertion's number, the salt and the blinding of the
    /// private key come from it.
    pub fn sign(&self, seed: Zeroizing<[u8; 32]>, now: Timestamp) -> Result<Secret, Impossible> {
        if self.is_for_ad_fs {
            return Err(Impossible::new(
                "AD FS takes certificates signed with RS256 and named by SHA-1, which is not supported",
            )
            .with_hint("use a client secret there"));
        }
        let mut random = ChaCha20Rng::from_seed(*seed);
        let mut number = [0; 16];
        random.fill_bytes(&mut number);
        let message = format!(
            "{}.{}",
            self.header(),
            self.claims(Guid::from_random(number), now)
        );
        let signature = self.certificate.sign(message.as_bytes(), &mut random)?;
        Ok(Secret::new(format!(
            "{message}.{}",
            URL_SAFE_NO_PAD.encode(signature)
        )))
    }

    fn header(&self) -> String {
        let mut header = json!({
            "alg": "PS256",
            "typ": "JWT",
            "x5t#S256": self.certificate.thumbprint(),
        });
        if let (Some(chain), Some(members)) = (&self.x5c, header.as_object_mut()) {
            members.insert("x5c".to_owned(), json!(chain));
        }
        URL_SAFE_NO_PAD.encode(header.to_string())
    }

    fn claims(&self, number: Guid, now: Timestamp) -> String {
        let begin = now.unix_seconds().saturating_sub(ROOM.as_secs());
        let claims = json!({
            "aud": self.audience,
            "iss": self.client_id.as_str(),
            "sub": self.client_id.as_str(),
            "jti": number.to_string(),
            "nbf": begin,
            "iat": begin,
            "exp": now.saturating_add(LIFE).unix_seconds(),
        });
        URL_SAFE_NO_PAD.encode(claims.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rsa::pkcs1::DecodeRsaPublicKey;
    use rsa::pss::{Signature, VerifyingKey};
    use rsa::signature::Verifier;
    use serde_json::Value;
    use sha2::{Digest, Sha256};
    use x509_cert::der::Decode;

    use super::*;

    const VECTORS: &str = include_str!("../../../../tests/vectors/client-assertion.json");
    const CHAIN: &[u8] = include_bytes!("../../../../tests/vectors/certificates/chain.pfx");
    const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_387_513);
    const CLIENT: &str = "99999999-8888-7777-6666-555555555555";
    const TENANT: &str = "11111111-2222-3333-4444-555555555555";

    fn certificate() -> Certificate {
        Certificate::parse(CHAIN, None, Some(&Secret::new("pä$$ wörd"))).unwrap()
    }

    fn authority() -> Authority {
        Authority::parse("https://localhost:9443", TENANT).unwrap()
    }

    fn part(assertion: &str, position: usize) -> Value {
        let encoded = assertion.split('.').nth(position).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(encoded).unwrap()).unwrap()
    }

    fn verify(certificate: &[u8], assertion: &str) {
        let certificate = x509_cert::Certificate::from_der(certificate).unwrap();
        let info = certificate.tbs_certificate().subject_public_key_info();
        let key = info.subject_public_key.as_bytes().unwrap();
        let key = rsa::PublicKey::from_pkcs1_der(key).unwrap();
        let (message, signature) = assertion.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let signature = Signature::try_from(signature.as_slice()).unwrap();
        VerifyingKey::<Sha256>::new(key)
            .verify(message.as_bytes(), &signature)
            .unwrap();
    }

    fn names(value: &Value) -> BTreeSet<&str> {
        value
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect()
    }

    #[test]
    fn header_and_claims_are_those_of_the_recorded_clients() {
        let vectors: Value = serde_json::from_str(VECTORS).unwrap();
        let cases = vectors["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 3);
        let (certificate, client_id) = (certificate(), ClientId::parse(CLIENT).unwrap());
        for case in cases {
            let name = case["name"].as_str().unwrap();
            let recorded = case["assertion"].as_str().unwrap();
            let mut assertion = ClientAssertion::new(&certificate, &authority(), &client_id);
            if case["sends_chain"] == true {
                assertion = assertion.with_chain();
            }
            let signed = assertion.sign(Zeroizing::new([7; 32]), NOW).unwrap();
            let (ours, theirs) = (part(signed.expose(), 0), part(recorded, 0));
            assert_eq!(names(&ours), names(&theirs), "{name}");
            assert_eq!(
                (&ours["alg"], &ours["typ"]),
                (&theirs["alg"], &theirs["typ"])
            );
            assert_eq!(
                ours["x5t#S256"].as_str().unwrap().len(),
                unpadded(&theirs["x5t#S256"]).len()
            );
            let (mut ours, theirs) = (part(signed.expose(), 1), part(recorded, 1));
            // Python's client counts from the moment of the request and writes parts of seconds.
            let span = |claims: &Value| {
                claims["exp"].as_f64().unwrap()
                    - claims["nbf"].as_f64().or(claims["iat"].as_f64()).unwrap()
            };
            let room = ROOM.as_secs_f64();
            assert_eq!(span(&ours), span(&theirs).round() + room, "{name}");
            if theirs["nbf"].is_null() {
                ours.as_object_mut().unwrap().remove("nbf");
            }
            assert_eq!(names(&ours), names(&theirs), "{name}");
            for claim in ["aud", "iss", "sub"] {
                assert_eq!(ours[claim], theirs[claim], "{name}: {claim}");
            }
        }
    }

    /// Some write it with the padding that RFC 7515 section 2 leaves out.
    fn unpadded(thumbprint: &Value) -> &str {
        thumbprint.as_str().unwrap().trim_end_matches('=')
    }

    #[test]
    fn the_thumbprint_is_that_of_the_recorded_clients() {
        let vectors: Value = serde_json::from_str(VECTORS).unwrap();
        let certificate = vectors["certificate"].as_str().unwrap();
        let der = base64::engine::general_purpose::STANDARD
            .decode(certificate)
            .unwrap();
        let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(&der));
        for case in vectors["cases"].as_array().unwrap() {
            let recorded = case["assertion"].as_str().unwrap();
            assert_eq!(unpadded(&part(recorded, 0)["x5t#S256"]), thumbprint);
            verify(&der, recorded);
        }
    }

    #[test]
    fn the_signature_holds_and_each_is_another() {
        let (certificate, client_id) = (certificate(), ClientId::parse(CLIENT).unwrap());
        let assertion = ClientAssertion::new(&certificate, &authority(), &client_id).with_chain();
        let one = assertion.sign(Zeroizing::new([1; 32]), NOW).unwrap();
        let chain = part(one.expose(), 0)["x5c"].clone();
        assert_eq!(chain.as_array().unwrap().len(), 3);
        let own = chain[0].as_str().unwrap();
        let own = base64::engine::general_purpose::STANDARD
            .decode(own)
            .unwrap();
        verify(&own, one.expose());

        let other = assertion.sign(Zeroizing::new([2; 32]), NOW).unwrap();
        verify(&own, other.expose());
        assert_ne!(part(one.expose(), 1)["jti"], part(other.expose(), 1)["jti"]);
        assert_ne!(one, other);
        assert_eq!(one, assertion.sign(Zeroizing::new([1; 32]), NOW).unwrap());
    }

    #[test]
    fn ad_fs_is_told_that_it_is_not_supported() {
        for (instance, tenant, is_signed) in [
            ("https://adfs.contoso.test/adfs", "", false),
            ("https://adfs.contoso.test/ADFS/", "", false),
            ("https://login.contoso.test/a/b", "", true),
            ("https://login.contoso.test", TENANT, true),
        ] {
            let authority = Authority::parse(instance, tenant).unwrap();
            let (certificate, client_id) = (certificate(), ClientId::parse(CLIENT).unwrap());
            let assertion = ClientAssertion::new(&certificate, &authority, &client_id);
            let signed = assertion.sign(Zeroizing::new([7; 32]), NOW);
            assert_eq!(signed.is_ok(), is_signed, "{instance}");
        }
    }
}
