//! The changes: each takes a component's tree, or its bytes, and spoils something.

use super::Mutant;
use super::tree::{Content, DATA, Section, Tree, instructions, number};
use crate::random::Random;

/// A change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Two sections in each other's place.
    SwapSections,
    /// A section twice.
    DoubleSection,
    /// A section less.
    DropSection,
    /// A section of another level, or of another component.
    ForeignSection,
    /// A section's id.
    OtherId,
    /// A section's length, which is a lie then.
    LieOfLength,
    /// Two items in each other's place.
    SwapItems,
    /// An item twice.
    DoubleItem,
    /// An item less.
    DropItem,
    /// An item of another component, in place of one.
    ForeignItem,
    /// How many items there are, which is a lie then.
    LieOfCount,
    /// An index, a kind or a small number of an item.
    OtherNumber,
    /// A name: cut, longer, no text, another's.
    OtherName,
    /// Words in a module's data, where manifests and schemas are.
    OtherWords,
    /// An instruction more.
    MoreCode,
    /// The component within another, many times.
    Nest,
    /// The version, or what kind of thing it is.
    OtherHeader,
    /// Bytes of the file.
    TurnBytes,
    /// The file's end missing.
    CutFile,
    /// Bytes in between.
    MoreBytes,
}

/// Those that go through the tree.
const STRUCTURED: [Change; 17] = [
    Change::SwapSections,
    Change::DoubleSection,
    Change::DropSection,
    Change::ForeignSection,
    Change::OtherId,
    Change::LieOfLength,
    Change::SwapItems,
    Change::DoubleItem,
    Change::DropItem,
    Change::ForeignItem,
    Change::LieOfCount,
    Change::OtherNumber,
    Change::OtherName,
    Change::OtherWords,
    Change::MoreCode,
    Change::Nest,
    Change::OtherHeader,
];
/// Those that leave a component whole more often than not, and so go further: they come twice as often.
const GENTLE: [Change; 4] = [Change::OtherNumber, Change::OtherWords, Change::MoreCode, Change::OtherName];
/// Those that take a file as it lies there.
const ROUGH: [Change; 3] = [Change::TurnBytes, Change::CutFile, Change::MoreBytes];

impl Change {
    /// Whether it is made between reading and writing.
    #[must_use]
    pub fn is_structured(self) -> bool {
        STRUCTURED.contains(&self)
    }
}

/// A change of one of these components: three in four through its tree, the others as bytes, some both.
///
/// # Errors
/// When the component cannot be read.
pub fn mutant(components: &[Vec<u8>], random: &mut Random) -> Result<Mutant, String> {
    let original = random.one(components).ok_or("no components")?.clone();
    let mut changes = Vec::new();
    let mut bytes = original.clone();
    if random.chance(0.75) {
        let mut tree = Tree::read(&bytes)?;
        let donor = random.one(components).map_or_else(|| Ok(tree.clone()), |donor| Tree::read(donor))?;
        for _ in 0..1 + random.below(6) / 4 {
            let from = if random.chance(0.5) { &GENTLE[..] } else { &STRUCTURED[..] };
            if let Some(change) = random.one(from)
                && apply(*change, &mut tree, &donor, random).is_some()
            {
                changes.push(*change);
            }
        }
        bytes = tree.write();
        if bytes == original {
            changes.clear();
        }
    }
    if changes.is_empty() || random.chance(0.1) {
        for _ in 0..=random.below(3) {
            if let Some(change) = random.one(&ROUGH) {
                roughen(*change, &mut bytes, random);
                changes.push(*change);
            }
        }
    }
    Ok(Mutant { bytes, changes })
}

/// Makes one change; nothing when there is nothing to change.
fn apply(change: Change, tree: &mut Tree, donor: &Tree, random: &mut Random) -> Option<()> {
    if change == Change::Nest {
        for _ in 0..=random.below(200) {
            let inner = std::mem::replace(tree, Tree { header: tree.header.clone(), sections: Vec::new() });
            tree.sections.push(Section { id: 4, content: Content::Nested(inner), lie: 0 });
        }
        return Some(());
    }
    let levels = tree.levels();
    let other_level = random.below(levels);
    let stranger = if random.chance(0.5) { tree.level(other_level).cloned()? } else { donor.clone() };
    let level = tree.level(random.below(levels))?;
    let (at, other) = (random.below(level.sections.len()), random.below(level.sections.len()));
    match change {
        Change::SwapSections => level.sections.swap(at, other),
        Change::DoubleSection => {
            let section = level.sections.get(at)?.clone();
            level.sections.insert(other, section);
        }
        Change::DropSection => drop(level.sections.remove(at)),
        Change::ForeignSection => level.sections.insert(at, random.one(&stranger.sections)?.clone()),
        Change::OtherHeader => *level.header.get_mut(4 + random.below(4))? = random.below(256) as u8,
        // Not every section has something for every change.
        _ => {
            return (0..level.sections.len().min(SECTIONS_TRIED)).find_map(|_| {
                let at = random.below(level.sections.len());
                of_section(change, level.sections.get_mut(at)?, &stranger, random)
            });
        }
    }
    Some(())
}

const SECTIONS_TRIED: usize = 40;

fn of_section(change: Change, section: &mut Section, stranger: &Tree, random: &mut Random) -> Option<()> {
    match (change, &mut section.content) {
        (Change::OtherId, _) => section.id = random.below(16) as u8,
        (Change::LieOfLength, _) => section.lie = *random.one(&[-1, 1, 2, 64, 100_000, i64::from(u32::MAX)])?,
        (Change::OtherName, Content::Raw(bytes)) => other_name(bytes, random)?,
        (Change::OtherNumber, Content::Raw(bytes)) => other_number(bytes, random)?,
        (Change::OtherWords, Content::Items(_, items)) if section.id == DATA => {
            let at = random.below(items.len());
            other_words(items.get_mut(at)?, random)?;
        }
        (Change::MoreCode, Content::Code(_, bodies)) => {
            let at = random.below(bodies.len());
            more_code(bodies.get_mut(at)?, random)?;
        }
        (_, Content::Items(count, items) | Content::Code(count, items)) => {
            of_items(change, section.id, count, items, stranger, random)?;
        }
        _ => return None,
    }
    Some(())
}

fn of_items(
    change: Change,
    id: u8,
    count: &mut u32,
    items: &mut Vec<Vec<u8>>,
    stranger: &Tree,
    random: &mut Random,
) -> Option<()> {
    let (at, other) = (random.below(items.len()), random.below(items.len()));
    match change {
        Change::SwapItems => items.get(other).is_some().then(|| items.swap(at, other))?,
        Change::DoubleItem => {
            let item = items.get(at)?.clone();
            // Now and then so many that a bound is met.
            let times = if random.chance(0.1) { 2_000 } else { 1 };
            items.splice(other..other, std::iter::repeat_n(item, times));
            *count = u32::try_from(items.len()).unwrap_or(u32::MAX);
        }
        Change::DropItem => {
            items.get(at)?;
            items.remove(at);
            *count = count.saturating_sub(1);
        }
        Change::ForeignItem => {
            let theirs = stranger.sections.iter().filter(|section| section.id == id);
            let theirs = theirs.filter_map(|section| match &section.content {
                Content::Items(_, items) | Content::Code(_, items) => random.one(items).cloned(),
                _ => None,
            });
            let theirs: Vec<_> = theirs.collect();
            *items.get_mut(at)? = random.one(&theirs)?.clone();
        }
        Change::LieOfCount => *count = *random.one(&[0, 1, count.wrapping_add(1), 10_000, u32::MAX])?,
        Change::OtherNumber => other_number(items.get_mut(at)?, random)?,
        Change::OtherName => other_name(items.get_mut(at)?, random)?,
        _ => return None,
    }
    Some(())
}

/// One byte becomes another number, of one byte or more.
fn other_number(bytes: &mut Vec<u8>, random: &mut Random) -> Option<()> {
    let at = random.below(bytes.len());
    bytes.get(at)?;
    let other = match random.below(4) {
        0 => number(random.below(8) as u32),
        1 => number(random.below(200) as u32),
        2 => number(u32::MAX - random.below(2) as u32),
        _ => vec![random.below(256) as u8],
    };
    bytes.splice(at..=at, other);
    Some(())
}

/// A length and so many letters that can be seen become another name, with its own length or with the old one.
fn other_name(bytes: &mut Vec<u8>, random: &mut Random) -> Option<()> {
    let is_name = |at: usize| {
        let length = usize::from(*bytes.get(at)?);
        let letters = bytes.get(at + 1..at + 1 + length)?;
        ((3..128).contains(&length) && letters.iter().all(u8::is_ascii_graphic)).then_some((at, length))
    };
    let names: Vec<_> = (0..bytes.len()).filter_map(is_name).collect();
    let (at, length) = *random.one(&names)?;
    let old = bytes.get(at + 1..at + 1 + length)?.to_vec();
    let new = match random.below(7) {
        0 => old.get(..random.below(old.len()))?.to_vec(),
        1 => old.repeat(1 + random.below(400)),
        2 => [old.as_slice(), "\u{202e}\u{200b}".as_bytes()].concat(),
        3 => [old.as_slice(), b"\xff\xfe"].concat(),
        4 => b"tickiti:relay/tools@0.1.0".to_vec(),
        5 => b"wasi:http/outgoing-handler@0.2.0".to_vec(),
        _ => old.iter().rev().copied().collect(),
    };
    let told =
        if random.chance(0.8) { number(u32::try_from(new.len()).unwrap_or(u32::MAX)) } else { vec![length as u8] };
    bytes.splice(at..at + 1 + length, [told, new].concat());
    Some(())
}

/// Some bytes of a word or of what stands around it become others; nothing gets longer.
fn other_words(bytes: &mut [u8], random: &mut Random) -> Option<()> {
    let seen: Vec<_> =
        (0..bytes.len()).filter(|at| bytes.get(*at).is_some_and(|byte| (b' '..0x7f).contains(byte))).collect();
    for _ in 0..=random.below(4) {
        let at = *random.one(&seen)?;
        *bytes.get_mut(at)? = *random.one(b"{}[]\":,0179aZ_\\\0\xff\x1b .")?;
    }
    Some(())
}

/// Code that changes nothing, takes all there is, or never ends.
fn more_code(body: &mut Vec<u8>, random: &mut Random) -> Option<()> {
    let at = *random.one(&instructions(body))?;
    let code: Vec<u8> = match random.below(8) {
        0 => vec![0x01; 1 + random.below(100_000)],
        // i32.const 0x7fffffff, memory.grow 0, drop
        1 => vec![0x41, 0xff, 0xff, 0xff, 0xff, 0x07, 0x40, 0x00, 0x1a],
        // i32.const 1000, memory.grow 0, drop
        2 => vec![0x41, 0xe8, 0x07, 0x40, 0x00, 0x1a],
        // loop, br 0, end
        3 => vec![0x03, 0x40, 0x0c, 0x00, 0x0b],
        // unreachable
        4 => vec![0x00],
        // blocks within one another, and their ends
        5 => {
            let depth = 1 + random.below(20_000);
            [[0x02, 0x40].repeat(depth), vec![0x0b; depth]].concat()
        }
        // call of a function that may be there
        6 => [vec![0x10], number(random.below(64) as u32)].concat(),
        // block, i32.const 0, br_table with many targets, end
        _ => {
            let targets = random.below(50_000);
            [vec![0x02, 0x40, 0x41, 0x00, 0x0e], number(targets as u32), vec![0; targets + 1], vec![0x0b]].concat()
        }
    };
    body.splice(at..at, code);
    Some(())
}

fn roughen(change: Change, bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(bytes.len());
    match change {
        Change::CutFile => bytes.truncate(at),
        Change::MoreBytes => drop(bytes.splice(at..at, (0..=random.below(64)).map(|n| (n * 37) as u8))),
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = random.below(256) as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::handmade::Handmade;

    #[test]
    fn every_change_is_made_and_most_go_through_the_tree() {
        let components: Vec<_> =
            ["one", "other"].iter().map(|name| Handmade::saying(name, "say", "x").component().unwrap()).collect();
        let mut random = Random::new(7);
        let mutants: Vec<_> = (0..2_000).map(|_| mutant(&components, &mut random).unwrap()).collect();
        let made: BTreeSet<_> = mutants.iter().flat_map(|mutant| mutant.changes.clone()).collect();
        assert_eq!(made.len(), STRUCTURED.len() + ROUGH.len(), "{made:?}");
        assert!(mutants.iter().all(|mutant| !mutant.changes.is_empty()));
        let structured = mutants.iter().filter(|mutant| mutant.is_structured()).count();
        assert!(structured > 1_000, "{structured} of 2000");
        let same = mutants.iter().filter(|mutant| components.contains(&mutant.bytes)).count();
        assert!(same < 100, "{same} of 2000 are as they were");
    }

    #[test]
    fn the_same_seed_makes_the_same_mutant() {
        let components = [Handmade::saying("one", "say", "x").component().unwrap()];
        let make = || mutant(&components, &mut Random::named(7, "12")).unwrap();
        assert_eq!((make().bytes, make().changes), (make().bytes, make().changes));
    }
}
