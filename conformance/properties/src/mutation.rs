//! Small changes of an input, the same ones every time: what the test adds to the committed corpora. The fuzzer has its own.

/// `count` variations of `seed`; pieces of `other` are spliced in.
pub fn of(seed: &[u8], other: &[u8], count: usize) -> impl Iterator<Item = Vec<u8>> {
    let mut draw = Draw(
        seed.iter().fold(0xCBF2_9CE4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3)),
    );
    (0..count).map(move |_| {
        let mut bytes = seed.to_vec();
        for _ in 0..=draw.below(3) {
            change(&mut bytes, other, &mut draw);
        }
        bytes
    })
}

/// Characters that parsers treat in a special way.
const SPECIAL: &[u8] = b"\0\t\n\r \"#%&'*+,./:;<=>?@[\\]^_`{|}~\x7f\x80\xc3\xff01aZ";

fn change(bytes: &mut Vec<u8>, other: &[u8], draw: &mut Draw) {
    let at = draw.below(bytes.len() + 1);
    let byte = SPECIAL[draw.below(SPECIAL.len())];
    match draw.below(6) {
        0 if at < bytes.len() => bytes[at] ^= 1 << draw.below(8),
        1 if at < bytes.len() => bytes[at] = byte,
        2 => bytes.insert(at, byte),
        3 => {
            let end = (at + 1 + draw.below(4)).min(bytes.len());
            bytes.drain(at..end);
        }
        4 => {
            let end = (at + 1 + draw.below(12)).min(bytes.len());
            let again = bytes[at..end].to_vec();
            bytes.splice(at..at, again);
        }
        _ => {
            let from = draw.below(other.len() + 1);
            let to = (from + 1 + draw.below(24)).min(other.len());
            bytes.splice(at..at, other[from..to].iter().copied());
        }
    }
}

/// xorshift64*: no randomness is wanted here, only variety.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(high).unwrap_or(0) % bound.max(1)
    }
}
