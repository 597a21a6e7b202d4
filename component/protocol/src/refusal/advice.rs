//! What may help after a refusal, in our own words and with the user's own names in it.
//!
//! Keyed by [Entra's numbers](https://learn.microsoft.com/entra/identity-platform/reference-error-codes), which Microsoft may change at
//! any time. So advice is all they are used for: no decision looks at them.

use crate::refusal::peer::Peer;
use crate::refusal::server_error::ServerError;
use crate::request::scope::Scope;
use crate::value::clock_offset::ClockOffset;
use crate::value::printable::quoted;

/// What was asked for, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts<'a> {
    /// The tenant as it was named.
    pub tenant: Option<&'a str>,
    /// The application that asked.
    pub client_id: Option<&'a str>,
    /// The scopes as they were sent.
    pub scope: Option<&'a str>,
    /// The host that was asked.
    pub authority_host: Option<&'a str>,
    /// Where the browser was to return.
    pub redirect_uri: Option<&'a str>,
    /// How far this computer's clock is from the server's.
    pub clock: Option<ClockOffset>,
    /// What was handed in for the token, such as a code; nothing by an application for itself.
    pub handed_in: Option<&'a str>,
    /// What is odd about the form of the client secret that was sent: words that complete "the secret …".
    pub secret_remark: Option<&'static str>,
}

/// One sentence on the likely cause and what to do, by the first number that is known, else by `error`.
pub fn advice(error: &ServerError, facts: &Facts<'_>) -> Option<String> {
    let by_code = error
        .codes
        .iter()
        .find_map(|code| match (*code, facts.handed_in) {
            (MALFORMED, None) => Some(OUR_BUG),
            (code, _) => by_code(code),
        });
    let advice = match error.peer {
        Peer::Authority => by_code
            .or_else(|| by_error(error, facts))
            .map(|template| match template {
                // It has said itself when.
                OUTAGE if error.retry_after.is_some() => OUTAGE_UNTIL,
                template => template,
            })
            .map(|template| filled(template, facts)),
        // The others have no numbers, and mean other things by the same names. Graph's refusals speak for themselves.
        Peer::Graph if !error.is_transient() => return None,
        peer => return peer.hint(error.status),
    };
    match secret_remark(error, facts) {
        Some(remark) => Some(match advice {
            Some(advice) => format!("the secret that was sent {remark}; {advice}"),
            None => format!("the secret that was sent {remark}"),
        }),
        None => advice,
    }
}

/// What is odd about the secret's form, where it was the secret that was refused.
fn secret_remark(error: &ServerError, facts: &Facts<'_>) -> Option<&'static str> {
    let is_about_it = match error.codes.first() {
        None => error.error == "invalid_client",
        Some(code) => SECRET_REFUSED.contains(code),
    };
    facts.secret_remark.filter(|_| is_about_it)
}

fn by_code(code: u64) -> Option<&'static str> {
    BY_CODE
        .iter()
        .find(|(codes, _)| codes.contains(&code))
        .map(|(_, template)| *template)
}

fn by_error(error: &ServerError, facts: &Facts<'_>) -> Option<&'static str> {
    if error.status == 429 {
        return Some(THROTTLED);
    }
    // An application that asks for itself has no sign-in.
    if error.error == "invalid_grant" && facts.handed_in.is_none() {
        return Some(APPLICATION_REFUSED);
    }
    BY_ERROR
        .iter()
        .find(|(name, _)| *name == error.error)
        .map(|(_, template)| *template)
}

/// One pass, so that a fact that looks like a placeholder stays what it is.
fn filled(template: &str, facts: &Facts<'_>) -> String {
    let mut output = String::new();
    let mut rest = template;
    while let Some((before, (name, after))) = rest
        .split_once('{')
        .and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        output.push_str(before);
        output.push_str(&fact(name, facts));
        rest = after;
    }
    output.push_str(rest);
    output
}

fn fact(name: &str, facts: &Facts<'_>) -> String {
    let (kind, value, unknown) = match name {
        "tenant" => ("tenant ", facts.tenant, "the tenant"),
        "client" => ("app ", facts.client_id, "the app"),
        "scope" => ("scope ", facts.scope, "the scope"),
        "host" => ("", facts.authority_host, "this authority"),
        "redirect" => ("", facts.redirect_uri, "the redirect URI"),
        "handed" => return facts.handed_in.unwrap_or("request").to_owned(),
        "api" => return api(facts),
        "clock" => return clock(facts),
        _ => return String::new(),
    };
    value.map_or_else(
        || unknown.to_owned(),
        |value| format!("{kind}{}", quoted(value)),
    )
}

fn clock(facts: &Facts<'_>) -> String {
    match facts.clock.filter(|offset| offset.is_notable()) {
        Some(offset) => format!("set this computer's clock, which is {offset}"),
        None => "check this computer's clock".to_owned(),
    }
}

fn api(facts: &Facts<'_>) -> String {
    let scopes = facts
        .scope
        .unwrap_or_default()
        .split(' ')
        .filter_map(|scope| Scope::parse(scope).ok());
    let resource = scopes
        .filter_map(|scope| scope.resource().map(quoted))
        .next();
    resource.unwrap_or_else(|| "the API".to_owned())
}

/// The secret is wrong, or was not understood.
const SECRET_REFUSED: [u64; 3] = [7_000_215, 7_000_216, 7_000_218];

const THROTTLED: &str =
    "Entra is throttling {client}; wait before the next attempt, and keep tokens until they expire";

const SIGN_IN_AGAIN: &str = "the stored sign-in can no longer be used; sign in again";

const APPLICATION_REFUSED: &str = "{client} may not have this token in {tenant}; its registration and the sign-in logs say why, by the correlation id";

const INTERACTIVE: &str = "more proof is needed for {api}; sign in with a browser or a device code";

const ADMINISTRATOR: &str = "an access policy blocks this sign-in; an administrator can find it in the sign-in logs by the correlation id";

const ASK_ADMIN_CONSENT: &str =
    "an administrator of {tenant} has to consent to {scope} for {client}";

const TENANT_NEEDED: &str =
    "name a tenant by GUID or domain instead of `common`, `organizations` or `consumers`";

const NOT_IN_TENANT: &str = "{client} was not found in {tenant} at {host}; check both ids, and that they belong to the same cloud";

const ONE_API: &str =
    "{scope} must name exactly one API; ask for each API with a request of its own";

const FEDERATION: &str = "the external token does not match a federated credential of {client}; compare issuer, subject and audience letter by letter, and wait some minutes after a change";

const CERTIFICATE_INVALID: &str =
    "the certificate has expired or was revoked; create a new one and upload it to {client}";

const CERTIFICATE_UNKNOWN: &str = "the certificate or key does not fit {client}; upload this certificate's public part to the registration, and check that key and certificate belong together";

const OUTAGE: &str = "Entra has a temporary problem; try again in a moment";

const OUTAGE_UNTIL: &str = "Entra has a temporary problem";

const OUR_BUG: &str = "the request was malformed, which is a fault of this program; report it with the correlation id";

/// The form of the request, which is that of what was handed in if anything was.
const MALFORMED: u64 = 9_002_313;

/// Numbers that a command line can meet. Section 5 of the protocol notes says how well each is attested.
const BY_CODE: &[(&[u64], &str)] = &[
    // The registration, the tenant and the redirect.
    (
        &[50011],
        "{redirect} is not registered for {client}; add it under Mobile and desktop applications, exact to the letter",
    ),
    (
        &[500113, 900971],
        "{client} has no redirect URI; add `http://localhost` under Mobile and desktop applications",
    ),
    (
        &[50012],
        "the proof of identity was not accepted; check the key or certificate, and {clock}",
    ),
    (
        &[50013, 500131],
        "the assertion must be an access token that was issued for {client}",
    ),
    (
        &[500133],
        "the incoming token has expired or is not valid yet; get a fresh one, and {clock}",
    ),
    (
        &[50027, 50048],
        "the signed assertion was not accepted; check certificate and client id, and {clock}",
    ),
    (
        &[50049],
        "{host} is not a host that Entra knows; check the authority for a typing mistake",
    ),
    (
        &[50059, 50128],
        "Entra cannot tell which tenant is meant; name it by GUID or domain",
    ),
    (
        &[50194],
        "{client} is for one tenant only; name that tenant instead of {tenant}",
    ),
    (
        &[500011],
        "no API {api} is known in {tenant}; check the App ID URI, and that the API is installed or consented to in this tenant",
    ),
    (
        &[500207, 500208],
        "this kind of account cannot be used here; check the tenant and the account types of {client}",
    ),
    (
        &[501051],
        "{api} requires assignment; an administrator has to assign one of its app roles to {client}",
    ),
    (
        &[50105],
        "{client} admits assigned users only; an administrator can assign the user or a group",
    ),
    (
        &[650052],
        "{tenant} has no service principal for {api}; an administrator has to add the API first",
    ),
    (
        &[650053],
        "{api} does not define {scope}; check the permission's spelling",
    ),
    (
        &[650056],
        "the registration of {client} is incomplete; check its API permissions and consent",
    ),
    (
        &[650057, 65005],
        "{client} does not list {api} among its API permissions; add it to the registration",
    ),
    (
        &[650059, 9002332],
        "{client} is not meant for this kind of account; check tenant and supported account types",
    ),
    (
        &[65002],
        "{client} belongs to Microsoft and may not ask for {api}; use a registration of your own",
    ),
    (&[700016, 70001], NOT_IN_TENANT),
    (
        &[7000229],
        "{client} has no service principal in {tenant}; an administrator has to admit it there once",
    ),
    (
        &[7000112],
        "{client} is disabled in {tenant}; an administrator can enable its enterprise application",
    ),
    (
        &[700054, 700051, 70005],
        "{client} does not allow this response type; use the authorization code flow",
    ),
    (
        &[750054],
        "{client} is set up for SAML; use a registration for OpenID Connect",
    ),
    (
        &[90002],
        "{tenant} was not found at {host}; check for a typing mistake and for the right cloud",
    ),
    (
        &[900023],
        "{tenant} is neither a GUID nor a verified domain; the tenant id stands on Entra's overview page",
    ),
    (
        &[90009],
        "an app that asks for itself must name its GUID: the client id, then `/.default`",
    ),
    (&[90010, 9001023, 90133], TENANT_NEEDED),
    (
        &[900144, 90014, 90011, 90013, 90023, 901002, 70003, 70007],
        OUR_BUG,
    ),
    (
        &[90112],
        "{client} is not named by a GUID; use the Application (client) ID of the overview page",
    ),
    (
        &[MALFORMED],
        "the {handed} was cut off or altered; start again and pass it on whole",
    ),
    (
        &[9002326],
        "Entra took this for a browser; an `Origin` header was added on the way, or {redirect} is registered for a single-page app",
    ),
    (
        &[9002327],
        "{redirect} is registered for a single-page app; move it to Mobile and desktop applications",
    ),
    (
        &[900439],
        "the account belongs to the US Government cloud; use authority `https://login.microsoftonline.us`",
    ),
    (
        &[90038],
        "{tenant} lives in another national cloud; use that cloud's authority instead of {host}",
    ),
    (
        &[700005],
        "the code was issued for another tenant; sign in and redeem with the same authority",
    ),
    (&[70000], SIGN_IN_AGAIN),
    (
        &[700030],
        "the certificate's subject or issuer is not authorised for {client}",
    ),
    (
        &[70002],
        "the credential of {client} was not accepted; check the secret or certificate",
    ),
    (
        &[700003],
        "the device is not known in {tenant} any more; it has to be joined again",
    ),
    (
        &[700019],
        "{client} may not be used here; use a registration of your own",
    ),
    (
        &[7000114],
        "the assertion has to be a person's token, one with `scp`; an application's cannot be exchanged on somebody's behalf",
    ),
    (
        &[240002],
        "an ID token cannot stand for the user; pass on an access token that was issued for {client}",
    ),
    // The client's credential.
    (
        &[7000215],
        "the secret of {client} is wrong; use the secret's Value, not its Secret ID, and check that the shell did not change a character",
    ),
    (
        &[7000222],
        "the secret of {client} has expired; create a new one under Certificates & secrets",
    ),
    (
        &[7000216, 7000218],
        "{client} has to prove its identity; give a secret or certificate, or enable Allow public client flows for sign-ins by people",
    ),
    (
        &[700025],
        "{client} is a public client; leave out the secret or certificate",
    ),
    (
        &[700024],
        "the assertion is not valid at this time; {clock}, and let a token file be fresh",
    ),
    (&[700027, 7000274, 5002730], CERTIFICATE_UNKNOWN),
    (
        &[700211],
        "no federated credential of {client} has the issuer of the external token; compare letter by letter, and wait some minutes after a change",
    ),
    (
        &[700212],
        "no federated credential of {client} has the audience of the external token; ask for a token for that audience",
    ),
    (
        &[700213],
        "no federated credential of {client} has the subject of the external token; compare letter by letter, and wait some minutes after a change",
    ),
    (&[70021, 7002137, 7002138, 700229], FEDERATION),
    (&[1000502, 7000214, 7000277], CERTIFICATE_INVALID),
    (
        &[90061, 50166],
        "Entra could not read the keys of the external issuer; its metadata must be reachable from the internet",
    ),
    (
        &[100007],
        "regional endpoints are not for {client}; use the global authority",
    ),
    // People, proofs and policies.
    (
        &[16000, 50058],
        "no account is signed in for this; sign in with a browser or a device code",
    ),
    (
        &[50014],
        "the guest invitation to {tenant} has not been accepted yet",
    ),
    (
        &[50020, 90072],
        "the account is not a member or guest of {tenant}; use another account, or have it invited",
    ),
    (
        &[50034, 51004],
        "there is no such user in {tenant}; check the user name and the tenant",
    ),
    (
        &[50053],
        "the account is locked or the address is blocked; wait, or have the password reset",
    ),
    (
        &[50055, 50144],
        "the password has expired; change it and sign in again",
    ),
    (
        &[50056, 50064, 50126],
        "user name or password is wrong, or the account signs in elsewhere; sign in with a browser",
    ),
    (
        &[50057],
        "the account is disabled; an administrator can enable it",
    ),
    (
        &[50072, 50079, 9002341],
        "the user has to register a second factor; sign in with a browser and follow the steps",
    ),
    (&[50074, 50076, 50078, 50158], INTERACTIVE),
    (
        &[50089, 50140],
        "the sign-in was not finished in time; start again",
    ),
    (
        &[50097, 50131, 53000, 53001, 530004],
        "{api} requires a managed or compliant device; sign in with a browser on such a device",
    ),
    (
        &[50133, 50173, 70043, 70008, 700082, 700084, 500341],
        SIGN_IN_AGAIN,
    ),
    (
        &[50196],
        "the same request was sent too often; something asks in a loop instead of keeping the token",
    ),
    (
        &[500021, 500022, 500212, 500213],
        "the rules between organisations block this tenant; an administrator has to allow it",
    ),
    (
        &[53002, 53005],
        "a policy admits approved apps only; an administrator can make an exception for {client}",
    ),
    (
        &[53003, 53004, 53011, 530032, 530034, 530035],
        ADMINISTRATOR,
    ),
    (
        &[65001],
        "nobody has consented to {scope} for {client} yet; sign in with a browser to consent, or ask an administrator",
    ),
    (
        &[65004],
        "consent was declined; sign in again and accept, or ask for fewer scopes",
    ),
    (&[90094, 90095, 90099], ASK_ADMIN_CONSENT),
    (
        &[135010],
        "the key of this device is not known any more; the device or user has to be registered again",
    ),
    // Codes, refresh tokens and scopes.
    (&[54005], "the code was used already; start a new sign-in"),
    (
        &[50147, 501481, 501491],
        "the sign-in and its redemption do not belong together; start a new sign-in",
    ),
    (
        &[70011, 28002, 28003, 700023],
        "{scope} is not valid; write it as `api://your-api-id/permission` or `api://your-api-id/.default`",
    ),
    (
        &[1002012],
        "an app without a user asks for everything at once; use {api} followed by `/.default`",
    ),
    (&[28000, 700022], ONE_API),
    (
        &[70016],
        "the sign-in is not finished; enter the code in the browser",
    ),
    (
        &[70018],
        "the code was not recognised; start again and enter the new one",
    ),
    (
        &[70019, 70020],
        "the code has expired; start again and enter the new one in time",
    ),
    // The service.
    (&[50033, 90033, 90024, 90012, 90090, 51005], OUTAGE),
    (&[90055], THROTTLED),
    (
        &[50000, 90036, 40008],
        "Entra failed to issue the token; if it goes on, report the trace id and time to Microsoft",
    ),
];

/// What can be said when no number is known.
const BY_ERROR: &[(&str, &str)] = &[
    (
        "invalid_client",
        "check the client id, and the secret or certificate of {client}",
    ),
    ("invalid_grant", SIGN_IN_AGAIN),
    (
        "invalid_scope",
        "check {scope}; it must be registered at one API",
    ),
    (
        "invalid_resource",
        "check the App ID URI {api}, and that it is known in {tenant}",
    ),
    (
        "unauthorized_client",
        "{client} may not use this flow in {tenant}; check its registration",
    ),
    (
        "invalid_tenant",
        "check {tenant}, and that it belongs to {host}",
    ),
    ("invalid_instance", "check the authority host {host}"),
    ("interaction_required", INTERACTIVE),
    ("login_required", "sign in with a browser or a device code"),
    (
        "consent_required",
        "sign in with a browser to consent to {scope}, or ask an administrator",
    ),
    (
        "access_denied",
        "the sign-in or the consent was declined; start again and accept, or ask for fewer scopes",
    ),
    (
        "authorization_declined",
        "the sign-in was declined; start again",
    ),
    (
        "expired_token",
        "the code has expired; start again and enter the new one in time",
    ),
    (
        "bad_verification_code",
        "the code was not recognised; start again and enter the new one",
    ),
    (
        "unsupported_grant_type",
        "this flow is not supported at {host}",
    ),
    (
        "unsupported_response_type",
        "{client} does not allow this response type",
    ),
    ("temporarily_unavailable", OUTAGE),
    ("server_error", OUTAGE),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const FACTS: Facts<'_> = Facts {
        tenant: Some("contoso.com"),
        client_id: Some("99999999-8888-7777-6666-555555555555"),
        scope: Some("openid api://your-api-id/read"),
        authority_host: Some("login.microsoftonline.com"),
        redirect_uri: Some("http://localhost:8400"),
        handed_in: Some("code"),
        secret_remark: None,
        clock: None,
    };

    fn refusal(error: &str, codes: &[u64]) -> ServerError {
        ServerError {
            status: 400,
            error: error.to_owned(),
            codes: codes.to_vec(),
            ..ServerError::default()
        }
    }

    #[test]
    fn the_form_of_a_refused_secret_is_told() {
        let facts = Facts {
            secret_remark: Some("ends in a line break"),
            ..FACTS
        };
        for (codes, is_about_it) in [
            (&[7_000_215][..], true),
            (&[7_000_216], true),
            (&[], true),
            (&[7_000_222, 7_000_215], false),
            (&[700_016], false),
        ] {
            let found = advice(&refusal("invalid_client", codes), &facts).unwrap();
            let begins = found.starts_with("the secret that was sent ends in a line break");
            assert_eq!(begins, is_about_it, "{codes:?}: {found}");
        }
        let other = advice(&refusal("invalid_grant", &[]), &facts).unwrap();
        assert!(!other.contains("line break"), "{other}");
    }

    #[test]
    fn facts_appear_in_advice() {
        let rows: [(&[u64], &str, &str); 12] = [
            (
                &[50011],
                "invalid_request",
                "`http://localhost:8400` is not registered for app `99999999-",
            ),
            (
                &[700016],
                "unauthorized_client",
                "app `99999999-8888-7777-6666-555555555555` was not found in tenant `contoso.com` at `login.microsoftonline.com`",
            ),
            (
                &[7000215],
                "invalid_client",
                "the secret's Value, not its Secret ID",
            ),
            (
                &[500011],
                "invalid_resource",
                "no API `api://your-api-id` is known in tenant `contoso.com`",
            ),
            (
                &[65001],
                "invalid_grant",
                "consented to scope `openid api://your-api-id/read` for app `99999999-",
            ),
            (
                &[1002012],
                "invalid_scope",
                "use `api://your-api-id` followed by `/.default`",
            ),
            (
                &[1, 2, 7000222],
                "invalid_client",
                "has expired; create a new one",
            ),
            (
                &[7000222, 7000215],
                "invalid_client",
                "has expired; create a new one",
            ),
            (
                &[],
                "invalid_client",
                "secret or certificate of app `99999999-",
            ),
            (
                &[123456],
                "invalid_scope",
                "check scope `openid api://your-api-id/read`",
            ),
            (&[], "temporarily_unavailable", "temporary problem"),
            (&[90009], "invalid_request", "/.default"),
        ];
        for (codes, error, expected) in rows {
            let advice = advice(&refusal(error, codes), &FACTS).unwrap();
            assert!(advice.contains(expected), "{codes:?} {error}: {advice}");
        }
    }

    #[test]
    fn advice_reads_well_without_facts() {
        let rows: [(&[u64], &str); 4] = [
            (
                &[50011],
                "the redirect URI is not registered for the app; add it under Mobile and desktop applications, exact to the letter",
            ),
            (
                &[90002],
                "the tenant was not found at this authority; check for a typing mistake and for the right cloud",
            ),
            (
                &[65002],
                "the app belongs to Microsoft and may not ask for the API; use a registration of your own",
            ),
            (
                &[28000],
                "the scope must name exactly one API; ask for each API with a request of its own",
            ),
        ];
        for (codes, expected) in rows {
            assert_eq!(
                advice(&refusal("x", codes), &Facts::default()).unwrap(),
                expected,
                "{codes:?}"
            );
        }
    }

    #[test]
    fn facts_cannot_break_out() {
        let facts = Facts {
            tenant: Some("{client}\r\nhint: \u{1b}[31m`x`"),
            client_id: Some("secret"),
            ..Facts::default()
        };
        let advice = advice(&refusal("x", &[90002]), &facts).unwrap();
        assert!(
            advice.starts_with(r"tenant `{client}\r\nhint: \u{1b}[31m'x'` was not found"),
            "{advice}"
        );
    }

    #[test]
    fn what_is_unknown_gets_no_advice() {
        assert_eq!(advice(&refusal("something_new", &[4711]), &FACTS), None);
        assert_eq!(advice(&refusal("", &[]), &FACTS), None);
        let throttled = ServerError {
            status: 429,
            ..refusal("x", &[])
        };
        assert!(advice(&throttled, &FACTS).unwrap().contains("throttling"));
    }

    #[test]
    fn every_number_stands_once_and_every_template_is_sound() {
        let codes: Vec<u64> = BY_CODE
            .iter()
            .flat_map(|(codes, _)| codes.iter().copied())
            .collect();
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
        assert!(codes.len() >= 60);
        let known = [
            "tenant", "client", "scope", "host", "redirect", "handed", "api", "clock",
        ];
        let by_code = BY_CODE.iter().map(|(_, template)| *template);
        for template in by_code.chain(BY_ERROR.iter().map(|(_, template)| *template)) {
            for placeholder in template.split('{').skip(1) {
                let name = placeholder.split('}').next().unwrap();
                assert!(known.contains(&name), "`{name}` in: {template}");
            }
            assert!(
                !template.ends_with('.') && template.len() < 200,
                "{template}"
            );
            let filled = filled(template, &FACTS);
            assert!(!filled.contains(['{', '}']), "{filled}");
        }
    }

    /// The table is that of the documented and the met numbers; those without advice have a reason.
    #[test]
    fn every_number_of_the_table_has_advice() {
        let table: serde_json::Value =
            serde_json::from_str(include_str!("../../../../tests/vectors/error-codes.json"))
                .unwrap();
        let numbers = |name: &str| -> Vec<u64> {
            let list = table[name].as_array().unwrap().iter();
            list.map(|number| number.as_u64().unwrap()).collect()
        };
        let with_advice = numbers("with_advice");
        assert!(with_advice.len() >= 60);
        for (numbers, expected) in [(with_advice, true), (numbers("without_advice"), false)] {
            for number in numbers {
                let found = advice(&refusal("x", &[number]), &FACTS);
                assert_eq!(found.is_some(), expected, "{number}");
            }
        }
    }

    #[test]
    fn a_malformed_request_is_blamed_on_what_was_handed_in() {
        let malformed = refusal("invalid_request", &[9_002_313]);
        for (handed_in, expected) in [
            (Some("code"), "the code was cut off"),
            (Some("incoming token"), "the incoming token was cut off"),
            (None, "a fault of this program"),
        ] {
            let facts = Facts { handed_in, ..FACTS };
            let advice = advice(&malformed, &facts).unwrap();
            assert!(advice.contains(expected), "{advice}");
        }
    }

    #[test]
    fn no_number_takes_part_in_a_decision() {
        for (codes, _) in BY_CODE {
            for error in [
                "invalid_grant",
                "invalid_client",
                "interaction_required",
                "server_error",
            ] {
                let (with, without) = (refusal(error, codes), refusal(error, &[]));
                assert_eq!(
                    with.is_interaction_required(),
                    without.is_interaction_required(),
                    "{codes:?}"
                );
                assert_eq!(with.is_transient(), without.is_transient(), "{codes:?}");
            }
        }
    }
}
