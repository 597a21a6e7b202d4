//! The two shapes of an access token.

/// Which shape; the API's registration decides it (`requestedAccessTokenVersion`), not the endpoint that was asked
/// ([access tokens](https://learn.microsoft.com/entra/identity-platform/access-tokens#token-formats)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenVersion {
    /// `ver` is `1.0`: the issuer is a host of its own, the client stands in `appid`.
    V1,
    /// `ver` is `2.0`: the issuer is the sign-in host, the client stands in `azp`.
    V2,
}
