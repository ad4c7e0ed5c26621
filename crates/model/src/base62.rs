//! Fixed-length base62 (0-9A-Za-z): the alphabet of ids and tokens. Sorts as the numbers do.

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// So many digits are taken at once: 62^5 is the largest power that, times a limb of 32 bits, fits into 64.
const GROUP: usize = 5;
const GROUPS: u64 = 62u64.pow(5);

/// 62^10 is the largest power that fits into a limb of 64.
const WIDE_GROUP: usize = 10;

/// The value of each digit by its byte; 62 for what is none.
#[expect(
    clippy::indexing_slicing,
    reason = "both tables are as long as what indexes them; it is done when this is compiled"
)]
const VALUES: [u8; 256] = {
    let mut values = [62; 256];
    let mut at = 0u8;
    while at < 62 {
        values[DIGITS[at as usize] as usize] = at;
        at += 1;
    }
    values
};

/// The value of one digit.
fn value(digit: u8) -> Option<u64> {
    VALUES.get(usize::from(digit)).copied().filter(|value| *value < 62).map(u64::from)
}

/// Big-endian `bytes` as exactly `N` digits; `N` must hold them (22 for 16 bytes, 43 for 32 bytes).
pub(crate) fn encode<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut limbs = [0u32; 8];
    let used = bytes.len().div_ceil(4);
    for (limb, chunk) in limbs.iter_mut().take(used).rev().zip(bytes.rchunks(4)) {
        *limb = chunk.iter().fold(0, |sum, byte| (sum << 8) | u32::from(*byte));
    }
    let mut digits = [b'0'; N];
    for group in digits.rchunks_mut(GROUP) {
        let mut remainder = 0u64;
        for limb in limbs.iter_mut().take(used) {
            let current = (remainder << 32) | u64::from(*limb);
            *limb = u32::try_from(current / GROUPS).unwrap_or(0);
            remainder = current % GROUPS;
        }
        for digit in group.iter_mut().rev() {
            *digit = usize::try_from(remainder % 62).ok().and_then(|at| DIGITS.get(at)).copied().unwrap_or(b'0');
            remainder /= 62;
        }
    }
    digits
}

/// The `N` big-endian bytes that `text` stands for; nothing if a character is not a digit or the number is too large.
pub(crate) fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut limbs = [0u64; 4];
    let used = N.div_ceil(8);
    for group in text.as_bytes().chunks(WIDE_GROUP) {
        let (mut carry, mut factor) = (0u64, 1u64);
        for digit in group {
            carry = carry * 62 + value(*digit)?;
            factor *= 62;
        }
        for limb in limbs.iter_mut().take(used).rev() {
            let current = u128::from(*limb) * u128::from(factor) + u128::from(carry);
            *limb = u64::try_from(current & u128::from(u64::MAX)).ok()?;
            carry = u64::try_from(current >> 64).ok()?;
        }
        if carry != 0 {
            return None;
        }
    }
    let mut bytes = [0u8; N];
    for (target, limb) in bytes.rchunks_mut(8).zip(limbs.iter().take(used).rev()) {
        let source = limb.to_be_bytes();
        let skip = 8 - target.len();
        if source.iter().take(skip).any(|byte| *byte != 0) {
            return None;
        }
        target.copy_from_slice(source.get(skip..)?);
    }
    Some(bytes)
}

/// `number` as exactly `N` digits, or nothing if it does not fit.
pub(crate) fn encode_number<const N: usize>(mut number: u64) -> Option<[u8; N]> {
    let mut digits = [b'0'; N];
    for digit in digits.iter_mut().rev() {
        *digit = *DIGITS.get(usize::try_from(number % 62).ok()?)?;
        number /= 62;
    }
    (number == 0).then_some(digits)
}

/// The number that `text` stands for.
pub(crate) fn decode_number(text: &str) -> Option<u64> {
    text.bytes().try_fold(0u64, |sum, digit| sum.checked_mul(62)?.checked_add(value(digit)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_decodes_to_itself() {
        for bytes in [[0u8; 32], [255u8; 32], std::array::from_fn(|at| u8::try_from(at * 7 % 256).unwrap())] {
            let digits = encode::<43>(&bytes);
            assert_eq!(decode::<32>(std::str::from_utf8(&digits).unwrap()), Some(bytes));
        }
        let id = [1u8, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
        assert_eq!(decode::<16>(std::str::from_utf8(&encode::<22>(&id)).unwrap()), Some(id));
    }

    #[test]
    fn too_large_a_number_and_a_foreign_character_are_refused() {
        assert_eq!(decode::<32>(&"z".repeat(43)), None);
        // 2^256 - 1 and one more, 2^128 - 1 and one more.
        for (most, bytes) in [(encode::<43>(&[255; 32]).to_vec(), 32), (encode::<22>(&[255; 16]).to_vec(), 16)] {
            let mut more = most.clone();
            let last = more.last_mut().unwrap();
            *last = DIGITS[usize::try_from(value(*last).unwrap()).unwrap() + 1];
            let fits = |digits: &[u8]| {
                let text = std::str::from_utf8(digits).unwrap();
                if bytes == 32 { decode::<32>(text).is_some() } else { decode::<16>(text).is_some() }
            };
            assert!(fits(&most) && !fits(&more));
        }
        assert_eq!(decode::<16>("000000000000000000000-"), None);
        assert_eq!(encode_number::<2>(62 * 62), None);
        assert_eq!(decode_number("10"), Some(62));
    }

    #[test]
    fn digits_sort_as_the_numbers_do() {
        assert!(encode::<22>(&[1; 16]) < encode::<22>(&[2; 16]));
    }
}
