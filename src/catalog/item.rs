//! Items and shots: what discovery finds. Plain data; nothing here touches a file.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Flag;
use super::names::safe_part;

/// What a shot is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Role {
    /// The picture itself.
    #[default]
    Front,
    /// The inside of the garment, for a ghost mannequin.
    Inner,
    /// The empty set.
    Plate,
    /// The mannequin alone.
    Bare,
    /// A grey card in the set's light.
    Grey,
    /// A colour chart in the set's light.
    Chart,
    /// A close-up of the same view.
    Detail,
}

impl Role {
    /// All roles, in the order in which messages list them.
    pub const ALL: [Self; 7] =
        [Self::Front, Self::Inner, Self::Plate, Self::Bare, Self::Grey, Self::Chart, Self::Detail];

    /// The word in file names, manifests and reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Inner => "inner",
            Self::Plate => "plate",
            Self::Bare => "bare",
            Self::Grey => "grey",
            Self::Chart => "chart",
            Self::Detail => "detail",
        }
    }

    /// Whether the word can also be the name of a view (`SHIRT_front`, `SHIRT_detail`).
    #[must_use]
    pub const fn is_also_a_view(self) -> bool {
        matches!(self, Self::Front | Self::Detail)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A word that is no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no role; roles are front, inner, plate, bare, grey, chart and detail")]
pub struct RoleError(pub String);

impl FromStr for Role {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<Self, RoleError> {
        let lower = text.to_ascii_lowercase();
        let word = if lower == "gray" { "grey" } else { lower.as_str() };
        Self::ALL.into_iter().find(|r| r.word() == word).ok_or_else(|| RoleError(text.into()))
    }
}

/// One photograph with its role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shot {
    /// Where it is.
    pub path: PathBuf,
    /// What it is for.
    pub role: Role,
}

/// The shots that become one picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The product, as the file name or the manifest has it; bytes that are no UTF-8 stand as `%XX`.
    pub sku: String,
    /// The view of the product; `front` where none is named.
    pub view: String,
    /// Its photographs, the front one among them.
    pub shots: Vec<Shot>,
    /// What a person laid down for it: every further column of the manifest.
    pub overrides: BTreeMap<String, String>,
    /// Doubts worth a line in the report.
    pub notes: Vec<String>,
    /// Why a person should look, known before the item is made.
    pub flags: Vec<Flag>,
}

impl Item {
    /// The first shot of a role.
    #[must_use]
    pub fn shot(&self, role: Role) -> Option<&Shot> {
        self.shots.iter().find(|s| s.role == role)
    }

    /// SKU and view as parts of file names; `None` where they cannot be made so, which discovery refuses.
    #[must_use]
    pub fn safe_names(&self) -> Option<(String, String)> {
        Some((safe_part(&self.sku)?, safe_part(&self.view)?))
    }
}
