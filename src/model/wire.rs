//! The bones of an ONNX file: protocol-buffer messages inside one another, checked before a runtime sees them.
//!
//! The runtime's reader believes lengths and never ends on some numbers, so that a damaged file would hang
//! it. Every message that it reads is walked here first. Knows the nesting of `onnx.proto`, not its meaning.

/// Messages deeper inside one another than this are not believed.
const DEEPEST: usize = 48;
/// Bytes of the longest number.
const LONGEST: usize = 10;

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
    ValueInfo,
    Type,
    TensorType,
    Shape,
    /// A message of numbers and texts alone.
    Leaf,
    /// Numbers without tags.
    Numbers,
}

impl Kind {
    /// What field `number` of such a message holds, if it is a message too.
    fn inside(self, number: u64) -> Option<Self> {
        Some(match (self, number) {
            (Self::Model, 7) => Self::Graph,
            (Self::Graph, 1) => Self::Node,
            (Self::Graph, 5) => Self::Tensor,
            (Self::Graph, 11..=13) => Self::ValueInfo,
            (Self::Node, 5) => Self::Attribute,
            (Self::Attribute, 5 | 10) => Self::Tensor,
            (Self::Attribute, 6 | 11) => Self::Graph,
            (Self::ValueInfo, 2) => Self::Type,
            (Self::Type, 1) => Self::TensorType,
            (Self::Type, 4 | 9) | (Self::TensorType, 1) => Self::Type,
            (Self::TensorType, 2) => Self::Shape,
            (Self::Model, 8 | 14) | (Self::Tensor, 13) | (Self::Shape, 1) => Self::Leaf,
            (Self::Attribute, 8) | (Self::Tensor, 1 | 5 | 7 | 11) => Self::Numbers,
            _ => return None,
        })
    }
}

/// Walks a message and all that is in it, and shows each one to `visit`. The error says what is damaged.
pub(super) fn walk<'a>(
    kind: Kind,
    bytes: &'a [u8],
    mut visit: impl FnMut(Kind, &'a [u8]),
) -> Result<(), &'static str> {
    let mut open = vec![(kind, bytes, 0)];
    while let Some((kind, bytes, depth)) = open.pop() {
        if depth > DEEPEST {
            return Err("messages are nested too deep");
        }
        visit(kind, bytes);
        if kind == Kind::Numbers {
            let mut rest = bytes;
            while !rest.is_empty() {
                number(&mut rest).ok_or("a number does not end")?;
            }
            continue;
        }
        for field in fields(bytes) {
            let (field, value) = field?;
            if let (Some(inside), Some(bytes)) = (kind.inside(field), value) {
                open.push((inside, bytes, depth + 1));
            }
        }
    }
    Ok(())
}

/// The last text of field `wanted` of a message.
pub(super) fn text(message: &[u8], wanted: u64) -> Option<&str> {
    let found = fields(message).flatten().filter(|(field, _)| *field == wanted);
    found.filter_map(|(_, value)| std::str::from_utf8(value?).ok()).last()
}

/// A message's fields: the number of each, and its bytes where it is of bytes.
fn fields(mut rest: &[u8]) -> impl Iterator<Item = Result<(u64, Option<&[u8]>), &'static str>> {
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let field = field(&mut rest);
        if field.is_none() {
            rest = &[];
        }
        Some(field.ok_or("a field is cut short or of no known type"))
    })
}

fn field<'a>(rest: &mut &'a [u8]) -> Option<(u64, Option<&'a [u8]>)> {
    let tag = number(rest)?;
    let value = match tag & 7 {
        0 => {
            number(rest)?;
            None
        }
        1 => rest.split_off(..8).map(|_| None)?,
        2 => {
            let length = usize::try_from(number(rest)?).ok()?;
            Some(rest.split_off(..length)?)
        }
        5 => rest.split_off(..4).map(|_| None)?,
        _ => return None,
    };
    Some((tag >> 3, value))
}

/// A number of seven bits a byte, the least first, the last byte below 128.
fn number(rest: &mut &[u8]) -> Option<u64> {
    let end = rest.iter().take(LONGEST).position(|b| *b < 0x80)?;
    let bytes = rest.split_off(..=end)?;
    if end + 1 == LONGEST && bytes[end] > 1 {
        return None;
    }
    Some(bytes.iter().rev().fold(0, |value, b| value << 7 | u64::from(b & 0x7f)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8]) -> Result<usize, &'static str> {
        let mut seen = 0;
        walk(Kind::Model, bytes, |_, _| seen += 1)?;
        Ok(seen)
    }

    #[test]
    fn model_numbers_are_read_as_the_standard_has_them() {
        for (bytes, value) in [
            (&[0x00][..], Some(0)),
            (&[0x96, 0x01], Some(150)),
            (&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], Some(u64::MAX)),
            (&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02], None),
            (&[0x80; 40], None),
            (&[0x80], None),
            (&[], None),
        ] {
            assert_eq!(number(&mut &*bytes), value, "{bytes:?}");
        }
    }

    #[test]
    fn model_messages_are_walked_to_the_end() {
        // Model { ir_version: 8, graph { node { op_type: "Relu" }, node {} } }
        let good = b"\x08\x08\x3a\x0a\x0a\x06\x22\x04Relu\x0a\x00";
        assert_eq!(check(good), Ok(4));
        assert_eq!(text(&good[6..12], 4), Some("Relu"));
        (1..good.len()).filter(|n| *n != 2).for_each(|n| assert!(check(&good[..n]).is_err(), "{n}"));
        assert!(check(&[0xff; 400]).is_err());
        assert!(check(b"\x3a\xff\xff\xff\xff\xff\xff\xff\xff\x7f").is_err());
    }

    #[test]
    fn models_nested_without_end_are_refused() {
        let wrap = |inner: &[u8], tag: u8| {
            let mut out = vec![tag];
            let mut length = inner.len();
            while length > 0x7f {
                out.push(length as u8 | 0x80);
                length >>= 7;
            }
            out.push(length as u8);
            [out.as_slice(), inner].concat()
        };
        // Graph → node → attribute → graph, and so on.
        let graph = (0..40).fold(Vec::new(), |g, _| wrap(&wrap(&wrap(&g, 0x32), 0x2a), 0x0a));
        assert_eq!(check(&wrap(&graph, 0x3a)), Err("messages are nested too deep"));
    }
}
