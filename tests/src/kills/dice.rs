//! Random numbers that come again with their seed.

/// SplitMix64: one number of state, and good enough to choose moments.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Equal seeds throw equal numbers.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 when that is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.throw().checked_rem(bound).unwrap_or(0)
    }

    /// One of several.
    pub fn one_of<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let place = self.below(u64::try_from(of.len()).unwrap_or(0));
        of.get(usize::try_from(place).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_throw_equal_numbers_and_every_side_comes_up() {
        let (mut one, mut same) = (Dice::new(7), Dice::new(7));
        let thrown: Vec<u64> = (0..200).map(|_| one.below(6)).collect();
        assert_eq!(thrown, (0..200).map(|_| same.below(6)).collect::<Vec<_>>());
        assert!((0..6).all(|side| thrown.contains(&side)) && thrown.iter().all(|side| *side < 6));
        assert_eq!(Dice::new(1).one_of::<u8>(&[]), None);
    }
}
