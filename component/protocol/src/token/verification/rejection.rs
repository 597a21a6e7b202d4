//! Why a token is not taken.

use std::fmt;

/// Which rule a token breaks. The codes are stable: they stand in logs and in answers to callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// It is no signed JWT, or one that can be read in two ways.
    Malformed,
    /// It is encrypted, for somebody else.
    Encrypted,
    /// It is signed with another algorithm than RS256, or not at all.
    Algorithm,
    /// Its header demands an extension (`crit`).
    Extension,
    /// It is signed for Microsoft Graph alone.
    Graph,
    /// It is for a client: an ID token.
    IdToken,
    /// Its issuer is not the one whose keys are asked.
    Issuer,
    /// Its tenant is not one of those that may call.
    Tenant,
    /// No key has its `kid`.
    Key,
    /// The key is another issuer's.
    KeyIssuer,
    /// The signature is not that of the key.
    Signature,
    /// It has no readable times.
    Times,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// It is for another API.
    Audience,
    /// It was issued to a client that may not call.
    Client,
    /// It has neither a scope nor a role.
    Permission,
    /// None of its scopes is one that is needed.
    Scope,
    /// None of its roles is one that is needed.
    Role,
    /// It names none of the groups.
    Group,
    /// It leaves its groups out, because there are too many.
    GroupsOverage,
}

impl Rule {
    /// The rule's name for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Encrypted => "encrypted",
            Self::Algorithm => "algorithm",
            Self::Extension => "extension",
            Self::Graph => "graph",
            Self::IdToken => "id-token",
            Self::Issuer => "issuer",
            Self::Tenant => "tenant",
            Self::Key => "key",
            Self::KeyIssuer => "key-issuer",
            Self::Signature => "signature",
            Self::Times => "times",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::Audience => "audience",
            Self::Client => "client",
            Self::Permission => "permission",
            Self::Scope => "scope",
            Self::Role => "role",
            Self::Group => "group",
            Self::GroupsOverage => "groups-overage",
        }
    }

    /// Whether the token is good and only allows too little: 403 `insufficient_scope`, where everything else is
    /// 401 `invalid_token` ([RFC 6750 section 3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)).
    pub const fn is_of_permission(self) -> bool {
        matches!(
            self,
            Self::Client
                | Self::Permission
                | Self::Scope
                | Self::Role
                | Self::Group
                | Self::GroupsOverage
        )
    }

    /// How far the signature was judged when this rule was asked.
    pub const fn signature(self) -> SignatureState {
        match self {
            Self::Expired
            | Self::NotYetValid
            | Self::Audience
            | Self::Client
            | Self::Permission
            | Self::Scope
            | Self::Role
            | Self::Group
            | Self::GroupsOverage => SignatureState::Good,
            Self::KeyIssuer | Self::Signature => SignatureState::Bad,
            Self::Malformed
            | Self::Encrypted
            | Self::Algorithm
            | Self::Extension
            | Self::Graph
            | Self::IdToken
            | Self::Issuer
            | Self::Tenant
            | Self::Key
            | Self::Times => SignatureState::Unknown,
        }
    }
}

/// What is known about a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureState {
    /// It is that of the tenant's key.
    Good,
    /// It is not.
    Bad,
    /// Nobody looked.
    Unknown,
}

/// A rule that a token breaks, in words for people. Neither the token nor its signature is quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Which rule.
    pub rule: Rule,
    message: String,
    hint: Option<String>,
}

impl Rejection {
    pub(crate) fn new(rule: Rule, message: impl Into<String>) -> Self {
        Self {
            rule,
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// What is wrong with the token.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What its owner can do.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Rejection {}
