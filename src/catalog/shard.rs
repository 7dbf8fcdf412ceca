//! Sharing a catalog among machines. An item's shard depends on its SKU alone, never on its place in a list,
//! so a late file moves no other, and all views of a product stay on one machine.

use std::fmt;
use std::str::FromStr;

/// One share of `count`: `3/16` on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: u32,
    count: u32,
}

/// Text that is no shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("shard `{0}`; expected I/N with 1 ≤ I ≤ N, such as 3/16")]
pub struct ShardError(pub String);

impl Shard {
    /// Shard `index` of `count`, counted from 1; `None` where there is no such.
    #[must_use]
    pub fn new(index: u32, count: u32) -> Option<Self> {
        (1..=count).contains(&index).then_some(Self { index, count })
    }

    /// Whether the items of this SKU are ours.
    #[must_use]
    pub fn holds(self, sku: &str) -> bool {
        let hash = blake3::hash(sku.as_bytes());
        let (head, _) = hash.as_bytes().split_at(8);
        let number = head.iter().rev().fold(0_u64, |n, byte| n << 8 | u64::from(*byte));
        number % u64::from(self.count) == u64::from(self.index - 1)
    }
}

impl Default for Shard {
    /// The whole catalog.
    fn default() -> Self {
        Self { index: 1, count: 1 }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit()).then(|| s.parse().ok()).flatten();
        text.split_once('/')
            .and_then(|(i, n)| Self::new(digits(i)?, digits(n)?))
            .ok_or_else(|| ShardError(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sku_has_exactly_one_shard() {
        for n in [1, 3, 16] {
            let mut counts = vec![0; n as usize];
            for i in 0..500 {
                let sku = format!("SKU{i}");
                let mine: Vec<u32> =
                    (1..=n).filter(|k| Shard::new(*k, n).is_some_and(|s| s.holds(&sku))).collect();
                assert_eq!(mine.len(), 1);
                counts[mine[0] as usize - 1] += 1;
            }
            assert!(counts.iter().all(|c| *c > 300 / n as usize), "{counts:?}");
        }
    }

    /// A release that moved items between shards would break runs that are under way.
    #[test]
    fn shards_do_not_move_between_releases() {
        let of = |sku: &str| (1..=16).find(|i| Shard::new(*i, 16).is_some_and(|s| s.holds(sku)));
        // BLAKE3 of nothing begins with 0xaf: its low digit is 15, the last of sixteen.
        assert_eq!(of(""), Some(16));
        for sku in ["SHIRT-01", "é"] {
            let low = blake3::hash(sku.as_bytes()).as_bytes()[0] % 16;
            assert_eq!(of(sku), Some(u32::from(low) + 1));
        }
    }

    #[test]
    fn text_is_read_strictly() {
        assert_eq!("3/16".parse(), Ok(Shard { index: 3, count: 16 }));
        for bad in ["", "3", "0/4", "5/4", "1/0", "-1/3", "+1/3", "1/3/5", "a/b", " 1/2"] {
            assert_eq!(bad.parse::<Shard>(), Err(ShardError(bad.into())));
        }
        assert_eq!(Shard::default().to_string(), "1/1");
    }
}
