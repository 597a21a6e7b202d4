//! What comes to the loopback port, and what the browser brings there.

#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::authority::Authority;
use protocol::grant::authorization_code::authorization_response::AuthorizationResponse;
use protocol::grant::authorization_code::response_mode::ResponseMode;
use protocol::grant::authorization_code::sign_in_attempt::SignInAttempt;
use zeroize::Zeroizing;

fuzz_target!(|bytes: &[u8]| {
    let Ok(authority) = Authority::parse("https://login.microsoftonline.com", "contoso.com") else {
        return;
    };
    let attempt = SignInAttempt::from_random(&Zeroizing::new([7; 96]));
    let parameters: Vec<(String, String)> = form_urlencoded::parse(bytes).into_owned().collect();
    for mode in [ResponseMode::FormPost, ResponseMode::Query] {
        // Whoever does not know the state gets nowhere.
        let answer = AuthorizationResponse::read(&parameters, mode, &attempt, &authority);
        let knows = parameters
            .iter()
            .any(|(name, value)| name == "state" && attempt.state.matches(value));
        assert!(knows || answer == AuthorizationResponse::Ignored);
    }
});
