//! Which of the identities that the platform assigned is meant.

use crate::value::guid::is_guid;
use crate::value::impossible::Impossible;

/// Azure's resource ids are much shorter.
const LONGEST_RESOURCE_ID: usize = 2000;

/// Which identity is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManagedIdentity {
    /// The one that belongs to the machine or service.
    SystemAssigned,
    /// A user-assigned one, by its client id.
    ClientId(String),
    /// A user-assigned one, by the object id of its service principal.
    ObjectId(String),
    /// A user-assigned one, by its Azure resource id.
    ResourceId(String),
}

impl ManagedIdentity {
    pub(super) fn check(&self) -> Result<(), Impossible> {
        let (what, is_good) = match self {
            Self::SystemAssigned => return Ok(()),
            Self::ClientId(id) => ("client id", is_guid(id)),
            Self::ObjectId(id) => ("object id", is_guid(id)),
            Self::ResourceId(id) => {
                let is_clean = id
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic() || byte == b' ');
                let starts = id.get(..15).unwrap_or_default();
                let is_resource = starts.eq_ignore_ascii_case("/subscriptions/");
                (
                    "resource id",
                    is_clean && is_resource && id.len() <= LONGEST_RESOURCE_ID,
                )
            }
        };
        if is_good {
            return Ok(());
        }
        Err(Impossible::new(format!(
            "the managed identity's {what} has not the form of one"
        ))
        .with_hint("client and object ids are GUIDs, resource ids begin with `/subscriptions/`"))
    }

    /// The member of an answer that repeats which identity it is for, with what it should say.
    pub(super) fn echo(&self) -> Option<(&'static [&'static str], &str)> {
        match self {
            Self::SystemAssigned => None,
            Self::ClientId(id) => Some((&["client_id"], id)),
            Self::ObjectId(id) => Some((&["object_id", "principal_id"], id)),
            Self::ResourceId(id) => Some((&["msi_res_id", "mi_res_id"], id)),
        }
    }
}
