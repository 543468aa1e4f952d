//! Guessing which name was meant by one that is not there.

/// Longer names than this are not compared: the work grows with the square.
const LONGEST: usize = 64;

/// The candidate that is nearest to `name`, if any is a slip or two away.
pub(super) fn nearest<'c>(
    name: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<String> {
    let name: Vec<char> = name.chars().take(LONGEST).collect();
    // Of a short name, two other letters make another name and not a slip.
    let most = if name.len() <= 4 { 1 } else { 2 };
    candidates
        .into_iter()
        .map(|candidate| (distance(&name, candidate), candidate))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

/// How many letters must be changed, added, removed or swapped with their neighbour.
fn distance(name: &[char], other: &str) -> usize {
    let other: Vec<char> = other.chars().take(LONGEST).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=name.len()).collect();
    for (at, letter) in other.iter().enumerate() {
        let mut row = vec![at + 1];
        for (place, own) in name.iter().enumerate() {
            let changed = above[place] + usize::from(own != letter);
            let mut least = changed.min(above[place + 1] + 1).min(row[place] + 1);
            if at > 0 && place > 0 && own == &other[at - 1] && &name[place - 1] == letter {
                least = least.min(before[place - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[name.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_name_is_not() {
        let names = ["da_truy_cap", "tuoi", "tinh", "relevant"];
        assert_eq!(nearest("da_truy_cập", names), Some("da_truy_cap".to_owned()));
        assert_eq!(nearest("relevent", names), Some("relevant".to_owned()));
        assert_eq!(nearest("tuo", names), Some("tuoi".to_owned()));
        assert_eq!(nearest("tihn", names), Some("tinh".to_owned()));
        assert_eq!(nearest("tien", names), None);
        assert_eq!(nearest("huyen", names), None);
    }
}
