//! Basic encoding rules to distinguished ones ([X.690](https://www.itu.int/rec/T-REC-X.690)), as far as PKCS#12 files need it.
//!
//! Java, old versions of Windows and hardware write lengths that are not told in advance, and octet strings in pieces. What is
//! inside an octet string is not looked into: a code over it must still fit.

use zeroize::Zeroizing;

/// Deeper than any file; keeps a hostile one from costing stack.
const DEEPEST: usize = 32;

const OCTET_STRING: u8 = 0x04;
const CONSTRUCTED: u8 = 0x20;

/// The first element of the bytes, with lengths and octet strings in their only form; what is behind it is dropped. Nothing if
/// the bytes are no such element.
pub(super) fn to_der(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (element, _) = element(bytes, DEEPEST)?;
    Some(element)
}

fn element(bytes: &[u8], depth: usize) -> Option<(Zeroizing<Vec<u8>>, &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    // Tags of several bytes occur in none of these files.
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (length, rest) = length(rest)?;
    let is_constructed = tag & CONSTRUCTED != 0;
    let (content, rest) = match length {
        Some(length) if is_constructed => {
            let (content, rest) = rest.split_at_checked(length)?;
            (elements(*tag, content, depth)?, rest)
        }
        Some(length) => {
            let (content, rest) = rest.split_at_checked(length)?;
            (Zeroizing::new(content.to_vec()), rest)
        }
        None if is_constructed => indefinite(*tag, rest, depth)?,
        None => return None,
    };
    let is_octets = tag & !CONSTRUCTED == OCTET_STRING;
    let tag = if is_octets { OCTET_STRING } else { *tag };
    Some((encoded(tag, &content), rest))
}

fn elements(tag: u8, mut content: &[u8], depth: usize) -> Option<Zeroizing<Vec<u8>>> {
    let mut all = Zeroizing::new(Vec::with_capacity(content.len()));
    while !content.is_empty() {
        let (element, rest) = element(content, depth.checked_sub(1)?)?;
        append(tag, &element, &mut all)?;
        content = rest;
    }
    Some(all)
}

/// Up to two bytes of zero, which stand for the end.
fn indefinite(tag: u8, mut rest: &[u8], depth: usize) -> Option<(Zeroizing<Vec<u8>>, &[u8])> {
    let mut all = Zeroizing::new(Vec::with_capacity(rest.len()));
    loop {
        if let [0, 0, behind @ ..] = rest {
            return Some((all, behind));
        }
        let (element, behind) = element(rest, depth.checked_sub(1)?)?;
        append(tag, &element, &mut all)?;
        rest = behind;
    }
}

/// Pieces of an octet string are put together; everything else stands beside each other.
fn append(tag: u8, element: &[u8], all: &mut Vec<u8>) -> Option<()> {
    let is_octets = tag & !CONSTRUCTED == OCTET_STRING;
    all.extend_from_slice(if is_octets {
        content(element)?
    } else {
        element
    });
    Some(())
}

/// The content of an element that has its definite length.
pub(super) fn content(element: &[u8]) -> Option<&[u8]> {
    let (length, rest) = length(element.get(1..)?)?;
    rest.get(..length?)
}

/// Nothing for a length that is not told.
fn length(bytes: &[u8]) -> Option<(Option<usize>, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    match first {
        0x80 => Some((None, rest)),
        0..0x80 => Some((Some(usize::from(*first)), rest)),
        _ => {
            let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = length.iter().try_fold(0_usize, |length, byte| {
                length.checked_mul(256)?.checked_add(usize::from(*byte))
            })?;
            Some((Some(length), rest))
        }
    }
}

fn encoded(tag: u8, content: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut element = Zeroizing::new(Vec::with_capacity(content.len() + 6));
    element.push(tag);
    let length = content.len().to_be_bytes();
    let length = length.iter().skip_while(|byte| **byte == 0);
    match content.len() {
        0..0x80 => element.extend(content.len().to_be_bytes().last()),
        _ => {
            let count = u8::try_from(length.clone().count()).unwrap_or(u8::MAX);
            element.push(0x80 | count);
            element.extend(length);
        }
    }
    element.extend_from_slice(content);
    element
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_becomes_the_only_one() {
        let long = [[0x04, 0x81, 0x80].as_slice(), &[7; 0x80]].concat();
        for (name, bytes, expected) in [
            (
                "as it is",
                vec![0x30, 3, 2, 1, 5],
                Some(vec![0x30, 3, 2, 1, 5]),
            ),
            (
                "something behind",
                vec![0x30, 3, 2, 1, 5, 10],
                Some(vec![0x30, 3, 2, 1, 5]),
            ),
            (
                "length in two bytes",
                vec![0x30, 0x82, 0, 3, 2, 1, 5],
                Some(vec![0x30, 3, 2, 1, 5]),
            ),
            (
                "length not told",
                vec![0x30, 0x80, 2, 1, 5, 0, 0],
                Some(vec![0x30, 3, 2, 1, 5]),
            ),
            (
                "octets in pieces",
                vec![0x24, 0x80, 4, 1, 1, 4, 1, 2, 0, 0],
                Some(vec![4, 2, 1, 2]),
            ),
            (
                "pieces with a length",
                vec![0x24, 6, 4, 1, 1, 4, 1, 2],
                Some(vec![4, 2, 1, 2]),
            ),
            (
                "nested",
                vec![0x30, 0x80, 0xa0, 0x80, 4, 1, 9, 0, 0, 0, 0],
                Some(vec![0x30, 5, 0xa0, 3, 4, 1, 9]),
            ),
            ("long", long.clone(), Some(long)),
            ("no end", vec![0x30, 0x80, 2, 1, 5], None),
            ("cut", vec![0x30, 4, 2, 1], None),
            ("primitive without length", vec![4, 0x80, 0, 0], None),
            (
                "huge length",
                vec![0x30, 0x88, 255, 255, 255, 255, 255, 255, 255, 255, 0],
                None,
            ),
            ("nothing", vec![], None),
        ] {
            let found = to_der(&bytes).map(|der| der.to_vec());
            assert_eq!(found, expected, "{name}");
        }
        assert_eq!(to_der(&[0x30, 0x80].repeat(100_000)), None);
    }
}
