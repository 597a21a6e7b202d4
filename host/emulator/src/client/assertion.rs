//! Client assertions: a signed statement instead of a secret (RFC 7523 section 3).
//!
//! <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>,
//! <https://learn.microsoft.com/entra/workload-id/workload-identity-federation>

use crate::exchange::incoming::Incoming;
use crate::refusal::Refusal;
use crate::tenant::registration::{Client, Credentials};
use crate::token::{jws::Jws, signing_key::EXTERNAL_KEY};
use crate::value::cloud::Cloud;

/// Believes an assertion or tells why not. An assertion that the client issued itself must be signed
/// with a registered certificate's key; any other must be a registered workload's.
pub(crate) fn judge(
    assertion: &str,
    client: &Client,
    credentials: &Credentials,
    incoming: &mut Incoming<'_>,
) -> Result<(), Refusal> {
    let token = Jws::parse(assertion).ok_or_else(|| invalid("is not a signed JSON Web Token"))?;
    let is_client = |claim| {
        token
            .claim(claim)
            .is_some_and(|value| value.eq_ignore_ascii_case(&client.id))
    };
    match (is_client("iss"), is_client("sub")) {
        (true, true) => by_certificate(&token, client, credentials, incoming),
        (false, false) => by_federation(&token, credentials, incoming),
        _ => Err(refused(
            50048,
            "The claims 'iss' and 'sub' of the client assertion differ.",
        )),
    }
}

fn by_certificate(
    token: &Jws,
    client: &Client,
    credentials: &Credentials,
    incoming: &mut Incoming<'_>,
) -> Result<(), Refusal> {
    let added = incoming.remembered.certificates.iter();
    let added = added.filter(|added| added.client_id == client.id);
    let certificate = credentials
        .certificates
        .iter()
        .chain(added.map(|added| &added.certificate))
        .find(|certificate| {
            names(token.header("x5t"), &certificate.thumbprint)
                || names(token.header("x5t#S256"), &certificate.sha256_thumbprint)
        })
        .ok_or_else(|| {
            refused(
                700_027,
                "The certificate that the client assertion names is not registered for the application.",
            )
        })?;
    if !token.is_signed_by(&certificate.key) {
        let text = "The signature of the client assertion does not fit the certificate.";
        return Err(refused(7_000_274, text));
    }
    if !certificate.is_valid_at(incoming.exchange.now) {
        let text = "The certificate that signed the client assertion is outside its validity.";
        return Err(refused(1_000_502, text));
    }
    if !is_for_this_endpoint(token, incoming) {
        return Err(invalid("names another audience than the token endpoint"));
    }
    check_times(token, incoming)?;
    check_first_use(token, incoming)
}

fn by_federation(
    token: &Jws,
    credentials: &Credentials,
    incoming: &Incoming<'_>,
) -> Result<(), Refusal> {
    let (issuer, subject) = (token.claim("iss"), token.claim("sub"));
    let audience = match token.texts("aud").as_slice() {
        [only] => Some(*only),
        _ => None,
    };
    // Narrowed down in the order in which mismatches are reported.
    let mut candidates = credentials.federated.clone();
    candidates.retain(|known| Some(known.issuer.as_str()) == issuer);
    if candidates.is_empty() {
        return Err(no_match(700_211, "issuer", issuer));
    }
    candidates.retain(|known| Some(known.subject.as_str()) == subject);
    if candidates.is_empty() {
        return Err(no_match(700_213, "subject", subject));
    }
    // Each cloud has its own spelling of the usual audience.
    let usual = Cloud::Global.names().exchange_audience;
    let here = incoming.exchange.cloud().names().exchange_audience;
    candidates.retain(|known| {
        let wanted = match known.audience.as_str() {
            wanted if wanted == usual => here,
            wanted => wanted,
        };
        Some(wanted) == audience
    });
    if candidates.is_empty() {
        return Err(no_match(700_212, "audience", audience));
    }
    // Only RS256 is promised to work for external issuers.
    if token.header("alg") != Some("RS256") || !token.is_signed_by(&EXTERNAL_KEY.public_key()?) {
        let text = "The signature of the assertion does not fit the issuer's published keys.";
        return Err(refused(7_000_274, text));
    }
    check_times(token, incoming)
}

/// Whether a header names this thumbprint: with or without padding, in either alphabet.
fn names(header: Option<&str>, thumbprint: &str) -> bool {
    header.is_some_and(|value| {
        value
            .trim_end_matches('=')
            .replace('+', "-")
            .replace('/', "_")
            == thumbprint
    })
}

/// Whether the audience is the token endpoint, or the tenant's issuer, in any spelling of host and
/// tenant.
fn is_for_this_endpoint(token: &Jws, incoming: &Incoming<'_>) -> bool {
    let origin = incoming.exchange.origin;
    let audiences = token.texts("aud");
    let [audience] = audiences.as_slice() else {
        return false;
    };
    let path = origin
        .aliases()
        .into_iter()
        .find_map(|alias| audience.strip_prefix(&format!("{}://{alias}/", origin.scheme())));
    let Some((segment, rest)) = path.and_then(|path| path.split_once('/')) else {
        return false;
    };
    incoming.tenant.is_called(segment)
        && matches!(rest, "oauth2/v2.0/token" | "oauth2/token" | "v2.0")
}

fn check_times(token: &Jws, incoming: &Incoming<'_>) -> Result<(), Refusal> {
    let now = incoming.exchange.now;
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds since 1970 stay far below 2^52"
    )]
    let seconds = |moved: i64| now.moved_by(moved).0 as f64;
    let is_begun = token
        .time("nbf")
        .is_none_or(|begins| begins <= seconds(CLOCK_SKEW));
    let ends = token
        .time("exp")
        .ok_or_else(|| invalid("has no claim 'exp'"))?;
    if is_begun && seconds(-CLOCK_SKEW) < ends {
        return Ok(());
    }
    let text = format!("The assertion is outside its validity; the time here is {now}.");
    Err(refused(700_024, text))
}

/// Entra ID lets an assertion be used until it ends, and MSAL for Python does. A test can ask for
/// the strictness of RFC 7523 section 3.
fn check_first_use(token: &Jws, incoming: &mut Incoming<'_>) -> Result<(), Refusal> {
    let name = token.claim("jti").unwrap_or_default().to_owned();
    let is_known = incoming.remembered.assertions.get(&name).is_some();
    if is_known && incoming.remembered.options.refuse_replayed_assertions {
        return Err(refused(50012, "The client assertion was used before."));
    }
    if !is_known {
        incoming.remembered.assertions.keep_as(name, ());
    }
    Ok(())
}

fn no_match(code: u32, claim: &str, value: Option<&str>) -> Refusal {
    let value = value.unwrap_or_default();
    let text = format!("No federated identity credential has the assertion's {claim} '{value}'.");
    refused(code, text)
}

fn invalid(what: &str) -> Refusal {
    refused(50027, format!("The client assertion {what}."))
}

fn refused(code: u32, text: impl Into<String>) -> Refusal {
    Refusal::new("invalid_client", code, text)
}

/// How far clocks may differ, in seconds.
const CLOCK_SKEW: i64 = 300;
